 #pragma GCC diagnostic ignored "-Waggregate-return"
 #pragma GCC diagnostic ignored "-Wc++-compat"
 #pragma GCC diagnostic ignored "-Wdeprecated-declarations"
 #pragma GCC diagnostic ignored "-Wlong-long"
 #pragma GCC diagnostic ignored "-Wpadded"
 #pragma GCC diagnostic ignored "-Wvla"
#ifdef __clang__
 #pragma GCC diagnostic ignored "-Wunknown-warning-option"
 #pragma GCC diagnostic ignored "-Watomic-implicit-seq-cst"
 #pragma GCC diagnostic ignored "-Wc++98-compat"
 #pragma GCC diagnostic ignored "-Wcast-function-type-strict"
 #pragma GCC diagnostic ignored "-Wincompatible-function-pointer-types-strict"
 #pragma GCC diagnostic ignored "-Wpragma-pack-suspicious-include"
 #pragma GCC diagnostic ignored "-Wpre-c11-compat"
#else
 #pragma GCC diagnostic ignored "-Wc90-c99-compat"
 #pragma GCC diagnostic ignored "-Wc99-c11-compat"
 #pragma GCC diagnostic ignored "-Wframe-larger-than="
 #pragma GCC diagnostic ignored "-Wlarger-than="
 #pragma GCC diagnostic ignored "-Wstack-usage="
 #pragma GCC diagnostic ignored "-Wtraditional"
 #pragma GCC diagnostic ignored "-Wtraditional-conversion"
#endif
#include <hype/generated.h>

static struct hype_unit hype_unit_;

struct hype_frame_inner {
    size_t *n;
    double **out;
};

struct hype_frame_outer {
    size_t n;
    double **rows;
};

struct hype_frame_both {
    size_t n;
    size_t m;
    double **rows;
};

struct hype_frame_before {
    size_t n;
    double *const *rows;
};

struct hype_frame_three {
    size_t n;
    char ***lists;
};

struct hype_frame_array {
    size_t n;
    size_t m;
    double **rows;
};

struct hype_frame_unnamed {
    size_t n;
    double **x;
};

struct hype_frame_result {
    size_t *n;
    double **hype_result;
};

struct hype_frame_in_struct {
    struct matrix *matrix;
};

typedef __typeof__((*(*(struct matrix *)0).anonymous)) hype_type_22;

/* the call of inner */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_inner, n), .repeat = 1,
     .name = "n"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_OUT, .type = 3,
     .offset = __builtin_offsetof(struct hype_frame_inner, out), .repeat = 1,
     .name = "out"},
};

/* out[] of double *: *n */
static int64_t hype_count_3_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_inner *const hype_self = hype_context;

    (void)hype_owner;
    if (!hype_self->n)
        return 0;
    return hype_number_count(HYPE_NUMBER(*hype_self->n));
}

/* double * */
static const struct hype_field hype_fields_3[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = 0, .repeat = 1, .count = hype_count_3_0,
     .name = "out[]"},
};

/* rows of the call of outer: n */
static int64_t hype_count_5_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_outer *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* the call of outer */
static const struct hype_field hype_fields_5[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 6,
     .offset = __builtin_offsetof(struct hype_frame_outer, rows), .repeat = 1, .count = hype_count_5_0,
     .name = "rows"},
};

/* double * */
static const struct hype_field hype_fields_6[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = 0, .repeat = 1,
     .name = "[]"},
};

/* rows of the call of both: n */
static int64_t hype_count_7_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_both *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* the call of both */
static const struct hype_field hype_fields_7[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 8,
     .offset = __builtin_offsetof(struct hype_frame_both, rows), .repeat = 1, .count = hype_count_7_0,
     .name = "rows"},
};

/* rows[] of double *: m */
static int64_t hype_count_8_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_both *const hype_self = hype_context;

    (void)hype_owner;
    return hype_number_count(HYPE_NUMBER(hype_self->m));
}

/* double * */
static const struct hype_field hype_fields_8[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = 0, .repeat = 1, .count = hype_count_8_0,
     .name = "rows[]"},
};

