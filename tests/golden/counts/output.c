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

struct hype_frame_paint {
    struct shape *shape;
    int hype_result;
};

struct hype_frame_copy {
    const void *from;
    void *to;
    const int *n;
    int hype_result;
};

struct hype_frame_sum {
    const struct size *size;
    const long *values;
    const struct size **indirect;
    const char *text;
    int hype_result;
};

/* the call of paint */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_paint, shape), .repeat = 1,
     .name = "shape"},
};

/* pixels of struct shape: size.width * size.height */
static int64_t hype_count_2_1(const void *hype_owner, const void *hype_context)
{
    const struct shape *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_multiply(HYPE_NUMBER(hype_self->size.width), HYPE_NUMBER(hype_self->size.height)));
}

/* parent_pixels of struct shape: (parent->width + 1) * parent->height / 2 - -1 */
static int64_t hype_count_2_2(const void *hype_owner, const void *hype_context)
{
    const struct shape *const hype_self = hype_owner;

    (void)hype_context;
    if (!hype_self->parent)
        return 0;
    return hype_number_count(hype_number_subtract(hype_number_divide(hype_number_multiply(hype_number_add(HYPE_NUMBER(hype_self->parent->width), hype_number_signed(1)), HYPE_NUMBER(hype_self->parent->height)), hype_number_signed(2)), hype_number_subtract(hype_number_signed(0), hype_number_signed(1))));
}

/* few of struct shape: bits + present */
static int64_t hype_count_2_3(const void *hype_owner, const void *hype_context)
{
    const struct shape *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_add(HYPE_NUMBER(hype_self->bits), HYPE_NUMBER(hype_self->present)));
}

/* constant of struct shape: WIDTH * height * LIMIT + 0x10u */
static int64_t hype_count_2_4(const void *hype_owner, const void *hype_context)
{
    (void)hype_owner;
    (void)hype_context;
    return hype_number_count(hype_number_add(hype_number_multiply(hype_number_multiply(HYPE_NUMBER(WIDTH), HYPE_NUMBER(height)), HYPE_NUMBER(LIMIT)), HYPE_NUMBER(0x10u)));
}

/* bytes of struct shape: size.width * sizeof(double) / sizeof(int) */
static int64_t hype_count_2_5(const void *hype_owner, const void *hype_context)
{
    const struct shape *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_divide(hype_number_multiply(HYPE_NUMBER(hype_self->size.width), hype_number_unsigned(sizeof(double))), hype_number_unsigned(sizeof(int))));
}

/* raw of struct shape: WIDTH */
static int64_t hype_count_2_6(const void *hype_owner, const void *hype_context)
{
    (void)hype_owner;
    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(WIDTH));
}

/* octets of struct shape: size.width / sizeof(unsigned char) */
static int64_t hype_count_2_7(const void *hype_owner, const void *hype_context)
{
    const struct shape *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_divide(HYPE_NUMBER(hype_self->size.width), hype_number_unsigned(sizeof(unsigned char))));
}

/* struct shape */
static const struct hype_field hype_fields_2[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 3,
     .offset = __builtin_offsetof(struct shape, parent), .repeat = 1,
     .name = "parent"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct shape, pixels), .repeat = 1, .count = hype_count_2_1,
     .name = "pixels"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct shape, parent_pixels), .repeat = 1, .count = hype_count_2_2,
     .name = "parent_pixels"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct shape, few), .repeat = 1, .count = hype_count_2_3,
     .name = "few"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct shape, constant), .repeat = 1, .count = hype_count_2_4,
     .name = "constant"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 5,
     .offset = __builtin_offsetof(struct shape, bytes), .repeat = 1, .count = hype_count_2_5,
     .name = "bytes"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct shape, raw), .repeat = 1, .count = hype_count_2_6,
     .name = "raw"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 6,
     .offset = __builtin_offsetof(struct shape, octets), .repeat = 1, .count = hype_count_2_7,
     .name = "octets"},
};

/* from, to of the call of copy: *n */
static int64_t hype_count_7_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_copy *const hype_self = hype_owner;

    (void)hype_context;
    if (!hype_self->n)
        return 0;
    return hype_number_count(HYPE_NUMBER(*hype_self->n));
}

/* the call of copy */
static const struct hype_field hype_fields_7[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_copy, from), .repeat = 1, .count = hype_count_7_0,
     .name = "from"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_OUT, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_copy, to), .repeat = 1, .count = hype_count_7_0,
     .name = "to"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 5,
     .offset = __builtin_offsetof(struct hype_frame_copy, n), .repeat = 1,
     .name = "n"},
};

/* values of the call of sum: size->width - (size->height - 1) */
static int64_t hype_count_8_1(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_sum *const hype_self = hype_owner;

    (void)hype_context;
    if (!hype_self->size)
        return 0;
    return hype_number_count(hype_number_subtract(HYPE_NUMBER(hype_self->size->width), hype_number_subtract(HYPE_NUMBER(hype_self->size->height), hype_number_signed(1))));
}

/* text of the call of sum: 8 */
static int64_t hype_count_8_3(const void *hype_owner, const void *hype_context)
{
    (void)hype_owner;
    (void)hype_context;
    return hype_number_count(hype_number_signed(8));
}

