/*
 * expression.c: recursive descent over the grammar in expression.h.
 */
#include "expression.h"

#include <ctype.h>
#include <string.h>

#define MAX_DEPTH 100 /* of parentheses and signs: nobody writes more, and the stack is finite */

struct parser {
    struct arena *arena;
    const char *start, *at;
    const char *problem;
    size_t position;
    unsigned depth;
};

static struct expression *parse_sum(struct parser *parser);

static struct expression *fail(struct parser *parser, const char *at, const char *problem)
{
    if (!parser->problem) {
        parser->problem = problem;
        parser->position = (size_t)(at - parser->start);
    }
    return NULL;
}

static void skip_space(struct parser *parser)
{
    while (isspace((unsigned char)*parser->at))
        parser->at++;
}

static bool accept(struct parser *parser, const char *token)
{
    skip_space(parser);
    size_t length = strlen(token);
    if (strncmp(parser->at, token, length) != 0)
        return false;
    parser->at += length;
    return true;
}

static bool is_identifier_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool is_identifier_part(char c)
{
    return is_identifier_start(c) || isdigit((unsigned char)c);
}

static const char *parse_identifier(struct parser *parser)
{
    skip_space(parser);
    const char *start = parser->at;
    if (!is_identifier_start(*start))
        return NULL;
    while (is_identifier_part(*parser->at))
        parser->at++;
    return arena_copy(parser->arena, start, (size_t)(parser->at - start));
}

static struct expression *make(struct parser *parser, enum expression_kind kind, const char *start)
{
    struct expression *made = arena_allocate(parser->arena, sizeof *made);
    made->kind = kind;
    made->position = (size_t)(start - parser->start);
    return made;
}

static struct expression *parse_integer(struct parser *parser)
{
    const char *start = parser->at;
    while (is_identifier_part(*parser->at))
        parser->at++;
    if (*parser->at == '.')
        return fail(parser, start, "a count is made of integers");
    size_t length = (size_t)(parser->at - start);

    size_t digits = length;
    while (digits > 0 && strchr("uUlL", start[digits - 1]))
        digits--;
    const char *allowed = "0123456789";
    size_t prefix = 0;
    if (length > 1 && start[0] == '0') {
        bool hexadecimal = start[1] == 'x' || start[1] == 'X', binary = start[1] == 'b' || start[1] == 'B';
        prefix = hexadecimal || binary ? 2 : 0;
        allowed = hexadecimal ? "0123456789abcdefABCDEF" : binary ? "01" : "01234567";
    }
    if (digits <= prefix || strspn(start + prefix, allowed) < digits - prefix || length - digits > 3)
        return fail(parser, start, "malformed integer constant");
    struct expression *constant = make(parser, EXPRESSION_CONSTANT, start);
    constant->text = arena_copy(parser->arena, start, length);
    return constant;
}

static struct expression *parse_character(struct parser *parser)
{
    const char *start = parser->at++;
    while (*parser->at && *parser->at != '\'')
        parser->at += parser->at[0] == '\\' && parser->at[1] ? 2 : 1;
    if (*parser->at != '\'' || parser->at == start + 1)
        return fail(parser, start, "malformed character constant");
    parser->at++;
    struct expression *constant = make(parser, EXPRESSION_CONSTANT, start);
    constant->text = arena_copy(parser->arena, start, (size_t)(parser->at - start));
    return constant;
}

/* The type is C's business: everything up to the parenthesis that closes it. */
static struct expression *parse_sizeof(struct parser *parser, const char *start)
{
    if (!accept(parser, "("))
        return fail(parser, start, "'sizeof' takes a type in parentheses here");
    skip_space(parser);
    const char *type = parser->at;
    size_t open = 1;
    for (; *parser->at; parser->at++) {
        open += *parser->at == '(';
        open -= *parser->at == ')';
        if (open == 0)
            break;
    }
    if (open != 0 || parser->at == type)
        return fail(parser, start, "'sizeof' takes a type in parentheses here");
    struct expression *size = make(parser, EXPRESSION_SIZEOF, start);
    size->text = arena_copy(parser->arena, type, (size_t)(parser->at - type));
    parser->at++;
    return size;
}

