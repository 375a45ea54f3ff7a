#include <hype/hype.h>
#include <complex.h>
#include <stdbool.h>
#include <wchar.h>

__extension__ typedef __int128 wide;
typedef float vector4 __attribute__((vector_size(16)));
typedef enum { UP, DOWN } direction;

HYPE_FN double complex scalars(bool b, signed char c, unsigned long long u, long double l, double complex z, wide w,
                               vector4 v, direction d, wchar_t wc, const int constant, volatile int vol,
                               register int reg);
HYPE_FN int atomics(_Atomic int by_value, _Atomic long *pointer, const volatile int *restrict read);
HYPE_FN vector4 pointers(bool *b HYPE_COUNTED_BY(n), _Atomic unsigned short n, double complex *z, wide *w, vector4 *v,
                         direction *d HYPE_COUNTED_BY(w128), wide w128);

struct counted {
    _Atomic size_t n;
    volatile float *values HYPE_COUNTED_BY(n);
    const struct {
        const int x;
    } constant;
};
HYPE_FN const struct counted by_value(struct counted counted);

double complex scalars(bool b, signed char c, unsigned long long u, long double l, double complex z, wide w, vector4 v,
                       direction d, wchar_t wc, const int constant, volatile int vol, register int reg)
{
    (void)b, (void)c, (void)u, (void)l, (void)w, (void)v, (void)d, (void)wc, (void)constant, (void)vol, (void)reg;
    return z;
}

int atomics(_Atomic int by_value, _Atomic long *pointer, const volatile int *restrict read)
{
    *pointer = *read;
    return by_value;
}

vector4 pointers(bool *b, _Atomic unsigned short n, double complex *z, wide *w, vector4 *v, direction *d, wide w128)
{
    (void)b, (void)n, (void)z, (void)w, (void)d, (void)w128;
    return *v;
}

const struct counted by_value(struct counted counted)
{
    return counted;
}
