/*
 * progress.h: how far a transfer, or the calls of a map, are, for people.
 *
 * On a terminal a bar with rate and remaining time appears on stderr once it has taken a second, and goes when
 * it ends; elsewhere a log line (HYPE_LOG=info) comes every few seconds. NO_COLOR is heeded. Loop thread only.
 */
#ifndef HYPE_RT_PROGRESS_H
#define HYPE_RT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; /* "Staging" */
    uint64_t total, done;
    int64_t started, shown; /* clock_ms() */
    bool terminal, visible;
    bool items; /* are counted, not bytes */
    uint64_t failed;
};

void progress_start(struct progress *progress, const char *what, uint64_t total);
/* BYTES more have been moved (or fewer, after a part had to be sent again). */
void progress_add(struct progress *progress, int64_t bytes);
/* Calls instead of bytes: TOTAL grows as more are added. */
void progress_start_items(struct progress *progress, const char *what);
void progress_item(struct progress *progress, bool failed, uint64_t total);
void progress_end(struct progress *progress);

#endif
