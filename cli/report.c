/*
 * report.c: hype report: where the time of a traced program's calls went, as a table and a picture.
 */
#include "report.h"

#include "cli.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

struct options {
    const char *trace, *picture;
};

void report_time(double microseconds, char out[REPORT_TIME_SIZE])
{
    static const char units[][3] = {"us", "ms", "s"};
    size_t unit = 0;
    for (; microseconds >= 999.5 && unit + 1 < ARRAY_SIZE(units); unit++)
        microseconds /= 1000;
    int decimals = microseconds < 9.995 ? 2 : microseconds < 99.95 ? 1 : 0;
    snprintf(out, REPORT_TIME_SIZE, "%.*f %s", decimals, microseconds, units[unit]);
}

/* ---- The table ---- */

static int by_number(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of N sorted times: the smallest that at least SHARE of them do not exceed. */
static double quantile(const double *times, size_t n, double share)
{
    size_t rank = (size_t)(share * (double)n);
    rank += (double)rank < share * (double)n;
    return times[rank - 1];
}

static void print_row(const char *name, double *times, size_t n, double share)
{
    double total = 0;
    char text[4][REPORT_TIME_SIZE];
    qsort(times, n, sizeof *times, by_number);
    for (size_t i = 0; i < n; i++)
        total += times[i];
    report_time(total, text[0]);
    report_time(quantile(times, n, 0.5), text[1]);
    report_time(quantile(times, n, 0.95), text[2]);
    report_time(times[n - 1], text[3]);
    printf("%-14s %7zu %10s %10s %10s %10s %8.1f %%\n", name, n, text[0], text[1], text[2], text[3], share * 100);
}

/* The time of each call in PHASE, of those that have it. A call may be in a phase several times. */
static size_t times_of(const struct report *report, enum trace_phase phase, double *times)
{
    size_t n = 0;
    for (size_t i = 0; i < report->n_calls; i++) {
        const struct report_call *call = &report->calls[i];
        bool has = false;
        times[n] = 0;
        for (size_t j = 0; j < call->n_phases; j++)
            if (call->phases[j].phase == phase) {
                times[n] += call->phases[j].span.end - call->phases[j].span.start;
                has = true;
            }
        n += has;
    }
    return n;
}

static void print_share(const char *name, double share)
{
    if (share >= 0.0005)
        printf("%-14s %61.1f %%\n", name, share * 100);
}

static int print_table(const struct report *report, const double shares[REPORT_SHARES], hype_error **error)
{
    double whole = 0;
    cleanup_free double *times = calloc(report->n_calls + 1, sizeof *times);
    if (!times)
        return error_memory(error);
    for (int i = 0; i < REPORT_SHARES; i++)
        whole += shares[i];
    whole = whole > 0 ? whole : 1;
    printf("%-14s %7s %10s %10s %10s %10s   %s\n", "phase", "calls", "total", "median", "p95", "max", "critical path");
    for (int i = 0; i < TRACE_PHASES; i++) {
        size_t n = times_of(report, (enum trace_phase)i, times);
        if (n > 0)
            print_row(trace_phase_name((enum trace_phase)i), times, n, shares[i] / whole);
    }
    for (size_t i = 0; i < report->n_calls; i++)
        times[i] = report->calls[i].span.end - report->calls[i].span.start;
    print_share("idle", shares[REPORT_IDLE] / whole);
    print_share("between calls", shares[REPORT_BETWEEN] / whole);
    print_row("whole calls", times, report->n_calls, 1 - shares[REPORT_BETWEEN] / whole);
    return 0;
}

static void print_summary(const char *path, const struct report *report)
{
    char whole[REPORT_TIME_SIZE];
    size_t failed = 0, unfinished = 0;
    for (size_t i = 0; i < report->n_calls; i++) {
        failed += report->calls[i].failed;
        unfinished += !report->calls[i].ended;
    }
    report_time(report->span.end - report->span.start, whole);
    printf("%s: %zu call%s in %s", path, report->n_calls, report->n_calls == 1 ? "" : "s", whole);
    if (failed > 0)
        printf(", %zu failed", failed);
    if (unfinished > 0)
        printf(", %zu had not ended", unfinished);
    puts(report->cut ? "; the program was killed" : "");
}

/* ---- The command ---- */

/* "trace.json" gives "trace.svg", beside it. */
static char *picture_name(const char *trace)
{
    const char *dot = strrchr(trace, '.'), *slash = strrchr(trace, '/');
    size_t stem = dot && dot > trace && (!slash || dot > slash + 1) ? (size_t)(dot - trace) : strlen(trace);
    return text_format("%.*s.svg", (int)stem, trace);
}

static int draw(const struct options *options, const struct report *report, const double shares[REPORT_SHARES],
                hype_error **error)
{
    const char *slash = strrchr(options->trace, '/');
    cleanup_free char *path = options->picture ? strdup(options->picture) : picture_name(options->trace);
    if (!path)
        return error_memory(error);
    FILE *out = fopen(path, "we");
    if (!out)
        return error_system(error, errno, "cannot write the picture %s", path);
    int status = report_draw(report, shares, slash ? slash + 1 : options->trace, out, error);
    bool written = !ferror(out);
    if ((fclose(out) != 0 || !written) && status == 0)
        status = error_system(error, errno ? errno : EIO, "cannot write the picture %s", path);
    if (status == 0)
        printf("Picture: %s\n", path);
    return status;
}

static int run(const struct options *options, hype_error **error)
{
    struct report report;
    double shares[REPORT_SHARES];
    int status = report_read(options->trace, &report, error);
    if (status < 0)
        return status;
    status = report_critical_path(&report, shares, error);
    if (status == 0) {
        print_summary(options->trace, &report);
        status = print_table(&report, shares, error);
    }
    if (status == 0)
        status = draw(options, &report, shares, error);
    report_free(&report);
    return status;
}

static int take(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'o':
        options->picture = value;
        return 0;
    case ARGP_KEY_ARG:
        if (options->trace)
            argp_error(state, "one trace at a time");
        options->trace = value;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name the trace, which HYPE_TRACE=FILE has written");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int report_main(int argc, char **argv)
{
    static const struct argp_option known[] = {
        {"output", 'o', "FILE.svg", 0, "where the picture goes (beside the trace)", 0}, {0}};
    static const struct argp argp = {
        known, take, "TRACE", "Tells where the time of a program's calls went: a table, and a picture (SVG).",
        NULL,  NULL, NULL};
    struct options options = {NULL, NULL};
    cleanup_error hype_error *error = NULL;
    argv[0] = (char[]){"hype report"};
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (run(&options, &error) == 0)
        return 0;
    fprintf(stderr, "hype report: %s\n", error->message);
    return 1;
}
