/* logs.c: following a log over answers that break. */
#include "logs.h"

#include "../log.h"
#include "../util.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { SECOND = 19 }; /* characters of "2026-11-26T07:00:00" */

/* ---- Reading ---- */

/* Where another answer has to begin. */
static const char *since(const struct log_reader *reader)
{
    return reader->before[0] ? reader->before : reader->second;
}

void log_reader_restart(struct log_reader *reader)
{
    reader->skip_lines = reader->before[0] ? reader->lines_before : reader->lines;
    reader->skip_bytes = reader->partial;
    strcpy(reader->skip_until, reader->second);
    reader->time_length = 0;
    reader->in = LOG_TIME;
}

/* "2026-11-26T07:00:00.123456789Z" without its fraction. */
static void second_of(const char *time, char second[48])
{
    size_t fraction = time[SECOND] == '.' ? 1 + strspn(time + SECOND + 1, "0123456789") : 0;
    snprintf(second, 48, "%.*s%s", SECOND, time, time + SECOND + fraction);
}

static void begin_line(struct log_reader *r)
{
    char second[48];
    r->time[r->time_length] = 0;
    r->time_length = 0;
    second_of(r->time, second);
    bool later = strcmp(second, r->skip_until) > 0; /* a log that was rotated meanwhile has fewer lines to leave out */
    if (r->skip_lines > 0 && !later) {
        r->skip_lines--;
        r->in = LOG_SEEN;
        return;
    }
    r->skip_lines = 0;
    if (later)
        r->skip_bytes = 0;
    if (strcmp(second, r->second) > 0) {
        strcpy(r->before, r->second);
        strcpy(r->second, second);
        r->lines_before = r->lines;
        r->lines = 0;
    }
    r->partial = r->skip_bytes;
    r->in = LOG_MARK;
}

static void end_line(struct log_reader *r)
{
    char second[48];
    if (r->in == LOG_TEXT) {
        second_of(r->time, second);
        r->lines += strcmp(second, r->second) >= 0;
        r->lines_before += strcmp(second, r->before) >= 0;
        r->partial = r->skip_bytes = 0;
    }
    r->in = LOG_TIME;
}

static void show(struct log_reader *r, const char *text, size_t size)
{
    size_t seen = size < r->skip_bytes ? size : r->skip_bytes;
    r->skip_bytes -= seen;
    r->partial += size - seen;
    output_write(r->output, r->stream, text + seen, size - seen);
}

/* What does not begin with a time is a message of the node's about the log. */
static void begin_untimed(struct log_reader *r)
{
    output_write(r->output, OUTPUT_STDERR, r->time, r->time_length);
    r->time_length = 0;
    r->in = LOG_UNTIMED;
}

static size_t take_time(struct log_reader *r, const char *text)
{
    bool digit = isdigit((unsigned char)*text) || r->time_length > 0;
    if (digit && *text == ' ' && r->time_length > SECOND) {
        begin_line(r);
        return 1;
    }
    if (digit && *text != '\n' && r->time_length + 1 < sizeof r->time) {
        r->time[r->time_length++] = *text;
        return 1;
    }
    begin_untimed(r);
    return 0;
}

int log_reader_feed(void *context, const void *data, size_t size, hype_error **error)
{
    (void)error;
    struct log_reader *r = context;
    if (!printer_has_room(&r->waiter))
        return HTTP_PAUSE;
    for (const char *next = data, *end = next + size; next < end;) {
        if (r->in == LOG_TIME) {
            next += take_time(r, next);
            continue;
        }
        if (r->in == LOG_MARK) {
            r->stream = *next == OUTPUT_MARK ? OUTPUT_STDERR : OUTPUT_STDOUT;
            next += *next == OUTPUT_MARK;
            r->in = LOG_TEXT;
            continue;
        }
        const char *newline = memchr(next, '\n', (size_t)(end - next));
        const char *stop = newline ? newline + 1 : end;
        if (r->in == LOG_TEXT)
            show(r, next, (size_t)(stop - next));
        else if (r->in == LOG_UNTIMED)
            output_write(r->output, OUTPUT_STDERR, next, (size_t)(stop - next));
        if (newline)
            end_line(r);
        next = stop;
    }
    return 0;
}

/* ---- Asking ---- */

static void room_again(struct printer_waiter *waiter)
{
    (void)waiter;
    http_resume();
}

static int ask(struct pod_logs *logs, bool follow, hype_error **error)
{
    log_reader_restart(&logs->reader);
    logs->reader.waiter.resume = room_again;
    cleanup_free char *from = http_escape(since(&logs->reader), false);
    cleanup_free char *path =
        from ? text_format("/api/v1/namespaces/%s/pods/%s/log?container=%s&timestamps=true%s%s%s", logs->namespace,
                           logs->pod, logs->container, follow ? "&follow=true" : "", *from ? "&sinceTime=" : "", from)
             : NULL;
    if (!path)
        return error_memory(error);
    struct kube_request request = {
        .path = path, .sink = log_reader_feed, .context = &logs->reader, .stream = follow, .attempts = 1};
    int status = kube_perform(logs->client, &request, NULL, NULL, error);
    printer_forget(&logs->reader.waiter);
    return status;
}

static void follow_main(void *context)
{
    struct pod_logs *logs = context;
    bool worked = false;
    int status = 0;
    for (unsigned failures = 0; status == 0;) {
        cleanup_error hype_error *error = NULL;
        int64_t started = clock_ms();
        status = ask(logs, true, &error);
        if (status < 0 && status != -HYPE_CANCELLED)
            log_debug("Kubernetes", "following the log of %s: %s", logs->pod, error ? error->message : "broken");
        worked = worked || status == 0;
        if (status == -HYPE_CANCELLED ||
            (status == -HYPE_PERMISSION && !worked)) /* the end of the call asks once more */
            break;
        failures = clock_ms() - started < 1000 ? failures + 1 : 1;
        status = http_pause(failures < 6 ? failures : 6, 100, NULL);
    }
    logs->task = NULL;
    task_event_set(&logs->ended);
}

int pod_logs_follow(struct pod_logs *logs, hype_error **error)
{
    logs->ended.set = false;
    return task_start(follow_main, logs, &logs->task, error);
}

void pod_logs_end(struct pod_logs *logs, bool rest)
{
    if (logs->task) {
        task_cancel(logs->task);
        task_shield_begin();
        task_event_wait(&logs->ended, NO_DEADLINE);
        task_shield_end();
    }
    enum { TRIES = 5 };
    for (unsigned try = 1; rest; try++) {
        cleanup_error hype_error *error = NULL;
        int status = ask(logs, false, &error);
        rest = status == -HYPE_NETWORK && try < TRIES && http_pause(try, 0, NULL) == 0;
        if (status < 0 && !rest)
            log_warning("Kubernetes", "output of pod %s is lost: %s", logs->pod, error ? error->message : "");
    }
}
