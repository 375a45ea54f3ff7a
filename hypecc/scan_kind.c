/*
 * scan_kind.c: questions about a type, and how the signature spells it.
 */
#include "scan_internal.h"

CXType plain(CXType type)
{
    return clang_getUnqualifiedType(clang_getCanonicalType(type));
}

bool is_array(CXType type)
{
    return type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray ||
           type.kind == CXType_VariableArray;
}

bool is_record(CXType type)
{
    return plain(type).kind == CXType_Record;
}

bool is_union(CXType type)
{
    return is_record(type) && clang_getTypeDeclaration(plain(type)).kind == CXCursor_UnionDecl;
}

/* The array with the types of its elements as they were written, where it is written here. */
CXType array_of(CXType type)
{
    return is_array(type) ? type : clang_getCanonicalType(type);
}

CXType element_of(CXType type)
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

bool is_flexible_array(CXType type)
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

bool ends_flexible(CXType type)
{
    struct question question = {0};
    if (is_record(type))
        clang_Type_visitFields(plain(type), ask_flexible, &question);
    return question.yes;
}

bool is_complete(CXType type)
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
