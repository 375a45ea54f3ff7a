/* extents.c: a hash table of pages, and for each page with starts in it a table of granules. */
#include "extents.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE_BITS = 12,
    GRANULE_BITS = 4,
    GRANULES = 1 << (PAGE_BITS - GRANULE_BITS),
    FEW = 12, /* items that are quicker searched one by one */
};
#define NONE UINT32_MAX

struct extent_item {
    uintptr_t start;
    uint64_t size;
    uint32_t next; /* item that starts in the same granule, or NONE */
};

struct extent_page {
    uintptr_t key;     /* page number + 1; 0: free */
    uint32_t covering; /* item that starts on an earlier page and reaches into this one, or NONE */
    uint32_t granules; /* index, or NONE where no item starts */
};

struct extent_granules {
    uint64_t occupied[GRANULES / 64];
    uint32_t first[GRANULES]; /* valid where occupied */
};

static size_t slot_of(const struct extents *x, uintptr_t key)
{
    size_t slot = (size_t)(key * 0x9E3779B97F4A7C15u >> 20) & (x->pages_capacity - 1);
    while (x->pages[slot].key != 0 && x->pages[slot].key != key)
        slot = (slot + 1) & (x->pages_capacity - 1);
    return slot;
}

static struct extent_page *find_page(const struct extents *x, uintptr_t number)
{
    struct extent_page *page = &x->pages[slot_of(x, number + 1)];
    return page->key ? page : NULL;
}

static bool grow_pages(struct extents *x)
{
    size_t old_capacity = x->pages_capacity;
    struct extent_page *old = x->pages;
    size_t capacity = old_capacity ? old_capacity * 2 : 64;
    struct extent_page *pages = calloc(capacity, sizeof *pages);
    if (!pages)
        return false;
    x->pages = pages;
    x->pages_capacity = capacity;
    for (size_t i = 0; i < old_capacity; i++)
        if (old[i].key)
            x->pages[slot_of(x, old[i].key)] = old[i];
    free(old);
    return true;
}

static struct extent_page *make_page(struct extents *x, uintptr_t number)
{
    if (x->n_pages * 2 >= x->pages_capacity && !grow_pages(x))
        return NULL;
    struct extent_page *page = &x->pages[slot_of(x, number + 1)];
    if (!page->key) {
        *page = (struct extent_page){number + 1, NONE, NONE};
        x->n_pages++;
    }
    return page;
}

static struct extent_granules *make_granules(struct extents *x, struct extent_page *page)
{
    if (page->granules != NONE)
        return &x->granules[page->granules];
    if (x->n_granules == x->granules_capacity) {
        x->granules_memory.size = x->n_granules * sizeof *x->granules;
        if (buffer_reserve(&x->granules_memory, x->granules_memory.size + 4 * sizeof *x->granules, NULL) < 0)
            return NULL;
        x->granules = (void *)x->granules_memory.data;
        x->granules_capacity = (uint32_t)(x->granules_memory.capacity / sizeof *x->granules);
    }
    struct extent_granules *granules = &x->granules[x->n_granules];
    memset(granules->occupied, 0, sizeof granules->occupied);
    page->granules = x->n_granules++;
    return granules;
}

static bool index_item(struct extents *x, uint32_t number)
{
    struct extent_item *item = &x->items[number];
    uintptr_t first = item->start >> PAGE_BITS, last = (item->start + item->size - 1) >> PAGE_BITS;
    struct extent_page *page = make_page(x, first);
    struct extent_granules *granules = page ? make_granules(x, page) : NULL;
    if (!granules)
        return false;
    unsigned granule = (unsigned)(item->start >> GRANULE_BITS) % GRANULES;
    bool occupied = granules->occupied[granule / 64] >> granule % 64 & 1;
    item->next = occupied ? granules->first[granule] : NONE;
    granules->occupied[granule / 64] |= UINT64_C(1) << granule % 64;
    granules->first[granule] = number;
    for (uintptr_t n = first + 1; n <= last; n++) {
        page = make_page(x, n);
        if (!page)
            return false;
        page->covering = number;
    }
    return true;
}

int extents_add(struct extents *x, uintptr_t start, uint64_t size)
{
    if (x->n_items == x->items_capacity) {
        x->items_memory.size = x->n_items * sizeof *x->items;
        if (buffer_reserve(&x->items_memory, x->items_memory.size + FEW * sizeof *x->items, NULL) < 0)
            return -1;
        x->items = (void *)x->items_memory.data;
        size_t capacity = x->items_memory.capacity / sizeof *x->items;
        x->items_capacity = capacity > UINT32_MAX ? UINT32_MAX : (uint32_t)capacity;
    }
    x->items[x->n_items] = (struct extent_item){start, size, NONE};
    x->n_items++;
    if (x->n_items <= FEW)
        return 0;
    if (x->n_items == FEW + 1) {
        for (uint32_t i = 0; i < FEW; i++)
            if (!index_item(x, i))
                return -1;
    }
    return index_item(x, x->n_items - 1) ? 0 : -1;
}

