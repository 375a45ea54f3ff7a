/*
 * decode.c: reads capture images that anybody may have written.
 *
 * The object table is checked first: objects in order, apart, in bounds, of types that exist. Then the writer's walk
 * is repeated. References to objects not met before must come in the table's order, so most are checked against the
 * next entry alone; the others are searched for. The walk runs once to make pointers and once more, when every
 * pointer is safe to follow, to check that no count promises more elements than there are.
 */
#include "image.h"
#include "registry.h"

#include <errno.h>
#include <string.h>

#define LARGEST_GAP 8192 /* bytes that alignment, or a reserved region at its place, may leave between objects */

/* ---- Types ---- */

const struct hype_field *image_flexible(const struct hype_type *type)
{
    const struct hype_field *last = type->n_fields > 0 ? &type->fields[type->n_fields - 1] : NULL;
    return last && last->kind == HYPE_FIELD_FLEXIBLE ? last : NULL;
}

int image_object_size(const struct hype_unit *unit, uint32_t number, uint64_t count, uint64_t *size)
{
    const struct hype_type *type = &unit->types[number];
    const struct hype_field *flexible = image_flexible(type);
    uint64_t element = flexible ? unit->types[flexible->type].size : type->size, bytes;
    if (count > IMAGE_COUNT_LIMIT || __builtin_mul_overflow(element, count, &bytes) || bytes >> 56)
        return -1;
    if (flexible) {
        bytes += flexible->offset;
        if (bytes < type->size)
            bytes = type->size;
    }
    *size = bytes;
    return 0;
}

/* Is there a value of TYPE at DISPLACEMENT in one value of HOLDER? Then how many of them in a row, else 0. */
static uint64_t values_inside(const struct hype_unit *unit, const struct hype_type *holder, uint64_t displacement,
                              uint32_t type)
{
    const struct hype_type *wanted = &unit->types[type];
    for (uint32_t f = 0; f < holder->n_fields; f++) {
        const struct hype_field *field = &holder->fields[f];
        uint64_t inside = displacement - field->offset;
        if (displacement < field->offset)
            break;
        if (field->kind == HYPE_FIELD_EMBED) {
            if (inside < field->repeat * unit->types[field->type].size)
                return image_elements_at(unit, field->type, field->repeat, inside, type);
        } else if (field->kind == HYPE_FIELD_POINTER || field->kind == HYPE_FIELD_TERMINATED) {
            /* A pointer to this field: its type is a lone pointer of the same kind. */
            bool same = inside < field->repeat * sizeof(void *) && inside % sizeof(void *) == 0 &&
                        wanted->n_fields == 1 && wanted->size == sizeof(void *) &&
                        wanted->fields[0].kind == field->kind && wanted->fields[0].type == field->type;
            if (same)
                return field->repeat - inside / sizeof(void *);
        }
    }
    return 0;
}

uint64_t image_elements_at(const struct hype_unit *unit, uint32_t holder, uint64_t count, uint64_t displacement,
                           uint32_t type)
{
    const struct hype_type *held = &unit->types[holder], *wanted = &unit->types[type];
    uint64_t size;
    if (image_flexible(held) && holder == type)
        return displacement == 0;
    if (image_object_size(unit, holder, count, &size) < 0 || displacement >= size)
        return 0;
    if (holder == type)
        return displacement % held->size ? 0 : count - displacement / held->size;
    if (wanted->n_fields == 0) /* plain bytes may be looked at anywhere */
        return wanted->size ? (size - displacement) / wanted->size : 0;
    if (held->size == 0)
        return 0;
    return values_inside(unit, held, image_flexible(held) ? displacement : displacement % held->size, type);
}

/* ---- Header and tables ---- */

static int damaged(hype_error **error, const char *what)
{
    return error_set(error, HYPE_FORMAT, "the capture image is damaged: %s", what);
}

static int check_abi(const struct hype_abi *theirs, const struct hype_abi *ours, hype_error **error)
{
    static const char *const names[] = {
        "byte order (little endian)",
        "bits of char",
        "signedness of char",
        "size of pointers",
        "size of long",
        "size of wchar_t",
        "size of enumerations",
        "size of _Bool",
        "size of long double",
        "digits of long double",
        "largest alignment",
        "alignment of double",
        "alignment of long long",
        "packing of structs",
        "order of bit-fields",
        "unused",
    };
    const uint8_t *a = (const uint8_t *)theirs, *b = (const uint8_t *)ours;
    for (size_t i = 0; i < sizeof *ours; i++)
        if (a[i] != b[i])
            return error_set(error, HYPE_INCOMPATIBLE,
                             "the capture image comes from a program with another data layout: %s is %u there and %u "
                             "here; build both with the same options",
                             names[i], a[i], b[i]);
    return 0;
}

