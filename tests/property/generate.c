/*
 * generate.c: writes a C program of random types and HYPE_FN functions over them.
 *
 *   generate SEED FUNCTIONS > program.c
 *
 * The program makes each call twice, from equal arguments: here and remotely. What the function saw, what it returned
 * and what it left behind its pointers must be equal, value by value. Functions read everything that they can reach,
 * change what is not const, replace blocks, drop them, share them, and resize what is counted. The same seed gives the
 * same program, so a difference is told by its seed and function, and made smaller by asking for fewer functions.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRUCTS = 6, FIELDS = 7, PARAMETERS = 6 };

enum kind {
    SCALAR,
    BITS,
    ARRAY,         /* of scalars */
    MATRIX_FIELD,  /* T f[2][3] */
    EMBEDDED,
    EMBEDDED_ARRAY,
    POINTER,       /* to a scalar */
    STRUCT_POINTER,
    SELF,
    STRING,
    CONST_STRING,
    COUNTED,       /* scalars */
    COUNTED_STRUCTS,
    STRINGS,       /* counted strings */
    ARGV,          /* NULL-terminated */
    TAGGED,
    ROWS,          /* counted rows of counted cells */
    SKIPPED,
    KINDS
};

struct field {
    enum kind kind;
    const char *scalar;
    int structure; /* index */
};

static struct field structs[STRUCTS][FIELDS];
static int n_fields[STRUCTS];
static uint64_t state;

static const char *const scalars[] = {
    "char",     "signed char", "unsigned char", "short",         "unsigned short",    "int",
    "unsigned", "long",        "unsigned long", "long long",     "unsigned long long", "_Bool",
    "float",    "double",      "long double",   "__int128",      "unsigned __int128", "float _Complex",
    "double _Complex", "enum e",  "wchar_t",    "int8_t",        "uint16_t",          "int64_t",
};
enum { SCALARS = sizeof scalars / sizeof *scalars };

static unsigned next(unsigned below)
{
    uint64_t z = state += 0x9E3779B97F4A7C15u; /* splitmix64 (Steele, Lea, Flood 2014) */
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (unsigned)((z ^ z >> 31) % below);
}

