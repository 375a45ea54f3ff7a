#include <hype/hype.h>

typedef struct {
    int n;
    double *values HYPE_COUNTED_BY(n);
} series;

HYPE_FN extern inline int inline_only(int x)
{
    return x;
}
HYPE_FN inline int external(series *s)
{
    return s->n + inline_only(1);
}
