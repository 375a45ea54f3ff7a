/*
 * image.c: capture images survive the way there and back, and nothing that is done to them gets past the reader.
 *
 * Built by hypecc: the functions below are captured, called from their decoded frame and decoded again in this one
 * process, without a submitter between.
 */
#include "testing.h"

#include "closure.h"
#include "image.h"

#include <hype/hype.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum kind { WORD, CHILD };

struct tree {
    char *name;
    enum kind kind;
    union {
        char *word HYPE_TAG(kind, WORD);
        struct tree *child HYPE_TAG(kind, CHILD);
    };
    unsigned n;
    struct tree **children HYPE_COUNTED_BY(n);
    struct tree *parent;
    double weights[2];
};

/* Renames every child, adds one. */
HYPE_FN struct tree *grow(struct tree *t, const char *name, HYPE_OUT int lengths[static 2],
                          char **HYPE_NULL_TERMINATED extra)
{
    struct tree *made = calloc(1, sizeof *made);
    for (unsigned i = 0; i < t->n; i++)
        t->children[i]->name[0] = 'X';
    made->name = strdup(name);
    made->kind = CHILD;
    made->child = t;
    made->parent = t;
    made->weights[1] = 0.5;
    lengths[0] = (int)strlen(name);
    lengths[1] = extra && extra[0] ? (int)strlen(extra[0]) : -1;
    return made;
}

struct fixture {
    struct tree root, left, right;
    struct tree *children[2];
    char names[3][8];
    char first[4], second[4], *extra[3];
    int lengths[2];
    hype_closure *closure;
};

static void bind(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    strcpy(f->names[0], "root");
    strcpy(f->names[1], "left");
    strcpy(f->names[2], "right");
    strcpy(f->first, "one");
    strcpy(f->second, "two");
    f->extra[0] = f->first;
    f->extra[1] = f->second;
    f->children[0] = &f->left;
    f->children[1] = &f->right;
    f->root =
        (struct tree){.name = f->names[0], .kind = WORD, .word = f->names[1] + 1, .n = 2, .children = f->children};
    f->left = (struct tree){.name = f->names[1], .kind = CHILD, .child = &f->right, .parent = &f->root};
    f->right = (struct tree){.name = f->names[2], .kind = CHILD, .child = NULL, .parent = &f->root};
    f->closure = (hype_closure *)hype_bind(grow, &f->root, "new", f->lengths, f->extra);
    if (f->closure->error)
        fail_msg("%s", f->closure->error->message);
}

/* An image in memory as the reader wants it. */
static void *map_copy(const void *data, size_t size)
{
    void *copy = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(copy != MAP_FAILED);
    return memcpy(copy, data, size);
}

static int decode(const struct capture *c, const void *data, size_t size, struct image *image, void **frame,
                  void **mapped, char *reserved, hype_error **error)
{
    mapped[0] = map_copy(data, size);
    mapped[1] = map_copy(data, size);
    return image_decode_arguments(mapped[0], mapped[1], size, reserved, NULL, c->unit, c->entry, image, frame, error);
}

static void unmap(void **mapped, size_t size)
{
    munmap(mapped[0], size);
    munmap(mapped[1], size);
}

static struct buffer answer(const struct capture *c)
{
    struct image image;
    struct buffer returned = BUFFER_EMPTY;
    char reserved[64] = {0};
    void *frame, *mapped[2];
    hype_error *error = NULL;
    if (decode(c, c->image.data, c->image.size, &image, &frame, mapped, reserved, &error) < 0)
        fail_msg("%s", error->message);
    assert_true(image.header->reserved_size <= sizeof reserved);
    c->entry->invoke(frame);
    struct tree *made;
    memcpy(&made, (char *)frame + c->entry->result_offset, sizeof made);
    assert_int_equal(image_encode_return(&image, &returned, &error), 0);
    free(made->name);
    free(made);
    image_free(&image);
    unmap(mapped, c->image.size);
    return returned;
}