static void line(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void line(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

static const char *scalar(void)
{
    return scalars[next(SCALARS)];
}

/* What every program starts with: a generator, a hash over values (never over padding), and blocks. */
static void prologue(void)
{
    line("#include <complex.h>\n#include <hype/hype.h>\n#include <stdint.h>\n#include <stdio.h>\n#include <stdlib.h>");
    line("#include <string.h>\n#include <wchar.h>\n");
    line("enum e { E_LOW = -5, E_ZERO = 0, E_HIGH = 1000 };");
    line("static uint64_t next(uint64_t *r)\n{\n    uint64_t z = *r += 0x9E3779B97F4A7C15u;");
    line("    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;\n    z = (z ^ z >> 27) * 0x94D049BB133111EBu;");
    line("    return z ^ z >> 31;\n}");
    line("static uint64_t mix(uint64_t h, uint64_t v) { return (h ^ v) * 0x100000001B3u + (h >> 29); }");
    line("static uint64_t mix_double(uint64_t h, double d)\n{\n    uint64_t v;\n    memcpy(&v, &d, 8);\n    return mix(h, v);\n}");
    line("#define HASH(h, x) _Generic((x), float: mix_double(h, (double)creal((x))), double: mix_double(h, (double)creal((x))), \\");
    line("    long double: mix_double(h, (double)creal((x))), \\");
    line("    float _Complex: mix_double(mix_double(h, creal((x))), cimag((x))), \\");
    line("    double _Complex: mix_double(mix_double(h, creal((x))), cimag((x))), \\");
    line("    default: mix(mix(h, (uint64_t)(x)), (uint64_t)((unsigned __int128)(x) >> 64)))");
    line("#define MAKE(T, r) ((T)(next(r) %% 100))");
    line("static uint64_t hash_string(uint64_t h, const char *s)\n{\n    if (!s)\n        return mix(h, 77);");
    line("    do\n        h = mix(h, (unsigned char)*s);\n    while (*s++);\n    return h;\n}");
    line("static char *make_string(uint64_t *r)\n{\n    unsigned n = (unsigned)(next(r) %% 12);\n    char *s = malloc(n + 1);");
    line("    for (unsigned i = 0; i < n; i++)\n        s[i] = (char)('a' + next(r) %% 26);\n    s[n] = 0;\n    return s;\n}");
    line("static void change_string(char *s, uint64_t *r)\n{\n    if (s && *s)\n        s[0] = (char)('A' + next(r) %% 26);\n}");
}

static void define(int s)
{
    line("struct s%d {", s);
    for (int i = 0; i < n_fields[s]; i++) {
        const struct field *f = &structs[s][i];
        switch (f->kind) {
        case SCALAR: line("    %s f%d;", f->scalar, i); break;
        case BITS: line("    unsigned f%d : 5;\n    int g%d : 11;", i, i); break;
        case ARRAY: line("    %s f%d[3];", f->scalar, i); break;
        case MATRIX_FIELD: line("    %s f%d[2][3];", f->scalar, i); break;
        case EMBEDDED: line("    struct s%d f%d;", f->structure, i); break;
        case EMBEDDED_ARRAY: line("    struct s%d f%d[2];", f->structure, i); break;
        case POINTER: line("    %s *f%d HYPE_COUNTED_BY(1);", f->scalar, i); break;
        case STRUCT_POINTER: line("    struct s%d *f%d;", f->structure, i); break;
        case SELF: line("    struct s%d *f%d;", s, i); break;
        case STRING: line("    char *f%d;", i); break;
        case CONST_STRING: line("    const char *f%d;", i); break;
        case COUNTED: line("    %s *f%d HYPE_COUNTED_BY(n%d * 2 + 1);\n    unsigned char n%d;", f->scalar, i, i, i); break;
        case COUNTED_STRUCTS: line("    short n%d;\n    struct s%d *f%d HYPE_COUNTED_BY(n%d);", i, f->structure, i, i); break;
        case STRINGS: line("    size_t n%d;\n    char **f%d HYPE_COUNTED_BY(n%d);", i, i, i); break;
        case ARGV: line("    char **f%d HYPE_NULL_TERMINATED;", i); break;
        case TAGGED:
            line("    int n%d;\n    union {\n        %s a%d HYPE_TAG(n%d, 0);\n        char *b%d HYPE_TAG(n%d, 1);", i, f->scalar,
                 i, i, i, i);
            line("        struct s%d *c%d HYPE_TAG(n%d, 2);\n    };", s, i, i);
            break;
        case ROWS:
            line("    unsigned n%d, m%d;\n    double *HYPE_COUNTED_BY(m%d) *f%d HYPE_COUNTED_BY(n%d);", i, i, i, i, i);
            break;
        case SKIPPED: line("    void *f%d HYPE_SKIP;", i); break;
        case KINDS: break;
        }
    }
    line("};");
}

static void make_struct(int s)
{
    line("static void make_s%d(struct s%d *x, uint64_t *r, int depth)\n{\n    memset(x, 0, sizeof *x);\n    (void)depth;", s, s);
    for (int i = 0; i < n_fields[s]; i++) {
        const struct field *f = &structs[s][i];
        switch (f->kind) {
        case SCALAR: line("    x->f%d = MAKE(%s, r);", i, f->scalar); break;
        case BITS: line("    x->f%d = next(r) & 31;\n    x->g%d = (int)(next(r) %% 1000) - 500;", i, i); break;
        case ARRAY: line("    for (int i = 0; i < 3; i++)\n        x->f%d[i] = MAKE(%s, r);", i, f->scalar); break;
        case MATRIX_FIELD: line("    for (int i = 0; i < 6; i++)\n        x->f%d[i / 3][i %% 3] = MAKE(%s, r);", i, f->scalar); break;
        case EMBEDDED: line("    make_s%d(&x->f%d, r, depth);", f->structure, i); break;
        case EMBEDDED_ARRAY: line("    for (int i = 0; i < 2; i++)\n        make_s%d(&x->f%d[i], r, depth);", f->structure, i); break;
        case POINTER: line("    if (next(r) %% 4) {\n        x->f%d = malloc(sizeof *x->f%d);\n        *x->f%d = MAKE(%s, r);\n    }", i, i, i, f->scalar); break;
        case STRUCT_POINTER:
        case SELF:
            line("    if (depth > 0 && next(r) %% 4) {\n        x->f%d = malloc(sizeof *x->f%d);", i, i);
            line("        make_s%d(x->f%d, r, depth - 1);\n    }", f->kind == SELF ? s : f->structure, i);
            if (f->kind == SELF)
                line("    else if (next(r) %% 2)\n        x->f%d = x;", i);
            break;
        case STRING:
        case CONST_STRING: line("    x->f%d = next(r) %% 5 ? make_string(r) : NULL;", i); break;
        case COUNTED:
            line("    x->n%d = (unsigned char)(next(r) %% 4);\n    x->f%d = malloc((x->n%d * 2u + 1) * sizeof *x->f%d);", i, i, i, i);
            line("    for (unsigned i = 0; i < x->n%d * 2u + 1; i++)\n        x->f%d[i] = MAKE(%s, r);", i, i, f->scalar);
            break;
        case COUNTED_STRUCTS:
            line("    x->n%d = depth > 0 ? (short)(next(r) %% 3) : 0;\n    x->f%d = malloc((size_t)x->n%d * sizeof *x->f%d + 1);", i, i, i, i);
            line("    for (int i = 0; i < x->n%d; i++)\n        make_s%d(&x->f%d[i], r, depth - 1);", i, f->structure, i);
            break;
        case STRINGS:
            line("    x->n%d = next(r) %% 4;\n    x->f%d = malloc(x->n%d * sizeof(char *) + 1);", i, i, i);
            line("    for (size_t i = 0; i < x->n%d; i++)\n        x->f%d[i] = i && next(r) %% 3 == 0 ? x->f%d[i - 1] : make_string(r);", i, i, i);
            break;
        case ARGV:
            line("    size_t n%d = next(r) %% 3;\n    x->f%d = malloc((n%d + 1) * sizeof(char *));", i, i, i);
            line("    for (size_t i = 0; i < n%d; i++)\n        x->f%d[i] = make_string(r);\n    x->f%d[n%d] = NULL;", i, i, i, i);
            break;
        case TAGGED:
            line("    x->n%d = (int)(next(r) %% 3);\n    if (x->n%d == 0)\n        x->a%d = MAKE(%s, r);", i, i, i, f->scalar);
            line("    else if (x->n%d == 1)\n        x->b%d = make_string(r);\n    else\n        x->c%d = x;", i, i, i);
            break;
        case ROWS:
            line("    x->n%d = (unsigned)(next(r) %% 3);\n    x->m%d = (unsigned)(next(r) %% 4);\n    x->f%d = malloc(x->n%d * sizeof(double *) + 1);", i, i, i, i);
            line("    for (unsigned i = 0; i < x->n%d; i++) {\n        x->f%d[i] = malloc(x->m%d * sizeof(double) + 1);", i, i, i);
            line("        for (unsigned j = 0; j < x->m%d; j++)\n            x->f%d[i][j] = MAKE(double, r);\n    }", i, i);
            break;
        case SKIPPED: line("    x->f%d = x;", i); break;
        case KINDS: break;
        }
    }
    line("}");
}

static void hash_struct(int s)
{
    line("static uint64_t hash_s%d(uint64_t h, const struct s%d *x, int depth)\n{\n    if (!x || depth < 0)\n        return mix(h, x == NULL);", s, s);
    for (int i = 0; i < n_fields[s]; i++) {
        const struct field *f = &structs[s][i];
        switch (f->kind) {
        case SCALAR: line("    h = HASH(h, x->f%d);", i); break;
        case BITS: line("    h = mix(mix(h, x->f%d), (uint64_t)x->g%d);", i, i); break;
        case ARRAY: line("    for (int i = 0; i < 3; i++)\n        h = HASH(h, x->f%d[i]);", i); break;
        case MATRIX_FIELD: line("    for (int i = 0; i < 6; i++)\n        h = HASH(h, x->f%d[i / 3][i %% 3]);", i); break;
        case EMBEDDED: line("    h = hash_s%d(h, &x->f%d, depth);", f->structure, i); break;
        case EMBEDDED_ARRAY: line("    for (int i = 0; i < 2; i++)\n        h = hash_s%d(h, &x->f%d[i], depth);", f->structure, i); break;
        case POINTER: line("    h = x->f%d ? HASH(h, *x->f%d) : mix(h, 3);", i, i); break;
        case STRUCT_POINTER: line("    h = hash_s%d(h, x->f%d, depth - 1);", f->structure, i); break;
        case SELF: line("    h = mix(h, x->f%d == x);\n    if (x->f%d != x)\n        h = hash_s%d(h, x->f%d, depth - 1);", i, i, s, i); break;
        case STRING:
        case CONST_STRING: line("    h = hash_string(h, x->f%d);", i); break;
        case COUNTED: line("    for (unsigned i = 0; x->f%d && i < x->n%d * 2u + 1; i++)\n        h = HASH(h, x->f%d[i]);", i, i, i); break;
        case COUNTED_STRUCTS: line("    for (int i = 0; i < x->n%d; i++)\n        h = hash_s%d(h, &x->f%d[i], depth - 1);", i, f->structure, i); break;
        case STRINGS:
            line("    for (size_t i = 0; i < x->n%d; i++)\n        h = mix(hash_string(h, x->f%d[i]), i && x->f%d[i] == x->f%d[i - 1]);", i, i, i, i);
            break;
        case ARGV: line("    for (size_t i = 0; x->f%d[i]; i++)\n        h = hash_string(h, x->f%d[i]);", i, i); break;
        case TAGGED:
            line("    h = mix(h, (uint64_t)x->n%d);\n    if (x->n%d == 0)\n        h = HASH(h, x->a%d);", i, i, i);
            line("    else if (x->n%d == 1)\n        h = hash_string(h, x->b%d);\n    else\n        h = mix(h, x->c%d == x);", i, i, i);
            break;
        case ROWS:
            line("    for (unsigned i = 0; i < x->n%d; i++)\n        for (unsigned j = 0; j < x->m%d; j++)\n            h = HASH(h, x->f%d[i][j]);", i, i, i);
            break;
        case SKIPPED: break;
        case KINDS: break;
        }
    }
    line("    return h;\n}");
}

static void change_struct(int s)
{
    line("static void change_s%d(struct s%d *x, uint64_t *r, int depth)\n{\n    if (!x || depth < 0)\n        return;\n    (void)r;", s, s);
    for (int i = 0; i < n_fields[s]; i++) {
        const struct field *f = &structs[s][i];
        line("    if (next(r) %% 3)");
        switch (f->kind) {
        case SCALAR: line("        x->f%d = MAKE(%s, r);", i, f->scalar); break;
        case BITS: line("        x->f%d = next(r) & 31, x->g%d = (int)(next(r) %% 900) - 450;", i, i); break;
        case ARRAY: line("        x->f%d[next(r) %% 3] = MAKE(%s, r);", i, f->scalar); break;
        case MATRIX_FIELD: line("        x->f%d[next(r) %% 2][next(r) %% 3] = MAKE(%s, r);", i, f->scalar); break;
        case EMBEDDED: line("        change_s%d(&x->f%d, r, depth);", f->structure, i); break;
        case EMBEDDED_ARRAY: line("        change_s%d(&x->f%d[next(r) %% 2], r, depth);", f->structure, i); break;
        case POINTER:
            line("        switch (next(r) %% 3) {\n        case 0:\n            x->f%d = NULL;\n            break;", i);
            line("        case 1:\n            x->f%d = malloc(sizeof *x->f%d);\n            *x->f%d = MAKE(%s, r);\n            break;", i, i, i, f->scalar);
            line("        default:\n            if (x->f%d)\n                *x->f%d = MAKE(%s, r);\n        }", i, i, f->scalar);
            break;
        case STRUCT_POINTER:
        case SELF:
            line("        switch (next(r) %% 4) {\n        case 0:\n            x->f%d = NULL;\n            break;", i);
            line("        case 1:\n            x->f%d = malloc(sizeof *x->f%d);\n            make_s%d(x->f%d, r, 1);\n            break;", i, i,
                 f->kind == SELF ? s : f->structure, i);
            line("        default:");
            if (f->kind == SELF)
                line("            if (x->f%d != x)", i);
            line("            change_s%d(x->f%d, r, depth - 1);\n        }", f->kind == SELF ? s : f->structure, i);
            break;
        case STRING: line("    {\n        if (next(r) %% 2)\n            change_string(x->f%d, r);\n        else\n            x->f%d = make_string(r);\n    }", i, i); break;
        case CONST_STRING: line("        x->f%d = make_string(r);", i); break;
        case COUNTED:
            line("    {\n        x->n%d = (unsigned char)(next(r) %% 5);\n        x->f%d = malloc((x->n%d * 2u + 1) * sizeof *x->f%d);", i, i, i, i);
            line("        for (unsigned i = 0; i < x->n%d * 2u + 1; i++)\n            x->f%d[i] = MAKE(%s, r);\n    }", i, i, f->scalar);
            break;
        case COUNTED_STRUCTS: line("        if (x->n%d > 0)\n            change_s%d(&x->f%d[next(r) %% (unsigned)x->n%d], r, depth - 1);", i, f->structure, i, i); break;
        case STRINGS: line("        if (x->n%d > 0)\n            x->f%d[next(r) %% x->n%d] = make_string(r);", i, i, i); break;
        case ARGV: line("        if (x->f%d[0])\n            change_string(x->f%d[0], r);", i, i); break;
        case TAGGED: line("    {\n        x->n%d = 1;\n        x->b%d = make_string(r);\n    }", i, i); break;
        case ROWS:
            line("        if (x->n%d > 0 && x->m%d > 0) {\n            double *row = malloc(x->m%d * sizeof(double));", i, i, i);
            line("            for (unsigned j = 0; j < x->m%d; j++)\n                row[j] = MAKE(double, r);\n            x->f%d[next(r) %% x->n%d] = row;\n        }", i, i, i);
            break;
        case SKIPPED: line("        x->f%d = NULL;", i); break;
        case KINDS: break;
        }
    }
    line("}");
}

/* ---- Functions ---- */

enum parameter_kind { P_SCALAR, P_STRUCT, P_POINTER, P_CONST_POINTER, P_ARRAY, P_CONST_ARRAY, P_OUT_ARRAY, P_STRING, P_CONST_STRING, P_OUT_BLOCK, P_KINDS };
enum result_kind { R_VOID, R_SCALAR, R_STRUCT, R_POINTER, R_STRING, R_PARAMETER, R_KINDS };

struct parameter {
    enum parameter_kind kind;
    const char *scalar;
    int structure;
    int count; /* of an array: number of the parameter that counts it */
};

static void declare_parameters(const struct parameter *p, int n)
{
    for (int i = 0; i < n; i++) {
        switch (p[i].kind) {
        case P_SCALAR: printf("%s p%d", p[i].scalar, i); break;
        case P_STRUCT: printf("struct s%d p%d", p[i].structure, i); break;
        case P_POINTER: printf("struct s%d *p%d", p[i].structure, i); break;
        case P_CONST_POINTER: printf("const struct s%d *p%d", p[i].structure, i); break;
        case P_ARRAY: printf("size_t n%d, %s p%d[n%d]", i, p[i].scalar, i, i); break;
        case P_CONST_ARRAY: printf("const %s *p%d HYPE_COUNTED_BY(n%d + 1), int n%d", p[i].scalar, i, i, i); break;
        case P_OUT_ARRAY: printf("unsigned n%d, HYPE_OUT %s p%d[n%d]", i, p[i].scalar, i, i); break;
        case P_STRING: printf("char *p%d", i); break;
        case P_CONST_STRING: printf("const char *p%d", i); break;
        case P_OUT_BLOCK: printf("HYPE_OUT %s *HYPE_COUNTED_BY(*n%d) *HYPE_OUT p%d, HYPE_OUT size_t *n%d", p[i].scalar, i, i, i); break;
        case P_KINDS: break;
        }
        printf(", ");
    }
    printf("HYPE_OUT uint64_t *seen)");
}

static void hash_parameters(const struct parameter *p, int n, const char *prefix, int after)
{
    for (int i = 0; i < n; i++) {
        const char *x = prefix;
        switch (p[i].kind) {
        case P_SCALAR: line("    h = HASH(h, %sp%d);", x, i); break;
        case P_STRUCT: line("    h = hash_s%d(h, &%sp%d, 5);", p[i].structure, x, i); break;
        case P_POINTER:
        case P_CONST_POINTER: line("    h = hash_s%d(h, %sp%d, 5);", p[i].structure, x, i); break;
        case P_ARRAY: line("    for (size_t i = 0; i < %sn%d; i++)\n        h = HASH(h, %sp%d[i]);", x, i, x, i); break;
        case P_CONST_ARRAY: line("    for (int i = 0; i < %sn%d + 1; i++)\n        h = HASH(h, %sp%d[i]);", x, i, x, i); break;
        case P_OUT_ARRAY:
            if (after)
                line("    for (unsigned i = 0; i < %sn%d; i++)\n        h = HASH(h, %sp%d[i]);", x, i, x, i);
            break;
        case P_STRING:
        case P_CONST_STRING: line("    h = hash_string(h, %sp%d);", x, i); break;
        case P_OUT_BLOCK:
            if (after)
                line("    for (size_t i = 0; i < %sn%d; i++)\n        h = HASH(h, %sp%d[i]);", x, i, x, i);
            break;
        case P_KINDS: break;
        }
        for (int j = 0; j < i; j++)
            if (p[i].kind == P_POINTER && p[j].kind == P_POINTER && p[i].structure == p[j].structure)
                line("    h = mix(h, %sp%d == %sp%d);", x, i, x, j);
    }
}

static void function_body(const struct parameter *p, int n, enum result_kind result, const char *scalar_result, int s)
{
    line("{\n    uint64_t h = 1, state, *r = &state;");
    hash_parameters(p, n, "", 0);
    line("    *seen = state = h;");
    for (int i = 0; i < n; i++)
        switch (p[i].kind) {
        case P_POINTER: line("    change_s%d(p%d, r, 4);", p[i].structure, i); break;
        case P_STRUCT: line("    change_s%d(&p%d, r, 4);", p[i].structure, i); break;
        case P_ARRAY: line("    if (n%d > 0)\n        p%d[next(r) %% n%d] = MAKE(%s, r);", i, i, i, p[i].scalar); break;
        case P_OUT_ARRAY: line("    for (unsigned i = 0; i < n%d; i++)\n        p%d[i] = MAKE(%s, r);", i, i, p[i].scalar); break;
        case P_STRING: line("    change_string(p%d, r);", i); break;
        case P_OUT_BLOCK:
            line("    *n%d = next(r) %% 9;\n    *p%d = malloc(*n%d * sizeof **p%d + 1);", i, i, i, i);
            line("    for (size_t i = 0; i < *n%d; i++)\n        (*p%d)[i] = MAKE(%s, r);", i, i, p[i].scalar);
            break;
        default: break;
        }
    switch (result) {
    case R_VOID: break;
    case R_SCALAR: line("    return MAKE(%s, r);", scalar_result); break;
    case R_STRUCT: line("    struct s%d *x = malloc(sizeof *x);\n    make_s%d(x, r, 2);\n    return *x;", s, s); break;
    case R_POINTER: line("    struct s%d *x = malloc(sizeof *x);\n    make_s%d(x, r, 2);\n    return x;", s, s); break;
    case R_STRING: line("    return make_string(r);"); break;
    case R_PARAMETER: line("    return p%d;", s); break;
    case R_KINDS: break;
    }
    line("}");
}

static void result_type(enum result_kind result, const char *scalar_result, int s, const struct parameter *p)
{
    switch (result) {
    case R_VOID: printf("void"); break;
    case R_SCALAR: printf("%s", scalar_result); break;
    case R_STRUCT: printf("struct s%d", s); break;
    case R_POINTER: printf("struct s%d *", s); break;
    case R_STRING: printf("char *"); break;
    case R_PARAMETER: printf("struct s%d *", p[s].structure); break;
    case R_KINDS: break;
    }
}

/* Equal arguments twice, a call of each kind, and the comparison. */
static void check(int number, const struct parameter *p, int n, enum result_kind result, const char *scalar_result, int s)
{
    line("struct a%d {", number);
    for (int i = 0; i < n; i++)
        switch (p[i].kind) {
        case P_SCALAR: line("    %s p%d;", p[i].scalar, i); break;
        case P_STRUCT: line("    struct s%d p%d;", p[i].structure, i); break;
        case P_POINTER:
        case P_CONST_POINTER: line("    struct s%d *p%d;", p[i].structure, i); break;
        case P_ARRAY: line("    size_t n%d;\n    %s *p%d;", i, p[i].scalar, i); break;
        case P_CONST_ARRAY: line("    int n%d;\n    %s *p%d;", i, p[i].scalar, i); break;
        case P_OUT_ARRAY: line("    unsigned n%d;\n    %s *p%d;", i, p[i].scalar, i); break;
        case P_STRING:
        case P_CONST_STRING: line("    char *p%d;", i); break;
        case P_OUT_BLOCK: line("    size_t n%d;\n    %s *p%d;", i, p[i].scalar, i); break;
        case P_KINDS: break;
        }
    line("    uint64_t seen;\n};\nstatic void make_a%d(struct a%d *a, uint64_t seed)\n{\n    uint64_t *r = &seed;\n    memset(a, 0, sizeof *a);", number, number);
    for (int i = 0; i < n; i++) {
        switch (p[i].kind) {
        case P_SCALAR: line("    a->p%d = MAKE(%s, r);", i, p[i].scalar); break;
        case P_STRUCT: line("    make_s%d(&a->p%d, r, 3);", p[i].structure, i); break;
        case P_POINTER:
        case P_CONST_POINTER: {
            int same = -1;
            for (int j = 0; j < i; j++)
                if ((p[j].kind == P_POINTER || p[j].kind == P_CONST_POINTER) && p[j].structure == p[i].structure)
                    same = j;
            line("    if (next(r) %% 6) {\n        a->p%d = malloc(sizeof *a->p%d);\n        make_s%d(a->p%d, r, 3);\n    }", i, i, p[i].structure, i);
            if (same >= 0)
                line("    if (next(r) %% 2)\n        a->p%d = a->p%d;", i, same);
            break;
        }
        case P_ARRAY:
        case P_OUT_ARRAY:
            line("    a->n%d = (unsigned)(next(r) %% 40);\n    a->p%d = malloc(a->n%d * sizeof *a->p%d + 1);", i, i, i, i);
            line("    for (size_t i = 0; i < a->n%d; i++)\n        a->p%d[i] = MAKE(%s, r);", i, i, p[i].scalar);
            break;
        case P_CONST_ARRAY:
            line("    a->n%d = (int)(next(r) %% 40) - 1;\n    a->p%d = malloc((size_t)(a->n%d + 1) * sizeof *a->p%d + 1);", i, i, i, i);
            line("    for (int i = 0; i < a->n%d + 1; i++)\n        a->p%d[i] = MAKE(%s, r);", i, i, p[i].scalar);
            break;
        case P_STRING:
        case P_CONST_STRING: line("    a->p%d = next(r) %% 5 ? make_string(r) : NULL;", i); break;
        case P_OUT_BLOCK: break;
        case P_KINDS: break;
        }
    }
    line("}\nstatic int check_%d(uint64_t seed)\n{\n    struct a%d here, there;\n    uint64_t h;", number, number);
    if (result != R_VOID) {
        printf("    ");
        result_type(result, scalar_result, s, p);
        printf(" x");
        line(";\n    ");
        printf("    ");
        result_type(result, scalar_result, s, p);
        line(" y;");
    }
    line("    make_a%d(&here, seed);\n    make_a%d(&there, seed);", number, number);
    for (int side = 0; side < 2; side++) {
        const char *who = side ? "there" : "here";
        if (side)
            printf("    if (hype_call(%s, f%d, ", result == R_VOID ? "NULL" : "&y", number);
        else
            printf("    %sf%d(", result == R_VOID ? "" : "x = ", number);
        for (int i = 0; i < n; i++) {
            if (p[i].kind == P_ARRAY || p[i].kind == P_OUT_ARRAY)
                printf("%s.n%d, %s.p%d, ", who, i, who, i);
            else if (p[i].kind == P_CONST_ARRAY)
                printf("%s.p%d, %s.n%d, ", who, i, who, i);
            else if (p[i].kind == P_OUT_BLOCK)
                printf("&%s.p%d, &%s.n%d, ", who, i, who, i);
            else
                printf("%s.p%d, ", who, i);
        }
        line("&%s.seen)%s", who, side ? " < 0) {" : ";");
    }
    line("        fprintf(stderr, \"f%d: \");\n        hype_perror(\"call\");\n        return 1;\n    }", number);
    line("    if (here.seen != there.seen) {\n        fprintf(stderr, \"f%d: saw other arguments there\\n\");\n        return 1;\n    }", number);
    line("    uint64_t sums[2];\n    for (int side = 0; side < 2; side++) {\n        struct a%d *a = side ? &there : &here;\n        h = 1;", number);
    hash_parameters(p, n, "a->", 1);
    switch (result) {
    case R_VOID: break;
    case R_SCALAR: line("    h = side ? HASH(h, y) : HASH(h, x);"); break;
    case R_STRUCT: line("    h = hash_s%d(h, side ? &y : &x, 5);", s); break;
    case R_POINTER: line("    h = hash_s%d(h, side ? y : x, 5);", s); break;
    case R_STRING: line("    h = hash_string(h, side ? y : x);"); break;
    case R_PARAMETER: line("    h = mix(h, (side ? y : x) == a->p%d);", s); break;
    case R_KINDS: break;
    }
    line("        sums[side] = h;\n    }");
    line("    if (sums[0] != sums[1])\n        fprintf(stderr, \"f%d: left other values there\\n\");", number);
    line("    return sums[0] != sums[1];\n}");
}

static void function(int number)
{
    struct parameter p[PARAMETERS];
    int n = (int)next(PARAMETERS), s = (int)next(STRUCTS);
    enum result_kind result = (enum result_kind)next(R_KINDS);
    const char *scalar_result = scalar();
    for (int i = 0; i < n; i++)
        p[i] = (struct parameter){(enum parameter_kind)next(P_KINDS), scalar(), (int)next(STRUCTS), 0};
    if (result == R_PARAMETER) {
        s = -1;
        for (int i = 0; i < n; i++)
            if (p[i].kind == P_POINTER)
                s = i;
        if (s < 0)
            result = R_VOID;
    }
    printf("HYPE_FN ");
    result_type(result, scalar_result, s, p);
    printf(" f%d(", number);
    declare_parameters(p, n);
    putchar('\n');
    function_body(p, n, result, scalar_result, s);
    check(number, p, n, result, scalar_result, s);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: generate SEED FUNCTIONS\n");
        return 2;
    }
    state = strtoull(argv[1], NULL, 10) * 1000003;
    int functions = atoi(argv[2]);
    printf("/* seed %s, %d functions */\n", argv[1], functions);
    prologue();
    for (int s = 0; s < STRUCTS; s++) {
        n_fields[s] = 1 + (int)next(FIELDS);
        for (int i = 0; i < n_fields[s]; i++) {
            enum kind kind = s == 0 && next(2) ? SCALAR : (enum kind)next(KINDS);
            if (s == 0 && (kind == EMBEDDED || kind == EMBEDDED_ARRAY || kind == STRUCT_POINTER || kind == COUNTED_STRUCTS))
                kind = ARRAY;
            structs[s][i] = (struct field){kind, scalar(), s > 0 ? (int)next((unsigned)s) : 0};
        }
        define(s);
        make_struct(s);
        hash_struct(s);
        change_struct(s);
    }
    for (int i = 0; i < functions; i++)
        function(i);
    line("int main(void)\n{\n    int failed = 0;");
    for (int i = 0; i < functions; i++)
        line("    for (uint64_t seed = 1; seed <= 2; seed++)\n        failed += check_%d(seed * 7919 + %d);", i, i);
    line("    printf(\"%%d functions, %%d calls, %%d differ\\n\", %d, 2 * %d, failed);\n    return failed != 0;\n}", functions, functions);
    return 0;
}
