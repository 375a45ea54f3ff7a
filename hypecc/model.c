/*
 * model.c: types are found by key, and signatures are hashed over everything that an entry reaches.
 */
#include "model.h"

#include <string.h>

unsigned model_type(struct model_unit *unit, enum model_type_kind kind, const char *key, bool *added)
{
    for (size_t i = 0; i < unit->n_types; i++) {
        if (unit->types[i].kind == kind && strcmp(unit->types[i].key, key) == 0) {
            *added = false;
            return (unsigned)i;
        }
    }
    struct model_type type = {.kind = kind, .key = key, .name = key, .spelling = key, .text = key};
    ARENA_ADD(unit->arena, unit->types, unit->n_types, type);
    *added = true;
    return (unsigned)(unit->n_types - 1);
}

void model_add_field(struct model_unit *unit, unsigned type, struct model_field field)
{
    struct model_type *owner = &unit->types[type];
    ARENA_ADD(unit->arena, owner->fields, owner->n_fields, field);
}

bool model_needs_extension(const char *declaration)
{
    return strstr(declaration, "__int128") || strstr(declaration, "_Float") || strstr(declaration, "__float128");
}

/* FNV-1a, 64 bits (draft-eastlake-fnv). */
static uint64_t hash_bytes(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
    return hash_bytes(hash, text ? text : "", text ? strlen(text) + 1 : 1);
}

static uint64_t hash_field(const struct model_unit *unit, uint64_t hash, const struct model_field *field)
{
    unsigned char words[] = {(unsigned char)field->kind, (unsigned char)field->direction};
    hash = hash_bytes(hash, words, sizeof words);
    hash = hash_text(hash, field->name);
    hash = hash_text(hash, field->prototype);
    if (!field->count)
        return hash;
    hash = hash_text(hash, expression_show(unit->arena, field->count->expression));
    for (size_t i = 0; i < field->count->n_cases; i++)
        hash = hash_text(hash, field->count->cases[i].value);
    return hash;
}

void model_identify(struct model_unit *unit, const char *text)
{
    unit->identity = hash_text(unit->identity, text);
}

/* Types in the order in which they are met, each once; numbers of the unit stay out, since they depend on its other
 * entries. */
void model_sign(const struct model_unit *unit, struct model_entry *entry)
{
    uint64_t hash = hash_text(UINT64_C(0xcbf29ce484222325), entry->prototype);
    unsigned *queue = arena_allocate(unit->arena, unit->n_types * sizeof *queue);
    bool *met = arena_allocate(unit->arena, unit->n_types * sizeof *met);
    size_t n = 0;

    queue[n++] = entry->frame;
    met[entry->frame] = true;
    for (size_t i = 0; i < n; i++) {
        const struct model_type *type = &unit->types[queue[i]];
        hash = hash_text(hash, type->text);
        for (size_t f = 0; f < type->n_fields; f++) {
            const struct model_field *field = &type->fields[f];
            hash = hash_field(unit, hash, field);
            size_t n_cases = field->count ? field->count->n_cases : 0;
            for (size_t c = 0; c <= n_cases; c++) {
                unsigned next = c < n_cases ? field->count->cases[c].type : field->type;
                if (!met[next]) {
                    met[next] = true;
                    queue[n++] = next;
                }
            }
        }
    }
    if (!entry->external) /* another unit may have one of the same name and type */
        hash = hash_bytes(hash, (const unsigned char *)&unit->identity, sizeof unit->identity);
    entry->signature = hash;
}

int model_compare_words(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}
