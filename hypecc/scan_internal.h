/*
 * scan_internal.h: what the files of the scan share. Only they include libclang.
 *
 *     scan.c              the command line, the unit, its entries
 *     scan_annotation.c   annotations, the pointers that they speak of, and the names in their expressions
 *     scan_type.c         types and values: where pointers lie
 *     scan_pointer.c      what a pointer leads to
 *     scan_union.c        unions and their tags
 *     scan_kind.c         questions about libclang's types
 *     scan_global.c       globals that entries touch
 *     scan_text.c         places, messages and spellings
 */
#ifndef HYPECC_SCAN_INTERNAL_H
#define HYPECC_SCAN_INTERNAL_H

#include "scan.h"

#include <clang-c/Index.h>

/* How the scan came to where it is: a step from a type to a type in it. */
struct step {
    const struct step *outer;
    CXSourceLocation where;
    const char *text; /* "field 'log' of 'struct job'" */
};

struct scan {
    struct arena *arena;
    struct model_unit *model;
    struct diagnostics *diagnostics;
    CXTranslationUnit unit;
    const struct step *path; /* innermost first */
    bool gnu_inline;         /* 'inline' as gcc had it before C99 */
    size_t n_functions;
    CXCursor *functions; /* every declaration at file scope */
    size_t n_captured;
    CXCursor *captured; /* globals marked HYPE_CAPTURE, each once */
    size_t n_warned;
    CXCursor *warned; /* globals that a warning spoke of */
    size_t n_names;   /* enumerators and integer constants of the unit */
    const char **names;
    size_t n_types; /* words that may stand in a type's name */
    const char **types;
};

/* ---- scan_text.c ---- */

const char *text_of(struct scan *scan, CXString string); /* disposes STRING */
const char *spelling_of(struct scan *scan, CXType type);
const char *name_of(struct scan *scan, CXCursor cursor);
/* The spelling without places in files, which the names of unnamed types have. */
const char *stable_text(struct scan *scan, const char *spelling);
bool is_unnamed(const char *spelling);
bool starts_with(const char *text, const char *prefix);

/* The function type as entries and pointers to functions are compared by it. */
const char *prototype_of(struct scan *scan, CXType type);

/* C that declares NAME with TYPE, or as a pointer to TYPE. */
const char *declare(struct scan *scan, CXType type, const char *name);
const char *declare_pointer(struct scan *scan, CXType pointee, const char *name);

struct file_place {
    CXFile file;
    unsigned offset;
};
/* Where the text of LOCATION stands; for what a macro expands to, where the macro is used. */
struct file_place file_place(CXSourceLocation location);
/* The bytes of the file from there on; NULL when they are not known. */
const char *source_at(struct scan *scan, CXSourceLocation location, size_t *length);

/* An error at WHERE, followed by the path that leads there. An error inside a system header is told at the innermost
 * step in the user's own files. */
