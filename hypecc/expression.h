/*
 * expression.h: the expressions that say how many elements a pointer leads to, or which member of a union is live.
 *
 *     sum      = product {('+' | '-') product}
 *     product  = unary {('*' | '/') unary}
 *     unary    = '-' unary | {'*'} path | primary
 *     primary  = integer constant | character constant | 'sizeof' '(' type ')' | '(' sum ')'
 *     path     = identifier {('.' | '->') identifier}
 *
 * Parsing knows nothing of C's names. Whoever knows the scope resolves the paths: a path that is no parameter or field
 * becomes a constant.
 */
#ifndef HYPECC_EXPRESSION_H
#define HYPECC_EXPRESSION_H

#include "arena.h"

#include <stdbool.h>

enum expression_kind {
    EXPRESSION_CONSTANT, /* TEXT is C for an integer constant */
    EXPRESSION_SIZEOF,   /* TEXT is C for a type */
    EXPRESSION_PATH,
    EXPRESSION_ADD,
    EXPRESSION_SUBTRACT,
    EXPRESSION_MULTIPLY,
    EXPRESSION_DIVIDE,
    EXPRESSION_NEGATE /* LEFT alone */
};

struct expression_step {
    const char *name;
    bool arrow; /* follows '->', not '.' */
};

struct expression {
    enum expression_kind kind;
    const char *text; /* PATH: once resolved, C for the value, in terms of the object 'hype_self' */
    size_t position;  /* of its first character in what was parsed */

    /* Of PATH. */
    unsigned dereferences;
    size_t n_steps;
    struct expression_step *steps;
    size_t n_guards;
    const char **guards; /* C for the pointers that must not be NULL, in this order */

    struct expression *left, *right;
};

/* NULL when TEXT is no expression: *PROBLEM then says why and *POSITION where. */
struct expression *expression_parse(struct arena *arena, const char *text, const char **problem, size_t *position);

struct expression *expression_constant(struct arena *arena, const char *text);
struct expression *expression_sizeof(struct arena *arena, const char *type);
/* LEFT or RIGHT may be NULL: the other one, then. */
struct expression *expression_product(struct arena *arena, struct expression *left, struct expression *right);
struct expression *expression_quotient(struct arena *arena, struct expression *left, struct expression *right);

/* The expression as a person writes it, for --explain and for comments. */
char *expression_show(struct arena *arena, const struct expression *expression);

#endif
