/*
 * image.h: the capture image, in which arguments and return values travel. docs/format.md specifies it.
 *
 * Objects lie in an image as they lie in memory, with pointers replaced by references: a region in the top byte,
 * an offset into it below. Objects come in the order in which a walk from the first one (the frame) meets them, so a
 * reader needs no memory of its own to check that every reference leads to an object of the right type.
 */
#ifndef HYPE_RT_IMAGE_H
#define HYPE_RT_IMAGE_H

#include "buffer.h"
#include "share.h"

#include <hype/generated.h>

/* ---- The format ---- */

#define IMAGE_MAGIC   "\x89HYPE\r\n\x1a"
#define IMAGE_VERSION 2
#define IMAGE_PAGE    4096 /* bytes; to this images are aligned where they are worked on */

enum image_kind { IMAGE_ARGUMENTS = 1, IMAGE_RETURN = 2, IMAGE_ERROR = 3 };

struct image_header {
    char magic[8];
    struct hype_abi abi;
    uint32_t version, kind;
    uint64_t signature;     /* of the function, from its struct hype_entry */
    uint64_t layout;        /* of the unit, registry_layout() */
    uint64_t checksum;      /* image_checksum() */
    uint64_t size;          /* of the whole image, bytes */
    uint64_t objects;       /* offset of the object table, which follows the data */
    uint64_t n_objects;     /* entries in it */
    uint64_t n_roots;       /* that many come first and need no reference */
    uint64_t n_reserved;    /* that many come behind the stored ones, without bytes: what is only out arrives zeroed */
    uint64_t reserved_size; /* bytes of the reserved region */
    uint64_t n_freed;       /* return: argument objects that the function freed */
    uint64_t n_segments;    /* that many come last: shared memory, which travels by itself */
    uint64_t unused;        /* zero */
};
#define IMAGE_SEGMENTS 16 /* at most */

struct image_object {
    uint64_t offset; /* in the image, in the reserved or in the shared region */
    uint64_t meta;   /* type number: 16 bits; flags: 8 bits; count of elements: 40 bits */
};
#define IMAGE_OBJECT_META(type, flags, count) ((uint64_t)(type) | (uint64_t)(flags) << 16 | (uint64_t)(count) << 24)
#define IMAGE_OBJECT_TYPE(object)             ((uint32_t)((object)->meta & 0xffff))
#define IMAGE_OBJECT_FLAGS(object)            ((unsigned)((object)->meta >> 16 & 0xff))
#define IMAGE_OBJECT_COUNT(object)            ((object)->meta >> 24)
#define IMAGE_TYPE_LIMIT                      UINT32_C(0xffff)
#define IMAGE_COUNT_LIMIT                     ((UINT64_C(1) << 40) - 1)

enum image_region {
    IMAGE_STORED = 0,   /* the arguments' image */
    IMAGE_RESERVED = 1, /* the arguments' reserved region */
    IMAGE_RETURNED = 2, /* the return image */
    IMAGE_FUNCTION = 3, /* not an offset: registry_function_id() */
    IMAGE_SHARED = 4    /* the arguments' segments */
};
#define IMAGE_REFERENCE(region, offset) ((uint64_t)(region) << 56 | (offset))
#define IMAGE_REGION(reference)         ((unsigned)((reference) >> 56))
#define IMAGE_OFFSET(reference)         ((reference) & ((UINT64_C(1) << 56) - 1))

/* After the object table of a return image: n_roots references (IMAGE_REFERENCE into the arguments) to the argument
 * objects whose new contents the roots are, the reserved ones first, then n_freed references to those that were
 * freed. */

/* Where the reserved region lies in a return image when the function wrote straight into it. */
#define IMAGE_RESERVED_START 4096

/* ---- Writing ---- */

/* Captured arguments: the image, and where each of its objects came from, in the object table's order. */
struct capture {
    const struct hype_unit *unit;
    const struct hype_entry *entry;
    struct buffer image;
    void **addresses;
    struct share **segments; /* header->n_segments; owned; NULL where there are none */
    size_t n_segments;
    const void **contexts; /* of each object, as count functions want them; NULL where no type has HYPE_TYPE_CONTEXT */
};
void capture_free(struct capture *capture);

/* FRAME holds the arguments of ENTRY. */
int image_encode_arguments(const struct hype_unit *unit, const struct hype_entry *entry, const void *frame,
                           struct capture *capture, hype_error **error);

/* A decoded argument image, in the memory that the function works on. */
struct image {
    const struct hype_unit *unit;
    const struct hype_entry *entry;
    const struct image_header *header;
    const struct image_object *objects; /* n_objects */
    char *stored;                       /* the image: references have become pointers */
    const char *pristine;               /* the same bytes as they came */
    char *reserved;                     /* the reserved region */
    char *shared;                       /* the shared region */
    bool in_place;                      /* which is mapped from the return image's file, at IMAGE_RESERVED_START */
    const void **contexts;              /* of each object whose type has HYPE_TYPE_CONTEXT; NULL where no type has it */
    uint64_t *freed;                    /* a bit for each object, or NULL; whoever sets it owns it */
};
void image_free(struct image *image); /* what decoding allocated: contexts */
/* The object that starts at ADDRESS, of SIZE bytes; false when none does. Not for shared memory. */
bool image_find_object(const struct image *image, const void *address, uint64_t *number, uint64_t *size);

