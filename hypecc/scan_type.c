/*
 * scan_type.c: where the pointers of a type lie and what they lead to.
 *
 * A value is read into the type that owns it: structs become types of their own with a field for each pointer, and a
 * pointer that another one leads to becomes a cell, a type with that one pointer. What an annotation of a cell's
 * pointer speaks of lies in the struct or frame that declares it, which is then the cell's context.
 */
#include "scan_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- Types ---- */

static void record_fields_read(struct scan *scan, unsigned owner, CXType record, const char *accessor,
                               const struct scope *scope);

/* Gives the type C by which generated code can name it: a typedef of the accessor's type where it has no name. */
static void name_type(struct scan *scan, unsigned number, CXType type, const struct value *value)
{
    struct model_type *named = &scan->model->types[number];
    const char *spelling = named->key;
    named->name = named->spelling = spelling;
    named->text = signature_text(scan, type);
    if (is_unnamed(spelling)) {
        named->name = is_record(type) ? value->name : stable_text(scan, spelling);
        named->spelling = arena_format(scan->arena, "hype_type_%u", number);
        named->alias_of = value->accessor;
    }
}

static unsigned plain_type(struct scan *scan, const struct value *value)
{
    CXType type = plain(value->type);
    const char *key = spelling_of(scan, type);
    /* A typedef may ask for more alignment than its type has. */
    if (clang_Type_getAlignOf(value->type) != clang_Type_getAlignOf(type))
        key = spelling_of(scan, clang_getUnqualifiedType(value->type));
    bool added;
    unsigned number = model_type(scan->model, MODEL_PLAIN, key, &added);
    if (added)
        name_type(scan, number, type, value);
    return number;
}

static unsigned record_type(struct scan *scan, const struct value *value)
{
    CXType type = plain(value->type);
    bool added;
    unsigned number = model_type(scan->model, MODEL_RECORD, spelling_of(scan, type), &added);
    if (!added)
        return number;
    name_type(scan, number, type, value);
    const char *spelling = scan->model->types[number].spelling;
    struct scope *scope = arena_allocate(scan->arena, sizeof *scope);
    *scope = (struct scope){.kind = SCOPE_RECORD, .self = spelling, .record = type};
    record_fields_read(scan, number, type, arena_format(scan->arena, "(*(%s *)0)", spelling), scope);
    return number;
}

/* Whether the annotations or extents of VALUE's pointers, from its depth on, make its cell different from others. */
static bool is_special(struct scan *scan, const struct value *value)
{
    for (size_t i = 0; value->annotations && i < value->annotations->n; i++) {
        enum annotation_kind kind = value->annotations->items[i].kind;
        if (value->annotations->items[i].depth >= value->depth && kind != ANNOTATION_TAG && kind != ANNOTATION_FN &&
            kind != ANNOTATION_CAPTURE)
            return true;
    }
    const char *spelling = spelling_of(scan, plain(value->type));
    for (const char *bracket = strchr(spelling, '['); bracket; bracket = strchr(bracket + 1, '[')) {
        if (bracket[1 + strspn(bracket + 1, "0123456789")] != ']')
            return true;
    }
    return false;
}

static void typedef_annotations_read(struct scan *scan, struct value *value);

static unsigned cell_type(struct scan *scan, struct value value)
{
    typedef_annotations_read(scan, &value);
    CXType type = plain(value.type);
    const char *spelling = spelling_of(scan, type);
    const char *key = spelling;
    bool shared = !is_special(scan, &value);
    if (!shared)
        key = arena_format(scan->arena, "%s of %s of %s", spelling, value.name, value.scope->self);
    bool added;
    unsigned number = model_type(scan->model, MODEL_CELL, key, &added);
    if (!added)
        return number;

    struct model_type *cell = &scan->model->types[number];
    cell->name = stable_text(scan, spelling);
    cell->spelling = spelling;
    cell->text = signature_text(scan, type);
    if (type.kind == CXType_Pointer) {
        cell->spelling = "void *"; /* all that is asked of it is its size: no need to name what it leads to */
    } else if (is_unnamed(spelling)) {
        cell->spelling = arena_format(scan->arena, "hype_type_%u", number);
        cell->alias_of = value.accessor;
    }
    value.member = NULL;
    if (shared && !is_unnamed(spelling))
        value.name = "[]"; /* of all pointers to such a pointer */
    value.by_context = true;
    value.parameter = false;
    value_read(scan, number, value);

    cell = &scan->model->types[number];
    for (size_t i = 0; i < cell->n_fields; i++) {
        const struct model_field *field = &cell->fields[i];
        const struct model_type *led_to = &scan->model->types[field->type];
        if ((field->count && field->count->by_context) || led_to->context)
            cell->context = true;
    }
    return number;
}

