/*
 * runner.h: the parts of hype-run.
 *
 * A call always runs in a process of its own (call.c) that is forked from one that has loaded the remote object or is
 * about to (load.c). Whoever forked it finds out how it ended and makes an error image of a bad end (outcome.c).
 * main.c either fetches one call by its manifest (fetch.c) or serves many (serve.c).
 */
#ifndef HYPE_RUNNER_H
#define HYPE_RUNNER_H

#include "image.h"
#include "serve.h"

#include <sys/types.h>

/* ---- load.c ---- */

/* A file that is loaded before a call: shared libraries first, the remote object last. */
struct object_file {
    const char *path;
    const char *sha256; /* checked before loading; NULL when the fetch has checked it */
};
int load_objects(const struct object_file *files, size_t n, hype_error **error);

/* ---- workdir.c ---- */

/* A new private folder under TMPDIR. Its name tells the process that owns it; folders of dead owners are removed. */
int workdir_make(char **path, hype_error **error);
void workdir_remove(const char *path); /* with everything in it */

/* ---- call.c ---- */

struct call {
    const char *name; /* of the function */
    uint64_t signature;
    int image_fd;
    uint64_t image_size;
    const int *segment_fds;   /* the shared memory that the image refers to, n_segments */
    size_t n_segments;
    int returned_fd;          /* an empty file for the return or error image */
    const char *folder;       /* to run in; made here; files are already there or are copied */
    const char *const *files; /* paths to copy into it, n_files */
    size_t n_files;
    struct serve_slot *slot; /* shared with whoever watches */
};
/* In the child. Runs the call and leaves an image in returned_fd; 0 and its size when it is whole. */
int call_run(const struct call *call, uint64_t *size);

/* ---- invoke.c ---- */
int invoke_entry(const struct hype_entry *entry, void *frame, hype_error **error);

/* ---- heap.c ---- */

/* While a call runs, blocks of the decoded image may be given to free() and realloc() as the caller's own may. */
void heap_watch(struct image *image);

/* ---- crash.c ---- */

/* Signals that end the process first write where it was into SLOT. */
int crash_prepare(void);                   /* once, before forking: loads what a handler cannot load */
void crash_watch(struct serve_slot *slot); /* in the child */

/* ---- symbols.c ---- */

/* "#0 name+0x12 (file.so)" lines for program counters of this process's children; new string, NULL without frames. */
char *symbols_describe(const uint64_t *frames, size_t n);

/* ---- outcome.c ---- */

/* Why a child ended that did not answer. Returns an error object; NULL only when memory is out. */
hype_error *outcome_error(int wait_status, const struct serve_slot *slot, unsigned long oom_kills_before);
/* The image of an error, into the empty file FD. 0 when no image could be made. */
uint64_t outcome_write(const hype_error *failure, int fd);
unsigned long outcome_oom_kills(void); /* of this control group so far */

/* ---- fetch.c and serve.c: the two ways to run; both return an exit status ---- */
int fetch_and_run(const char *manifest_uri);
int serve(int n_files, char **files);

#endif
