/*
 * generated.h: what the code that hypecc generates tells the runtime.
 *
 * hypecc appends to each unit that defines HYPE_FN functions: tables that say where the pointers of every type that
 * travels lie and how many elements they lead to, a struct (the frame) that holds the arguments and the result of
 * each function, and two small functions for each: one that fills the frame from a call, one that makes the call
 * from a frame. Everything here is plain data for the runtime; no user includes this header.
 *
 * A unit's types are numbered; tables name a type by its number in the unit. The numbers, and everything else that
 * the capture image depends on, are the same in the program and in its remote object, since both are linked from
 * the same object code; the signature and the layout hash in the image's header say so at run time.
 */
#ifndef HYPE_GENERATED_H
#define HYPE_GENERATED_H

#include <hype/hype.h>
#include <stddef.h>
#include <stdint.h>

#define HYPE_GENERATED_VERSION 2

/* As in hype.h. */
#pragma pack(push)
#pragma pack(8)

/* Returned by a count function: the expression is negative or overflows. */
#define HYPE_COUNT_INVALID (-1)

/*
 * How many elements a pointer leads to. OWNER is the object (frame, struct or lone pointer) that holds it; CONTEXT is
 * the struct or frame whose declaration the pointer's annotation belongs to when that is not OWNER (an inner pointer
 * of 'T **'), else equal to OWNER. Every pointer that the expression follows is valid or NULL when this is called.
 */
typedef int64_t hype_count_function(const void *owner, const void *context);

enum hype_field_kind {
    HYPE_FIELD_EMBED,      /* REPEAT values of TYPE lie here; TYPE has fields of its own */
    HYPE_FIELD_POINTER,    /* REPEAT pointers, each to one TYPE, or to COUNT of them where COUNT is set */
    HYPE_FIELD_TERMINATED, /* REPEAT pointers, each to TYPEs up to and including the first that is all zero bytes */
    HYPE_FIELD_FUNCTION,   /* REPEAT pointers to HYPE_FN functions of prototype NAME_OF_PROTOTYPE */
    HYPE_FIELD_UNION,      /* a union; COUNT returns the type number of its live member, or HYPE_COUNT_INVALID */
    HYPE_FIELD_FLEXIBLE,   /* flexible array member: COUNT values of TYPE lie at the end of the object */
    HYPE_FIELD_SKIP        /* REPEAT bytes that do not travel */
};

enum hype_direction { HYPE_DIRECTION_IN = 1, HYPE_DIRECTION_OUT = 2, HYPE_DIRECTION_INOUT = 3 };

struct hype_field {
    uint8_t kind;                    /* enum hype_field_kind */
    uint8_t direction;               /* enum hype_direction, of what a pointer leads to */
    HYPE_ALIGNED(4) uint32_t type;   /* number of the type embedded or led to */
    HYPE_ALIGNED(8) uint64_t offset; /* bytes, from the start of the owner */
    uint64_t repeat;                 /* 1 for a plain field, more for an array of them; bytes for HYPE_FIELD_SKIP */
    hype_count_function *count;
    const char *name;      /* as messages show it: "vars", "config.rows", "rows[]" */
    const char *prototype; /* of HYPE_FIELD_FUNCTION, as in struct hype_entry; else NULL */
};

/* Flags of struct hype_type. */
#define HYPE_TYPE_CONTEXT 1u /* its count functions want the CONTEXT of the pointer that leads here */

struct hype_type {
    const char *name;   /* as C spells it: "struct env_var", "double" */
    uint64_t size;      /* bytes; without a flexible array member's elements */
    uint32_t alignment; /* bytes */
    uint32_t flags;
    uint32_t n_fields;
    HYPE_ALIGNED(8)
    const struct hype_field *fields; /* only fields that are or hold pointers, or are skipped; by ascending offset */
};

/* A function that may run elsewhere. Its FRAME is a struct of its parameters in order, then pointers to the captured
 * globals that it needs, then its result if it has one. Type 0 of a unit is always 'char'. */
struct hype_entry {
    const char *name;      /* "extract_env" */
    const char *prototype; /* "report (const char *)" */
    uint64_t signature;    /* hash over the prototype, the annotations and every type reached, as spelled */
    hype_function function;
    hype_function bind;          /* FUNCTION's own type; captures its arguments, returns a zero value */
    void (*invoke)(void *frame); /* calls FUNCTION with the frame's arguments, stores its result in the frame */
    uint32_t frame;              /* type number */
    HYPE_ALIGNED(8) uint64_t result_offset; /* in the frame; HYPE_NO_RESULT for a void function */
    uint64_t result_size;                   /* bytes */
};
#define HYPE_NO_RESULT UINT64_MAX

/* The properties of the compiler's data layout that a capture image depends on, each a byte: HYPE_ABI_HERE fills it
 * in under the options that the unit is compiled with. */
