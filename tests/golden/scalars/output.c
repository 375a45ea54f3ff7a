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

struct hype_frame_scalars {
    _Bool b;
    signed char c;
    unsigned long long u;
    long double l;
    _Complex double z;
    wide w;
    vector4 v;
    direction d;
    wchar_t wc;
    int constant;
    int vol;
    int reg;
    _Complex double hype_result;
};

struct hype_frame_atomics {
    int by_value;
    _Atomic(long) *pointer;
    const volatile int *read;
    int hype_result;
};

struct hype_frame_pointers {
    _Bool *b;
    unsigned short n;
    _Complex double *z;
    wide *w;
    vector4 *v;
    direction *d;
    wide w128;
    vector4 hype_result;
};

struct hype_frame_by_value {
    struct counted counted;
    struct counted hype_result;
};

/* the call of atomics */
static const struct hype_field hype_fields_2[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 3,
     .offset = __builtin_offsetof(struct hype_frame_atomics, pointer), .repeat = 1,
     .name = "pointer"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_IN, .type = 4,
     .offset = __builtin_offsetof(struct hype_frame_atomics, read), .repeat = 1,
     .name = "read"},
};

/* b of the call of pointers: n */
static int64_t hype_count_5_0(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_pointers *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* d of the call of pointers: w128 */
static int64_t hype_count_5_4(const void *hype_owner, const void *hype_context)
{
    const struct hype_frame_pointers *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->w128));
}

/* the call of pointers */
static const struct hype_field hype_fields_5[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 6,
     .offset = __builtin_offsetof(struct hype_frame_pointers, b), .repeat = 1, .count = hype_count_5_0,
     .name = "b"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 7,
     .offset = __builtin_offsetof(struct hype_frame_pointers, z), .repeat = 1,
     .name = "z"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 8,
     .offset = __builtin_offsetof(struct hype_frame_pointers, w), .repeat = 1,
     .name = "w"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 9,
     .offset = __builtin_offsetof(struct hype_frame_pointers, v), .repeat = 1,
     .name = "v"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 10,
     .offset = __builtin_offsetof(struct hype_frame_pointers, d), .repeat = 1, .count = hype_count_5_4,
     .name = "d"},
};

/* the call of by_value */
static const struct hype_field hype_fields_11[] = {
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 12,
     .offset = __builtin_offsetof(struct hype_frame_by_value, counted), .repeat = 1,
     .name = "counted"},
    {.kind = HYPE_FIELD_EMBED, .direction = HYPE_DIRECTION_INOUT, .type = 12,
     .offset = __builtin_offsetof(struct hype_frame_by_value, hype_result), .repeat = 1,
     .name = "result"},
};

/* values of struct counted: n */
static int64_t hype_count_12_0(const void *hype_owner, const void *hype_context)
{
    const struct counted *const hype_self = hype_owner;

    (void)hype_context;
    return hype_number_count(HYPE_NUMBER(hype_self->n));
}

/* struct counted */
static const struct hype_field hype_fields_12[] = {
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 13,
     .offset = __builtin_offsetof(struct counted, values), .repeat = 1, .count = hype_count_12_0,
     .name = "values"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of scalars",
     .size = sizeof(struct hype_frame_scalars),
     .alignment = __extension__ _Alignof(struct hype_frame_scalars)},
    /* 2 */
    {.name = "the call of atomics",
     .size = sizeof(struct hype_frame_atomics),
     .alignment = __extension__ _Alignof(struct hype_frame_atomics),
     .n_fields = 2, .fields = hype_fields_2},
    /* 3 */
    {.name = "_Atomic(long)",
     .size = sizeof(_Atomic(long)),
     .alignment = __extension__ _Alignof(_Atomic(long))},
    /* 4 */
    {.name = "int",
     .size = sizeof(int),
     .alignment = __extension__ _Alignof(int)},
    /* 5 */
    {.name = "the call of pointers",
     .size = sizeof(struct hype_frame_pointers),
     .alignment = __extension__ _Alignof(struct hype_frame_pointers),
     .n_fields = 5, .fields = hype_fields_5},
    /* 6 */
    {.name = "_Bool",
     .size = sizeof(_Bool),
     .alignment = __extension__ _Alignof(_Bool)},
    /* 7 */
    {.name = "_Complex double",
     .size = sizeof(_Complex double),
     .alignment = __extension__ _Alignof(_Complex double)},
    /* 8 */
    {.name = "__int128",
     .size = __extension__ sizeof(__int128),
     .alignment = __extension__ _Alignof(__int128)},
    /* 9 */
    {.name = "__attribute__((__vector_size__(4 * sizeof(float)))) float",
     .size = sizeof(__attribute__((__vector_size__(4 * sizeof(float)))) float),
     .alignment = __extension__ _Alignof(__attribute__((__vector_size__(4 * sizeof(float)))) float)},
    /* 10 */
    {.name = "direction",
     .size = sizeof(direction),
     .alignment = __extension__ _Alignof(direction)},
    /* 11 */
    {.name = "the call of by_value",
     .size = sizeof(struct hype_frame_by_value),
     .alignment = __extension__ _Alignof(struct hype_frame_by_value),
     .n_fields = 2, .fields = hype_fields_11},
    /* 12 */
    {.name = "struct counted",
     .size = sizeof(struct counted),
     .alignment = __extension__ _Alignof(struct counted),
     .n_fields = 1, .fields = hype_fields_12},
    /* 13 */
    {.name = "float",
     .size = sizeof(float),
     .alignment = __extension__ _Alignof(float)},
};

