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

struct hype_frame_pick {
    int (*f)(int);
    int (*g)(int);
    compare_pointer c;
    compare *d;
    int (**e)(int);
    int (*hype_result)(int);
};

struct hype_frame_chosen {
    struct operations *operations;
    void (*with_array)(int, double (*)[*]);
    compare_pointer hype_result;
};

struct hype_frame_in_header {
    int hype_result;
};

struct hype_frame_empty {
    int hype_result;
};

/* the call of pick */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_FUNCTION, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_pick, f), .repeat = 1,
     .name = "f", .prototype = "int (int)"},
    {.kind = HYPE_FIELD_FUNCTION, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_pick, g), .repeat = 1,
     .name = "g", .prototype = "int (int)"},
    {.kind = HYPE_FIELD_FUNCTION, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_pick, c), .repeat = 1,
     .name = "c", .prototype = "int (const void *, const void *)"},
    {.kind = HYPE_FIELD_FUNCTION, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_pick, d), .repeat = 1,
     .name = "d", .prototype = "int (const void *, const void *)"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_pick, e), .repeat = 1,
     .name = "e"},
    {.kind = HYPE_FIELD_FUNCTION, .direction = HYPE_DIRECTION_OUT, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_pick, hype_result), .repeat = 1,
     .name = "result", .prototype = "int (int)"},
};

/* int (*)(int) */
static const struct hype_field hype_fields_2[] = {
    {.kind = HYPE_FIELD_FUNCTION, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = 0, .repeat = 1,
     .name = "[]", .prototype = "int (int)"},
};

/* the call of chosen */
static const struct hype_field hype_fields_3[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct hype_frame_chosen, operations), .repeat = 1,
     .name = "operations"},
    {.kind = HYPE_FIELD_FUNCTION, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_chosen, with_array), .repeat = 1,
     .name = "with_array", .prototype = "void (int, double (*)[*])"},
    {.kind = HYPE_FIELD_FUNCTION, .direction = HYPE_DIRECTION_OUT, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_chosen, hype_result), .repeat = 1,
     .name = "result", .prototype = "int (const void *, const void *)"},
};

/* struct operations */
static const struct hype_field hype_fields_4[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct operations, name), .repeat = 1,
     .name = "name"},
    {.kind = HYPE_FIELD_FUNCTION, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct operations, compare), .repeat = 1,
     .name = "compare", .prototype = "int (const void *, const void *)"},
    {.kind = HYPE_FIELD_FUNCTION, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct operations, table), .repeat = 3,
     .name = "table", .prototype = "int (int)"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of pick",
     .size = sizeof(struct hype_frame_pick),
     .alignment = __extension__ _Alignof(struct hype_frame_pick),
     .n_fields = 6, .fields = hype_fields_1},
    /* 2 */
    {.name = "int (*)(int)",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_2},
    /* 3 */
    {.name = "the call of chosen",
     .size = sizeof(struct hype_frame_chosen),
     .alignment = __extension__ _Alignof(struct hype_frame_chosen),
     .n_fields = 3, .fields = hype_fields_3},
    /* 4 */
    {.name = "struct operations",
     .size = sizeof(struct operations),
     .alignment = __extension__ _Alignof(struct operations),
     .n_fields = 3, .fields = hype_fields_4},
    /* 5 */
    {.name = "the call of in_header",
     .size = sizeof(struct hype_frame_in_header),
     .alignment = __extension__ _Alignof(struct hype_frame_in_header)},
    /* 6 */
    {.name = "the call of empty",
     .size = sizeof(struct hype_frame_empty),
     .alignment = __extension__ _Alignof(struct hype_frame_empty)},
};

static int (*hype_bind_pick(int (*f)(int), int (*g)(int), compare_pointer c, compare *d, int (**e)(int)))(int)
{
    struct hype_frame_pick hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.f = f;
    hype_frame.g = g;
    hype_frame.c = c;
    hype_frame.d = d;
    hype_frame.e = e;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_pick(void *hype_memory)
{
    struct hype_frame_pick *const hype_frame = hype_memory;

    hype_frame->hype_result = pick(hype_frame->f, hype_frame->g, hype_frame->c, hype_frame->d, hype_frame->e);
}

static compare_pointer hype_bind_chosen(struct operations *operations, void (*with_array)(int, double (*)[*]))
{
    struct hype_frame_chosen hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.operations = operations;
    hype_frame.with_array = with_array;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_chosen(void *hype_memory)
{
    struct hype_frame_chosen *const hype_frame = hype_memory;

    hype_frame->hype_result = chosen(hype_frame->operations, hype_frame->with_array);
}

static int hype_bind_in_header(void)
{
    struct hype_frame_in_header hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_capture_frame(&hype_unit_, 2, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_in_header(void *hype_memory)
{
    struct hype_frame_in_header *const hype_frame = hype_memory;

    hype_frame->hype_result = in_header();
}

static int hype_bind_empty(void)
{
    struct hype_frame_empty hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_capture_frame(&hype_unit_, 3, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_empty(void *hype_memory)
{
    struct hype_frame_empty *const hype_frame = hype_memory;

    hype_frame->hype_result = empty();
}

static const struct hype_entry hype_entries_[] = {
    {.name = "pick", .prototype = "int (*(int (*)(int), int (*)(int), int (*)(const void *, const void *), int (*)(const void *, const void *), int (**)(int)))(int)",
     .signature = UINT64_C(0xe351d3fc5687f4d2),
     .function = (hype_function)pick, .bind = (hype_function)hype_bind_pick,
     .invoke = hype_invoke_pick, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_pick, hype_result),
     .result_size = sizeof(((struct hype_frame_pick *)0)->hype_result)},
    {.name = "chosen", .prototype = "int (*(struct operations *, void (*)(int, double (*)[*])))(const void *, const void *)",
     .signature = UINT64_C(0x021c574ac7595c37),
     .function = (hype_function)chosen, .bind = (hype_function)hype_bind_chosen,
     .invoke = hype_invoke_chosen, .frame = 3,
     .result_offset = __builtin_offsetof(struct hype_frame_chosen, hype_result),
     .result_size = sizeof(((struct hype_frame_chosen *)0)->hype_result)},
    {.name = "in_header", .prototype = "int (void)",
     .signature = UINT64_C(0x0dc4a54842848b33),
     .function = (hype_function)in_header, .bind = (hype_function)hype_bind_in_header,
     .invoke = hype_invoke_in_header, .frame = 5,
     .result_offset = __builtin_offsetof(struct hype_frame_in_header, hype_result),
     .result_size = sizeof(((struct hype_frame_in_header *)0)->hype_result)},
    {.name = "empty", .prototype = "int (void)",
     .signature = UINT64_C(0x0dc4a54842848b33),
     .function = (hype_function)empty, .bind = (hype_function)hype_bind_empty,
     .invoke = hype_invoke_empty, .frame = 6,
     .result_offset = __builtin_offsetof(struct hype_frame_empty, hype_result),
     .result_size = sizeof(((struct hype_frame_empty *)0)->hype_result)},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 7, .n_entries = 4,
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
extern const char hype_entry_of_pick __attribute__((visibility("hidden")));
const char hype_entry_of_pick __attribute__((used)) = 0;
extern const char hype_entry_of_chosen __attribute__((visibility("hidden")));
const char hype_entry_of_chosen __attribute__((used)) = 0;
