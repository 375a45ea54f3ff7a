/* roundtrip.c: 100 MB of doubles there and back, against memcpy of the same bytes. Prints milliseconds, medians. */
#include <hype/hype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { N = 100000000 / sizeof(double), RUNS = 9 };

HYPE_FN int there_and_back(size_t n, const double in[n], HYPE_OUT double out[n])
{
    memcpy(out, in, n * sizeof *in);
    return 0;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *times)
{
    qsort(times, RUNS, sizeof *times, compare);
    return times[RUNS / 2];
}

int main(void)
{
    double *in = malloc(N * sizeof *in), *out = calloc(N, sizeof *out), *copy = malloc(N * sizeof *copy);
    double warm[RUNS], fresh[RUNS], trip[RUNS], start;
    int rc;
    for (size_t i = 0; i < N; i++)
        in[i] = (double)i;
    memcpy(copy, in, N * sizeof *in);
    if (hype_call(&rc, there_and_back, 1, in, out) < 0) {
        hype_perror("there_and_back");
        return 1;
    }
    for (int i = 0; i < RUNS; i++) {
        start = now();
        memcpy(copy, in, N * sizeof *in);
        warm[i] = now() - start;
        double *new_copy = malloc(N * sizeof *in);
        start = now();
        memcpy(new_copy, in, N * sizeof *in);
        fresh[i] = now() - start;
        if (new_copy[N - 1] != in[N - 1])
            return 1;
        free(new_copy);
        memset(out, 0, N * sizeof *out);
        start = now();
        if (hype_call(&rc, there_and_back, N, in, out) < 0) {
            hype_perror("there_and_back");
            return 1;
        }
        trip[i] = now() - start;
        if (memcmp(in, out, N * sizeof *in) != 0)
            return 1;
    }
    double m = median(warm), f = median(fresh), t = median(trip);
    printf("100 MB there and back          %8.1f ms\n", t);
    printf("memcpy, memory that was used   %8.1f ms   ratio %5.1f\n", m, t / m);
    printf("memcpy, memory that is new     %8.1f ms   ratio %5.1f\n", f, t / f);
    return 0;
}
