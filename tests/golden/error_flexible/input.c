#include <hype/hype.h>

struct without {
    int n;
    int items[];
};
struct zero {
    int n;
    int items[0];
};
struct with {
    int n;
    int items[] HYPE_COUNTED_BY(n);
};
struct around {
    int m;
    struct with with;
};
HYPE_FN void f(struct without *a, struct zero *b, struct with by_value, struct with *many HYPE_COUNTED_BY(3),
               struct around *around)
{
    (void)a, (void)b, (void)by_value, (void)many, (void)around;
}
