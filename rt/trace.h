/*
 * trace.h: where the time of each call went, as a file that Chrome's and Perfetto's viewers open (HYPE_TRACE=FILE), and
 * the trace context of OpenTelemetry that calls pass on.
 *
 * The file is the JSON array of Chrome's trace event format. Each event is appended by one write(2) when it ends, so
 * nothing piles up in memory, and a program that is killed leaves all but the closing bracket, which the format does
 * not ask for. A call is a track of its own: one event "FUNCTION()" around one for each phase. With tracing off every
 * function here returns after one test.
 *
 * Times are trace_clock()'s. What happens elsewhere is told by the other machine's clock: see trace_remote().
 */
#ifndef HYPE_RT_TRACE_H
#define HYPE_RT_TRACE_H

#include <hype/hype.h>

/* In their order. CAPTURE is hype_bind(); HASH and UPLOAD are staging; SCHEDULE waits for a worker, daemon or node;
 * PULL is the image; START is a container's or process's way to hype-run; FETCH, LOAD (objects and arguments) and RUN
 * are there; RETURN lasts from the function's end until its return image is here; DECODE is in hype_await(). */
enum trace_phase {
    TRACE_CAPTURE,
    TRACE_HASH,
    TRACE_UPLOAD,
    TRACE_SCHEDULE,
    TRACE_PULL,
    TRACE_START,
    TRACE_FETCH,
    TRACE_LOAD,
    TRACE_RUN,
    TRACE_RETURN,
    TRACE_DECODE,
    TRACE_PHASES
};
const char *trace_phase_name(enum trace_phase phase); /* "capture" */

/* What is told of one call. Zero-initialize; a job has one. */
struct trace_call {
    uint32_t track;                         /* 0: not traced; the other members are then unset, PARENT apart */
    int64_t began, sent, pulling, starting; /* 0: not yet */
    int64_t remote_began;                   /* FETCH, as trace_remote() has placed it; 0: not known */
    uint64_t bytes;                         /* newly staged */
    unsigned files, cached;                 /* staged for this call, and those of them that were there already */
    const char *function, *id;              /* borrowed until trace_end() */
    const char *kind;                       /* of the place: "pod", "container", "process" */
    char place[80], node[80];
    char parent[56]; /* TRACEPARENT for the function; "": none */
};

/* Nanoseconds since 1970; never goes back while the program runs, and survives neither a stop of the machine nor its
 * clock being set. */
int64_t trace_clock(void);

bool trace_enabled(void);

/* Starts the track of a call, whose capture took from BOUND[0] to BOUND[1] (NULL: is not told of), which has waited for
 * its turn since QUEUED; and gives ENV the variables TRACEPARENT (with a span of its own) and TRACESTATE, where this
 * program has a trace context and ENV names none. */
void trace_begin(struct trace_call *call, const char *function, const char *id, const int64_t bound[2], int64_t queued,
                 hype_env *env);
/* Now, for a phase that begins; 0 when the call is not traced. */
static inline int64_t trace_start(const struct trace_call *call)
{
    return call->track ? trace_clock() : 0;
}
/* A phase has ended that began at START, now or at END. */
void trace_phase(struct trace_call *call, enum trace_phase phase, int64_t start);
void trace_span(struct trace_call *call, enum trace_phase phase, int64_t start, int64_t end);
/* From here on the call is in the hands of the place: what trace_remote() tells lies after this. */
void trace_sent(struct trace_call *call);
/* The place has begun to start hype-run: START lasts from now until the first that trace_remote() tells. Where it gets
 * the image first, PULL lasts from trace_pulling() on for as long as trace_pulled() says, and START begins then. */
void trace_starting(struct trace_call *call);
void trace_pulling(struct trace_call *call);
void trace_pulled(struct trace_call *call, int64_t nanoseconds);
/* Where it runs. NODE may be NULL. */
void trace_place(struct trace_call *call, const char *kind, const char *place, const char *node);
void trace_end(struct trace_call *call, int status);

/*
 * What hype-run saw, by its own trace_clock(): the beginnings of FETCH, LOAD, RUN and RETURN, and the end of its part
 * of RETURN. It comes home with the result (docs/format.md). A stamp of 0 was not reached; a phase that had begun then
 * lasted until the next stamp.
 */
enum { TRACE_AT_FETCH, TRACE_AT_LOAD, TRACE_AT_RUN, TRACE_AT_RETURN, TRACE_AT_END, TRACE_STAMPS };
struct trace_stamps {
    int64_t at[TRACE_STAMPS];
};
/*
 * The return image is here; that hype-run had ended was known at NOTICED. Where the stamps do not lie between
 * trace_sent() and NOTICED, the other machine's clock differs: they are moved, all by the same time, so that they end
 * at NOTICED. Durations are kept as they are. Stamps that fit nowhere or are out of order are dropped.
 */
void trace_remote(struct trace_call *call, const struct trace_stamps *stamps, int64_t noticed);

/* "1732600000000000000 … " as the termination log has it; false when TEXT is no such line. */
bool trace_stamps_read(const char *text, struct trace_stamps *stamps);
#define TRACE_STAMPS_SIZE (TRACE_STAMPS * 21)
void trace_stamps_write(const struct trace_stamps *stamps, char out[TRACE_STAMPS_SIZE]);

#endif