/* How many elements of TYPE lie from ADDRESS, in the image, on; 0 where none does. */
uint64_t image_elements_from(const struct image *image, const void *address, uint32_t type);

/* May the reserved region be mapped from the return image's file? Not where it has pointers, which change form. */
bool image_reserved_in_place(const void *arguments, const struct hype_unit *unit);

/* What the function left: its result, what it wrote through pointers, what it freed. */
int image_encode_return(const struct image *arguments, struct buffer *returned, hype_error **error);

/* ---- Reading: everything is hostile until checked ---- */

/* Checks header, checksum, ABI, signature and tables of SIZE bytes at DATA. */
int image_check(const void *data, size_t size, enum image_kind kind, const struct hype_unit *unit,
                const struct hype_entry *entry, hype_error **error);

/*
 * SOURCE is a whole argument image, WORKING a writable copy of it, both aligned to a page: references become pointers
 * in WORKING, each checked; both must live as long as IMAGE. RESERVED is zeroed memory of header->reserved_size
 * bytes, SHARED that of image_shared_size() bytes with each segment at its object's offset. *FRAME, in WORKING, is what
 * ENTRY's invoke() takes.
 */
int image_decode_arguments(const void *source, void *working, size_t size, void *reserved, void *shared,
                           const struct hype_unit *unit, const struct hype_entry *entry, struct image *image,
                           void **frame, hype_error **error);

/*
 * SOURCE is a whole return image, aligned to a page. Stores the function's value at RESULT (NULL: nowhere), what it
 * wrote at the captured objects' own addresses, and new blocks in malloc()ed memory, or in ARENA, a writable copy of
 * SOURCE that then is theirs; free()s what the function freed.
 */
int image_decode_return(const void *source, void *arena, size_t size, const struct capture *capture, void *result,
                        hype_error **error);

/* ---- Shared by writer and reader ---- */

/* The classes of objects, in the order of the table: stored, reserved, segments. */
static inline uint64_t image_n_stored(const struct image_header *h)
{
    return h->n_objects - h->n_reserved - h->n_segments;
}
/* The objects [*FIRST, *END) that the arguments' REGION holds. */
static inline void image_region_objects(const struct image_header *h, unsigned region, uint64_t *first, uint64_t *end)
{
    uint64_t n_stored = image_n_stored(h), ends[] = {0, n_stored, n_stored + h->n_reserved, h->n_objects};
    unsigned place = region == IMAGE_SHARED ? 2 : region == IMAGE_RESERVED ? 1 : 0;
    *first = ends[place];
    *end = ends[place + 1];
}
/* The segments' objects, header->n_segments, of an image that image_check() has passed; and the bytes of their region. */
static inline const struct image_object *image_segments(const struct image_header *h)
{
    const struct image_object *objects = (const void *)((const char *)h + h->objects);
    return objects + h->n_objects - h->n_segments;
}
static inline uint64_t image_shared_size(const struct image_header *h)
{
    const struct image_object *last = image_segments(h) + h->n_segments - 1;
    return h->n_segments ? last->offset + IMAGE_OBJECT_COUNT(last) : 0;
}

/* Is an element a terminator? */
bool image_all_zero(const char *bytes, uint64_t size);
/* Has the unit types whose count functions want a context? */
bool image_has_contexts(const struct hype_unit *unit);

/* Bytes that COUNT elements of TYPE take; COUNT is that of its flexible array member where it has one. -1: too many. */
int image_object_size(const struct hype_unit *unit, uint32_t type, uint64_t count, uint64_t *size);
/* The flexible array member of TYPE, or NULL. */
const struct hype_field *image_flexible(const struct hype_type *type);
/* May a reference to TYPE lead DISPLACEMENT bytes into COUNT elements of HOLDER? Then how many elements of TYPE lie
 * from there on; else 0. */
uint64_t image_elements_at(const struct hype_unit *unit, uint32_t holder, uint64_t count, uint64_t displacement,
                           uint32_t type);
/* XXH3 (64 bits) of what follows the header, its seed being XXH3 of the header with its checksum zero. */
uint64_t image_checksum(const void *data, size_t size);

/* What a failed call left behind, in an image of its own (kind IMAGE_ERROR), with at most N_CAUSES of its causes. */
int image_encode_error(const hype_error *error, unsigned n_causes, struct buffer *image, hype_error **failure);
/* Makes *ERROR from such an image; the status when it is one, or the failure to read it. */
int image_decode_error(const void *data, size_t size, hype_error **error);

#endif
