/* streams.c: lines, watches and logs of Kubernetes come out the same wherever the network has cut them. */
#include "testing.h"

#include "kube/logs.h"
#include "kube/watch.h"
#include "lines.h"
#include "util.h"

#include <stdio.h>
#include <string.h>

/* ---- Lines ---- */

struct joined {
    char text[4096];
};

static int join_line(void *context, const char *line, size_t length, hype_error **error)
{
    (void)error;
    struct joined *joined = context;
    assert_int_equal(strlen(line), length);
    strcat(strcat(joined->text, line), "|");
    return strcmp(line, "stop") == 0 ? 7 : 0;
}

static void lines_are_whole(void **state)
{
    (void)state;
    static const char text[] = "one\n\ntwo and three\nrest";
    for (size_t cut = 0; cut < strlen(text); cut++) {
        struct lines lines = {.limit = 100};
        struct joined joined = {""};
        assert_int_equal(lines_feed(&lines, text, cut, join_line, &joined, NULL), 0);
        assert_int_equal(lines_feed(&lines, text + cut, strlen(text) - cut, join_line, &joined, NULL), 0);
        assert_string_equal(joined.text, "one||two and three|");
        assert_int_equal(lines_feed(&lines, "\nstop\nmore\n", 11, join_line, &joined, NULL), 7);
        assert_string_equal(joined.text, "one||two and three|rest|stop|");
        lines_free(&lines);
    }
}

static void a_line_without_end_is_refused(void **state)
{
    (void)state;
    cleanup_error hype_error *error = NULL;
    struct lines lines = {.limit = 10};
    struct joined joined = {""};
    assert_int_equal(lines_feed(&lines, "12345", 5, join_line, &joined, &error), 0);
    assert_int_equal(lines_feed(&lines, "67890", 5, join_line, &joined, &error), 0);
    assert_int_equal(lines_feed(&lines, "1", 1, join_line, &joined, &error), -HYPE_FORMAT);
    lines_free(&lines);
}

/* ---- Watches ---- */

static void tell_change(void *context, json_t *object, bool deleted)
{
    struct joined *joined = context;
    json_t *name = json_object_get(json_object_get(object, "metadata"), "name");
    strcat(strcat(joined->text, deleted ? "-" : "+"), json_string_value(name));
}

static const char events[] =
    "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"10\"}}}\n"
    "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"b\\n\xc3\xa4\",\"resourceVersion\":\"11\"}}}\n"
    "\n"
    "{\"type\":\"DELETED\",\"object\":{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"12\"}}}\n"
    "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Pod\",\"metadata\":{\"resourceVersion\":\"99\"}}}\n"
    "{\"type\":\"NEWKIND\",\"object\":{\"metadata\":{\"name\":\"x\",\"resourceVersion\":\"100\"}}}\n";

static void a_watch_is_read_wherever_it_is_cut(void **state)
{
    (void)state;
    for (size_t cut = 0; cut <= strlen(events); cut++)
        for (size_t piece = 1; piece < 4; piece++) {
            struct joined joined = {""};
            struct watch_listener listener = {.changed = tell_change, .context = &joined};
            struct watch_stream stream = {.lines.limit = 1000, .listener = &listener};
            assert_int_equal(watch_stream_feed(&stream, events, cut, NULL), 0);
            for (size_t at = cut; at < strlen(events); at += piece) {
                size_t left = strlen(events) - at;
                assert_int_equal(watch_stream_feed(&stream, events + at, left < piece ? left : piece, NULL), 0);
            }
            assert_string_equal(joined.text, "+a+b\n\xc3\xa4-a");
            assert_string_equal(stream.version, "100");
            lines_free(&stream.lines);
        }
}

static int feed(const char *text, struct watch_stream *stream, hype_error **error)
{
    static struct joined joined;
    static const struct watch_listener listener = {.changed = tell_change, .context = &joined};
    *stream = (struct watch_stream){.lines.limit = 1000, .listener = &listener, .version = "5"};
    int status = watch_stream_feed(stream, text, strlen(text), error);
    lines_free(&stream->lines);
    return status;
}

static void a_forgotten_version_ends_a_watch(void **state)
{
    (void)state;
    struct watch_stream stream;
    assert_int_equal(feed("{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410,\"reason\":\"Expired\"}}\n",
                          &stream, NULL),
                     HTTP_STOP);
    assert_true(stream.gone);
}

