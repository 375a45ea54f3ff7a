#include <hype/hype.h>

enum kind { NUMBER, TEXT, LIST, WORDS, PAIR = -3 };

struct pair {
    char *first, *second;
};
union payload {
    int64_t number HYPE_TAG(kind, NUMBER);
    char *text HYPE_TAG(kind, TEXT);
    double *list HYPE_TAG(kind, LIST) HYPE_COUNTED_BY(n);
    char *words[2] HYPE_TAG(kind, WORDS);
    char letters[8] HYPE_TAG(kind, 'l') HYPE_TAG(kind, WORDS + 10);
    struct pair pair HYPE_TAG(kind, PAIR);
};
struct value {
    enum kind kind;
    size_t n;
    union payload payload;
};
struct anonymous {
    struct {
        uint8_t tag;
    } header;
    union {
        struct value *value HYPE_TAG(header.tag, 1);
        float plain HYPE_TAG(header.tag, 2);
    };
    union {
        int as_int;
        float as_float;
    } without_pointers;
};
HYPE_FN struct value convert(const struct value *value, struct anonymous anonymous);
HYPE_FN void by_parameter(enum kind kind, size_t n, union payload payload);

struct value convert(const struct value *value, struct anonymous anonymous)
{
    return anonymous.value ? *anonymous.value : *value;
}

void by_parameter(enum kind kind, size_t n, union payload payload)
{
    (void)kind, (void)n, (void)payload;
}