static int check_header(const struct image_header *h, size_t size, enum image_kind kind, const struct hype_unit *unit,
                        const struct hype_entry *entry, hype_error **error)
{
    if (size < sizeof *h)
        return damaged(error, "it is shorter than its header");
    if (memcmp(h->magic, IMAGE_MAGIC, sizeof h->magic) != 0)
        return damaged(error, "it does not start with the magic bytes");
    if (h->abi.little_endian != unit->abi.little_endian)
        return check_abi(&h->abi, &unit->abi, error);
    if (h->version != IMAGE_VERSION)
        return error_set(error, HYPE_INCOMPATIBLE, "the capture image has format version %u; this program reads %u",
                         h->version, IMAGE_VERSION);
    if (h->size != size)
        return damaged(error, "its size is not the one in its header");
    if (h->checksum != image_checksum(h, size))
        return damaged(error, "its checksum does not fit its bytes");
    if (check_abi(&h->abi, &unit->abi, error) < 0)
        return -HYPE_INCOMPATIBLE;
    if (h->kind != (uint32_t)kind)
        return damaged(error, "it is of another kind than expected");
    if (h->signature != entry->signature || h->layout != unit->layout)
        return error_set(error, HYPE_INCOMPATIBLE,
                         "the capture image was made for another version of %s(): its %s differ; rebuild the program "
                         "and its remote object together",
                         entry->name,
                         h->signature != entry->signature ? "types or annotations" : "types' sizes and offsets");
    return 0;
}

static int check_table_bounds(const struct image_header *h, hype_error **error)
{
    uint64_t words, end;
    bool arguments = h->kind == IMAGE_ARGUMENTS;
    if (h->objects < sizeof *h || h->objects % 8 || h->objects > h->size || h->n_objects > h->size ||
        h->n_roots > h->n_objects || h->n_freed > h->size || h->n_reserved > h->n_objects ||
        h->n_segments > IMAGE_SEGMENTS || h->n_segments > h->n_objects - h->n_reserved)
        return damaged(error, "its tables are out of bounds");
    words = h->n_objects * 2 + (arguments ? 0 : h->n_roots + h->n_freed);
    end = h->objects + words * 8;
    if (end != h->size)
        return damaged(error, "its tables do not end where it ends");
    if (h->n_roots < 1 || h->n_roots > image_n_stored(h) || h->unused)
        return damaged(error, "its header contradicts itself");
    if (arguments ? h->n_roots != 1 || h->n_freed : h->n_reserved || h->reserved_size || h->n_segments)
        return damaged(error, "its header has what this kind of image does not have");
    return 0;
}

/* Plain bytes, each behind the one before at the first multiple of SHARE_ALIGNMENT, but for its own alignment. */
static int check_segments(const struct image_header *h, hype_error **error)
{
    const struct image_object *segments = image_segments(h);
    uint64_t start = 0;
    for (uint64_t i = 0; i < h->n_segments; i++) {
        uint64_t size = IMAGE_OBJECT_COUNT(&segments[i]);
        if (IMAGE_OBJECT_TYPE(&segments[i]) != 0 || IMAGE_OBJECT_FLAGS(&segments[i]) != HYPE_DIRECTION_IN ||
            size == 0 || segments[i].offset < start || segments[i].offset - start >= SHARE_START)
            return damaged(error, "shared memory is not where it can be");
        start = ((segments[i].offset + size) / SHARE_ALIGNMENT + 1) * SHARE_ALIGNMENT;
    }
    return 0;
}

