/*
 * pack.h: several images in one object, as batches travel. docs/format.md specifies it.
 *
 * A pack may name the one that was written before it, with its digest: whoever trusts the last one has them all.
 */
#ifndef HYPE_RT_PACK_H
#define HYPE_RT_PACK_H

#include "buffer.h"

#define PACK_ALL UINT64_MAX /* number of an error image that speaks for every item that has no other */

struct pack_entry {
    uint64_t number;       /* of the item in its batch */
    uint64_t offset, size; /* of its image, bytes; offsets are multiples of 64 */
};

struct pack_writer {
    struct buffer data;
    struct pack_entry *entries;
    size_t n, capacity;
};
#define PACK_WRITER_EMPTY {.data = BUFFER_EMPTY}
/* Room for the image of item NUMBER, to be filled by the caller before the next: its address in *IMAGE. */
int pack_add(struct pack_writer *writer, uint64_t number, uint64_t size, void **image, hype_error **error);
/* The pack is complete, in writer->data. PREVIOUS: "NAME#sha256=HEX" or "". */
int pack_end(struct pack_writer *writer, const char *previous, hype_error **error);
void pack_writer_free(struct pack_writer *writer);

struct pack {
    const struct pack_entry *entries;
    size_t n;
    const char *previous; /* a string; borrowed */
};
/* Checks SIZE hostile bytes at DATA, aligned to 64: entries lie inside, are aligned and not longer than the whole. */
int pack_read(const void *data, size_t size, struct pack *pack, hype_error **error);

#endif
