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

static void amount(const struct progress *p, double number, char *text, size_t size)
{
    if (p->items)
        snprintf(text, size, number < 10 && number != (double)(uint64_t)number ? "%.1f" : "%.0f", number);
    else
        human(number, text, size);
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
    char done[24], total[64], rate[24], left[24];
    double seconds = (double)(now - p->started) / 1000, speed = (double)p->done / seconds;
    double remaining = speed > 0 ? (double)(p->total - p->done) / speed : 0;
    amount(p, (double)p->done, done, sizeof done);
    amount(p, (double)p->total, total, sizeof total);
    amount(p, speed, rate, sizeof rate);
    if (p->failed > 0)
        snprintf(total + strlen(total), sizeof total - strlen(total), ", %llu failed", (unsigned long long)p->failed);
    snprintf(left, sizeof left, "%d:%02d", (int)remaining / 60, (int)remaining % 60);
    if (p->terminal)
        show_bar(p, done, total, rate, left);
    else
        log_info(p->what, "%s of %s, %s/s, %s left", done, total, rate, left);
    p->shown = now;
    p->visible = p->terminal;
}

static void show_if_due(struct progress *p)
{
    int64_t now = clock_ms();
    if (now - p->started >= PATIENCE_MS && now - p->shown >= (p->terminal ? BAR_MS : LINES_MS))
        show(p, now);
}

void progress_add(struct progress *progress, int64_t bytes)
{
    if (bytes < 0 && (uint64_t)-bytes > progress->done)
        progress->done = 0;
    else
        progress->done += (uint64_t)bytes;
    if (progress->done > progress->total)
        progress->done = progress->total;
    show_if_due(progress);
}

void progress_start_items(struct progress *progress, const char *what)
{
    progress_start(progress, what, 0);
    progress->items = true;
}

void progress_item(struct progress *progress, bool failed, uint64_t total)
{
    progress->done++;
    progress->failed += failed;
    progress->total = total;
    show_if_due(progress);
}

void progress_end(struct progress *progress)
{
    if (progress->visible) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}