/* rows of the call of before: n */
static int64_t hype_count_9_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_before *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* the call of before */
static const struct hype_field hype_fields_9[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 6,
     .offset = __builtin_offsetof(struct hype_frame_before, rows), .repeat = 1, .count = hype_count_9_0,
     .name = "rows"},
};

/* lists of the call of three: n */
static int64_t hype_count_10_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_three *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* the call of three */
static const struct hype_field hype_fields_10[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 11,
     .offset = __builtin_offsetof(struct hype_frame_three, lists), .repeat = 1, .count = hype_count_10_0,
     .name = "lists"},
};

/* char ** */
static const struct hype_field hype_fields_11[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 12,
     .offset = 0, .repeat = 1,
     .name = "lists[]"},
};

/* char * */
static const struct hype_field hype_fields_12[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = 0, .repeat = 1,
     .name = "lists[][]"},
};

/* rows of the call of array: n */
static int64_t hype_count_13_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_array *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* the call of array */
static const struct hype_field hype_fields_13[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 14,
     .offset = __builtin_offsetof(struct hype_frame_array, rows), .repeat = 1, .count = hype_count_13_0,
     .name = "rows"},
};

/* rows[] of double *: 2 * m */
static int64_t hype_count_14_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_array *const hype_self = hype_context;

    (void)hype_owner;
    return hype_number_count(hype_number_multiply(hype_number_signed(2), HYPE_NUMBER(hype_self->m)));
}

/* double * */
static const struct hype_field hype_fields_14[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = 0, .repeat = 1, .count = hype_count_14_0,
     .name = "rows[]"},
};

/* the call of unnamed */
static const struct hype_field hype_fields_15[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 16,
     .offset = __builtin_offsetof(struct hype_frame_unnamed, x), .repeat = 1,
     .name = "x"},
};

/* x[] of double *: n */
static int64_t hype_count_16_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_unnamed *const hype_self = hype_context;

    (void)hype_owner;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* double * */
static const struct hype_field hype_fields_16[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = 0, .repeat = 1, .count = hype_count_16_0,
     .name = "x[]"},
};

/* the call of result */
static const struct hype_field hype_fields_17[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_result, n), .repeat = 1,
     .name = "n"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_OUT, .type = 18,
     .offset = __builtin_offsetof(struct hype_frame_result, hype_result), .repeat = 1,
     .name = "result"},
};

/* result[] of double *: *n */
static int64_t hype_count_18_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_result *const hype_self = hype_context;

    (void)hype_owner;
    if (!hype_self->n)
        return 0;
    return hype_number_count(HYPE_NUMBER(*hype_self->n));
}

/* double * */
static const struct hype_field hype_fields_18[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = 0, .repeat = 1, .count = hype_count_18_0,
     .name = "result[]"},
};

/* the call of in_struct */
static const struct hype_field hype_fields_19[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 20,
     .offset = __builtin_offsetof(struct hype_frame_in_struct, matrix), .repeat = 1,
     .name = "matrix"},
};

/* rows of struct matrix: n */
static int64_t hype_count_20_0(const void *hype_owner, const void *hype_context)
{
    const struct matrix *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* flat of struct matrix: n * m */
static int64_t hype_count_20_1(const void *hype_owner, const void *hype_context)
{
    const struct matrix *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_multiply(HYPE_NUMBER(hype_self->n), HYPE_NUMBER(hype_self->m)));
}

/* anonymous of struct matrix: m */
static int64_t hype_count_20_3(const void *hype_owner, const void *hype_context)
{
    const struct matrix *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->m));
}

/* struct matrix */
static const struct hype_field hype_fields_20[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 21,
     .offset = __builtin_offsetof(struct matrix, rows), .repeat = 1, .count = hype_count_20_0,
     .name = "rows"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct matrix, flat), .repeat = 1, .count = hype_count_20_1,
     .name = "flat"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct matrix, one), .repeat = 1,
     .name = "one"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 22,
     .offset = __builtin_offsetof(struct matrix, anonymous), .repeat = 1, .count = hype_count_20_3,
     .name = "anonymous"},
};

/* rows[] of double *: m */
static int64_t hype_count_21_0(const void *hype_owner, const void *hype_context)
{
    const struct matrix *const hype_self = hype_context;

    (void)hype_owner;
    return hype_number_count(HYPE_NUMBER(hype_self->m));
}

