/*
 * scan.c: parses the unit as the user's compiler would, and reads its entries.
 */
#include "options.h"
#include "scan_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- The command line ---- */

struct clang_arguments {
    struct arena *arena;
    size_t n;
    const char **words;
};

static void add(struct clang_arguments *command, const char *word)
{
    ARENA_ADD(command->arena, command->words, command->n, word);
}

/* What changes how a unit is read. All else is the compiler's business and stays out, since libclang would refuse what
 * it does not know. */
static bool is_kept(const struct option *option, const char *value, bool machine)
{
    switch (option ? option->effect : EFFECT_PASS) {
    case EFFECT_READING:
    case EFFECT_INCLUDE_FOLDER:
    case EFFECT_POSITION:
    case EFFECT_PIE:
        return true;
    case EFFECT_MACHINE:
        return machine;
    case EFFECT_PREPROCESSOR:
        return value && (starts_with(value, "-D") || starts_with(value, "-U"));
    default:
        return false;
    }
}

/* Options handed on stand for themselves: CMake has "-Xclang -include -Xclang FILE". */
static int next_word(int i, int n, const char *const *arguments)
{
    const char *value;
    for (const struct option *option; i < n; i++) {
        option = *arguments[i] == '-' ? option_find(arguments[i], &value) : NULL;
        if (!option || option->effect != EFFECT_HANDED_ON)
            break;
    }
    return i;
}

static void add_options(struct clang_arguments *command, int n, const char *const *arguments, bool machine)
{
    for (int i = next_word(0, n, arguments); i < n; i = next_word(i + 1, n, arguments)) {
        const char *word = arguments[i], *value;
        const struct option *option = *word == '-' ? option_find(word, &value) : NULL;
        bool separate = option_wants_next(option, value);
        int next = separate ? next_word(i + 1, n, arguments) : i;
        if (next >= n)
            return;
        if (strcmp(word, "-fplan9-extensions") == 0)
            word = "-fms-extensions"; /* what the two have in common: unnamed members of a named struct's type */
        i = next;
        if (!is_kept(option, value, machine))
            continue;
        if (strcmp(option->name, "-include") == 0) { /* past the driver, which would prefer a precompiled one */
            const char *const words[] = {"-Xclang", "-include", "-Xclang", separate ? arguments[next] : value};
            for (size_t j = 0; j < sizeof words / sizeof *words; j++)
                add(command, words[j]);
            continue;
        }
        add(command, word);
        if (separate)
            add(command, arguments[next]);
    }
}

/* gcc has these as keywords; clang's C library headers have them as typedefs of just these types. */
#define PRELUDE_NAME "/hype-scan-prelude.h"
static const char prelude[] = "typedef float _Float32;\n"
                              "typedef double _Float64, _Float32x;\n"
                              "typedef long double _Float64x;\n"
                              "#ifdef __SIZEOF_FLOAT128__\n"
                              "typedef __float128 _Float128;\n"
                              "#elif __LDBL_MANT_DIG__ == 113\n"
                              "typedef long double _Float128;\n"
                              "#endif\n";

static enum CXErrorCode parse(CXIndex index, struct arena *arena, int n_arguments, const char *const *arguments,
                              bool machine, CXTranslationUnit *unit)
{
    struct clang_arguments command = {.arena = arena};
    static const char *const first[] = {"-x", "c"};
    static const char *const last[] = {"-DHYPE_SCAN", "-Wno-everything", "-Qunused-arguments", "-include",
                                       PRELUDE_NAME};
    for (size_t i = 0; i < sizeof first / sizeof first[0]; i++)
        add(&command, first[i]);
    add_options(&command, n_arguments - 1, arguments, machine);
    for (size_t i = 0; i < sizeof last / sizeof last[0]; i++)
        add(&command, last[i]);
    struct CXUnsavedFile file = {PRELUDE_NAME, prelude, sizeof prelude - 1};
    return clang_parseTranslationUnit2(index, arguments[n_arguments - 1], command.words, (int)command.n, &file, 1,
                                       CXTranslationUnit_DetailedPreprocessingRecord, unit);
}

