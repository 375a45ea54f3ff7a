/* task.c: tasks wait, are cancelled, and share one thread. */
#include "testing.h"

#include "task.h"
#include "util.h"

#include <pthread.h>
#include <sys/epoll.h>

static int offloaded(void *context)
{
    return *(int *)context + 1;
}

static int add_one(void *context, hype_error **error)
{
    int *sum = context, one = 0;
    if (task_yield() < 0)
        return error_set(error, HYPE_CANCELLED, "cancelled");
    *sum += task_offload(offloaded, &one);
    return 0;
}

static void thousand_tasks(void *context)
{
    int sum = 0;
    struct task_group group = {.limit = 100};
    hype_error *error = NULL;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(task_group_start(&group, add_one, &sum), 0);
    assert_int_equal(task_group_wait(&group, &error), 0);
    *(int *)context = sum;
}

static int fail_or_wait(void *context, hype_error **error)
{
    if (context)
        return error_set(error, HYPE_REFUSED, "this one fails");
    return task_sleep_until(NO_DEADLINE); /* until it is cancelled */
}

static void failure_cancels(void *unused)
{
    (void)unused;
    struct task_group group = {.limit = 0};
    hype_error *error = NULL;
    int fails;
    for (int i = 0; i < 10; i++)
        task_group_start(&group, fail_or_wait, i == 7 ? &fails : NULL);
    assert_int_equal(task_group_wait(&group, &error), -HYPE_REFUSED);
    assert_string_equal(error->message, "this one fails");
    error_free(error);
}

struct crowd {
    struct task_event event;
    int came, cancelled;
};

static void wait_in_crowd(void *context)
{
    struct crowd *crowd = context;
    if (task_event_wait(&crowd->event, NO_DEADLINE) < 0)
        crowd->cancelled++;
    else
        crowd->came++;
}

/* One that is made ready by being cancelled is still among the waiters when the event comes to the others. */
static void one_of_three_waiters_cancelled(void *unused)
{
    (void)unused;
    struct crowd crowd = {.came = 0};
    task *tasks[3];
    for (int i = 0; i < 3; i++)
        assert_int_equal(task_start(wait_in_crowd, &crowd, &tasks[i], NULL), 0);
    assert_int_equal(task_yield(), 0);
    task_cancel(tasks[1]);
    task_event_set(&crowd.event);
    for (int i = 0; i < 10 && crowd.came + crowd.cancelled < 3; i++)
        assert_int_equal(task_yield(), 0);
    assert_int_equal(crowd.cancelled, 1);
    assert_int_equal(crowd.came, 2);
}

static void descriptors_and_deadlines(void *unused)
{
    (void)unused;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(task_wait_fd(ends[0], EPOLLIN, clock_ms() + 5), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_true(task_wait_fd(ends[0], EPOLLIN, NO_DEADLINE) & EPOLLIN);
    close(ends[0]);
    close(ends[1]);
}

static struct task_event event;
static task *waiting;
static int outcomes[2];

static void wait_for_event(void *context)
{
    int *outcome = context;
    waiting = task_self();
    *outcome = task_event_wait(&event, NO_DEADLINE);
}

static void set_event(void *unused)
{
    (void)unused;
    task *other;
    assert_int_equal(task_start(wait_for_event, &outcomes[0], NULL, NULL), 0);
    task_yield();
    other = waiting;
    assert_int_equal(task_start(wait_for_event, &outcomes[1], NULL, NULL), 0);
    task_yield();
    task_cancel(other);
    task_yield();
    task_event_set(&event);
    task_yield();
    assert_int_equal(outcomes[0], -HYPE_CANCELLED);
    assert_int_equal(outcomes[1], 0);
}

static void many_tasks_one_thread(void **state)
{
    (void)state;
    int sum = 0;
    assert_int_equal(task_run(thousand_tasks, &sum, NULL), 0);
    assert_int_equal(sum, 1000);
}

static void groups_fail_together(void **state)
{
    (void)state;
    assert_int_equal(task_run(failure_cancels, NULL, NULL), 0);
}

static void cancelling_one_waiter_loses_no_other(void **state)
{
    (void)state;
    assert_int_equal(task_run(one_of_three_waiters_cancelled, NULL, NULL), 0);
}

static void waits_end(void **state)
{
    (void)state;
    assert_int_equal(task_run(descriptors_and_deadlines, NULL, NULL), 0);
    assert_int_equal(task_run(set_event, NULL, NULL), 0);
}

static void *run_from_thread(void *context)
{
    return task_run(thousand_tasks, context, NULL) == 0 ? context : NULL;
}

static void from_several_threads(void **state)
{
    (void)state;
    pthread_t threads[4];
    int sums[4] = {0};
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, run_from_thread, &sums[i]);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(sums[i], 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_tasks_one_thread),
        cmocka_unit_test(groups_fail_together),
        cmocka_unit_test(cancelling_one_waiter_loses_no_other),
        cmocka_unit_test(waits_end),
        cmocka_unit_test(from_several_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
