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

struct hype_frame_grow {
    struct flexible *flexible;
    struct outer outer;
    handle skipped;
    struct flexible *hype_result;
};

struct hype_frame_constant {
    const struct outer *outer;
    struct outer hype_result;
};

typedef __typeof__((*(struct flexible *)0).items[0]) hype_type_3;
typedef __typeof__((*(struct outer *)0).named) hype_type_10;
typedef __typeof__((*(hype_type_10 *)0).inner) hype_type_11;

/* the call of grow */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_grow, flexible), .repeat = 1,
     .name = "flexible"},
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct hype_frame_grow, outer), .repeat = 1,
     .name = "outer"},
    {.kind = HYPE_FIELD_SKIP, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_grow, skipped), .repeat = sizeof(((struct hype_frame_grow *)0)->skipped),
     .name = "skipped"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_OUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_grow, hype_result), .repeat = 1,
     .name = "result"},
};

/* items of struct flexible: n */
static int64_t hype_count_2_1(const void *hype_owner, const void *hype_context)
{
    const struct flexible *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* struct flexible */
static const struct hype_field hype_fields_2[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct flexible, name), .repeat = 1,
     .name = "name"},
    {.kind = HYPE_FIELD_FLEXIBLE, .direction = HYPE_DIRECTION_INOUT, .type = 3,
     .offset = __builtin_offsetof(struct flexible, items), .repeat = 1, .count = hype_count_2_1,
     .name = "items"},
};

/* items[] */
static const struct hype_field hype_fields_3[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(hype_type_3, key), .repeat = 1,
     .name = "key"},
};

/* values, aligned of struct outer: n */
static int64_t hype_count_4_0(const void *hype_owner, const void *hype_context)
{
    const struct outer *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* struct outer */
static const struct hype_field hype_fields_4[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 5,
     .offset = __builtin_offsetof(struct outer, values), .repeat = 1, .count = hype_count_4_0,
     .name = "values"},
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 6,
     .offset = __builtin_offsetof(struct outer, packed), .repeat = 1,
     .name = "packed"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 7,
     .offset = __builtin_offsetof(struct outer, aligned), .repeat = 1, .count = hype_count_4_0,
     .name = "aligned"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 8,
     .offset = __builtin_offsetof(struct outer, ints), .repeat = 1,
     .name = "ints"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 9,
     .offset = __builtin_offsetof(struct outer, numbers), .repeat = 1,
     .name = "numbers"},
    {.kind = HYPE_FIELD_SKIP, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct outer, cache), .repeat = sizeof(((struct outer *)0)->cache),
     .name = "cache"},
    {.kind = HYPE_FIELD_SKIP, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct outer, statistics), .repeat = sizeof(((struct outer *)0)->statistics),
     .name = "statistics"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct outer, left), .repeat = 1,
     .name = "left"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct outer, right), .repeat = 1,
     .name = "right"},
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 10,
     .offset = __builtin_offsetof(struct outer, named), .repeat = 1,
     .name = "named"},
};

/* struct packed */
static const struct hype_field hype_fields_6[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct packed, text), .repeat = 1,
     .name = "text"},
};

/* values of struct numbers: n / sizeof(double) */
static int64_t hype_count_9_0(const void *hype_owner, const void *hype_context)
{
    const struct numbers *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_divide(HYPE_NUMBER(hype_self->n), hype_number_unsigned(sizeof(double))));
}

/* struct numbers */
static const struct hype_field hype_fields_9[] = {
    {.kind = HYPE_FIELD_FLEXIBLE, .direction = HYPE_DIRECTION_INOUT, .type = 5,
     .offset = __builtin_offsetof(struct numbers, values), .repeat = 1, .count = hype_count_9_0,
     .name = "values"},
};

/* named */
static const struct hype_field hype_fields_10[] = {
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 11,
     .offset = __builtin_offsetof(hype_type_10, inner), .repeat = 1,
     .name = "inner"},
};

/* inner */
static const struct hype_field hype_fields_11[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(hype_type_11, deep), .repeat = 1,
     .name = "deep"},
};