static int check_objects(const struct image_header *h, const struct image_object *objects, const struct hype_unit *unit,
                         hype_error **error)
{
    uint64_t end = sizeof *h, limit = h->objects, n_stored = image_n_stored(h), n_own = n_stored + h->n_reserved;
    for (uint64_t i = 0; i < n_own; i++) {
        const struct image_object *o = &objects[i];
        uint32_t type = IMAGE_OBJECT_TYPE(o);
        uint64_t size;
        unsigned flags = IMAGE_OBJECT_FLAGS(o);
        if (i == n_stored) {
            end = 0;
            limit = h->reserved_size;
        }
        if (type >= unit->n_types || image_object_size(unit, type, IMAGE_OBJECT_COUNT(o), &size) < 0)
            return damaged(error, "an object is of no type or size that exists");
        if (flags & ~(unsigned)HYPE_DIRECTION_INOUT || (i >= n_stored && flags != HYPE_DIRECTION_OUT))
            return damaged(error, "an object has flags that do not exist");
        size += size == 0; /* an empty object takes one byte */
        if (o->offset % unit->types[type].alignment || o->offset <= end - (i == 0) || o->offset - end > LARGEST_GAP ||
            o->offset > limit || size > limit - o->offset)
            return damaged(error, "an object is not where it can be");
        end = o->offset + size;
    }
    if (h->n_reserved == 0 ? h->objects - end > 8 || h->reserved_size : end != h->reserved_size)
        return damaged(error, "its objects do not fill it");
    return check_segments(h, error);
}

int image_check(const void *data, size_t size, enum image_kind kind, const struct hype_unit *unit,
                const struct hype_entry *entry, hype_error **error)
{
    const struct image_header *h = data;
    int status = check_header(h, size, kind, unit, entry, error);
    if (status == 0)
        status = check_table_bounds(h, error);
    if (status == 0)
        status = check_objects(h, (const void *)((const char *)data + h->objects), unit, error);
    return status;
}

/* ---- The walk ---- */

enum pass {
    PASS_CHECK, /* follows references, writes nothing */
    PASS_LINK,  /* writes pointers */
    PASS_COUNT  /* checks counts, all pointers being in place */
};

struct decoder {
    const struct hype_unit *unit;
    const struct hype_entry *entry;
    const struct image_header *header;
    const struct image_object *objects;
    const char *source;
    uint64_t n_stored;
    unsigned own_region;
    enum pass pass;
    bool counts;                               /* something has a count that must be checked */
    uint64_t next, next_reserved, next_shared; /* first objects that no reference has led to yet */
    const void **contexts;                     /* for each object, or NULL */
    /* Where objects are in the end: in WORKING, or each at its own address. */
    char *working, *reserved, *shared;
    char **finals;
    char *arena;    /* a private copy of the return image that new blocks stay in; NULL: each is malloc()ed */
    uint64_t frame; /* number of the frame: in a return image those that only go out come before it */
    const struct capture *capture; /* when a return image is read */
    hype_error **error;
};

/* Where a reference leads. */
struct target {
    uint64_t object;       /* number; of the captured arguments when FOREIGN */
    uint64_t displacement; /* bytes into it */
    uint32_t type;
    uint64_t count;
    char *address; /* in the end */
    bool foreign;  /* an object of the arguments, met in a return image */
};

static char *final_of(const struct decoder *d, uint64_t number)
{
    if (d->finals)
        return d->finals[number];
    char *region = number < d->n_stored                           ? d->working
                   : number < d->n_stored + d->header->n_reserved ? d->reserved
                                                                  : d->shared;
    return region + d->objects[number].offset;
}

static uint64_t size_of(const struct hype_unit *unit, const struct image_object *o)
{
    uint64_t size = 0;
    image_object_size(unit, IMAGE_OBJECT_TYPE(o), IMAGE_OBJECT_COUNT(o), &size);
    return size;
}

/* The object of OBJECTS[low, high) that holds OFFSET or ends there; false when none does. */
static bool search(const struct hype_unit *unit, const struct image_object *objects, uint64_t low, uint64_t high,
                   uint64_t offset, uint64_t *number)
{
    uint64_t first = low;
    /* References back are mostly to near neighbours: look there before halving the whole. */
    for (uint64_t step = 1; high - low > step; step *= 2)
        if (objects[high - step].offset <= offset) {
            low = high - step;
            break;
        }
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (objects[middle].offset <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == first || offset - objects[low - 1].offset > size_of(unit, &objects[low - 1]))
        return false;
    *number = low - 1;
    return true;
}

static bool holds(const struct hype_unit *unit, const struct image_object *o, uint64_t offset)
{
    return offset >= o->offset && offset - o->offset <= size_of(unit, o);
}

/* An object of the image itself. */
static bool locate_own(struct decoder *d, unsigned region, uint64_t offset, struct target *target)
{
    uint64_t first, end;
    uint64_t *next = region == IMAGE_SHARED ? &d->next_shared : region == IMAGE_RESERVED ? &d->next_reserved : &d->next;
    image_region_objects(d->header, region, &first, &end);
    if (*next < end && holds(d->unit, &d->objects[*next], offset))
        target->object = (*next)++;
    else if (!search(d->unit, d->objects, first, *next, offset, &target->object))
        return false;
    const struct image_object *o = &d->objects[target->object];
    target->displacement = offset - o->offset;
    target->type = IMAGE_OBJECT_TYPE(o);
    target->count = IMAGE_OBJECT_COUNT(o);
    target->address = final_of(d, target->object) + target->displacement;
    return true;
}

