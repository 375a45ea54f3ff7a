/*
 * report_svg.c: the picture of a trace.
 *
 * A legend with each phase's share of the critical path, then a row for each call with its phases over time. Where
 * there are more calls than rows, charts of how many calls were in which phase stand above, and the rows show calls
 * at equal distances.
 */
#include "report.h"

#include <math.h>
#include <string.h>

/* Pixels, where nothing else is said. */
#define WIDTH        1200
#define LEFT         190 /* of the plots */
#define RIGHT        20
#define PLOT         (WIDTH - LEFT - RIGHT)
#define ROW          17
#define BAR          12
#define CHART        180 /* its height */
#define LEGEND_ENTRY 145
#define MOST_ROWS    48
#define COLUMNS      (PLOT / 2)
#define LABEL        25 /* characters */

static const char *const colors[REPORT_SHARES] = {
    [TRACE_CAPTURE] = "#9ecae1",  [TRACE_HASH] = "#6baed6",   [TRACE_UPLOAD] = "#2171b5", [TRACE_SCHEDULE] = "#c9c9c9",
    [TRACE_PULL] = "#fdae6b",     [TRACE_START] = "#e6550d",  [TRACE_FETCH] = "#bcbddc",  [TRACE_LOAD] = "#756bb1",
    [TRACE_RUN] = "#31a354",      [TRACE_RETURN] = "#17becf", [TRACE_DECODE] = "#b5894c", [REPORT_IDLE] = "#ececec",
    [REPORT_BETWEEN] = "#ffffff",
};

struct canvas {
    FILE *out;
    const struct report *report;
    double span;  /* microseconds, never 0 */
    double scale; /* pixels a microsecond */
    double y;     /* where the next thing goes */
};

static double x_of(const struct canvas *c, double time)
{
    return LEFT + (time - c->report->span.start) * c->scale;
}

/* The first N characters of TEXT, escaped for XML. */
static void print_text(FILE *out, const char *text, size_t n)
{
    for (; *text && n > 0; text++, n -= (*text & 0xc0) != 0x80) {
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
        }
    }
}

static const char *share_name(int i)
{
    return i < TRACE_PHASES ? trace_phase_name((enum trace_phase)i) : i == REPORT_IDLE ? "idle" : "between calls";
}

static void legend(struct canvas *c, const double shares[REPORT_SHARES])
{
    double whole = 0;
    int place = 0;
    for (int i = 0; i < REPORT_SHARES; i++)
        whole += shares[i];
    for (int i = 0; i < REPORT_SHARES; i++) {
        if (shares[i] <= 0)
            continue;
        if (place == WIDTH / LEGEND_ENTRY) {
            place = 0;
            c->y += 20;
        }
        int x = 20 + place++ * LEGEND_ENTRY;
        fprintf(
            c->out,
            "<rect x=\"%d\" y=\"%.0f\" width=\"12\" height=\"12\" fill=\"%s\" stroke=\"#999\" stroke-width=\".5\"/>", x,
            c->y, colors[i]);
        fprintf(c->out, "<text x=\"%d\" y=\"%.0f\">%s <tspan class=\"dim\">%.1f %%</tspan></text>\n", x + 18, c->y + 10,
                share_name(i), shares[i] / whole * 100);
    }
    c->y += 34;
}

/* Lines at round times from Y on for HEIGHT pixels, with labels above. */
static void time_axis(struct canvas *c, double height)
{
    static const struct {
        const char *name;
        double microseconds;
    } units[] = {{"s", 1e6}, {"ms", 1e3}, {"us", 1}};
    double step = pow(10, floor(log10(c->span / 8)));
    if (c->span / step > 10)
        step *= c->span / step > 20 ? 5 : 2;
    size_t unit = 0;
    while (unit + 1 < ARRAY_SIZE(units) && c->span < units[unit].microseconds)
        unit++;
    for (int i = 0; i * step <= c->span; i++) {
        double x = LEFT + i * step * c->scale;
        fprintf(c->out, "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" class=\"grid\"/>", x, x, c->y,
                c->y + height);
        fprintf(c->out, "<text x=\"%.1f\" y=\"%.1f\" class=\"tick\">%g %s</text>\n", x, c->y - 4,
                i * step / units[unit].microseconds, units[unit].name);
    }
}