/* the call of sum */
static const struct hype_field hype_fields_8[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 3,
     .offset = __builtin_offsetof(struct hype_frame_sum, size), .repeat = 1,
     .name = "size"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 9,
     .offset = __builtin_offsetof(struct hype_frame_sum, values), .repeat = 1, .count = hype_count_8_1,
     .name = "values"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 10,
     .offset = __builtin_offsetof(struct hype_frame_sum, indirect), .repeat = 1,
     .name = "indirect"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_sum, text), .repeat = 1, .count = hype_count_8_3,
     .name = "text"},
};

/* const struct size * */
static const struct hype_field hype_fields_10[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 3,
     .offset = 0, .repeat = 1,
     .name = "[]"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of paint",
     .size = sizeof(struct hype_frame_paint),
     .alignment = __extension__ _Alignof(struct hype_frame_paint),
     .n_fields = 1, .fields = hype_fields_1},
    /* 2 */
    {.name = "struct shape",
     .size = sizeof(struct shape),
     .alignment = __extension__ _Alignof(struct shape),
     .n_fields = 8, .fields = hype_fields_2},
    /* 3 */
    {.name = "struct size",
     .size = sizeof(struct size),
     .alignment = __extension__ _Alignof(struct size)},
    /* 4 */
    {.name = "float",
     .size = sizeof(float),
     .alignment = __extension__ _Alignof(float)},
    /* 5 */
    {.name = "int",
     .size = sizeof(int),
     .alignment = __extension__ _Alignof(int)},
    /* 6 */
    {.name = "unsigned char",
     .size = sizeof(unsigned char),
     .alignment = __extension__ _Alignof(unsigned char)},
    /* 7 */
    {.name = "the call of copy",
     .size = sizeof(struct hype_frame_copy),
     .alignment = __extension__ _Alignof(struct hype_frame_copy),
     .n_fields = 3, .fields = hype_fields_7},
    /* 8 */
    {.name = "the call of sum",
     .size = sizeof(struct hype_frame_sum),
     .alignment = __extension__ _Alignof(struct hype_frame_sum),
     .n_fields = 4, .fields = hype_fields_8},
    /* 9 */
    {.name = "long",
     .size = sizeof(long),
     .alignment = __extension__ _Alignof(long)},
    /* 10 */
    {.name = "const struct size *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_10},
};

static int hype_bind_paint(struct shape *shape)
{
    struct hype_frame_paint hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.shape = shape;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_paint(void *hype_memory)
{
    struct hype_frame_paint *const hype_frame = hype_memory;

    hype_frame->hype_result = paint(hype_frame->shape);
}

static int hype_bind_copy(const void *from, void *to, const int *n)
{
    struct hype_frame_copy hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.from = from;
    hype_frame.to = to;
    hype_frame.n = n;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_copy(void *hype_memory)
{
    struct hype_frame_copy *const hype_frame = hype_memory;

    hype_frame->hype_result = copy(hype_frame->from, hype_frame->to, hype_frame->n);
}

static int hype_bind_sum(const struct size *size, const long *values, const struct size **indirect, const char *text)
{
    struct hype_frame_sum hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.size = size;
    hype_frame.values = values;
    hype_frame.indirect = indirect;
    hype_frame.text = text;
    hype_capture_frame(&hype_unit_, 2, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_sum(void *hype_memory)
{
    struct hype_frame_sum *const hype_frame = hype_memory;

    hype_frame->hype_result = sum(hype_frame->size, hype_frame->values, hype_frame->indirect, hype_frame->text);
}

static const struct hype_entry hype_entries_[] = {
    {.name = "paint", .prototype = "int (struct shape *)",
     .signature = UINT64_C(0xa3ef9d36165d3181),
     .function = (hype_function)paint, .bind = (hype_function)hype_bind_paint,
     .invoke = hype_invoke_paint, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_paint, hype_result),
     .result_size = sizeof(((struct hype_frame_paint *)0)->hype_result)},
    {.name = "copy", .prototype = "int (const void *, void *, const int *)",
     .signature = UINT64_C(0xf95b3e0910faf9b5),
     .function = (hype_function)copy, .bind = (hype_function)hype_bind_copy,
     .invoke = hype_invoke_copy, .frame = 7,
     .result_offset = __builtin_offsetof(struct hype_frame_copy, hype_result),
     .result_size = sizeof(((struct hype_frame_copy *)0)->hype_result)},
    {.name = "sum", .prototype = "int (const struct size *, const long *, const struct size **, const char *)",
     .signature = UINT64_C(0x990c0f643d68102d),
     .function = (hype_function)sum, .bind = (hype_function)hype_bind_sum,
     .invoke = hype_invoke_sum, .frame = 8,
     .result_offset = __builtin_offsetof(struct hype_frame_sum, hype_result),
     .result_size = sizeof(((struct hype_frame_sum *)0)->hype_result)},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 11, .n_entries = 3,
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
extern const char hype_entry_of_paint __attribute__((visibility("hidden")));
const char hype_entry_of_paint __attribute__((used)) = 0;
extern const char hype_entry_of_copy __attribute__((visibility("hidden")));
const char hype_entry_of_copy __attribute__((used)) = 0;
extern const char hype_entry_of_sum __attribute__((visibility("hidden")));
const char hype_entry_of_sum __attribute__((used)) = 0;
