/*
 * heap.c: free() and realloc() for blocks that came with the call.
 *
 * The function sees arguments inside the decoded image. Where it would free() or realloc() a block of its caller, it
 * does so here too: the block is marked, and the caller's own is freed when the call comes home. hype-run defines the
 * two functions for everything that it loads; all other blocks go on to the C library.
 */
#include "runner.h"

#include <malloc.h>
#include <string.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) ||               \
    __has_feature(thread_sanitizer)
#define real_free    __interceptor_free /* sanitizers stand between with an allocator of their own */
#define real_realloc __interceptor_realloc
#else
#define real_free    __libc_free
#define real_realloc __libc_realloc
#endif
extern void real_free(void *block);
extern void *real_realloc(void *block, size_t size);

static struct image *watched;
static uintptr_t stored_start, reserved_start;
static uint64_t stored_size, reserved_size;

int heap_watch(struct image *image, hype_error **error)
{
    image->freed = calloc(image->header->n_objects / 64 + 1, sizeof *image->freed);
    if (!image->freed)
        return error_memory(error);
    watched = image;
    stored_start = (uintptr_t)image->stored;
    stored_size = image->header->size;
    reserved_start = (uintptr_t)image->reserved;
    reserved_size = image->header->reserved_size;
    return 0;
}

static inline bool in_image(const void *block)
{
    return (uintptr_t)block - stored_start < stored_size || (uintptr_t)block - reserved_start < reserved_size;
}

/* Marks the block; its size. Anything but the start of a live block is a bug of the function's. */
static uint64_t mark_freed(const void *block)
{
    uint64_t number, size;
    if (!image_find_object(watched, block, &number, &size) || number == 0)
        abort();
    uint64_t bit = UINT64_C(1) << number % 64;
    if (__atomic_fetch_or(&watched->freed[number / 64], bit, __ATOMIC_RELAXED) & bit)
        abort();
    return size;
}

__attribute__((visibility("default"))) void free(void *block)
{
    if (block && in_image(block))
        mark_freed(block);
    else
        real_free(block);
}

__attribute__((visibility("default"))) void *realloc(void *block, size_t size)
{
    if (!block || !in_image(block))
        return real_realloc(block, size);
    void *moved = size > 0 ? malloc(size) : NULL; /* of no bytes the C library too makes no block, and frees the old */
    if (!moved && size > 0)
        return NULL;
    uint64_t old = mark_freed(block);
    return moved ? memcpy(moved, block, old < size ? old : size) : NULL;
}