unsigned type_of_value(struct scan *scan, struct value value)
{
    if (!is_array(plain(value.type)) && is_record(value.type) && !is_union(value.type))
        return holds_pointers(scan, value.type) ? record_type(scan, &value) : plain_type(scan, &value);
    if (!holds_pointers(scan, value.type))
        return plain_type(scan, &value);
    if (is_union(value.type)) {
        scan_error(scan, value.where,
                   "%s cannot travel: '%s' holds pointers, and no struct around it says which of its "
                   "members is live",
                   subject(scan), stable_text(scan, spelling_of(scan, value.type)));
        scan_note(scan, value.where, "put the union and the field that HYPE_TAG names into a struct");
        return 0;
    }
    return cell_type(scan, value);
}

/* ---- Values ---- */

void cannot_travel(struct scan *scan, CXSourceLocation where, const char *why)
{
    scan_error(scan, where, "%s cannot travel: %s", subject(scan), why);
}

/* Where a mending annotation would stand: in front of a function's name it speaks of the result. */
const char *behind(struct scan *scan, const struct value *value)
{
    return arena_format(scan->arena, "%s '%s'", value->result ? "before" : "behind", value->declared);
}

/* Types whose pointers stand for something of this process. */
const char *resource_of(const char *spelling)
{
    static const struct {
        const char *spelling, *what;
    } resources[] = {
        {"struct _IO_FILE", "'FILE' is an open stream of this process"},
        {"struct __dirstream", "'DIR' is an open directory of this process"},
        {"struct __va_list_tag", "'va_list' walks over this process's stack"},
        {"struct __locale_struct", "'locale_t' is a locale of this process"},
    };
    for (size_t i = 0; i < sizeof resources / sizeof resources[0]; i++) {
        if (strcmp(spelling, resources[i].spelling) == 0)
            return resources[i].what;
    }
    return NULL;
}

void note_skip(struct scan *scan, const struct value *value)
{
    if (!value->result && value->scope->kind != SCOPE_GLOBALS)
        scan_note(scan, value->where, "'HYPE_SKIP' %s would leave it behind: it arrives as NULL", behind(scan, value));
}

static void typedef_annotations_read(struct scan *scan, struct value *value)
{
    struct annotations *merged = NULL;
    CXType type = value->type;
    while (type.kind == CXType_Elaborated || type.kind == CXType_Typedef) {
        CXCursor declaration = clang_getTypeDeclaration(type);
        if (declaration.kind != CXCursor_TypedefDecl)
            break;
        struct annotations own = {0};
        annotations_read(scan, declaration, NULL, &own);
        for (size_t i = 0; i < own.n; i++) {
            if (!merged) {
                merged = arena_allocate(scan->arena, sizeof *merged);
                for (size_t k = 0; value->annotations && k < value->annotations->n; k++)
                    ARENA_ADD(scan->arena, merged->items, merged->n, value->annotations->items[k]);
            }
            own.items[i].depth += value->depth;
            own.items[i].used = true;
            ARENA_ADD(scan->arena, merged->items, merged->n, own.items[i]);
        }
        type = clang_getTypedefDeclUnderlyingType(declaration);
    }
    if (merged) {
        /* The declaration's own come first and are marked as used in its own list too. */
        for (size_t k = 0; value->annotations && k < value->annotations->n; k++)
            value->annotations->items[k].used |= value->annotations->items[k].depth == value->depth;
        value->annotations = merged;
    }
}

static bool skip_read(struct scan *scan, unsigned owner, struct value *value)
{
    if (value->result || !value->member || !annotation_find(value->annotations, ANNOTATION_SKIP, value->depth))
        return false;
    if (is_flexible_array(value->type) && !value->parameter)
        return true; /* no element lies in the struct itself */
    struct model_field field = {.kind = HYPE_FIELD_SKIP,
                                .direction = HYPE_DIRECTION_IN,
                                .member = value->member,
                                .name = value->name,
                                .repeat = 1};
    model_add_field(scan->model, owner, field);
    return true;
}

static void struct_read(struct scan *scan, unsigned owner, struct value *value, uint64_t repeat)
{
    const char *resource = resource_of(spelling_of(scan, plain(value->type)));
    if (resource || ends_flexible(value->type)) {
        cannot_travel(scan, value->where,
                      resource
                          ? resource
                          : arena_format(scan->arena, "'%s' ends in a flexible array, which only a pointer can lead to",
                                         stable_text(scan, spelling_of(scan, plain(value->type)))));
        return;
    }
    struct model_field field = {.kind = HYPE_FIELD_EMBED,
                                .direction = HYPE_DIRECTION_INOUT,
                                .member = value->member,
                                .name = value->name,
                                .repeat = repeat};
    field.type = record_type(scan, value);
    model_add_field(scan->model, owner, field);
}