/* ---- How many calls were in which phase ---- */

/* Adds the part of SPAN in each column, as a share of the column. */
static void add_span(const struct canvas *c, struct report_span span, double *columns)
{
    double width = c->span / COLUMNS;
    double from = (span.start - c->report->span.start) / width, to = (span.end - c->report->span.start) / width;
    for (int i = (int)fmax(from, 0); i < COLUMNS && i < to; i++)
        columns[i] += fmin(to, i + 1) - fmax(from, i);
}

static void fill_columns(const struct canvas *c, double (*columns)[COLUMNS])
{
    for (size_t i = 0; i < c->report->n_calls; i++) {
        const struct report_call *call = &c->report->calls[i];
        double reached = call->span.start;
        for (size_t j = 0; j < call->n_phases; j++) {
            struct report_span span = call->phases[j].span;
            if (span.start > reached)
                add_span(c, (struct report_span){reached, span.start}, columns[REPORT_IDLE]);
            add_span(c, span, columns[call->phases[j].phase]);
            reached = fmax(reached, span.end);
        }
        if (call->span.end > reached)
            add_span(c, (struct report_span){reached, call->span.end}, columns[REPORT_IDLE]);
    }
}

static void layer(const struct canvas *c, const double *values, double *below, double scale, double bottom,
                  const char *color)
{
    double step = (double)PLOT / COLUMNS;
    fprintf(c->out, "<path fill=\"%s\" d=\"", color);
    for (int i = 0; i < COLUMNS; i++)
        fprintf(c->out, "%c%.1f %.1fH%.1f", i == 0 ? 'M' : 'L', LEFT + i * step,
                bottom - (below[i] + values[i]) * scale, LEFT + (i + 1) * step);
    for (int i = COLUMNS; i-- > 0;) {
        fprintf(c->out, "L%.1f %.1fH%.1f", LEFT + (i + 1) * step, bottom - below[i] * scale, LEFT + i * step);
        below[i] += values[i];
    }
    fputs("Z\"/>\n", c->out);
}

/* The N phases of ORDER, the first lowest. */
static void chart(struct canvas *c, double (*columns)[COLUMNS], const char *title, const int *order, size_t n,
                  double height)
{
    double below[COLUMNS] = {0}, most = 0;
    for (int i = 0; i < COLUMNS; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++)
            sum += columns[order[j]][i];
        most = fmax(most, sum);
    }
    if (most <= 0)
        return;
    fprintf(c->out, "<text x=\"20\" y=\"%.0f\" class=\"head\">%s</text>\n", c->y + 4, title);
    c->y += 16;
    time_axis(c, height);
    for (size_t i = 0; i < n; i++)
        layer(c, columns[order[i]], below, height / most, c->y + height, colors[order[i]]);
    fprintf(c->out, "<text x=\"%d\" y=\"%.0f\" class=\"label\">%.3g</text>", LEFT - 8, c->y + 9, most);
    fprintf(c->out, "<text x=\"%d\" y=\"%.0f\" class=\"label\">0</text>\n", LEFT - 8, c->y + height);
    c->y += height + 26;
}

static int charts(struct canvas *c, hype_error **error)
{
    static const int busy[] = {TRACE_RUN,     TRACE_LOAD, TRACE_FETCH,  TRACE_RETURN, TRACE_DECODE,
                               TRACE_CAPTURE, TRACE_HASH, TRACE_UPLOAD, TRACE_PULL,   TRACE_START};
    static const int waiting[] = {TRACE_SCHEDULE}, idle[] = {REPORT_IDLE};
    cleanup_free double(*columns)[COLUMNS] = calloc(REPORT_SHARES, sizeof *columns);
    if (!columns)
        return error_memory(error);
    fill_columns(c, columns);
    chart(c, columns, "Calls at work", busy, ARRAY_SIZE(busy), CHART);
    chart(c, columns, "Waiting for their turn", waiting, 1, CHART / 3);
    chart(c, columns, "Idle, or done and not awaited", idle, 1, CHART / 3);
    return 0;
}

