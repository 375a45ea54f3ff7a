/*
 * futures.c: futures, groups and retries above a place that answers in this process, as it is told to.
 *
 * No other process takes part, so the thread sanitizer and helgrind see all of it. Built by hypecc.
 */
#include "testing.h"

#include "batch.h"
#include "future.h"

#include <hype/hype.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

HYPE_FN int twice(int n)
{
    return 2 * n;
}

/* ---- The place ---- */

struct place {
    hype_submitter submitter;
    int answers[8];         /* negative statuses that attempts end with, in turn, before a value */
    unsigned attempts;      /* so far */
    bool from_there;        /* the answers are error images */
    bool hangs;             /* attempts wait until they are cancelled */
    unsigned running, most; /* at once */
    char ids[8][JOB_ID_SIZE];
};

static struct buffer value_of(const struct job *job, const void *arguments, size_t size)
{
    struct image image;
    struct buffer returned = BUFFER_EMPTY;
    void *frame, *mapped[2];
    for (int i = 0; i < 2; i++) {
        mapped[i] = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_true(mapped[i] != MAP_FAILED);
        memcpy(mapped[i], arguments, size);
    }
    assert_int_equal(
        image_decode_arguments(mapped[0], mapped[1], size, NULL, NULL, job->unit, job->entry, &image, &frame, NULL), 0);
    job->entry->invoke(frame);
    assert_int_equal(image_encode_return(&image, &returned, NULL), 0);
    image_free(&image);
    for (int i = 0; i < 2; i++)
        munmap(mapped[i], size);
    return returned;
}

/* The first N of them. */
static void give_batch(struct job *job, size_t n)
{
    struct pack pack;
    assert_int_equal(pack_read(job->arguments, job->arguments_size, &pack, NULL), 0);
    assert_int_equal(pack.n, job->batch->n);
    for (size_t i = 0; i < pack.n && i < n; i++) {
        const struct pack_entry *entry = &pack.entries[i];
        struct buffer value = value_of(job, (const char *)job->arguments + entry->offset, entry->size);
        job->batch->take(job->batch, entry->number, value.data, value.size);
        buffer_free(&value);
    }
}

static int give_error(const struct place *place, struct job *job, int answer, hype_error **error)
{
    hype_error *made = NULL;
    error_set(&made, (hype_status)-answer, "as it was told");
    if (!place->from_there) {
        *error = made;
        return answer;
    }
    assert_int_equal(image_encode_error(made, 1, &job->returned, NULL), 0);
    error_free(made);
    return 0;
}

static int place_run(hype_submitter *submitter, struct job *job, hype_error **error)
{
    struct place *place = (struct place *)submitter;
    unsigned attempt = place->attempts++;
    if (++place->running > place->most)
        place->most = place->running;
    if (attempt < 8)
        memcpy(place->ids[attempt], job->id, JOB_ID_SIZE);
    int status = place->hangs ? task_sleep_until(NO_DEADLINE) : task_yield();
    place->running--;
    if (status < 0)
        return error_set(error, (hype_status)-status, "cancelled");
    bool fails = attempt < 8 && place->answers[attempt];
    if (job->batch)
        give_batch(job, fails ? job->batch->n / 2 : job->batch->n);
    if (fails)
        return give_error(place, job, place->answers[attempt], error);
    if (!job->batch)
        job->returned = value_of(job, job->arguments, job->arguments_size);
    return 0;
}

static void end_of_place(void *context)
{
    struct place *place = context;
    assert_null(place->submitter.begun.first);
    assert_null(place->submitter.waiting.first);
    assert_int_equal(place->submitter.running, 0);
}

static const struct submitter_operations operations = {.scheme = "test", .run = place_run};
#define PLACE(...) {.submitter = {.operations = &operations, .limit = 4}, __VA_ARGS__}

static hype_future *start(struct place *place, hype_env env, int n)
{
    return hype_start(&place->submitter, env, hype_bind(twice, n));
}

