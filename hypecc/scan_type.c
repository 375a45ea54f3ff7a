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

static CXType plain(CXType type)
{
    return clang_getUnqualifiedType(clang_getCanonicalType(type));
}

static bool is_array(CXType type)
{
    return type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray ||
           type.kind == CXType_VariableArray;
}

static bool is_record(CXType type)
{
    return plain(type).kind == CXType_Record;
}

static bool is_union(CXType type)
{
    return is_record(type) && clang_getTypeDeclaration(plain(type)).kind == CXCursor_UnionDecl;
}

/* The array with the types of its elements as they were written, where it is written here. */
static CXType array_of(CXType type)
{
    return is_array(type) ? type : clang_getCanonicalType(type);
}

static CXType element_of(CXType type)
{
    while (is_array(array_of(type)))
        type = clang_getArrayElementType(array_of(type));
    return type;
}

/* ---- Questions ---- */

struct question {
    struct scan *scan;
    bool yes;
};

static enum CXVisitorResult ask_pointers(CXCursor field, CXClientData data)
{
    struct question *question = data;
    question->yes = holds_pointers(question->scan, clang_getCursorType(field)) ||
                    has_annotation(question->scan, field, ANNOTATION_SKIP);
    return question->yes ? CXVisit_Break : CXVisit_Continue;
}

static bool is_flexible_array(CXType type)
{
    type = clang_getCanonicalType(type);
    return type.kind == CXType_IncompleteArray || (type.kind == CXType_ConstantArray && clang_getArraySize(type) == 0);
}

/* Whether a value of TYPE has anything to tell: a pointer, a field that stays behind, an array without end. */
bool holds_pointers(struct scan *scan, CXType type)
{
    if (is_flexible_array(type))
        return true;
    type = plain(element_of(type));
    switch (type.kind) {
    case CXType_Pointer:
    case CXType_BlockPointer:
        return true;
    case CXType_Atomic:
        return holds_pointers(scan, clang_Type_getValueType(type));
    case CXType_Record: {
        struct question question = {scan, false};
        clang_Type_visitFields(type, ask_pointers, &question);
        return question.yes;
    }
    default:
        return false;
    }
}

static enum CXVisitorResult ask_const(CXCursor field, CXClientData data)
{
    struct question *question = data;
    question->yes = is_const_deep(clang_getCursorType(field));
    return question->yes ? CXVisit_Break : CXVisit_Continue;
}

/* Canonical array types carry their elements' qualifiers, written ones leave them to the elements. */
static bool is_qualified(CXType type, unsigned (*question)(CXType))
{
    while (!question(type) && !question(clang_getCanonicalType(type))) {
        if (!is_array(array_of(type)))
            return false;
        type = clang_getArrayElementType(array_of(type));
    }
    return true;
}

bool is_const(CXType type)
{
    return is_qualified(type, clang_isConstQualifiedType);
}

bool is_volatile(CXType type)
{
    return is_qualified(type, clang_isVolatileQualifiedType);
}

bool is_const_deep(CXType type)
{
    if (is_const(type))
        return true;
    type = plain(element_of(type));
    struct question question = {0};
    if (type.kind == CXType_Record)
        clang_Type_visitFields(type, ask_const, &question);
    return question.yes;
}

static enum CXVisitorResult ask_flexible(CXCursor field, CXClientData data)
{
    struct question *question = data;
    question->yes = is_flexible_array(clang_getCursorType(field)); /* the last one's answer stays */
    return CXVisit_Continue;
}

static bool ends_flexible(CXType type)
{
    struct question question = {0};
    if (is_record(type))
        clang_Type_visitFields(plain(type), ask_flexible, &question);
    return question.yes;
}

static bool is_complete(CXType type)
{
    return clang_Type_getSizeOf(plain(type)) >= 0;
}

/* ---- What the signature says of a type ---- */

struct text_building {
    struct scan *scan;
    const char *text;
};