void scan_error(struct scan *scan, CXSourceLocation where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void scan_warning(struct scan *scan, CXSourceLocation where, const char *option, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void scan_note(struct scan *scan, CXSourceLocation where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const char *subject(const struct scan *scan); /* the innermost step's text */

/* ---- scan_annotation.c ---- */

enum annotation_kind {
    ANNOTATION_FN,
    ANNOTATION_COUNTED_BY,
    ANNOTATION_SIZED_BY,
    ANNOTATION_STRING,
    ANNOTATION_NULL_TERMINATED,
    ANNOTATION_IN,
    ANNOTATION_OUT,
    ANNOTATION_INOUT,
    ANNOTATION_TAG,
    ANNOTATION_SKIP,
    ANNOTATION_CAPTURE
};

enum scope_kind { SCOPE_FRAME, SCOPE_RECORD, SCOPE_GLOBALS };

/* Where the names of an expression are looked up. */
struct scope {
    enum scope_kind kind;
    const char *self;               /* C for the type of the object that holds them */
    CXType record;                  /* SCOPE_RECORD */
    CXCursor declaration;           /* SCOPE_FRAME: the declaration whose parameter names apply */
    const struct scan_entry *entry; /* SCOPE_FRAME, SCOPE_GLOBALS */
};

struct annotation {
    enum annotation_kind kind;
    const char *name;  /* "HYPE_COUNTED_BY" */
    const char *text;  /* the expression; of a tag its field */
    const char *value; /* of a tag */
    CXSourceLocation where;
    unsigned depth;            /* 0: the outermost pointer, 1: the pointer that it leads to, … */
    const struct scope *scope; /* NULL: the scope of the value */
    bool used;
};

struct annotations {
    size_t n;
    struct annotation *items;
};

/* An entry while it is read. */
struct scan_entry {
    CXCursor definition;
    size_t n_parameters;
    const char **names; /* the frame's members */
    CXType *types;      /* as the definition has them */
    size_t n_globals;   /* captured */
    CXCursor *globals;
    struct scope globals_scope;
    size_t n_declarations; /* with the definition, in the order of the source */
    CXCursor *declarations;
    struct scope *scopes; /* of their parameter names */
};

/* Appends the annotations of CURSOR, but not those that an earlier declaration, already in LIST, handed down to it. */
void annotations_read(struct scan *scan, CXCursor cursor, const struct scope *scope, struct annotations *list);
/* The annotation of this kind and depth, marked as used; NULL: none. */
struct annotation *annotation_find(struct annotations *list, enum annotation_kind kind, unsigned depth);
/* An error for each annotation that spoke of nothing. */
void annotations_check_used(struct scan *scan, const struct annotations *list);
bool has_annotation(struct scan *scan, CXCursor cursor, enum annotation_kind kind);

/* Parses and resolves; NULL after an error, which has been told. */
struct expression *annotation_expression(struct scan *scan, const struct annotation *annotation,
                                         const struct scope *scope);
struct expression *expression_read(struct scan *scan, const char *text, CXSourceLocation where,
                                   const struct scope *scope);
void names_read(struct scan *scan); /* once for a unit: macros, enumerators, constants */

/* ---- scan_type.c ---- */

/* A value whose pointers are to be listed. */
struct value {
    CXType type;          /* as declared */
    const char *member;   /* its path in the owner, as offsetof takes it; NULL: it is the owner */
    const char *name;     /* as messages show it */
    const char *declared; /* the name in the declaration that a person would annotate */
    const char *accessor; /* C for an expression of its type, never evaluated */
    struct annotations *annotations;
    unsigned depth; /* the annotations' depth of its pointers */
    const struct scope *scope;
    CXSourceLocation where;
    bool by_context; /* the scope's object is not the owner but the context */
    bool parameter;  /* an array is a pointer, then */
    bool result;     /* what it leads to comes back */
};

/* Adds the pointers of VALUE to the type OWNER. */
void value_read(struct scan *scan, unsigned owner, struct value value);
/* The number of a type for VALUE lying alone. */
unsigned type_of_value(struct scan *scan, struct value value);

/* The error that VALUE, at WHERE, cannot travel. */
void cannot_travel(struct scan *scan, CXSourceLocation where, const char *why);
/* Why a type of this spelling stands for something of this process; NULL: it does not. */
const char *resource_of(const char *spelling);
/* Where an annotation that mends VALUE would stand: "behind 'rows'". */
const char *behind(struct scan *scan, const struct value *value);
/* Tells that HYPE_SKIP would help. */
void note_skip(struct scan *scan, const struct value *value);

/* ---- scan_pointer.c ---- */

/* Adds the field for REPEAT pointers; an array is a parameter's. */
void pointer_read(struct scan *scan, unsigned owner, struct value *value, uint64_t repeat);
void flexible_read(struct scan *scan, unsigned owner, struct value *value);

/* ---- scan_union.c ---- */

/* Adds the field for a union that holds pointers; its name is empty when it is an unnamed member. */
void union_read(struct scan *scan, unsigned owner, const struct value *value, uint64_t repeat);

/* ---- scan_kind.c ---- */

CXType plain(CXType type);      /* canonical and unqualified */
CXType array_of(CXType type);   /* the array, with the types of its elements as written where it is written here */
CXType element_of(CXType type); /* of all dimensions */
bool is_array(CXType type);     /* not through a typedef */
bool is_record(CXType type);
bool is_union(CXType type);
bool is_flexible_array(CXType type);
bool ends_flexible(CXType type); /* a struct whose last member is a flexible array */
bool is_complete(CXType type);
/* Whether a value of TYPE has anything to tell: a pointer, a field that stays behind, an array without end. */
bool holds_pointers(struct scan *scan, CXType type);
bool is_const(CXType type);      /* or an array of const elements */
bool is_volatile(CXType type);   /* likewise */
bool is_const_deep(CXType type); /* const itself, or with a const member: not assignable */
const char *signature_text(struct scan *scan, CXType type);

/* ---- scan_global.c ---- */

bool cursors_contain(const CXCursor *cursors, size_t n, CXCursor cursor);
/* Finds the captured globals of ENTRY, and warns of the others that it touches. */
void globals_read(struct scan *scan, struct scan_entry *entry);

#endif
