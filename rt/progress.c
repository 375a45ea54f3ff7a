/* progress.c: the bar and its lines. */
#include "progress.h"

#include "log.h"
#include "util.h"

#include <stdio.h>
#include <string.h>

enum {
    PATIENCE_MS = 1000, /* what is done sooner is not worth a bar */
    BAR_MS = 100,
    LINES_MS = 5000,
    WIDTH = 24,
};

void progress_start(struct progress *progress, const char *what, uint64_t total)
{
    *progress =
        (struct progress){.what = what, .total = total, .started = clock_ms(), .terminal = isatty(STDERR_FILENO) == 1};
}

static void human(double bytes, char *text, size_t size)
{
    static const char units[][4] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    for (; bytes >= 1000 && unit + 1 < ARRAY_SIZE(units); unit++)
        bytes /= 1000;
    snprintf(text, size, bytes < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

static void show_bar(const struct progress *p, const char *done, const char *total, const char *rate, const char *left)
{
    const char *no_color = getenv("NO_COLOR");
    bool color = !no_color || !*no_color;
    char bar[WIDTH + 1];
    size_t full = p->total > 0 ? (size_t)((double)p->done / (double)p->total * (int)WIDTH) : 0;
    full = full > WIDTH ? WIDTH : full;
    memset(bar, '#', full);
    memset(bar + full, '.', WIDTH - full);
    bar[WIDTH] = 0;
    fprintf(stderr, "\r%s [%s%s%s] %s of %s, %s/s, %s left\033[K", p->what, color ? "\033[32m" : "", bar,
            color ? "\033[0m" : "", done, total, rate, left);
    fflush(stderr);
}

static void show(struct progress *p, int64_t now)
{
    char done[24], total[24], rate[24], left[24];
    double seconds = (double)(now - p->started) / 1000, speed = (double)p->done / seconds;
    double remaining = speed > 0 ? (double)(p->total - p->done) / speed : 0;
    human((double)p->done, done, sizeof done);
    human((double)p->total, total, sizeof total);
    human(speed, rate, sizeof rate);
    snprintf(left, sizeof left, "%d:%02d", (int)remaining / 60, (int)remaining % 60);
    if (p->terminal)
        show_bar(p, done, total, rate, left);
    else
        log_info(p->what, "%s of %s, %s/s, %s left", done, total, rate, left);
    p->shown = now;
    p->visible = p->terminal;
}

void progress_add(struct progress *progress, int64_t bytes)
{
    int64_t now = clock_ms();
    if (bytes < 0 && (uint64_t)-bytes > progress->done)
        progress->done = 0;
    else
        progress->done += (uint64_t)bytes;
    if (progress->done > progress->total)
        progress->done = progress->total;
    if (now - progress->started >= PATIENCE_MS && now - progress->shown >= (progress->terminal ? BAR_MS : LINES_MS))
        show(progress, now);
}

void progress_end(struct progress *progress)
{
    if (progress->visible) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}
