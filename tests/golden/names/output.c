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

struct hype_frame_handles {
    handle h;
    handle *several;
    __typeof__ (((handle)0)->size) size_of_h;
};

struct hype_frame_taken {
    size *size;
    int hype;
    int frame;
    int result;
    int owner;
    int arg1;
    size *hype_result;
};

struct hype_frame_of_typeof {
    int *p;
    unsigned int u;
};

typedef __typeof__((*(*(struct hype_frame_handles *)0).h)) hype_type_2;
typedef __typeof__((*(*(hype_type_2 *)0).points)) hype_type_3;

/* several of the call of handles: 2 */
static int64_t hype_count_1_1(const void *hype_owner, const void *hype_context)
{
    (void)hype_owner;
    (void)hype_context;
    return hype_number_count(hype_number_signed(2));
}

/* the call of handles */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_handles, h), .repeat = 1,
     .name = "h"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct hype_frame_handles, several), .repeat = 1, .count = hype_count_1_1,
     .name = "several"},
};

/* points of h[]: n */
static int64_t hype_count_2_0(const void *hype_owner, const void *hype_context)
{
    const hype_type_2 *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* h[] */
static const struct hype_field hype_fields_2[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 3,
     .offset = __builtin_offsetof(hype_type_2, points), .repeat = 1, .count = hype_count_2_0,
     .name = "points"},
};

/* points[] */
static const struct hype_field hype_fields_3[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(hype_type_3, label), .repeat = 1,
     .name = "label"},
};

/* struct (unnamed) * */
static const struct hype_field hype_fields_4[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = 0, .repeat = 1,
     .name = "several[]"},
};

/* the call of taken */
static const struct hype_field hype_fields_5[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 6,
     .offset = __builtin_offsetof(struct hype_frame_taken, size), .repeat = 1,
     .name = "size"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_OUT, .type = 6,
     .offset = __builtin_offsetof(struct hype_frame_taken, hype_result), .repeat = 1,
     .name = "result"},
};

/* p of the call of of_typeof: 3 */
static int64_t hype_count_7_0(const void *hype_owner, const void *hype_context)
{
    (void)hype_owner;
    (void)hype_context;
    return hype_number_count(hype_number_signed(3));
}

/* the call of of_typeof */
static const struct hype_field hype_fields_7[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 8,
     .offset = __builtin_offsetof(struct hype_frame_of_typeof, p), .repeat = 1, .count = hype_count_7_0,
     .name = "p"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of handles",
     .size = sizeof(struct hype_frame_handles),
     .alignment = __extension__ _Alignof(struct hype_frame_handles),
     .n_fields = 2, .fields = hype_fields_1},
    /* 2 */
    {.name = "h[]",
     .size = sizeof(hype_type_2),
     .alignment = __extension__ _Alignof(hype_type_2),
     .n_fields = 1, .fields = hype_fields_2},
    /* 3 */
    {.name = "points[]",
     .size = sizeof(hype_type_3),
     .alignment = __extension__ _Alignof(hype_type_3),
     .n_fields = 1, .fields = hype_fields_3},
    /* 4 */
    {.name = "struct (unnamed) *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_4},
    /* 5 */
    {.name = "the call of taken",
     .size = sizeof(struct hype_frame_taken),
     .alignment = __extension__ _Alignof(struct hype_frame_taken),
     .n_fields = 2, .fields = hype_fields_5},
    /* 6 */
    {.name = "struct size",
     .size = sizeof(struct size),
     .alignment = __extension__ _Alignof(struct size)},
    /* 7 */
    {.name = "the call of of_typeof",
     .size = sizeof(struct hype_frame_of_typeof),
     .alignment = __extension__ _Alignof(struct hype_frame_of_typeof),
     .n_fields = 1, .fields = hype_fields_7},
    /* 8 */
    {.name = "int",
     .size = sizeof(int),
     .alignment = __extension__ _Alignof(int)},
};

static void hype_bind_handles(handle h, handle *several, __typeof__ (((handle)0)->size) size_of_h)
{
    struct hype_frame_handles hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.h = h;
    hype_frame.several = several;
    hype_frame.size_of_h = size_of_h;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
}

static void hype_invoke_handles(void *hype_memory)
{
    struct hype_frame_handles *const hype_frame = hype_memory;

    handles(hype_frame->h, hype_frame->several, hype_frame->size_of_h);
}

static size *hype_bind_taken(size *size, int hype, int frame, int result, int owner, int arg1)
{
    struct hype_frame_taken hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.size = size;
    hype_frame.hype = hype;
    hype_frame.frame = frame;
    hype_frame.result = result;
    hype_frame.owner = owner;
    hype_frame.arg1 = arg1;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_taken(void *hype_memory)
{
    struct hype_frame_taken *const hype_frame = hype_memory;

    hype_frame->hype_result = taken(hype_frame->size, hype_frame->hype, hype_frame->frame, hype_frame->result, hype_frame->owner, hype_frame->arg1);
}

static void hype_bind_of_typeof(int *p, unsigned int u)
{
    struct hype_frame_of_typeof hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.p = p;
    hype_frame.u = u;
    hype_capture_frame(&hype_unit_, 2, &hype_frame);
}

static void hype_invoke_of_typeof(void *hype_memory)
{
    struct hype_frame_of_typeof *const hype_frame = hype_memory;

    of_typeof(hype_frame->p, hype_frame->u);
}

static const struct hype_entry hype_entries_[] = {
    {.name = "handles", .prototype = "void (struct (unnamed) *, struct (unnamed) **, enum (unnamed))",
     .signature = UINT64_C(0xb808b7c54f8c0bed),
     .function = (hype_function)handles, .bind = (hype_function)hype_bind_handles,
     .invoke = hype_invoke_handles, .frame = 1,
     .result_offset = HYPE_NO_RESULT},
    {.name = "taken", .prototype = "struct size *(struct size *, int, int, int, int, int)",
     .signature = UINT64_C(0x32d81400bd97e680),
     .function = (hype_function)taken, .bind = (hype_function)hype_bind_taken,
     .invoke = hype_invoke_taken, .frame = 5,
     .result_offset = __builtin_offsetof(struct hype_frame_taken, hype_result),
     .result_size = sizeof(((struct hype_frame_taken *)0)->hype_result)},
    {.name = "of_typeof", .prototype = "void (int *, unsigned int)",
     .signature = UINT64_C(0x80406c34b8973c4e),
     .function = (hype_function)of_typeof, .bind = (hype_function)hype_bind_of_typeof,
     .invoke = hype_invoke_of_typeof, .frame = 7,
     .result_offset = HYPE_NO_RESULT},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 9, .n_entries = 3,
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
extern const char hype_entry_of_handles __attribute__((visibility("hidden")));
const char hype_entry_of_handles __attribute__((used)) = 0;
extern const char hype_entry_of_taken __attribute__((visibility("hidden")));
const char hype_entry_of_taken __attribute__((used)) = 0;
extern const char hype_entry_of_of_typeof __attribute__((visibility("hidden")));
const char hype_entry_of_of_typeof __attribute__((used)) = 0;
