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

struct hype_frame_uses_one {
    int level;
    __typeof__(level) *hype_global_level;
    int hype_result;
};

struct hype_frame_uses_none {
    double x;
    double hype_result;
};

struct hype_frame_uses_counted {
    __typeof__(level) *hype_global_level;
    __typeof__(table) *hype_global_table;
    __typeof__(label) *hype_global_label;
    __typeof__(root) *hype_global_root;
    __typeof__(flags) *hype_global_flags;
    __typeof__(atomic) *hype_global_atomic;
    __typeof__(n_rows) *hype_global_n_rows;
    __typeof__(rows) *hype_global_rows;
    __typeof__(callback) *hype_global_callback;
    __typeof__(unnamed) *hype_global_unnamed;
    double hype_result;
};

struct hype_frame_calls_back {
    __typeof__(level) *hype_global_level;
    __typeof__(table) *hype_global_table;
    __typeof__(label) *hype_global_label;
    __typeof__(root) *hype_global_root;
    __typeof__(flags) *hype_global_flags;
    __typeof__(atomic) *hype_global_atomic;
    __typeof__(n_rows) *hype_global_n_rows;
    __typeof__(rows) *hype_global_rows;
    __typeof__(callback) *hype_global_callback;
    __typeof__(unnamed) *hype_global_unnamed;
    int hype_result;
};

typedef __typeof__(unnamed) hype_type_14;
typedef __typeof__(unnamed[0]) hype_type_15;

/* the call of uses_one */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_uses_one, hype_global_level), .repeat = 1,
     .name = "level"},
};

/* the call of uses_counted */
static const struct hype_field hype_fields_4[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_uses_counted, hype_global_level), .repeat = 1,
     .name = "level"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 5,
     .offset = __builtin_offsetof(struct hype_frame_uses_counted, hype_global_table), .repeat = 1,
     .name = "table"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 6,
     .offset = __builtin_offsetof(struct hype_frame_uses_counted, hype_global_label), .repeat = 1,
     .name = "label"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 7,
     .offset = __builtin_offsetof(struct hype_frame_uses_counted, hype_global_root), .repeat = 1,
     .name = "root"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 9,
     .offset = __builtin_offsetof(struct hype_frame_uses_counted, hype_global_flags), .repeat = 1,
     .name = "flags"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_uses_counted, hype_global_atomic), .repeat = 1,
     .name = "atomic"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 10,
     .offset = __builtin_offsetof(struct hype_frame_uses_counted, hype_global_n_rows), .repeat = 1,
     .name = "n_rows"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 11,
     .offset = __builtin_offsetof(struct hype_frame_uses_counted, hype_global_rows), .repeat = 1,
     .name = "rows"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 13,
     .offset = __builtin_offsetof(struct hype_frame_uses_counted, hype_global_callback), .repeat = 1,
     .name = "callback"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 14,
     .offset = __builtin_offsetof(struct hype_frame_uses_counted, hype_global_unnamed), .repeat = 1,
     .name = "unnamed"},
};

/* const char * */
static const struct hype_field hype_fields_6[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = 0, .repeat = 1,
     .name = "[]"},
};

/* struct tree * */
static const struct hype_field hype_fields_7[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 8,
     .offset = 0, .repeat = 1,
     .name = "[]"},
};

/* struct tree */
static const struct hype_field hype_fields_8[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 8,
     .offset = __builtin_offsetof(struct tree, left), .repeat = 1,
     .name = "left"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 8,
     .offset = __builtin_offsetof(struct tree, right), .repeat = 1,
     .name = "right"},
};

/* rows of float *: n_rows + 1 */
static int64_t hype_count_11_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_uses_counted *const hype_self = hype_context;

    (void)hype_owner;
    return hype_number_count(hype_number_add(HYPE_NUMBER((*hype_self->hype_global_n_rows)), hype_number_signed(1)));
}

/* float * */
static const struct hype_field hype_fields_11[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 12,
     .offset = 0, .repeat = 1, .count = hype_count_11_0,
     .name = "rows"},
};

/* int (*)(int) */
static const struct hype_field hype_fields_13[] = {
    {.kind = HYPE_FIELD_FUNCTION, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = 0, .repeat = 1,
     .name = "[]", .prototype = "int (int)"},
};

/* struct (unnamed)[2] */
static const struct hype_field hype_fields_14[] = {
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 15,
     .offset = 0, .repeat = 2,
     .name = "unnamed"},
};

/* unnamed */
static const struct hype_field hype_fields_15[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(hype_type_15, text), .repeat = 1,
     .name = "text"},
};

