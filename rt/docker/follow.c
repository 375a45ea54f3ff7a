/* follow.c: a container's output while it runs, and its end; the daemon is asked to tell both, and nothing is polled.
 */
#include "docker.h"

#include "../log.h"

#include <string.h>

/* The Engine's stream of a container without a terminal: headers of 8 bytes (stream, three zeros, big-endian size),
 * each with its payload. */
struct demultiplexer {
    struct output *output;
    uint64_t received; /* bytes */
    bool paused;       /* until what was printed before has gone out */
    struct printer_waiter waiter;
    unsigned char header[8];
    size_t header_length, left;
};

static void room_again(struct printer_waiter *waiter)
{
    (void)waiter;
    http_resume();
}

static int log_sink(void *context, const void *data, size_t size, hype_error **error)
{
    struct demultiplexer *d = context;
    const unsigned char *bytes = data;
    d->paused = !printer_has_room(&d->waiter);
    if (d->paused)
        return HTTP_PAUSE;
    d->received += size;
    while (size > 0) {
        if (d->left == 0) {
            d->header[d->header_length++] = *bytes++;
            size--;
            if (d->header_length < sizeof d->header)
                continue;
            d->header_length = 0;
            if (d->header[0] > 2)
                return error_set(error, HYPE_FORMAT, "the Docker daemon sends logs of a form that is not known");
            d->left =
                (size_t)d->header[4] << 24 | (size_t)d->header[5] << 16 | (size_t)d->header[6] << 8 | d->header[7];
            continue;
        }
        size_t part = size < d->left ? size : d->left;
        output_write(d->output, d->header[0] == 2 ? OUTPUT_STDERR : OUTPUT_STDOUT, bytes, part);
        bytes += part;
        size -= part;
        d->left -= part;
    }
    return 0;
}

struct follow {
    const struct docker_call *call;
    struct demultiplexer demultiplexer;
    task *logs;
    struct task_event logs_ended;
    bool given_up;
    int exit_status;
};

static int follow_logs(void *context, hype_error **error)
{
    struct follow *follow = context;
    const struct docker_call *call = follow->call;
    cleanup_free char *path = text_format("/containers/%s/logs?follow=1&stdout=1&stderr=1", call->job->id);
    if (!path)
        return error_memory(error);
    follow->logs = task_self();
    int status = docker_stream(&call->docker->api, "GET", path, NULL, -1, log_sink, &follow->demultiplexer, error,
                               "follow the logs of", call->job->id);
    printer_forget(&follow->demultiplexer.waiter);
    task_event_set(&follow->logs_ended);
    bool broken = status == -HYPE_NETWORK; /* what becomes of the call, the wait tells */
    if (!follow->given_up && !broken)
        return status;
    if (broken && error && *error)
        log_warning("Docker", "The output of %s broke off: %s", call->job->id, (*error)->message);
    error_clear(error);
    return 0;
}

/* The logs of a container that has ended end too. Podman 4 may forget to say so. */
static void hurry_logs(struct follow *follow)
{
    enum { PATIENCE_MS = 10 * 1000 };
    uint64_t received;
    int status;
    do {
        received = follow->demultiplexer.received;
        status = task_event_wait(&follow->logs_ended, clock_ms() + PATIENCE_MS);
    } while (status == -HYPE_TIMEOUT && (follow->demultiplexer.paused || follow->demultiplexer.received > received));
    if (status != -HYPE_TIMEOUT)
        return;
    log_warning("Docker", "The output of %s has no end though the container has ended", follow->call->job->id);
    follow->given_up = true;
    task_cancel(follow->logs);
}

static int wait_for_end(void *context, hype_error **error)
{
    struct follow *follow = context;
    cleanup_response struct http_response response = {0};
    cleanup_free char *path = text_format("/containers/%s/wait", follow->call->job->id);
    int status = path ? docker_do(&follow->call->docker->api, "POST", path, NULL, &response, error, "wait for",
                                  follow->call->job->id)
                      : error_memory(error);
    if (status < 0)
        return status;
    json_t *json = json_loads(response.body, 0, NULL);
    follow->exit_status = (int)json_integer_value(json_object_get(json, "StatusCode"));
    json_decref(json);
    hurry_logs(follow);
    return 0;
}

int docker_follow(const struct docker_call *call, int *exit_status, hype_error **error)
{
    struct follow follow = {.call = call, .demultiplexer = {.output = &call->job->output, .waiter.resume = room_again}};
    struct task_group group = {.limit = 0};
    if (task_group_start(&group, follow_logs, &follow) == 0)
        task_group_start(&group, wait_for_end, &follow);
    int status = task_group_wait(&group, error);
    *exit_status = follow.exit_status;
    return status;
}
