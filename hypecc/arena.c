/*
 * arena.c: a list of blocks, the newest first; a piece comes from the newest one that has room.
 */
#include "arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 * 1024)
#define ALIGNMENT  _Alignof(max_align_t)

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    _Alignas(max_align_t) unsigned char bytes[];
};

static void out_of_memory(void)
{
    fputs("hypecc-scan: memory ran out\n", stderr);
    exit(EXIT_FAILURE);
}

void *arena_allocate(struct arena *arena, size_t size)
{
    if (size > (size_t)-1 / 2)
        out_of_memory();
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

    struct arena_block *block = arena->blocks;
    if (!block || block->size - block->used < size) {
        size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block = calloc(1, sizeof *block + room);
        if (!block)
            out_of_memory();
        block->size = room;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *piece = block->bytes + block->used;
    block->used += size;
    return piece;
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_allocate(arena, length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *arena_format_list(struct arena *arena, const char *format, va_list arguments)
{
    char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    if (length < 0)
        out_of_memory();
    char *copy = arena_copy(arena, text, (size_t)length);
    free(text);
    return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_format_list(arena, format, arguments);
    va_end(arguments);
    return text;
}

/* Arrays double: one that holds a power of two of items (4 or more) is full. */
void *arena_extend(struct arena *arena, void *items, size_t n, size_t item_size)
{
    if (n == 0)
        return arena_allocate(arena, 4 * item_size);
    if (n < 4 || (n & (n - 1)) != 0)
        return items;
    void *longer = arena_allocate(arena, 2 * n * item_size);
    memcpy(longer, items, n * item_size);
    return longer;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}