/* the call of calls_back */
static const struct hype_field hype_fields_16[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_calls_back, hype_global_level), .repeat = 1,
     .name = "level"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 5,
     .offset = __builtin_offsetof(struct hype_frame_calls_back, hype_global_table), .repeat = 1,
     .name = "table"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 6,
     .offset = __builtin_offsetof(struct hype_frame_calls_back, hype_global_label), .repeat = 1,
     .name = "label"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 7,
     .offset = __builtin_offsetof(struct hype_frame_calls_back, hype_global_root), .repeat = 1,
     .name = "root"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 9,
     .offset = __builtin_offsetof(struct hype_frame_calls_back, hype_global_flags), .repeat = 1,
     .name = "flags"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_calls_back, hype_global_atomic), .repeat = 1,
     .name = "atomic"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 10,
     .offset = __builtin_offsetof(struct hype_frame_calls_back, hype_global_n_rows), .repeat = 1,
     .name = "n_rows"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 17,
     .offset = __builtin_offsetof(struct hype_frame_calls_back, hype_global_rows), .repeat = 1,
     .name = "rows"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 13,
     .offset = __builtin_offsetof(struct hype_frame_calls_back, hype_global_callback), .repeat = 1,
     .name = "callback"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 14,
     .offset = __builtin_offsetof(struct hype_frame_calls_back, hype_global_unnamed), .repeat = 1,
     .name = "unnamed"},
};

/* rows of float *: n_rows + 1 */
static int64_t hype_count_17_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_calls_back *const hype_self = hype_context;

    (void)hype_owner;
    return hype_number_count(hype_number_add(HYPE_NUMBER((*hype_self->hype_global_n_rows)), hype_number_signed(1)));
}

