/*
 * scan_annotation.c: which pointer an annotation speaks of, and what the names in its expression mean.
 */
#include "scan_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *text; /* behind "hype:" */
    const char *name;
    enum annotation_kind kind;
} annotation_names[] = {
    {"fn", "HYPE_FN", ANNOTATION_FN},
    {"counted_by:", "HYPE_COUNTED_BY", ANNOTATION_COUNTED_BY},
    {"sized_by:", "HYPE_SIZED_BY", ANNOTATION_SIZED_BY},
    {"string", "HYPE_STRING", ANNOTATION_STRING},
    {"null_terminated", "HYPE_NULL_TERMINATED", ANNOTATION_NULL_TERMINATED},
    {"in", "HYPE_IN", ANNOTATION_IN},
    {"out", "HYPE_OUT", ANNOTATION_OUT},
    {"inout", "HYPE_INOUT", ANNOTATION_INOUT},
    {"tag:", "HYPE_TAG", ANNOTATION_TAG},
    {"skip", "HYPE_SKIP", ANNOTATION_SKIP},
    {"capture", "HYPE_CAPTURE", ANNOTATION_CAPTURE},
};

static bool parse_annotation(struct scan *scan, const char *text, struct annotation *annotation)
{
    if (!starts_with(text, "hype:"))
        return false;
    text += strlen("hype:");
    for (size_t i = 0; i < sizeof annotation_names / sizeof annotation_names[0]; i++) {
        const char *name = annotation_names[i].text;
        bool with_text = name[strlen(name) - 1] == ':';
        if (with_text ? !starts_with(text, name) : strcmp(text, name) != 0)
            continue;
        *annotation = (struct annotation){.kind = annotation_names[i].kind, .name = annotation_names[i].name};
        annotation->text = with_text ? text + strlen(name) : "";
        if (annotation->kind == ANNOTATION_TAG) {
            size_t field = strcspn(annotation->text, ":");
            annotation->value = annotation->text[field] ? annotation->text + field + 1 : "";
            annotation->text = arena_copy(scan->arena, annotation->text, field);
        }
        return true;
    }
    return false;
}

/* ---- Depth ---- */

static const char *token_text(struct scan *scan, CXToken token)
{
    return text_of(scan, clang_getTokenSpelling(scan->unit, token));
}

/* A group in parentheses behind one of these is no part of the declarator: an annotation, an attribute, typeof. */
static bool takes_group(const char *word)
{
    return starts_with(word, "HYPE_") || starts_with(word, "__attribute") || strstr(word, "typeof") ||
           strstr(word, "Alignas") || strstr(word, "_Atomic");
}

/* Skips tokens[i], an opening parenthesis or brace, and all up to its match; the index behind it. */
static unsigned skip_group(struct scan *scan, const CXToken *tokens, unsigned n, unsigned i)
{
    unsigned open = 0;
    do {
        const char *text = token_text(scan, tokens[i]);
        open += strcmp(text, "(") == 0 || strcmp(text, "{") == 0;
        open -= strcmp(text, ")") == 0 || strcmp(text, "}") == 0;
        i++;
    } while (open && i < n);
    return i;
}

/* The annotation at OFFSET stands behind so many of the '*' of the declarator that ends in front of the name at
 * NAME_OFFSET; *TOTAL is how many there are. A comma begins the next declarator of the same declaration. */
static unsigned stars_before(struct scan *scan, CXFile file, unsigned start, unsigned name_offset, unsigned offset,
                             unsigned *total)
{
    CXSourceRange range = clang_getRange(clang_getLocationForOffset(scan->unit, file, start),
                                         clang_getLocationForOffset(scan->unit, file, name_offset));
    CXToken *tokens = NULL;
    unsigned n = 0, before = 0;
    bool group = false;
    clang_tokenize(scan->unit, range, &tokens, &n);
    *total = 0;
    for (unsigned i = 0; i < n;) {
        const char *text = token_text(scan, tokens[i]);
        unsigned here = file_place(clang_getTokenLocation(scan->unit, tokens[i])).offset;
        if (here >= name_offset)
            break;
        if (strcmp(text, "{") == 0 || (group && strcmp(text, "(") == 0)) {
            i = skip_group(scan, tokens, n, i);
            group = false;
            continue;
        }
        group = here == offset || takes_group(text) || (group && strcmp(text, "(") != 0 && text[0] == '_');
        if (strcmp(text, "*") == 0) {
            before += here < offset;
            ++*total;
        } else if (strcmp(text, ",") == 0) {
            before = *total = 0;
        }
        i++;
    }
    clang_disposeTokens(scan->unit, tokens, n);
    return before;
}

