/*
 * scan_union.c: unions with pointers, whose live member a tag tells.
 */
#include "scan_internal.h"

#include <string.h>

struct union_reading {
    struct scan *scan;
    const struct value *value; /* the union */
    const char *first_member;
    const char *selector; /* as the first tag spells it */
    struct model_count *count;
    bool failed;
};

static bool tag_read(struct union_reading *reading, const struct annotation *tag, unsigned type)
{
    struct scan *scan = reading->scan;
    if (reading->selector && strcmp(reading->selector, tag->text) != 0) {
        scan_error(scan, tag->where, "HYPE_TAG names '%s' here and '%s' on another member of the union", tag->text,
                   reading->selector);
        return false;
    }
    if (!reading->selector) {
        reading->selector = tag->text;
        reading->count->expression = annotation_expression(scan, tag, reading->value->scope);
        if (!reading->count->expression)
            return false;
    }
    struct annotation constant = *tag;
    constant.text = tag->value;
    struct expression *value = annotation_expression(scan, &constant, reading->value->scope);
    if (!value)
        return false;
    if (value->kind == EXPRESSION_PATH) {
        scan_error(scan, tag->where, "HYPE_TAG: '%s' is no constant", tag->value);
        return false;
    }
    struct model_case live = {tag->value, type};
    ARENA_ADD(scan->arena, reading->count->cases, reading->count->n_cases, live);
    return true;
}

static void member_read(struct union_reading *reading, CXCursor member, const char *name)
{
    struct scan *scan = reading->scan;
    struct annotations annotations = {0};
    annotations_read(scan, member, NULL, &annotations);
    bool tagged = false;
    for (size_t i = 0; i < annotations.n; i++)
        tagged |= annotations.items[i].kind == ANNOTATION_TAG;
    CXSourceLocation where = clang_getCursorLocation(member);
    if (!tagged || !*name) {
        reading->failed = true;
        scan_error(scan, where, "%s cannot travel: it is in a union with pointers, and nothing says when it is live",
                   subject(scan));
        if (*name)
            scan_note(scan, where, "'HYPE_TAG(field, value)' behind '%s' would say it", name);
        else
            scan_note(scan, where, "give it a name, so that HYPE_TAG can stand behind it");
        return;
    }

    struct value value = *reading->value;
    value.type = clang_getCursorType(member);
    value.member = NULL;
    value.name = arena_format(scan->arena, "%s%s%s", reading->value->name, *reading->value->name ? "." : "", name);
    value.declared = name;
    value.accessor = arena_format(scan->arena, "%s.%s", reading->value->accessor, name);
    value.annotations = &annotations;
    value.depth = 0;
    value.where = where;
    value.by_context = true;
    value.parameter = value.result = false;
    unsigned type = type_of_value(scan, value);
    for (size_t i = 0; i < annotations.n && !reading->failed; i++) {
        if (annotations.items[i].kind == ANNOTATION_TAG) {
            annotations.items[i].used = true;
            reading->failed = !tag_read(reading, &annotations.items[i], type);
        }
    }
    annotations_check_used(scan, &annotations);
}

static enum CXVisitorResult read_member(CXCursor member, CXClientData data)
{
    struct union_reading *reading = data;
    struct scan *scan = reading->scan;
    const char *name = name_of(scan, member);
    if (!*name && clang_Cursor_isBitField(member))
        return CXVisit_Continue;
    if (!reading->first_member)
        reading->first_member = name;
    struct step step = {scan->path, clang_getCursorLocation(member),
                        *name ? arena_format(scan->arena, "union member '%s'", name) : "the unnamed union member"};
    scan->path = &step;
    member_read(reading, member, name);
    scan->path = step.outer;
    return reading->failed ? CXVisit_Break : CXVisit_Continue;
}

void union_read(struct scan *scan, unsigned owner, const struct value *value, uint64_t repeat)
{
    if (repeat != 1) {
        cannot_travel(scan, value->where, "one field cannot tell the live members of an array of unions");
        scan_note(scan, value->where, "put each union and its tag into a struct");
        return;
    }
    struct model_count *count = arena_allocate(scan->arena, sizeof *count);
    *count = (struct model_count){.self = value->scope->self, .by_context = value->by_context};
    struct union_reading reading = {.scan = scan, .value = value, .count = count};
    clang_Type_visitFields(plain(value->type), read_member, &reading);
    if (reading.failed)
        return;
    struct model_field field = {.kind = HYPE_FIELD_UNION,
                                .direction = HYPE_DIRECTION_INOUT,
                                .member = value->member,
                                .name = *value->name ? value->name : reading.first_member,
                                .repeat = 1,
                                .count = count};
    if (!*value->name)
        field.member = reading.first_member; /* an anonymous union lies where its members lie */
    model_add_field(scan->model, owner, field);
}