static void what_is_no_event_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int status;
    } cases[] = {
        {"{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":500,\"message\":\"etcd is away\"}}\n",
         -HYPE_NETWORK},
        {"{\"type\":\"ERROR\",\"object\":{}}\n", -HYPE_NETWORK},
        {"{\"type\":\"ADDED\"}\n", -HYPE_FORMAT},
        {"{\"type\":1,\"object\":{}}\n", -HYPE_FORMAT},
        {"{\"type\":\"ADDED\",\"object\":[]}\n", -HYPE_FORMAT},
        {"[]\n", -HYPE_FORMAT},
        {"<html>\n", -HYPE_FORMAT},
        {"{\"type\":\n", -HYPE_FORMAT},
        {"\x80\xff\n", -HYPE_FORMAT},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        cleanup_error hype_error *error = NULL;
        struct watch_stream stream;
        assert_int_equal(feed(cases[i].line, &stream, &error), cases[i].status);
        assert_non_null(error);
    }
}

/* ---- Logs ---- */

/* Everything printed so far is in the output's tail. */
static void open_log(struct log_reader *reader, struct output *output)
{
    output_open(output, "f", "hype-run-x", NULL);
    *reader = (struct log_reader){.output = output};
}

static void answer(struct log_reader *reader, const char *text, size_t size, size_t piece)
{
    log_reader_restart(reader);
    for (size_t at = 0; at < size; at += piece)
        log_reader_feed(reader, text + at, size - at < piece ? size - at : piece, NULL);
}

static const char whole[] = "2026-11-26T07:00:00.000000001Z \x1f"
                            "one\n"
                            "2026-11-26T07:00:00.100000000Z \x1f"
                            "two\n"
                            "2026-11-26T07:00:00.100000000Z \x1f"
                            "two\n"
                            "2026-11-26T07:00:01.000000000Z \x1f"
                            "\n"
                            "2026-11-26T07:00:00.999999999Z \x1f"
                            "a little late, of the other stream\n"
                            "2026-11-26T07:00:01.5Z \x1f"
                            "2026-11-26T07:00:00Z four\n"
                            "2026-11-26T07:00:02.000000000Z \x1f"
                            "five\n"
                            "2026-11-26T07:00:02.000000000Z of stdout\n";
static const char printed[] = "one\ntwo\ntwo\n\na little late, of the other stream\n2026-11-26T07:00:00Z four\nfive\n";

static void times_are_taken_off(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= strlen(whole); piece++) {
        struct log_reader reader;
        struct output output;
        open_log(&reader, &output);
        answer(&reader, whole, strlen(whole), piece);
        assert_string_equal(output.tail, printed);
        output_close(&output);
    }
}

/* What a server sends from the second on at which it is asked to begin. */
static size_t rest_of(const struct log_reader *reader, char out[sizeof whole])
{
    const char *since = reader->before[0] ? reader->before : reader->second;
    size_t size = 0, length = strlen(since) > 19 ? 19 : 0;
    for (const char *line = whole, *end; *line; line = end) {
        end = strchr(line, '\n') + 1;
        if (strncmp(line, since, length) >= 0) {
            memcpy(out + size, line, (size_t)(end - line));
            size += (size_t)(end - line);
        }
    }
    return size;
}

static void a_log_that_breaks_is_read_on_without_loss_or_repetition(void **state)
{
    (void)state;
    for (size_t first = 0; first <= strlen(whole); first++) {
        struct log_reader reader;
        struct output output;
        char rest[sizeof whole];
        open_log(&reader, &output);
        answer(&reader, whole, first, 7);
        size_t size = rest_of(&reader, rest);
        answer(&reader, rest, size / 2, 5); /* breaks again, at another place */
        size = rest_of(&reader, rest);
        answer(&reader, rest, size, 11);
        assert_string_equal(output.tail, printed);
        output_close(&output);
    }
}

static void messages_of_the_node_are_shown(void **state)
{
    (void)state;
    static const char text[] = "unable to retrieve container logs for containerd://1\n";
    struct log_reader reader;
    struct output output;
    open_log(&reader, &output);
    answer(&reader, text, strlen(text), 3);
    assert_string_equal(output.tail, text);
    assert_string_equal(reader.second, "");
    output_close(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_whole),
        cmocka_unit_test(a_line_without_end_is_refused),
        cmocka_unit_test(a_watch_is_read_wherever_it_is_cut),
        cmocka_unit_test(a_forgotten_version_ends_a_watch),
        cmocka_unit_test(what_is_no_event_is_refused),
        cmocka_unit_test(times_are_taken_off),
        cmocka_unit_test(a_log_that_breaks_is_read_on_without_loss_or_repetition),
        cmocka_unit_test(messages_of_the_node_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
