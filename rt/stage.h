/*
 * stage.h: a job's files and its manifest, put into a store by content hash; and its return image, taken from there.
 *
 * Code (the remote object, its libraries, data files) is named stem-HASH.ext and stays for the next call; what
 * belongs to one call (capture, manifest, return image) lies in a folder named after the job and is removed by
 * stage_remove(). The manifest is described in docs/format.md.
 */
#ifndef HYPE_RT_STAGE_H
#define HYPE_RT_STAGE_H

#include "store/store.h"
#include "submit/submitter.h"

struct staged {
    struct store *store; /* borrowed */
    char *manifest;      /* "gs://bucket/dir/hype-run-XXXXXXXX/manifest-HASH.json#sha256=HEX": hype-run's argument */
    char *folder;        /* "hype-run-XXXXXXXX" */
};

/* Sends what is not there yet, up to 32 files at once. */
int stage_job(struct store *store, const struct job *job, struct staged *staged, hype_error **error);

/*
 * What hype-run left in its termination log, made into job->returned: "URI#sha256=HEX" is fetched and its digest
 * checked; "error: STATUS: text" and anything else becomes an error. Only a URI in the job's own folder is taken.
 */
int stage_collect(const struct staged *staged, struct job *job, const char *termination_message, hype_error **error);

/* Deletes the job's folder, unless HYPE_KEEP_STAGED is set; failures are only logged. Frees STAGED's strings. */
void stage_remove(struct staged *staged);

#endif
