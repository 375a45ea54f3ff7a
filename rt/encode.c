/*
 * encode.c: writes capture images.
 *
 * A copying walk, as a garbage collector's: objects are appended to the image as references to them are met, and the
 * image itself is the queue of what is still to be walked, so neither depth nor cycles cost a stack. An index of
 * addresses (extents.h) tells which object a pointer leads to, so that sharing survives.
 *
 * Two pointers may see one block in different sizes: a cursor into an array that travels too, met before the array.
 * When a pointer needs more than an object that was captured before, the larger extent is noted and the walk starts
 * again with it known beforehand.
 */
#include "extents.h"
#include "image.h"
#include "registry.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define WIDE_ALIGNMENT 64 /* what blocks keep of the alignment that an allocator may have given them */

/* ---- The walk ---- */

enum place { STORED, RESERVED, SHARED, PLACES }; /* in the order of the object table */

struct object {
    const char *address; /* where it lies in this program */
    const void *context; /* for count functions of a HYPE_TYPE_CONTEXT type */
    uint64_t offset;     /* in the image, in the reserved or in the shared region */
    uint64_t count;
    uint32_t type;
    uint8_t flags; /* enum hype_direction, of all pointers to it */
    uint8_t place; /* enum place */
};

/* Shared memory that the walk has met. */
struct segment {
    struct share *share;
    size_t object;  /* its number; 0, the frame's, before it is referred to */
    bool by_value; /* something is to be written back to it, or has pointers: it travels as other memory does */
};

/* An extent that is known before the walk meets it. */
struct wide {
    const char *address;
    const void *context;
    uint64_t count, size;
    uint32_t type;
    uint8_t flags;
};

struct encoder {
    const struct hype_unit *unit;
    const struct hype_entry *entry;
    const struct image *arguments; /* when a return image is written */
    unsigned own_region;
    struct buffer *image;
    struct object *objects; /* in objects_memory */
    size_t n_objects, objects_capacity;
    struct buffer objects_memory;
    struct extents extents; /* item N is object N */
    uint64_t reserved_size, shared_size;
    uint64_t n_reserved;
    bool shares; /* is any memory shared? */
    struct segment segments[IMAGE_SEGMENTS];
    size_t n_segments;
    struct wide *wides; /* by address */
    size_t n_wides, wides_capacity;
    bool again;
    unsigned walks;
    hype_error **error;
};

static int refuse_count(struct encoder *e, const struct hype_field *field, const char *why)
{
    return error_set(e->error, HYPE_INVALID, "%s(): the count of '%s' is %s", e->entry->name, field->name, why);
}

static int grow_objects(struct encoder *e)
{
    struct buffer *memory = &e->objects_memory;
    memory->size = e->n_objects * sizeof *e->objects;
    int status = buffer_reserve(memory, memory->size + 16 * sizeof *e->objects, e->error);
    e->objects = (void *)memory->data;
    e->objects_capacity = memory->capacity / sizeof *e->objects;
    return status;
}

/* Blocks keep up to WIDE_ALIGNMENT of the alignment that they have here: code there may count on what malloc gives.
 * (The frame, whose place on a stack says nothing, has its type's.) */
static uint64_t alignment_of(const struct hype_type *type, const char *address, uint64_t size)
{
    uint64_t has = (uintptr_t)address & -(uintptr_t)address;
    uint64_t wide = size >= WIDE_ALIGNMENT ? WIDE_ALIGNMENT
                    : size >= 16           ? 16
                    : size >= 8            ? 8
                    : size >= 4            ? 4
                    : size >= 2            ? 2
                                           : 1;
    uint64_t kept = has < wide ? has : wide;
    return kept > type->alignment ? kept : type->alignment;
}

static int place_stored(struct encoder *e, struct object *o, uint64_t size, uint64_t kept)
{
    struct buffer *image = e->image;
    const struct hype_type *type = &e->unit->types[o->type];
    uint64_t alignment = e->n_objects == 0 ? type->alignment : alignment_of(type, o->address, size);
    /* One byte between objects, so that the address behind an array is not the address of its neighbour. */
    uint64_t start = (image->size + 1 + alignment - 1) & ~(alignment - 1);
    int status = buffer_reserve(image, start - image->size + kept, e->error);
    if (status < 0)
        return status;
    memset(image->data + image->size, 0, start - image->size);
    memset(image->data + start, 0, kept - size);
    memcpy(image->data + start, o->address, size);
    o->offset = start;
    image->size = start + kept;
    return 0;
}