/* double * */
static const struct hype_field hype_fields_21[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = 0, .repeat = 1, .count = hype_count_21_0,
     .name = "rows[]"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of inner",
     .size = sizeof(struct hype_frame_inner),
     .alignment = __extension__ _Alignof(struct hype_frame_inner),
     .n_fields = 2, .fields = hype_fields_1},
    /* 2 */
    {.name = "unsigned long",
     .size = sizeof(unsigned long),
     .alignment = __extension__ _Alignof(unsigned long)},
    /* 3 */
    {.name = "double *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .flags = HYPE_TYPE_CONTEXT,
     .n_fields = 1, .fields = hype_fields_3},
    /* 4 */
    {.name = "double",
     .size = sizeof(double),
     .alignment = __extension__ _Alignof(double)},
    /* 5 */
    {.name = "the call of outer",
     .size = sizeof(struct hype_frame_outer),
     .alignment = __extension__ _Alignof(struct hype_frame_outer),
     .n_fields = 1, .fields = hype_fields_5},
    /* 6 */
    {.name = "double *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_6},
    /* 7 */
    {.name = "the call of both",
     .size = sizeof(struct hype_frame_both),
     .alignment = __extension__ _Alignof(struct hype_frame_both),
     .n_fields = 1, .fields = hype_fields_7},
    /* 8 */
    {.name = "double *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .flags = HYPE_TYPE_CONTEXT,
     .n_fields = 1, .fields = hype_fields_8},
    /* 9 */
    {.name = "the call of before",
     .size = sizeof(struct hype_frame_before),
     .alignment = __extension__ _Alignof(struct hype_frame_before),
     .n_fields = 1, .fields = hype_fields_9},
    /* 10 */
    {.name = "the call of three",
     .size = sizeof(struct hype_frame_three),
     .alignment = __extension__ _Alignof(struct hype_frame_three),
     .n_fields = 1, .fields = hype_fields_10},
    /* 11 */
    {.name = "char **",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_11},
    /* 12 */
    {.name = "char *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_12},
    /* 13 */
    {.name = "the call of array",
     .size = sizeof(struct hype_frame_array),
     .alignment = __extension__ _Alignof(struct hype_frame_array),
     .n_fields = 1, .fields = hype_fields_13},
    /* 14 */
    {.name = "double *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .flags = HYPE_TYPE_CONTEXT,
     .n_fields = 1, .fields = hype_fields_14},
    /* 15 */
    {.name = "the call of unnamed",
     .size = sizeof(struct hype_frame_unnamed),
     .alignment = __extension__ _Alignof(struct hype_frame_unnamed),
     .n_fields = 1, .fields = hype_fields_15},
    /* 16 */
    {.name = "double *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .flags = HYPE_TYPE_CONTEXT,
     .n_fields = 1, .fields = hype_fields_16},
    /* 17 */
    {.name = "the call of result",
     .size = sizeof(struct hype_frame_result),
     .alignment = __extension__ _Alignof(struct hype_frame_result),
     .n_fields = 2, .fields = hype_fields_17},
    /* 18 */
    {.name = "double *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .flags = HYPE_TYPE_CONTEXT,
     .n_fields = 1, .fields = hype_fields_18},
    /* 19 */
    {.name = "the call of in_struct",
     .size = sizeof(struct hype_frame_in_struct),
     .alignment = __extension__ _Alignof(struct hype_frame_in_struct),
     .n_fields = 1, .fields = hype_fields_19},
    /* 20 */
    {.name = "struct matrix",
     .size = sizeof(struct matrix),
     .alignment = __extension__ _Alignof(struct matrix),
     .n_fields = 4, .fields = hype_fields_20},
    /* 21 */
    {.name = "double *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .flags = HYPE_TYPE_CONTEXT,
     .n_fields = 1, .fields = hype_fields_21},
    /* 22 */
    {.name = "anonymous[]",
     .size = sizeof(hype_type_22),
     .alignment = __extension__ _Alignof(hype_type_22)},
};

static void hype_bind_inner(size_t *n, double **out)
{
    struct hype_frame_inner hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.n = n;
    hype_frame.out = out;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
}

static void hype_invoke_inner(void *hype_memory)
{
    struct hype_frame_inner *const hype_frame = hype_memory;

    inner(hype_frame->n, hype_frame->out);
}

static void hype_bind_outer(size_t n, double **rows)
{
    struct hype_frame_outer hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.n = n;
    hype_frame.rows = rows;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
}

static void hype_invoke_outer(void *hype_memory)
{
    struct hype_frame_outer *const hype_frame = hype_memory;

    outer(hype_frame->n, hype_frame->rows);
}

static void hype_bind_both(size_t n, size_t m, double **rows)
{
    struct hype_frame_both hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.n = n;
    hype_frame.m = m;
    hype_frame.rows = rows;
    hype_capture_frame(&hype_unit_, 2, &hype_frame);
}

static void hype_invoke_both(void *hype_memory)
{
    struct hype_frame_both *const hype_frame = hype_memory;

    both(hype_frame->n, hype_frame->m, hype_frame->rows);
}

static void hype_bind_before(size_t n, double *const *rows)
{
    struct hype_frame_before hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.n = n;
    hype_frame.rows = rows;
    hype_capture_frame(&hype_unit_, 3, &hype_frame);
}

static void hype_invoke_before(void *hype_memory)
{
    struct hype_frame_before *const hype_frame = hype_memory;

    before(hype_frame->n, hype_frame->rows);
}

static void hype_bind_three(size_t n, char ***lists)
{
    struct hype_frame_three hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.n = n;
    hype_frame.lists = lists;
    hype_capture_frame(&hype_unit_, 4, &hype_frame);
}

static void hype_invoke_three(void *hype_memory)
{
    struct hype_frame_three *const hype_frame = hype_memory;

    three(hype_frame->n, hype_frame->lists);
}

static void hype_bind_array(size_t n, size_t m, double **rows)
{
    struct hype_frame_array hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.n = n;
    hype_frame.m = m;
    hype_frame.rows = rows;
    hype_capture_frame(&hype_unit_, 5, &hype_frame);
}

static void hype_invoke_array(void *hype_memory)
{
    struct hype_frame_array *const hype_frame = hype_memory;

    array(hype_frame->n, hype_frame->m, hype_frame->rows);
}

static void hype_bind_unnamed(size_t n, double **x)
{
    struct hype_frame_unnamed hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.n = n;
    hype_frame.x = x;
    hype_capture_frame(&hype_unit_, 6, &hype_frame);
}

static void hype_invoke_unnamed(void *hype_memory)
{
    struct hype_frame_unnamed *const hype_frame = hype_memory;

    unnamed(hype_frame->n, hype_frame->x);
}

static double **hype_bind_result(size_t *n)
{
    struct hype_frame_result hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.n = n;
    hype_capture_frame(&hype_unit_, 7, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_result(void *hype_memory)
{
    struct hype_frame_result *const hype_frame = hype_memory;

    hype_frame->hype_result = result(hype_frame->n);
}

static void hype_bind_in_struct(struct matrix *matrix)
{
    struct hype_frame_in_struct hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.matrix = matrix;
    hype_capture_frame(&hype_unit_, 8, &hype_frame);
}

static void hype_invoke_in_struct(void *hype_memory)
{
    struct hype_frame_in_struct *const hype_frame = hype_memory;

    in_struct(hype_frame->matrix);
}

static const struct hype_entry hype_entries_[] = {
    {.name = "inner", .prototype = "void (unsigned long *, double **)",
     .signature = UINT64_C(0xfa7975d26b22eec0),
     .function = (hype_function)inner, .bind = (hype_function)hype_bind_inner,
     .invoke = hype_invoke_inner, .frame = 1,
     .result_offset = HYPE_NO_RESULT},
    {.name = "outer", .prototype = "void (unsigned long, double **)",
     .signature = UINT64_C(0x74b9b82f6fcc3f55),
     .function = (hype_function)outer, .bind = (hype_function)hype_bind_outer,
     .invoke = hype_invoke_outer, .frame = 5,
     .result_offset = HYPE_NO_RESULT},
    {.name = "both", .prototype = "void (unsigned long, unsigned long, double **)",
     .signature = UINT64_C(0x1866655356c04dcb),
     .function = (hype_function)both, .bind = (hype_function)hype_bind_both,
     .invoke = hype_invoke_both, .frame = 7,
     .result_offset = HYPE_NO_RESULT},
    {.name = "before", .prototype = "void (unsigned long, double *const *)",
     .signature = UINT64_C(0x74564ce3b6f10c2f),
     .function = (hype_function)before, .bind = (hype_function)hype_bind_before,
     .invoke = hype_invoke_before, .frame = 9,
     .result_offset = HYPE_NO_RESULT},
    {.name = "three", .prototype = "void (unsigned long, char ***)",
     .signature = UINT64_C(0xcfce0eacc8aa92ff),
     .function = (hype_function)three, .bind = (hype_function)hype_bind_three,
     .invoke = hype_invoke_three, .frame = 10,
     .result_offset = HYPE_NO_RESULT},
    {.name = "array", .prototype = "void (unsigned long, unsigned long, double **)",
     .signature = UINT64_C(0xc625cffdf83f9922),
     .function = (hype_function)array, .bind = (hype_function)hype_bind_array,
     .invoke = hype_invoke_array, .frame = 13,
     .result_offset = HYPE_NO_RESULT},
    {.name = "unnamed", .prototype = "void (unsigned long, double **)",
     .signature = UINT64_C(0x1a8691aeb6596c92),
     .function = (hype_function)unnamed, .bind = (hype_function)hype_bind_unnamed,
     .invoke = hype_invoke_unnamed, .frame = 15,
     .result_offset = HYPE_NO_RESULT},
    {.name = "result", .prototype = "double **(unsigned long *)",
     .signature = UINT64_C(0x80f838513a19fbbe),
     .function = (hype_function)result, .bind = (hype_function)hype_bind_result,
     .invoke = hype_invoke_result, .frame = 17,
     .result_offset = __builtin_offsetof(struct hype_frame_result, hype_result),
     .result_size = sizeof(((struct hype_frame_result *)0)->hype_result)},
    {.name = "in_struct", .prototype = "void (struct matrix *)",
     .signature = UINT64_C(0x0d7f37457a057389),
     .function = (hype_function)in_struct, .bind = (hype_function)hype_bind_in_struct,
     .invoke = hype_invoke_in_struct, .frame = 19,
     .result_offset = HYPE_NO_RESULT},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 23, .n_entries = 9,
                                      .types = hype_types_, .entries = hype_entries_};

/* hypecc defines it where it links a program or shared library; nobody else does. */
extern const struct hype_remote hype_remote_object __attribute__((weak, visibility("hidden")));

__attribute__((constructor)) static void hype_register_(void)
{
    hype_register_unit(&hype_unit_, &hype_remote_object);
}

__attribute__((destructor)) static void hype_unregister_(void)
{
    hype_unregister_unit(&hype_unit_);
}

/* By these the linker finds an entry that two units define. */
extern const char hype_entry_of_inner __attribute__((visibility("hidden")));
const char hype_entry_of_inner __attribute__((used)) = 0;
extern const char hype_entry_of_outer __attribute__((visibility("hidden")));
const char hype_entry_of_outer __attribute__((used)) = 0;
extern const char hype_entry_of_both __attribute__((visibility("hidden")));
const char hype_entry_of_both __attribute__((used)) = 0;
extern const char hype_entry_of_before __attribute__((visibility("hidden")));
const char hype_entry_of_before __attribute__((used)) = 0;
extern const char hype_entry_of_three __attribute__((visibility("hidden")));
const char hype_entry_of_three __attribute__((used)) = 0;
extern const char hype_entry_of_array __attribute__((visibility("hidden")));
const char hype_entry_of_array __attribute__((used)) = 0;
extern const char hype_entry_of_unnamed __attribute__((visibility("hidden")));
const char hype_entry_of_unnamed __attribute__((used)) = 0;
extern const char hype_entry_of_result __attribute__((visibility("hidden")));
const char hype_entry_of_result __attribute__((used)) = 0;
extern const char hype_entry_of_in_struct __attribute__((visibility("hidden")));
const char hype_entry_of_in_struct __attribute__((used)) = 0;