static CXType value_type(CXCursor cursor)
{
    return cursor.kind == CXCursor_FunctionDecl ? clang_getCursorResultType(cursor) : clang_getCursorType(cursor);
}

/* Behind the name or before the type: the outermost pointer. Behind the k-th '*' from the left of n: the (n - k)th
 * from the outside, not counting the pointer that an array parameter is. */
static unsigned annotation_depth(struct scan *scan, CXCursor cursor, CXSourceLocation where)
{
    struct file_place at = file_place(where);
    struct file_place start = file_place(clang_getRangeStart(clang_getCursorExtent(cursor)));
    struct file_place name = file_place(clang_getCursorLocation(cursor));
    if (cursor.kind == CXCursor_ParmDecl && !*name_of(scan, cursor))
        name = file_place(clang_getRangeEnd(clang_getCursorExtent(cursor)));
    if (!clang_File_isEqual(at.file, start.file) || at.offset <= start.offset || at.offset >= name.offset)
        return 0;

    unsigned total;
    unsigned before = stars_before(scan, start.file, start.offset, name.offset, at.offset, &total);
    if (before == 0)
        return 0;
    bool array_parameter = cursor.kind == CXCursor_ParmDecl && is_array(value_type(cursor));
    return total - before + (array_parameter ? 1 : 0);
}

/* ---- Reading ---- */

struct reading {
    struct scan *scan;
    CXCursor cursor;
    const struct scope *scope;
    struct annotations *list;
    size_t n_before; /* from other declarations */
};

static bool is_handed_down(const struct reading *reading, const struct annotation *annotation)
{
    struct file_place place = file_place(annotation->where);
    for (size_t i = 0; i < reading->n_before; i++) {
        const struct annotation *earlier = &reading->list->items[i];
        struct file_place other = file_place(earlier->where);
        if (clang_File_isEqual(place.file, other.file) && place.offset == other.offset &&
            earlier->kind == annotation->kind && strcmp(earlier->text, annotation->text) == 0)
            return true;
    }
    return false;
}

static enum CXChildVisitResult read_annotation(CXCursor child, CXCursor parent, CXClientData data)
{
    struct reading *reading = data;
    struct annotation annotation;
    (void)parent;
    if (child.kind != CXCursor_AnnotateAttr ||
        !parse_annotation(reading->scan, name_of(reading->scan, child), &annotation))
        return CXChildVisit_Continue;
    annotation.where = clang_getRangeStart(clang_getCursorExtent(child));
    annotation.scope = reading->scope;
    if (is_handed_down(reading, &annotation))
        return CXChildVisit_Continue;
    annotation.depth = annotation_depth(reading->scan, reading->cursor, annotation.where);
    ARENA_ADD(reading->scan->arena, reading->list->items, reading->list->n, annotation);
    return CXChildVisit_Continue;
}

void annotations_read(struct scan *scan, CXCursor cursor, const struct scope *scope, struct annotations *list)
{
    struct reading reading = {scan, cursor, scope, list, list->n};
    clang_visitChildren(cursor, read_annotation, &reading);
}

struct annotation *annotation_find(struct annotations *list, enum annotation_kind kind, unsigned depth)
{
    struct annotation *found = NULL;
    for (size_t i = 0; list && i < list->n; i++) {
        if (list->items[i].kind == kind && list->items[i].depth == depth) {
            list->items[i].used = true; /* a declaration and the definition may both say it */
            found = found ? found : &list->items[i];
        }
    }
    return found;
}

void annotations_check_used(struct scan *scan, const struct annotations *list)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct annotation *annotation = &list->items[i];
        if (annotation->used)
            continue;
        if (annotation->kind == ANNOTATION_FN)
            scan_error(scan, annotation->where, "HYPE_FN belongs to a function, not to %s", subject(scan));
        else if (annotation->kind == ANNOTATION_CAPTURE)
            scan_error(scan, annotation->where, "HYPE_CAPTURE belongs to a global variable, not to %s", subject(scan));
        else if (annotation->kind == ANNOTATION_TAG)
            scan_error(scan, annotation->where, "HYPE_TAG belongs to a member of a union, not to %s", subject(scan));
        else if (annotation->kind == ANNOTATION_SKIP)
            scan_error(scan, annotation->where, "HYPE_SKIP belongs to a field of a struct, not to %s", subject(scan));
        else
            scan_error(scan, annotation->where, "%s speaks of a pointer, and there is none here in %s",
                       annotation->name, subject(scan));
    }
}

