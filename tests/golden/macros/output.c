#undef count
#undef items
#undef kind
#undef measure
#undef n
#undef offset
#undef st_time
#undef value
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

struct hype_frame_measure {
    struct stat_like *stat;
    int count;
    int hype_result;
};

typedef __typeof__((*(struct stat_like *)0).st_time) hype_type_3;

/* the call of measure */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_measure, stat), .repeat = 1,
     .name = "stat"},
};

/* items of struct stat_like: n * SCALE */
static int64_t hype_count_2_1(const void *hype_owner, const void *hype_context)
{
    const struct stat_like *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(hype_number_multiply(HYPE_NUMBER(hype_self->n), HYPE_NUMBER(SCALE)));
}

/* struct stat_like */
static const struct hype_field hype_fields_2[] = {
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 3,
     .offset = __builtin_offsetof(struct stat_like, st_time), .repeat = 1,
     .name = "st_time"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct stat_like, items), .repeat = 1, .count = hype_count_2_1,
     .name = "items"},
};

/* st_time */
static const struct hype_field hype_fields_3[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(hype_type_3, sec_), .repeat = 1,
     .name = "sec_"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of measure",
     .size = sizeof(struct hype_frame_measure),
     .alignment = __extension__ _Alignof(struct hype_frame_measure),
     .n_fields = 1, .fields = hype_fields_1},
    /* 2 */
    {.name = "struct stat_like",
     .size = sizeof(struct stat_like),
     .alignment = __extension__ _Alignof(struct stat_like),
     .n_fields = 2, .fields = hype_fields_2},
    /* 3 */
    {.name = "st_time",
     .size = sizeof(hype_type_3),
     .alignment = __extension__ _Alignof(hype_type_3),
     .n_fields = 1, .fields = hype_fields_3},
    /* 4 */
    {.name = "double",
     .size = sizeof(double),
     .alignment = __extension__ _Alignof(double)},
};

static int hype_bind_measure(struct stat_like *stat, int count)
{
    struct hype_frame_measure hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.stat = stat;
    hype_frame.count = count;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_measure(void *hype_memory)
{
    struct hype_frame_measure *const hype_frame = hype_memory;

    hype_frame->hype_result = measure(hype_frame->stat, hype_frame->count);
}

static const struct hype_entry hype_entries_[] = {
    {.name = "measure", .prototype = "int (struct stat_like *, int)",
     .signature = UINT64_C(0x0bbd1102a4a0df80),
     .function = (hype_function)measure, .bind = (hype_function)hype_bind_measure,
     .invoke = hype_invoke_measure, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_measure, hype_result),
     .result_size = sizeof(((struct hype_frame_measure *)0)->hype_result)},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 5, .n_entries = 1,
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
extern const char hype_entry_of_measure __attribute__((visibility("hidden")));
const char hype_entry_of_measure __attribute__((used)) = 0;
