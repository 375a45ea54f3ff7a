/* share.c: a map of CALLS calls that each take 1 MB of their own and 64 MB that they share: share CALLS. */
#include <hype/hype.h>
#include <stdio.h>
#include <stdlib.h>

enum { OWN = 1 << 17, SHARED = 64 << 17 }; /* doubles */

HYPE_FN double dot(size_t n, const double *own HYPE_COUNTED_BY(n), size_t n_shared,
                   const double *shared HYPE_COUNTED_BY(n_shared))
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += own[i] * shared[i * (n_shared / n)];
    return sum;
}

_Noreturn static void fail(const char *what)
{
    hype_perror(what);
    exit(1);
}

/* An item takes its memory when it is added, so there is one block for all. */
static void fill(double *own, size_t item)
{
    for (size_t i = 0; i < OWN; i++)
        own[i] = (double)(item + i);
}

int main(int argc, char **argv)
{
    size_t calls = argc > 1 ? (size_t)atoi(argv[1]) : 1000;
    double *shared = malloc(SHARED * sizeof *shared), *own = malloc(OWN * sizeof *own);
    double *sums = calloc(calls, sizeof *sums);
    if (!shared || !own || !sums)
        return 1;
    for (size_t i = 0; i < SHARED; i++)
        shared[i] = (double)(i % 1000);
    if (hype_share(shared, SHARED * sizeof *shared) < 0)
        fail("share");
    hype_map *map = hype_map_open(NULL, hype_default_env, (hype_map_options){.limit = 2, .batch = 20, .total = calls});
    for (size_t i = 0; map && i < calls; i++) {
        fill(own, i);
        if (hype_map_add(map, hype_bind(dot, (size_t)OWN, own, (size_t)SHARED, shared), &sums[i]) < 0)
            fail("add");
    }
    size_t n = 0;
    for (hype_item item; map && hype_map_next(map, HYPE_FOREVER, &item) > 0; n++) {
        fill(own, item.index);
        if (item.status < 0 || sums[item.index] != dot(OWN, own, SHARED, shared))
            fail("dot");
    }
    hype_map_close(map);
    free(sums);
    free(own);
    free(shared);
    return n != calls;
}
