/*
 * error_image.c: errors travel in the same format as values: a capture image whose frame is the struct below.
 *
 * Its tables are written by hand in the form that hypecc generates.
 */
#include "image.h"
#include "registry.h"

#include <string.h>

struct wire_frame {
    const char *text, *sha256;
    uint64_t offset;
};

struct wire_error {
    int32_t status, exit_status, signal, error_number, code, unused;
    const char *message, *output;
    uint64_t n_frames;
    struct wire_frame *frames;
    struct wire_error *cause;
};

enum { TYPE_CHAR, TYPE_ERROR, TYPE_FRAME };

static int64_t count_frames(const void *owner, const void *context)
{
    const struct wire_error *error = owner;
    (void)context;
    return error->n_frames <= ERROR_FRAMES ? (int64_t)error->n_frames : HYPE_COUNT_INVALID;
}

#define FIELD(field_kind, owner, member, pointed)                                                                      \
    .kind = (field_kind), .direction = HYPE_DIRECTION_IN, .type = (pointed), .offset = offsetof(struct owner, member), \
    .repeat = 1, .name = #member
#define STRING_FIELD(owner, member) {FIELD(HYPE_FIELD_TERMINATED, owner, member, TYPE_CHAR)}

static const struct hype_field error_fields[] = {
    STRING_FIELD(wire_error, message),
    STRING_FIELD(wire_error, output),
    {FIELD(HYPE_FIELD_POINTER, wire_error, frames, TYPE_FRAME), .count = count_frames},
    {FIELD(HYPE_FIELD_POINTER, wire_error, cause, TYPE_ERROR)},
};

static const struct hype_field frame_fields[] = {
    STRING_FIELD(wire_frame, text),
    STRING_FIELD(wire_frame, sha256),
};

#define TYPE(type_name, type, type_fields)                                                                             \
    {.name = (type_name),                                                                                              \
     .size = sizeof(type),                                                                                             \
     .alignment = _Alignof(type),                                                                                      \
     .n_fields = ARRAY_SIZE(type_fields),                                                                              \
     .fields = (type_fields)}

static const struct hype_type types[] = {
    [TYPE_CHAR] = {.name = "char", .size = 1, .alignment = 1},
    [TYPE_ERROR] = TYPE("error", struct wire_error, error_fields),
    [TYPE_FRAME] = TYPE("frame", struct wire_frame, frame_fields),
};

static const struct hype_entry entry = {.name = "error", .prototype = "error", .signature = 2, .frame = TYPE_ERROR};
static const struct hype_unit unit = {.version = HYPE_GENERATED_VERSION,
                                      .source = "error_image.c",
                                      .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = ARRAY_SIZE(types),
                                      .n_entries = 1,
                                      .types = types,
                                      .entries = &entry};

/* ---- Writing ---- */

static int fill(struct wire_error *wire, const hype_error *error)
{
    size_t n;
    const struct error_frame *frames = error_frames(error, &n);
    *wire = (struct wire_error){
        .status = error->status,
        .exit_status = error->exit_status,
        .signal = error->signal,
        .error_number = error->error_number,
        .code = error->code,
        .message = error->message,
        .output = error->output,
        .n_frames = n,
    };
    wire->frames = n > 0 ? calloc(n, sizeof *wire->frames) : NULL;
    for (size_t i = 0; i < n && wire->frames; i++)
        wire->frames[i] = (struct wire_frame){frames[i].text, frames[i].sha256, frames[i].offset};
    return n > 0 && !wire->frames ? -HYPE_MEMORY : 0;
}

int image_encode_error(const hype_error *error, unsigned n_causes, struct buffer *image, hype_error **failure)
{
    struct wire_error wires[ERROR_CAUSES + 1] = {{0}};
    struct capture capture;
    size_t n = 0;
    int status = 0;
    for (; status == 0 && error && n < ARRAY_SIZE(wires) && n <= n_causes; error = error->cause) {
        status = fill(&wires[n], error);
        if (n > 0)
            wires[n - 1].cause = &wires[n];
        n++;
    }
    status = status < 0 ? error_memory(failure) : image_encode_arguments(&unit, &entry, wires, &capture, failure);
    while (n > 0)
        free(wires[--n].frames);
    if (status < 0)
        return status;
    struct image_header *header = (struct image_header *)(void *)capture.image.data;
    header->kind = IMAGE_ERROR;
    header->checksum = image_checksum(header, header->size);
    *image = capture.image;
    free(capture.addresses);
    return 0;
}

/* ---- Reading ---- */

static void take_frames(hype_error *error, const struct wire_error *wire)
{
    struct error_frame frames[ERROR_FRAMES];
    size_t n = wire->frames ? wire->n_frames : 0; /* with no frames nobody has checked it */
    for (size_t i = 0; i < n; i++) {
        const struct wire_frame *from = &wire->frames[i];
        bool valid = from->sha256 && sha256_hex_valid(from->sha256);
        frames[i] = (struct error_frame){from->text, valid ? from->sha256 : NULL, from->offset};
    }
    error_set_frames(error, frames, n);
}

/* One error without its cause. */
static int take_error(const struct wire_error *wire, hype_error **error)
{
    if (wire->status >= 0 || wire->status < -ERROR_STATUS_LAST || !wire->message)
        return error_set(error, HYPE_FORMAT, "the error that came back has no status that exists");
    int status = error_set(error, (hype_status)-wire->status, "%s", wire->message);
    hype_error *made = *error;
    if (made->status != status || strcmp(made->message, wire->message) != 0)
        return status; /* no memory for it */
    made->exit_status = wire->exit_status;
    made->signal = wire->signal;
    made->error_number = wire->error_number;
    made->code = wire->code;
    error_set_output(made, wire->output);
    take_frames(made, wire);
    return status;
}

/* Causes may form a ring in an image that somebody has forged: they are followed so far and no further. */
static int take_errors(const struct wire_error *wire, hype_error **error)
{
    int status = take_error(wire, error);
    hype_error *last = *error;
    for (int i = 0; i < ERROR_CAUSES && wire->cause; i++) {
        hype_error *cause = NULL;
        wire = wire->cause;
        take_error(wire, &cause);
        error_set_cause(last, cause);
        if (!last->cause)
            break;
        last = cause;
    }
    return status;
}

int image_decode_error(const void *data, size_t size, hype_error **error)
{
    cleanup_free char *copy = size >= sizeof(struct image_header) ? malloc(size) : NULL;
    cleanup_free char *working = copy ? malloc(size) : NULL;
    struct image image;
    void *decoded;
    if (size < sizeof(struct image_header))
        return error_set(error, HYPE_FORMAT, "the error that came back is shorter than its header");
    if (!working)
        return error_memory(error);
    memcpy(copy, data, size);
    struct image_header *header = (struct image_header *)(void *)copy;
    if (header->kind != IMAGE_ERROR || header->checksum != image_checksum(copy, size) || header->n_reserved ||
        header->n_segments)
        return error_set(error, HYPE_FORMAT, "the error that came back is damaged");
    header->kind = IMAGE_ARGUMENTS; /* but for its kind it is one */
    header->checksum = image_checksum(copy, size);
    memcpy(working, copy, size);
    int status = image_decode_arguments(copy, working, size, NULL, NULL, &unit, &entry, &image, &decoded, error);
    if (status < 0)
        return error_wrap(error, status, "the error that came back");
    image_free(&image);
    return take_errors(decoded, error);
}
