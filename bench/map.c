/* map.c: items a second of a map of no-op calls, behind the first call. Usage: map ITEMS LIMIT */
#include <hype/hype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

HYPE_FN int noop(int value)
{
    return value;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000, limit = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    int *results = calloc(n, sizeof *results);
    if (hype_call(&results[0], noop, 1) < 0) { /* which stages the code */
        hype_perror("noop");
        return 1;
    }
    double start = now();
    hype_map_options options = {.limit = limit, .total = n};
    if (hype_map_over(NULL, hype_default_env, options, n, i, hype_bind(noop, (int)i), &results[i]) < 0) {
        hype_perror("map");
        return 1;
    }
    double seconds = now() - start;
    for (size_t i = 0; i < n; i++)
        if (results[i] != (int)i)
            return 1;
    printf("%zu items in %.1f s: %.0f items a second\n", n, seconds, (double)n / seconds);
    return 0;
}
