/*
 * stage.h: a job's files and its manifest, put into a store by content hash; and its return image, taken from there.
 *
 * Code (the remote object, its libraries, data files) is named stem-HASH.ext and stays for the next call; what
 * belongs to one call (capture, return image) lies in a folder named after the job and is removed, with the manifest,
 * by stage_remove(). The manifest is described in docs/format.md.
 */
#ifndef HYPE_RT_STAGE_H
#define HYPE_RT_STAGE_H

#include "manifest.h"
#include "store/store.h"
#include "submit/submitter.h"

/* A file that a job needs, and its name in the store. */
struct staged_file {
    char *name; /* "hello-3b0c….so" */
    char *as;   /* its own file name: "libm.so.6" */
    enum manifest_kind kind;
    const char *machine; /* of code: the processor; borrowed */
    struct store_content content;
    char sha256[SHA256_HEX_SIZE];
    int fd;       /* owned, or -1 */
    char *memory; /* owned, or NULL */
};

/* The remote object of the job's program, behind the libraries that it needs; and before them, where ALL are asked for,
 * those for other processors. */
struct staged_code {
    struct staged_file *files;
    size_t n_files;
};
int stage_code_open(const struct job *job, bool all, struct staged_code *code, hype_error **error);
void stage_code_free(struct staged_code *code);
/* Sends what is not there yet, up to 32 files at once, and counts it in TRACE. In a task. */
int stage_files(struct store *store, const struct staged_file *files, size_t n, struct trace_call *trace,
                hype_error **error);

/* What hype-run has put there, of the digest that it told, into a memory file. In a task. */
int stage_fetch(struct store *store, const char *name, uint64_t limit, const char *sha256, struct buffer *fetched,
                hype_error **error);

struct staged {
    struct store *store; /* borrowed */
    char *manifest;      /* "file:///dir/manifest-HASH.json#sha256=HEX": hype-run's argument */
    char *manifest_name; /* "manifest-HASH.json" */
    char *folder;        /* "hype-run-XXXXXXXX", of what belongs to this call */
    char *record;        /* stage_record.h's, or NULL */
    struct batch *batch; /* that is collected from there; or NULL */
};

/* Sends the job's code, data files, capture and manifest. In a task. */
int stage_job(struct store *store, struct job *job, struct staged *staged, hype_error **error);

/*
 * What hype-run left in its termination log, made into job->returned: "URI#sha256=HEX" is fetched and its digest
 * checked; "error: STATUS: text" and anything else becomes an error. Only a URI in the job's own folder is taken. What
 * hype-run tells of its phases goes to job->trace.
 */
int stage_collect(const struct staged *staged, struct job *job, const char *termination_message, hype_error **error);

/* Deletes what belongs to this call, unless HYPE_KEEP_STAGED is set; failures are only logged. Frees STAGED's
 * strings. In a task, cancelled or not. */
int stage_remove(struct staged *staged);

/* Names that stage_job() gives: what is told by others is checked before it is removed. */
bool stage_names_valid(const char *folder, const char *manifest);

/* Removes what killed programs of this machine have left in this store, and their termination logs; and what is OLD
 * (leftovers.h; or NULL). In a task. */
void stage_sweep(struct store *store, const struct leftovers *old);

#define STAGE_USED ".used" /* behind the name of a file: an empty one that is as old as the last use that was noted */

#define TERMINATION_LOGS "termination-logs" /* leftovers.h: the files that submitters have hype-run write to */

#endif