static void check_end(struct place *place)
{
    assert_int_equal(task_run(end_of_place, place, NULL), 0);
}

/* ---- Retries ---- */

static hype_env retrying(unsigned attempts, unsigned on)
{
    return (hype_env){.retry = {.attempts = attempts, .on = on, .backoff = 0.001}};
}

static void faults_of_the_place_are_tried_again(void **state)
{
    (void)state;
    struct place place = PLACE(.answers = {-HYPE_LOST, -HYPE_NETWORK});
    int result;
    assert_int_equal(hype_await(start(&place, retrying(3, 0), 21), &result), 0);
    assert_int_equal(result, 42);
    assert_int_equal(place.attempts, 3);
    for (int i = 0; i < 3; i++) { /* each attempt has an id of its own */
        assert_memory_equal(place.ids[i], "hype-run-", 9);
        assert_string_not_equal(place.ids[i], place.ids[(i + 1) % 3]);
    }
    check_end(&place);
}

static void attempts_are_counted(void **state)
{
    (void)state;
    struct place place = PLACE(.answers = {-HYPE_LOST, -HYPE_LOST, -HYPE_LOST});
    assert_int_equal(hype_await(start(&place, retrying(2, 0), 1), NULL), -HYPE_LOST);
    assert_int_equal(place.attempts, 2);
    place.attempts = 0;
    assert_int_equal(hype_await(start(&place, (hype_env){.timeout = 0}, 1), NULL), -HYPE_LOST);
    assert_int_equal(place.attempts, 1);
    check_end(&place);
}

static void answers_are_not_tried_again(void **state)
{
    (void)state;
    static const int answers[] = {HYPE_EXITED, HYPE_CRASHED, HYPE_NETWORK, HYPE_LOST, HYPE_TIMEOUT, HYPE_NOT_LOADED};
    for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
        struct place place = PLACE(.answers = {-answers[i]}, .from_there = true);
        assert_int_equal(hype_await(start(&place, retrying(3, 0), 1), NULL), -answers[i]);
        assert_int_equal(place.attempts, 1);
    }
    static const int refusals[] = {HYPE_INVALID, HYPE_PERMISSION, HYPE_NOT_FOUND, HYPE_REFUSED, HYPE_FORMAT};
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
        struct place place = PLACE(.answers = {-refusals[i]});
        assert_int_equal(hype_await(start(&place, retrying(3, HYPE_RETRY_CRASHES), 1), NULL), -refusals[i]);
        assert_int_equal(place.attempts, 1);
    }
}

static void crashes_and_timeouts_are_tried_again_where_asked(void **state)
{
    (void)state;
    int result;
    struct place place = PLACE(.answers = {-HYPE_CRASHED, -HYPE_OUT_OF_MEMORY}, .from_there = true);
    assert_int_equal(hype_await(start(&place, retrying(3, HYPE_RETRY_CRASHES), 1), &result), 0);
    assert_int_equal(place.attempts, 3);
    struct place slow = PLACE(.hangs = true);
    hype_env env = hype_with_timeout(retrying(2, HYPE_RETRY_TIMEOUTS), 0.01);
    assert_int_equal(hype_await(start(&slow, env, 1), NULL), -HYPE_TIMEOUT);
    assert_int_equal(slow.attempts, 2);
}

/* One that pauses before its next attempt lets others run, and can be cancelled. */
static void pauses_hold_nobody_up(void **state)
{
    (void)state;
    struct place place = PLACE(.answers = {-HYPE_LOST});
    place.submitter.limit = 1;
    hype_env env = {.retry = {.attempts = 2, .backoff = 3600}};
    int result;
    hype_future *lost = start(&place, env, 1);
    assert_int_equal(hype_await(start(&place, env, 2), &result), 0);
    assert_int_equal(result, 4);
    assert_false(hype_done(lost));
    assert_true(hype_cancel(lost));
    assert_int_equal(hype_await(lost, NULL), -HYPE_CANCELLED);
    check_end(&place);
}