/* ---- A row for each call ---- */

static void bar(const struct canvas *c, struct report_span span, double y, const char *color, const char *what)
{
    char time[REPORT_TIME_SIZE];
    report_time(span.end - span.start, time);
    fprintf(c->out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" fill=\"%s\"><title>%s %s</title></rect>",
            x_of(c, span.start), y, fmax((span.end - span.start) * c->scale, 0.4), BAR, color, what, time);
}

static void row(struct canvas *c, const struct report_call *call)
{
    const char *unique = call->id ? strrchr(call->id, '-') : NULL;
    cleanup_free char *label =
        text_format("%s%s%s", call->name ? call->name : "?", unique ? " " : "", unique ? unique + 1 : "");
    fprintf(c->out, "<text x=\"%d\" y=\"%.1f\" class=\"label%s\">", LEFT - 8, c->y + BAR - 2,
            call->failed ? " failed" : "");
    print_text(c->out, label ? label : "?", LABEL);
    fputs(call->ended ? "</text>" : " …</text>", c->out);
    bar(c, call->span, c->y, colors[REPORT_IDLE], "idle");
    for (size_t i = 0; i < call->n_phases; i++)
        bar(c, call->phases[i].span, c->y, colors[call->phases[i].phase], trace_phase_name(call->phases[i].phase));
    fputc('\n', c->out);
    c->y += ROW;
}

static void rows(struct canvas *c)
{
    size_t n = c->report->n_calls, shown = n < MOST_ROWS ? n : MOST_ROWS;
    fprintf(c->out, "<text x=\"20\" y=\"%.0f\" class=\"head\">", c->y + 4);
    fprintf(c->out, shown < n ? "%zu of %zu calls" : "Calls", shown, n);
    fputs("</text>\n", c->out);
    c->y += 16;
    time_axis(c, (double)shown * ROW);
    for (size_t i = 0; i < shown; i++)
        row(c, &c->report->calls[shown == 1 ? 0 : i * (n - 1) / (shown - 1)]);
    c->y += 16;
}

static int draw(struct canvas *c, const double shares[REPORT_SHARES], const char *title, hype_error **error)
{
    char whole[REPORT_TIME_SIZE];
    report_time(c->report->span.end - c->report->span.start, whole);
    fprintf(c->out, "<text x=\"20\" y=\"32\" class=\"title\">");
    print_text(c->out, title, 80);
    fprintf(c->out,
            "</text><text x=\"20\" y=\"52\" class=\"dim\">%zu call%s in %s; the shares are those of the critical "
            "path</text>\n",
            c->report->n_calls, c->report->n_calls == 1 ? "" : "s", whole);
    c->y = 66;
    legend(c, shares);
    int status = c->report->n_calls > MOST_ROWS ? charts(c, error) : 0;
    if (status == 0)
        rows(c);
    return status;
}

int report_draw(const struct report *report, const double shares[REPORT_SHARES], const char *title, FILE *out,
                hype_error **error)
{
    char *body = NULL;
    size_t size = 0;
    double span = fmax(report->span.end - report->span.start, 1);
    struct canvas canvas = {open_memstream(&body, &size), report, span, PLOT / span, 0};
    if (!canvas.out)
        return error_memory(error);
    int status = draw(&canvas, shares, title, error); /* which finds out the height */
    if (fclose(canvas.out) != 0)
        status = error_memory(error);
    if (status == 0) {
        fprintf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" viewBox=\"0 0 %d %.0f\">\n"
                "<style>text{font:12px sans-serif;fill:#222}.title{font-size:18px;font-weight:bold}.dim{fill:#777}"
                ".head{font-weight:bold}.label{text-anchor:end;font-size:11px}.failed{fill:#c00}"
                ".tick{text-anchor:middle;font-size:10px;fill:#777}.grid{stroke:#ddd;stroke-width:1}</style>\n"
                "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
                WIDTH, canvas.y, WIDTH, canvas.y);
        fwrite(body, 1, size, out);
        fputs("</svg>\n", out);
    }
    free(body);
    return status;
}
