/*
 * scan_text.c: libclang's places, names and types as text.
 */
#include "scan_internal.h"

#include <ctype.h>
#include <string.h>

const char *text_of(struct scan *scan, CXString string)
{
    const char *text = clang_getCString(string);
    char *copy = arena_copy(scan->arena, text ? text : "", text ? strlen(text) : 0);
    clang_disposeString(string);
    return copy;
}

const char *spelling_of(struct scan *scan, CXType type)
{
    return text_of(scan, clang_getTypeSpelling(type));
}

const char *name_of(struct scan *scan, CXCursor cursor)
{
    const char *name = text_of(scan, clang_getCursorSpelling(cursor));
    return is_unnamed(name) ? "" : name;
}

bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool is_unnamed(const char *spelling)
{
    return strstr(spelling, "(unnamed") || strstr(spelling, "(anonymous");
}

const char *stable_text(struct scan *scan, const char *spelling)
{
    if (!is_unnamed(spelling))
        return spelling;
    char *stable = arena_copy(scan->arena, spelling, strlen(spelling));
    char *from = stable, *to = stable;
    while (*from) {
        if (starts_with(from, " at ")) {
            /* "(unnamed struct at /some (odd) path.c:1:2)": the place ends at the last digit before a ')'. */
            char *end = from;
            while (*end && !(isdigit((unsigned char)end[0]) && end[1] == ')'))
                end++;
            from = *end ? end + 1 : end;
            continue;
        }
        *to++ = *from++;
    }
    *to = '\0';
    return stable;
}

/* An extent that names a parameter is '[*]', so that the parameter's name does not matter; '()' is '(void)'. */
const char *prototype_of(struct scan *scan, CXType type)
{
    const char *spelling = stable_text(scan, spelling_of(scan, clang_getUnqualifiedType(clang_getCanonicalType(type))));
    char *prototype = arena_allocate(scan->arena, strlen(spelling) + sizeof "(void)");
    char *to = prototype;
    for (const char *from = spelling; *from; from++) {
        *to++ = *from;
        if (*from != '[')
            continue;
        const char *end = strchr(from, ']');
        size_t length = end ? (size_t)(end - from - 1) : 0;
        if (length && strspn(from + 1, "0123456789") < length) {
            *to++ = '*';
            from = end - 1;
        }
    }
    if (to - prototype >= 2 && to[-1] == ')' && to[-2] == '(')
        strcpy(to - 1, "void)");
    return prototype;
}

/* ---- Declarators ---- */

static const char *insert(struct scan *scan, const char *text, const char *at, const char *inserted)
{
    return arena_format(scan->arena, "%.*s%s%s", (int)(at - text), text, inserted, at);
}

/* The type as generated code can write it: no 'typeof', which ISO C11 does not know, and no places of unnamed types. */
static const char *c_spelling(struct scan *scan, CXType type)
{
    const char *spelling = spelling_of(scan, type);
    const char *keyword = strstr(spelling, "typeof");
    if (!keyword)
        return spelling;
    const char *canonical = spelling_of(scan, clang_getCanonicalType(type));
    if (!is_unnamed(canonical))
        return canonical;
    return arena_format(scan->arena, "%.*s__typeof__%s", (int)(keyword - spelling), spelling,
                        keyword + strlen("typeof"));
}

/* A spelled type is a declarator without its name. Of a pointer to an array or function, 'int (*)(void)', the name
 * belongs behind the first '*' that a ')' follows; a typedef's name hides all that. */
static const char *pointer_name_place(const char *spelling)
{
    size_t length = strlen(spelling);
    if (length == 0 || (spelling[length - 1] != ')' && spelling[length - 1] != ']'))
        return NULL;
    const char *star = strstr(spelling, "*)");
    return star ? star + 1 : NULL;
}

const char *declare(struct scan *scan, CXType type, const char *name)
{
    type = clang_getUnqualifiedType(type);
    const char *spelling = c_spelling(scan, type);
    const char *place = type.kind == CXType_Pointer ? pointer_name_place(spelling) : NULL;
    if (place)
        return insert(scan, spelling, place, name);
    size_t length = strlen(spelling);
    return arena_format(scan->arena, "%s%s%s", spelling, length && spelling[length - 1] == '*' ? "" : " ", name);
}