struct hype_abi {
    uint8_t little_endian, char_bits, char_signed, pointer_size, long_size, wchar_size, enum_size, bool_size;
    uint8_t long_double_size, long_double_digits, max_alignment, double_alignment, int64_alignment, pack_offset,
        bitfield_low_first, reserved;
};
#pragma pack(pop) /* these show the unit's own packing */
struct hype_abi_pack_probe {
    char c;
    long long l;
};
struct hype_abi_double_probe {
    char c;
    double d;
};
#pragma pack(push)
#pragma pack(8)
enum hype_abi_enum_probe { HYPE_ABI_ENUM_PROBE };
/* clang-format off */
#define HYPE_ABI_HERE HYPE_ABI_(sizeof(long double), __LDBL_MANT_DIG__)
/* Of a unit whose functions have no long double in what travels: processors that differ in it alone may mix. */
#define HYPE_ABI_NO_LONG_DOUBLE HYPE_ABI_(0, 0)
#define HYPE_ABI_(long_double_size, long_double_digits)                                                                \
    { __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, __CHAR_BIT__, (char)-1 < 0, sizeof(void *), sizeof(long),             \
      sizeof(__WCHAR_TYPE__), sizeof(enum hype_abi_enum_probe), sizeof(_Bool), (long_double_size),                    \
      (long_double_digits), __BIGGEST_ALIGNMENT__ > 16 ? 16 : __BIGGEST_ALIGNMENT__,                                      \
      offsetof(struct hype_abi_double_probe, d), __extension__ _Alignof(long long), offsetof(struct hype_abi_pack_probe, l),         \
      __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, 0 }
/* clang-format on */

/* The remote object that rides in a program or shared library: made and embedded by 'hypecc' at link time. */
struct hype_remote {
    const char *name;           /* stem of its file name: the program's */
    const unsigned char *bytes; /* the ELF file; NULL with a sidecar */
    uint64_t size;
    const char *sha256;  /* 64 lower-case hexadecimal digits */
    const char *sidecar; /* path of the file, relative to the program's folder, or NULL */
    const char *const
        *libraries;      /* names of shared libraries that must travel with it, in load order; ends with NULL */
    const char *machine; /* "x86_64": the processor, by uname(2)'s name */
    const struct hype_remote *next; /* the same for another processor, or NULL */
};

struct hype_unit {
    uint32_t version; /* HYPE_GENERATED_VERSION */
    HYPE_ALIGNED(8) const char *source;
    struct hype_abi abi;
    uint32_t n_types, n_entries;
    const struct hype_type *types;
    const struct hype_entry *entries;
    /* The runtime's own, zero in the generated code. */
    const struct hype_remote *remote;
    uint64_t layout; /* hash over the sizes, alignments and offsets of TYPES */
    struct hype_unit *next;
};

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Called by a constructor of each unit. REMOTE is NULL inside a remote object and in what was linked without hypecc. */
void hype_register_unit(struct hype_unit *unit, const struct hype_remote *remote);
/* Called by a destructor of each unit: the shared library that holds it is being unloaded. */
void hype_unregister_unit(struct hype_unit *unit);
/* Called by an entry's bind function: captures FRAME for the hype_bind_end() that follows on this thread. */
void hype_capture_frame(struct hype_unit *unit, uint32_t entry, const void *frame);

/* Count expressions: values widened so that no operand is lost, and arithmetic that turns an overflow into a value
 * that stays invalid. The widening takes any integer type. */
typedef struct hype_number {
    int64_t value;
    _Bool invalid;
} hype_number;
static __inline__ hype_number hype_number_unsigned(uint64_t value)
{
    hype_number n = {(int64_t)value, value > (uint64_t)INT64_MAX};
    return n;
}
static __inline__ hype_number hype_number_signed(int64_t value)
{
    hype_number n = {value, 0};
    return n;
}
static __inline__ hype_number hype_number_add(hype_number a, hype_number b)
{
    hype_number n = {0, a.invalid || b.invalid};
    n.invalid |= __builtin_add_overflow(a.value, b.value, &n.value);
    return n;
}
static __inline__ hype_number hype_number_subtract(hype_number a, hype_number b)
{
    hype_number n = {0, a.invalid || b.invalid};
    n.invalid |= __builtin_sub_overflow(a.value, b.value, &n.value);
    return n;
}
static __inline__ hype_number hype_number_multiply(hype_number a, hype_number b)
{
    hype_number n = {0, a.invalid || b.invalid};
    n.invalid |= __builtin_mul_overflow(a.value, b.value, &n.value);
    return n;
}
static __inline__ hype_number hype_number_divide(hype_number a, hype_number b)
{
    hype_number n = {0, 1};
    if (a.invalid || b.invalid || b.value == 0 || (a.value == INT64_MIN && b.value == -1))
        return n;
    return hype_number_signed(a.value / b.value);
}
static __inline__ int64_t hype_number_count(hype_number n)
{
    return n.invalid || n.value < 0 ? HYPE_COUNT_INVALID : n.value;
}
/* HYPE_NUMBER(x): X of any integer type. Wider than 64 bits is cut, which no count in memory can need. */
#define HYPE_NUMBER(x)                                                                                                 \
    ((__typeof__(+(x)))-1 < 1 ? hype_number_signed((int64_t)(x)) : hype_number_unsigned((uint64_t)(x)))

#pragma pack(pop)
#ifdef __cplusplus
}
#endif
#endif
