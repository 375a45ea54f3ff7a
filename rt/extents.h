/*
 * extents.h: which captured object lies at an address?
 *
 * A set of address ranges that do not overlap, numbered in the order in which they were added. Ranges are found by
 * page and by the 16-byte granule that they start in, so that neighbours in memory are neighbours in the index and a
 * walk over blocks from one heap stays in the processor's caches. Adding and finding take constant time; a range
 * costs a table entry for each page that it touches.
 */
#ifndef HYPE_RT_EXTENTS_H
#define HYPE_RT_EXTENTS_H

#include "buffer.h"

struct extents {
    struct extent_item *items; /* in items_memory */
    uint32_t n_items, items_capacity;
    struct extent_page *pages; /* open addressing; NULL while there are few items */
    size_t n_pages, pages_capacity;
    struct extent_granules *granules;
    uint32_t n_granules, granules_capacity;
    struct buffer items_memory, granules_memory;
};
#define EXTENTS_EMPTY {.items_memory = BUFFER_EMPTY, .granules_memory = BUFFER_EMPTY}

enum extents_relation {
    EXTENTS_APART,   /* touches no range */
    EXTENTS_INSIDE,  /* lies within one range, or is it */
    EXTENTS_OVERLAPS /* shares bytes with a range but is not inside one */
};

#define EXTENTS_LIMIT (UINT32_MAX - 1) /* ranges */

/* [START, START + SIZE), SIZE > 0, apart from all others. The new range's number is n_items before. 0 or -1: memory. */
int extents_add(struct extents *extents, uintptr_t start, uint64_t size);

/* SIZE > 0. With INSIDE and OVERLAPS, *NUMBER is the range, or one of them. */
enum extents_relation extents_find(const struct extents *extents, uintptr_t start, uint64_t size, uint32_t *number);

void extents_free(struct extents *extents);

#endif
