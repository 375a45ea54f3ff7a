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

static _Alignas(64) char shared[8] = "shared";
static _Alignas(64) struct item items[2] = {{1, shared, &items[1]}, {2, shared, &items[0]}};
static _Alignas(64) double values[3] = {1.5, 2.5, 3.5};
static _Alignas(64) int out[2];
static _Alignas(64) char text[8] = "text";
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
    assert_int_equal(image_decode_arguments(arguments->data, working, arguments->size, reserved, capture->unit,
                                            capture->entry, &image, &frame, NULL), 0);
    capture->entry->invoke(frame);
    assert_int_equal(image_encode_return(&image, returned, NULL), 0);
    image_free(&image);
    free(working);
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

static int write_files(const char *where)
{
    struct buffer images[2];
    struct capture capture;
    make(&images[0], &images[1], &capture);
    for (int i = 0; i < 2; i++) {
        char *path = text_format("%s/%s", where, i ? "return.hex" : "arguments.hex"), *hex = to_text(&images[i]);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(images_are_the_vectors)};
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_files(argv[2]);
    folder = argc > 1 ? argv[1] : ".";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