static _Complex double hype_bind_scalars(_Bool b, signed char c, unsigned long long u, long double l, _Complex double z, wide w, vector4 v, direction d, wchar_t wc, int constant, int vol, int reg)
{
    struct hype_frame_scalars hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.b = b;
    hype_frame.c = c;
    hype_frame.u = u;
    hype_frame.l = l;
    hype_frame.z = z;
    hype_frame.w = w;
    hype_frame.v = v;
    hype_frame.d = d;
    hype_frame.wc = wc;
    hype_frame.constant = constant;
    hype_frame.vol = vol;
    hype_frame.reg = reg;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_scalars(void *hype_memory)
{
    struct hype_frame_scalars *const hype_frame = hype_memory;

    hype_frame->hype_result = scalars(hype_frame->b, hype_frame->c, hype_frame->u, hype_frame->l, hype_frame->z, hype_frame->w, hype_frame->v, hype_frame->d, hype_frame->wc, hype_frame->constant, hype_frame->vol, hype_frame->reg);
}

static int hype_bind_atomics(_Atomic(int) by_value, _Atomic(long) *pointer, const volatile int *read)
{
    struct hype_frame_atomics hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.by_value = by_value;
    hype_frame.pointer = pointer;
    hype_frame.read = read;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_atomics(void *hype_memory)
{
    struct hype_frame_atomics *const hype_frame = hype_memory;

    hype_frame->hype_result = atomics(hype_frame->by_value, hype_frame->pointer, hype_frame->read);
}

static vector4 hype_bind_pointers(_Bool *b, _Atomic(unsigned short) n, _Complex double *z, wide *w, vector4 *v, direction *d, wide w128)
{
    struct hype_frame_pointers hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.b = b;
    hype_frame.n = n;
    hype_frame.z = z;
    hype_frame.w = w;
    hype_frame.v = v;
    hype_frame.d = d;
    hype_frame.w128 = w128;
    hype_capture_frame(&hype_unit_, 2, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_pointers(void *hype_memory)
{
    struct hype_frame_pointers *const hype_frame = hype_memory;

    hype_frame->hype_result = pointers(hype_frame->b, hype_frame->n, hype_frame->z, hype_frame->w, hype_frame->v, hype_frame->d, hype_frame->w128);
}

static struct counted hype_bind_by_value(struct counted counted)
{
    struct hype_frame_by_value hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    __builtin_memcpy(&hype_frame.counted, &counted, sizeof hype_frame.counted);
    hype_capture_frame(&hype_unit_, 3, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_by_value(void *hype_memory)
{
    struct hype_frame_by_value *const hype_frame = hype_memory;

    {
        __typeof__(hype_frame->hype_result) hype_result = by_value(hype_frame->counted);
        __builtin_memcpy(&hype_frame->hype_result, &hype_result, sizeof hype_result);
    }
}

static const struct hype_entry hype_entries_[] = {
    {.name = "scalars", .prototype = "_Complex double (_Bool, signed char, unsigned long long, long double, _Complex double, __int128, __attribute__((__vector_size__(4 * sizeof(float)))) float, direction, int, int, int, int)",
     .signature = UINT64_C(0xc6943dfad37f5b3d),
     .function = (hype_function)scalars, .bind = (hype_function)hype_bind_scalars,
     .invoke = hype_invoke_scalars, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_scalars, hype_result),
     .result_size = sizeof(((struct hype_frame_scalars *)0)->hype_result)},
    {.name = "atomics", .prototype = "int (_Atomic(int), _Atomic(long) *, const volatile int *)",
     .signature = UINT64_C(0x744205ad212a92c7),
     .function = (hype_function)atomics, .bind = (hype_function)hype_bind_atomics,
     .invoke = hype_invoke_atomics, .frame = 2,
     .result_offset = __builtin_offsetof(struct hype_frame_atomics, hype_result),
     .result_size = sizeof(((struct hype_frame_atomics *)0)->hype_result)},
    {.name = "pointers", .prototype = "__attribute__((__vector_size__(4 * sizeof(float)))) float (_Bool *, _Atomic(unsigned short), _Complex double *, __int128 *, __attribute__((__vector_size__(4 * sizeof(float)))) float *, direction *, __int128)",
     .signature = UINT64_C(0x4ef36da7cc8ba7ee),
     .function = (hype_function)pointers, .bind = (hype_function)hype_bind_pointers,
     .invoke = hype_invoke_pointers, .frame = 5,
     .result_offset = __builtin_offsetof(struct hype_frame_pointers, hype_result),
     .result_size = sizeof(((struct hype_frame_pointers *)0)->hype_result)},
    {.name = "by_value", .prototype = "const struct counted (struct counted)",
     .signature = UINT64_C(0x668460ab1bbc1643),
     .function = (hype_function)by_value, .bind = (hype_function)hype_bind_by_value,
     .invoke = hype_invoke_by_value, .frame = 11,
     .result_offset = __builtin_offsetof(struct hype_frame_by_value, hype_result),
     .result_size = sizeof(((struct hype_frame_by_value *)0)->hype_result)},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_HERE,
                                      .n_types = 14, .n_entries = 4,
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
extern const char hype_entry_of_scalars __attribute__((visibility("hidden")));
const char hype_entry_of_scalars __attribute__((used)) = 0;
extern const char hype_entry_of_atomics __attribute__((visibility("hidden")));
const char hype_entry_of_atomics __attribute__((used)) = 0;
extern const char hype_entry_of_pointers __attribute__((visibility("hidden")));
const char hype_entry_of_pointers __attribute__((used)) = 0;
extern const char hype_entry_of_by_value __attribute__((visibility("hidden")));
const char hype_entry_of_by_value __attribute__((used)) = 0;
