/* pack.c: packs are read as they were written, and nothing that is done to them gets past the reader. */
#include "testing.h"

#include "pack.h"

#include <string.h>

static struct buffer write_pack(void)
{
    struct pack_writer writer = PACK_WRITER_EMPTY;
    void *image;
    for (uint64_t i = 0; i < 5; i++) {
        assert_int_equal(pack_add(&writer, 10 * i, 100 * i, &image, NULL), 0);
        memset(image, (int)('a' + i), 100 * i);
    }
    assert_int_equal(pack_end(&writer, "x/y.pack#sha256=z", NULL), 0);
    free(writer.entries);
    return writer.data;
}

static void reads_what_it_wrote(void **state)
{
    (void)state;
    struct buffer data = write_pack();
    struct pack pack;
    assert_int_equal(pack_read(data.data, data.size, &pack, NULL), 0);
    assert_int_equal(pack.n, 5);
    assert_string_equal(pack.previous, "x/y.pack#sha256=z");
    for (size_t i = 0; i < pack.n; i++) {
        assert_int_equal(pack.entries[i].number, 10 * i);
        assert_int_equal(pack.entries[i].size, 100 * i);
        for (size_t j = 0; j < pack.entries[i].size; j++)
            assert_int_equal(data.data[pack.entries[i].offset + j], 'a' + (int)i);
    }
    buffer_free(&data);
}

static void stays_in_bounds(void **state)
{
    (void)state;
    struct buffer data = write_pack();
    struct pack pack;
    for (size_t size = 0; size < data.size; size++)
        assert_int_equal(pack_read(data.data, size, &pack, NULL), -HYPE_FORMAT);
    for (size_t i = 0; i < data.size; i++)
        for (int bit = 0; bit < 8; bit++) {
            data.data[i] ^= (char)(1 << bit);
            if (pack_read(data.data, data.size, &pack, NULL) == 0) {
                assert_true(strlen(pack.previous) < data.size);
                for (size_t e = 0; e < pack.n; e++)
                    assert_true(pack.entries[e].offset + pack.entries[e].size <= data.size);
            }
            data.data[i] ^= (char)(1 << bit);
        }
    buffer_free(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(stays_in_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