static void there_and_back(void **state)
{
    (void)state;
    struct fixture f;
    struct tree *made;
    hype_error *error = NULL;
    bind(&f);
    struct buffer returned = answer(&f.closure->capture);
    if (image_decode_return(returned.data, NULL, returned.size, &f.closure->capture, &made, &error) < 0)
        fail_msg("%s", error->message);
    assert_string_equal(made->name, "new");
    assert_ptr_equal(made->child, &f.root);
    assert_ptr_equal(made->parent, &f.root);
    assert_string_equal(f.names[1], "Xeft");
    assert_string_equal(f.names[2], "Xight");
    assert_ptr_equal(f.left.name, f.names[1]);
    assert_int_equal(f.lengths[0], 3);
    assert_int_equal(f.lengths[1], 3);
    free(made->name);
    free(made);
    buffer_free(&returned);
    hype_closure_free(f.closure);
}

/* With each byte changed in turn the reader says what is wrong. */
static void every_byte_counts(void **state)
{
    (void)state;
    struct fixture f;
    bind(&f);
    struct capture *c = &f.closure->capture;
    struct buffer returned = answer(c);
    for (size_t i = 0; i < c->image.size; i++) {
        struct image image;
        void *frame, *mapped[2];
        hype_error *error = NULL;
        char reserved[64];
        c->image.data[i] ^= (char)(1 << i % 8);
        int status = decode(c, c->image.data, c->image.size, &image, &frame, mapped, reserved, &error);
        if (status != -HYPE_FORMAT && status != -HYPE_INCOMPATIBLE)
            fail_msg("argument byte %zu: %s", i, hype_status_name(status));
        assert_non_null(error);
        error_free(error);
        c->image.data[i] ^= (char)(1 << i % 8);
        unmap(mapped, c->image.size);
    }
    for (size_t i = 0; i < returned.size; i++) {
        struct tree *made;
        hype_error *error = NULL;
        returned.data[i] ^= (char)(1 << i % 8);
        int status = image_decode_return(returned.data, NULL, returned.size, c, &made, &error);
        if (status != -HYPE_FORMAT && status != -HYPE_INCOMPATIBLE)
            fail_msg("return byte %zu: %s", i, hype_status_name(status));
        error_free(error);
        returned.data[i] ^= (char)(1 << i % 8);
    }
    buffer_free(&returned);
    hype_closure_free(f.closure);
}

static void every_length_counts(void **state)
{
    (void)state;
    struct fixture f;
    bind(&f);
    struct capture *c = &f.closure->capture;
    for (size_t size = 1; size < c->image.size; size++) {
        struct image image;
        void *frame, *mapped[2];
        char reserved[64];
        assert_int_equal(decode(c, c->image.data, size, &image, &frame, mapped, reserved, NULL), -HYPE_FORMAT);
        unmap(mapped, size);
    }
    hype_closure_free(f.closure);
}

/* A forger fixes the checksum too. Whatever is let through can be walked without leaving the image. */
static void forged_images_stay_in_bounds(void **state)
{
    (void)state;
    struct fixture f;
    uint64_t seed = 4711;
    unsigned passed = 0;
    bind(&f);
    struct capture *c = &f.closure->capture;
    for (int round = 0; round < 60000; round++) {
        struct image image;
        void *frame, *mapped[2];
        char reserved[64] = {0};
        cleanup_free char *forged = malloc(c->image.size);
        memcpy(forged, c->image.data, c->image.size);
        for (uint64_t n = 1 + next_random(&seed) % 3; n > 0; n--) {
            uint64_t at = next_random(&seed) % c->image.size, what = next_random(&seed);
            if (what % 3 == 0)
                forged[at] ^= (char)(1 << what / 3 % 8);
            else if (what % 3 == 1)
                forged[at] = (char)(what >> 8);
            else /* something that looks like a reference or an offset */
                memcpy(forged + (at & ~(uint64_t)7), &(uint64_t){what >> 8 & (c->image.size * 2 - 1)}, 8);
        }
        struct image_header *header = (void *)forged;
        header->checksum = image_checksum(forged, c->image.size);
        if (decode(c, forged, c->image.size, &image, &frame, mapped, reserved, NULL) == 0) {
            if (image.header->reserved_size <= sizeof reserved) {
                struct buffer returned = BUFFER_EMPTY;
                if (image_encode_return(&image, &returned, NULL) == 0)
                    buffer_free(&returned);
            }
            image_free(&image);
            passed++;
        }
        unmap(mapped, c->image.size);
    }
    assert_true(passed > 0); /* plain data may change */
    hype_closure_free(f.closure);
}

