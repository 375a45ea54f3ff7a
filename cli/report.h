/*
 * report.h: a trace as hype report sees it (rt/trace.h says how it is written).
 */
#ifndef HYPE_CLI_REPORT_H
#define HYPE_CLI_REPORT_H

#include "trace.h"
#include "util.h"

#include <stdio.h>

/* Times are microseconds since the trace began. */
struct report_span {
    double start, end;
};

struct report_phase {
    enum trace_phase phase;
    struct report_span span;
};

/* A call that was under way when the program was killed has no event of its own: it lasts as long as its phases. */
struct report_call {
    int64_t track;
    char *name; /* "smooth()", or NULL */
    char *id;   /* "hype-run-k3v9x2a1", or NULL */
    bool ended, failed;
    struct report_span span;
    struct report_phase *phases; /* n_phases, by their starts */
    size_t n_phases;
};

struct report {
    struct report_call *calls; /* n_calls, by their starts */
    size_t n_calls;
    bool cut; /* the program was killed: the trace has no end */
    struct report_span span;
};

/* Reads a trace. Errors tell the file, line and column. */
int report_read(const char *path, struct report *report, hype_error **error);
void report_free(struct report *report);

/* "1.25 ms" */
#define REPORT_TIME_SIZE 24
void report_time(double microseconds, char out[REPORT_TIME_SIZE]);

/*
 * Where the time went on the critical path: backwards from the end of the last call to its start, from there to the
 * last call that had ended by then, and so on. A call that got its turn (TRACE_SCHEDULE) when another ended had waited
 * for that one. That a call was done and the program had not awaited it yet is none of its time. Microseconds for each
 * phase; behind them what calls spent in none, and the time between the calls of the path.
 */
enum { REPORT_IDLE = TRACE_PHASES, REPORT_BETWEEN, REPORT_SHARES };
int report_critical_path(const struct report *report, double shares[REPORT_SHARES], hype_error **error);

/* The picture. SHARES as above. */
int report_draw(const struct report *report, const double shares[REPORT_SHARES], const char *title, FILE *out,
                hype_error **error);

#endif