/* libclang's first error; false when there is none. *IN_SOURCE: it is about the source, not about the arguments. */
static bool has_error(struct arena *arena, CXTranslationUnit unit, const char **reason, bool *in_source)
{
    unsigned n = clang_getNumDiagnostics(unit);
    bool found = false;
    for (unsigned i = 0; i < n && !found; i++) {
        CXDiagnostic diagnostic = clang_getDiagnostic(unit, i);
        found = clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error;
        if (found) {
            CXString text = clang_formatDiagnostic(diagnostic, clang_defaultDiagnosticDisplayOptions());
            *reason = arena_format(arena, "%s", clang_getCString(text));
            *in_source = file_place(clang_getDiagnosticLocation(diagnostic)).file != NULL;
            clang_disposeString(text);
        }
        clang_disposeDiagnostic(diagnostic);
    }
    return found;
}

/* With the user's options for the machine, and without them when libclang does not know them all. */
static CXTranslationUnit parse_unit(CXIndex index, struct arena *arena, int n_arguments, const char *const *arguments,
                                    const char **reason)
{
    for (int machine = 1; machine >= 0; machine--) {
        CXTranslationUnit unit = NULL;
        bool in_source = false;
        if (parse(index, arena, n_arguments, arguments, machine, &unit))
            continue;
        if (!has_error(arena, unit, reason, &in_source))
            return unit;
        clang_disposeTranslationUnit(unit);
        if (in_source)
            return NULL;
    }
    return NULL;
}

/* ---- What stands at file scope ---- */

struct file_scope {
    struct scan *scan;
    size_t n_entries;
    CXCursor *entries; /* definitions */
};

static void captured_read(struct scan *scan, CXCursor variable)
{
    CXSourceLocation where = clang_getCursorLocation(variable);
    const char *name = name_of(scan, variable);
    CXType type = clang_getCanonicalType(clang_getCursorType(variable));
    unsigned before = scan->diagnostics->n_errors;
    if (is_const(type))
        scan_error(scan, where, "HYPE_CAPTURE on '%s', which is const: it has its value everywhere", name);
    else if (clang_Type_getSizeOf(type) < 0)
        scan_error(scan, where, "HYPE_CAPTURE on '%s', whose size is not known in this unit", name);
    else
        ARENA_ADD(scan->arena, scan->captured, scan->n_captured, clang_getCanonicalCursor(variable));
    if (scan->diagnostics->n_errors != before)
        ARENA_ADD(scan->arena, scan->warned, scan->n_warned, clang_getCanonicalCursor(variable));
}

static enum CXChildVisitResult read_file_scope(CXCursor cursor, CXCursor parent, CXClientData data)
{
    struct file_scope *file = data;
    struct scan *scan = file->scan;
    (void)parent;
    if (cursor.kind == CXCursor_FunctionDecl) {
        ARENA_ADD(scan->arena, scan->functions, scan->n_functions, cursor);
        if (!has_annotation(scan, cursor, ANNOTATION_FN))
            return CXChildVisit_Continue;
        CXCursor definition = clang_getCursorDefinition(cursor);
        if (!clang_Cursor_isNull(definition) && !cursors_contain(file->entries, file->n_entries, definition))
            ARENA_ADD(scan->arena, file->entries, file->n_entries, definition);
    } else if (cursor.kind == CXCursor_VarDecl) {
        if (has_annotation(scan, cursor, ANNOTATION_FN))
            scan_error(scan, clang_getCursorLocation(cursor), "HYPE_FN belongs to a function, and '%s' is a variable",
                       name_of(scan, cursor));
        if (has_annotation(scan, cursor, ANNOTATION_CAPTURE) &&
            !cursors_contain(scan->captured, scan->n_captured, clang_getCanonicalCursor(cursor)))
            captured_read(scan, cursor);
    }
    return CXChildVisit_Continue;
}

/* ---- Entries ---- */

/* 'inline' alone promises that another unit has the function; its address here would be that one's. */
static bool is_inline_only(const struct scan *scan, CXCursor definition)
{
    if (!clang_Cursor_isFunctionInlined(definition) || clang_Cursor_getStorageClass(definition) == CX_SC_Static)
        return false;
    if (scan->gnu_inline)
        return clang_Cursor_getStorageClass(definition) == CX_SC_Extern;
    CXCursor canonical = clang_getCanonicalCursor(definition);
    for (size_t i = 0; i < scan->n_functions; i++) {
        CXCursor other = scan->functions[i];
        if (clang_equalCursors(clang_getCanonicalCursor(other), canonical) &&
            (!clang_Cursor_isFunctionInlined(other) || clang_Cursor_getStorageClass(other) == CX_SC_Extern))
            return false;
    }
    return true;
}

