#include <hype/hype.h>

struct untagged {
    int kind;
    union {
        char *text;
        long number;
    } u;
};
struct half {
    int kind;
    union {
        char *text HYPE_TAG(kind, 1);
        long number;
    };
};
struct unnamed {
    int kind;
    union {
        char *text HYPE_TAG(kind, 1);
        struct {
            int x, y;
        };
    };
};
struct two {
    int kind, sort;
    union {
        char *text HYPE_TAG(kind, 1);
        long number HYPE_TAG(sort, 2);
    } u;
};
struct wrong {
    int kind, sort;
    union {
        char *text HYPE_TAG(unknown, 1);
        long number HYPE_TAG(unknown, 2);
    } u;
    union {
        char *text HYPE_TAG(kind, sort);
    } v;
    union {
        char *text HYPE_TAG(kind, UNKNOWN);
    } w;
    union tagged {
        char *text HYPE_TAG(kind, 1);
    } many[2];
    union tagged *behind;
};
HYPE_FN void f(struct untagged a, struct half b, struct unnamed c, struct two d, struct wrong e)
{
    (void)a, (void)b, (void)c, (void)d, (void)e;
}
HYPE_FN void g(union tagged *choice, int kind)
{
    (void)choice, (void)kind;
}