void value_read(struct scan *scan, unsigned owner, struct value value)
{
    typedef_annotations_read(scan, &value);
    if (skip_read(scan, owner, &value))
        return;
    if (!value.parameter && is_flexible_array(value.type)) {
        flexible_read(scan, owner, &value);
        return;
    }
    uint64_t repeat = 1;
    while (!value.parameter && is_array(array_of(value.type))) {
        repeat *= (uint64_t)clang_getArraySize(array_of(value.type));
        value.type = clang_getArrayElementType(array_of(value.type));
        value.accessor = arena_format(scan->arena, "%s[0]", value.accessor);
        typedef_annotations_read(scan, &value);
    }
    switch (plain(value.type).kind) {
    case CXType_Pointer:
    case CXType_ConstantArray: /* a parameter's */
    case CXType_IncompleteArray:
    case CXType_VariableArray:
    case CXType_FunctionProto:
    case CXType_FunctionNoProto:
        pointer_read(scan, owner, &value, repeat);
        break;
    case CXType_BlockPointer:
        cannot_travel(scan, value.where, "a block is code of this process");
        break;
    case CXType_Atomic:
        if (holds_pointers(scan, value.type)) {
            cannot_travel(scan, value.where, "an atomic pointer may change while it is captured");
            note_skip(scan, &value);
        }
        break;
    case CXType_Record:
        if (!holds_pointers(scan, value.type))
            break;
        if (is_union(value.type))
            union_read(scan, owner, &value, repeat);
        else
            struct_read(scan, owner, &value, repeat);
        break;
    default:
        break;
    }
}

/* ---- Structs ---- */

struct record_reading {
    struct scan *scan;
    unsigned owner;
    const char *accessor;
    const struct scope *scope;
};

static void named_field_read(const struct record_reading *reading, CXCursor field, const char *name)
{
    struct scan *scan = reading->scan;
    CXSourceLocation where = clang_getCursorLocation(field);
    struct annotations annotations = {0};
    annotations_read(scan, field, reading->scope, &annotations);
    if (clang_Cursor_isBitField(field)) {
        if (annotation_find(&annotations, ANNOTATION_SKIP, 0))
            scan_error(scan, where, "HYPE_SKIP on %s, which is a bit-field and shares its bytes", subject(scan));
        annotations_check_used(scan, &annotations);
        return;
    }
    struct value value = {.type = clang_getCursorType(field),
                          .member = name,
                          .name = name,
                          .declared = name,
                          .accessor = arena_format(scan->arena, "%s.%s", reading->accessor, name),
                          .annotations = &annotations,
                          .scope = reading->scope,
                          .where = where};
    unsigned before = scan->diagnostics->n_errors;
    value_read(scan, reading->owner, value);
    if (scan->diagnostics->n_errors == before)
        annotations_check_used(scan, &annotations);
}

static enum CXVisitorResult read_field(CXCursor field, CXClientData data)
{
    const struct record_reading *reading = data;
    struct scan *scan = reading->scan;
    CXType type = clang_getCursorType(field);
    const char *name = name_of(scan, field);
    if (!*name && is_record(type) && !is_union(type)) {
        record_fields_read(scan, reading->owner, type, reading->accessor, reading->scope);
        return CXVisit_Continue;
    }
    if (!*name && !is_record(type))
        return CXVisit_Continue; /* an unnamed bit-field */

    const char *owner = scan->model->types[reading->owner].name;
    struct step step = {scan->path, clang_getCursorLocation(field),
                        *name ? arena_format(scan->arena, "field '%s' of '%s'", name, owner)
                              : arena_format(scan->arena, "the unnamed union of '%s'", owner)};
    scan->path = &step;
    if (*name) {
        named_field_read(reading, field, name);
    } else if (holds_pointers(scan, type)) {
        struct value value = {.type = type,
                              .name = "",
                              .accessor = reading->accessor,
                              .scope = reading->scope,
                              .where = clang_getCursorLocation(field)};
        union_read(scan, reading->owner, &value, 1);
    }
    scan->path = step.outer;
    return CXVisit_Continue;
}

static void record_fields_read(struct scan *scan, unsigned owner, CXType record, const char *accessor,
                               const struct scope *scope)
{
    struct record_reading reading = {scan, owner, accessor, scope};
    clang_Type_visitFields(clang_getCanonicalType(record), read_field, &reading);
}