/* Present where the leak sanitizer is. */
extern void __lsan_disable(void) __attribute__((weak));
extern void __lsan_enable(void) __attribute__((weak));

static void forged_returns_stay_in_bounds(void **state)
{
    (void)state;
    uint64_t seed = 815;
    unsigned passed = 0;
    for (int round = 0; round < 20000; round++) {
        struct fixture f;
        struct tree *made = NULL;
        bind(&f);
        struct buffer returned = answer(&f.closure->capture);
        struct image_header *header = (void *)returned.data;
        uint64_t at = next_random(&seed) % returned.size;
        returned.data[at] = (char)next_random(&seed);
        header->checksum = image_checksum(returned.data, returned.size);
        /* A forger may share blocks in ways that tell nobody what to free, so what is let through is leaked here; and
         * may have things freed that lie on this stack, so such images are not applied. */
        if (__lsan_disable)
            __lsan_disable();
        if (header->n_freed == 0)
            passed += image_decode_return(returned.data, NULL, returned.size, &f.closure->capture, &made, NULL) == 0;
        if (__lsan_enable)
            __lsan_enable();
        buffer_free(&returned);
        hype_closure_free(f.closure);
    }
    assert_true(passed > 0);
}

/* A string of the new block is made to lie in the frame, which is gone when the caller has its value. */
static void forged_returns_lead_to_no_frame(void **state)
{
    (void)state;
    struct fixture f;
    struct tree *made = NULL;
    uint64_t reference;
    hype_error *error = NULL;
    bind(&f);
    struct buffer returned = answer(&f.closure->capture);
    struct image_header *header = (void *)returned.data;
    uint64_t frame = ((struct image_object *)(void *)(returned.data + header->objects))[1].offset; /* [0]: lengths */
    memcpy(&reference, returned.data + frame + f.closure->capture.entry->result_offset, sizeof reference);
    struct tree *forged = (void *)(returned.data + IMAGE_OFFSET(reference));
    forged->kind = WORD;
    memcpy(&forged->word, &(uint64_t){IMAGE_REFERENCE(IMAGE_RETURNED, frame)}, sizeof forged->word);
    header->checksum = image_checksum(returned.data, returned.size);
    assert_int_equal(image_decode_return(returned.data, NULL, returned.size, &f.closure->capture, &made, &error),
                     -HYPE_FORMAT);
    assert_non_null(strstr(error->message, "refers to no object"));
    error_free(error);
    buffer_free(&returned);
    hype_closure_free(f.closure);
}

/* ---- Pointers that see one block in different sizes ---- */

struct span {
    int *cursor;
    int *begin HYPE_COUNTED_BY(n);
    int *end HYPE_COUNTED_BY(0);
    size_t n;
};

HYPE_FN long advance(struct span *s)
{
    *s->cursor += 100;
    s->cursor++;
    return s->end - s->cursor;
}