/* Appends an object; its bytes are copied raw now, its pointers are turned into references when the walk gets there. */
static int add_object(struct encoder *e, struct object added, uint64_t size, size_t *number)
{
    if (e->n_objects >= EXTENTS_LIMIT)
        return error_set(e->error, HYPE_INVALID, "%s(): more than %u blocks are reachable from the arguments",
                         e->entry->name, EXTENTS_LIMIT);
    if (e->n_objects == e->objects_capacity && grow_objects(e) < 0)
        return -HYPE_MEMORY;
    uint64_t kept = size ? size : 1; /* an empty array has an address of its own too */
    if (!e->arguments && added.flags == HYPE_DIRECTION_OUT)
        added.place = RESERVED;
    if (added.place == SHARED) {
        added.offset = e->shared_size ? (e->shared_size / SHARE_ALIGNMENT + 1) * SHARE_ALIGNMENT : 0;
        added.offset += (uintptr_t)added.address % SHARE_START;
        e->shared_size = added.offset + size;
    } else if (added.place == RESERVED) {
        uint64_t alignment = alignment_of(&e->unit->types[added.type], added.address, size);
        added.offset = (e->reserved_size + 1 + alignment - 1) & ~(alignment - 1);
        e->reserved_size = added.offset + kept;
        e->n_reserved++;
    } else {
        int status = place_stored(e, &added, size, kept);
        if (status < 0)
            return status;
    }
    if (extents_add(&e->extents, (uintptr_t)added.address, kept) < 0)
        return error_memory(e->error);
    *number = e->n_objects;
    e->objects[e->n_objects++] = added;
    return 0;
}

static int compare_wides(const void *a, const void *b)
{
    const struct wide *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return x->size > y->size ? -1 : x->size < y->size;
}

/* Before the next walk: sorted, and each extent that lies in another is dropped in its favour. */
static void settle_wides(struct encoder *e)
{
    size_t kept = 0;
    if (e->n_wides > 0)
        qsort(e->wides, e->n_wides, sizeof *e->wides, compare_wides);
    for (size_t i = 0; i < e->n_wides; i++) {
        struct wide *last = kept > 0 ? &e->wides[kept - 1] : NULL;
        uint64_t displacement = last ? (uint64_t)(e->wides[i].address - last->address) : 0;
        if (last && displacement < last->size && e->wides[i].size <= last->size - displacement)
            last->flags |= e->wides[i].flags;
        else
            e->wides[kept++] = e->wides[i];
    }
    e->n_wides = kept;
}

/* The next walk will know [address, address + size) from the start. */
static int note_wide(struct encoder *e, struct wide wide)
{
    e->again = true;
    if (e->n_wides == e->wides_capacity) {
        size_t capacity = e->wides_capacity ? e->wides_capacity * 2 : 8;
        struct wide *wides = realloc(e->wides, capacity * sizeof *wides);
        if (!wides)
            return error_memory(e->error);
        e->wides = wides;
        e->wides_capacity = capacity;
    }
    e->wides[e->n_wides++] = wide;
    return 0;
}

