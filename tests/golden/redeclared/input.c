#include "redeclared.h"

/* Annotations of every declaration count, each with the parameter names of its own. */
HYPE_FN void late(double *, size_t);

int sum(long amount, const int *numbers, int (*pairs)[2], char *text HYPE_COUNTED_BY(amount))
{
    return (int)amount + numbers[0] + pairs[0][0] + text[0];
}
int sum(long many, const int *list, int (*two)[2], char *characters);

void late(double *x, size_t n)
{
    x[0] = (double)n;
}
HYPE_FN void late(double *out HYPE_COUNTED_BY(length) HYPE_OUT, size_t length);

struct later {
    int n;
};