static enum CXVisitorResult add_field_text(CXCursor field, CXClientData data)
{
    struct text_building *building = data;
    struct scan *scan = building->scan;
    CXType type = clang_getCursorType(field);
    struct annotations annotations = {0};
    annotations_read(scan, field, NULL, &annotations);
    const char *text =
        arena_format(scan->arena, "%s%s %s", building->text, signature_text(scan, type), name_of(scan, field));
    if (clang_Cursor_isBitField(field))
        text = arena_format(scan->arena, "%s:%d", text, clang_getFieldDeclBitWidth(field));
    for (size_t i = 0; i < annotations.n; i++)
        text =
            arena_format(scan->arena, "%s %s@%u(%s%s%s)", text, annotations.items[i].name, annotations.items[i].depth,
                         annotations.items[i].text, annotations.items[i].value ? "," : "",
                         annotations.items[i].value ? annotations.items[i].value : "");
    building->text = arena_format(scan->arena, "%s;", text);
    return CXVisit_Continue;
}

const char *signature_text(struct scan *scan, CXType type)
{
    const char *spelling = stable_text(scan, spelling_of(scan, clang_getCanonicalType(type)));
    CXType element = plain(element_of(type));
    if (element.kind != CXType_Record)
        return spelling;
    struct text_building building = {scan, arena_format(scan->arena, "%s{", spelling)};
    clang_Type_visitFields(element, add_field_text, &building);
    return arena_format(scan->arena, "%s}", building.text);
}

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

/* ---- Pointers ---- */

static void cannot_travel(struct scan *scan, CXSourceLocation where, const char *why)
{
    scan_error(scan, where, "%s cannot travel: %s", subject(scan), why);
}

static bool is_character(CXType type)
{
    return type.kind == CXType_Char_S || type.kind == CXType_Char_U;
}

/* What VALUE's annotations say of one pointer. */
struct pointer {
    struct annotation *counted, *sized, *string, *null_terminated, *in, *out, *inout;
    CXType pointee;            /* with the dimensions of arrays stripped */
    bool is_const;             /* the pointee is */
    const char *accessor;      /* of the pointee */
    struct expression *extent; /* elements that the declaration itself tells of; NULL: one */
    bool open;                 /* declared as an array of unknown length */
    bool failed;
};

/* One dimension of an array, as an expression. */
static struct expression *dimension(struct scan *scan, CXType array, const struct value *value, struct pointer *pointer)
{
    if (array.kind == CXType_ConstantArray)
        return expression_constant(scan->arena, arena_format(scan->arena, "%lld", clang_getArraySize(array)));
    if (array.kind == CXType_IncompleteArray) {
        pointer->open = true;
        return NULL;
    }
    const char *spelling = spelling_of(scan, array);
    const char *start = strchr(spelling, '[');
    const char *end = start;
    for (int open = 0; end && *end; end++) {
        open += *end == '[';
        open -= *end == ']';
        if (open == 0)
            break;
    }
    static const char *const words[] = {"static ", "const ", "restrict ", "__restrict ", "volatile "};
    start = start ? start + 1 : "";
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (starts_with(start, words[i])) {
            start += strlen(words[i]);
            i = (size_t)-1;
        }
    }
    const char *text = end && end > start ? arena_copy(scan->arena, start, (size_t)(end - start)) : "";
    if (strcmp(text, "*") == 0) {
        pointer->open = true;
        return NULL;
    }
    struct expression *read = expression_read(scan, text, value->where, value->scope);
    if (!read) {
        scan_note(scan, value->where, "HYPE_COUNTED_BY(...) can tell how many elements there are");
        pointer->failed = true;
    }
    return read;
}

static struct pointer pointer_open(struct scan *scan, const struct value *value)
{
    struct annotations *list = value->annotations;
    unsigned depth = value->depth;
    struct pointer pointer = {
        .counted = annotation_find(list, ANNOTATION_COUNTED_BY, depth),
        .sized = annotation_find(list, ANNOTATION_SIZED_BY, depth),
        .string = annotation_find(list, ANNOTATION_STRING, depth),
        .null_terminated = annotation_find(list, ANNOTATION_NULL_TERMINATED, depth),
        .in = annotation_find(list, ANNOTATION_IN, depth),
        .out = annotation_find(list, ANNOTATION_OUT, depth),
        .inout = annotation_find(list, ANNOTATION_INOUT, depth),
    };
    CXType type = array_of(value->type);
    bool told = pointer.counted || pointer.sized || pointer.string || pointer.null_terminated;

