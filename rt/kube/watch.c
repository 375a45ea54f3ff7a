/*
 * watch.c: list, watch, and what to do when either ends.
 *
 * A server that restarts is waited for: it refuses connections, then may refuse requests while it still reads the rules
 * of who may do what. What worked before is therefore tried again for a while; what never worked fails at once.
 */
#include "watch.h"

#include "../log.h"
#include "../task.h"
#include "../util.h"

#include <stdio.h>
#include <string.h>

enum {
    LINE_LIMIT = 8 << 20,       /* bytes of one object: the server's own limit is lower */
    PAGE = 500,                 /* objects a list brings at once */
    WATCH_S = 100,              /* after which the server ends a connection */
    GRACE_S = 20,               /* more, and the connection is taken for dead */
    LONGEST_OUTAGE_MS = 600000, /* for which a server may be away */
    LONGEST_REFUSAL_MS = 60000, /* for which a server that has restarted may refuse what it allowed before */
    PAUSE_MS = 100,
    MOST_DOUBLINGS = 6,
};

struct watch {
    struct kube_client *client;
    char *path;
    bool from_now;
    struct watch_listener listener;
    struct watch_stream stream;
    bool worked;       /* once */
    int64_t outage;    /* clock_ms() when it began to fail; 0: it works */
    unsigned failures; /* since then */
    task *task;        /* NULL once it has ended */
    struct task_event ended;
};

/* ---- What comes ---- */

static void take_version(struct watch_stream *stream, json_t *object)
{
    const char *version = json_string_value(json_object_get(json_object_get(object, "metadata"), "resourceVersion"));
    if (version && strlen(version) < sizeof stream->version)
        strcpy(stream->version, version);
}

static int take_error(struct watch_stream *stream, json_t *object, hype_error **error)
{
    json_int_t code = json_integer_value(json_object_get(object, "code"));
    const char *message = json_string_value(json_object_get(object, "message"));
    stream->gone = code == 410;
    if (stream->gone)
        return HTTP_STOP;
    return error_set(error, HYPE_NETWORK, "the API server ended a watch: %s (status %d)",
                     message ? message : "it does not say why", (int)code);
}

static int take_event(void *context, const char *line, size_t length, hype_error **error)
{
    struct watch_stream *stream = context;
    if (length == 0)
        return 0;
    json_error_t why;
    json_t *event = json_loadb(line, length, 0, &why), *object = json_object_get(event, "object");
    const char *type = json_string_value(json_object_get(event, "type"));
    int status = 0;
    if (!type || !json_is_object(object)) {
        status = error_set(error, HYPE_FORMAT, "the API server sent something else than an event in a watch%s%s",
                           event ? "" : ": ", event ? "" : why.text);
    } else if (strcmp(type, "ERROR") == 0) {
        status = take_error(stream, object, error);
    } else {
        take_version(stream, object);
        bool deleted = strcmp(type, "DELETED") == 0;
        if (deleted || strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0)
            stream->listener->changed(stream->listener->context, object, deleted);
    }
    json_decref(event);
    return status;
}

int watch_stream_feed(void *context, const void *data, size_t size, hype_error **error)
{
    struct watch_stream *stream = context;
    stream->heard = true;
    return lines_feed(&stream->lines, data, size, take_event, stream, error);
}

/* ---- Listing and watching ---- */

static char *query(const struct watch *w, const char *more)
{
    return text_format("%s%c%s", w->path, strchr(w->path, '?') ? '&' : '?', more);
}

static char *page_query(const struct watch *w, const char *token)
{
    cleanup_free char *escaped = http_escape(token, false);
    cleanup_free char *more =
        escaped ? text_format("limit=%d%s%s", w->from_now ? 1 : PAGE, *token ? "&continue=" : "", escaped) : NULL;
    return more ? query(w, more) : NULL;
}

static void succeeded(struct watch *w)
{
    if (w->failures > 1)
        log_info("Kubernetes", "%s answers again", kube_server(w->client));
    w->worked = true;
    w->outage = 0;
    w->failures = 0;
}

static void tell_items(struct watch *w, json_t *list)
{
    size_t i;
    json_t *object;
    json_array_foreach(json_object_get(list, "items"), i, object) if (!w->from_now)
        w->listener.changed(w->listener.context, object, false);
}

