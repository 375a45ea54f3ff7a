/* map.c: one function over many inputs: results in order or as they come, errors item by item. */
#include "check.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

HYPE_FN int square(int n)
{
    return n * n;
}
HYPE_FN int fail_at(int n, int where)
{
    if (n == where)
        abort();
    return n;
}
HYPE_FN void fill(size_t n, HYPE_OUT double out[n], double value)
{
    for (size_t i = 0; i < n; i++)
        out[i] = value;
}
HYPE_FN char *name(int n)
{
    char *text = malloc(16);
    snprintf(text, 16, "item %d", n);
    return text;
}
HYPE_FN void sleep_long(void)
{
    sleep(600);
}

/* Leaves a process behind that has NAME open for writing. */
HYPE_FN int leave_process(const char *name)
{
    int fd = open(name, O_WRONLY);
    if (fd >= 0 && fork() == 0)
        for (;;)
            pause();
    return fd >= 0;
}

/* Removes a file of the working folder: each call has its own. */
HYPE_FN int take_file(const char *name)
{
    return unlink(name) == 0;
}

static void over_an_array(void)
{
    enum { N = 100 };
    int in[N], out[N];
    for (int i = 0; i < N; i++)
        in[i] = i - 50;
    hype_map_options options = {.limit = 8};
    CHECK(hype_map_over(NULL, hype_default_env, options, N, i, hype_bind(square, in[i]), &out[i]) == 0);
    for (int i = 0; i < N; i++)
        CHECK(out[i] == in[i] * in[i]);
    CHECK(hype_map_over(NULL, hype_default_env, options, N, i, hype_bind(fail_at, (int)i, 70), &out[i]) ==
          -HYPE_CRASHED);
    CHECK(strstr(hype_last_error()->message, "fail_at") && out[69] == 69 && out[71] == 71);
}

static void as_they_come(void)
{
    enum { N = 40 };
    int results[N];
    bool seen[N] = {false};
    hype_item item;
    hype_map *map = hype_map_open(NULL, hype_default_env, (hype_map_options){.limit = N});
    CHECK(map);
    CHECK(hype_map_next(map, HYPE_FOREVER, &item) == 0);
    for (int i = 0; i < N; i++)
        CHECK(hype_map_add(map, hype_bind(fail_at, i, 7), &results[i]) == 0);
    for (int i = 0; i < N; i++) {
        CHECK(hype_map_next(map, HYPE_FOREVER, &item) == 1 && item.index < N && !seen[item.index]);
        seen[item.index] = true;
        if (item.index == 7) {
            CHECK(item.status == -HYPE_CRASHED && hype_last_error()->status == -HYPE_CRASHED);
            CHECK(hype_last_error()->backtrace && strstr(hype_last_error()->backtrace, "fail_at"));
        } else {
            CHECK(item.status == 0 && results[item.index] == (int)item.index);
        }
    }
    CHECK(hype_map_next(map, HYPE_FOREVER, &item) == 0);
    hype_map_close(map);
}

/* Inputs that come one by one, results taken in between: little is in memory. */
static void in_order(void)
{
    enum { N = 60, SIZE = 1000 };
    static double rows[N][SIZE];
    size_t next = 0;
    hype_item item;
    hype_map *map = hype_map_open(NULL, hype_default_env, (hype_map_options){.ordered = true, .limit = 5, .total = N});
    for (size_t i = 0; i < N; i++) {
        CHECK(hype_map_add(map, hype_bind(fill, SIZE, rows[i], (double)i), NULL) == 0);
        for (int got; (got = hype_map_next(map, 0, &item)) != 0;) {
            if (got == -HYPE_TIMEOUT)
                break;
            CHECK(got == 1 && item.status == 0 && item.index == next);
            CHECK(rows[next][SIZE - 1] == (double)next);
            next++;
        }
    }
    while (hype_map_next(map, HYPE_FOREVER, &item) == 1)
        CHECK(item.status == 0 && item.index == next++);
    CHECK(next == N);
    hype_map_close(map);
}

static void whole_blocks(void)
{
    enum { N = 20 };
    char *names[N];
    CHECK(hype_map_over(NULL, hype_default_env, (hype_map_options){.limit = 0}, N, i, hype_bind(name, (int)i),
                        &names[i]) == 0);
    for (int i = 0; i < N; i++) {
        char expected[24];
        snprintf(expected, sizeof expected, "item %d", i);
        CHECK(strcmp(names[i], expected) == 0);
        free(names[i]);
    }
}

/* Each item has its own timeout and its own working folder. */
static void timeouts_and_files(void)
{
    char path[] = "/dev/shm/hype-data-XXXXXX"; /* another file system than that of the working folders */
    int fd = mkstemp(path), status[4] = {0}, found[4] = {0};
    CHECK(fd >= 0 && write(fd, "data", 4) == 4 && close(fd) == 0);
    hype_env env = hype_with_timeout(hype_with_file(hype_default_env, path), 10);
    hype_map *map = hype_map_open(NULL, env, (hype_map_options){.limit = 2});
    for (int i = 0; i < 4; i++)
        CHECK((i == 1 ? hype_map_add(map, hype_bind(sleep_long), NULL)
                      : hype_map_add(map, hype_bind(take_file, strrchr(path, '/') + 1), &found[i])) == 0);
    for (hype_item item; hype_map_next(map, HYPE_FOREVER, &item) == 1;)
        status[item.index] = item.status;
    hype_map_close(map);
    unlink(path);
    for (int i = 0; i < 4; i++)
        CHECK(i == 1 ? status[i] == -HYPE_TIMEOUT : status[i] == 0 && found[i] == 1);
}