/* ---- Many, from several threads ---- */

static void few_run_at_once(void **state)
{
    enum { N = 1000 };
    (void)state;
    struct place place = PLACE(.attempts = 8);
    hype_future *futures[N];
    for (int i = 0; i < N; i++)
        futures[i] = start(&place, hype_default_env, i);
    assert_int_equal(hype_wait_all(futures, N, HYPE_FOREVER), 0);
    for (int i = 0; i < N; i++) {
        int result;
        assert_int_equal(hype_await(futures[i], &result), 0);
        assert_int_equal(result, 2 * i);
    }
    assert_int_equal(place.most, 4);
    check_end(&place);
}

struct worker {
    struct place *place;
    unsigned n_called, n_values;
};

static void count_call(hype_future *future, void *context)
{
    struct worker *worker = context;
    assert_true(hype_done(future));
    worker->n_called++;
}

static void *work(void *context)
{
    enum { N = 200 };
    struct worker *worker = context;
    hype_group *group = hype_group_open();
    hype_future *futures[N], *ended;
    int fd = hype_group_fd(group);
    for (int i = 0; i < N; i++) {
        futures[i] = start(worker->place, hype_default_env, i);
        assert_int_equal(hype_on_done(futures[i], count_call, worker), 0);
        hype_group_add(group, futures[i]);
        if (i % 3 == 2)
            hype_cancel(futures[i - 1]);
        if (i % 50 == 49)
            assert_true(hype_wait_any(&futures[i - 2], 3, HYPE_FOREVER) >= 0);
    }
    for (int i = 0; i < N; i++) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&ready, 1, -1), 1);
        assert_int_equal(hype_group_next(group, HYPE_FOREVER, &ended), 0);
        int result, status = hype_await(ended, &result);
        assert_true(status == 0 || status == -HYPE_CANCELLED);
        worker->n_values += status == 0;
    }
    assert_int_equal(hype_group_next(group, HYPE_FOREVER, &ended), 0);
    assert_null(ended);
    hype_group_close(group);
    assert_int_equal(worker->n_called, N);
    return NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
    enum { N = 4 };
    (void)state;
    struct place place = PLACE(.attempts = 8);
    pthread_t threads[N];
    struct worker workers[N];
    for (int i = 0; i < N; i++) {
        workers[i] = (struct worker){.place = &place};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < N; i++) {
        pthread_join(threads[i], NULL);
        assert_true(workers[i].n_values >= 200 - 200 / 3);
    }
    check_end(&place);
}

/* One thread waits, another cancels. */
static void *cancel_soon(void *context)
{
    sched_yield();
    hype_cancel(context);
    return NULL;
}

static void cancelled_while_awaited(void **state)
{
    (void)state;
    struct place place = PLACE(.hangs = true);
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        hype_future *future = start(&place, hype_default_env, i);
        assert_int_equal(pthread_create(&thread, NULL, cancel_soon, future), 0);
        assert_int_equal(hype_wait_all(&future, 1, HYPE_FOREVER), 0);
        pthread_join(thread, NULL);
        assert_int_equal(hype_await(future, NULL), -HYPE_CANCELLED);
    }
    check_end(&place);
}

/* ---- Batches ---- */

static void map_in_batches(struct place *place, hype_env env, int status, size_t n_failed)
{
    enum { N = 1000 };
    int results[N] = {0};
    size_t failed = 0;
    hype_map_options options = {.batch = 100, .limit = 2};
    place->submitter.batches = true;
    hype_map *map = hype_map_open(&place->submitter, env, options);
    for (int i = 0; i < N; i++)
        assert_int_equal(hype_map_add(map, hype_bind(twice, i), &results[i]), 0);
    for (hype_item item; hype_map_next(map, HYPE_FOREVER, &item) == 1;) {
        if (item.status == 0)
            assert_int_equal(results[item.index], 2 * (int)item.index);
        else
            assert_int_equal(item.status, status);
        failed += item.status < 0;
    }
    hype_map_close(map);
    assert_int_equal(failed, n_failed);
    check_end(place);
}

