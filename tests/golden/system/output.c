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

struct hype_frame_divide {
    int a;
    int b;
    struct timespec when;
    struct tm *calendar;
    time_t *now;
    div_t hype_result;
};

/* the call of divide */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_divide, calendar), .repeat = 1,
     .name = "calendar"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 3,
     .offset = __builtin_offsetof(struct hype_frame_divide, now), .repeat = 1,
     .name = "now"},
};

/* struct tm */
static const struct hype_field hype_fields_2[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct tm, tm_zone), .repeat = 1,
     .name = "tm_zone"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of divide",
     .size = sizeof(struct hype_frame_divide),
     .alignment = __extension__ _Alignof(struct hype_frame_divide),
     .n_fields = 2, .fields = hype_fields_1},
    /* 2 */
    {.name = "struct tm",
     .size = sizeof(struct tm),
     .alignment = __extension__ _Alignof(struct tm),
     .n_fields = 1, .fields = hype_fields_2},
    /* 3 */
    {.name = "long",
     .size = sizeof(long),
     .alignment = __extension__ _Alignof(long)},
};

static div_t hype_bind_divide(int a, int b, struct timespec when, struct tm *calendar, time_t *now)
{
    struct hype_frame_divide hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.a = a;
    hype_frame.b = b;
    hype_frame.when = when;
    hype_frame.calendar = calendar;
    hype_frame.now = now;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_divide(void *hype_memory)
{
    struct hype_frame_divide *const hype_frame = hype_memory;

    hype_frame->hype_result = divide(hype_frame->a, hype_frame->b, hype_frame->when, hype_frame->calendar, hype_frame->now);
}

static const struct hype_entry hype_entries_[] = {
    {.name = "divide", .prototype = "div_t (int, int, struct timespec, struct tm *, long *)",
     .signature = UINT64_C(0x4de4e79bfaa4c7d2),
     .function = (hype_function)divide, .bind = (hype_function)hype_bind_divide,
     .invoke = hype_invoke_divide, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_divide, hype_result),
     .result_size = sizeof(((struct hype_frame_divide *)0)->hype_result)},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 4, .n_entries = 1,
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
extern const char hype_entry_of_divide __attribute__((visibility("hidden")));
const char hype_entry_of_divide __attribute__((used)) = 0;
