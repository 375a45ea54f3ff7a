/*
 * vectors.c: the images in tests/vectors, byte for byte, for whoever writes another implementation of docs/format.md.
 *
 * The bytes are those of x86-64. 'vectors --write DIR' makes the files anew when the format changes.
 */
#include "testing.h"

#include "closure.h"
#include "image.h"

#include <hype/hype.h>
#include <stdio.h>
#include <string.h>

struct item {
    int32_t id;
    const char *name;
    struct item *next;
};

/* Two items that share a name and form a ring, a counted array, one that is only written, NULL, and a string. */
HYPE_FN int64_t example(struct item *first, size_t n, const double *values HYPE_COUNTED_BY(n), HYPE_OUT int out[2],
                        const int *nothing, const char *text)
{
    first->next->id = (int32_t)n;
    out[0] = (int)values[0];
    out[1] = (int)strlen(text);
    return nothing ? -1 : 42;
}

/* A counted array and a string in the middle of one piece of shared memory. */
HYPE_FN double parts(size_t n, const double *values HYPE_COUNTED_BY(n), const char *text)
{
    return values[n - 1] + text[0];
}

static _Alignas(64) char name[8] = "shared";
static _Alignas(64) struct item items[2] = {{1, name, &items[1]}, {2, name, &items[0]}};
static _Alignas(64) double values[3] = {1.5, 2.5, 3.5};
static _Alignas(64) int out[2];
static _Alignas(64) char text[8] = "text";
static _Alignas(64) struct {
    char before[16];
    double values[3];
    char text[8];
} shared = {.values = {1, 2, 3}, .text = "text"};
static const char *folder;

static char *to_text(const struct buffer *image)
{
    char *hex = malloc(image->size * 3 + 1), *end = hex;
    for (size_t i = 0; i < image->size; i++)
        end += sprintf(end, "%02x%c", (unsigned char)image->data[i], i % 16 == 15 || i + 1 == image->size ? '\n' : ' ');
    return hex;
}

static void make(struct buffer *arguments, struct buffer *returned, struct capture *capture)
{
    struct image image;
    void *frame;
    char reserved[64] __attribute__((aligned(64))) = {0};
    items[1].id = 2;
    hype_closure *closure = (hype_closure *)hype_bind(example, &items[0], 3, values, out, NULL, text);
    *capture = closure->capture;
    *arguments = capture->image;
    free(closure);
    char *working = aligned_alloc(64, (arguments->size + 63) & ~(size_t)63);
    memcpy(working, arguments->data, arguments->size);
    *returned = (struct buffer)BUFFER_EMPTY;
    assert_int_equal(image_decode_arguments(arguments->data, working, arguments->size, reserved, NULL, capture->unit,
                                            capture->entry, &image, &frame, NULL), 0);
    capture->entry->invoke(frame);
    assert_int_equal(image_encode_return(&image, returned, NULL), 0);
    image_free(&image);
    free(working);
}

/* Of a call that crashed after a call of its own had failed. */
static void make_error(struct buffer *image)
{
    static const char digest[] = "5d41402abc4b2a765d41402abc4b2a765d41402abc4b2a765d41402abc4b2a76";
    const struct error_frame frames[] = {{"crash+0x12 (a.so)", digest, 0x1234}, {"abort+0xd2 (libc.so.6)", NULL, 0x2345}};
    hype_error *error = NULL, *cause = NULL;
    error_set(&error, HYPE_CRASHED, "it crashed");
    error->signal = 6;
    error_set_frames(error, frames, 2);
    error_set_output(error, "words\n");
    error_set(&cause, HYPE_FAILED, "no luck");
    cause->code = -3;
    cause->error_number = 2;
    error_set_cause(error, cause);
    assert_int_equal(image_encode_error(error, ERROR_CAUSES, image, NULL), 0);
    error_free(error);
}

static void compare(const char *name, const struct buffer *image)
{
    size_t size;
    char *wanted = NULL, *path = text_format("%s/%s", folder, name), *got = to_text(image);
    assert_int_equal(file_read(path, 1 << 20, &wanted, &size, NULL), 0);
    assert_string_equal(got, wanted);
    free(wanted);
    free(got);
    free(path);
}

