/*
 * error_image.c: errors travel in the same format as values: a capture image whose frame is the struct below.
 *
 * Its tables are written by hand in the form that hypecc generates.
 */
#include "image.h"
#include "registry.h"

#include <string.h>

struct error_frame {
    int32_t status, exit_status, signal, error_number;
    const char *message, *backtrace, *output;
};

enum { TYPE_CHAR, TYPE_FRAME };

#define STRING_FIELD(member)                                                                                           \
    {.kind = HYPE_FIELD_TERMINATED,                                                                                    \
     .direction = HYPE_DIRECTION_IN,                                                                                   \
     .type = TYPE_CHAR,                                                                                                \
     .offset = offsetof(struct error_frame, member),                                                                   \
     .repeat = 1,                                                                                                      \
     .name = #member}

static const struct hype_field frame_fields[] = {
    STRING_FIELD(message),
    STRING_FIELD(backtrace),
    STRING_FIELD(output),
};

static const struct hype_type types[] = {
    [TYPE_CHAR] = {.name = "char", .size = 1, .alignment = 1},
    [TYPE_FRAME] = {.name = "error",
                    .size = sizeof(struct error_frame),
                    .alignment = _Alignof(struct error_frame),
                    .n_fields = ARRAY_SIZE(frame_fields),
                    .fields = frame_fields},
};

static const struct hype_entry entry = {.name = "error", .prototype = "error", .signature = 1, .frame = TYPE_FRAME};
static const struct hype_unit unit = {.version = HYPE_GENERATED_VERSION,
                                      .source = "error_image.c",
                                      .abi = HYPE_ABI_NO_LONG_DOUBLE,
                                      .n_types = ARRAY_SIZE(types),
                                      .n_entries = 1,
                                      .types = types,
                                      .entries = &entry};

int image_encode_error(const hype_error *error, struct buffer *image, hype_error **failure)
{
    struct error_frame frame = {
        .status = error->status,
        .exit_status = error->exit_status,
        .signal = error->signal,
        .error_number = error->error_number,
        .message = error->message,
        .backtrace = error->backtrace,
        .output = error->output,
    };
    struct capture capture;
    int status = image_encode_arguments(&unit, &entry, &frame, &capture, failure);
    if (status < 0)
        return status;
    struct image_header *header = (struct image_header *)(void *)capture.image.data;
    header->kind = IMAGE_ERROR;
    header->checksum = image_checksum(header, header->size);
    *image = capture.image;
    free(capture.addresses);
    return 0;
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
    if (header->kind != IMAGE_ERROR || header->checksum != image_checksum(copy, size))
        return error_set(error, HYPE_FORMAT, "the error that came back is damaged");
    header->kind = IMAGE_ARGUMENTS; /* but for its kind it is one */
    header->checksum = image_checksum(copy, size);
    memcpy(working, copy, size);
    int status = image_decode_arguments(copy, working, size, NULL, NULL, &unit, &entry, &image, &decoded, error);
    if (status < 0)
        return error_wrap(error, status, "the error that came back");
    image_free(&image);
    const struct error_frame *frame = decoded;
    if (frame->status >= 0 || frame->status < -HYPE_OUT_OF_MEMORY || !frame->message)
        return error_set(error, HYPE_FORMAT, "the error that came back has no status that exists");
    status = error_set(error, (hype_status)-frame->status, "%s", frame->message);
    hype_error *made = *error;
    if (made->status == status && strcmp(made->message, frame->message) == 0) {
        made->exit_status = frame->exit_status;
        made->signal = frame->signal;
        made->error_number = frame->error_number;
        error_set_backtrace(made, frame->backtrace);
        error_set_output(made, frame->output);
    }
    return status;
}
