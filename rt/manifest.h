/* manifest.h: what hype-run needs for one call, as JSON. docs/format.md specifies it. */
#ifndef HYPE_RT_MANIFEST_H
#define HYPE_RT_MANIFEST_H

#include "util.h"

enum manifest_kind { MANIFEST_CAPTURE, MANIFEST_LIBRARY, MANIFEST_REMOTE, MANIFEST_FILE, MANIFEST_SEGMENT };

struct manifest_file {
    enum manifest_kind kind;
    char *name;    /* of the object, in the folder of the manifest */
    char *as;      /* MANIFEST_FILE, MANIFEST_LIBRARY: its file name there */
    char *machine; /* MANIFEST_LIBRARY, MANIFEST_REMOTE: for this processor only, by uname(2)'s name; or NULL */
    uint64_t size;
    char sha256[SHA256_HEX_SIZE];
};

#define BATCH_MARK "\x1e" /* begins what hype-run announces in its output: then the nonce, a blank, the pack's name */
#define MANIFEST_PROBE "hype-probe" /* no function of C is called that */

struct manifest {
    char *execution; /* "hype-run-XXXXXXXX" */
    char *function; /* MANIFEST_PROBE: none; hype-run tells of itself */
    uint64_t signature;
    char *returned;              /* name of the object that the return image becomes; of a batch: stem of its packs */
    size_t n_batch;              /* the capture is a pack (pack.h) of so many calls; 0: it is of one call */
    double timeout;              /* of a batch: seconds that each of its calls may take; 0: none */
    char nonce[33];              /* of a batch: marks the lines by which hype-run announces results */
    struct manifest_file *files; /* libraries in load order */
    size_t n_files;
};

/* New string, NUL-terminated; deterministic. */
char *manifest_write(const struct manifest *manifest, hype_error **error);
/* SIZE hostile bytes. Exactly one capture and, unless it is a probe's, at least one remote object are
 * there when it succeeds. */
int manifest_read(const char *text, size_t size, struct manifest *manifest, hype_error **error);
/* Leaves only the code for MACHINE: one remote object and its libraries. */
int manifest_choose(struct manifest *manifest, const char *machine, hype_error **error);
bool manifest_is_probe(const struct manifest *manifest);
void manifest_free(struct manifest *manifest);

#endif