static int list(struct watch *w, int *code, hype_error **error)
{
    cleanup_free char *token = strdup("");
    w->listener.listing(w->listener.context, false);
    while (token) {
        cleanup_free char *path = page_query(w, token);
        json_t *page = NULL;
        if (!path)
            return error_memory(error);
        int status = kube_perform(w->client, &(struct kube_request){.path = path, .attempts = 1}, &page, code, error);
        if (status < 0)
            return status;
        tell_items(w, page);
        const char *more = json_string_value(json_object_get(json_object_get(page, "metadata"), "continue"));
        bool last = !more || !*more || w->from_now;
        if (last) /* a list that breaks off is begun again */
            take_version(&w->stream, page);
        free(token);
        token = last ? NULL : strdup(more);
        json_decref(page);
        if (!last && !token)
            return error_memory(error);
    }
    w->listener.listing(w->listener.context, true);
    return w->stream.version[0] ? 0 : error_set(error, HYPE_FORMAT, "the API server lists without a version");
}

static int watch_once(struct watch *w, int *code, hype_error **error)
{
    cleanup_free char *more = text_format("watch=1&allowWatchBookmarks=true&timeoutSeconds=%d&resourceVersion=%s",
                                          WATCH_S, w->stream.version);
    cleanup_free char *path = more ? query(w, more) : NULL;
    if (!path)
        return error_memory(error);
    struct kube_request request = {.path = path,
                                   .sink = watch_stream_feed,
                                   .context = &w->stream,
                                   .stream = true,
                                   .attempts = 1,
                                   .deadline = clock_ms() + (WATCH_S + GRACE_S) * 1000};
    w->stream.heard = false;
    int status = kube_perform(w->client, &request, NULL, code, error);
    lines_free(&w->stream.lines);
    if (w->stream.heard)
        succeeded(w);
    return status;
}

/* Whether it is worth waiting for the server after this failure. */
static bool wait_for_server(struct watch *w, int status, int code)
{
    int64_t now = clock_ms();
    bool refused = (status == -HYPE_PERMISSION || status == -HYPE_NOT_FOUND || status == -HYPE_REFUSED) &&
                   code != 410 && !http_transient(code);
    if (w->outage == 0)
        w->outage = now;
    if (refused && (!w->worked || now - w->outage > LONGEST_REFUSAL_MS))
        return false;
    return now - w->outage <= LONGEST_OUTAGE_MS;
}

static void forget_version(struct watch *w)
{
    w->stream.gone = false;
    w->stream.version[0] = 0;
}

/* 0: go on. */
static int after_failure(struct watch *w, int status, int code, hype_error *failure)
{
    if (status == -HYPE_CANCELLED)
        return status;
    if (code == 410 || status == -HYPE_FORMAT)
        forget_version(w);
    if (!wait_for_server(w, status, code)) {
        w->listener.failed(w->listener.context, failure);
        return status;
    }
    w->failures++;
    if (w->failures == 2)
        log_info("Kubernetes", "%s; waiting for %s", failure ? failure->message : "a watch ended",
                 kube_server(w->client));
    unsigned doublings = w->failures < MOST_DOUBLINGS ? w->failures : MOST_DOUBLINGS;
    return http_pause(doublings, PAUSE_MS, NULL);
}

static void watch_main(void *context)
{
    struct watch *w = context;
    for (int status = 0; status == 0;) {
        cleanup_error hype_error *failure = NULL;
        int code = 0;
        int64_t started = clock_ms();
        bool listing = w->stream.version[0] == 0;
        status = listing ? list(w, &code, &failure) : watch_once(w, &code, &failure);
        if (w->stream.gone)
            forget_version(w);
        if (status == 0)
            succeeded(w);
        else if (status == -HYPE_TIMEOUT) /* a dead connection */
            status = 0;
        else
            status = after_failure(w, status, code, failure);
        if (status == 0 && !listing && clock_ms() - started < PAUSE_MS)
            status = http_pause(1, PAUSE_MS, NULL); /* a server that ends watches at once is not run over */
    }
    w->task = NULL;
    task_event_set(&w->ended);
}

static void watch_free(struct watch *w)
{
    lines_free(&w->stream.lines);
    free(w->path);
    free(w);
}

int watch_open(struct kube_client *client, const char *path, bool from_now, const struct watch_listener *listener,
               struct watch **watch, hype_error **error)
{
    struct watch *w = calloc(1, sizeof *w);
    if (!w)
        return error_memory(error);
    w->client = client;
    w->path = strdup(path);
    w->from_now = from_now;
    w->listener = *listener;
    w->stream = (struct watch_stream){.lines.limit = LINE_LIMIT, .listener = &w->listener};
    int status = w->path ? task_start(watch_main, w, &w->task, error) : error_memory(error);
    if (status < 0) {
        watch_free(w);
        return status;
    }
    *watch = w;
    return 0;
}

void watch_close(struct watch *watch)
{
    if (!watch)
        return;
    if (watch->task)
        task_cancel(watch->task);
    task_shield_begin();
    task_event_wait(&watch->ended, NO_DEADLINE);
    task_shield_end();
    watch_free(watch);
}
