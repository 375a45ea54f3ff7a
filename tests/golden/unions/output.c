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

struct hype_frame_convert {
    const struct value *value;
    struct anonymous anonymous;
    struct value hype_result;
};

struct hype_frame_by_parameter {
    enum kind kind;
    size_t n;
    union payload payload;
};

/* the call of convert */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_convert, value), .repeat = 1,
     .name = "value"},
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 10,
     .offset = __builtin_offsetof(struct hype_frame_convert, anonymous), .repeat = 1,
     .name = "anonymous"},
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_convert, hype_result), .repeat = 1,
     .name = "result"},
};

/* payload of struct value: the member for kind */
static int64_t hype_count_2_0(const void *hype_owner, const void *hype_context)
{
    const struct value *const hype_self = hype_owner;
    int64_t hype_tag;

    (void)hype_context;
    hype_tag = HYPE_NUMBER(hype_self->kind).value;
    if (hype_tag == HYPE_NUMBER(NUMBER).value)
        return 3;
    if (hype_tag == HYPE_NUMBER(TEXT).value)
        return 4;
    if (hype_tag == HYPE_NUMBER(LIST).value)
        return 5;
    if (hype_tag == HYPE_NUMBER(WORDS).value)
        return 7;
    if (hype_tag == HYPE_NUMBER('l').value)
        return 8;
    if (hype_tag == HYPE_NUMBER(WORDS + 10).value)
        return 8;
    if (hype_tag == HYPE_NUMBER(PAIR).value)
        return 9;
    return HYPE_COUNT_INVALID;
}

/* struct value */
static const struct hype_field hype_fields_2[] = {
    {.kind = HYPE_FIELD_UNION, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct value, payload), .repeat = 1, .count = hype_count_2_0,
     .name = "payload"},
};

/* char * */
static const struct hype_field hype_fields_4[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = 0, .repeat = 1,
     .name = "[]"},
};

/* payload.list of double *: n */
static int64_t hype_count_5_0(const void *hype_owner, const void *hype_context)
{
    const struct value *const hype_self = hype_context;

    (void)hype_owner;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* double * */
static const struct hype_field hype_fields_5[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 6,
     .offset = 0, .repeat = 1, .count = hype_count_5_0,
     .name = "payload.list"},
};

/* char *[2] */
static const struct hype_field hype_fields_7[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = 0, .repeat = 2,
     .name = "[]"},
};

/* struct pair */
static const struct hype_field hype_fields_9[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct pair, first), .repeat = 1,
     .name = "first"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct pair, second), .repeat = 1,
     .name = "second"},
};

/* value of struct anonymous: the member for header.tag */
static int64_t hype_count_10_0(const void *hype_owner, const void *hype_context)
{
    const struct anonymous *const hype_self = hype_owner;
    int64_t hype_tag;

    (void)hype_context;
    hype_tag = HYPE_NUMBER(hype_self->header.tag).value;
    if (hype_tag == HYPE_NUMBER(1).value)
        return 11;
    if (hype_tag == HYPE_NUMBER(2).value)
        return 12;
    return HYPE_COUNT_INVALID;
}

/* struct anonymous */
static const struct hype_field hype_fields_10[] = {
    {.kind = HYPE_FIELD_UNION, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct anonymous, value), .repeat = 1, .count = hype_count_10_0,
     .name = "value"},
};

/* struct value * */
static const struct hype_field hype_fields_11[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = 0, .repeat = 1,
     .name = "[]"},
};

/* payload of the call of by_parameter: the member for kind */
static int64_t hype_count_13_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_by_parameter *const hype_self = hype_owner;
    int64_t hype_tag;

    (void)hype_context;
    hype_tag = HYPE_NUMBER(hype_self->kind).value;
    if (hype_tag == HYPE_NUMBER(NUMBER).value)
        return 3;
    if (hype_tag == HYPE_NUMBER(TEXT).value)
        return 4;
    if (hype_tag == HYPE_NUMBER(LIST).value)
        return 14;
    if (hype_tag == HYPE_NUMBER(WORDS).value)
        return 7;
    if (hype_tag == HYPE_NUMBER('l').value)
        return 8;
    if (hype_tag == HYPE_NUMBER(WORDS + 10).value)
        return 8;
    if (hype_tag == HYPE_NUMBER(PAIR).value)
        return 9;
    return HYPE_COUNT_INVALID;
}

/* the call of by_parameter */
static const struct hype_field hype_fields_13[] = {
    {.kind = HYPE_FIELD_UNION, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_by_parameter, payload), .repeat = 1, .count = hype_count_13_0,
     .name = "payload"},
};

