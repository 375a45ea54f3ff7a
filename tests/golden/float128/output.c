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
    size_t n;
    const quadruple *values;
    extended factor;
    quadruple hype_result;
};

/* values of the call of sum: n */
static int64_t hype_count_1_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_sum *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* the call of sum */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_sum, values), .repeat = 1, .count = hype_count_1_0,
     .name = "values"},
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
     .n_fields = 1, .fields = hype_fields_1},
    /* 2 */
    {.name = "__float128",
     .size = __extension__ sizeof(__float128),
     .alignment = __extension__ _Alignof(__float128)},
};

static quadruple hype_bind_sum(size_t n, const quadruple *values, extended factor)
{
    struct hype_frame_sum hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.n = n;
    hype_frame.values = values;
    hype_frame.factor = factor;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_sum(void *hype_memory)
{
    struct hype_frame_sum *const hype_frame = hype_memory;

    hype_frame->hype_result = sum(hype_frame->n, hype_frame->values, hype_frame->factor);
}

static const struct hype_entry hype_entries_[] = {
    {.name = "sum", .prototype = "__float128 (unsigned long, const __float128 *, long double)",
     .signature = UINT64_C(0x598cc7aa42c9610d),
     .function = (hype_function)sum, .bind = (hype_function)hype_bind_sum,
     .invoke = hype_invoke_sum, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_sum, hype_result),
     .result_size = sizeof(((struct hype_frame_sum *)0)->hype_result)},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_HERE,
                                      .n_types = 3, .n_entries = 1,
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