    pointer.accessor = arena_format(scan->arena, "(*%s)", value->accessor);
    if (is_array(type)) {
        pointer.extent = told ? NULL : dimension(scan, type, value, &pointer);
        pointer.pointee = clang_getArrayElementType(type);
    } else if (type.kind == CXType_FunctionProto || type.kind == CXType_FunctionNoProto) {
        pointer.pointee = type;
    } else {
        pointer.pointee = clang_getPointeeType(value->type.kind == CXType_Pointer ? value->type : plain(value->type));
    }
    pointer.is_const = is_const(pointer.pointee);
    while (is_array(array_of(pointer.pointee)) && !pointer.failed) {
        CXType array = array_of(pointer.pointee);
        bool open = pointer.open;
        pointer.extent = expression_product(scan->arena, pointer.extent, dimension(scan, array, value, &pointer));
        if (pointer.open && !open && !pointer.failed) {
            cannot_travel(scan, value->where, "it leads to an array of unknown length");
            pointer.failed = true;
        }
        pointer.pointee = clang_getArrayElementType(array);
        pointer.accessor = arena_format(scan->arena, "%s[0]", pointer.accessor);
    }
    return pointer;
}

static const char *without_arrays(struct scan *scan, const struct value *value)
{
    return stable_text(scan, spelling_of(scan, value->type));
}

/* At most one annotation may say how many elements there are, and one which way they go. */
static bool annotations_agree(struct scan *scan, const struct pointer *pointer)
{
    const struct annotation *counts[] = {pointer->counted, pointer->sized, pointer->string, pointer->null_terminated};
    const struct annotation *ways[] = {pointer->in, pointer->out, pointer->inout};
    const struct annotation *first = NULL, *second = NULL;
    for (size_t i = 0; i < 4; i++)
        *(first ? &second : &first) = counts[i] ? counts[i] : first ? second : NULL;
    if (!second) {
        first = NULL;
        for (size_t i = 0; i < 3; i++)
            *(first ? &second : &first) = ways[i] ? ways[i] : first ? second : NULL;
    }
    if (!second)
        return true;
    scan_error(scan, second->where, "%s contradicts %s on %s", second->name, first->name, subject(scan));
    return false;
}

static bool direction_of(struct scan *scan, const struct value *value, const struct pointer *pointer,
                         enum hype_direction *direction)
{
    const struct annotation *writes = pointer->out ? pointer->out : pointer->inout;
    if (writes && pointer->is_const) {
        scan_error(scan, writes->where, "%s on %s, which leads to const: nothing can be written there", writes->name,
                   subject(scan));
        return false;
    }
    *direction = pointer->is_const ? HYPE_DIRECTION_IN : HYPE_DIRECTION_INOUT;
    if (value->result)
        *direction = HYPE_DIRECTION_OUT;
    if (pointer->in)
        *direction = HYPE_DIRECTION_IN;
    else if (pointer->out)
        *direction = HYPE_DIRECTION_OUT;
    else if (pointer->inout)
        *direction = HYPE_DIRECTION_INOUT;
    return true;
}

/* Where a mending annotation would stand: in front of a function's name it speaks of the result. */
static const char *behind(struct scan *scan, const struct value *value)
{
    return arena_format(scan->arena, "%s '%s'", value->result ? "before" : "behind", value->declared);
}

/* Types whose pointers stand for something of this process. */
static const char *resource_of(const char *spelling)
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

static void note_skip(struct scan *scan, const struct value *value)
{
    if (!value->result && value->scope->kind != SCOPE_GLOBALS)
        scan_note(scan, value->where, "'HYPE_SKIP' %s would leave it behind: it arrives as NULL", behind(scan, value));
}