static const struct wide *find_wide(const struct encoder *e, const char *address, uint64_t size)
{
    size_t low = 0, high = e->n_wides;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (e->wides[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    const struct wide *w = low > 0 ? &e->wides[low - 1] : NULL;
    return w && (uint64_t)(address - w->address) < w->size && size <= w->size - (uint64_t)(address - w->address) ? w
                                                                                                                 : NULL;
}

/* A target that an object shares bytes with but does not hold: they become one extent. */
static int note_overlap(struct encoder *e, const struct hype_field *field, const struct object *o, struct wide target)
{
    uint64_t held;
    if (image_object_size(e->unit, o->type, o->count, &held) < 0)
        held = 0;
    const char *start = o->address < target.address ? o->address : target.address;
    const char *o_end = o->address + held, *target_end = target.address + target.size;
    const char *end = o_end > target_end ? o_end : target_end;
    target.flags |= o->flags;
    if (start == target.address && end == target_end)
        return note_wide(e, target);
    const struct hype_type *type = &e->unit->types[target.type];
    uint64_t size = (uint64_t)(end - start);
    if (o->type == target.type && !image_flexible(type) && size % type->size == 0 &&
        (uint64_t)(target.address - start) % type->size == 0) {
        struct wide both = {start, target.context, size / type->size, size, target.type, target.flags};
        return note_wide(e, both);
    }
    return error_set(e->error, HYPE_INVALID,
                     "%s(): '%s' leads to memory that overlaps other memory that travels as '%s': make one of the two "
                     "cover both",
                     e->entry->name, field->name, e->unit->types[o->type].name);
}

/* A reference to ADDRESS in an argument image that is being answered. */
static bool refer_to_arguments(const struct encoder *e, const char *address, uint64_t *reference)
{
    const struct image *a = e->arguments;
    if (!a)
        return false;
    uintptr_t p = (uintptr_t)address, stored = (uintptr_t)a->stored, reserved = (uintptr_t)a->reserved;
    if (p >= stored && p < stored + a->header->objects)
        *reference = IMAGE_REFERENCE(IMAGE_STORED, p - stored);
    else if (reserved && p >= reserved && p < reserved + a->header->reserved_size)
        *reference = IMAGE_REFERENCE(IMAGE_RESERVED, p - reserved);
    else if (a->shared && p - (uintptr_t)a->shared < image_shared_size(a->header))
        *reference = IMAGE_REFERENCE(IMAGE_SHARED, p - (uintptr_t)a->shared);
    else
        return false;
    return true;
}

static uint64_t reference_to(const struct encoder *e, const struct object *o, uint64_t displacement)
{
    unsigned region = o->place == SHARED ? IMAGE_SHARED : o->place == RESERVED ? IMAGE_RESERVED : e->own_region;
    return IMAGE_REFERENCE(region, o->offset + displacement);
}

/* ---- Shared memory ---- */

/* The shared memory that the target touches, unless that travels by value. */
static struct segment *touch_segment(struct encoder *e, const struct wide *target)
{
    struct share *share = e->shares ? share_find(target->address, target->size ? target->size : 1) : NULL;
    if (!share)
        return NULL;
    for (size_t i = 0; i < e->n_segments; i++)
        if (e->segments[i].share == share)
            return e->segments[i].by_value ? NULL : &e->segments[i];
    if (e->n_segments == ARRAY_SIZE(e->segments))
        return NULL;
    e->segments[e->n_segments] = (struct segment){.share = share};
    return &e->segments[e->n_segments++];
}

/* Plain data, only sent, wholly inside. */
static bool may_refer(const struct encoder *e, const struct share *share, const struct wide *target)
{
    const struct hype_type *type = &e->unit->types[target->type];
    uint64_t displacement = (uint64_t)(target->address - share->address);
    return target->flags == HYPE_DIRECTION_IN && type->n_fields == 0 && type->alignment <= SHARE_START &&
           (uintptr_t)target->address % type->alignment == 0 && target->address >= share->address &&
           displacement <= share->size && target->size <= share->size - displacement;
}

/* The whole of the shared memory is one object of plain bytes, whatever part of it the target is. */
static int refer_to_segment(struct encoder *e, struct segment *segment, const struct wide *target, uint64_t *reference)
{
    const struct share *share = segment->share;
    struct object whole = {
        .address = share->address, .count = share->size, .flags = HYPE_DIRECTION_IN, .place = SHARED};
    int status = segment->object ? 0 : add_object(e, whole, share->size, &segment->object);
    if (status == 0)
        *reference = reference_to(e, &e->objects[segment->object], (uint64_t)(target->address - share->address));
    return status;
}

static int refer(struct encoder *e, const struct hype_field *field, struct wide target, uint64_t *reference)
{
    if (refer_to_arguments(e, target.address, reference)) {
        if ((field->kind == HYPE_FIELD_POINTER && field->count) ||
            image_elements_from(e->arguments, target.address, field->type) > 0)
            return 0;
        return error_set(e->error, HYPE_INVALID,
                         "%s(): '%s' leads to no '%s' of the caller's; a pointer just behind an array is annotated "
                         "HYPE_COUNTED_BY(0)",
                         e->entry->name, field->name, e->unit->types[field->type].name);
    }
    struct segment *segment = touch_segment(e, &target);
    if (segment && may_refer(e, segment->share, &target))
        return refer_to_segment(e, segment, &target, reference);
    if (segment) {
        segment->by_value = true;
        if (segment->object) { /* the next walk knows better */
            e->again = true;
            return 0;
        }
    }
    uint32_t found;
    size_t number;
    uint64_t looked_up = target.size ? target.size : 1;
    enum extents_relation relation = extents_find(&e->extents, (uintptr_t)target.address, looked_up, &found);
    if (relation == EXTENTS_APART && target.size == 0)
        relation = extents_find(&e->extents, (uintptr_t)target.address - 1, 1, &found); /* behind an array's end */
    if (relation == EXTENTS_OVERLAPS) {
        *reference = 0;
        return note_overlap(e, field, &e->objects[found], target);
    }
    if (relation == EXTENTS_INSIDE) {
        number = found;
    } else {
        const struct wide *wide = e->n_wides ? find_wide(e, target.address, looked_up) : NULL;
        const struct wide *made = wide ? wide : &target;
        struct object added = {made->address, made->context, 0, made->count, made->type, made->flags, STORED};
        int status = add_object(e, added, made->size, &number);
        if (status < 0)
            return status;
        if (!wide) {
            *reference = reference_to(e, &e->objects[number], 0);
            return 0;
        }
    }
    struct object *o = &e->objects[number];
    uint64_t displacement = (uint64_t)(target.address - o->address);
    if (target.size > 0 && !image_elements_at(e->unit, o->type, o->count, displacement, target.type))
        return error_set(e->error, HYPE_INVALID, "%s(): '%s' leads to '%s' inside memory that travels as '%s'",
                         e->entry->name, field->name, e->unit->types[target.type].name, e->unit->types[o->type].name);
    if (target.size > 0 && (o->offset + displacement) % e->unit->types[target.type].alignment)
        return error_set(e->error, HYPE_INVALID, "%s(): '%s' leads to a '%s' at an address that is not aligned for it",
                         e->entry->name, field->name, e->unit->types[target.type].name);
    if (o->place == RESERVED && target.flags & HYPE_DIRECTION_IN) { /* out by one pointer, in by another: it must be sent */
        uint64_t size;
        image_object_size(e->unit, o->type, o->count, &size);
        *reference = 0;
        return note_wide(
            e, (struct wide){o->address, o->context, o->count, size, o->type, (uint8_t)(o->flags | target.flags)});
    }
    if (o->place != SHARED) /* only the address behind shared memory is looked up here */
        o->flags |= target.flags;
    *reference = reference_to(e, o, displacement);
    return 0;
}

static uint64_t count_terminated(const char *start, uint64_t size)
{
    if (size == 1)
        return strlen(start) + 1;
    uint64_t n = 0;
    while (!image_all_zero(start + n * size, size))
        n++;
    return n + 1;
}

/* How many elements a pointer that is not NULL leads to. */
static int count_target(struct encoder *e, const struct hype_field *field, const char *address, const void *owner,
                        const void *context, struct wide *target)
{
    const struct hype_type *type = &e->unit->types[field->type];
    const struct hype_field *flexible = type->n_fields ? image_flexible(type) : NULL;
    int64_t count = 1;
    if (field->kind == HYPE_FIELD_TERMINATED)
        count = (int64_t)count_terminated(address, type->size);
    else if (flexible)
        count = flexible->count(address, address);
    else if (field->count)
        count = field->count(owner, context);
    if (count < 0)
        return refuse_count(e, flexible ? flexible : field, "negative or overflows");
    if ((uint64_t)count > IMAGE_COUNT_LIMIT ||
        image_object_size(e->unit, field->type, (uint64_t)count, &target->size) < 0)
        return refuse_count(e, flexible ? flexible : field, "more than an address space holds");
    target->count = (uint64_t)count;
    return 0;
}

static int encode_pointer(struct encoder *e, const struct hype_field *field, const void *owner, const void *context,
                          const char *source, uint64_t slot)
{
    const char *address;
    uint64_t reference = 0;
    memcpy(&address, source, sizeof address);
    if (address) {
        struct wide target = {.address = address, .type = field->type, .flags = field->direction};
        target.context = e->unit->types[field->type].flags & HYPE_TYPE_CONTEXT ? context : NULL;
        int status = count_target(e, field, address, owner, context, &target);
        if (status == 0)
            status = refer(e, field, target, &reference);
        if (status < 0)
            return status;
    }
    memcpy(e->image->data + slot, &reference, sizeof reference);
    return 0;
}

static int encode_function(struct encoder *e, const struct hype_field *field, const char *source, uint64_t slot)
{
    hype_function function;
    uint64_t reference = 0;
    memcpy(&function, source, sizeof function);
    if (function) {
        const struct hype_unit *unit;
        const struct hype_entry *entry;
        if (!registry_find_function(function, &unit, &entry))
            return error_set(e->error, HYPE_INVALID,
                             "%s(): '%s' leads to a function that is not HYPE_FN, which cannot be found there: "
                             "annotate it and build its unit with hypecc",
                             e->entry->name, field->name);
        if (strcmp(entry->prototype, field->prototype) != 0)
            return error_set(e->error, HYPE_INVALID, "%s(): '%s' wants a function of type '%s', but %s() is '%s'",
                             e->entry->name, field->name, field->prototype, entry->name, entry->prototype);
        reference = IMAGE_REFERENCE(IMAGE_FUNCTION, registry_function_id(entry));
    }
    memcpy(e->image->data + slot, &reference, sizeof reference);
    return 0;
}

static int encode_value(struct encoder *e, const struct hype_type *type, const void *context, const char *source,
                        uint64_t at, uint64_t flexible_count);

static int encode_embedded(struct encoder *e, uint32_t number, uint64_t n, const char *source, uint64_t at)
{
    const struct hype_type *type = &e->unit->types[number];
    for (uint64_t i = 0; i < n && type->n_fields > 0; i++) {
        int status = encode_value(e, type, source + i * type->size, source + i * type->size, at + i * type->size, 0);
        if (status < 0)
            return status;
    }
    return 0;
}

static int encode_union(struct encoder *e, const struct hype_field *field, const void *owner, const void *context,
                        const char *source, uint64_t at)
{
    int64_t live = field->count(owner, context);
    if (live < 0)
        return error_set(e->error, HYPE_INVALID, "%s(): the tag of the union '%s' names none of its members",
                         e->entry->name, field->name);
    const struct hype_type *type = &e->unit->types[live];
    return encode_value(e, type, type->flags & HYPE_TYPE_CONTEXT ? owner : source, source, at, 0);
}

static int encode_field(struct encoder *e, const struct hype_field *field, const void *context, const char *owner,
                        uint64_t at, uint64_t flexible_count)
{
    const char *source = owner + field->offset;
    uint64_t slot = at + field->offset;
    switch (field->kind) {
    case HYPE_FIELD_EMBED:
        return encode_embedded(e, field->type, field->repeat, source, slot);
    case HYPE_FIELD_FLEXIBLE:
        return encode_embedded(e, field->type, flexible_count, source, slot);
    case HYPE_FIELD_UNION:
        return encode_union(e, field, owner, context, source, slot);
    case HYPE_FIELD_SKIP:
        memset(e->image->data + slot, 0, field->repeat);
        return 0;
    default:
        break;
    }
    for (uint64_t i = 0; i < field->repeat; i++) {
        int status =
            field->kind == HYPE_FIELD_FUNCTION
                ? encode_function(e, field, source + i * sizeof(void *), slot + i * sizeof(void *))
                : encode_pointer(e, field, owner, context, source + i * sizeof(void *), slot + i * sizeof(void *));
        if (status < 0)
            return status;
    }
    return 0;
}

static int encode_value(struct encoder *e, const struct hype_type *type, const void *context, const char *source,
                        uint64_t at, uint64_t flexible_count)
{
    for (uint32_t f = 0; f < type->n_fields; f++) {
        int status = encode_field(e, &type->fields[f], context, source, at, flexible_count);
        if (status < 0)
            return status;
    }
    return 0;
}

/* Turns the pointers of one object into references. */
static int walk_object(struct encoder *e, size_t number)
{
    struct object o = e->objects[number];
    const struct hype_type *type = &e->unit->types[o.type];
    if (type->n_fields == 0 || o.place != STORED)
        return 0;
    bool flexible = image_flexible(type) != NULL;
    uint64_t elements = flexible ? 1 : o.count;
    if (type->flags & HYPE_TYPE_CONTEXT && !o.context)
        return error_set(e->error, HYPE_INVALID, "%s(): '%s' is reached only through a pointer to other things",
                         e->entry->name, type->name);
    for (uint64_t i = 0; i < elements; i++) {
        const char *source = o.address + i * type->size;
        const void *context = type->flags & HYPE_TYPE_CONTEXT ? o.context : source;
        int status = encode_value(e, type, context, source, o.offset + i * type->size, flexible ? o.count : 0);
        if (status < 0)
            return status;
    }
    return 0;
}

/* ---- Whole images ---- */

static int begin(struct encoder *e)
{
    e->n_objects = 0;
    e->reserved_size = e->n_reserved = e->shared_size = 0;
    for (size_t i = 0; i < e->n_segments; i++)
        e->segments[i].object = 0;
    e->again = false;
    extents_free(&e->extents);
    e->image->size = 0;
    if (buffer_reserve(e->image, sizeof(struct image_header), e->error) < 0)
        return -HYPE_MEMORY;
    memset(e->image->data, 0, sizeof(struct image_header));
    e->image->size = sizeof(struct image_header);
    return 0;
}

static int walk_all(struct encoder *e)
{
    for (size_t i = 0; i < e->n_objects; i++) {
        int status = walk_object(e, i);
        if (status < 0)
            return status;
    }
    return 0;
}

/* Each walk knows wider extents than the one before, so a few settle any graph that can be settled. */
static bool walk_again(struct encoder *e, int *status)
{
    enum { WALKS = 32 };
    if (!e->again)
        return false;
    if (++e->walks < WALKS)
        return true;
    *status = error_set(e->error, HYPE_INVALID,
                        "%s(): pointers among the arguments lead to blocks that overlap in "
                        "too many ways",
                        e->entry->name);
    return false;
}

uint64_t image_checksum(const void *data, size_t size)
{
    struct image_header header;
    memcpy(&header, data, sizeof header);
    header.checksum = 0;
    return XXH3_64bits_withSeed((const char *)data + sizeof header, size - sizeof header,
                                XXH3_64bits(&header, sizeof header));
}

static int append(struct encoder *e, uint64_t word)
{
    int status = buffer_reserve(e->image, sizeof word, e->error);
    if (status < 0)
        return status;
    memcpy(e->image->data + e->image->size, &word, sizeof word);
    e->image->size += sizeof word;
    return 0;
}

/* How many there are. */
static uint64_t append_objects(struct encoder *e, enum place place)
{
    struct image_object *first = (void *)(e->image->data + e->image->size), *next = first;
    for (size_t i = 0; i < e->n_objects; i++) {
        const struct object *o = &e->objects[i];
        if (o->place == place)
            *next++ = (struct image_object){o->offset, IMAGE_OBJECT_META(o->type, o->flags, o->count)};
    }
    e->image->size = (size_t)((char *)next - e->image->data);
    return (uint64_t)(next - first);
}

/* The object table, and the header but for what only return images have. */
static int end_objects(struct encoder *e, enum image_kind kind, uint64_t n_roots)
{
    struct buffer *image = e->image;
    uint64_t padding = -image->size & 7;
    if (buffer_reserve(image, padding + e->n_objects * sizeof(struct image_object), e->error) < 0)
        return -HYPE_MEMORY;
    memset(image->data + image->size, 0, padding);
    image->size += padding;
    struct image_header header = {
        .magic = IMAGE_MAGIC,
        .abi = e->unit->abi,
        .version = IMAGE_VERSION,
        .kind = kind,
        .signature = e->entry->signature,
        .layout = e->unit->layout,
        .objects = image->size,
        .n_objects = e->n_objects,
        .n_roots = n_roots,
        .n_reserved = e->n_reserved,
        .reserved_size = e->reserved_size,
    };
    append_objects(e, STORED);
    if (e->n_reserved > 0)
        append_objects(e, RESERVED);
    if (e->n_segments > 0)
        header.n_segments = append_objects(e, SHARED);
    memcpy(image->data, &header, sizeof header);
    return 0;
}

static void seal(struct encoder *e, uint64_t n_freed)
{
    struct image_header *header = (struct image_header *)(void *)e->image->data;
    header->n_freed = n_freed;
    header->size = e->image->size;
    header->checksum = image_checksum(e->image->data, e->image->size);
}

static void encoder_free(struct encoder *e)
{
    buffer_free(&e->objects_memory);
    free(e->wides);
    extents_free(&e->extents);
}

void capture_free(struct capture *capture)
{
    buffer_free(&capture->image);
    for (size_t i = 0; i < capture->n_segments; i++)
        share_release(capture->segments[i]);
    free(capture->segments);
    free(capture->addresses);
    free(capture->contexts);
    capture->segments = NULL;
    capture->n_segments = 0;
    capture->addresses = NULL;
    capture->contexts = NULL;
}

static int compare_segments(const void *a, const void *b)
{
    const struct segment *x = a, *y = b;
    return x->object < y->object ? -1 : x->object > y->object;
}

/* The shared memory that the image refers to, in the order of the object table. */
static int keep_segments(struct encoder *e, struct capture *capture)
{
    if (e->n_segments == 0)
        return 0;
    capture->segments = calloc(e->n_segments, sizeof(struct share *));
    if (!capture->segments)
        return error_memory(e->error);
    qsort(e->segments, e->n_segments, sizeof *e->segments, compare_segments);
    for (size_t i = 0; i < e->n_segments; i++)
        if (e->segments[i].object)
            capture->segments[capture->n_segments++] = share_hold(e->segments[i].share);
    return 0;
}

/* Addresses in the order of the object table. */
static int keep_addresses(struct encoder *e, struct capture *capture)
{
    bool contexts = image_has_contexts(e->unit);
    capture->addresses = malloc(e->n_objects * sizeof(void *));
    capture->contexts = contexts ? malloc(e->n_objects * sizeof(void *)) : NULL;
    if (!capture->addresses || (contexts && !capture->contexts))
        return error_memory(e->error);
    size_t next = 0;
    for (int place = STORED; place < PLACES; place++)
        for (size_t i = 0; i < e->n_objects; i++)
            if (e->objects[i].place == place) {
                if (contexts)
                    capture->contexts[next] = e->objects[i].context;
                capture->addresses[next++] = (void *)(uintptr_t)e->objects[i].address;
            }
    return 0;
}

static int encode_frame(struct encoder *e, const void *frame)
{
    uint64_t size;
    size_t number;
    image_object_size(e->unit, e->entry->frame, 1, &size);
    int status = begin(e);
    if (status < 0)
        return status;
    struct object root = {.address = frame, .count = 1, .type = e->entry->frame, .flags = HYPE_DIRECTION_INOUT};
    status = add_object(e, root, size, &number);
    return status < 0 ? status : walk_all(e);
}

int image_encode_arguments(const struct hype_unit *unit, const struct hype_entry *entry, const void *frame,
                           struct capture *capture, hype_error **error)
{
    *capture = (struct capture){.unit = unit, .entry = entry, .image = BUFFER_EMPTY};
    struct encoder e = {.unit = unit,
                        .entry = entry,
                        .own_region = IMAGE_STORED,
                        .image = &capture->image,
                        .objects_memory = BUFFER_EMPTY,
                        .extents = EXTENTS_EMPTY,
                        .error = error};
    int status;
    e.shares = share_freeze();
    do {
        status = encode_frame(&e, frame);
        settle_wides(&e);
    } while (status == 0 && walk_again(&e, &status));
    if (status == 0)
        status = end_objects(&e, IMAGE_ARGUMENTS, 1);
    if (status == 0) {
        seal(&e, 0);
        status = keep_segments(&e, capture);
    }
    if (e.shares)
        share_thaw();
    if (status == 0)
        status = keep_addresses(&e, capture);
    encoder_free(&e);
    if (status < 0)
        capture_free(capture);
    return status;
}

/* ---- Return images ---- */

static bool same_slot(const struct image *a, const char *now, const char *then)
{
    const char *pointer;
    uint64_t reference;
    memcpy(&pointer, now, sizeof pointer);
    memcpy(&reference, then, sizeof reference);
    if (!reference || !pointer)
        return !reference && !pointer;
    switch (IMAGE_REGION(reference)) {
    case IMAGE_STORED:
        return pointer == a->stored + IMAGE_OFFSET(reference);
    case IMAGE_RESERVED:
        return pointer == a->reserved + IMAGE_OFFSET(reference);
    case IMAGE_SHARED:
        return pointer == a->shared + IMAGE_OFFSET(reference);
    default:
        return false; /* a function: sent again, which is never wrong */
    }
}

/* Is a value with pointers what it was? Only plain pointers and embedded values are compared slot by slot; what has
 * unions, functions or flexible members counts as changed. */
static bool unchanged(const struct image *a, const struct hype_type *type, const char *now, const char *then)
{
    uint64_t compared = 0;
    for (uint32_t f = 0; f < type->n_fields; f++) {
        const struct hype_field *field = &type->fields[f];
        if (memcmp(now + compared, then + compared, field->offset - compared) != 0)
            return false;
        uint64_t width = sizeof(void *);
        if (field->kind == HYPE_FIELD_EMBED)
            width = a->unit->types[field->type].size;
        else if (field->kind != HYPE_FIELD_POINTER && field->kind != HYPE_FIELD_TERMINATED)
            return false;
        for (uint64_t i = 0; i < field->repeat; i++) {
            uint64_t at = field->offset + i * width;
            if (field->kind == HYPE_FIELD_EMBED ? !unchanged(a, &a->unit->types[field->type], now + at, then + at)
                                                : !same_slot(a, now + at, then + at))
                return false;
        }
        compared = field->offset + field->repeat * width;
    }
    return memcmp(now + compared, then + compared, type->size - compared) == 0;
}

static bool object_unchanged(const struct image *a, const struct image_object *object, uint64_t size)
{
    const struct hype_type *type = &a->unit->types[IMAGE_OBJECT_TYPE(object)];
    const char *now = a->stored + object->offset, *then = a->pristine + object->offset;
    if (type->n_fields == 0)
        return memcmp(now, then, size) == 0;
    if (image_flexible(type))
        return false;
    for (uint64_t i = 0; i < IMAGE_OBJECT_COUNT(object); i++)
        if (!unchanged(a, type, now + i * type->size, then + i * type->size))
            return false;
    return true;
}

static bool is_freed(const struct image *a, uint64_t number)
{
    return a->freed && a->freed[number / 64] >> number % 64 & 1;
}

/* An argument object that goes back. Those that the function wrote into the image's own file are there already. */
static int add_update(struct encoder *e, uint64_t number, bool reserved, uint64_t size)
{
    const struct image *a = e->arguments;
    const struct image_object *object = &a->objects[number];
    size_t added;
    struct object update = {
        .address = (reserved ? a->reserved : a->stored) + object->offset,
        .context = a->contexts ? a->contexts[number] : NULL,
        .count = IMAGE_OBJECT_COUNT(object),
        .type = IMAGE_OBJECT_TYPE(object),
        .flags = HYPE_DIRECTION_INOUT,
    };
    if (!reserved || !a->in_place)
        return add_object(e, update, size, &added);
    update.offset = IMAGE_RESERVED_START + object->offset;
    if (buffer_reserve(e->image, update.offset + size - e->image->size, e->error) < 0 ||
        (e->n_objects == e->objects_capacity && grow_objects(e) < 0) ||
        extents_add(&e->extents, (uintptr_t)update.address, size) < 0)
        return error_memory(e->error);
    e->image->size = update.offset + size;
    e->objects[e->n_objects++] = update;
    return 0;
}

/* The roots: what the caller shall see of the argument objects. Reserved ones come first. The frame always goes. */
static int add_updates(struct encoder *e, uint64_t *references, uint64_t *n_updates)
{
    const struct image *a = e->arguments;
    uint64_t n_stored = image_n_stored(a->header);
    for (uint64_t n = 0; n < n_stored + a->header->n_reserved; n++) {
        bool reserved = n < a->header->n_reserved;
        uint64_t i = reserved ? n_stored + n : n - a->header->n_reserved, size;
        const struct image_object *object = &a->objects[i];
        image_object_size(a->unit, IMAGE_OBJECT_TYPE(object), IMAGE_OBJECT_COUNT(object), &size);
        if (!(IMAGE_OBJECT_FLAGS(object) & HYPE_DIRECTION_OUT) || is_freed(a, i) || size == 0)
            continue;
        if (i > 0 && !reserved && object_unchanged(a, object, size))
            continue;
        int status = add_update(e, i, reserved, size);
        if (status < 0)
            return status;
        references[(*n_updates)++] = IMAGE_REFERENCE(reserved ? IMAGE_RESERVED : IMAGE_STORED, object->offset);
    }
    return 0;
}

static int append_freed(struct encoder *e, uint64_t *n_freed)
{
    const struct image *a = e->arguments;
    uint64_t n_stored = image_n_stored(a->header);
    for (uint64_t i = 0; a->freed && i < a->header->n_objects; i++) {
        if (!is_freed(a, i))
            continue;
        if (append(e, IMAGE_REFERENCE(i < n_stored ? IMAGE_STORED : IMAGE_RESERVED, a->objects[i].offset)) < 0)
            return -HYPE_MEMORY;
        ++*n_freed;
    }
    return 0;
}

static int encode_return(struct encoder *e, uint64_t *references)
{
    uint64_t n_updates, n_freed = 0;
    int status;
    do {
        n_updates = 0;
        status = begin(e);
        if (status == 0)
            status = add_updates(e, references, &n_updates);
        if (status == 0)
            status = walk_all(e);
        settle_wides(e);
    } while (status == 0 && walk_again(e, &status));
    if (status == 0)
        status = end_objects(e, IMAGE_RETURN, n_updates);
    for (uint64_t i = 0; status == 0 && i < n_updates; i++)
        status = append(e, references[i]);
    if (status == 0)
        status = append_freed(e, &n_freed);
    if (status == 0)
        seal(e, n_freed);
    return status;
}

int image_encode_return(const struct image *arguments, struct buffer *returned, hype_error **error)
{
    cleanup_free uint64_t *references = malloc(arguments->header->n_objects * sizeof *references);
    if (!references)
        return error_memory(error);
    struct encoder e = {
        .unit = arguments->unit,
        .entry = arguments->entry,
        .arguments = arguments,
        .own_region = IMAGE_RETURNED,
        .objects_memory = BUFFER_EMPTY,
        .extents = EXTENTS_EMPTY,
        .image = returned,
        .error = error,
    };
    int status = encode_return(&e, references);
    encoder_free(&e);
    if (status < 0)
        buffer_free(returned);
    return status;
}