/* payload.list of double *: n */
static int64_t hype_count_14_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_by_parameter *const hype_self = hype_context;

    (void)hype_owner;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* double * */
static const struct hype_field hype_fields_14[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 6,
     .offset = 0, .repeat = 1, .count = hype_count_14_0,
     .name = "payload.list"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of convert",
     .size = sizeof(struct hype_frame_convert),
     .alignment = __extension__ _Alignof(struct hype_frame_convert),
     .n_fields = 3, .fields = hype_fields_1},
    /* 2 */
    {.name = "struct value",
     .size = sizeof(struct value),
     .alignment = __extension__ _Alignof(struct value),
     .n_fields = 1, .fields = hype_fields_2},
    /* 3 */
    {.name = "long",
     .size = sizeof(long),
     .alignment = __extension__ _Alignof(long)},
    /* 4 */
    {.name = "char *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_4},
    /* 5 */
    {.name = "double *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .flags = HYPE_TYPE_CONTEXT,
     .n_fields = 1, .fields = hype_fields_5},
    /* 6 */
    {.name = "double",
     .size = sizeof(double),
     .alignment = __extension__ _Alignof(double)},
    /* 7 */
    {.name = "char *[2]",
     .size = sizeof(char *[2]),
     .alignment = __extension__ _Alignof(char *[2]),
     .n_fields = 1, .fields = hype_fields_7},
    /* 8 */
    {.name = "char[8]",
     .size = sizeof(char[8]),
     .alignment = __extension__ _Alignof(char[8])},
    /* 9 */
    {.name = "struct pair",
     .size = sizeof(struct pair),
     .alignment = __extension__ _Alignof(struct pair),
     .n_fields = 2, .fields = hype_fields_9},
    /* 10 */
    {.name = "struct anonymous",
     .size = sizeof(struct anonymous),
     .alignment = __extension__ _Alignof(struct anonymous),
     .n_fields = 1, .fields = hype_fields_10},
    /* 11 */
    {.name = "struct value *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_11},
    /* 12 */
    {.name = "float",
     .size = sizeof(float),
     .alignment = __extension__ _Alignof(float)},
    /* 13 */
    {.name = "the call of by_parameter",
     .size = sizeof(struct hype_frame_by_parameter),
     .alignment = __extension__ _Alignof(struct hype_frame_by_parameter),
     .n_fields = 1, .fields = hype_fields_13},
    /* 14 */
    {.name = "double *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .flags = HYPE_TYPE_CONTEXT,
     .n_fields = 1, .fields = hype_fields_14},
};

static struct value hype_bind_convert(const struct value *value, struct anonymous anonymous)
{
    struct hype_frame_convert hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.value = value;
    hype_frame.anonymous = anonymous;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_convert(void *hype_memory)
{
    struct hype_frame_convert *const hype_frame = hype_memory;

    hype_frame->hype_result = convert(hype_frame->value, hype_frame->anonymous);
}

static void hype_bind_by_parameter(enum kind kind, size_t n, union payload payload)
{
    struct hype_frame_by_parameter hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.kind = kind;
    hype_frame.n = n;
    hype_frame.payload = payload;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
}

static void hype_invoke_by_parameter(void *hype_memory)
{
    struct hype_frame_by_parameter *const hype_frame = hype_memory;

    by_parameter(hype_frame->kind, hype_frame->n, hype_frame->payload);
}

static const struct hype_entry hype_entries_[] = {
    {.name = "convert", .prototype = "struct value (const struct value *, struct anonymous)",
     .signature = UINT64_C(0xc23048dc683d3269),
     .function = (hype_function)convert, .bind = (hype_function)hype_bind_convert,
     .invoke = hype_invoke_convert, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_convert, hype_result),
     .result_size = sizeof(((struct hype_frame_convert *)0)->hype_result)},
    {.name = "by_parameter", .prototype = "void (enum kind, unsigned long, union payload)",
     .signature = UINT64_C(0x0c7a46e44003d268),
     .function = (hype_function)by_parameter, .bind = (hype_function)hype_bind_by_parameter,
     .invoke = hype_invoke_by_parameter, .frame = 13,
     .result_offset = HYPE_NO_RESULT},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 15, .n_entries = 2,
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
extern const char hype_entry_of_convert __attribute__((visibility("hidden")));
const char hype_entry_of_convert __attribute__((used)) = 0;
extern const char hype_entry_of_by_parameter __attribute__((visibility("hidden")));
const char hype_entry_of_by_parameter __attribute__((used)) = 0;