struct search {
    struct scan *scan;
    enum annotation_kind kind;
    bool found;
};

static enum CXChildVisitResult search_annotation(CXCursor child, CXCursor parent, CXClientData data)
{
    struct search *search = data;
    struct annotation annotation;
    (void)parent;
    if (child.kind != CXCursor_AnnotateAttr ||
        !parse_annotation(search->scan, name_of(search->scan, child), &annotation) || annotation.kind != search->kind)
        return CXChildVisit_Continue;
    search->found = true;
    return CXChildVisit_Break;
}

bool has_annotation(struct scan *scan, CXCursor cursor, enum annotation_kind kind)
{
    struct search search = {scan, kind, false};
    clang_visitChildren(cursor, search_annotation, &search);
    return search.found;
}

/* ---- Names of the unit ---- */

static bool is_integer(CXType type)
{
    type = clang_getCanonicalType(type);
    if (type.kind == CXType_Atomic)
        type = clang_getCanonicalType(clang_Type_getValueType(type));
    return type.kind == CXType_Enum || (type.kind >= CXType_Bool && type.kind <= CXType_Int128);
}

static void add_word(struct scan *scan, const char ***words, size_t *n, const char *word)
{
    if (*word)
        ARENA_ADD(scan->arena, *words, *n, word);
}

static enum CXChildVisitResult read_name(CXCursor cursor, CXCursor parent, CXClientData data)
{
    struct scan *scan = data;
    (void)parent;
    switch (cursor.kind) {
    case CXCursor_MacroDefinition:
        add_word(scan, &scan->model->macros, &scan->model->n_macros, name_of(scan, cursor));
        return CXChildVisit_Continue;
    case CXCursor_EnumConstantDecl:
        add_word(scan, &scan->names, &scan->n_names, name_of(scan, cursor));
        return CXChildVisit_Continue;
    case CXCursor_VarDecl:
        if (clang_isConstQualifiedType(clang_getCursorType(cursor)) && is_integer(clang_getCursorType(cursor)))
            add_word(scan, &scan->names, &scan->n_names, name_of(scan, cursor));
        return CXChildVisit_Continue;
    case CXCursor_TypedefDecl:
        add_word(scan, &scan->types, &scan->n_types, name_of(scan, cursor));
        return CXChildVisit_Continue;
    case CXCursor_EnumDecl:
    case CXCursor_StructDecl:
    case CXCursor_UnionDecl:
        add_word(scan, &scan->types, &scan->n_types, name_of(scan, cursor));
        return CXChildVisit_Recurse;
    default:
        return CXChildVisit_Continue;
    }
}

static bool contains(const char **words, size_t n, const char *word)
{
    return n && bsearch(&word, words, n, sizeof *words, model_compare_words);
}

void names_read(struct scan *scan)
{
    static const char *const keywords[] = {"_Bool",   "_Complex",   "__int128",   "bool",     "char", "const",
                                           "double",  "enum",       "float",      "int",      "long", "short",
                                           "signed",  "struct",     "union",      "unsigned", "void", "volatile",
                                           "_Atomic", "__float128", "__signed__", "wchar_t"};
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
        add_word(scan, &scan->types, &scan->n_types, keywords[i]);
    clang_visitChildren(clang_getTranslationUnitCursor(scan->unit), read_name, scan);
    if (scan->model->n_macros)
        qsort(scan->model->macros, scan->model->n_macros, sizeof *scan->model->macros, model_compare_words);
    if (scan->n_names)
        qsort(scan->names, scan->n_names, sizeof *scan->names, model_compare_words);
    qsort(scan->types, scan->n_types, sizeof *scan->types, model_compare_words);
}

/* ---- Resolving ---- */

struct resolution {
    struct scan *scan;
    const struct scope *scope;
    const struct annotation *annotation; /* NULL: the expression is an array's extent */
    CXSourceLocation where;
};

/* The place in the source of a character of the annotation's text. The preprocessor joined the macro's argument with
 * single spaces, so blanks do not count. */
