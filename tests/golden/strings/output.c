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

struct hype_frame_strings {
    char *a;
    const char *b;
    letter *c;
    string d;
    char *e;
    string f;
    signed char *not_a_string;
    char *hype_result;
};

struct hype_frame_wide {
    const wchar_t *text;
    unsigned char *octets;
    wchar_t *lone;
    uint16_t **lines;
    wchar_t *hype_result;
};

struct hype_frame_arguments {
    char **argv;
    char **names;
    words typedefed;
    words *more;
    char *buffer;
    int hype_result;
};

/* the call of strings */
static const struct hype_field hype_fields_1[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_strings, a), .repeat = 1,
     .name = "a"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_strings, b), .repeat = 1,
     .name = "b"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_strings, c), .repeat = 1,
     .name = "c"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_strings, d), .repeat = 1,
     .name = "d"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_strings, e), .repeat = 1,
     .name = "e"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_strings, f), .repeat = 1,
     .name = "f"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 2,
     .offset = __builtin_offsetof(struct hype_frame_strings, not_a_string), .repeat = 1,
     .name = "not_a_string"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_OUT, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_strings, hype_result), .repeat = 1,
     .name = "result"},
};

/* the call of wide */
static const struct hype_field hype_fields_3[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_IN, .type = 4,
     .offset = __builtin_offsetof(struct hype_frame_wide, text), .repeat = 1,
     .name = "text"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 5,
     .offset = __builtin_offsetof(struct hype_frame_wide, octets), .repeat = 1,
     .name = "octets"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 4,
     .offset = __builtin_offsetof(struct hype_frame_wide, lone), .repeat = 1,
     .name = "lone"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 6,
     .offset = __builtin_offsetof(struct hype_frame_wide, lines), .repeat = 1,
     .name = "lines"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_OUT, .type = 4,
     .offset = __builtin_offsetof(struct hype_frame_wide, hype_result), .repeat = 1,
     .name = "result"},
};

/* unsigned short * */
static const struct hype_field hype_fields_6[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 7,
     .offset = 0, .repeat = 1,
     .name = "lines[]"},
};

/* names of the call of arguments: 2 */
static int64_t hype_count_8_1(const void *hype_owner, const void *hype_context)
{
    (void)hype_owner;
    (void)hype_context;
    return hype_number_count(hype_number_signed(2));
}

/* buffer of the call of arguments: 16 */
static int64_t hype_count_8_4(const void *hype_owner, const void *hype_context)
{
    (void)hype_owner;
    (void)hype_context;
    return hype_number_count(hype_number_signed(16));
}

/* the call of arguments */
static const struct hype_field hype_fields_8[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 9,
     .offset = __builtin_offsetof(struct hype_frame_arguments, argv), .repeat = 1,
     .name = "argv"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 9,
     .offset = __builtin_offsetof(struct hype_frame_arguments, names), .repeat = 1, .count = hype_count_8_1,
     .name = "names"},
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_IN, .type = 10,
     .offset = __builtin_offsetof(struct hype_frame_arguments, typedefed), .repeat = 1,
     .name = "typedefed"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_INOUT, .type = 11,
     .offset = __builtin_offsetof(struct hype_frame_arguments, more), .repeat = 1,
     .name = "more"},
    {.kind = HYPE_FIELD_POINTER, .direction = HYPE_DIRECTION_OUT, .type = 0,
     .offset = __builtin_offsetof(struct hype_frame_arguments, buffer), .repeat = 1, .count = hype_count_8_4,
     .name = "buffer"},
};

/* char * */
static const struct hype_field hype_fields_9[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_INOUT, .type = 0,
     .offset = 0, .repeat = 1,
     .name = "[]"},
};

/* const char * */
static const struct hype_field hype_fields_10[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_IN, .type = 0,
     .offset = 0, .repeat = 1,
     .name = "[]"},
};

/* const char *const * */
static const struct hype_field hype_fields_11[] = {
    {.kind = HYPE_FIELD_TERMINATED, .direction = HYPE_DIRECTION_IN, .type = 10,
     .offset = 0, .repeat = 1,
     .name = "more[]"},
};