/* Whether the parameters are declared behind the parentheses, as before C89. */
static bool is_old_style(struct scan *scan, CXCursor definition)
{
    size_t rest;
    const char *source = source_at(scan, clang_getCursorLocation(definition), &rest);
    const char *at = source ? memchr(source, '(', rest) : NULL;
    if (!at || clang_Cursor_getNumArguments(definition) <= 0)
        return false;
    int open = 0;
    for (; at < source + rest; at++) {
        open += *at == '(';
        open -= *at == ')';
        if (open == 0)
            break;
    }
    struct file_place name = file_place(clang_getCursorLocation(definition));
    struct file_place first = file_place(clang_getCursorLocation(clang_Cursor_getArgument(definition, 0)));
    return clang_File_isEqual(name.file, first.file) && first.offset > name.offset + (size_t)(at - source);
}

/* Generated code stands behind the function and must be able to name its types. */
static bool is_nameable(struct scan *scan, CXType type)
{
    const char *spelling = spelling_of(scan, type);
    if (is_unnamed(spelling) && !strstr(spelling, "typeof"))
        return false;
    for (;;) {
        type = clang_getCanonicalType(type);
        if (type.kind == CXType_Pointer)
            type = clang_getPointeeType(type);
        else if (is_array(type))
            type = clang_getArrayElementType(type);
        else
            break;
    }
    CXCursor declaration = clang_getTypeDeclaration(type);
    return clang_getCursorSemanticParent(declaration).kind != CXCursor_FunctionDecl;
}

static bool are_types_nameable(struct scan *scan, CXCursor definition)
{
    bool nameable = is_nameable(scan, clang_getCursorResultType(definition));
    for (int i = 0; i < clang_Cursor_getNumArguments(definition); i++)
        nameable &= is_nameable(scan, clang_getCursorType(clang_Cursor_getArgument(definition, (unsigned)i)));
    return nameable;
}

static bool can_be_entry(struct scan *scan, CXCursor definition)
{
    CXType type = clang_getCanonicalType(clang_getCursorType(definition));
    CXSourceLocation where = clang_getCursorLocation(definition);
    const char *name = name_of(scan, definition);
    const char *why = NULL, *remedy = NULL;
    if (strcmp(name, "main") == 0) {
        why = "is where the program begins, and cannot run elsewhere";
        remedy = "put what shall run elsewhere into a function of its own";
    } else if (is_old_style(scan, definition)) {
        why = "is defined without a prototype, so its calls cannot be checked";
        remedy = "write the types of its parameters between the parentheses";
    } else if (type.kind == CXType_FunctionProto && clang_isFunctionTypeVariadic(type)) {
        why = "is variadic: what it takes is known only while it runs";
        remedy = "give it a pointer and a count instead of '...'";
    } else if (is_inline_only(scan, definition)) {
        why = "is only an inline definition, and has no address of its own here";
        remedy = "make it 'static inline', or declare it 'extern' in this unit";
    } else if (!are_types_nameable(scan, definition)) {
        why = "takes or returns a type that has no name outside of its declaration";
        remedy = "declare the type before the function, and give it a name";
    } else if (clang_getCanonicalType(clang_getCursorResultType(definition)).kind == CXType_Atomic) {
        why = "returns an atomic type, on which compilers do not agree";
        remedy = "return the plain type";
    } else if (clang_getFunctionTypeCallingConv(type) != CXCallingConv_C) {
        why = "has another calling convention than C's";
    }
    if (!why)
        return true;
    scan_error(scan, where, "HYPE_FN '%s' %s", name, why);
    if (remedy)
        scan_note(scan, where, "%s", remedy);
    return false;
}

static CXType value_of_atomic(CXType type)
{
    CXType canonical = clang_getCanonicalType(type);
    return canonical.kind == CXType_Atomic ? clang_Type_getValueType(canonical) : type;
}