const char *declare_pointer(struct scan *scan, CXType pointee, const char *name)
{
    const char *spelling = c_spelling(scan, pointee);
    const char *pointer = arena_format(scan->arena, "*%s", name);
    const char *bracketed = arena_format(scan->arena, "(*%s)", name);
    size_t length = strlen(spelling);

    const char *bracket = length && spelling[length - 1] == ']' ? strchr(spelling, '[') : NULL;
    if (bracket)
        return insert(scan, spelling, bracket,
                      bracket[-1] == ')' || bracket[-1] == '*' ? bracketed
                                                               : arena_format(scan->arena, " %s", bracketed));
    const char *place = pointee.kind == CXType_Pointer ? pointer_name_place(spelling) : NULL;
    if (place)
        return insert(scan, spelling, place, pointer);
    if (pointee.kind == CXType_FunctionProto && strchr(spelling, '('))
        return insert(scan, spelling, strchr(spelling, '('), bracketed);
    return arena_format(scan->arena, "%s%s%s", spelling, length && spelling[length - 1] == '*' ? "" : " ", pointer);
}

/* ---- Places ---- */

struct file_place file_place(CXSourceLocation location)
{
    struct file_place place = {0};
    clang_getExpansionLocation(location, &place.file, NULL, NULL, &place.offset);
    return place;
}

const char *source_at(struct scan *scan, CXSourceLocation location, size_t *length)
{
    struct file_place place = file_place(location);
    size_t size = 0;
    const char *text = place.file ? clang_getFileContents(scan->unit, place.file, &size) : NULL;
    if (!text || place.offset > size)
        return NULL;
    *length = size - place.offset;
    return text + place.offset;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static struct source_place source_place(struct scan *scan, CXSourceLocation where)
{
    struct source_place place = {.length = 1};
    CXString file;
    unsigned offset_column;
    clang_getPresumedLocation(where, &file, &place.line, &place.column);
    place.file = text_of(scan, file);
    if (!*place.file)
        place.file = NULL;

    clang_getExpansionLocation(where, NULL, NULL, &offset_column, NULL);
    size_t rest;
    const char *at = source_at(scan, where, &rest);
    if (!at || !place.file || offset_column == 0)
        return place;
    place.text = at - (offset_column - 1);
    const char *end = memchr(at, '\n', rest);
    if (!end)
        end = at + rest;
    if (end > at && end[-1] == '\r')
        end--;
    place.text_length = (size_t)(end - place.text);
    size_t word = 0;
    while (at + word < end && is_word(at[word]))
        word++;
    place.length = word ? (unsigned)word : 1;
    return place;
}

static void tell(struct scan *scan, enum diagnostic_severity severity, CXSourceLocation where, const char *option,
                 const char *message)
{
    struct source_place place = source_place(scan, where);
    diagnose(scan->diagnostics, severity, &place, option, message);
}

void scan_error(struct scan *scan, CXSourceLocation where, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_format_list(scan->arena, format, arguments);
    va_end(arguments);

    const struct step *told = NULL;
    if (clang_Location_isInSystemHeader(where)) {
        for (told = scan->path; told && clang_Location_isInSystemHeader(told->where); told = told->outer)
            continue;
        if (told)
            where = told->where;
    }
    tell(scan, DIAGNOSTIC_ERROR, where, NULL, message);
    for (const struct step *step = scan->path; step; step = step->outer) {
        bool offender = step == scan->path;
        if (!offender && !clang_Location_isInSystemHeader(step->where))
            tell(scan, DIAGNOSTIC_NOTE, step->where, NULL, arena_format(scan->arena, "reached through %s", step->text));
    }
}

void scan_warning(struct scan *scan, CXSourceLocation where, const char *option, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    tell(scan, DIAGNOSTIC_WARNING, where, option, arena_format_list(scan->arena, format, arguments));
    va_end(arguments);
}

void scan_note(struct scan *scan, CXSourceLocation where, const char *format, ...)
{
    if (clang_Location_isInSystemHeader(where))
        return;
    va_list arguments;
    va_start(arguments, format);
    tell(scan, DIAGNOSTIC_NOTE, where, NULL, arena_format_list(scan->arena, format, arguments));
    va_end(arguments);
}

const char *subject(const struct scan *scan)
{
    return scan->path ? scan->path->text : "this";
}