static const struct hype_type hype_types_[] = {
    /* 0 */
    {.name = "char",
     .size = sizeof(char),
     .alignment = __extension__ _Alignof(char)},
    /* 1 */
    {.name = "the call of strings",
     .size = sizeof(struct hype_frame_strings),
     .alignment = __extension__ _Alignof(struct hype_frame_strings),
     .n_fields = 8, .fields = hype_fields_1},
    /* 2 */
    {.name = "signed char",
     .size = sizeof(signed char),
     .alignment = __extension__ _Alignof(signed char)},
    /* 3 */
    {.name = "the call of wide",
     .size = sizeof(struct hype_frame_wide),
     .alignment = __extension__ _Alignof(struct hype_frame_wide),
     .n_fields = 5, .fields = hype_fields_3},
    /* 4 */
    {.name = "int",
     .size = sizeof(int),
     .alignment = __extension__ _Alignof(int)},
    /* 5 */
    {.name = "unsigned char",
     .size = sizeof(unsigned char),
     .alignment = __extension__ _Alignof(unsigned char)},
    /* 6 */
    {.name = "unsigned short *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_6},
    /* 7 */
    {.name = "unsigned short",
     .size = sizeof(unsigned short),
     .alignment = __extension__ _Alignof(unsigned short)},
    /* 8 */
    {.name = "the call of arguments",
     .size = sizeof(struct hype_frame_arguments),
     .alignment = __extension__ _Alignof(struct hype_frame_arguments),
     .n_fields = 5, .fields = hype_fields_8},
    /* 9 */
    {.name = "char *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_9},
    /* 10 */
    {.name = "const char *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_10},
    /* 11 */
    {.name = "const char *const *",
     .size = sizeof(void *),
     .alignment = __extension__ _Alignof(void *),
     .n_fields = 1, .fields = hype_fields_11},
};

static char *hype_bind_strings(char *a, const char *b, letter *c, string d, char *e, string f, signed char *not_a_string)
{
    struct hype_frame_strings hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.a = a;
    hype_frame.b = b;
    hype_frame.c = c;
    hype_frame.d = d;
    hype_frame.e = e;
    hype_frame.f = f;
    hype_frame.not_a_string = not_a_string;
    hype_capture_frame(&hype_unit_, 0, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_strings(void *hype_memory)
{
    struct hype_frame_strings *const hype_frame = hype_memory;

    hype_frame->hype_result = strings(hype_frame->a, hype_frame->b, hype_frame->c, hype_frame->d, hype_frame->e, hype_frame->f, hype_frame->not_a_string);
}

static wchar_t *hype_bind_wide(const wchar_t *text, unsigned char *octets, wchar_t *lone, uint16_t **lines)
{
    struct hype_frame_wide hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.text = text;
    hype_frame.octets = octets;
    hype_frame.lone = lone;
    hype_frame.lines = lines;
    hype_capture_frame(&hype_unit_, 1, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_wide(void *hype_memory)
{
    struct hype_frame_wide *const hype_frame = hype_memory;

    hype_frame->hype_result = wide(hype_frame->text, hype_frame->octets, hype_frame->lone, hype_frame->lines);
}

static int hype_bind_arguments(char **argv, char **names, words typedefed, words *more, char *buffer)
{
    struct hype_frame_arguments hype_frame;

    __builtin_memset(&hype_frame, 0, sizeof hype_frame);
    hype_frame.argv = argv;
    hype_frame.names = names;
    hype_frame.typedefed = typedefed;
    hype_frame.more = more;
    hype_frame.buffer = buffer;
    hype_capture_frame(&hype_unit_, 2, &hype_frame);
    return hype_frame.hype_result;
}

static void hype_invoke_arguments(void *hype_memory)
{
    struct hype_frame_arguments *const hype_frame = hype_memory;

    hype_frame->hype_result = arguments(hype_frame->argv, hype_frame->names, hype_frame->typedefed, hype_frame->more, hype_frame->buffer);
}

static const struct hype_entry hype_entries_[] = {
    {.name = "strings", .prototype = "char *(char *, const char *, char *, char *, char *, char *, signed char *)",
     .signature = UINT64_C(0x07a4137c1cf6dfa4),
     .function = (hype_function)strings, .bind = (hype_function)hype_bind_strings,
     .invoke = hype_invoke_strings, .frame = 1,
     .result_offset = __builtin_offsetof(struct hype_frame_strings, hype_result),
     .result_size = sizeof(((struct hype_frame_strings *)0)->hype_result)},
    {.name = "wide", .prototype = "int *(const int *, unsigned char *, int *, unsigned short **)",
     .signature = UINT64_C(0xde46c1c585d2dca8),
     .function = (hype_function)wide, .bind = (hype_function)hype_bind_wide,
     .invoke = hype_invoke_wide, .frame = 3,
     .result_offset = __builtin_offsetof(struct hype_frame_wide, hype_result),
     .result_size = sizeof(((struct hype_frame_wide *)0)->hype_result)},
    {.name = "arguments", .prototype = "int (char **, char **, const char *const *, const char *const **, char *)",
     .signature = UINT64_C(0x834150c84c3f9096),
     .function = (hype_function)arguments, .bind = (hype_function)hype_bind_arguments,
     .invoke = hype_invoke_arguments, .frame = 8,
     .result_offset = __builtin_offsetof(struct hype_frame_arguments, hype_result),
     .result_size = sizeof(((struct hype_frame_arguments *)0)->hype_result)},
};

static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = "input.c", .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = 12, .n_entries = 3,
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
extern const char hype_entry_of_strings __attribute__((visibility("hidden")));
const char hype_entry_of_strings __attribute__((used)) = 0;
extern const char hype_entry_of_wide __attribute__((visibility("hidden")));
const char hype_entry_of_wide __attribute__((used)) = 0;
extern const char hype_entry_of_arguments __attribute__((visibility("hidden")));
const char hype_entry_of_arguments __attribute__((used)) = 0;