/* Whether the type has an extent that only a scope with its parameters can evaluate. */
static bool is_variable(CXType type)
{
    for (;;) {
        if (type.kind != CXType_Pointer && !is_array(type))
            type = clang_getCanonicalType(type);
        if (type.kind == CXType_VariableArray)
            return true;
        if (type.kind == CXType_Pointer)
            type = clang_getPointeeType(type);
        else if (is_array(type))
            type = clang_getArrayElementType(type);
        else
            return false;
    }
}

static enum model_copy copy_of(CXType type)
{
    return clang_getCanonicalType(type).kind == CXType_Record && is_const_deep(clang_getUnqualifiedType(type))
               ? MODEL_BYTES
               : MODEL_ASSIGN;
}

static struct model_parameter parameter_of(struct scan *scan, CXType type, const char *name)
{
    struct model_parameter parameter = {.name = name, .copy = MODEL_ASSIGN};
    CXType array = is_array(type) ? type : clang_getCanonicalType(type);
    parameter.shown = stable_text(scan, spelling_of(scan, type));
    if (is_array(array) || array.kind == CXType_FunctionProto || array.kind == CXType_FunctionNoProto) {
        CXType pointee = is_array(array) ? clang_getArrayElementType(array) : array;
        parameter.declaration = parameter.member = declare_pointer(scan, pointee, name);
        type = pointee;
    } else {
        parameter.declaration = declare(scan, type, name);
        parameter.member = declare(scan, value_of_atomic(type), name);
        parameter.copy = copy_of(type);
    }
    if (is_variable(type)) {
        parameter.member = arena_format(scan->arena, "void *%s", name);
        parameter.copy = MODEL_ADDRESS;
    }
    return parameter;
}

static void declare_entry(struct scan *scan, const struct scan_entry *entry, struct model_entry *model)
{
    struct arena *arena = scan->arena;
    CXType type = clang_getCursorType(entry->definition);
    CXType result = clang_getCursorResultType(entry->definition);
    const char *list = "";
    for (size_t i = 0; i < entry->n_parameters; i++) {
        struct model_parameter parameter = parameter_of(scan, entry->types[i], entry->names[i]);
        ARENA_ADD(arena, model->parameters, model->n_parameters, parameter);
        list = arena_format(arena, "%s%s%s", list, i ? ", " : "", parameter.declaration);
        model->extension |= model_needs_extension(parameter.declaration);
    }
    model->name = name_of(scan, entry->definition);
    model->prototype = prototype_of(scan, type);
    model->external = clang_getCursorLinkage(entry->definition) == CXLinkage_External;
    model->bind_declaration =
        declare(scan, result, arena_format(arena, "hype_bind_%s(%s)", model->name, *list ? list : "void"));
    if (clang_getCanonicalType(result).kind != CXType_Void) {
        model->result_declaration = declare(scan, result, "hype_result");
        model->result_copy = copy_of(result);
        model->result_shown = stable_text(scan, spelling_of(scan, result));
        model->extension |= model_needs_extension(model->result_declaration);
    }
}

/* The declaration whose extents count: the definition, unless only another one has them. */
static size_t declaration_with_extents(const struct scan_entry *entry, unsigned i)
{
    for (size_t d = 0; d < entry->n_declarations && !is_array(entry->types[i]); d++) {
        CXType type = clang_getCursorType(clang_Cursor_getArgument(entry->declarations[d], i));
        if (type.kind == CXType_ConstantArray || type.kind == CXType_VariableArray)
            return d;
    }
    for (size_t d = 0; d < entry->n_declarations; d++) {
        if (clang_equalCursors(entry->declarations[d], entry->definition))
            return d;
    }
    return 0;
}