static void batches_bring_each_its_own(void **state)
{
    (void)state;
    struct place place = PLACE(.attempts = 8);
    map_in_batches(&place, hype_default_env, 0, 0);
    assert_int_equal(place.attempts, 8 + 10);
}

/* Of a batch that is lost those calls are tried again that had not come home. */
static void lost_batches_are_tried_again(void **state)
{
    (void)state;
    struct place place = PLACE(.answers = {-HYPE_LOST, 0, -HYPE_LOST});
    map_in_batches(&place, retrying(3, 0), 0, 0);
    struct place once = PLACE(.answers = {-HYPE_LOST, 0, -HYPE_LOST});
    map_in_batches(&once, (hype_env){.retry = {.attempts = 1}}, -HYPE_LOST, 50 + 50);
}

/* Results are taken while other items are added, and the map is closed before all have ended. */
static void batches_are_cancelled(void **state)
{
    enum { N = 300 };
    (void)state;
    struct place place = PLACE(.hangs = true);
    place.submitter.batches = true;
    hype_item item;
    hype_map *map = hype_map_open(&place.submitter, hype_default_env, (hype_map_options){.batch = 10, .limit = 6});
    for (int i = 0; i < N; i++)
        assert_int_equal(hype_map_add(map, hype_bind(twice, i), NULL), 0);
    assert_int_equal(hype_map_next(map, 0.01, &item), -HYPE_TIMEOUT);
    hype_map_close(map);
    map = hype_map_open(&place.submitter, hype_default_env, (hype_map_options){.deadline = 0.02});
    for (int i = 0; i < N; i++)
        assert_int_equal(hype_map_add(map, hype_bind(twice, i), NULL), 0);
    assert_int_equal(hype_map_finish(map), -HYPE_TIMEOUT);
}

/* A program that never waits gets its map done too. */
static void batches_begin_for_who_only_asks(void **state)
{
    (void)state;
    struct place place = PLACE(.attempts = 8);
    place.submitter.batches = true;
    int result = 0, status;
    hype_item item;
    hype_map *map = hype_map_open(&place.submitter, hype_default_env, (hype_map_options){.limit = 0});
    assert_int_equal(hype_map_add(map, hype_bind(twice, 21), &result), 0);
    int64_t patience = clock_after(60);
    while ((status = hype_map_next(map, 0, &item)) == -HYPE_TIMEOUT && clock_ms() < patience)
        sched_yield();
    assert_int_equal(status, 1);
    assert_int_equal(result, 42);
    hype_map_close(map);
    check_end(&place);
}

static void a_map_that_cannot_be_opened_says_why(void **state)
{
    (void)state;
    hype_item item;
    setenv("HYPE_SUBMITTER", "nowhere:", 1);
    assert_int_equal(
        hype_map_over(NULL, hype_default_env, (hype_map_options){.limit = 1}, 2, i, hype_bind(twice, (int)i), NULL),
        -HYPE_INVALID);
    assert_non_null(strstr(hype_last_error()->message, "nowhere"));
    assert_int_equal(hype_map_next(NULL, 0, &item), -HYPE_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_bring_each_its_own),
        cmocka_unit_test(lost_batches_are_tried_again),
        cmocka_unit_test(batches_are_cancelled),
        cmocka_unit_test(batches_begin_for_who_only_asks),
        cmocka_unit_test(a_map_that_cannot_be_opened_says_why),
        cmocka_unit_test(faults_of_the_place_are_tried_again),
        cmocka_unit_test(attempts_are_counted),
        cmocka_unit_test(answers_are_not_tried_again),
        cmocka_unit_test(crashes_and_timeouts_are_tried_again_where_asked),
        cmocka_unit_test(pauses_hold_nobody_up),
        cmocka_unit_test(few_run_at_once),
        cmocka_unit_test(threads_do_not_disturb_each_other),
        cmocka_unit_test(cancelled_while_awaited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