/* An object of the captured arguments that a return image refers to. */
static bool locate_captured(const struct capture *capture, unsigned region, uint64_t offset, struct target *target)
{
    const struct image_header *h = (const void *)capture->image.data;
    const struct image_object *objects = (const void *)(capture->image.data + h->objects);
    uint64_t first, end;
    image_region_objects(h, region, &first, &end);
    if (!search(capture->unit, objects, first, end, offset, &target->object))
        return false;
    const struct image_object *o = &objects[target->object];
    target->displacement = offset - o->offset;
    target->type = IMAGE_OBJECT_TYPE(o);
    target->count = IMAGE_OBJECT_COUNT(o);
    target->address = (char *)capture->addresses[target->object] + target->displacement;
    target->foreign = true;
    return true;
}

static bool locate(struct decoder *d, uint64_t reference, struct target *target)
{
    unsigned region = IMAGE_REGION(reference);
    uint64_t offset = IMAGE_OFFSET(reference);
    *target = (struct target){.foreign = false};
    bool foreign = d->capture && region != d->own_region;
    if (region != d->own_region && region != IMAGE_STORED && region != IMAGE_RESERVED && region != IMAGE_SHARED)
        return false;
    if (foreign ? !locate_captured(d->capture, region, offset, target) : !locate_own(d, region, offset, target))
        return false;
    return !d->capture || target->object != (foreign ? 0 : d->frame); /* the frame itself is nobody's to point to */
}

static int refuse(struct decoder *d, const struct hype_field *field, const char *why)
{
    return error_set(d->error, HYPE_FORMAT, "the capture image is damaged: %s(): '%s' %s", d->entry->name, field->name,
                     why);
}

