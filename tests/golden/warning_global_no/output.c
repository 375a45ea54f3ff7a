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

struct hype_frame_f {
    int hype_result;
};

struct hype_frame_g {
    int visible_only_here;
    int hype_result;
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of f",
     .size = sizeof(struct hype_frame_f),
     .alignment = __extension__ _Alignof(struct hype_frame_f)},
    /* 2 */
    {.name = "the call of g",
     .size = sizeof(struct hype_frame_g),
     .alignment = __extension__ _Alignof(struct hype_frame_g)},
};

static int hype_bind_f(void)
{
    struct hype_frame_f hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_f(void *hype_memory)
{
    struct hype_frame_f *const hype_frame = hype_memory;

    hype_frame->hype_result = f();
}

static int hype_bind_g(int visible_only_here)
{
    struct hype_frame_g hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.visible_only_here = visible_only_here;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_g(void *hype_memory)
{
    struct hype_frame_g *const hype_frame = hype_memory;

    hype_frame->hype_result = g(hype_frame->visible_only_here);
}

static const struct hype_entry hype_entries_[] = {
    {.name = "f", .prototype = "int (void)",
     .signature = UINT64_C(0xe1aec7448079e0ae),
     .function = (hype_function)f, .bind = (hype_function)hype_bind_f,
     .invoke = hype_invoke_f, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_f, hype_result),
     .result_size = sizeof(((struct hype_frame_f *)0)->hype_result)},
    {.name = "g", .prototype = "int (int)",
     .signature = UINT64_C(0x2045131bcdc2b82e),
     .function = (hype_function)g, .bind = (hype_function)hype_bind_g,
     .invoke = hype_invoke_g, .frame = 2,
     .result_offset = __builtin_offsetof(struct hype_frame_g, hype_result),
     .result_size = sizeof(((struct hype_frame_g *)0)->hype_result)},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 3, .n_entries = 2,
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
extern const char hype_entry_of_f __attribute__((visibility("hidden")));
const char hype_entry_of_f __attribute__((used)) = 0;
extern const char hype_entry_of_g __attribute__((visibility("hidden")));
const char hype_entry_of_g __attribute__((used)) = 0;
