/* trace.c: events to a file as they end; trace contexts. */
#include "trace.h"

#include "log.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

static struct {
    int fd; /* -1: no trace */
    int64_t began;
    uint32_t last_track;
    pid_t owner;
    char trace_id[33]; /* "": no context to pass on */
    char flags[3];
    char *state; /* TRACESTATE, or NULL */
} trace = {.fd = -1};
static pthread_once_t once = PTHREAD_ONCE_INIT;

static const char *const names[TRACE_PHASES] = {"capture", "hash", "upload", "schedule", "pull",  "start",
                                                "fetch",   "load", "run",    "return",   "decode"};

const char *trace_phase_name(enum trace_phase phase)
{
    return names[phase];
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t wall_minus_monotonic;

static void compare_clocks(void)
{
    wall_minus_monotonic = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
}

int64_t trace_clock(void)
{
    static pthread_once_t compared = PTHREAD_ONCE_INIT;
    pthread_once(&compared, compare_clocks);
    return wall_minus_monotonic + clock_ns(CLOCK_MONOTONIC);
}

/* ---- The context of OpenTelemetry (W3C Trace Context) ---- */

static void random_hex(char *out, size_t digits)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char bytes[16];
    while (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        ;
    for (size_t i = 0; i < digits; i++)
        out[i] = hex[bytes[i / 2] >> (i % 2 ? 0 : 4) & 15];
    out[digits] = 0;
}

static bool all(const char *text, size_t n, const char *of)
{
    return strspn(text, of) >= n;
}

/* "00-<32 digits>-<16 digits>-<2 digits>", lower case, neither number zero; later versions may say more behind it. */
static bool is_traceparent(const char *text)
{
    static const char hex[] = "0123456789abcdef";
    size_t length = strlen(text);
    return length >= 55 && all(text, 2, hex) && memcmp(text, "ff", 2) != 0 && text[2] == '-' &&
           all(text + 3, 32, hex) && !all(text + 3, 32, "0") && text[35] == '-' && all(text + 36, 16, hex) &&
           !all(text + 36, 16, "0") && text[52] == '-' && all(text + 53, 2, hex) &&
           (length == 55 || (memcmp(text, "00", 2) != 0 && text[55] == '-'));
}

static void take_context(void)
{
    const char *parent = getenv("TRACEPARENT"), *state = getenv("TRACESTATE");
    if (parent && is_traceparent(parent)) {
        memcpy(trace.trace_id, parent + 3, 32);
        memcpy(trace.flags, parent + 53, 2);
        trace.state = state && *state ? strdup(state) : NULL;
    } else if (trace.fd >= 0) {
        random_hex(trace.trace_id, 32);
        memcpy(trace.flags, "01", 2);
    }
}

static bool has_variable(const hype_env *env, const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(env->variables) && env->variables[i].name; i++)
        if (strcmp(env->variables[i].name, name) == 0)
            return true;
    return false;
}

/* An environment whose variables are full stays as it is. */
static void give_context(struct trace_call *call, hype_env *env)
{
    char span[17];
    if (!trace.trace_id[0] || has_variable(env, "TRACEPARENT"))
        return;
    random_hex(span, 16);
    snprintf(call->parent, sizeof call->parent, "00-%s-%s-%s", trace.trace_id, span, trace.flags);
    hype_env with = hype_with_variable(*env, "TRACEPARENT", call->parent);
    if (trace.state)
        with = hype_with_variable(with, "TRACESTATE", trace.state);
    if (with.invalid)
        log_warning("Trace", "the environment has no room for the variables TRACEPARENT and TRACESTATE");
    else
        *env = with;
}

/* ---- The file ---- */

