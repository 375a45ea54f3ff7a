/*
 * pack.c: packs are read as they were written, nothing that is done to them gets past the reader, and each is collected
 * with those before it.
 */
#include "testing.h"

#include "batch.h"
#include "stage.h"
#include "store/store.h"
#include "task.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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

/* ---- Chains ---- */

static char folder[] = "/tmp/hype-packs-XXXXXX";

/* A pack with the result of call NUMBER, as hype-run would put it into the store: its name in ANNOUNCED. */
static void send_pack(uint64_t number, const char *previous, char announced[256])
{
    struct pack_writer writer = PACK_WRITER_EMPTY;
    void *image;
    char sha256[SHA256_HEX_SIZE];
    assert_int_equal(pack_add(&writer, number, 1, &image, NULL), 0);
    memset(image, 'x', 1);
    assert_int_equal(pack_end(&writer, previous, NULL), 0);
    sha256_hex(writer.data.data, writer.data.size, sha256);
    snprintf(announced, 256, "job/%d.pack#sha256=%s", (int)number, sha256);
    cleanup_free char *path = text_format("%s/job/%d.pack", folder, (int)number);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(writer.data.data, 1, writer.data.size, file), writer.data.size);
    assert_int_equal(fclose(file), 0);
    pack_writer_free(&writer);
}

static void count_taken(struct batch *batch, uint64_t number, const void *image, size_t size)
{
    assert_true(number < batch->n && size == 1 && *(const char *)image == 'x');
    ((int *)batch->context)[number]++;
}

/* A store that fails for a moment: the last pack comes, the one before it only with the next attempt. */
static void collect_again(void *unused)
{
    (void)unused;
    char first[256], last[256];
    int taken[2] = {0};
    hype_error *error = NULL;
    struct store *store;
    cleanup_free char *uri = text_format("file://%s", folder), *path = text_format("%s/job", folder),
                      *there = text_format("%s/0.pack", path), *away = text_format("%s/away", path),
                      *other = text_format("%s/1.pack", path);
    assert_int_equal(mkdir(path, 0700), 0);
    send_pack(0, "", first);
    send_pack(1, first, last);
    assert_int_equal(store_open(uri, &store, NULL), 0);
    struct staged staged = {.store = store, .folder = (char[]){"job"}};
    struct batch batch = {.n = 2, .take = count_taken, .context = taken, .staged = &staged};
    assert_int_equal(rename(there, away), 0);
    assert_int_equal(batch_collect(&batch, last, &error), -HYPE_NOT_FOUND);
    assert_true(taken[0] == 0 && taken[1] == 1);
    assert_int_equal(rename(away, there), 0);
    error_clear(&error);
    assert_int_equal(batch_collect(&batch, last, &error), 0);
    assert_int_equal(taken[0], 1);
    assert_int_equal(batch_collect(&batch, last, &error) + batch_collect(&batch, first, &error), 0);
    assert_int_equal(taken[0], 1); /* both are known now */
    batch_close(&batch);
    store_close(store);
    assert_int_equal(unlink(there) + unlink(other) + rmdir(path), 0);
}

static void a_chain_that_broke_is_collected_again(void **state)
{
    (void)state;
    assert_int_equal(task_run(collect_again, NULL, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(stays_in_bounds),
        cmocka_unit_test(a_chain_that_broke_is_collected_again),
    };
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed + (rmdir(folder) != 0);
}