bool image_all_zero(const char *bytes, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

/* Is there an all-zero element among the AVAILABLE ones from the target on? Looks at the image, not at the final. */
static bool terminated(const struct decoder *d, const struct target *target, uint64_t element, uint64_t available)
{
    bool shared = target->object >= d->n_stored + d->header->n_reserved;
    if (target->foreign || (target->object >= d->n_stored && !shared))
        return target->foreign || available > 0; /* the caller's own memory; zeroed memory */
    const char *start = (shared ? d->shared : d->source) + d->objects[target->object].offset + target->displacement;
    if (image_all_zero(start + (available - 1) * element, element))
        return true;
    if (element == 1)
        return memchr(start, 0, available) != NULL;
    for (uint64_t i = 0; i + 1 < available; i++)
        if (image_all_zero(start + i * element, element))
            return true;
    return false;
}

static int check_count(struct decoder *d, const struct hype_field *field, const struct target *target,
                       uint64_t available, const char *owner, const void *context)
{
    if (field->kind != HYPE_FIELD_POINTER || !field->count || target->foreign)
        return 0;
    int64_t count = field->count(owner, context);
    if (count < 0)
        return refuse(d, field, "has a count that is negative or overflows");
    return (uint64_t)count <= available ? 0 : refuse(d, field, "promises more elements than there are");
}

/* One pointer: SOURCE is its reference in the image, FINAL where the pointer goes. */
static int decode_pointer(struct decoder *d, const struct hype_field *field, const char *source, char *final,
                          const char *owner, const void *context)
{
    uint64_t reference;
    struct target target;
    memcpy(&reference, source, sizeof reference);
    if (reference == 0)
        return 0;
    if (!locate(d, reference, &target))
        return refuse(d, field, "refers to no object");
    const struct hype_type *type = &d->unit->types[field->type];
    uint64_t available = image_elements_at(d->unit, target.type, target.count, target.displacement, field->type);
    bool may_be_empty = field->kind == HYPE_FIELD_POINTER && field->count;
    if (available > 0 && (uintptr_t)target.address % type->alignment)
        return refuse(d, field, "refers to an address that is not aligned for its type");
    if (available == 0 && !may_be_empty)
        return refuse(d, field, "refers to an object of another type");
    d->counts = d->counts || field->count;
    if (d->pass == PASS_COUNT)
        return check_count(d, field, &target, available, owner, context);
    if (field->kind == HYPE_FIELD_TERMINATED && !terminated(d, &target, type->size, available))
        return refuse(d, field, "has no end");
    if (d->contexts && type->flags & HYPE_TYPE_CONTEXT && !target.foreign && !d->contexts[target.object])
        d->contexts[target.object] = context;
    if (d->pass == PASS_LINK)
        memcpy(final, &target.address, sizeof target.address);
    return 0;
}

static int decode_function(struct decoder *d, const struct hype_field *field, const char *source, char *final)
{
    uint64_t reference;
    memcpy(&reference, source, sizeof reference);
    if (reference == 0)
        return 0;
    const struct hype_entry *entry =
        IMAGE_REGION(reference) == IMAGE_FUNCTION ? registry_find_id(IMAGE_OFFSET(reference)) : NULL;
    if (!entry || strcmp(entry->prototype, field->prototype) != 0)
        return refuse(d, field, "refers to no function of its type");
    if (d->pass == PASS_LINK)
        memcpy(final, &entry->function, sizeof entry->function);
    return 0;
}

static int decode_value(struct decoder *d, const struct hype_type *type, const char *source, char *final,
                        const void *context, uint64_t flexible_count);

static int decode_values(struct decoder *d, uint32_t number, uint64_t n, const char *source, char *final)
{
    const struct hype_type *type = &d->unit->types[number];
    for (uint64_t i = 0; i < n && type->n_fields > 0; i++) {
        char *at = final + i * type->size;
        int status = decode_value(d, type, source + i * type->size, at, at, 0);
        if (status < 0)
            return status;
    }
    return 0;
}

static int decode_flexible(struct decoder *d, const struct hype_field *field, const char *source, char *final,
                           const char *owner, uint64_t count)
{
    d->counts = true;
    if (d->pass == PASS_COUNT) {
        int64_t promised = field->count(owner, owner);
        if (promised < 0 || (uint64_t)promised > count)
            return refuse(d, field, "promises more elements than there are");
    }
    return decode_values(d, field->type, count, source, final);
}

static int decode_field(struct decoder *d, const struct hype_field *field, const char *owner_source, char *owner,
                        const void *context, uint64_t flexible_count)
{
    const char *source = owner_source + field->offset;
    char *final = owner + field->offset;
    const struct hype_type *type;
    int64_t live;
    switch (field->kind) {
    case HYPE_FIELD_EMBED:
        return decode_values(d, field->type, field->repeat, source, final);
    case HYPE_FIELD_FLEXIBLE:
        return decode_flexible(d, field, source, final, owner, flexible_count);
    case HYPE_FIELD_UNION: /* the tag is plain data of the same object, so the image's own bytes tell */
        live = field->count(owner_source, owner_source);
        if (live < 0)
            return refuse(d, field, "has a tag that names none of its members");
        type = &d->unit->types[live];
        return decode_value(d, type, source, final, type->flags & HYPE_TYPE_CONTEXT ? owner : final, 0);
    case HYPE_FIELD_SKIP:
        return 0;
    default:
        break;
    }
    for (uint64_t i = 0; i < field->repeat; i++, source += sizeof(void *), final += sizeof(void *)) {
        int status = field->kind == HYPE_FIELD_FUNCTION ? decode_function(d, field, source, final)
                                                        : decode_pointer(d, field, source, final, owner, context);
        if (status < 0)
            return status;
    }
    return 0;
}

static int decode_value(struct decoder *d, const struct hype_type *type, const char *source, char *final,
                        const void *context, uint64_t flexible_count)
{
    for (uint32_t f = 0; f < type->n_fields; f++) {
        int status = decode_field(d, &type->fields[f], source, final, context, flexible_count);
        if (status < 0)
            return status;
    }
    return 0;
}

static int decode_object(struct decoder *d, uint64_t number)
{
    const struct image_object *o = &d->objects[number];
    const struct hype_type *type = &d->unit->types[IMAGE_OBJECT_TYPE(o)];
    bool flexible = image_flexible(type) != NULL;
    uint64_t elements = flexible ? 1 : IMAGE_OBJECT_COUNT(o);
    const char *source = d->source + o->offset;
    char *final = final_of(d, number);
    if (type->flags & HYPE_TYPE_CONTEXT && !d->contexts[number])
        return damaged(d->error, "an object is not referred to as its type needs");
    for (uint64_t i = 0; i < elements; i++, source += type->size, final += type->size) {
        const void *context = type->flags & HYPE_TYPE_CONTEXT ? d->contexts[number] : final;
        int status = decode_value(d, type, source, final, context, flexible ? IMAGE_OBJECT_COUNT(o) : 0);
        if (status < 0)
            return status;
    }
    return 0;
}

static int run_pass(struct decoder *d, enum pass pass)
{
    d->pass = pass;
    d->next = d->header->n_roots;
    d->next_reserved = d->n_stored;
    d->next_shared = d->n_stored + d->header->n_reserved;
    for (uint64_t i = 0; i < d->n_stored; i++) {
        if (i >= d->next)
            return damaged(d->error, "it has objects that nothing refers to");
        if (d->unit->types[IMAGE_OBJECT_TYPE(&d->objects[i])].n_fields == 0)
            continue;
        int status = decode_object(d, i);
        if (status < 0)
            return status;
    }
    if (d->next_reserved != d->n_stored + d->header->n_reserved || d->next_shared != d->header->n_objects)
        return damaged(d->error, "it has objects that nothing refers to");
    return 0;
}

bool image_has_contexts(const struct hype_unit *unit)
{
    for (uint32_t t = 0; t < unit->n_types; t++)
        if (unit->types[t].flags & HYPE_TYPE_CONTEXT)
            return true;
    return false;
}

static int make_contexts(struct decoder *d)
{
    if (!image_has_contexts(d->unit))
        return 0;
    d->contexts = calloc(d->header->n_objects, sizeof *d->contexts);
    return d->contexts ? 0 : error_memory(d->error);
}

/* ---- Arguments ---- */

void image_free(struct image *image)
{
    free(image->contexts);
    image->contexts = NULL;
}

bool image_reserved_in_place(const void *arguments, const struct hype_unit *unit)
{
    const struct image_header *h = arguments;
    const struct image_object *objects = (const void *)((const char *)arguments + h->objects);
    uint64_t first, end;
    image_region_objects(h, IMAGE_RESERVED, &first, &end);
    for (uint64_t i = first; i < end; i++)
        if (unit->types[IMAGE_OBJECT_TYPE(&objects[i])].n_fields > 0)
            return false;
    return h->n_reserved > 0;
}

/* The object of a decoded image that holds ADDRESS or ends there, and how far into it that is. */
static bool find_at(const struct image *image, const void *address, uint64_t *number, uint64_t *displacement)
{
    uint64_t first, end;
    uintptr_t p = (uintptr_t)address, start = (uintptr_t)image->stored;
    unsigned region = IMAGE_STORED;
    if (image->reserved && p - (uintptr_t)image->reserved < image->header->reserved_size) {
        region = IMAGE_RESERVED;
        start = (uintptr_t)image->reserved;
    } else if (image->shared && p - (uintptr_t)image->shared < image_shared_size(image->header)) {
        region = IMAGE_SHARED;
        start = (uintptr_t)image->shared;
    }
    image_region_objects(image->header, region, &first, &end);
    uint64_t offset = p - start;
    if (!search(image->unit, image->objects, first, end, offset, number))
        return false;
    *displacement = offset - image->objects[*number].offset;
    return true;
}

bool image_find_object(const struct image *image, const void *address, uint64_t *number, uint64_t *size)
{
    uint64_t displacement;
    if (!find_at(image, address, number, &displacement) || displacement != 0)
        return false;
    *size = size_of(image->unit, &image->objects[*number]);
    return true;
}

uint64_t image_elements_from(const struct image *image, const void *address, uint32_t type)
{
    uint64_t number, displacement;
    if ((uintptr_t)address % image->unit->types[type].alignment || !find_at(image, address, &number, &displacement))
        return 0;
    const struct image_object *o = &image->objects[number];
    return image_elements_at(image->unit, IMAGE_OBJECT_TYPE(o), IMAGE_OBJECT_COUNT(o), displacement, type);
}

int image_decode_arguments(const void *source, void *working, size_t size, void *reserved, void *shared,
                           const struct hype_unit *unit, const struct hype_entry *entry, struct image *image,
                           void **frame, hype_error **error)
{
    int status = image_check(source, size, IMAGE_ARGUMENTS, unit, entry, error);
    if (status < 0)
        return status;
    const struct image_header *h = source;
    struct decoder d = {
        .unit = unit,
        .entry = entry,
        .header = h,
        .objects = (const void *)((const char *)source + h->objects),
        .source = source,
        .n_stored = image_n_stored(h),
        .own_region = IMAGE_STORED,
        .working = working,
        .reserved = reserved,
        .shared = shared,
        .error = error,
    };
    if (IMAGE_OBJECT_TYPE(&d.objects[0]) != entry->frame || IMAGE_OBJECT_COUNT(&d.objects[0]) != 1)
        return damaged(error, "its first object is not the function's frame");
    status = make_contexts(&d);
    if (status == 0)
        status = run_pass(&d, PASS_LINK);
    if (status == 0 && d.counts)
        status = run_pass(&d, PASS_COUNT);
    if (status < 0) {
        free(d.contexts);
        return status;
    }
    *image = (struct image){.unit = unit,
                            .entry = entry,
                            .header = h,
                            .objects = d.objects,
                            .stored = working,
                            .pristine = source,
                            .reserved = reserved,
                            .shared = shared,
                            .contexts = d.contexts};
    *frame = final_of(&d, 0);
    return 0;
}

/* ---- Return values ---- */

/* Does a value of the type hold bytes that do not travel? */
static bool skips(const struct hype_unit *unit, const struct hype_type *type)
{
    for (uint32_t f = 0; f < type->n_fields; f++)
        if (type->fields[f].kind == HYPE_FIELD_SKIP ||
            (type->fields[f].kind == HYPE_FIELD_EMBED && skips(unit, &unit->types[type->fields[f].type])))
            return true;
    return false;
}

/* Copies a value but for what does not travel, which stays as it is at TO. */
static void copy_value(const struct hype_unit *unit, const struct hype_type *type, char *to, const char *from)
{
    uint64_t copied = 0;
    for (uint32_t f = 0; f < type->n_fields; f++) {
        const struct hype_field *field = &type->fields[f];
        const struct hype_type *inner = &unit->types[field->type];
        bool embedded = field->kind == HYPE_FIELD_EMBED && skips(unit, inner);
        if (field->kind != HYPE_FIELD_SKIP && !embedded)
            continue;
        memcpy(to + copied, from + copied, field->offset - copied);
        for (uint64_t i = 0; embedded && i < field->repeat; i++)
            copy_value(unit, inner, to + field->offset + i * inner->size, from + field->offset + i * inner->size);
        copied = field->offset + field->repeat * (embedded ? inner->size : 1);
    }
    memcpy(to + copied, from + copied, type->size - copied);
}

static void copy_object(const struct decoder *d, uint64_t number)
{
    const struct image_object *o = &d->objects[number];
    const struct hype_type *type = &d->unit->types[IMAGE_OBJECT_TYPE(o)];
    const char *from = d->source + o->offset;
    char *to = d->finals[number];
    if (d->arena && number >= d->header->n_roots)
        return; /* is there already */
    if (number >= d->header->n_roots || image_flexible(type) || type->n_fields == 0 || !skips(d->unit, type)) {
        memcpy(to, from, size_of(d->unit, o));
        return;
    }
    for (uint64_t i = 0; i < IMAGE_OBJECT_COUNT(o); i++)
        copy_value(d->unit, type, to + i * type->size, from + i * type->size);
}

/* The captured object whose new contents root NUMBER is. */
static int find_updated(struct decoder *d, uint64_t number, uint64_t reference)
{
    const struct capture *capture = d->capture;
    const struct image_header *h = (const void *)d->capture->image.data;
    const struct image_object *captured = (const void *)(d->capture->image.data + h->objects);
    const struct image_object *o = &d->objects[number];
    struct target target = {.foreign = false};
    unsigned region = IMAGE_REGION(reference);
    if (region > IMAGE_RESERVED || !locate_captured(d->capture, region, IMAGE_OFFSET(reference), &target) ||
        target.displacement != 0 || target.type != IMAGE_OBJECT_TYPE(o) || target.count != IMAGE_OBJECT_COUNT(o) ||
        !(IMAGE_OBJECT_FLAGS(&captured[target.object]) & HYPE_DIRECTION_OUT))
        return damaged(d->error, "it changes what the call did not give it to change");
    if (target.object > 0) /* the frame's place is known */
        d->finals[number] = target.address;
    else if (number != d->frame)
        return damaged(d->error, "its frame is not where it must be");
    if (d->contexts) { /* what lay in the frame that was captured lies in the new one */
        const char *context = capture->contexts[target.object], *frame = capture->addresses[0];
        bool in_frame = context && (uintptr_t)context - (uintptr_t)frame < d->unit->types[d->entry->frame].size;
        d->contexts[number] = in_frame ? d->finals[d->frame] + (context - frame) : context;
    }
    return 0;
}

/* The roots: reserved objects first, then the frame and other stored ones, each in ascending order. */
static int place_roots(struct decoder *d, char *frame)
{
    const uint64_t *updates = (const void *)(d->objects + d->header->n_objects);
    while (d->frame < d->header->n_roots && IMAGE_REGION(updates[d->frame]) == IMAGE_RESERVED)
        d->frame++;
    if (d->frame == d->header->n_roots)
        return damaged(d->error, "it has no frame");
    d->finals[d->frame] = frame;
    for (uint64_t i = 0; i < d->header->n_roots; i++) {
        if (i > 0 && i != d->frame && updates[i] <= updates[i - 1])
            return damaged(d->error, "its updates are out of order");
        int status = find_updated(d, i, updates[i]);
        if (status < 0)
            return status;
    }
    return d->finals[d->frame] == frame ? 0 : damaged(d->error, "it has no frame");
}

/* Where each object of the return image ends up. Those of n_roots and more are new blocks of this call. */
static int allocate_finals(struct decoder *d, char *frame, uint64_t *n_allocated)
{
    int status = place_roots(d, frame);
    if (status < 0)
        return status;
    for (uint64_t i = d->header->n_roots; i < d->header->n_objects; i++) {
        const struct image_object *o = &d->objects[i];
        size_t alignment = d->unit->types[IMAGE_OBJECT_TYPE(o)].alignment;
        uint64_t size = size_of(d->unit, o);
        size_t block = size ? size : 1;
        if (d->arena) {
            d->finals[i] = d->arena + o->offset;
            continue;
        }
        d->finals[i] = alignment <= _Alignof(max_align_t)
                           ? malloc(block)
                           : aligned_alloc(alignment, (block + alignment - 1) & ~(alignment - 1));
        if (!d->finals[i])
            return error_memory(d->error);
        *n_allocated = i + 1;
    }
    return 0;
}

static int free_freed(struct decoder *d)
{
    const uint64_t *freed = (const uint64_t *)(const void *)(d->objects + d->header->n_objects) + d->header->n_roots;
    for (uint64_t i = 0; i < d->header->n_freed; i++) {
        struct target target = {.foreign = false};
        if (IMAGE_REGION(freed[i]) > IMAGE_RESERVED ||
            !locate_captured(d->capture, IMAGE_REGION(freed[i]), IMAGE_OFFSET(freed[i]), &target) ||
            target.displacement != 0 || target.object == 0 || (i > 0 && freed[i] <= freed[i - 1]))
            return damaged(d->error, "it frees what is not there to be freed");
        if (d->pass == PASS_COUNT)
            free(target.address);
    }
    return 0;
}

static int decode_return(struct decoder *d, char *frame, uint64_t *n_allocated)
{
    int status = make_contexts(d);
    if (status == 0)
        status = allocate_finals(d, frame, n_allocated);
    if (status == 0)
        status = run_pass(d, PASS_CHECK);
    if (status == 0)
        status = free_freed(d);
    if (status < 0)
        return status;
    for (uint64_t i = 0; i < d->header->n_objects; i++)
        copy_object(d, i);
    *n_allocated = 0; /* from here on the caller's memory may lead to the new blocks: they are the caller's */
    status = run_pass(d, PASS_LINK);
    if (status == 0 && d->counts)
        status = run_pass(d, PASS_COUNT);
    d->pass = PASS_COUNT; /* all is in place: now for good */
    return status < 0 ? status : free_freed(d);
}

int image_decode_return(const void *source, void *arena, size_t size, const struct capture *capture, void *result,
                        hype_error **error)
{
    const struct hype_entry *entry = capture->entry;
    int status = image_check(source, size, IMAGE_RETURN, capture->unit, entry, error);
    if (status < 0)
        return status;
    const struct image_header *h = source;
    cleanup_free char *frame = malloc(capture->unit->types[entry->frame].size);
    cleanup_free char **finals = calloc(h->n_objects, sizeof(char *));
    if (!frame || !finals)
        return error_memory(error);
    struct decoder d = {
        .unit = capture->unit,
        .entry = entry,
        .header = h,
        .objects = (const void *)((const char *)source + h->objects),
        .source = source,
        .n_stored = h->n_objects,
        .own_region = IMAGE_RETURNED,
        .finals = finals,
        .arena = arena,
        .capture = capture,
        .error = error,
    };
    uint64_t n_allocated = 0;
    status = decode_return(&d, frame, &n_allocated);
    for (uint64_t i = h->n_roots; i < n_allocated; i++)
        free(finals[i]);
    free(d.contexts);
    if (status == 0 && result && entry->result_offset != HYPE_NO_RESULT)
        memcpy(result, frame + entry->result_offset, entry->result_size);
    return status;
}
