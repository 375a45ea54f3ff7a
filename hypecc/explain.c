/*
 * explain.c: tells a person what travels with each entry.
 */
#include "emit.h"

#include <string.h>

static const char *way(enum hype_direction direction)
{
    return direction == HYPE_DIRECTION_IN ? "in" : direction == HYPE_DIRECTION_OUT ? "out" : "in and out";
}

/* What one field leads to, in words. */
static const char *describe(const struct model_unit *unit, const struct model_field *field)
{
    struct arena *arena = unit->arena;
    const char *type = unit->types[field->type].name;
    const char *count =
        field->count && !field->count->n_cases ? expression_show(arena, field->count->expression) : NULL;
    const char *each = field->repeat > 1 ? arena_format(arena, "%llu times ", (unsigned long long)field->repeat) : "";
    switch (field->kind) {
    case HYPE_FIELD_EMBED:
        return arena_format(arena, "%s'%s' as a value", each, type);
    case HYPE_FIELD_POINTER:
        return count ? arena_format(arena, "%sarray of %s '%s', %s", each, count, type, way(field->direction))
                     : arena_format(arena, "%sone '%s' or NULL, %s", each, type, way(field->direction));
    case HYPE_FIELD_TERMINATED:
        return field->type == 0 ? arena_format(arena, "%sstring, %s", each, way(field->direction))
                                : arena_format(arena, "%s'%s' up to a zero one, %s", each, type, way(field->direction));
    case HYPE_FIELD_FUNCTION:
        return arena_format(arena, "%spointer to a HYPE_FN function '%s'", each, field->prototype);
    case HYPE_FIELD_UNION:
        return arena_format(arena, "union, the member that %s tells", expression_show(arena, field->count->expression));
    case HYPE_FIELD_FLEXIBLE:
        return arena_format(arena, "flexible array of %s '%s'", count, type);
    case HYPE_FIELD_SKIP:
        break;
    }
    return "stays behind, arrives zeroed";
}

static const struct model_field *field_of(const struct model_type *type, const char *member)
{
    for (size_t i = 0; i < type->n_fields; i++) {
        if (type->fields[i].member && strcmp(type->fields[i].member, member) == 0)
            return &type->fields[i];
    }
    return NULL;
}

static void explain_value(const struct model_unit *unit, FILE *out, const struct model_type *frame, const char *name,
                          const char *member, const char *shown)
{
    const struct model_field *field = field_of(frame, member);
    fprintf(out, "    %-12s %s: %s\n", name, shown, field ? describe(unit, field) : "by value");
}

/* Numbers of the types that the entry reaches, breadth first; the frame comes first. */
static size_t reached_types(const struct model_unit *unit, unsigned frame, unsigned *queue)
{
    bool *met = arena_allocate(unit->arena, unit->n_types * sizeof *met);
    size_t n = 0;
    queue[n++] = frame;
    met[frame] = true;
    for (size_t i = 0; i < n; i++) {
        const struct model_type *type = &unit->types[queue[i]];
        for (size_t f = 0; f < type->n_fields; f++) {
            const struct model_count *count = type->fields[f].count;
            size_t n_cases = count ? count->n_cases : 0;
            for (size_t c = 0; c <= n_cases; c++) {
                unsigned next = c < n_cases ? count->cases[c].type : type->fields[f].type;
                if (!met[next]) {
                    met[next] = true;
                    queue[n++] = next;
                }
            }
        }
    }
    return n;
}

static void explain_type(const struct model_unit *unit, FILE *out, const struct model_type *type)
{
    if (type->n_fields == 0)
        return;
    fprintf(out, "  where '%s' holds\n", type->name);
    for (size_t f = 0; f < type->n_fields; f++) {
        const struct model_field *field = &type->fields[f];
        fprintf(out, "    %-12s %s\n", field->name, describe(unit, field));
        for (size_t c = 0; field->count && c < field->count->n_cases; c++)
            fprintf(out, "    %-12s   %s: '%s'\n", "", field->count->cases[c].value,
                    unit->types[field->count->cases[c].type].name);
    }
}

void explain_unit(const struct model_unit *unit, FILE *out)
{
    unsigned *queue = arena_allocate(unit->arena, (unit->n_types + 1) * sizeof *queue);
    for (size_t i = 0; i < unit->n_entries; i++) {
        const struct model_entry *entry = &unit->entries[i];
        const struct model_type *frame = &unit->types[entry->frame];
        fprintf(out, "%s%s: %s\n", i ? "\n" : "", entry->name, entry->prototype);
        for (size_t p = 0; p < entry->n_parameters; p++)
            explain_value(unit, out, frame, entry->parameters[p].name, entry->parameters[p].name,
                          entry->parameters[p].shown);
        for (size_t g = 0; g < entry->n_globals; g++)
            fprintf(out, "    %-12s captured global, '%s'\n", entry->globals[g].name,
                    unit->types[field_of(frame, entry->globals[g].member)->type].name);
        if (entry->result_declaration)
            explain_value(unit, out, frame, "returns", "hype_result", entry->result_shown);
        else
            fprintf(out, "    %-12s nothing\n", "returns");
        size_t n = reached_types(unit, entry->frame, queue);
        for (size_t t = 1; t < n; t++)
            explain_type(unit, out, &unit->types[queue[t]]);
    }
}
