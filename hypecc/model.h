/*
 * model.h: what one unit says about its HYPE_FN functions, as plain data.
 *
 * The scan makes it, the emitter and --explain read it; it knows nothing of libclang. Texts that are called C can be
 * written into generated code as they stand. Everything lives in the unit's arena.
 */
#ifndef HYPECC_MODEL_H
#define HYPECC_MODEL_H

#include "arena.h"
#include "expression.h"

#include <hype/generated.h>
#include <stdbool.h>
#include <stdint.h>

/* While the member of a union is live, the selector equals VALUE. */
struct model_case {
    const char *value; /* C for an integer constant */
    unsigned type;
};

/* A count function: how many elements a pointer leads to, or the live member of a union. */
struct model_count {
    const char *self; /* C for the type of the object that the expression speaks of */
    bool by_context;  /* that object is the context, not the owner */
    const struct expression *expression;
    size_t n_cases; /* of a union, whose EXPRESSION is the selector; else 0 */
    struct model_case *cases;
};

struct model_field {
    enum hype_field_kind kind;
    enum hype_direction direction;
    unsigned type;
    const char *member; /* path of the member in its owner, as offsetof takes it; NULL: the owner's first byte */
    const char *name;
    uint64_t repeat;
    const struct model_count *count;
    const char *prototype;
};

enum model_type_kind {
    MODEL_PLAIN,  /* bytes */
    MODEL_RECORD, /* a struct */
    MODEL_CELL,   /* a pointer, or an array of pointers, that lies alone: what a pointer to a pointer leads to */
    MODEL_FRAME   /* parameters, captured globals and result of an entry */
};

struct model_type {
    enum model_type_kind kind;
    const char *key;      /* equal for equal types; not shown */
    const char *name;     /* as messages show it */
    const char *spelling; /* C */
    const char *alias_of; /* C for an expression of this type, when SPELLING is a name that must be declared first */
    const char *text;     /* for the signature: the declaration, independent of places in files */
    bool context;
    size_t n_fields;
    struct model_field *fields;
};

/* How a value goes into the frame or comes out of it. */
enum model_copy {
    MODEL_ASSIGN, /* '=' */
    MODEL_BYTES,  /* memcpy: an array, or a struct with a const member */
    MODEL_ADDRESS /* '=' after a cast: a pointer to a variable length array, which no struct can hold */
};

struct model_parameter {
    const char *name;        /* of the parameter and of the frame's member */
    const char *declaration; /* C: the parameter of the bind function */
    const char *member;      /* C: the frame's member */
    const char *shown;       /* its type as the user wrote it, for --explain */
    enum model_copy copy;
};

struct model_global {
    const char *name;
    const char *member; /* of the frame; C: a pointer to __typeof__(name) */
    enum model_copy copy;
    bool is_volatile;
};

struct model_entry {
    const char *name;
    const char *prototype;
    const char *result_declaration; /* C for the result's type in the frame, a declaration of hype_result; NULL: void */
    enum model_copy result_copy;
    const char *bind_declaration; /* C for the bind function's declarator, result type included */
    const char *result_shown;
    bool external;  /* visible in other units */
    bool extension; /* needs __extension__: types that ISO C does not have */
    size_t n_parameters;
    struct model_parameter *parameters;
    size_t n_globals;
    struct model_global *globals;
    unsigned frame;
    uint64_t signature;
};

struct model_unit {
    struct arena *arena;
    const char *source;
    uint64_t identity; /* tells units apart: a hash of what is compiled */
    size_t n_types;
    struct model_type *types; /* 0 is char */
    size_t n_entries;
    struct model_entry *entries;
    size_t n_macros; /* names that the preprocessor would change in generated code; sorted */
    const char **macros;
    size_t n_constants; /* names in count expressions that are meant to be macros, enumerators or constants */
    const char **constants;
};

/* The number of the type of this key, which is added when there is none; *ADDED tells. */
unsigned model_type(struct model_unit *unit, enum model_type_kind kind, const char *key, bool *added);
void model_add_field(struct model_unit *unit, unsigned type, struct model_field field);

/* Whether C has a word that ISO C does not know, so that -Wpedantic wants __extension__ before it. */
bool model_needs_extension(const char *declaration);

/* For lists of words that are sorted: of qsort() and bsearch(). */
int model_compare_words(const void *a, const void *b);

/* Mixes TEXT into the unit's identity. */
void model_identify(struct model_unit *unit, const char *text);
/* Computes the signature of ENTRY once all types are complete. */
void model_sign(const struct model_unit *unit, struct model_entry *entry);

#endif
