/* share.c: CALLS calls that each take 1 MB of their own and 64 MB that they share: share CALLS. */
#include <hype/hype.h>
#include <stdio.h>
#include <stdlib.h>

enum { OWN = 1 << 17, SHARED = 64 << 17, AT_ONCE = 4 }; /* doubles, doubles, calls */

HYPE_FN double dot(size_t n, const double *own HYPE_COUNTED_BY(n), size_t n_shared,
                   const double *shared HYPE_COUNTED_BY(n_shared))
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += own[i] * shared[i * (n_shared / n)];
    return sum;
}

int main(int argc, char **argv)
{
    double *shared = malloc(SHARED * sizeof *shared), *own = malloc(OWN * sizeof *own);
    int calls = argc > 1 ? atoi(argv[1]) : 1000;
    hype_future *futures[AT_ONCE] = {NULL};
    if (!shared || !own)
        return 1;
    for (size_t i = 0; i < SHARED; i++)
        shared[i] = (double)i;
    if (hype_share(shared, SHARED * sizeof *shared) < 0) {
        hype_perror("share");
        return 1;
    }
    for (int i = 0; i < calls + AT_ONCE; i++) {
        double sum;
        if (i >= AT_ONCE && i - AT_ONCE < calls && hype_await(futures[i % AT_ONCE], &sum) < 0) {
            hype_perror("share");
            return 1;
        }
        for (size_t j = 0; j < OWN; j++)
            own[j] = i + (double)j;
        if (i < calls)
            futures[i % AT_ONCE] =
                hype_start(NULL, hype_default_env, hype_bind(dot, (size_t)OWN, own, (size_t)SHARED, shared));
    }
    free(own);
    free(shared);
    return 0;
}
