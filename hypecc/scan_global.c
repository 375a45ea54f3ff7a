/*
 * scan_global.c: the globals that an entry touches, itself or through functions that its unit defines.
 *
 * Where every function that it may reach is known here or belongs to the system, an entry carries the captured globals
 * that they touch. Otherwise another unit might call back into this one, and it carries all of them.
 */
#include "scan_internal.h"

#include <string.h>

struct reached {
    CXCursor function; /* the definition */
    size_t caller;     /* index, of itself for the entry */
    CXSourceLocation where;
};

struct reach {
    struct scan *scan;
    struct scan_entry *entry;
    size_t n_reached;
    struct reached *reached;
    size_t current; /* whose body is being read */
    size_t n_touched;
    CXCursor *touched;
    bool leaves;
};

bool cursors_contain(const CXCursor *cursors, size_t n, CXCursor cursor)
{
    for (size_t i = 0; i < n; i++) {
        if (clang_equalCursors(cursors[i], cursor))
            return true;
    }
    return false;
}

static bool in_system(CXCursor cursor)
{
    return clang_Location_isInSystemHeader(clang_getCursorLocation(cursor));
}

static bool is_file_scope(CXCursor variable)
{
    return clang_getCursorKind(clang_getCursorSemanticParent(variable)) == CXCursor_TranslationUnit;
}

static bool is_global(CXCursor variable)
{
    enum CX_StorageClass storage = clang_Cursor_getStorageClass(variable);
    return is_file_scope(variable) || storage == CX_SC_Static || storage == CX_SC_Extern;
}

/* The calls that lead from the entry to the function that is being read. */
static void note_calls(const struct reach *reach)
{
    struct scan *scan = reach->scan;
    for (size_t i = reach->current; i != 0; i = reach->reached[i].caller)
        scan_note(scan, reach->reached[i].where, "'%s' is reached from '%s' here",
                  name_of(scan, reach->reached[i].function),
                  name_of(scan, reach->reached[reach->reached[i].caller].function));
}

static void warn(struct reach *reach, CXCursor variable, CXCursor reference)
{
    struct scan *scan = reach->scan;
    if (!scan->diagnostics->global_warning || cursors_contain(scan->warned, scan->n_warned, variable))
        return;
    ARENA_ADD(scan->arena, scan->warned, scan->n_warned, variable);
    const char *name = name_of(scan, variable);
    scan_warning(scan, clang_getCursorLocation(reference), "hype-global",
                 "HYPE_FN '%s' uses the global variable '%s', whose value does not travel",
                 name_of(scan, reach->entry->definition), name);
    note_calls(reach);
    if (is_file_scope(variable))
        scan_note(scan, clang_getCursorLocation(variable), "'HYPE_CAPTURE' behind '%s' makes its value travel", name);
    else
        scan_note(scan, clang_getCursorLocation(variable),
                  "at file scope, 'HYPE_CAPTURE' behind '%s' would make its value travel", name);
}

static void touch(struct reach *reach, CXCursor variable, CXCursor reference)
{
    variable = clang_getCanonicalCursor(variable);
    if (!is_global(variable) || in_system(variable) || cursors_contain(reach->touched, reach->n_touched, variable))
        return;
    ARENA_ADD(reach->scan->arena, reach->touched, reach->n_touched, variable);
    if (!is_const(clang_getCursorType(variable)) &&
        !cursors_contain(reach->scan->captured, reach->scan->n_captured, variable))
        warn(reach, variable, reference);
}

static void reach_function(struct reach *reach, CXCursor function, CXCursor reference)
{
    CXCursor definition = clang_getCursorDefinition(function);
    if (clang_Cursor_isNull(definition)) {
        reach->leaves |= !in_system(function);
        return;
    }
    for (size_t i = 0; i < reach->n_reached; i++) {
        if (clang_equalCursors(reach->reached[i].function, definition))
            return;
    }
    struct reached reached = {definition, reach->current, clang_getCursorLocation(reference)};
    ARENA_ADD(reach->scan->arena, reach->reached, reach->n_reached, reached);
}

static enum CXChildVisitResult read_body(CXCursor cursor, CXCursor parent, CXClientData data)
{
    struct reach *reach = data;
    (void)parent;
    if (cursor.kind == CXCursor_UnaryExpr)
        return CXChildVisit_Continue; /* sizeof evaluates nothing */
    if (cursor.kind == CXCursor_VarDecl && !is_file_scope(cursor) &&
        has_annotation(reach->scan, cursor, ANNOTATION_CAPTURE)) {
        ARENA_ADD(reach->scan->arena, reach->scan->warned, reach->scan->n_warned, clang_getCanonicalCursor(cursor));
        scan_error(reach->scan, clang_getCursorLocation(cursor),
                   "HYPE_CAPTURE on '%s', which is no variable at file scope", name_of(reach->scan, cursor));
    } else if (cursor.kind == CXCursor_CallExpr) {
        CXCursor callee = clang_getCursorReferenced(cursor);
        reach->leaves |= callee.kind != CXCursor_FunctionDecl;
    } else if (cursor.kind == CXCursor_DeclRefExpr) {
        CXCursor referenced = clang_getCursorReferenced(cursor);
        if (referenced.kind == CXCursor_FunctionDecl)
            reach_function(reach, referenced, cursor);
        else if (referenced.kind == CXCursor_VarDecl)
            touch(reach, referenced, cursor);
    }
    return CXChildVisit_Recurse;
}

/* A count of a captured global may speak of any other. */
static bool has_count(struct scan *scan, CXCursor variable)
{
    return has_annotation(scan, variable, ANNOTATION_COUNTED_BY) || has_annotation(scan, variable, ANNOTATION_SIZED_BY);
}

void globals_read(struct scan *scan, struct scan_entry *entry)
{
    struct reach reach = {.scan = scan, .entry = entry};
    struct reached first = {.function = entry->definition};
    ARENA_ADD(scan->arena, reach.reached, reach.n_reached, first);
    for (; reach.current < reach.n_reached; reach.current++)
        clang_visitChildren(reach.reached[reach.current].function, read_body, &reach);

    bool all = reach.leaves;
    for (size_t i = 0; i < reach.n_touched; i++)
        all |= cursors_contain(scan->captured, scan->n_captured, reach.touched[i]) && has_count(scan, reach.touched[i]);
    for (size_t i = 0; i < scan->n_captured; i++) {
        if (all || cursors_contain(reach.touched, reach.n_touched, scan->captured[i]))
            ARENA_ADD(scan->arena, entry->globals, entry->n_globals, scan->captured[i]);
    }
}
