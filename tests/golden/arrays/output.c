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

struct hype_frame_matrix {
    size_t n;
    size_t m;
    void *a;
    double (*b)[4];
    double *c;
    vector *d;
    int (*e)[5];
    char **f;
    const char *g;
    int (*h)[2];
    void *i;
    int (**j)(int);
    vector *k;
    double hype_result;
};

struct hype_frame_structs {
    struct arrays *arrays;
    struct arrays value;
};

typedef __typeof__((*(struct arrays *)0).pairs[0]) hype_type_8;

/* a of the call of matrix: n * m */
static int64_t hype_count_1_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_matrix *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_multiply(HYPE_NUMBER(hype_self->n), HYPE_NUMBER(hype_self->m)));
}

/* b of the call of matrix: 2 * 4 */
static int64_t hype_count_1_1(const void *hype_owner, const void *hype_context)
{
    (void)hype_owner;
    (void)hype_context;
    return hype_number_count(hype_number_multiply(hype_number_signed(2), hype_number_signed(4)));
}

/* c, d, j of the call of matrix: 3 */
static int64_t hype_count_1_2(const void *hype_owner, const void *hype_context)
{
    (void)hype_owner;
    (void)hype_context;
    return hype_number_count(hype_number_signed(3));
}

/* e of the call of matrix: 5 */
static int64_t hype_count_1_4(const void *hype_owner, const void *hype_context)
{
    (void)hype_owner;
    (void)hype_context;
    return hype_number_count(hype_number_signed(5));
}

/* f of the call of matrix: 2 */
static int64_t hype_count_1_5(const void *hype_owner, const void *hype_context)
{
    (void)hype_owner;
    (void)hype_context;
    return hype_number_count(hype_number_signed(2));
}

/* g of the call of matrix: n + 1 */
static int64_t hype_count_1_6(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_matrix *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_add(HYPE_NUMBER(hype_self->n), hype_number_signed(1)));
}

/* h of the call of matrix: m * 2 */
static int64_t hype_count_1_7(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_matrix *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_multiply(HYPE_NUMBER(hype_self->m), hype_number_signed(2)));
}

/* i of the call of matrix: m */
static int64_t hype_count_1_8(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_matrix *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->m));
}

/* k of the call of matrix: n * 3 */
static int64_t hype_count_1_10(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_matrix *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_multiply(HYPE_NUMBER(hype_self->n), hype_number_signed(3)));
}

/* the call of matrix */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_matrix, a), .repeat = 1, .count = hype_count_1_0,
     .name = "a"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_matrix, b), .repeat = 1, .count = hype_count_1_1,
     .name = "b"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_matrix, c), .repeat = 1, .count = hype_count_1_2,
     .name = "c"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_matrix, d), .repeat = 1, .count = hype_count_1_2,
     .name = "d"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 3,
     .offset = __builtin_offsetof(struct hype_frame_matrix, e), .repeat = 1, .count = hype_count_1_4,
     .name = "e"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct hype_frame_matrix, f), .repeat = 1, .count = hype_count_1_5,
     .name = "f"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_matrix, g), .repeat = 1, .count = hype_count_1_6,
     .name = "g"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 3,
     .offset = __builtin_offsetof(struct hype_frame_matrix, h), .repeat = 1, .count = hype_count_1_7,
     .name = "h"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_matrix, i), .repeat = 1, .count = hype_count_1_8,
     .name = "i"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 5,
     .offset = __builtin_offsetof(struct hype_frame_matrix, j), .repeat = 1, .count = hype_count_1_2,
     .name = "j"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_matrix, k), .repeat = 1, .count = hype_count_1_10,
     .name = "k"},
};

/* char * */
static const struct hype_field hype_fields_4[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = 0, .repeat = 1,
     .name = "[]"},
};

/* int (*)(int) */
static const struct hype_field hype_fields_5[] = {
    {.kind = HYPE_FIELD_FUNCTION, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = 0, .repeat = 1,
     .name = "[]", .prototype = "int (int)"},
};

/* the call of structs */
static const struct hype_field hype_fields_6[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 7,
     .offset = __builtin_offsetof(struct hype_frame_structs, arrays), .repeat = 1,
     .name = "arrays"},
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 7,
     .offset = __builtin_offsetof(struct hype_frame_structs, value), .repeat = 1,
     .name = "value"},
};

/* rows of struct arrays: n */
static int64_t hype_count_7_4(const void *hype_owner, const void *hype_context)
{
    const struct arrays *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* vectors of struct arrays: n * 3 */
static int64_t hype_count_7_5(const void *hype_owner, const void *hype_context)
{
    const struct arrays *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_multiply(HYPE_NUMBER(hype_self->n), hype_number_signed(3)));
}

