/*
 * first.c: milliseconds from the start of a program until it has printed "first": the median of RUNS.
 *
 *   first RUNS COMMAND...
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(const char *command)
{
    fprintf(stderr, "first: %s failed\n", command);
    exit(1);
}

static double run(char **command)
{
    posix_spawn_file_actions_t actions;
    int ends[2], status;
    char line[4096];
    pid_t pid;
    double end = 0;
    if (pipe(ends) < 0)
        fail("pipe()");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    double start = now();
    if (posix_spawnp(&pid, command[0], &actions, NULL, command, environ) != 0)
        fail(command[0]);
    close(ends[1]);
    FILE *output = fdopen(ends[0], "r");
    while (output && fgets(line, sizeof line, output))
        if (strcmp(line, "first\n") == 0)
            end = now();
    if (waitpid(pid, &status, 0) < 0 || status != 0 || end == 0)
        fail(command[0]);
    fclose(output);
    posix_spawn_file_actions_destroy(&actions);
    return end - start;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    int runs = argc > 2 ? atoi(argv[1]) : 0;
    if (runs < 1) {
        fprintf(stderr, "usage: first RUNS COMMAND...\n");
        return 2;
    }
    double *times = calloc((size_t)runs, sizeof *times);
    for (int i = 0; i < runs; i++)
        times[i] = run(argv + 2);
    qsort(times, (size_t)runs, sizeof *times, compare);
    printf("first %.3f\n", times[runs / 2]);
    return 0;
}