static struct expression *parse_path(struct parser *parser, unsigned dereferences)
{
    skip_space(parser);
    const char *start = parser->at;
    const char *name = parse_identifier(parser);
    if (!name)
        return fail(parser, start, "expected the name of a parameter or field");
    if (strcmp(name, "sizeof") == 0 && dereferences == 0)
        return parse_sizeof(parser, start);

    struct expression *path = make(parser, EXPRESSION_PATH, start);
    path->dereferences = dereferences;
    struct expression_step step = {name, false};
    ARENA_ADD(parser->arena, path->steps, path->n_steps, step);
    for (;;) {
        step.arrow = accept(parser, "->");
        if (!step.arrow && !accept(parser, "."))
            return path;
        step.name = parse_identifier(parser);
        if (!step.name)
            return fail(parser, parser->at, "expected the name of a field");
        ARENA_ADD(parser->arena, path->steps, path->n_steps, step);
    }
}

static struct expression *parse_unary(struct parser *parser)
{
    skip_space(parser);
    const char *start = parser->at;
    if (++parser->depth > MAX_DEPTH)
        return fail(parser, start, "the expression is nested too deeply");

    struct expression *result;
    if (accept(parser, "-")) {
        struct expression *operand = parse_unary(parser);
        result = operand ? make(parser, EXPRESSION_NEGATE, start) : NULL;
        if (result)
            result->left = operand;
    } else if (*start == '*') {
        unsigned stars = 0;
        while (accept(parser, "*"))
            stars++;
        bool parenthesis = accept(parser, "("); /* '*(n)' is how macros write '*n' */
        result = parse_path(parser, stars);
        if (result && parenthesis && !accept(parser, ")"))
            result = fail(parser, parser->at, "expected ')'");
    } else if (accept(parser, "(")) {
        result = parse_sum(parser);
        if (result && !accept(parser, ")"))
            result = fail(parser, parser->at, "expected ')'");
    } else if (isdigit((unsigned char)*start)) {
        result = parse_integer(parser);
    } else if (*start == '\'') {
        result = parse_character(parser);
    } else if (*start == '\0') {
        result = fail(parser, start, "the expression ends where a value was expected");
    } else {
        result = parse_path(parser, 0);
    }
    parser->depth--;
    return result;
}

static struct expression *combine(struct parser *parser, enum expression_kind kind, struct expression *left,
                                  struct expression *right)
{
    if (!right)
        return NULL;
    struct expression *both = make(parser, kind, parser->start + left->position);
    both->left = left;
    both->right = right;
    return both;
}

static struct expression *parse_product(struct parser *parser)
{
    struct expression *left = parse_unary(parser);
    while (left) {
        if (accept(parser, "*"))
            left = combine(parser, EXPRESSION_MULTIPLY, left, parse_unary(parser));
        else if (accept(parser, "/"))
            left = combine(parser, EXPRESSION_DIVIDE, left, parse_unary(parser));
        else
            break;
    }
    return left;
}

static struct expression *parse_sum(struct parser *parser)
{
    struct expression *left = parse_product(parser);
    while (left) {
        if (accept(parser, "+"))
            left = combine(parser, EXPRESSION_ADD, left, parse_product(parser));
        else if (accept(parser, "-"))
            left = combine(parser, EXPRESSION_SUBTRACT, left, parse_product(parser));
        else
            break;
    }
    return left;
}