/* struct arrays */
static const struct hype_field hype_fields_7[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct arrays, names), .repeat = 4,
     .name = "names"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct arrays, grid), .repeat = 6,
     .name = "grid"},
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 8,
     .offset = __builtin_offsetof(struct arrays, pairs), .repeat = 6,
     .name = "pairs"},
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 8,
     .offset = __builtin_offsetof(struct arrays, single), .repeat = 1,
     .name = "single"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct arrays, rows), .repeat = 2, .count = hype_count_7_4,
     .name = "rows"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct arrays, vectors), .repeat = 1, .count = hype_count_7_5,
     .name = "vectors"},
};

/* pairs */
static const struct hype_field hype_fields_8[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(hype_type_8, key), .repeat = 1,
     .name = "key"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of matrix",
     .size = sizeof(struct hype_frame_matrix),
     .alignment = __extension__ _Alignof(struct hype_frame_matrix),
     .n_fields = 11, .fields = hype_fields_1},
    /* 2 */
    {.name = "double",
     .size = sizeof(double),
     .alignment = __extension__ _Alignof(double)},
    /* 3 */
    {.name = "int",
     .size = sizeof(int),
     .alignment = __extension__ _Alignof(int)},
    /* 4 */
    {.name = "char *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_4},
    /* 5 */
    {.name = "int (*)(int)",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_5},
    /* 6 */
    {.name = "the call of structs",
     .size = sizeof(struct hype_frame_structs),
     .alignment = __extension__ _Alignof(struct hype_frame_structs),
     .n_fields = 2, .fields = hype_fields_6},
    /* 7 */
    {.name = "struct arrays",
     .size = sizeof(struct arrays),
     .alignment = __extension__ _Alignof(struct arrays),
     .n_fields = 6, .fields = hype_fields_7},
    /* 8 */
    {.name = "pairs",
     .size = sizeof(hype_type_8),
     .alignment = __extension__ _Alignof(hype_type_8),
     .n_fields = 1, .fields = hype_fields_8},
};

static double hype_bind_matrix(size_t n, size_t m, const double (*a)[m], double (*b)[4], double *c, vector *d, int (*e)[5], char **f, const char *g, int (*h)[2], double (*i)[m], int (**j)(int), vector *k)
{
    struct hype_frame_matrix hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.n = n;
    hype_frame.m = m;
    hype_frame.a = (void *)(__UINTPTR_TYPE__)a;
    hype_frame.b = b;
    hype_frame.c = c;
    hype_frame.d = d;
    hype_frame.e = e;
    hype_frame.f = f;
    hype_frame.g = g;
    hype_frame.h = h;
    hype_frame.i = (void *)(__UINTPTR_TYPE__)i;
    hype_frame.j = j;
    hype_frame.k = k;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_matrix(void *hype_memory)
{
    struct hype_frame_matrix *const hype_frame = hype_memory;

    hype_frame->hype_result = matrix(hype_frame->n, hype_frame->m, hype_frame->a, hype_frame->b, hype_frame->c, hype_frame->d, hype_frame->e, hype_frame->f, hype_frame->g, hype_frame->h, hype_frame->i, hype_frame->j, hype_frame->k);
}

static void hype_bind_structs(struct arrays *arrays, struct arrays value)
{
    struct hype_frame_structs hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.arrays = arrays;
    hype_frame.value = value;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
}

static void hype_invoke_structs(void *hype_memory)
{
    struct hype_frame_structs *const hype_frame = hype_memory;

    structs(hype_frame->arrays, hype_frame->value);
}

static const struct hype_entry hype_entries_[] = {
    {.name = "matrix", .prototype = "double (unsigned long, unsigned long, const double (*)[*], double (*)[4], double *, double (*)[3], int (*)[5], char **, const char *, int (*)[2], double (*)[*], int (**)(int), double (*)[3])",
     .signature = UINT64_C(0x0159585dc2f12783),
     .function = (hype_function)matrix, .bind = (hype_function)hype_bind_matrix,
     .invoke = hype_invoke_matrix, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_matrix, hype_result),
     .result_size = sizeof(((struct hype_frame_matrix *)0)->hype_result)},
    {.name = "structs", .prototype = "void (struct arrays *, struct arrays)",
     .signature = UINT64_C(0xe359674e4596338b),
     .function = (hype_function)structs, .bind = (hype_function)hype_bind_structs,
     .invoke = hype_invoke_structs, .frame = 6,
     .result_offset = HYPE_NO_RESULT},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 9, .n_entries = 2,
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
extern const char hype_entry_of_matrix __attribute__((visibility("hidden")));
const char hype_entry_of_matrix __attribute__((used)) = 0;
extern const char hype_entry_of_structs __attribute__((visibility("hidden")));
const char hype_entry_of_structs __attribute__((used)) = 0;
