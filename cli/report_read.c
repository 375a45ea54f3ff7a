/* report_read.c: from the JSON of a trace to calls with their phases, and the critical path through them. */
#include "report.h"

#include <jansson.h>
#include <string.h>

#define LIMIT ((size_t)1 << 30) /* bytes */

/* ---- The file ---- */

/* A trace whose program was killed ends behind a whole event, or within one: the line that is whole is its last. */
static json_t *load_cut(const char *text, size_t size)
{
    json_t *json = NULL;
    for (int tries = 0; !json && size > 0 && tries < 2; tries++) {
        while (size > 0 && strchr(",\r\n \t", text[size - 1]))
            size--;
        cleanup_free char *whole = text_format("%.*s]", (int)size, text);
        json = whole ? json_loads(whole, 0, NULL) : NULL;
        while (size > 0 && text[size - 1] != '\n')
            size--;
    }
    if (json_array_size(json) > 0)
        return json;
    json_decref(json);
    return NULL;
}

static int load(const char *path, json_t **json, bool *cut, hype_error **error)
{
    cleanup_free char *text = NULL;
    size_t size;
    json_error_t failure;
    int status = file_read(path, LIMIT, &text, &size, error);
    if (status < 0)
        return status;
    *json = json_loadb(text, size, 0, &failure);
    if (!*json && strlen(text) == size)
        *cut = (*json = load_cut(text, size)) != NULL;
    if (*json)
        return 0;
    return error_set(error, HYPE_FORMAT, "%s:%d:%d: this is no trace: %s", path, failure.line, failure.column,
                     size == 0 ? "the file is empty" : failure.text);
}

/* ---- Events ---- */

/* One that tells something of a call. */
struct event {
    enum event_kind { EVENT_NAME, EVENT_PHASE, EVENT_CALL } kind;
    int64_t pid, track;
    size_t number;
    enum trace_phase phase;
    struct report_span span;
    const json_t *json;
};

static bool is_phase(const char *name, enum trace_phase *phase)
{
    for (int i = 0; i < TRACE_PHASES; i++)
        if (strcmp(name, trace_phase_name((enum trace_phase)i)) == 0) {
            *phase = (enum trace_phase)i;
            return true;
        }
    return false;
}

/* 1 where it is one, 0 where it is another program's or of another kind. */
static int read_event(const json_t *json, struct event *event, hype_error **error)
{
    const char *name = json_string_value(json_object_get(json, "name"));
    const char *kind = json_string_value(json_object_get(json, "ph"));
    const char *category = json_string_value(json_object_get(json, "cat"));
    const json_t *start = json_object_get(json, "ts"), *duration = json_object_get(json, "dur");
    *event = (struct event){.pid = json_integer_value(json_object_get(json, "pid")),
                            .track = json_integer_value(json_object_get(json, "tid")),
                            .json = json};
    if (!name || !kind)
        return error_set(error, HYPE_FORMAT, "it needs a name and a kind (ph)");
    if (strcmp(kind, "M") == 0 && strcmp(name, "thread_name") == 0)
        return json_is_string(json_object_get(json_object_get(json, "args"), "name"));
    if (strcmp(kind, "X") != 0 || !category)
        return 0;
    if (strcmp(category, "call") == 0)
        event->kind = EVENT_CALL;
    else if ((strcmp(category, "local") == 0 || strcmp(category, "remote") == 0) && is_phase(name, &event->phase))
        event->kind = EVENT_PHASE;
    else
        return 0;
    if (!json_is_number(start) || !json_is_number(duration) || json_number_value(duration) < 0)
        return error_set(error, HYPE_FORMAT, "'%s' needs a start (ts) and a duration (dur)", name);
    event->span.start = json_number_value(start);
    event->span.end = event->span.start + json_number_value(duration);
    return 1;
}