static void parameter_read(struct scan *scan, const struct scan_entry *entry, unsigned frame, unsigned i)
{
    CXCursor parameter = clang_Cursor_getArgument(entry->definition, i);
    struct annotations annotations = {0};
    for (size_t d = 0; d < entry->n_declarations; d++)
        annotations_read(scan, clang_Cursor_getArgument(entry->declarations[d], i), &entry->scopes[d], &annotations);

    size_t declaration = declaration_with_extents(entry, i);
    struct value value = {.type = clang_getCursorType(clang_Cursor_getArgument(entry->declarations[declaration], i)),
                          .member = entry->names[i],
                          .name = entry->names[i],
                          .declared = entry->names[i],
                          .annotations = &annotations,
                          .where = clang_getCursorLocation(parameter),
                          .parameter = true};
    value.scope = &entry->scopes[declaration];
    value.accessor = arena_format(scan->arena, "(*(%s *)0).%s", value.scope->self, entry->names[i]);
    struct step step = {
        NULL, value.where,
        arena_format(scan->arena, "parameter '%s' of '%s'", entry->names[i], name_of(scan, entry->definition))};
    scan->path = &step;
    unsigned before = scan->diagnostics->n_errors;
    value_read(scan, frame, value);
    if (scan->diagnostics->n_errors == before)
        annotations_check_used(scan, &annotations);
    scan->path = NULL;
}

static void result_read(struct scan *scan, const struct scan_entry *entry, unsigned frame)
{
    struct annotations annotations = {0};
    for (size_t d = 0; d < entry->n_declarations; d++)
        annotations_read(scan, entry->declarations[d], &entry->scopes[d], &annotations);
    for (unsigned depth = 0; depth <= 8; depth++)
        annotation_find(&annotations, ANNOTATION_FN, depth);

    CXType type = clang_getCursorResultType(entry->definition);
    struct step step = {NULL, clang_getCursorLocation(entry->definition),
                        arena_format(scan->arena, "the result of '%s'", name_of(scan, entry->definition))};
    scan->path = &step;
    struct value value = {.type = type,
                          .member = "hype_result",
                          .name = "result",
                          .declared = name_of(scan, entry->definition),
                          .annotations = &annotations,
                          .scope = &entry->scopes[0],
                          .where = step.where,
                          .result = true};
    value.accessor = arena_format(scan->arena, "(*(%s *)0).hype_result", value.scope->self);
    unsigned before = scan->diagnostics->n_errors;
    value_read(scan, frame, value);
    if (scan->diagnostics->n_errors == before)
        annotations_check_used(scan, &annotations);
    scan->path = NULL;
}

static void global_read(struct scan *scan, const struct scan_entry *entry, unsigned frame, struct model_entry *model,
                        CXCursor variable)
{
    const char *name = name_of(scan, variable);
    CXType type = clang_getCursorType(variable);
    struct model_global global = {
        .name = name, .member = arena_format(scan->arena, "hype_global_%s", name), .is_volatile = is_volatile(type)};
    global.copy = is_array(clang_getCanonicalType(type)) ? MODEL_BYTES : copy_of(type);
    ARENA_ADD(scan->arena, model->globals, model->n_globals, global);

    struct annotations annotations = {0};
    annotations_read(scan, variable, &entry->globals_scope, &annotations);
    annotation_find(&annotations, ANNOTATION_CAPTURE, 0);
    struct step step = {NULL, clang_getCursorLocation(variable),
                        arena_format(scan->arena, "the captured global '%s'", name)};
    scan->path = &step;
    struct value value = {.type = value_of_atomic(type),
                          .name = name,
                          .declared = name,
                          .accessor = name,
                          .annotations = &annotations,
                          .scope = &entry->globals_scope,
                          .where = step.where,
                          .by_context = true};
    unsigned before = scan->diagnostics->n_errors;
    struct model_field field = {
        .kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .member = global.member, .name = name, .repeat = 1};
    field.type = type_of_value(scan, value);
    if (scan->diagnostics->n_errors == before)
        annotations_check_used(scan, &annotations);
    scan->path = NULL;
    model_add_field(scan->model, frame, field);
}

/* All declarations of the function at file scope, in the order of the source: each hands its annotations down to those
 * behind it. */
static CXCursor *declarations_of(struct scan *scan, CXCursor definition, size_t *n)
{
    CXCursor *declarations = NULL;
    CXCursor canonical = clang_getCanonicalCursor(definition);
    CXType type = clang_getCursorType(definition);
    *n = 0;
    for (size_t i = 0; i < scan->n_functions; i++) {
        CXCursor other = scan->functions[i];
        if (clang_equalCursors(clang_getCanonicalCursor(other), canonical) &&
            clang_getNumArgTypes(clang_getCursorType(other)) == clang_getNumArgTypes(type))
            ARENA_ADD(scan->arena, declarations, *n, other);
    }
    return declarations;
}

