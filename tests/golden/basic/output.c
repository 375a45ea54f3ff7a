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

struct hype_frame_extract_env {
    const char *cmd;
    report hype_result;
};

struct hype_frame_smooth {
    size_t count;
    const double *in;
    double *out;
    double sigma;
    int hype_result;
};

struct hype_frame_reverse {
    struct node *list;
    enum color color;
    struct node *hype_result;
};

struct hype_frame_pair {
    struct node node;
    struct node *read;
    struct node *written;
};

struct hype_frame_nothing {
    char hype_nothing; /* a struct has at least one member */
};

/* the call of extract_env */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_extract_env, cmd), .repeat = 1,
     .name = "cmd"},
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_extract_env, hype_result), .repeat = 1,
     .name = "result"},
};

/* vars of report: n_vars */
static int64_t hype_count_2_2(const void *hype_owner, const void *hype_context)
{
    const report *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n_vars));
}

/* report */
static const struct hype_field hype_fields_2[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(report, cmd_output), .repeat = 1,
     .name = "cmd_output"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(report, mounts), .repeat = 1,
     .name = "mounts"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 3,
     .offset = __builtin_offsetof(report, vars), .repeat = 1, .count = hype_count_2_2,
     .name = "vars"},
};

/* env_var */
static const struct hype_field hype_fields_3[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(env_var, name), .repeat = 1,
     .name = "name"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(env_var, value), .repeat = 1,
     .name = "value"},
};

/* in, out of the call of smooth: count */
static int64_t hype_count_4_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_smooth *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->count));
}

/* the call of smooth */
static const struct hype_field hype_fields_4[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 5,
     .offset = __builtin_offsetof(struct hype_frame_smooth, in), .repeat = 1, .count = hype_count_4_0,
     .name = "in"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_OUT, .type = 5,
     .offset = __builtin_offsetof(struct hype_frame_smooth, out), .repeat = 1, .count = hype_count_4_0,
     .name = "out"},
};

/* the call of reverse */
static const struct hype_field hype_fields_6[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 7,
     .offset = __builtin_offsetof(struct hype_frame_reverse, list), .repeat = 1,
     .name = "list"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_OUT, .type = 7,
     .offset = __builtin_offsetof(struct hype_frame_reverse, hype_result), .repeat = 1,
     .name = "result"},
};

/* struct node */
static const struct hype_field hype_fields_7[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 7,
     .offset = __builtin_offsetof(struct node, next), .repeat = 1,
     .name = "next"},
};

/* the call of pair */
static const struct hype_field hype_fields_8[] = {
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 7,
     .offset = __builtin_offsetof(struct hype_frame_pair, node), .repeat = 1,
     .name = "node"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 7,
     .offset = __builtin_offsetof(struct hype_frame_pair, read), .repeat = 1,
     .name = "read"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_OUT, .type = 7,
     .offset = __builtin_offsetof(struct hype_frame_pair, written), .repeat = 1,
     .name = "written"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of extract_env",
     .size = sizeof(struct hype_frame_extract_env),
     .alignment = __extension__ _Alignof(struct hype_frame_extract_env),
     .n_fields = 2, .fields = hype_fields_1},
    /* 2 */
    {.name = "report",
     .size = sizeof(report),
     .alignment = __extension__ _Alignof(report),
     .n_fields = 3, .fields = hype_fields_2},
    /* 3 */
    {.name = "env_var",
     .size = sizeof(env_var),
     .alignment = __extension__ _Alignof(env_var),
     .n_fields = 2, .fields = hype_fields_3},
    /* 4 */
    {.name = "the call of smooth",
     .size = sizeof(struct hype_frame_smooth),
     .alignment = __extension__ _Alignof(struct hype_frame_smooth),
     .n_fields = 2, .fields = hype_fields_4},
    /* 5 */
    {.name = "double",
     .size = sizeof(double),
     .alignment = __extension__ _Alignof(double)},
    /* 6 */
    {.name = "the call of reverse",
     .size = sizeof(struct hype_frame_reverse),
     .alignment = __extension__ _Alignof(struct hype_frame_reverse),
     .n_fields = 2, .fields = hype_fields_6},
    /* 7 */
    {.name = "struct node",
     .size = sizeof(struct node),
     .alignment = __extension__ _Alignof(struct node),
     .n_fields = 1, .fields = hype_fields_7},
    /* 8 */
    {.name = "the call of pair",
     .size = sizeof(struct hype_frame_pair),
     .alignment = __extension__ _Alignof(struct hype_frame_pair),
     .n_fields = 3, .fields = hype_fields_8},
    /* 9 */
    {.name = "the call of nothing",
     .size = sizeof(struct hype_frame_nothing),
     .alignment = __extension__ _Alignof(struct hype_frame_nothing)},
};

