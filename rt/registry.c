/* registry.c: units as their constructors hand them in, and a hash table over their functions' addresses. */
#include "registry.h"

#include "fork.h"
#include "image.h"
#include "log.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct hype_unit *units;
static const struct hype_remote *offered;

static void after_fork_in_child(void)
{
    pthread_rwlock_init(&lock, NULL);
}
IN_FORKED_CHILD(after_fork_in_child);

struct place {
    const struct hype_unit *unit;
    const struct hype_entry *entry;
};
static struct place *by_address; /* open addressing; rebuilt when units come or go */
static size_t by_address_capacity;

static size_t slot_of(hype_function function)
{
    size_t slot = (size_t)((uintptr_t)function * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (by_address_capacity - 1);
    while (by_address[slot].entry && by_address[slot].entry->function != function)
        slot = (slot + 1) & (by_address_capacity - 1);
    return slot;
}

static void rebuild(void)
{
    size_t n = 0;
    for (const struct hype_unit *u = units; u; u = u->next)
        n += u->n_entries;
    size_t capacity = 16;
    while (capacity < n * 2)
        capacity *= 2;
    struct place *table = calloc(capacity, sizeof *table);
    free(by_address);
    by_address = table;
    by_address_capacity = table ? capacity : 0;
    for (const struct hype_unit *u = units; u && table; u = u->next)
        for (uint32_t i = 0; i < u->n_entries; i++) {
            struct place *place = &table[slot_of(u->entries[i].function)];
            if (!place->entry)
                *place = (struct place){u, &u->entries[i]};
        }
}

/* Two builds of one source agree on names and signatures but not on layout when they were compiled with other
 * options: sizes and offsets are known to the compiler only, so they are hashed here. */
static uint64_t layout_of(const struct hype_unit *unit)
{
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    for (uint32_t t = 0; t < unit->n_types; t++) {
        const struct hype_type *type = &unit->types[t];
        uint64_t numbers[] = {type->size, type->alignment, type->flags, type->n_fields};
        XXH3_64bits_update(&state, numbers, sizeof numbers);
        for (uint32_t f = 0; f < type->n_fields; f++) {
            const struct hype_field *field = &type->fields[f];
            uint64_t more[] = {field->kind, field->direction, field->type, field->offset, field->repeat};
            XXH3_64bits_update(&state, more, sizeof more);
        }
    }
    return XXH3_64bits_digest(&state);
}

void registry_offer_remote(const struct hype_remote *remote)
{
    offered = remote;
}

void hype_register_unit(struct hype_unit *unit, const struct hype_remote *remote)
{
    if (unit->version != HYPE_GENERATED_VERSION || unit->n_types > IMAGE_TYPE_LIMIT) {
        log_error("Registry",
                  "%s was built with another version of hypecc (generated code %u, this library %u): "
                  "rebuild it",
                  unit->source, unit->version, HYPE_GENERATED_VERSION);
        return;
    }
    unit->remote = remote ? remote : offered;
    unit->layout = layout_of(unit);
    pthread_rwlock_wrlock(&lock);
    unit->next = units;
    units = unit;
    rebuild();
    pthread_rwlock_unlock(&lock);
}

void hype_unregister_unit(struct hype_unit *unit)
{
    pthread_rwlock_wrlock(&lock);
    for (struct hype_unit **where = &units; *where; where = &(*where)->next)
        if (*where == unit) {
            *where = unit->next;
            rebuild();
            break;
        }
    pthread_rwlock_unlock(&lock);
}

bool registry_find_function(hype_function function, const struct hype_unit **unit, const struct hype_entry **entry)
{
    struct place place = {NULL, NULL};
    pthread_rwlock_rdlock(&lock);
    if (by_address_capacity > 0)
        place = by_address[slot_of(function)];
    pthread_rwlock_unlock(&lock);
    *unit = place.unit;
    *entry = place.entry;
    return place.entry != NULL;
}

static const struct hype_entry *find(bool (*matches)(const struct hype_entry *entry, const void *wanted),
                                     const void *wanted, const struct hype_unit **unit)
{
    const struct hype_entry *found = NULL;
    pthread_rwlock_rdlock(&lock);
    for (const struct hype_unit *u = units; u && !found; u = u->next)
        for (uint32_t i = 0; i < u->n_entries && !found; i++)
            if (matches(&u->entries[i], wanted)) {
                found = &u->entries[i];
                *unit = u;
            }
    pthread_rwlock_unlock(&lock);
    return found;
}

struct name_and_signature {
    const char *name;
    uint64_t signature;
};

static bool matches_name(const struct hype_entry *entry, const void *wanted)
{
    const struct name_and_signature *w = wanted;
    return strcmp(entry->name, w->name) == 0 && (w->signature == 0 || w->signature == entry->signature);
}

bool registry_find_name(const char *name, uint64_t signature, const struct hype_unit **unit,
                        const struct hype_entry **entry)
{
    struct name_and_signature wanted = {name, signature};
    *entry = find(matches_name, &wanted, unit);
    return *entry != NULL;
}

uint64_t registry_function_id(const struct hype_entry *entry)
{
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    XXH3_64bits_update(&state, entry->name, strlen(entry->name) + 1);
    XXH3_64bits_update(&state, entry->prototype, strlen(entry->prototype) + 1);
    unsigned char signature[8]; /* tells static functions of one name apart */
    for (size_t i = 0; i < sizeof signature; i++)
        signature[i] = (unsigned char)(entry->signature >> (8 * i));
    XXH3_64bits_update(&state, signature, sizeof signature);
    return XXH3_64bits_digest(&state) >> 8;
}

static bool matches_id(const struct hype_entry *entry, const void *wanted)
{
    return registry_function_id(entry) == *(const uint64_t *)wanted;
}

const struct hype_entry *registry_find_id(uint64_t id)
{
    const struct hype_unit *unit;
    return find(matches_id, &id, &unit);
}
