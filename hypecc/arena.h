/*
 * arena.h: the memory of one scan.
 *
 * hypecc-scan reads a unit, writes text and ends. What it keeps in between is allocated piece by piece and given back
 * at once. Memory that runs out ends the program: it has nothing else to do then.
 */
#ifndef HYPECC_ARENA_H
#define HYPECC_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena {
    struct arena_block *blocks;
};

/* Zeroed, aligned for any object. */
void *arena_allocate(struct arena *arena, size_t size);
char *arena_copy(struct arena *arena, const char *text, size_t length);
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_format_list(struct arena *arena, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
/* ITEMS, which has N items, or a longer copy of it: there is room for one more. */
void *arena_extend(struct arena *arena, void *items, size_t n, size_t item_size);
void arena_free(struct arena *arena);

/* Adds VALUE to the array LIST of N items. */
#define ARENA_ADD(arena, list, n, value)                                                                               \
    do {                                                                                                               \
        (list) = arena_extend((arena), (list), (n), sizeof *(list));                                                   \
        (list)[(n)++] = (value);                                                                                       \
    } while (0)

#endif
