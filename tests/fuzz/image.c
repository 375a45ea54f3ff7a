/*
 * image.c: the readers of capture images, fed by libFuzzer.
 *
 * The first byte chooses the reader. The rest is an image whose envelope (magic, ABI, signature, size, checksum) is put
 * right, so that what is behind it is reached. Whatever the reader lets through is then walked by encoding it again:
 * every pointer is followed, under the address sanitizer.
 *
 * HYPE_FUZZ_SEEDS=DIR writes valid images there and ends.
 */
#include "closure.h"
#include "image.h"
#include "manifest.h"
#include "stage.h"
#include "store/store.h"

#include <hype/hype.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum kind { NUMBER, TEXT, TREE };

struct tree {
    char *name;
    enum kind kind;
    union {
        double number HYPE_TAG(kind, NUMBER);
        char *text HYPE_TAG(kind, TEXT);
        struct tree *tree HYPE_TAG(kind, TREE);
    };
    unsigned short n;
    struct tree **children HYPE_COUNTED_BY(n * 1);
    struct tree *parent;
    struct {
        int width, height;
        float *pixels HYPE_COUNTED_BY(width * height);
    } images[2];
    void *handle HYPE_SKIP;
};
struct packet {
    unsigned length;
    struct tree trees[] HYPE_COUNTED_BY(length);
};
struct matrix {
    size_t rows, columns;
    double *HYPE_COUNTED_BY(columns) *cells HYPE_COUNTED_BY(rows);
};
typedef int function(int);

HYPE_FN int identity(int x)
{
    return x;
}
HYPE_FN struct tree *rich(struct tree *t, struct packet *p, struct matrix *m, function *f,
                          char **HYPE_NULL_TERMINATED words, size_t *length, const int *cursor,
                          int *values HYPE_COUNTED_BY(*length), HYPE_OUT double out[static 3],
                          HYPE_OUT char *HYPE_COUNTED_BY(*length) *made, const void *bytes HYPE_SIZED_BY(5),
                          wchar_t *wide HYPE_STRING, struct tree by_value, const float *shared HYPE_COUNTED_BY(*length),
                          const char *shared_text)
{
    (void)p, (void)m, (void)f, (void)words, (void)cursor, (void)bytes, (void)wide, (void)by_value;
    (void)shared, (void)shared_text;
    out[0] = (double)*length;
    *made = calloc(1, *length ? *length : 1);
    values[0]++;
    t->n = 0;
    return t->parent;
}

/* What is captured lies here, so that a return image has something to change. */
static struct {
    struct tree root, child;
    struct tree *children[2];
    float pixels[6];
    struct packet *packet;
    struct matrix matrix;
    double row[2][3];
    double *rows[2];
    char one[4], two[4], *words[3], name[8], text[8], *made;
    size_t length;
    int values[4];
    double out[3];
    wchar_t wide[3];
    float shared[6];
    char shared_text[8];
    struct capture capture;
    struct buffer returned;
} f;

static void set_up(void)
{
    strcpy(f.name, "name");
    strcpy(f.text, "text");
    strcpy(f.one, "one");
    strcpy(f.two, "two");
    f.words[0] = f.one;
    f.words[1] = f.two;
    f.wide[0] = L'w';
    f.children[0] = &f.child;
    f.children[1] = &f.root;
    f.root = (struct tree){.name = f.name, .kind = TEXT, .n = 2, .children = f.children, .parent = &f.child};
    f.root.text = f.text;
    f.root.images[1].width = 2;
    f.root.images[1].height = 3;
    f.root.images[1].pixels = f.pixels;
    f.child = (struct tree){.name = f.name, .kind = TREE, .parent = &f.root};
    f.child.tree = &f.root;
    if (!f.packet)
        f.packet = calloc(1, sizeof *f.packet + 2 * sizeof *f.packet->trees);
    memset(f.packet, 0, sizeof *f.packet + 2 * sizeof *f.packet->trees);
    f.packet->length = 2;
    f.packet->trees[1] = f.child;
    f.rows[0] = f.row[0];
    f.rows[1] = f.row[1];
    f.matrix = (struct matrix){2, 3, f.rows};
    f.length = 4;
}

static void *aligned_copy(const void *data, size_t size)
{
    void *copy = aligned_alloc(4096, (size + 4095) & ~(size_t)4095);
    if (!copy)
        abort();
    return memcpy(copy, data, size);
}

