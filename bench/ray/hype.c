/* hype.c: what ray.cc measures, by hype. Milliseconds a call. Usage: hype first | hype CALLS */
#include <hype/hype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { N = 100000000 / sizeof(double), RUNS = 9 };

HYPE_FN int noop(int value)
{
    return value;
}

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

static void check(int status, int right)
{
    if (status < 0)
        hype_perror("hype");
    else if (!right)
        fprintf(stderr, "hype: a wrong result\n");
    if (status < 0 || !right)
        exit(1);
}

static double sequential(unsigned calls)
{
    int value;
    double start = now();
    for (int i = 0; i < (int)calls; i++) {
        int status = hype_call(&value, noop, i);
        check(status, value == i);
    }
    return (now() - start) / calls;
}

static double parallel(unsigned calls)
{
    int value;
    hype_future **futures = calloc(calls, sizeof *futures);
    double start = now();
    for (int i = 0; i < (int)calls; i++)
        futures[i] = hype_start(NULL, hype_default_env, hype_bind(noop, i));
    for (int i = 0; i < (int)calls; i++) {
        int status = hype_await(futures[i], &value);
        check(status, value == i);
    }
    free(futures);
    return (now() - start) / calls;
}

static double doubles(void)
{
    double *in = malloc(N * sizeof *in), *out = calloc(N, sizeof *out), times[RUNS];
    for (size_t i = 0; i < N; i++)
        in[i] = (double)i;
    for (int run = 0; run < RUNS; run++) {
        int value;
        memset(out, 0, N * sizeof *out);
        double start = now();
        int status = hype_call(&value, there_and_back, N, in, out);
        times[run] = now() - start;
        check(status, memcmp(in, out, N * sizeof *in) == 0);
    }
    free(in);
    free(out);
    qsort(times, RUNS, sizeof *times, compare);
    return times[RUNS / 2];
}

int main(int argc, char **argv)
{
    int value;
    int status = hype_call(&value, noop, 7);
    check(status, value == 7);
    if (argc < 2 || strcmp(argv[1], "first") == 0) {
        puts("first");
        return 0;
    }
    unsigned calls = (unsigned)atoi(argv[1]);
    printf("sequential %.4f\n", sequential(calls));
    printf("parallel %.4f\n", parallel(calls));
    printf("doubles %.1f\n", doubles());
    return 0;
}
