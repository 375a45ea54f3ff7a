/*
 * batch.h: several calls of one function that one hype-run makes, one after the other.
 *
 * To its submitter a batch is one job: its arguments are a pack of captures, and its results come as packs, announced
 * in its output while it runs (docs/format.md), the last one by its termination message. Loop thread only.
 */
#ifndef HYPE_RT_BATCH_H
#define HYPE_RT_BATCH_H

#include "pack.h"
#include "submit/submitter.h"

/* Of Kueue: the queue in which the Job of a map's batches waits. */
#define QUEUE_LABEL "kueue.x-k8s.io/queue-name"

struct staged;

struct batch {
    size_t n; /* calls */
    double timeout;
    unsigned attempts; /* that its calls have had at most, this one too; who runs it counts those that follow */
    char nonce[33];
    /* Takes the image of call NUMBER, which may have come before; PACK_ALL: an error of all that none has come of. */
    void (*take)(struct batch *batch, uint64_t number, const void *image, size_t size);
    void *context; /* of TAKE */

    /* batch.c's own. */
    const struct staged *staged;
    char **announced, **taken; /* "NAME#sha256=HEX"; n_announced, n_taken */
    size_t n_announced, n_taken;
    task *collector;
    struct task_event idle;
    struct task_lock collecting;
};

void batch_open(struct batch *batch);
/* From now on, until batch_close() in stage_remove(), packs that the job's output announces are collected. */
void batch_follow(struct batch *batch, struct job *job, struct staged *staged);
/* In a task: collects the pack NAME, "NAME#sha256=HEX", and those before it. */
int batch_collect(struct batch *batch, const char *name, hype_error **error);
/* In a task: what was announced is collected first. */
void batch_close(struct batch *batch);

#endif