static int decode_arguments(const void *data, size_t size, bool answer)
{
    struct image image;
    void *frame, *source = aligned_copy(data, size), *working = aligned_copy(data, size), *reserved = NULL;
    char *shared = NULL;
    hype_error *error = NULL;
    const struct image_header *h = source;
    int status = image_check(source, size, IMAGE_ARGUMENTS, f.capture.unit, f.capture.entry, &error);
    if (status == 0 && h->reserved_size < 1 << 20 && image_shared_size(h) < 1 << 20) {
        reserved = calloc(1, h->reserved_size + 1);
        size_t shared_size = (image_shared_size(h) / SHARE_START + 1) * SHARE_START;
        shared = aligned_alloc(SHARE_START, shared_size);
        memset(shared, 1, shared_size);
        if (image_shared_size(h) > 0)
            shared[image_shared_size(h) - 1] = 0; /* strings end only there */
        status = image_decode_arguments(source, working, size, reserved, shared, f.capture.unit, f.capture.entry, &image,
                                        &frame, &error);
        if (status == 0) {
            struct buffer returned = BUFFER_EMPTY;
            if (answer)
                f.capture.entry->invoke(frame);
            if (image_encode_return(&image, &returned, NULL) == 0 && answer)
                f.returned = returned;
            else
                buffer_free(&returned);
            image_free(&image);
        }
    }
    if (!answer)
        error_free(error);
    free(reserved);
    free(shared);
    free(source);
    free(working);
    return status;
}

static void decode_return(const void *data, size_t size)
{
    struct tree *result;
    hype_error *error = NULL;
    void *source = aligned_copy(data, size);
    const struct image_header *h = source;
    set_up();
    if (h->n_freed == 0) /* what is captured here is on no heap */
        image_decode_return(source, NULL, size, &f.capture, &result, &error);
    error_free(error);
    free(source);
}

static void write_seed(const char *folder, const char *name, char reader, const struct buffer *image)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!file || fputc(reader, file) == EOF || fwrite(image->data, 1, image->size, file) != image->size || fclose(file))
        exit(1);
}

static hype_error *some_error(void)
{
    static const char digest[] = "5d41402abc4b2a765d41402abc4b2a765d41402abc4b2a765d41402abc4b2a76";
    const struct error_frame frames[] = {{"f+0x1 (a.so)", digest, 0x1234}, {"g", NULL, 1}};
    hype_error *error = NULL, *cause = NULL;
    error_set(&error, HYPE_CRASHED, "message");
    error_set_frames(error, frames, 2);
    error_set_output(error, "output");
    error_set(&cause, HYPE_FAILED, "cause");
    error_set_frames(cause, frames, 1);
    error_set_cause(error, cause);
    return error;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    const char *seeds = getenv("HYPE_FUZZ_SEEDS");
    set_up();
    if (hype_share(f.shared, sizeof f.shared + sizeof f.shared_text) < 0)
        exit(1);
    hype_closure *closure =
        (hype_closure *)hype_bind(rich, &f.root, f.packet, &f.matrix, identity, f.words, &f.length, f.values + 1,
                                  f.values, f.out, &f.made, "bytes", f.wide, f.child, f.shared, f.shared_text);
    if (closure->error) {
        fprintf(stderr, "%s\n", closure->error->message);
        exit(1);
    }
    f.capture = closure->capture;
    f.returned.fd = -1;
    if (decode_arguments(f.capture.image.data, f.capture.image.size, true) < 0)
        exit(1);
    if (seeds) {
        write_seed(seeds, "arguments", 0, &f.capture.image);
        write_seed(seeds, "return", 1, &f.returned);
        struct buffer image = BUFFER_EMPTY;
        if (image_encode_error(some_error(), ERROR_CAUSES, &image, NULL) < 0)
            exit(1);
        write_seed(seeds, "error", 2, &image);
        exit(0);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 + sizeof(struct image_header))
        return 0;
    size_t n = size - 1;
    char *image = malloc(n);
    struct image_header *h = (void *)image;
    bool arguments = data[0] % 3 == 0;
    hype_error *error = NULL;
    memcpy(image, data + 1, n);
    if (data[0] % 3 == 2) { /* an error image, whose envelope is its own */
        h->size = n;
        h->checksum = image_checksum(image, n);
        image_decode_error(image, n, &error);
        error_free(error);
        free(image);
        return 0;
    }
    memcpy(h, f.capture.image.data, offsetof(struct image_header, objects));
    h->kind = arguments ? IMAGE_ARGUMENTS : IMAGE_RETURN;
    h->size = n;
    h->checksum = image_checksum(image, n);
    if (arguments)
        decode_arguments(image, n, false);
    else
        decode_return(image, n);
    free(image);
    return 0;
}