static CXSourceLocation place_in_annotation(const struct resolution *r, size_t position)
{
    size_t rest;
    const char *source = r->annotation ? source_at(r->scan, r->where, &rest) : NULL;
    if (!source || !starts_with(source, r->annotation->name))
        return r->where;
    const char *at = memchr(source, '(', rest);
    if (!at)
        return r->where;
    const char *text = r->annotation->text;
    if (text == r->annotation->value)
        at = memchr(at, ',', (size_t)(source + rest - at)); /* a tag's value stands behind its field */
    if (!at)
        return r->where;
    at++;
    for (size_t i = 0;; i++) {
        while (isspace((unsigned char)text[i]))
            i++;
        while (at < source + rest && isspace((unsigned char)*at))
            at++;
        if (i >= position || at >= source + rest)
            break;
        if (*at != text[i])
            return r->where;
        at++;
    }
    struct file_place place = file_place(r->where);
    return clang_getLocationForOffset(r->scan->unit, place.file, place.offset + (unsigned)(at - source));
}

static const char *annotation_title(const struct resolution *r)
{
    return r->annotation ? r->annotation->name : "the array's extent";
}

static bool refuse(const struct resolution *r, size_t position, const char *message)
{
    scan_error(r->scan, place_in_annotation(r, position), "%s: %s", annotation_title(r), message);
    return false;
}

struct field_search {
    struct scan *scan;
    const char *name;
    CXType type;
    bool found;
};

static enum CXVisitorResult search_field(CXCursor field, CXClientData data)
{
    struct field_search *search = data;
    const char *name = name_of(search->scan, field);
    CXType type = clang_getCursorType(field);
    if (strcmp(name, search->name) == 0) {
        search->type = type;
        search->found = true;
    } else if (!*name && clang_getCanonicalType(type).kind == CXType_Record) {
        clang_Type_visitFields(clang_getCanonicalType(type), search_field, search);
    }
    return search->found ? CXVisit_Break : CXVisit_Continue;
}

static bool find_field(struct scan *scan, CXType record, const char *name, CXType *type)
{
    struct field_search search = {.scan = scan, .name = name};
    clang_Type_visitFields(clang_getCanonicalType(record), search_field, &search);
    *type = search.type;
    return search.found;
}

/* C for the object that the first name of PATH stands for; a parameter is called as the definition calls it. */
static const char *find_in_scope(const struct resolution *r, struct expression *path, CXType *type)
{
    const char *name = path->steps[0].name;
    const struct scope *scope = r->scope;
    struct scan *scan = r->scan;
    switch (scope->kind) {
    case SCOPE_RECORD:
        return find_field(scan, scope->record, name, type) ? arena_format(scan->arena, "hype_self->%s", name) : NULL;
    case SCOPE_FRAME:
        for (size_t i = 0; i < scope->entry->n_parameters; i++) {
            CXCursor parameter = clang_Cursor_getArgument(scope->declaration, (unsigned)i);
            if (strcmp(name_of(scan, parameter), name) == 0) {
                *type = scope->entry->types[i];
                path->steps[0].name = scope->entry->names[i];
                return arena_format(scan->arena, "hype_self->%s", scope->entry->names[i]);
            }
        }
        return NULL;
    case SCOPE_GLOBALS:
        for (size_t i = 0; i < scope->entry->n_globals; i++) {
            if (strcmp(name_of(scan, scope->entry->globals[i]), name) == 0) {
                *type = clang_getCursorType(scope->entry->globals[i]);
                return arena_format(scan->arena, "(*hype_self->hype_global_%s)", name);
            }
        }
        return NULL;
    }
    return NULL;
}

static void guard(const struct resolution *r, struct expression *path, const char *pointer)
{
    ARENA_ADD(r->scan->arena, path->guards, path->n_guards, pointer);
}

static bool resolve_steps(const struct resolution *r, struct expression *path, const char **text, CXType *type)
{
    struct arena *arena = r->scan->arena;
    for (size_t i = 1; i < path->n_steps; i++) {
        const struct expression_step *step = &path->steps[i];
        CXType holder = clang_getCanonicalType(*type);
        if (step->arrow != (holder.kind == CXType_Pointer))
            return refuse(r, path->position,
                          arena_format(arena, "'%s' is %s pointer: use '%s%s%s'", path->steps[i - 1].name,
                                       step->arrow ? "no" : "a", path->steps[i - 1].name, step->arrow ? "." : "->",
                                       step->name));
        if (step->arrow) {
            guard(r, path, *text);
            holder = clang_getCanonicalType(clang_getPointeeType(holder));
        }
        if (holder.kind != CXType_Record || !find_field(r->scan, holder, step->name, type))
            return refuse(r, path->position,
                          arena_format(arena, "'%s' has no field '%s'",
                                       stable_text(r->scan, spelling_of(r->scan, holder)), step->name));
        *text = arena_format(arena, "%s%s%s", *text, step->arrow ? "->" : ".", step->name);
    }
    return true;
}

