/* nested.c: functions that call others elsewhere in their turn, and the chains of errors that come of it. */
#include "check.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

struct list {
    int value;
    struct list *next;
};

HYPE_FN int sum(const struct list *list)
{
    return list ? list->value + sum(list->next) : 0;
}
/* Each of its elements in a call of its own, inside this one. */
HYPE_FN int sum_remotely(const struct list *list)
{
    int rest = 0;
    if (list && list->next && hype_call(&rest, sum_remotely, list->next) < 0)
        hype_fail(list->value, "no sum of what is behind %d", list->value);
    return list ? list->value + rest : 0;
}
HYPE_FN int sum_in_parallel(const struct list *list)
{
    hype_future *futures[8] = {NULL};
    size_t n = 0;
    int total = 0, part;
    for (; list && n < 8; list = list->next)
        futures[n++] = hype_start(NULL, hype_default_env, hype_bind(sum, &(struct list){list->value, NULL}));
    for (size_t i = 0; i < n; i++)
        total += hype_await(futures[i], &part) == 0 ? part : -1000;
    return total;
}

__attribute__((noinline)) static int innermost(volatile int *p)
{
    return *p + 1;
}
HYPE_FN int crash(void)
{
    return innermost((volatile int *)(size_t)16) + 1;
}
HYPE_FN int fail_below(int depth)
{
    int value;
    if (depth > 0 && hype_call(&value, fail_below, depth - 1) == 0)
        return value;
    if (depth == 0 && hype_call(&value, crash) == 0)
        return value;
    errno = ENOSPC;
    hype_fail(depth, "nothing at depth %d", depth);
}
enum end { EXIT, ABORT, RETURN, RECOVER };
HYPE_FN int end_after_failure(enum end end)
{
    int value = 0;
    if (hype_call(&value, crash) == 0)
        return -1;
    fprintf(stderr, "the call failed: %s\n", hype_last_error()->message);
    if (end == RECOVER && hype_call(&value, sum, NULL) < 0)
        return -2;
    if (end == EXIT || end == RECOVER)
        exit(3);
    if (end == ABORT)
        abort();
    return hype_last_error()->signal;
}
HYPE_FN int endless(int depth)
{
    int value;
    if (hype_call(&value, endless, depth + 1) < 0)
        hype_fail(depth, "%s", hype_last_error()->message);
    return value;
}
HYPE_FN void leave_running(void)
{
    hype_start(NULL, hype_default_env, hype_bind(endless, 1 << 20)); /* nobody awaits it */
}
HYPE_FN int keep_submitter(void)
{
    hype_submitter *submitter = hype_submitter_open("process:?workers=1");
    int value = 0;
    if (hype_submit(submitter, hype_default_env, hype_bind(sum, &(struct list){5, NULL}), &value) < 0)
        hype_fail(1, "%s", hype_last_error()->message);
    return value; /* and the submitter is left open */
}

static struct list lists[] = {{1, &lists[1]}, {2, &lists[2]}, {3, NULL}};

static void values(void)
{
    int result;
    CALL(&result, sum_remotely, lists);
    CHECK(result == 6);
    CALL(&result, sum_in_parallel, lists);
    CHECK(result == 6);
    CALL(&result, keep_submitter);
    CHECK(result == 5);
    CALL(&result, end_after_failure, RETURN); /* what the function has dealt with is no error */
    CHECK(result == SIGSEGV);
}

static void chains(void)
{
    int result;
    FAILS(HYPE_FAILED, "nothing at depth 2", &result, fail_below, 2);
    const hype_error *error = hype_last_error();
    for (int depth = 2; depth >= 0; depth--) {
        char text[32];
        snprintf(text, sizeof text, "nothing at depth %d", depth);
        CHECK(error && error->status == -HYPE_FAILED && error->code == depth && error->error_number == ENOSPC);
        CHECK(strcmp(error->message, text) == 0);
        CHECK(strstr(error->backtrace, "#0 fail_below"));
        error = error->cause;
    }
    CHECK(error && error->status == -HYPE_CRASHED && error->signal == SIGSEGV && !error->cause);
    CHECK(strstr(error->backtrace, "#0 innermost") && strstr(error->backtrace, "#1 crash"));
}

static void ends_after_a_failure(void)
{
    int result;
    FAILS(HYPE_EXITED, "exit status 3", &result, end_after_failure, EXIT);
    const hype_error *error = hype_last_error();
    CHECK(error->cause && error->cause->status == -HYPE_CRASHED && strstr(error->cause->backtrace, "#0 innermost"));
    CHECK(strstr(error->backtrace, "#0 end_after_failure") && strstr(error->output, "the call failed"));
    FAILS(HYPE_CRASHED, "SIGABRT", &result, end_after_failure, ABORT);
    CHECK(hype_last_error()->cause && hype_last_error()->cause->signal == SIGSEGV);
    FAILS(HYPE_EXITED, "exit status 3", &result, end_after_failure, RECOVER);
    CHECK(!hype_last_error()->cause);
}

static void recursion_is_bounded(void)
{
    int result, depth = 0;
    FAILS(HYPE_FAILED, "nested", &result, endless, 0);
    for (const hype_error *error = hype_last_error(); error; error = error->cause)
        depth++;
    CHECK(depth == 17);
}

int main(void)
{
    values();
    chains();
    ends_after_a_failure();
    recursion_is_bounded();
    CALL(NULL, leave_running);
    return 0;
}
