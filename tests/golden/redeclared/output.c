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

struct hype_frame_sum {
    long amount;
    const int *numbers;
    int (*pairs)[2];
    char *text;
    int hype_result;
};

struct hype_frame_late {
    double *x;
    size_t n;
};

/* numbers, text of the call of sum: amount */
static int64_t hype_count_1_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_sum *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->amount));
}

/* pairs of the call of sum: amount / 2 * 2 */
static int64_t hype_count_1_1(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_sum *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_multiply(hype_number_divide(HYPE_NUMBER(hype_self->amount), hype_number_signed(2)), hype_number_signed(2)));
}

/* the call of sum */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_sum, numbers), .repeat = 1, .count = hype_count_1_0,
     .name = "numbers"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_sum, pairs), .repeat = 1, .count = hype_count_1_1,
     .name = "pairs"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_sum, text), .repeat = 1, .count = hype_count_1_0,
     .name = "text"},
};

/* x of the call of late: n */
static int64_t hype_count_3_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_late *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* the call of late */
static const struct hype_field hype_fields_3[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_OUT, .type = 4,
     .offset = __builtin_offsetof(struct hype_frame_late, x), .repeat = 1, .count = hype_count_3_0,
     .name = "x"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of sum",
     .size = sizeof(struct hype_frame_sum),
     .alignment = __extension__ _Alignof(struct hype_frame_sum),
     .n_fields = 3, .fields = hype_fields_1},
    /* 2 */
    {.name = "int",
     .size = sizeof(int),
     .alignment = __extension__ _Alignof(int)},
    /* 3 */
    {.name = "the call of late",
     .size = sizeof(struct hype_frame_late),
     .alignment = __extension__ _Alignof(struct hype_frame_late),
     .n_fields = 1, .fields = hype_fields_3},
    /* 4 */
    {.name = "double",
     .size = sizeof(double),
     .alignment = __extension__ _Alignof(double)},
};

static int hype_bind_sum(long amount, const int *numbers, int (*pairs)[2], char *text)
{
    struct hype_frame_sum hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.amount = amount;
    hype_frame.numbers = numbers;
    hype_frame.pairs = pairs;
    hype_frame.text = text;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_sum(void *hype_memory)
{
    struct hype_frame_sum *const hype_frame = hype_memory;

    hype_frame->hype_result = sum(hype_frame->amount, hype_frame->numbers, hype_frame->pairs, hype_frame->text);
}

static void hype_bind_late(double *x, size_t n)
{
    struct hype_frame_late hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.x = x;
    hype_frame.n = n;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
}

static void hype_invoke_late(void *hype_memory)
{
    struct hype_frame_late *const hype_frame = hype_memory;

    late(hype_frame->x, hype_frame->n);
}

static const struct hype_entry hype_entries_[] = {
    {.name = "sum", .prototype = "int (long, const int *, int (*)[2], char *)",
     .signature = UINT64_C(0xc80374f9c8531462),
     .function = (hype_function)sum, .bind = (hype_function)hype_bind_sum,
     .invoke = hype_invoke_sum, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_sum, hype_result),
     .result_size = sizeof(((struct hype_frame_sum *)0)->hype_result)},
    {.name = "late", .prototype = "void (double *, unsigned long)",
     .signature = UINT64_C(0x7e869f79c3ae57ae),
     .function = (hype_function)late, .bind = (hype_function)hype_bind_late,
     .invoke = hype_invoke_late, .frame = 3,
     .result_offset = HYPE_NO_RESULT},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 5, .n_entries = 2,
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
extern const char hype_entry_of_sum __attribute__((visibility("hidden")));
const char hype_entry_of_sum __attribute__((used)) = 0;
extern const char hype_entry_of_late __attribute__((visibility("hidden")));
const char hype_entry_of_late __attribute__((used)) = 0;
