/*
 * share.h: memory that the program promises not to change, so that calls send it once.
 *
 * hype_share() takes one snapshot of it into a sealed memory file. An image that refers to it has the file as a
 * segment (docs/format.md): a server of this machine gets the file's descriptor, a store an object named by its hash.
 */
#ifndef HYPE_RT_SHARE_H
#define HYPE_RT_SHARE_H

#include "util.h"

enum {
    SHARE_START = 64,           /* the file begins with this much of the address's alignment, as zero bytes */
    SHARE_ALIGNMENT = 64 * 1024 /* bytes: segments start at multiples of it, which is any processor's page */
};

struct share {
    const char *address; /* where the program has it */
    uint64_t size;       /* bytes */
    int fd;              /* START bytes of zero, then the snapshot */
    uint64_t start;      /* ADDRESS modulo SHARE_START */
    unsigned references;
    int digest_status; /* 1 until share_digest() has been called */
    char sha256[SHA256_HEX_SIZE];
};

/* Until share_thaw() no memory is shared or unshared; share_find() needs it. False, and nothing to thaw: none is. */
bool share_freeze(void);
void share_thaw(void);
/* The shared memory that has bytes of [ADDRESS, ADDRESS + SIZE), or the first such; NULL. Borrowed until the thaw. */
struct share *share_find(const void *address, uint64_t size);

struct share *share_hold(struct share *share); /* one more owner */
void share_release(struct share *share);       /* one less; the last one frees it */

/* SHA-256 of the whole file in SHARE->sha256: computed by the first caller, which blocks. */
int share_digest(struct share *share, hype_error **error);

#endif
