/*
 * paired.c: times two commands in turn, A B A B …, and prints the median of each and of the ratio pair by pair.
 *
 *   paired RUNS COMMAND_A… -- COMMAND_B…
 *
 * A slow moment of the machine hits both commands of a pair, so their ratio holds. Times are of whole processes, from
 * posix_spawn() to wait(). The commands' output is thrown away; one that fails ends the measurement.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double run(char **command)
{
    posix_spawn_file_actions_t actions;
    struct timespec start, end;
    int status;
    pid_t pid;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    clock_gettime(CLOCK_MONOTONIC, &start);
    if (posix_spawnp(&pid, command[0], &actions, NULL, command, environ) != 0 || waitpid(pid, &status, 0) < 0 ||
        status != 0) {
        fprintf(stderr, "paired: %s failed\n", command[0]);
        exit(1);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    posix_spawn_file_actions_destroy(&actions);
    return (double)(end.tv_sec - start.tv_sec) * 1e3 + (double)(end.tv_nsec - start.tv_nsec) / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    int runs = argc > 1 ? atoi(argv[1]) : 0, split = 2;
    while (split < argc && strcmp(argv[split], "--") != 0)
        split++;
    if (runs < 1 || split == 2 || split + 1 >= argc) {
        fprintf(stderr, "usage: paired RUNS COMMAND_A... -- COMMAND_B...\n");
        return 2;
    }
    argv[split] = NULL;
    double *a = calloc((size_t)runs, sizeof *a), *b = calloc((size_t)runs, sizeof *b);
    double *ratio = calloc((size_t)runs, sizeof *ratio);
    run(argv + 2);
    run(argv + split + 1);
    for (int i = 0; i < runs; i++) {
        a[i] = run(argv + 2);
        b[i] = run(argv + split + 1);
        ratio[i] = a[i] / b[i];
    }
    qsort(a, (size_t)runs, sizeof *a, compare);
    qsort(b, (size_t)runs, sizeof *b, compare);
    qsort(ratio, (size_t)runs, sizeof *ratio, compare);
    printf("%10.2f ms %10.2f ms   ratio %6.3f   (medians of %d pairs)\n", a[runs / 2], b[runs / 2], ratio[runs / 2],
           runs);
    return 0;
}