/* Whether anything of the pointee's type can travel at all. */
static bool pointee_travels(struct scan *scan, const struct value *value, const struct pointer *pointer)
{
    CXType pointee = plain(pointer->pointee);
    const char *spelling = stable_text(scan, spelling_of(scan, pointee));
    const char *resource = resource_of(spelling);
    if (resource) {
        cannot_travel(scan, value->where, resource);
        note_skip(scan, value);
        return false;
    }
    if (pointee.kind == CXType_Void) {
        if (pointer->sized)
            return true;
        if (pointer->counted) {
            scan_error(scan, pointer->counted->where, "HYPE_COUNTED_BY on %s: 'void' has no elements to count",
                       subject(scan));
            scan_note(scan, pointer->counted->where, "HYPE_SIZED_BY counts bytes");
            return false;
        }
        cannot_travel(scan, value->where,
                      arena_format(scan->arena, "'%s' does not say how much it leads to", without_arrays(scan, value)));
        scan_note(scan, value->where, "'HYPE_SIZED_BY(bytes)' %s would say it", behind(scan, value));
        return false;
    }
    if (!is_complete(pointee)) {
        cannot_travel(scan, value->where, arena_format(scan->arena, "'%s' is not complete in this unit", spelling));
        scan_note(scan, clang_getCursorLocation(clang_getTypeDeclaration(pointee)), "'%s' is declared here", spelling);
        note_skip(scan, value);
        return false;
    }
    if (ends_flexible(pointee) && (pointer->counted || pointer->sized || pointer->extent)) {
        cannot_travel(scan, value->where,
                      arena_format(scan->arena, "'%s' ends in a flexible array, so there can be only one", spelling));
        return false;
    }
    return true;
}

static bool termination_fits(struct scan *scan, const struct value *value, const struct pointer *pointer)
{
    CXType pointee = plain(pointer->pointee);
    bool integer = pointee.kind >= CXType_Bool && pointee.kind <= CXType_Int128;
    if (pointer->string && !integer) {
        scan_error(scan, pointer->string->where, "HYPE_STRING on %s, which does not lead to characters", subject(scan));
        if (pointee.kind == CXType_Pointer)
            scan_note(scan, pointer->string->where, "HYPE_NULL_TERMINATED is for arrays of pointers");
        return false;
    }
    if (pointer->null_terminated && pointee.kind != CXType_Pointer) {
        scan_error(scan, pointer->null_terminated->where, "HYPE_NULL_TERMINATED on %s, which does not lead to pointers",
                   subject(scan));
        if (integer)
            scan_note(scan, pointer->null_terminated->where, "HYPE_STRING is for characters");
        return false;
    }
    if (pointer->out) {
        scan_error(scan, pointer->out->where, "HYPE_OUT on %s does not say how much room it leads to", subject(scan));
        scan_note(scan, value->where, "'HYPE_COUNTED_BY(n)' %s would say it", behind(scan, value));
        return false;
    }
    return true;
}

static const struct model_count *make_count(struct scan *scan, const struct value *value, struct expression *e)
{
    struct model_count *count = arena_allocate(scan->arena, sizeof *count);
    *count = (struct model_count){.self = value->scope->self, .by_context = value->by_context, .expression = e};
    return count;
}

/* The expression of HYPE_COUNTED_BY, HYPE_SIZED_BY or the declared extents, in elements; false after an error. */
static bool count_of(struct scan *scan, const struct value *value, const struct pointer *pointer, unsigned element,
                     struct expression **count)
{
    *count = pointer->extent;
    const struct annotation *annotation = pointer->counted ? pointer->counted : pointer->sized;
    if (!annotation)
        return true;
    struct expression *e = annotation_expression(scan, annotation, value->scope);
    if (!e)
        return false;
    if (pointer->counted)
        *count = expression_product(scan->arena, e, pointer->extent);
    else if (element == 0)
        *count = e;
    else
        *count =
            expression_quotient(scan->arena, e, expression_sizeof(scan->arena, scan->model->types[element].spelling));
    return true;
}

static void function_pointer_read(struct scan *scan, unsigned owner, const struct value *value,
                                  const struct pointer *pointer, uint64_t repeat)
{
    const struct annotation *annotations[] = {pointer->counted,         pointer->sized, pointer->string,
                                              pointer->null_terminated, pointer->out,   pointer->inout};
    for (size_t i = 0; i < sizeof annotations / sizeof annotations[0]; i++) {
        if (annotations[i])
            scan_error(scan, annotations[i]->where, "%s on %s, which leads to a function", annotations[i]->name,
                       subject(scan));
    }
    CXType type = clang_getCanonicalType(pointer->pointee);
    if (clang_isFunctionTypeVariadic(type) && type.kind == CXType_FunctionProto) {
        cannot_travel(scan, value->where, "it leads to a variadic function");
        note_skip(scan, value);
        return;
    }
    struct model_field field = {.kind = HYPE_FIELD_FUNCTION,
                                .direction = HYPE_DIRECTION_IN,
                                .member = value->member,
                                .name = value->name,
                                .repeat = repeat};
    if (value->result)
        field.direction = HYPE_DIRECTION_OUT;
    field.prototype = prototype_of(scan, type);
    model_add_field(scan->model, owner, field);
}