/* Structs that travel by value and hold no pointers are no types of the model, but the signature depends on them. */
static const char *frame_text(struct scan *scan, const struct scan_entry *entry)
{
    const char *text = signature_text(scan, clang_getCursorResultType(entry->definition));
    for (size_t i = 0; i < entry->n_parameters; i++) {
        if (!is_variable(entry->types[i])) /* its extents are the business of counts */
            text = arena_format(scan->arena, "%s,%s", text, signature_text(scan, entry->types[i]));
    }
    return text;
}

static void entry_read(struct scan *scan, CXCursor definition)
{
    if (!can_be_entry(scan, definition))
        return;
    struct arena *arena = scan->arena;
    struct scan_entry *entry = arena_allocate(arena, sizeof *entry);
    entry->definition = definition;
    int n_arguments = clang_Cursor_getNumArguments(definition);
    for (int i = 0; i < n_arguments; i++) {
        CXCursor parameter = clang_Cursor_getArgument(definition, (unsigned)i);
        const char *name = name_of(scan, parameter);
        size_t n = entry->n_parameters;
        ARENA_ADD(arena, entry->names, n, *name ? name : arena_format(arena, "arg%d", i + 1));
        ARENA_ADD(arena, entry->types, entry->n_parameters, clang_getCursorType(parameter));
    }
    struct model_entry model = {0};
    declare_entry(scan, entry, &model);
    const char *frame_name = arena_format(arena, "struct hype_frame_%s", model.name);
    entry->globals_scope = (struct scope){.kind = SCOPE_GLOBALS, .self = frame_name, .entry = entry};
    globals_read(scan, entry);

    bool added;
    model.frame = model_type(scan->model, MODEL_FRAME, frame_name, &added);
    scan->model->types[model.frame].name = arena_format(arena, "the call of %s", model.name);
    scan->model->types[model.frame].text = frame_text(scan, entry);

    entry->declarations = declarations_of(scan, definition, &entry->n_declarations);
    entry->scopes = arena_allocate(arena, entry->n_declarations * sizeof *entry->scopes);
    for (size_t d = 0; d < entry->n_declarations; d++)
        entry->scopes[d] = (struct scope){
            .kind = SCOPE_FRAME, .self = frame_name, .declaration = entry->declarations[d], .entry = entry};
    for (unsigned i = 0; i < entry->n_parameters; i++)
        parameter_read(scan, entry, model.frame, i);
    for (size_t i = 0; i < entry->n_globals; i++)
        global_read(scan, entry, model.frame, &model, entry->globals[i]);
    if (model.result_declaration)
        result_read(scan, entry, model.frame);
    ARENA_ADD(arena, scan->model->entries, scan->model->n_entries, model);
}

static void unit_read(struct scan *scan)
{
    struct file_scope file = {.scan = scan};
    clang_visitChildren(clang_getTranslationUnitCursor(scan->unit), read_file_scope, &file);
    if (file.n_entries == 0)
        return;
    bool added;
    names_read(scan);
    model_type(scan->model, MODEL_PLAIN, "char", &added);
    for (size_t i = 0; i < file.n_entries; i++)
        entry_read(scan, file.entries[i]);
    for (size_t i = 0; i < scan->model->n_entries; i++)
        model_sign(scan->model, &scan->model->entries[i]);
}

enum scan_result scan_unit(int n_arguments, const char *const *arguments, struct diagnostics *diagnostics,
                           struct model_unit *unit, const char **reason)
{
    struct scan scan = {.arena = unit->arena, .model = unit, .diagnostics = diagnostics};
    *reason = NULL;
    for (int i = 0; i < n_arguments; i++) {
        if (strcmp(arguments[i], "-fgnu89-inline") == 0 || strcmp(arguments[i], "-std=gnu89") == 0 ||
            strcmp(arguments[i], "-std=gnu90") == 0)
            scan.gnu_inline = true;
    }
    CXIndex index = clang_createIndex(0, 0);
    scan.unit = parse_unit(index, unit->arena, n_arguments, arguments, reason);
    if (scan.unit) {
        unit_read(&scan);
        clang_disposeTranslationUnit(scan.unit);
    }
    clang_disposeIndex(index);
    return scan.unit ? SCAN_DONE : SCAN_NOT_C;
}