static int by_track(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    if (x->pid != y->pid)
        return x->pid < y->pid ? -1 : 1;
    if (x->track != y->track)
        return x->track < y->track ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

/* ---- Calls ---- */

static int set_text(char **text, const char *value, hype_error **error)
{
    free(*text);
    *text = value ? strdup(value) : NULL;
    return value && !*text ? error_memory(error) : 0;
}

/* "smooth() hype-run-k3v9x2a1" */
static int name_track(struct report_call *call, const char *name, hype_error **error)
{
    const char *space = strrchr(name, ' ');
    int status = set_text(&call->name, name, error);
    if (status < 0 || !space)
        return status;
    call->name[space - name] = 0;
    return set_text(&call->id, space + 1, error);
}

static int take_event(struct report_call *call, const struct event *event, hype_error **error)
{
    const json_t *arguments = json_object_get(event->json, "args");
    const char *status_name = json_string_value(json_object_get(arguments, "status"));
    int status;
    switch (event->kind) {
    case EVENT_NAME:
        return name_track(call, json_string_value(json_object_get(arguments, "name")), error);
    case EVENT_PHASE:
        call->phases[call->n_phases++] = (struct report_phase){event->phase, event->span};
        return 0;
    default:
        call->ended = true;
        call->failed = status_name && strcmp(status_name, "HYPE_OK") != 0;
        call->span = event->span;
        status = set_text(&call->name, json_string_value(json_object_get(event->json, "name")), error);
        return status < 0 ? status : set_text(&call->id, json_string_value(json_object_get(arguments, "id")), error);
    }
}

/* EVENTS are sorted: those of one call follow one another. */
static int make_calls(struct report *report, const struct event *events, size_t n, hype_error **error)
{
    report->calls = calloc(n + 1, sizeof *report->calls);
    if (!report->calls)
        return error_memory(error);
    for (size_t first = 0, next; first < n; first = next) {
        struct report_call *call = &report->calls[report->n_calls++];
        next = first;
        while (next < n && events[next].pid == events[first].pid && events[next].track == events[first].track)
            next++;
        call->track = events[first].track;
        if (!(call->phases = calloc(next - first, sizeof *call->phases)))
            return error_memory(error);
        for (size_t i = first; i < next; i++) {
            int status = take_event(call, &events[i], error);
            if (status < 0)
                return status;
        }
    }
    return 0;
}

/* ---- Order ---- */

static int by_number(double a, double b)
{
    return (a > b) - (a < b);
}

static int by_phase_start(const void *a, const void *b)
{
    const struct report_phase *x = a, *y = b;
    return by_number(x->span.start, y->span.start);
}

static int by_call_start(const void *a, const void *b)
{
    const struct report_call *x = a, *y = b;
    int order = by_number(x->span.start, y->span.start);
    return order ? order : (x->track > y->track) - (x->track < y->track);
}

static void call_free(struct report_call *call)
{
    free(call->name);
    free(call->id);
    free(call->phases);
}

static void settle(struct report *report)
{
    size_t kept = 0;
    for (size_t i = 0; i < report->n_calls; i++) {
        struct report_call *call = &report->calls[i];
        if (!call->ended && call->n_phases == 0) { /* a track that has a name only */
            call_free(call);
            continue;
        }
        qsort(call->phases, call->n_phases, sizeof *call->phases, by_phase_start);
        for (size_t j = 0; !call->ended && j < call->n_phases; j++) {
            const struct report_span *span = &call->phases[j].span;
            if (j == 0 || span->start < call->span.start)
                call->span.start = span->start;
            if (j == 0 || span->end > call->span.end)
                call->span.end = span->end;
        }
        report->calls[kept++] = *call;
    }
    report->n_calls = kept;
    if (kept > 0)
        qsort(report->calls, kept, sizeof *report->calls, by_call_start);
    for (size_t i = 0; i < kept; i++) {
        const struct report_span *span = &report->calls[i].span;
        if (i == 0 || span->start < report->span.start)
            report->span.start = span->start;
        if (i == 0 || span->end > report->span.end)
            report->span.end = span->end;
    }
}

static int read_events(const char *path, const json_t *json, struct report *report, hype_error **error)
{
    size_t i, n = 0;
    json_t *item;
    cleanup_free struct event *events = calloc(json_array_size(json) + 1, sizeof *events);
    if (!events)
        return error_memory(error);
    json_array_foreach(json, i, item)
    {
        int status = read_event(item, &events[n], error);
        if (status < 0)
            return error_wrap(error, status, "%s: event %zu", path, i + 1);
        events[n].number = i;
        n += (size_t)status;
    }
    qsort(events, n, sizeof *events, by_track);
    return make_calls(report, events, n, error);
}

int report_read(const char *path, struct report *report, hype_error **error)
{
    json_t *json = NULL;
    *report = (struct report){NULL, 0, false, {0, 0}};
    int status = load(path, &json, &report->cut, error);
    if (status < 0)
        return status;
    const json_t *events = json_is_object(json) ? json_object_get(json, "traceEvents") : json;
    if (json_is_array(events))
        status = read_events(path, events, report, error);
    else
        status = error_set(error, HYPE_FORMAT, "%s: this is no trace: an array of events is expected", path);
    json_decref(json);
    settle(report);
    if (status == 0 && report->n_calls == 0)
        status = error_set(error, HYPE_FORMAT,
                           "%s: there are no calls in this trace; HYPE_TRACE=FILE writes one that has", path);
    if (status < 0)
        report_free(report);
    return status;
}

void report_free(struct report *report)
{
    for (size_t i = 0; i < report->n_calls; i++)
        call_free(&report->calls[i]);
    free(report->calls);
    report->calls = NULL;
    report->n_calls = 0;
}

/* ---- The critical path ---- */

/* What a call does without a break of the program's: all until its return image is here, and its decoding, which comes
 * when the program awaits it. */
struct part {
    const struct report_call *call;
    struct report_span span;
    bool decode;
};

static int by_part_end(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    return by_number(x->span.end, y->span.end);
}

static size_t split(const struct report_call *call, struct part parts[2])
{
    const struct report_phase *last = call->n_phases > 0 ? &call->phases[call->n_phases - 1] : NULL;
    parts[0] = (struct part){call, call->span, false};
    if (!last || last->phase != TRACE_DECODE)
        return 1;
    parts[0].span.end = call->n_phases > 1 ? last[-1].span.end : last->span.start;
    parts[1] = (struct part){call, {last->span.start, call->span.end}, true};
    return 2;
}

/* Where the path enters the last of N parts: at its start, or where it had waited for its turn and got it, since
 * another had ended. */
static double entered(const struct part *parts, size_t n)
{
    const struct part *part = &parts[n - 1];
    const struct report_call *call = part->call;
    for (size_t i = 0; i < call->n_phases && !part->decode; i++) {
        struct report_span wait = call->phases[i].span;
        if (call->phases[i].phase != TRACE_SCHEDULE)
            continue;
        size_t other = n - 1;
        while (other > 0 && parts[other - 1].span.end > wait.end)
            other--;
        if (other > 0 && wait.end - parts[other - 1].span.end <= (wait.end - wait.start) / 10)
            return parts[other - 1].span.end;
    }
    return part->span.start;
}

/* From time FROM on. */
static void share_part(const struct part *part, double from, double shares[REPORT_SHARES])
{
    double told = 0;
    for (size_t i = 0; i < part->call->n_phases; i++) {
        const struct report_phase *phase = &part->call->phases[i];
        double start = phase->span.start > from ? phase->span.start : from;
        if ((phase->phase == TRACE_DECODE) != part->decode || phase->span.end <= start)
            continue;
        shares[phase->phase] += phase->span.end - start;
        told += phase->span.end - start;
    }
    double untold = part->span.end - from - told;
    shares[REPORT_IDLE] += untold > 0 ? untold : 0;
}

int report_critical_path(const struct report *report, double shares[REPORT_SHARES], hype_error **error)
{
    size_t n = 0;
    cleanup_free struct part *parts = calloc(report->n_calls * 2 + 1, sizeof *parts);
    if (!parts)
        return error_memory(error);
    for (size_t i = 0; i < report->n_calls; i++)
        n += split(&report->calls[i], &parts[n]);
    qsort(parts, n, sizeof *parts, by_part_end);
    memset(shares, 0, REPORT_SHARES * sizeof *shares);
    double reached = report->span.end;
    for (; n > 0; n--) {
        const struct part *part = &parts[n - 1];
        if (part->span.end > reached)
            continue;
        shares[REPORT_BETWEEN] += reached - part->span.end;
        double from = entered(parts, n);
        share_part(part, from, shares);
        reached = from;
    }
    return 0;
}
