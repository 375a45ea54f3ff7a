/*
 * progress.h: how far a transfer is, for people.
 *
 * On a terminal a bar with rate and remaining time appears on stderr once a transfer has taken a second, and goes when
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
};

void progress_start(struct progress *progress, const char *what, uint64_t total);
/* BYTES more have been moved (or fewer, after a part had to be sent again). */
void progress_add(struct progress *progress, int64_t bytes);
void progress_end(struct progress *progress);

#endif