/* Each bigger than the pieces in which results come home. */
static void large_results(void)
{
    enum { N = 3, LENGTH = 1300000 };
    double *out[N];
    for (int i = 0; i < N; i++)
        CHECK((out[i] = calloc(LENGTH, sizeof(double))));
    CHECK(hype_map_over(NULL, hype_default_env, (hype_map_options){.limit = 1}, N, i,
                        hype_bind(fill, LENGTH, out[i], (double)i + 1), NULL) == 0);
    for (int i = 0; i < N; i++) {
        CHECK(out[i][0] == i + 1 && out[i][LENGTH - 1] == i + 1);
        free(out[i]);
    }
}

/* What an item leaves running ends with it. */
static void left_processes(void)
{
    char folder[] = "/tmp/hype-left-XXXXXX", path[64], byte;
    int opened[2] = {0};
    CHECK(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/open", folder);
    CHECK(mkfifo(path, 0600) == 0);
    int fd = open(path, O_RDONLY | O_NONBLOCK);
    CHECK(hype_map_over(NULL, hype_default_env, (hype_map_options){.limit = 1}, 2, i, hype_bind(leave_process, path),
                        &opened[i]) == 0);
    CHECK(opened[0] == 1 && opened[1] == 1);
    CHECK(fcntl(fd, F_SETFL, 0) == 0 && read(fd, &byte, 1) == 0); /* when nobody has it open any more */
    close(fd);
    unlink(path);
    rmdir(folder);
}

static void deadlines(void)
{
    hype_item item;
    hype_map *map = hype_map_open(NULL, hype_default_env, (hype_map_options){.deadline = 1.5, .limit = 10});
    for (int i = 0; i < 9; i++) /* more than run at once */
        CHECK(hype_map_add(map, hype_bind(sleep_long), NULL) == 0);
    while (hype_map_next(map, HYPE_FOREVER, &item) == 1) {
        CHECK(item.status == -HYPE_TIMEOUT);
        CHECK(strstr(hype_last_error()->message, "1.5 s"));
    }
    CHECK(hype_map_add(map, hype_bind(sleep_long), NULL) == 0); /* too late */
    CHECK(hype_map_finish(map) == -HYPE_TIMEOUT);
}

static void limits_without_end(void)
{
    int out[4];
    for (int i = 0; i < 2; i++) {
        double limit = i == 0 ? 1e300 : __builtin_inf();
        hype_env env = hype_with_retry(hype_with_timeout(hype_default_env, limit), (hype_retry){2, 0, limit});
        CHECK(hype_map_over(NULL, env, (hype_map_options){.deadline = limit}, 4, i, hype_bind(square, (int)i),
                            &out[i]) == 0);
        CHECK(hype_submit(NULL, env, hype_bind(square, 3), &out[0]) == 0 && out[0] == 9);
    }
}

static void closed_early(void)
{
    int results[30] = {0};
    hype_item item;
    hype_map *map = hype_map_open(NULL, hype_default_env, (hype_map_options){.limit = 100});
    for (int i = 0; i < 30; i++)
        hype_map_add(map, i < 20 ? hype_bind(square, i) : hype_bind(fail_at, i, -1), &results[i]);
    for (int i = 0; i < 10; i++)
        hype_map_add(map, hype_bind(sleep_long), NULL);
    CHECK(hype_map_next(map, 600, &item) == 1 && item.status == 0);
    hype_map_close(map);
    hype_map_close(NULL);
}

/* While thousands wait for a batch; or, where there are none, for their turn. */
static void submitter_closed_early(void)
{
    enum { N = 10000 };
    const char *url = getenv("HYPE_SUBMITTER");
    hype_item item;
    hype_submitter *submitter = hype_submitter_open(url);
    hype_map_options options = {.batch = 2, .limit = strstr(url, "staging") ? 2 : N};
    hype_map *map = hype_map_open(submitter, hype_default_env, options);
    for (int i = 0; i < N; i++)
        CHECK(hype_map_add(map, hype_bind(sleep_long), NULL) == 0);
    CHECK(hype_map_next(map, 0.01, &item) == -HYPE_TIMEOUT);
    hype_submitter_close(submitter);
    for (int i = 0; i < N; i++)
        CHECK(hype_map_next(map, HYPE_FOREVER, &item) == 1 && item.status == -HYPE_CANCELLED);
    hype_map_close(map);
}

/* Before there was a reason to begin a batch. */
static void submitter_closed_at_once(void)
{
    hype_submitter *submitter = hype_submitter_open(getenv("HYPE_SUBMITTER"));
    hype_map *map = hype_map_open(submitter, hype_default_env, (hype_map_options){.limit = 2});
    for (int i = 0; i < 3; i++)
        CHECK(hype_map_add(map, hype_bind(sleep_long), NULL) == 0);
    hype_submitter_close(submitter);
    CHECK(hype_map_finish(map) == -HYPE_CANCELLED);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "timeouts") == 0) {
        timeouts_and_files();
        return 0;
    }
    over_an_array();
    as_they_come();
    in_order();
    whole_blocks();
    timeouts_and_files();
    large_results();
    left_processes();
    deadlines();
    limits_without_end();
    closed_early();
    submitter_closed_early();
    submitter_closed_at_once();
    return 0;
}