static void overlapping_extents(void **state)
{
    (void)state;
    int array[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    struct span s = {array + 2, array, array + 8, 8};
    struct image image;
    struct buffer returned = BUFFER_EMPTY;
    void *frame, *mapped[2];
    long left;
    hype_error *error = NULL;
    hype_closure *closure = (hype_closure *)hype_bind(advance, &s);
    struct capture *c = &closure->capture;
    if (closure->error)
        fail_msg("%s", closure->error->message);
    assert_int_equal(decode(c, c->image.data, c->image.size, &image, &frame, mapped, NULL, &error), 0);
    c->entry->invoke(frame);
    assert_int_equal(image_encode_return(&image, &returned, &error), 0);
    if (image_decode_return(returned.data, NULL, returned.size, c, &left, &error) < 0)
        fail_msg("%s", error->message);
    assert_int_equal(array[2], 102);
    assert_int_equal(left, 5);
    assert_ptr_equal(s.cursor, array + 3);
    assert_ptr_equal(s.begin, array);
    assert_ptr_equal(s.end, array + 8);
    image_free(&image);
    unmap(mapped, c->image.size);
    buffer_free(&returned);
    hype_closure_free(closure);
}

/* ---- Shared memory ---- */

/* Reads all that it is given; writes nothing, since a forger may lead WRITTEN to a pointer. */
HYPE_FN const double *last_of(size_t n, const double *values HYPE_COUNTED_BY(n), const char *text, double *written)
{
    double total = text && written ? (double)strlen(text) + *written : 0;
    for (size_t i = 0; values && i < n; i++)
        total += values[i];
    return values && total >= 0 ? values + n - 1 : NULL;
}

static struct {
    double values[1000];
    char text[8], not_shared[8];
} shared = {.text = "text", .not_shared = "own"};

static hype_closure *bind_shared(const char *text, double *written)
{
    hype_closure *closure = (hype_closure *)hype_bind(last_of, 900, shared.values + 100, text, written);
    if (closure->error)
        fail_msg("%s", closure->error->message);
    return closure;
}

static size_t size_of_image(const char *text, double *written)
{
    hype_closure *closure = bind_shared(text, written);
    size_t size = closure->capture.image.size;
    assert_int_equal(closure->capture.n_segments, size < 900 * sizeof(double));
    hype_closure_free(closure);
    return size;
}

static void share_values_and_text(void)
{
    assert_int_equal(hype_share(&shared, offsetof(__typeof__(shared), not_shared)), 0);
}

/* Memory of the program's is referred to where it may be, and else captured. */
static void shared_memory_is_referred_to(void **state)
{
    (void)state;
    double written = 0;
    size_t captured = size_of_image(shared.text, &written);
    share_values_and_text();
    size_t referred = size_of_image(shared.text, &written);
    assert_true(captured > 900 * sizeof(double) && referred < 500);
    assert_true(size_of_image(shared.not_shared, &written) > referred);
    assert_true(size_of_image(shared.text, &shared.values[50]) > 900 * sizeof(double)); /* is written back */
    hype_unshare(&shared);
    assert_int_equal(size_of_image(shared.text, &written), captured);
}

static void shared_memory_there_and_back(void **state)
{
    (void)state;
    double written = 0;
    const double *result = NULL;
    share_values_and_text();
    hype_closure *closure = bind_shared(shared.text, &written);
    hype_unshare(&shared);
    struct capture *c = &closure->capture;
    struct buffer segment, returned = BUFFER_EMPTY;
    struct image image;
    void *frame, *mapped[2] = {map_copy(c->image.data, c->image.size), map_copy(c->image.data, c->image.size)};
    assert_int_equal(buffer_map(&segment, c->segments[0]->fd, c->segments[0]->start + c->segments[0]->size, NULL), 0);
    assert_int_equal(image_decode_arguments(mapped[0], mapped[1], c->image.size, NULL, segment.data, c->unit, c->entry,
                                            &image, &frame, NULL),
                     0);
    c->entry->invoke(frame);
    assert_int_equal(image_encode_return(&image, &returned, NULL), 0);
    assert_int_equal(image_decode_return(returned.data, NULL, returned.size, c, &result, NULL), 0);
    assert_ptr_equal(result, &shared.values[999]);
    image_free(&image);
    unmap(mapped, c->image.size);
    buffer_free(&returned);
    buffer_free(&segment);
    hype_closure_free(closure);
}

/* What is let through leads to no byte outside the segment, which ends where memory does. */
static void forged_references_to_shared_memory(void **state)
{
    (void)state;
    uint64_t seed = 42;
    unsigned passed = 0;
    double written = 0;
    share_values_and_text();
    hype_closure *closure = bind_shared(shared.text, &written);
    hype_unshare(&shared);
    struct capture *c = &closure->capture;
    size_t size = c->segments[0]->start + c->segments[0]->size;
    char *exact = aligned_alloc(64, (size + 63) / 64 * 64);
    assert_int_equal(pread(c->segments[0]->fd, exact, size, 0), size);
    for (int round = 0; round < 40000; round++) {
        struct image image;
        void *frame, *mapped[2];
        cleanup_free char *forged = malloc(c->image.size);
        memcpy(forged, c->image.data, c->image.size);
        struct image_header *header = (void *)forged;
        uint64_t at = sizeof *header + next_random(&seed) % ((c->image.size - sizeof *header) / 8) * 8, what;
        memcpy(&what, forged + at, sizeof what);
        what += next_random(&seed) % 128 * (next_random(&seed) % 2 ? 64 : 1) - 64;
        memcpy(forged + at, &what, sizeof what);
        if (round % 8 == 0)
            header->n_segments = next_random(&seed) % 3;
        header->checksum = image_checksum(forged, c->image.size);
        mapped[0] = map_copy(forged, c->image.size);
        mapped[1] = map_copy(forged, c->image.size);
        int status = image_check(mapped[0], c->image.size, IMAGE_ARGUMENTS, c->unit, c->entry, NULL);
        if (status == 0 && image_shared_size(mapped[0]) == size && /* as hype-run compares it with what came */
            image_decode_arguments(mapped[0], mapped[1], c->image.size, NULL, exact, c->unit, c->entry, &image, &frame,
                                   NULL) == 0) {
            struct buffer returned = BUFFER_EMPTY;
            c->entry->invoke(frame);
            if (image_encode_return(&image, &returned, NULL) == 0)
                buffer_free(&returned);
            image_free(&image);
            passed++;
        }
        unmap(mapped, c->image.size);
    }
    assert_true(passed > 0);
    free(exact);
    hype_closure_free(closure);
}

#define DIGEST "5d41402abc4b2a765d41402abc4b2a765d41402abc4b2a765d41402abc4b2a76"

/* Of a call that crashed after a call of its own had failed. */
static hype_error *chained_error(void)
{
    static const struct error_frame frames[] = {{"f+0x1 (a.so)", DIGEST, 0x1234}, {"main+0x2 (b)", NULL, 2}};
    hype_error *error = NULL, *cause = NULL;
    error_set(&error, HYPE_CRASHED, "it crashed");
    error->signal = 11;
    error_set_frames(error, frames, 2);
    error_set(&cause, HYPE_FAILED, "no luck");
    cause->code = -3;
    error_set_output(cause, "words\n");
    error_set_cause(error, cause);
    return error;
}

static void errors_travel(void **state)
{
    (void)state;
    struct buffer image = BUFFER_EMPTY;
    hype_error *error = chained_error(), *read = NULL;
    size_t n;
    assert_int_equal(image_encode_error(error, ERROR_CAUSES, &image, NULL), 0);
    error_free(error);
    assert_int_equal(image_decode_error(image.data, image.size, &read), -HYPE_CRASHED);
    assert_string_equal(read->message, "it crashed");
    assert_string_equal(read->backtrace, "#0 f+0x1 (a.so)\n#1 main+0x2 (b)\n");
    const struct error_frame *frames = error_frames(read, &n);
    assert_int_equal(n, 2);
    assert_string_equal(frames[0].sha256, DIGEST);
    assert_int_equal(frames[0].offset, 0x1234);
    assert_null(frames[1].sha256);
    assert_null(read->output);
    assert_int_equal(read->signal, 11);
    assert_int_equal(read->cause->status, -HYPE_FAILED);
    assert_int_equal(read->cause->code, -3);
    assert_string_equal(read->cause->output, "words\n");
    assert_null(read->cause->backtrace);
    assert_null(read->cause->cause);
    error_clear(&read);
    for (size_t i = 0; i < image.size; i++) {
        image.data[i] ^= 0x10;
        int status = image_decode_error(image.data, image.size, &read);
        if (status != -HYPE_FORMAT && status != -HYPE_INCOMPATIBLE)
            fail_msg("byte %zu: %s", i, hype_status_name(status));
        error_clear(&read);
        image.data[i] ^= 0x10;
    }
    buffer_free(&image);
}

/* An error's text in REGION, of which nobody has memory: its table gets an object that lies there. */
static int read_forged_error(const struct buffer *image, unsigned region, uint64_t offset, hype_error **error)
{
    enum { LENGTH = 8 };
    size_t size = image->size + sizeof(struct image_object);
    cleanup_free char *forged = malloc(size);
    unsigned flags = region == IMAGE_RESERVED ? HYPE_DIRECTION_OUT : HYPE_DIRECTION_IN;
    struct image_object added = {offset, IMAGE_OBJECT_META(0, flags, LENGTH)};
    memcpy(forged, image->data, image->size);
    memcpy(forged + image->size, &added, sizeof added);
    struct image_header *header = (void *)forged;
    struct image_object *frame = (void *)(forged + header->objects);
    header->size = size;
    header->n_objects++;
    header->n_reserved = region == IMAGE_RESERVED;
    header->reserved_size = region == IMAGE_RESERVED ? offset + LENGTH : 0;
    header->n_segments = region == IMAGE_SHARED;
    uint64_t *output = (void *)(forged + frame->offset + 6 * sizeof(int32_t) + sizeof(char *)); /* docs/format.md */
    assert_int_equal(*output, 0);
    *output = IMAGE_REFERENCE(region, offset);
    header->checksum = image_checksum(forged, size);
    return image_decode_error(forged, size, error);
}

static void forged_errors_have_no_memory_elsewhere(void **state)
{
    (void)state;
    struct buffer image = BUFFER_EMPTY;
    hype_error *error = chained_error(), *read = NULL;
    assert_int_equal(image_encode_error(error, ERROR_CAUSES, &image, NULL), 0);
    assert_int_equal(read_forged_error(&image, IMAGE_RESERVED, 1, &read), -HYPE_FORMAT);
    error_clear(&read);
    assert_int_equal(read_forged_error(&image, IMAGE_SHARED, 0, &read), -HYPE_FORMAT);
    error_clear(&read);
    buffer_free(&image);
    error_free(error);
}

static size_t n_causes(const hype_error *error)
{
    return error->cause ? 1 + n_causes(error->cause) : 0;
}

static void chains_of_errors_end(void **state)
{
    (void)state;
    hype_error *error = NULL, *read = NULL;
    for (int i = 0; i < 3 * ERROR_CAUSES; i++) {
        hype_error *outer = NULL;
        error_set(&outer, HYPE_FAILED, "%d", i);
        error_set_cause(outer, error);
        error = outer;
    }
    assert_int_equal(n_causes(error), ERROR_CAUSES);
    struct buffer image = BUFFER_EMPTY;
    assert_int_equal(image_encode_error(error, ERROR_CAUSES, &image, NULL), 0);
    assert_int_equal(image_decode_error(image.data, image.size, &read), -HYPE_FAILED);
    assert_int_equal(n_causes(read), ERROR_CAUSES);
    error_clear(&read);
    buffer_free(&image);
    assert_int_equal(image_encode_error(error, 0, &image, NULL), 0);
    assert_int_equal(image_decode_error(image.data, image.size, &read), -HYPE_FAILED);
    assert_null(read->cause);
    error_clear(&read);
    buffer_free(&image);
    error_free(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(every_byte_counts),
        cmocka_unit_test(every_length_counts),
        cmocka_unit_test(forged_images_stay_in_bounds),
        cmocka_unit_test(forged_returns_stay_in_bounds),
        cmocka_unit_test(forged_returns_lead_to_no_frame),
        cmocka_unit_test(overlapping_extents),
        cmocka_unit_test(shared_memory_is_referred_to),
        cmocka_unit_test(shared_memory_there_and_back),
        cmocka_unit_test(forged_references_to_shared_memory),
        cmocka_unit_test(errors_travel),
        cmocka_unit_test(forged_errors_have_no_memory_elsewhere),
        cmocka_unit_test(chains_of_errors_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