struct expression *expression_parse(struct arena *arena, const char *text, const char **problem, size_t *position)
{
    struct parser parser = {.arena = arena, .start = text, .at = text};
    struct expression *parsed = parse_sum(&parser);
    skip_space(&parser);
    if (parsed && *parser.at)
        parsed = fail(&parser, parser.at,
                      "only names, '*n', 'a.b', 'p->n', integer constants, sizeof(type), "
                      "'+ - * /' and parentheses make a count");
    *problem = parser.problem;
    *position = parser.position;
    return parsed;
}

struct expression *expression_constant(struct arena *arena, const char *text)
{
    struct expression *constant = arena_allocate(arena, sizeof *constant);
    constant->kind = EXPRESSION_CONSTANT;
    constant->text = text;
    return constant;
}

struct expression *expression_sizeof(struct arena *arena, const char *type)
{
    struct expression *size = expression_constant(arena, type);
    size->kind = EXPRESSION_SIZEOF;
    return size;
}

static struct expression *join(struct arena *arena, enum expression_kind kind, struct expression *left,
                               struct expression *right)
{
    if (!left || !right)
        return left ? left : right;
    struct expression *both = arena_allocate(arena, sizeof *both);
    both->kind = kind;
    both->left = left;
    both->right = right;
    return both;
}

struct expression *expression_product(struct arena *arena, struct expression *left, struct expression *right)
{
    return join(arena, EXPRESSION_MULTIPLY, left, right);
}

struct expression *expression_quotient(struct arena *arena, struct expression *left, struct expression *right)
{
    return join(arena, EXPRESSION_DIVIDE, left, right);
}

static const char *show_path(struct arena *arena, const struct expression *path)
{
    char *shown = arena_format(arena, "%.*s", (int)path->dereferences, "****************");
    for (size_t i = 0; i < path->n_steps; i++)
        shown = arena_format(arena, "%s%s%s", shown,
                             i == 0                 ? ""
                             : path->steps[i].arrow ? "->"
                                                    : ".",
                             path->steps[i].name);
    return shown;
}

/* TIGHT: an operand of '*', '/' or '-', which binds tighter than '+'. */
static char *show(struct arena *arena, const struct expression *e, bool tight)
{
    static const char operators[] = {
        [EXPRESSION_ADD] = '+', [EXPRESSION_SUBTRACT] = '-', [EXPRESSION_MULTIPLY] = '*', [EXPRESSION_DIVIDE] = '/'};
    switch (e->kind) {
    case EXPRESSION_CONSTANT:
        return arena_format(arena, "%s", e->text);
    case EXPRESSION_SIZEOF:
        return arena_format(arena, "sizeof(%s)", e->text);
    case EXPRESSION_PATH:
        return arena_format(arena, "%s", show_path(arena, e));
    case EXPRESSION_NEGATE:
        return arena_format(arena, "-%s", show(arena, e->left, true));
    case EXPRESSION_ADD:
    case EXPRESSION_SUBTRACT:
    case EXPRESSION_MULTIPLY:
    case EXPRESSION_DIVIDE:
        break;
    }
    bool product = e->kind == EXPRESSION_MULTIPLY || e->kind == EXPRESSION_DIVIDE;
    const struct expression *right = e->right;
    bool right_binary = right->kind >= EXPRESSION_ADD && right->kind <= EXPRESSION_DIVIDE;
    bool parenthesize = tight && !product;
    const char *right_text = show(arena, right, product);
    if (right_binary &&
        ((product && (right->kind == EXPRESSION_MULTIPLY || right->kind == EXPRESSION_DIVIDE)) ||
         (e->kind == EXPRESSION_SUBTRACT && (right->kind == EXPRESSION_ADD || right->kind == EXPRESSION_SUBTRACT))))
        right_text = arena_format(arena, "(%s)", right_text);
    return arena_format(arena, "%s%s %c %s%s", parenthesize ? "(" : "", show(arena, e->left, product),
                        operators[e->kind], right_text, parenthesize ? ")" : "");
}

char *expression_show(struct arena *arena, const struct expression *expression)
{
    return show(arena, expression, false);
}