/* float * */
static const struct hype_field hype_fields_17[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 12,
     .offset = 0, .repeat = 1, .count = hype_count_17_0,
     .name = "rows"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of uses_one",
     .size = sizeof(struct hype_frame_uses_one),
     .alignment = __extension__ _Alignof(struct hype_frame_uses_one),
     .n_fields = 1, .fields = hype_fields_1},
    /* 2 */
    {.name = "int",
     .size = sizeof(int),
     .alignment = __extension__ _Alignof(int)},
    /* 3 */
    {.name = "the call of uses_none",
     .size = sizeof(struct hype_frame_uses_none),
     .alignment = __extension__ _Alignof(struct hype_frame_uses_none)},
    /* 4 */
    {.name = "the call of uses_counted",
     .size = sizeof(struct hype_frame_uses_counted),
     .alignment = __extension__ _Alignof(struct hype_frame_uses_counted),
     .n_fields = 10, .fields = hype_fields_4},
    /* 5 */
    {.name = "double[2][8]",
     .size = sizeof(double[2][8]),
     .alignment = __extension__ _Alignof(double[2][8])},
    /* 6 */
    {.name = "const char *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_6},
    /* 7 */
    {.name = "struct tree *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_7},
    /* 8 */
    {.name = "struct tree",
     .size = sizeof(struct tree),
     .alignment = __extension__ _Alignof(struct tree),
     .n_fields = 2, .fields = hype_fields_8},
    /* 9 */
    {.name = "int[4]",
     .size = sizeof(int[4]),
     .alignment = __extension__ _Alignof(int[4])},
    /* 10 */
    {.name = "unsigned long",
     .size = sizeof(unsigned long),
     .alignment = __extension__ _Alignof(unsigned long)},
    /* 11 */
    {.name = "float *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .flags = HYPE_TYPE_CONTEXT,
     .n_fields = 1, .fields = hype_fields_11},
    /* 12 */
    {.name = "float",
     .size = sizeof(float),
     .alignment = __extension__ _Alignof(float)},
    /* 13 */
    {.name = "int (*)(int)",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_13},
    /* 14 */
    {.name = "struct (unnamed)[2]",
     .size = sizeof(hype_type_14),
     .alignment = __extension__ _Alignof(hype_type_14),
     .n_fields = 1, .fields = hype_fields_14},
    /* 15 */
    {.name = "unnamed",
     .size = sizeof(hype_type_15),
     .alignment = __extension__ _Alignof(hype_type_15),
     .n_fields = 1, .fields = hype_fields_15},
    /* 16 */
    {.name = "the call of calls_back",
     .size = sizeof(struct hype_frame_calls_back),
     .alignment = __extension__ _Alignof(struct hype_frame_calls_back),
     .n_fields = 10, .fields = hype_fields_16},
    /* 17 */
    {.name = "float *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .flags = HYPE_TYPE_CONTEXT,
     .n_fields = 1, .fields = hype_fields_17},
};

static void hype_globals_uses_one(struct hype_frame_uses_one *hype_frame)
{
    hype_frame->hype_global_level = &level;
}

static int hype_bind_uses_one(int level)
{
    struct hype_frame_uses_one hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.level = level;
    hype_globals_uses_one(&hype_frame);
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_uses_one(void *hype_memory)
{
    struct hype_frame_uses_one *const hype_frame = hype_memory;

    level = *hype_frame->hype_global_level;
    hype_frame->hype_result = uses_one(hype_frame->level);
}

static double hype_bind_uses_none(double x)
{
    struct hype_frame_uses_none hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.x = x;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_uses_none(void *hype_memory)
{
    struct hype_frame_uses_none *const hype_frame = hype_memory;

    hype_frame->hype_result = uses_none(hype_frame->x);
}

static void hype_globals_uses_counted(struct hype_frame_uses_counted *hype_frame)
{
    hype_frame->hype_global_level = &level;
    hype_frame->hype_global_table = &table;
    hype_frame->hype_global_label = &label;
    hype_frame->hype_global_root = &root;
    hype_frame->hype_global_flags = &flags;
    hype_frame->hype_global_atomic = &atomic;
    hype_frame->hype_global_n_rows = &n_rows;
    hype_frame->hype_global_rows = &rows;
    hype_frame->hype_global_callback = &callback;
    hype_frame->hype_global_unnamed = &unnamed;
}

static double hype_bind_uses_counted(void)
{
    struct hype_frame_uses_counted hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_globals_uses_counted(&hype_frame);
    hype_capture_frame(&hype_unit_, 2, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_uses_counted(void *hype_memory)
{
    struct hype_frame_uses_counted *const hype_frame = hype_memory;

    level = *hype_frame->hype_global_level;
    __builtin_memcpy(&table, hype_frame->hype_global_table, sizeof table);
    label = *hype_frame->hype_global_label;
    root = *hype_frame->hype_global_root;
    __builtin_memcpy((void *)(__UINTPTR_TYPE__)&flags, (void *)(__UINTPTR_TYPE__)hype_frame->hype_global_flags,
                     sizeof flags);
    atomic = *hype_frame->hype_global_atomic;
    n_rows = *hype_frame->hype_global_n_rows;
    rows = *hype_frame->hype_global_rows;
    callback = *hype_frame->hype_global_callback;
    __builtin_memcpy(&unnamed, hype_frame->hype_global_unnamed, sizeof unnamed);
    hype_frame->hype_result = uses_counted();
}

static void hype_globals_calls_back(struct hype_frame_calls_back *hype_frame)
{
    hype_frame->hype_global_level = &level;
    hype_frame->hype_global_table = &table;
    hype_frame->hype_global_label = &label;
    hype_frame->hype_global_root = &root;
    hype_frame->hype_global_flags = &flags;
    hype_frame->hype_global_atomic = &atomic;
    hype_frame->hype_global_n_rows = &n_rows;
    hype_frame->hype_global_rows = &rows;
    hype_frame->hype_global_callback = &callback;
    hype_frame->hype_global_unnamed = &unnamed;
}

static int hype_bind_calls_back(void)
{
    struct hype_frame_calls_back hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_globals_calls_back(&hype_frame);
    hype_capture_frame(&hype_unit_, 3, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_calls_back(void *hype_memory)
{
    struct hype_frame_calls_back *const hype_frame = hype_memory;

    level = *hype_frame->hype_global_level;
    __builtin_memcpy(&table, hype_frame->hype_global_table, sizeof table);
    label = *hype_frame->hype_global_label;
    root = *hype_frame->hype_global_root;
    __builtin_memcpy((void *)(__UINTPTR_TYPE__)&flags, (void *)(__UINTPTR_TYPE__)hype_frame->hype_global_flags,
                     sizeof flags);
    atomic = *hype_frame->hype_global_atomic;
    n_rows = *hype_frame->hype_global_n_rows;
    rows = *hype_frame->hype_global_rows;
    callback = *hype_frame->hype_global_callback;
    __builtin_memcpy(&unnamed, hype_frame->hype_global_unnamed, sizeof unnamed);
    hype_frame->hype_result = calls_back();
}

static const struct hype_entry hype_entries_[] = {
    {.name = "uses_one", .prototype = "int (int)",
     .signature = UINT64_C(0x0e0adf6bb8d25648),
     .function = (hype_function)uses_one, .bind = (hype_function)hype_bind_uses_one,
     .invoke = hype_invoke_uses_one, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_uses_one, hype_result),
     .result_size = sizeof(((struct hype_frame_uses_one *)0)->hype_result)},
    {.name = "uses_none", .prototype = "double (double)",
     .signature = UINT64_C(0xb7d93609cb5887df),
     .function = (hype_function)uses_none, .bind = (hype_function)hype_bind_uses_none,
     .invoke = hype_invoke_uses_none, .frame = 3,
     .result_offset = __builtin_offsetof(struct hype_frame_uses_none, hype_result),
     .result_size = sizeof(((struct hype_frame_uses_none *)0)->hype_result)},
    {.name = "uses_counted", .prototype = "double (void)",
     .signature = UINT64_C(0xceea7fa64675231a),
     .function = (hype_function)uses_counted, .bind = (hype_function)hype_bind_uses_counted,
     .invoke = hype_invoke_uses_counted, .frame = 4,
     .result_offset = __builtin_offsetof(struct hype_frame_uses_counted, hype_result),
     .result_size = sizeof(((struct hype_frame_uses_counted *)0)->hype_result)},
    {.name = "calls_back", .prototype = "int (void)",
     .signature = UINT64_C(0x455697d6b81b235e),
     .function = (hype_function)calls_back, .bind = (hype_function)hype_bind_calls_back,
     .invoke = hype_invoke_calls_back, .frame = 16,
     .result_offset = __builtin_offsetof(struct hype_frame_calls_back, hype_result),
     .result_size = sizeof(((struct hype_frame_calls_back *)0)->hype_result)},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 18, .n_entries = 4,
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
