#include <hype/hype.h>

struct flexible {
    uint32_t n;
    char *name;
    struct {
        char *key;
        int value;
    } items[] HYPE_COUNTED_BY(n);
};
struct numbers {
    unsigned n : 12;
    unsigned : 4;
    double values[] HYPE_SIZED_BY(n);
};
struct __attribute__((packed)) packed {
    char c;
    char *text;
};
struct __attribute__((aligned(64))) aligned {
    int x;
};
typedef int aligned_int __attribute__((aligned(32)));

struct outer {
    struct {
        size_t n;
        struct {
            double *values HYPE_COUNTED_BY(n);
        };
    };
    const struct packed packed;
    struct aligned *aligned HYPE_COUNTED_BY(n);
    aligned_int *ints;
    struct numbers *numbers;
    void *cache HYPE_SKIP;
    int statistics[4] HYPE_SKIP;
    struct outer *left, *right;
    struct {
        struct {
            char *deep;
        } inner;
    } named;
};
typedef struct opaque *handle;

HYPE_FN struct flexible *grow(struct flexible *flexible, struct outer outer, handle skipped HYPE_SKIP);
HYPE_FN struct outer constant(const struct outer *outer);

struct flexible *grow(struct flexible *flexible, struct outer outer, handle skipped)
{
    (void)outer, (void)skipped;
    return flexible;
}

struct outer constant(const struct outer *outer)
{
    return *outer;
}
