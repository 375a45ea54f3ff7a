#include <hype/hype.h>

/* A user's macros are in force behind his text, where the generated code stands. */
struct stat_like {
    struct {
        char *sec_;
    } st_time;
    int value, kind, n;
    double *items HYPE_COUNTED_BY(n * SCALE);
};
#define SCALE 2
HYPE_FN int measure(struct stat_like *stat, int count);
int measure(struct stat_like *stat, int count)
{
    return stat->value + count;
}
#define st_time st_time.sec_
#define value 12
#define kind "kind"
#define n (n)
#define measure(a, b) nothing
#define count HYPE syntax error (
#define offset )
#define items stat->items