static enum extents_relation relation(const struct extent_item *item, uintptr_t start, uint64_t size)
{
    if (start >= item->start && start - item->start < item->size)
        return size <= item->size - (start - item->start) ? EXTENTS_INSIDE : EXTENTS_OVERLAPS;
    return start < item->start && item->start - start < size ? EXTENTS_OVERLAPS : EXTENTS_APART;
}

/* The items that start in one granule, against the range. */
static enum extents_relation try_chain(const struct extents *x, uint32_t first, uintptr_t start, uint64_t size,
                                       uint32_t *number)
{
    for (uint32_t i = first; i != NONE; i = x->items[i].next) {
        enum extents_relation found = relation(&x->items[i], start, size);
        if (found != EXTENTS_APART) {
            *number = i;
            return found;
        }
    }
    return EXTENTS_APART;
}

/* The nearest occupied granule below FROM on the page, or -1. */
static int granule_before(const struct extent_granules *granules, unsigned from)
{
    for (int word = (int)from / 64; word >= 0; word--) {
        uint64_t bits = granules->occupied[word];
        if (word == (int)from / 64)
            bits &= (UINT64_C(1) << from % 64) - 1;
        if (bits)
            return word * 64 + 63 - __builtin_clzll(bits);
    }
    return -1;
}

/* Granules [FROM, TO] of one page, in which items may start that the range runs into. */
static enum extents_relation try_granules(const struct extents *x, const struct extent_granules *granules,
                                          unsigned from, unsigned to, uintptr_t start, uint64_t size, uint32_t *number)
{
    for (unsigned g = from; g <= to; g++) {
        uint64_t rest = granules->occupied[g / 64] >> g % 64;
        if (!rest) {
            g |= 63;
            continue;
        }
        g += (unsigned)__builtin_ctzll(rest);
        if (g > to)
            break;
        enum extents_relation found = try_chain(x, granules->first[g], start, size, number);
        if (found != EXTENTS_APART)
            return found;
    }
    return EXTENTS_APART;
}

/* Items that start before the range's own granule: only the nearest can reach it. */
static enum extents_relation try_before(const struct extents *x, const struct extent_page *page, unsigned granule,
                                        uintptr_t start, uint64_t size, uint32_t *number)
{
    if (page->granules != NONE) {
        const struct extent_granules *granules = &x->granules[page->granules];
        int before = granule_before(granules, granule);
        if (before >= 0)
            return try_chain(x, granules->first[before], start, size, number);
    }
    return page->covering == NONE ? EXTENTS_APART : try_chain(x, page->covering, start, size, number);
}

static enum extents_relation find_indexed(const struct extents *x, uintptr_t start, uint64_t size, uint32_t *number)
{
    uintptr_t first = start >> PAGE_BITS, last = (start + size - 1) >> PAGE_BITS;
    unsigned granule = (unsigned)(start >> GRANULE_BITS) % GRANULES;
    enum extents_relation found = EXTENTS_APART;
    for (uintptr_t n = first; n <= last && found == EXTENTS_APART; n++) {
        const struct extent_page *page = find_page(x, n);
        if (!page)
            continue;
        unsigned from = n == first ? granule : 0;
        unsigned to = n == last ? (unsigned)((start + size - 1) >> GRANULE_BITS) % GRANULES : GRANULES - 1;
        if (page->granules != NONE)
            found = try_granules(x, &x->granules[page->granules], from, to, start, size, number);
        if (found == EXTENTS_APART)
            found = try_before(x, page, from, start, size, number);
    }
    return found;
}

enum extents_relation extents_find(const struct extents *x, uintptr_t start, uint64_t size, uint32_t *number)
{
    if (x->n_items > FEW)
        return find_indexed(x, start, size, number);
    for (uint32_t i = 0; i < x->n_items; i++) {
        enum extents_relation found = relation(&x->items[i], start, size);
        if (found != EXTENTS_APART) {
            *number = i;
            return found;
        }
    }
    return EXTENTS_APART;
}

void extents_free(struct extents *x)
{
    buffer_free(&x->items_memory);
    buffer_free(&x->granules_memory);
    free(x->pages);
    *x = (struct extents)EXTENTS_EMPTY;
}
