/*
 * gather.h: calls that come one by one, made in batches.
 *
 * A batch is begun when enough calls wait for one, or when somebody waits for results; how many calls it takes is given
 * or depends on how many are left and how long the others took.
 */
#ifndef HYPE_RT_GATHER_H
#define HYPE_RT_GATHER_H

#include "future.h"

struct gather;

/* At most LIMIT batches at once; SIZE: calls in each, 0: chosen. TOTAL: how many will be added, as far as known. */
struct gather *gather_open(hype_submitter *submitter, size_t limit, size_t size, size_t total);
/* On the loop thread, before all that follows. */
void gather_begin(struct gather *gather);
/* From any thread: begins a future of future_new(). */
void gather_add(struct gather *gather, hype_future *future);
/* From any thread: what waits is begun, however few they are; GENTLY: where no batch is running. */
void gather_flush(struct gather *gather, bool gently);
/* On the loop thread, when all its futures are settled. Batches may still clear away. NULL is allowed. */
void gather_close(struct gather *gather);

#endif
