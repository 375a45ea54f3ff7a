#include <hype/hype.h>

typedef struct {
    int n;
    double *values HYPE_COUNTED_BY(n);
} series;

HYPE_FN int external(series *s, const char *restrict_me);
HYPE_FN __inline int external(series *s, const char *restrict_me)
{
    return s->n + restrict_me[0];
}