static void pointer_read(struct scan *scan, unsigned owner, struct value *value, uint64_t repeat)
{
    struct pointer pointer = pointer_open(scan, value);
    CXType pointee = plain(pointer.pointee);
    if (pointer.failed || !annotations_agree(scan, &pointer))
        return;
    if (pointee.kind == CXType_FunctionProto || pointee.kind == CXType_FunctionNoProto) {
        function_pointer_read(scan, owner, value, &pointer, repeat);
        return;
    }

    struct model_field field = {
        .kind = HYPE_FIELD_POINTER, .member = value->member, .name = value->name, .repeat = repeat};
    if (!pointee_travels(scan, value, &pointer) || !direction_of(scan, value, &pointer, &field.direction))
        return;
    bool string = is_character(pointee) && !pointer.counted && !pointer.sized && !pointer.extent;
    if (pointer.string || pointer.null_terminated || string) {
        field.kind = HYPE_FIELD_TERMINATED;
        if (!termination_fits(scan, value, &pointer))
            return;
    } else if (pointer.open && !pointer.counted && !pointer.sized) {
        cannot_travel(scan, value->where, "an array parameter without a length does not say how much it leads to");
        scan_note(scan, value->where, "'HYPE_COUNTED_BY(n)' behind '%s[]' would say it", value->declared);
        return;
    }

    struct value element = *value;
    element.type = pointer.pointee;
    element.member = NULL;
    element.name = arena_format(scan->arena, "%s[]", value->name);
    element.accessor = pointer.accessor;
    element.depth = value->depth + 1;
    element.parameter = element.result = false;
    field.type = pointee.kind == CXType_Void ? 0 : type_of_value(scan, element);

    struct expression *count;
    if (!count_of(scan, value, &pointer, field.type, &count))
        return;
    if (count)
        field.count = make_count(scan, value, count);
    model_add_field(scan->model, owner, field);
}

/* ---- Flexible arrays ---- */

static void flexible_read(struct scan *scan, unsigned owner, struct value *value)
{
    struct annotation *counted = annotation_find(value->annotations, ANNOTATION_COUNTED_BY, value->depth);
    struct annotation *sized = annotation_find(value->annotations, ANNOTATION_SIZED_BY, value->depth);
    if (!counted == !sized) {
        cannot_travel(scan, value->where, "a flexible array does not say how many elements it has");
        scan_note(scan, value->where, "'HYPE_COUNTED_BY(n)' behind '%s[]' would say it", value->declared);
        return;
    }
    struct pointer pointer = {.counted = counted, .sized = sized};
    struct value element = *value;
    element.type = clang_getArrayElementType(array_of(value->type));
    element.accessor = arena_format(scan->arena, "%s[0]", value->accessor);
    while (is_array(array_of(element.type))) {
        pointer.extent =
            expression_product(scan->arena, pointer.extent, dimension(scan, array_of(element.type), value, &pointer));
        element.type = clang_getArrayElementType(array_of(element.type));
        element.accessor = arena_format(scan->arena, "%s[0]", element.accessor);
    }
    element.member = NULL;
    element.name = arena_format(scan->arena, "%s[]", value->name);
    if (ends_flexible(element.type)) {
        cannot_travel(scan, value->where, "its elements end in flexible arrays themselves");
        return;
    }
    struct model_field field = {.kind = HYPE_FIELD_FLEXIBLE,
                                .direction = HYPE_DIRECTION_INOUT,
                                .member = value->member,
                                .name = value->name,
                                .repeat = 1};
    field.type = type_of_value(scan, element);
    struct expression *count;
    if (!count_of(scan, value, &pointer, field.type, &count))
        return;
    field.count = make_count(scan, value, count);
    model_add_field(scan->model, owner, field);
}

/* ---- Unions ---- */

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

static void union_read(struct scan *scan, unsigned owner, const struct value *value, uint64_t repeat)
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

/* ---- Values ---- */

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