/* the call of constant */
static const struct hype_field hype_fields_12[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 4,
     .offset = __builtin_offsetof(struct hype_frame_constant, outer), .repeat = 1,
     .name = "outer"},
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct hype_frame_constant, hype_result), .repeat = 1,
     .name = "result"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of grow",
     .size = sizeof(struct hype_frame_grow),
     .alignment = __extension__ _Alignof(struct hype_frame_grow),
     .n_fields = 4, .fields = hype_fields_1},
    /* 2 */
    {.name = "struct flexible",
     .size = sizeof(struct flexible),
     .alignment = __extension__ _Alignof(struct flexible),
     .n_fields = 2, .fields = hype_fields_2},
    /* 3 */
    {.name = "items[]",
     .size = sizeof(hype_type_3),
     .alignment = __extension__ _Alignof(hype_type_3),
     .n_fields = 1, .fields = hype_fields_3},
    /* 4 */
    {.name = "struct outer",
     .size = sizeof(struct outer),
     .alignment = __extension__ _Alignof(struct outer),
     .n_fields = 10, .fields = hype_fields_4},
    /* 5 */
    {.name = "double",
     .size = sizeof(double),
     .alignment = __extension__ _Alignof(double)},
    /* 6 */
    {.name = "struct packed",
     .size = sizeof(struct packed),
     .alignment = __extension__ _Alignof(struct packed),
     .n_fields = 1, .fields = hype_fields_6},
    /* 7 */
    {.name = "struct aligned",
     .size = sizeof(struct aligned),
     .alignment = __extension__ _Alignof(struct aligned)},
    /* 8 */
    {.name = "aligned_int",
     .size = sizeof(aligned_int),
     .alignment = __extension__ _Alignof(aligned_int)},
    /* 9 */
    {.name = "struct numbers",
     .size = sizeof(struct numbers),
     .alignment = __extension__ _Alignof(struct numbers),
     .n_fields = 1, .fields = hype_fields_9},
    /* 10 */
    {.name = "named",
     .size = sizeof(hype_type_10),
     .alignment = __extension__ _Alignof(hype_type_10),
     .n_fields = 1, .fields = hype_fields_10},
    /* 11 */
    {.name = "inner",
     .size = sizeof(hype_type_11),
     .alignment = __extension__ _Alignof(hype_type_11),
     .n_fields = 1, .fields = hype_fields_11},
    /* 12 */
    {.name = "the call of constant",
     .size = sizeof(struct hype_frame_constant),
     .alignment = __extension__ _Alignof(struct hype_frame_constant),
     .n_fields = 2, .fields = hype_fields_12},
};

static struct flexible *hype_bind_grow(struct flexible *flexible, struct outer outer, handle skipped)
{
    struct hype_frame_grow hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.flexible = flexible;
    __builtin_memcpy(&hype_frame.outer, &outer, sizeof hype_frame.outer);
    hype_frame.skipped = skipped;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_grow(void *hype_memory)
{
    struct hype_frame_grow *const hype_frame = hype_memory;

    hype_frame->hype_result = grow(hype_frame->flexible, hype_frame->outer, hype_frame->skipped);
}

static struct outer hype_bind_constant(const struct outer *outer)
{
    struct hype_frame_constant hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.outer = outer;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_constant(void *hype_memory)
{
    struct hype_frame_constant *const hype_frame = hype_memory;

    {
        __typeof__(hype_frame->hype_result) hype_result = constant(hype_frame->outer);
        __builtin_memcpy(&hype_frame->hype_result, &hype_result, sizeof hype_result);
    }
}

static const struct hype_entry hype_entries_[] = {
    {.name = "grow", .prototype = "struct flexible *(struct flexible *, struct outer, struct opaque *)",
     .signature = UINT64_C(0x50d3549b79d2df73),
     .function = (hype_function)grow, .bind = (hype_function)hype_bind_grow,
     .invoke = hype_invoke_grow, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_grow, hype_result),
     .result_size = sizeof(((struct hype_frame_grow *)0)->hype_result)},
    {.name = "constant", .prototype = "struct outer (const struct outer *)",
     .signature = UINT64_C(0x37c666981a8d3c68),
     .function = (hype_function)constant, .bind = (hype_function)hype_bind_constant,
     .invoke = hype_invoke_constant, .frame = 12,
     .result_offset = __builtin_offsetof(struct hype_frame_constant, hype_result),
     .result_size = sizeof(((struct hype_frame_constant *)0)->hype_result)},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 13, .n_entries = 2,
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
extern const char hype_entry_of_grow __attribute__((visibility("hidden")));
const char hype_entry_of_grow __attribute__((used)) = 0;
extern const char hype_entry_of_constant __attribute__((visibility("hidden")));
const char hype_entry_of_constant __attribute__((used)) = 0;
