/*
 * buffer.h: growing memory that can be handed to another process.
 *
 * A small buffer is plain memory; from BUFFER_LARGE bytes on it is a memory file (memfd_create(2)), mapped. The pages
 * of a fresh memory file cost more than copying into them does, so freed ones are kept, mapped, for the next.
 */
#ifndef HYPE_RT_BUFFER_H
#define HYPE_RT_BUFFER_H

#include "util.h"

#define BUFFER_LARGE (1 << 20) /* bytes */

struct buffer {
    char *data;
    size_t size, capacity; /* bytes */
    int fd;                /* a memory file that DATA maps; -1: plain memory */
    bool read_only;        /* maps somebody else's file */
    unsigned forks;        /* that this process had seen when it took the file */
};
#define BUFFER_EMPTY {.fd = -1}

/* Makes room for MORE bytes behind SIZE. What grows is not zeroed. */
int buffer_reserve_slow(struct buffer *buffer, uint64_t more, hype_error **error);
static inline int buffer_reserve(struct buffer *buffer, uint64_t more, hype_error **error)
{
    return more <= buffer->capacity - buffer->size ? 0 : buffer_reserve_slow(buffer, more, error);
}

/* A large one of at least CAPACITY bytes: a kept one where there is one. */
int buffer_open_large(struct buffer *buffer, size_t capacity, hype_error **error);
/* A large one in the memory file FD, which stays the caller's too and is not kept. What it held is overwritten. */
int buffer_open_file(struct buffer *buffer, int fd, hype_error **error);
/* A copy in plain memory, aligned for every object that processors know. */
int buffer_copy(struct buffer *buffer, const void *data, size_t size, hype_error **error);
/* The SIZE first bytes of FD, to be read. FD stays the caller's. */
int buffer_map(struct buffer *buffer, int fd, size_t size, hype_error **error);

/* A small one gives its file up for plain memory, if there is some: many that are kept hold no descriptors. */
void buffer_settle(struct buffer *buffer);

void buffer_free(struct buffer *buffer);    /* keeps a large one for the next */
void buffer_discard(struct buffer *buffer); /* does not: somebody may still write to it */

#endif