/* SEPARATOR "[\n" or ",\n". Another process, a child of fork(), may append too; a write at the end is whole. */
static void append(const char *separator, json_t *event)
{
    cleanup_free char *text = event ? json_dumps(event, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    cleanup_free char *line = text ? text_format("%s%s", separator, text) : NULL;
    json_decref(event);
    if (line)
        write_all(trace.fd, line, strlen(line));
}

/* Microseconds since the trace began, to the nanosecond. */
static double microseconds(int64_t time)
{
    return (double)(time - trace.began) / 1000;
}

static void name_track(const char *separator, const char *what, uint32_t track, const char *name)
{
    append(separator, json_pack("{s:s, s:s, s:i, s:I, s:{s:s}}", "name", what, "ph", "M", "pid", (int)getpid(), "tid",
                                (json_int_t)track, "args", "name", name));
}

static void close_file(void)
{
    if (trace.owner != getpid())
        return;
    write_all(trace.fd, "\n]\n", 3);
    trace.fd = -1;
}

static void open_file(const char *path)
{
    struct stat status;
    trace.fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (trace.fd < 0) {
        fprintf(stderr, "hype: HYPE_TRACE=%s cannot be written: %s; nothing is traced\n", path, strerror(errno));
        return;
    }
    if (fstat(trace.fd, &status) == 0 && S_ISREG(status.st_mode))
        fchmod(trace.fd, 0600); /* an older file may have been open to others */
    trace.began = trace_clock();
    trace.owner = getpid();
    name_track("[\n", "process_name", 0, program_invocation_short_name);
    atexit(close_file);
}

static void initialize(void)
{
    const char *path = getenv("HYPE_TRACE");
    if (path && *path)
        open_file(path);
    take_context();
}

bool trace_enabled(void)
{
    pthread_once(&once, initialize);
    return trace.fd >= 0;
}

/* ---- Calls ---- */

void trace_begin(struct trace_call *call, const char *function, const char *id, const int64_t bound[2], int64_t queued,
                 hype_env *env)
{
    bool traced = trace_enabled();
    give_context(call, env);
    if (!traced)
        return;
    call->track = __atomic_add_fetch(&trace.last_track, 1, __ATOMIC_RELAXED);
    call->function = function;
    call->id = id;
    call->began = bound && bound[0] ? bound[0] : queued;
    cleanup_free char *name = text_format("%s() %s", function, id);
    name_track(",\n", "thread_name", call->track, name ? name : function);
    if (bound && bound[0])
        trace_span(call, TRACE_CAPTURE, bound[0], bound[1]);
    trace_phase(call, TRACE_SCHEDULE, queued);
}

static void add(struct trace_call *call, const char *name, const char *category, int64_t start, int64_t end,
                json_t *arguments)
{
    if (trace.fd >= 0)
        append(",\n", json_pack("{s:s, s:s, s:s, s:f, s:f, s:i, s:I, s:o*}", "name", name, "cat", category, "ph", "X",
                                "ts", microseconds(start), "dur", (double)(end > start ? end - start : 0) / 1000, "pid",
                                (int)getpid(), "tid", (json_int_t)call->track, "args", arguments));
    else
        json_decref(arguments);
}

void trace_span(struct trace_call *call, enum trace_phase phase, int64_t start, int64_t end)
{
    bool remote = phase == TRACE_FETCH || phase == TRACE_LOAD || phase == TRACE_RUN;
    if (call->track)
        add(call, names[phase], remote ? "remote" : "local", start, end, NULL);
}

void trace_phase(struct trace_call *call, enum trace_phase phase, int64_t start)
{
    if (call->track)
        trace_span(call, phase, start, trace_clock());
}

void trace_sent(struct trace_call *call)
{
    if (call->track)
        call->sent = trace_clock();
}

void trace_pulling(struct trace_call *call)
{
    if (call->track)
        call->pulling = trace_clock();
}

void trace_pulled(struct trace_call *call, int64_t nanoseconds)
{
    if (call->pulling)
        call->starting = call->pulling + nanoseconds;
}

void trace_starting(struct trace_call *call)
{
    if (call->track)
        call->starting = trace_clock();
}

void trace_place(struct trace_call *call, const char *kind, const char *place, const char *node)
{
    if (!call->track)
        return;
    call->kind = kind;
    snprintf(call->place, sizeof call->place, "%s", place);
    snprintf(call->node, sizeof call->node, "%s", node ? node : "");
}

void trace_end(struct trace_call *call, int status)
{
    if (!call->track)
        return;
    cleanup_free char *name = text_format("%s()", call->function);
    json_t *arguments = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "function", call->function, "id", call->id,
                                  "status", hype_status_name(status), "files", (json_int_t)call->files, "cached files",
                                  (json_int_t)call->cached, "bytes staged", (json_int_t)call->bytes);
    if (arguments && call->kind)
        json_object_set_new(arguments, call->kind, json_string(call->place));
    if (arguments && call->node[0])
        json_object_set_new(arguments, "node", json_string(call->node));
    if (arguments && call->parent[0])
        json_object_set_new(arguments, "traceparent", json_string(call->parent));
    add(call, name ? name : call->function, "call", call->began, trace_clock(), arguments);
    call->track = 0;
}

/* ---- What comes home ---- */

/* False for stamps that go backwards. */
static bool in_order(const struct trace_stamps *stamps)
{
    int64_t before = 0;
    for (size_t i = 0; i < TRACE_STAMPS; i++) {
        if (stamps->at[i] && stamps->at[i] < before)
            return false;
        before = stamps->at[i] ? stamps->at[i] : before;
    }
    return stamps->at[TRACE_AT_FETCH] > 0 && stamps->at[TRACE_AT_END] > 0;
}

void trace_remote(struct trace_call *call, const struct trace_stamps *stamps, int64_t noticed)
{
    static const enum trace_phase phases[] = {TRACE_FETCH, TRACE_LOAD, TRACE_RUN};
    int64_t first = stamps->at[TRACE_AT_FETCH], last = stamps->at[TRACE_AT_END];
    if (!call->track || !in_order(stamps) || last - first > noticed - call->sent)
        return;
    int64_t shift = first < call->sent || last > noticed ? noticed - last : 0;
    call->remote_began = first + shift;
    int64_t starting = call->starting < call->remote_began ? call->starting : call->remote_began;
    if (call->pulling)
        trace_span(call, TRACE_PULL, call->pulling, starting);
    if (call->starting)
        trace_span(call, TRACE_START, starting, call->remote_began);
    for (size_t i = 0; i < ARRAY_SIZE(phases); i++) {
        size_t next = i + 1;
        while (!stamps->at[next])
            next++;
        if (stamps->at[i])
            trace_span(call, phases[i], stamps->at[i] + shift, stamps->at[next] + shift);
    }
    int64_t returning = stamps->at[TRACE_AT_RETURN] ? stamps->at[TRACE_AT_RETURN] : last;
    trace_phase(call, TRACE_RETURN, returning + shift);
}

bool trace_stamps_read(const char *text, struct trace_stamps *stamps)
{
    for (size_t i = 0; i < TRACE_STAMPS; i++) {
        char *end;
        errno = 0;
        stamps->at[i] = strtoll(text, &end, 10);
        if (end == text || errno || stamps->at[i] < 0)
            return false;
        text = end;
    }
    return *text == 0 || *text == '\n';
}

void trace_stamps_write(const struct trace_stamps *stamps, char out[TRACE_STAMPS_SIZE])
{
    const int64_t *at = stamps->at;
    snprintf(out, TRACE_STAMPS_SIZE, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64, at[0], at[1], at[2],
             at[3], at[4]);
}
