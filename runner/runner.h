/*
 * runner.h: the parts of hype-run.
 *
 * A call always runs in a process of its own (call.c) that is forked from one that has loaded the remote object or is
 * about to (load.c). Whoever forked it finds out how it ended and makes an error image of a bad end (outcome.c).
 * main.c either fetches one call, or a batch of them (batch.c), by its manifest (fetch.c) or serves many (serve.c).
 */
#ifndef HYPE_RUNNER_H
#define HYPE_RUNNER_H

#include "image.h"
#include "manifest.h"
#include "serve.h"

#include <sys/types.h>

/* ---- load.c ---- */

/* A file that is loaded before a call: shared libraries first, the remote object last. */
struct object_file {
    const char *path, *sha256;
    bool checked; /* the fetch has done it; else the digest is checked before loading */
};
/* What is loaded may call functions elsewhere in its turn: what lies at the paths is then staged again. */
int load_objects(const struct object_file *files, size_t n, hype_error **error);
/* The digest of a file that load_objects() has loaded, by the path that the dynamic linker knows; else NULL. */
const char *load_digest(const char *path);

/* ---- workdir.c ---- */

/* A new private folder under TMPDIR. Its name tells the process that owns it; folders of dead owners are removed. */
int workdir_make(char **path, hype_error **error);
bool workdir_is_empty(const char *path); /* it is there, and nothing is in it: the next call may have it */

/* ---- call.c ---- */

struct call {
    const char *name; /* of the function */
    uint64_t signature;
    const void *image; /* at most SERVE_INLINE bytes, aligned to IMAGE_PAGE; NULL: it is in image_fd */
    int image_fd;
    uint64_t image_size;
    uint64_t memory_limit;  /* bytes of heap and other private memory; 0: none */
    const int *segment_fds; /* the shared memory that the image refers to, n_segments */
    size_t n_segments;
    int returned_fd;          /* a file for the return image; -1: it goes to memory */
    const char *folder;       /* to run in; NULL: it has been entered already */
    const char *const *files; /* paths to copy into it, n_files */
    size_t n_files;
    struct serve_slot *slot; /* shared with whoever watches */
    /* Takes the return image, which is in returned_fd where there is one, or an error image, which is in memory. */
    bool (*answer)(const struct call *call, const struct buffer *image);
    uint64_t number; /* ANSWER's own */
};
/* In the child: runs the call, has ANSWER take its image, and ends the process. CALL and what it leads to must last. */
_Noreturn void call_run(const struct call *call);
int call_enter_folder(const char *path); /* made where it is not there; 0, or -1 with errno */
/* An ANSWER: the image goes to returned_fd, its size to slot->call. */
bool call_answer_in_file(const struct call *call, const struct buffer *image);
void call_answered(struct serve_slot *slot, uint64_t size); /* the image is there; 0: it is not */
/* Is an image that ANSWER is given in the call's returned_fd? */
static inline bool call_image_in_file(const struct call *call, const struct buffer *image)
{
    return call->returned_fd >= 0 && image->read_only;
}

/* ---- invoke.c ---- */
int invoke_entry(const struct hype_entry *entry, void *frame, hype_error **error);

/* ---- heap.c ---- */

/* While a call runs, blocks of the decoded image may be given to free() and realloc() as the caller's own may. */
int heap_watch(struct image *image, hype_error **error);

/* ---- crash.c ---- */

/* What ends the process unasked, signals and exit(), first writes where it was into SLOT. */
/* The program counters of the calling thread's frames, innermost first: how many. */
int crash_backtrace(void **frames, int most);
int crash_prepare(void);                   /* once, before forking */
void crash_watch(struct serve_slot *slot); /* in the child */

/* ---- symbols.c ---- */

/*
 * Gives ERROR its frames from program counters of this process or of its children, innermost first. What lies in
 * hype-run, below the function, is left out. FIRST: of an instruction that was interrupted, or a return address.
 */
enum symbols_first { SYMBOLS_INTERRUPTED, SYMBOLS_RETURN };
void symbols_set_frames(hype_error *error, enum symbols_first first, const uint64_t *counters, size_t n);

/* ---- outcome.c ---- */

/* Waits for the child PID; 0: for any, or a signal. What it has left running in its process group is killed, before
 * that number can be another's. The child's PID, or -1 with errno. */
pid_t outcome_wait(pid_t pid, int *wait_status);

/* Why a child ended that did not answer. Returns an error object; NULL only when memory is out. */
hype_error *outcome_error(int wait_status, const struct serve_slot *slot, unsigned long oom_kills_before);
/* The image of an error, into the empty file FD. 0 when no image could be made. */
uint64_t outcome_write(const hype_error *failure, int fd);
unsigned long outcome_oom_kills(void); /* of this control group so far */

/* ---- probe.c ---- */

/* A report about hype-run and this place (docs/format.md), of *SIZE bytes, into the empty file FD. */
int probe_write(int fd, uint64_t *size, hype_error **error);

/* ---- batch.c ---- */

struct batch_run {
    const struct manifest *manifest;
    struct store *store;
    const char *folder; /* private; each call gets one of its own in it */
    int captures_fd;    /* the pack of captures */
    uint64_t captures_size;
    const int *segment_fds;
    size_t n_segments;
    const char *const *files; /* data files, n_files */
    size_t n_files;
    uint64_t memory_limit; /* of each call, in bytes; 0: none */
    struct serve_slot *slot;
    int (*load)(void *context, hype_error **error); /* in the process that then runs the calls */
    void *load_context;
    void (*started)(pid_t pid); /* that process */
    bool (*told_to_stop)(void);
};
/* *LAST becomes the URI of the last pack of results, with its digest. */
int batch_run(const struct batch_run *run, char **last, hype_error **error);

/* ---- fetch.c and serve.c: the two ways to run; both return an exit status ---- */
int fetch_and_run(const char *manifest_uri);
int serve(int n_files, char **files);

/* ---- mark.c ---- */

/* From here to mark_end(), lines on stderr begin with OUTPUT_MARK, where OUTPUT_MARK_VARIABLE asks for that. */
void mark_begin(void);
void mark_end(void);

#endif