/* An image that refers to shared memory, and the segment, as it travels beside it. */
static void make_shared(struct buffer *arguments, struct buffer *segment, struct capture *capture)
{
    assert_int_equal(hype_share(shared.values, sizeof shared.values + sizeof shared.text), 0);
    hype_closure *closure = (hype_closure *)hype_bind(parts, 2, shared.values + 1, shared.text);
    *capture = closure->capture;
    *arguments = capture->image;
    free(closure);
    hype_unshare(shared.values);
    assert_int_equal(capture->n_segments, 1);
    const struct share *share = capture->segments[0];
    assert_int_equal(buffer_map(segment, share->fd, share->start + share->size, NULL), 0);
}

static void shared_memory_is_the_vectors(void **state)
{
    (void)state;
    struct buffer arguments, segment;
    struct capture capture;
    struct image image;
    void *frame;
    double result;
    make_shared(&arguments, &segment, &capture);
    compare("arguments-shared.hex", &arguments);
    compare("segment.hex", &segment);
    char *working = aligned_alloc(64, (arguments.size + 63) & ~(size_t)63);
    memcpy(working, arguments.data, arguments.size);
    assert_int_equal(image_decode_arguments(arguments.data, working, arguments.size, NULL, segment.data, capture.unit,
                                            capture.entry, &image, &frame, NULL),
                     0);
    capture.entry->invoke(frame);
    memcpy(&result, (char *)frame + capture.entry->result_offset, sizeof result);
    assert_true(result == 3 + 't');
    image_free(&image);
    free(working);
    buffer_free(&segment);
    capture_free(&capture);
}

static void images_are_the_vectors(void **state)
{
    (void)state;
    struct buffer arguments, returned;
    struct capture capture;
    int64_t result = 0;
    make(&arguments, &returned, &capture);
    compare("arguments.hex", &arguments);
    compare("return.hex", &returned);
    assert_int_equal(image_decode_return(returned.data, NULL, returned.size, &capture, &result, NULL), 0);
    assert_int_equal(result, 42);
    assert_int_equal(items[1].id, 3);
    assert_int_equal(out[0], 1);
    assert_int_equal(out[1], 4);
    assert_ptr_equal(items[1].next, &items[0]);
    buffer_free(&returned);
    capture_free(&capture);
}

/* Where the parts of an error lie in its image depends on their addresses, so this vector is only read. */
static void the_error_vector_is_read(void **state)
{
    (void)state;
    size_t size, n = 0;
    char *text = NULL, *path = text_format("%s/error.hex", folder), image[4096];
    hype_error *error = NULL;
    assert_int_equal(file_read(path, sizeof image, &text, &size, NULL), 0);
    for (char *next = text, *end; (image[n] = (char)strtoul(next, &end, 16)), end != next; next = end)
        n++;
    assert_int_equal(image_decode_error(image, n, &error), -HYPE_CRASHED);
    assert_string_equal(error->message, "it crashed");
    assert_string_equal(error->backtrace, "#0 crash+0x12 (a.so)\n#1 abort+0xd2 (libc.so.6)\n");
    assert_string_equal(error->output, "words\n");
    assert_int_equal(error->signal, 6);
    assert_int_equal(error->cause->status, -HYPE_FAILED);
    assert_int_equal(error->cause->code, -3);
    assert_int_equal(error->cause->error_number, 2);
    error_free(error);
    free(text);
    free(path);
}

static int write_files(const char *where)
{
    static const char *const names[] = {"arguments.hex", "return.hex", "arguments-shared.hex", "segment.hex",
                                        "error.hex"};
    struct buffer images[5];
    struct capture capture;
    make(&images[0], &images[1], &capture);
    make_shared(&images[2], &images[3], &capture);
    make_error(&images[4]);
    for (int i = 0; i < 5; i++) {
        char *path = text_format("%s/%s", where, names[i]), *hex = to_text(&images[i]);
        FILE *file = fopen(path, "w");
        if (!file || fputs(hex, file) < 0 || fclose(file) != 0)
            return 1;
        free(hex);
        free(path);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_are_the_vectors),
        cmocka_unit_test(shared_memory_is_the_vectors),
        cmocka_unit_test(the_error_vector_is_read),
    };
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_files(argv[2]);
    folder = argc > 1 ? argv[1] : ".";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
