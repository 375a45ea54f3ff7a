/*
 * scan_pointer.c: what a pointer leads to, how many of it, and which way it goes; flexible arrays, which are alike.
 */
#include "scan_internal.h"

#include <string.h>

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

static const char *shown_type(struct scan *scan, const struct value *value)
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
                      arena_format(scan->arena, "'%s' does not say how much it leads to", shown_type(scan, value)));
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

void pointer_read(struct scan *scan, unsigned owner, struct value *value, uint64_t repeat)
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

void flexible_read(struct scan *scan, unsigned owner, struct value *value)
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
