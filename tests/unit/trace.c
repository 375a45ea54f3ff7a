/* trace.c: times of other machines, placed among those of this one. */
#include "testing.h"

#include "kube/pulled.h"
#include "trace.h"
#include "util.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static char path[] = "/tmp/hype-trace-XXXXXX";
static hype_env env;

#define MS INT64_C(1000000)

static json_t *events(void)
{
    char *text;
    size_t size;
    assert_int_equal(file_read(path, 1 << 20, &text, &size, NULL), 0);
    cleanup_free char *whole = text_format("%s]", text);
    free(text);
    json_t *json = json_loads(whole, 0, NULL);
    assert_non_null(json);
    return json;
}

/* The start and duration of a phase of a track, in milliseconds; false where it is not told of. */
static bool find(const struct trace_call *call, enum trace_phase phase, double *start, double *duration)
{
    json_t *json = events(), *event;
    size_t i;
    bool found = false;
    json_array_foreach(json, i, event)
    {
        if (json_integer_value(json_object_get(event, "tid")) != call->track ||
            strcmp(json_string_value(json_object_get(event, "name")), trace_phase_name(phase)) != 0)
            continue;
        *start = json_number_value(json_object_get(event, "ts")) / 1000;
        *duration = json_number_value(json_object_get(event, "dur")) / 1000;
        found = true;
    }
    json_decref(json);
    return found;
}

/* A call that was sent 100 ms ago, and what a machine tells of it whose clock is AHEAD of this one's. */
static void begin(struct trace_call *call, struct trace_stamps *stamps, int64_t ahead, int64_t *now)
{
    *now = trace_clock();
    *call = (struct trace_call){0};
    trace_begin(call, "f", "hype-run-aaaaaaaa", NULL, *now, &env);
    assert_true(call->track > 0);
    call->sent = *now - 100 * MS;
    for (int i = 0; i < TRACE_STAMPS; i++)
        stamps->at[i] = *now + ahead - 90 * MS + i * 20 * MS;
}

#define ABOUT(a, b) assert_true((a) - (b) < 0.001 && (b) - (a) < 0.001)

static void same_clock(void **state)
{
    (void)state;
    struct trace_call call;
    struct trace_stamps stamps;
    int64_t now;
    double fetch, load, duration;
    begin(&call, &stamps, 0, &now);
    trace_remote(&call, &stamps, now);
    assert_int_equal(call.remote_began, now - 90 * MS);
    assert_true(find(&call, TRACE_FETCH, &fetch, &duration));
    ABOUT(duration, 20);
    assert_true(find(&call, TRACE_LOAD, &load, &duration));
    ABOUT(load - fetch, 20);
    ABOUT(duration, 20);
}

/* Durations are kept, and the last is over when that was noticed. */
static void other_clock(void **state)
{
    (void)state;
    for (int hours = -24; hours <= 24; hours += 48) {
        struct trace_call call;
        struct trace_stamps stamps;
        int64_t now;
        double start, duration;
        begin(&call, &stamps, hours * 3600000 * MS, &now);
        trace_remote(&call, &stamps, now);
        assert_int_equal(call.remote_began, now - 80 * MS);
        assert_true(find(&call, TRACE_RUN, &start, &duration));
        ABOUT(duration, 20);
    }
}

/* A phase that had begun when the call ended lasted until then. */
static void crashed(void **state)
{
    (void)state;
    struct trace_call call;
    struct trace_stamps stamps;
    int64_t now;
    double start, duration;
    begin(&call, &stamps, 0, &now);
    stamps.at[TRACE_AT_RETURN] = 0;
    trace_remote(&call, &stamps, now);
    assert_true(find(&call, TRACE_RUN, &start, &duration));
    ABOUT(duration, 40);
}

static void nonsense_is_dropped(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        struct trace_call call;
        struct trace_stamps stamps;
        int64_t now;
        double start, duration;
        begin(&call, &stamps, 0, &now);
        stamps.at[kind] = (const int64_t[]){0, now + 1000 * MS, 1, INT64_MAX}[kind];
        trace_remote(&call, &stamps, now);
        assert_false(find(&call, TRACE_FETCH, &start, &duration));
        assert_int_equal(call.remote_began, 0);
    }
}

static void stamps_are_read(void **state)
{
    (void)state;
    struct trace_stamps stamps = {{1, INT64_MAX, 0, 42, 5}}, read;
    char text[TRACE_STAMPS_SIZE];
    trace_stamps_write(&stamps, text);
    assert_true(trace_stamps_read(text, &read));
    assert_memory_equal(&stamps, &read, sizeof read);
    assert_false(trace_stamps_read("1 2 3 4", &read));
    assert_false(trace_stamps_read("1 2 3 4 5 6", &read));
    assert_false(trace_stamps_read("1 2 3 4 -5", &read));
    assert_false(trace_stamps_read("1 2 3 4 99999999999999999999", &read));
    assert_false(trace_stamps_read("", &read));
}

static void pulls_are_read(void **state)
{
    (void)state;
    assert_int_equal(pulled_message_time("Successfully pulled image \"a/b:1\" in 1m2.5s (1m3s including waiting)."),
                     62500 * MS);
    assert_int_equal(pulled_message_time("Successfully pulled image \"a\" in 350ms (1s including waiting)"), 350 * MS);
    assert_int_equal(pulled_message_time("Container image \"a\" already present on machine"), 0);
    assert_int_equal(pulled_message_time("Successfully pulled image \"a\" in x"), 0);
    assert_int_equal(pulled_message_time("Successfully pulled image \"a\" in 1000000h"), 0);
    assert_int_equal(pulled_message_time(""), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_clock),          cmocka_unit_test(other_clock),     cmocka_unit_test(crashed),
        cmocka_unit_test(nonsense_is_dropped), cmocka_unit_test(stamps_are_read), cmocka_unit_test(pulls_are_read),
    };
    close(mkstemp(path));
    setenv("HYPE_TRACE", path, 1);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