static const char *scope_title(const struct scope *scope)
{
    return scope->kind == SCOPE_FRAME    ? "parameter of the function"
           : scope->kind == SCOPE_RECORD ? "field of the struct"
                                         : "captured global";
}

static bool resolve_path(const struct resolution *r, struct expression *path)
{
    struct scan *scan = r->scan;
    const char *name = path->steps[0].name;
    CXType type;
    const char *text = find_in_scope(r, path, &type);
    if (!text && path->n_steps == 1 && path->dereferences == 0 &&
        (contains(scan->names, scan->n_names, name) || contains(scan->model->macros, scan->model->n_macros, name))) {
        path->kind = EXPRESSION_CONSTANT;
        path->text = name;
        ARENA_ADD(scan->arena, scan->model->constants, scan->model->n_constants, name);
        return true;
    }
    if (!text)
        return refuse(r, path->position,
                      arena_format(scan->arena, "'%s' is no %s, and no constant", name, scope_title(r->scope)));
    if (!resolve_steps(r, path, &text, &type))
        return false;
    for (unsigned i = 0; i < path->dereferences; i++) {
        CXType holder = clang_getCanonicalType(type);
        bool array = is_array(holder);
        if (holder.kind != CXType_Pointer && !array) {
            struct expression pointer = *path;
            pointer.dereferences = i;
            return refuse(r, path->position,
                          arena_format(scan->arena, "'%s' is no pointer", expression_show(scan->arena, &pointer)));
        }
        guard(r, path, text);
        type = array ? clang_getArrayElementType(holder) : clang_getPointeeType(holder);
        text = arena_format(scan->arena, "*%s", text);
    }
    if (!is_integer(type))
        return refuse(r, path->position,
                      arena_format(scan->arena, "'%s' has type '%s', which is no integer",
                                   expression_show(scan->arena, path), stable_text(scan, spelling_of(scan, type))));
    path->text = text;
    return true;
}

/* The words of a sizeof's type must be known here: the compiler would complain about generated code otherwise. */
static bool resolve_sizeof(const struct resolution *r, struct expression *size)
{
    struct scan *scan = r->scan;
    for (const char *at = size->text; *at;) {
        size_t length = 0;
        while (isalnum((unsigned char)at[length]) || at[length] == '_')
            length++;
        const char *word = arena_copy(scan->arena, at, length);
        if (length && !isdigit((unsigned char)*at) && !contains(scan->types, scan->n_types, word) &&
            !contains(scan->model->macros, scan->model->n_macros, word))
            return refuse(r, size->position, arena_format(scan->arena, "'%s' is no type", word));
        if (length && !isdigit((unsigned char)*at))
            ARENA_ADD(scan->arena, scan->model->constants, scan->model->n_constants, word);
        at += length ? length : 1;
    }
    return true;
}

static bool resolve(const struct resolution *r, struct expression *e)
{
    switch (e->kind) {
    case EXPRESSION_CONSTANT:
        return true;
    case EXPRESSION_SIZEOF:
        return resolve_sizeof(r, e);
    case EXPRESSION_PATH:
        return resolve_path(r, e);
    case EXPRESSION_NEGATE:
        return resolve(r, e->left);
    default:
        return resolve(r, e->left) && resolve(r, e->right);
    }
}

static struct expression *read_expression(const struct resolution *r, const char *text)
{
    const char *problem;
    size_t position;
    struct expression *e = expression_parse(r->scan->arena, text, &problem, &position);
    if (!e) {
        refuse(r, position, problem);
        return NULL;
    }
    return resolve(r, e) ? e : NULL;
}

struct expression *annotation_expression(struct scan *scan, const struct annotation *annotation,
                                         const struct scope *scope)
{
    struct resolution r = {scan, annotation->scope ? annotation->scope : scope, annotation, annotation->where};
    return read_expression(&r, annotation->text);
}

struct expression *expression_read(struct scan *scan, const char *text, CXSourceLocation where,
                                   const struct scope *scope)
{
    struct resolution r = {scan, scope, NULL, where};
    return read_expression(&r, text);
}