static report hype_bind_extract_env(const char *cmd)
{
    struct hype_frame_extract_env hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.cmd = cmd;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_extract_env(void *hype_memory)
{
    struct hype_frame_extract_env *const hype_frame = hype_memory;

    hype_frame->hype_result = extract_env(hype_frame->cmd);
}

static int hype_bind_smooth(size_t count, const double *in, double *out, double sigma)
{
    struct hype_frame_smooth hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.count = count;
    hype_frame.in = in;
    hype_frame.out = out;
    hype_frame.sigma = sigma;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_smooth(void *hype_memory)
{
    struct hype_frame_smooth *const hype_frame = hype_memory;

    hype_frame->hype_result = smooth(hype_frame->count, hype_frame->in, hype_frame->out, hype_frame->sigma);
}

static struct node *hype_bind_reverse(struct node *list, enum color color)
{
    struct hype_frame_reverse hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.list = list;
    hype_frame.color = color;
    hype_capture_frame(&hype_unit_, 2, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_reverse(void *hype_memory)
{
    struct hype_frame_reverse *const hype_frame = hype_memory;

    hype_frame->hype_result = reverse(hype_frame->list, hype_frame->color);
}

static void hype_bind_pair(struct node node, struct node *read, struct node *written)
{
    struct hype_frame_pair hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.node = node;
    hype_frame.read = read;
    hype_frame.written = written;
    hype_capture_frame(&hype_unit_, 3, &hype_frame);
}

static void hype_invoke_pair(void *hype_memory)
{
    struct hype_frame_pair *const hype_frame = hype_memory;

    pair(hype_frame->node, hype_frame->read, hype_frame->written);
}

static void hype_bind_nothing(void)
{
    struct hype_frame_nothing hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_capture_frame(&hype_unit_, 4, &hype_frame);
}

static void hype_invoke_nothing(void *hype_memory)
{
    (void)hype_memory;
    nothing();
}

static const struct hype_entry hype_entries_[] = {
    {.name = "extract_env", .prototype = "report (const char *)",
     .signature = UINT64_C(0x1c7913082f0797b9),
     .function = (hype_function)extract_env, .bind = (hype_function)hype_bind_extract_env,
     .invoke = hype_invoke_extract_env, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_extract_env, hype_result),
     .result_size = sizeof(((struct hype_frame_extract_env *)0)->hype_result)},
    {.name = "smooth", .prototype = "int (unsigned long, const double *, double *, double)",
     .signature = UINT64_C(0xbcdada49f270dd12),
     .function = (hype_function)smooth, .bind = (hype_function)hype_bind_smooth,
     .invoke = hype_invoke_smooth, .frame = 4,
     .result_offset = __builtin_offsetof(struct hype_frame_smooth, hype_result),
     .result_size = sizeof(((struct hype_frame_smooth *)0)->hype_result)},
    {.name = "reverse", .prototype = "struct node *(struct node *, enum color)",
     .signature = UINT64_C(0x762be1eb21484e8a),
     .function = (hype_function)reverse, .bind = (hype_function)hype_bind_reverse,
     .invoke = hype_invoke_reverse, .frame = 6,
     .result_offset = __builtin_offsetof(struct hype_frame_reverse, hype_result),
     .result_size = sizeof(((struct hype_frame_reverse *)0)->hype_result)},
    {.name = "pair", .prototype = "void (struct node, struct node *, struct node *)",
     .signature = UINT64_C(0xa95680d64519e50f),
     .function = (hype_function)pair, .bind = (hype_function)hype_bind_pair,
     .invoke = hype_invoke_pair, .frame = 8,
     .result_offset = HYPE_NO_RESULT},
    {.name = "nothing", .prototype = "void (void)",
     .signature = UINT64_C(0x5cfe9489f2557546),
     .function = (hype_function)nothing, .bind = (hype_function)hype_bind_nothing,
     .invoke = hype_invoke_nothing, .frame = 9,
     .result_offset = HYPE_NO_RESULT},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 10, .n_entries = 5,
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
extern const char hype_entry_of_extract_env __attribute__((visibility("hidden")));
const char hype_entry_of_extract_env __attribute__((used)) = 0;
extern const char hype_entry_of_smooth __attribute__((visibility("hidden")));
const char hype_entry_of_smooth __attribute__((used)) = 0;
extern const char hype_entry_of_reverse __attribute__((visibility("hidden")));
const char hype_entry_of_reverse __attribute__((used)) = 0;
extern const char hype_entry_of_pair __attribute__((visibility("hidden")));
const char hype_entry_of_pair __attribute__((used)) = 0;
extern const char hype_entry_of_nothing __attribute__((visibility("hidden")));
const char hype_entry_of_nothing __attribute__((used)) = 0;
