/* store.c: what every store promises, on the one in a folder. */
#include "testing.h"

#include "store/store.h"
#include "task.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static char folder[] = "/tmp/hype-store-XXXXXX";

static int count_entry(const struct store_entry *entry, void *context)
{
    assert_true(store_name_valid(entry->name));
    ++*(int *)context;
    return 0;
}

static void put_get_list_delete(void *unused)
{
    (void)unused;
    struct store *store;
    hype_error *error = NULL;
    char *uri = text_format("file://%s/a/b/", folder), back[16] = "";
    struct store_content content = {.data = "hello", .fd = -1, .size = 5};
    uint64_t size;
    bool created;
    int n = 0;
    assert_int_equal(store_open(uri, &store, &error), 0);
    assert_int_equal(store->operations->head(store, "x/y.txt", &size, NULL), -HYPE_NOT_FOUND);
    assert_int_equal(store->operations->list(store, "", count_entry, &n, &error), 0);
    assert_int_equal(n, 0);
    assert_int_equal(store->operations->put_if_absent(store, "x/y.txt", &content, NULL, NULL, &created, &error), 0);
    assert_true(created);
    content.data = "HELLO";
    assert_int_equal(store->operations->put_if_absent(store, "x/y.txt", &content, NULL, NULL, &created, &error), 0);
    assert_false(created);
    assert_int_equal(store->operations->head(store, "x/y.txt", &size, &error), 0);
    assert_int_equal(size, 5);
    int fd = memfd_create("test", 0);
    assert_int_equal(store->operations->get(store, "x/y.txt", fd, 4, &size, NULL), -HYPE_FORMAT);
    assert_int_equal(store->operations->get(store, "x/y.txt", fd, 5, &size, &error), 0);
    assert_int_equal(pread(fd, back, sizeof back, 0), 5);
    assert_string_equal(back, "hello");
    close(fd);
    assert_int_equal(store->operations->list(store, "x/", count_entry, &n, &error), 0);
    assert_int_equal(n, 1);
    assert_int_equal(store->operations->delete(store, "x/y.txt", &error), 0);
    assert_int_equal(store->operations->delete(store, "x/y.txt", &error), 0);
    assert_int_equal(store->operations->list(store, "", count_entry, &n, &error), 0);
    assert_int_equal(n, 1);
    store_close(store);
    free(uri);
}

/* In a call's folder of a store whose own folder has this mode. */
static void object_has_modes(mode_t store_mode, mode_t folder_mode, mode_t file_mode)
{
    struct store *store;
    struct stat status, its_folder;
    hype_error *error = NULL;
    char *uri = text_format("file://%s/a", folder), *path = text_format("%s/a/call", folder);
    size_t size = 3 << 20;
    char *data = calloc(1, size);
    struct store_content content = {.data = data, .fd = -1, .size = size};
    bool created;
    assert_int_equal(chmod(uri + strlen("file://"), store_mode), 0);
    assert_int_equal(store_open(uri, &store, &error), 0);
    assert_int_equal(store->operations->put_if_absent(store, "call/big", &content, NULL, NULL, &created, &error), 0);
    assert_int_equal(stat(path, &its_folder), 0);
    assert_int_equal(its_folder.st_mode & 0777, folder_mode);
    free(path);
    path = text_format("%s/a/call/big", folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, file_mode);
    assert_int_equal(status.st_size, size);
    assert_int_equal(store->operations->delete(store, "call/big", &error), 0);
    store_close(store);
    free(data);
    free(uri);
    free(path);
}

static void files_are_whole_and_private_but_in_an_open_folder(void *unused)
{
    (void)unused;
    object_has_modes(0777, 0777, 0666);
    object_has_modes(01777, 0700, 0600);
    object_has_modes(0755, 0700, 0600);
}

static void in_task(task_function *function)
{
    assert_int_equal(task_run(function, NULL, NULL), 0);
}

static void objects_by_name(void **state)
{
    (void)state;
    in_task(put_get_list_delete);
}

static void private_files(void **state)
{
    (void)state;
    in_task(files_are_whole_and_private_but_in_an_open_folder);
}

static void names_and_uris(void **state)
{
    (void)state;
    struct store *store;
    hype_error *error = NULL;
    char *uri, *name;
    assert_true(store_name_valid("a/b-1._x"));
    static const char *const invalid[] = {"", ".", "..", "a/../b", "/a", "a/", "a//b", "a b", "a\n", "./a"};
    for (size_t i = 0; i < ARRAY_SIZE(invalid); i++)
        assert_false(store_name_valid(invalid[i]));
    assert_int_equal(store_split_uri("gs://b/d/name.json", &uri, &name, &error), 0);
    assert_string_equal(uri, "gs://b/d");
    assert_string_equal(name, "name.json");
    free(uri);
    free(name);
    assert_int_equal(store_split_uri("nothing", &uri, &name, NULL), -HYPE_INVALID);
    assert_int_equal(store_open("ftp://host/dir", &store, &error), -HYPE_INVALID);
    assert_non_null(strstr(error->message, "file://"));
    error_clear(&error);
    assert_int_equal(store_open("file://relative", &store, &error), -HYPE_INVALID);
    error_clear(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_by_name),
        cmocka_unit_test(private_files),
        cmocka_unit_test(names_and_uris),
    };
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char *parts[] = {text_format("%s/a/b", folder), text_format("%s/a", folder), strdup(folder)};
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        failed += rmdir(parts[i]) != 0; /* nothing may be left in them */
        free(parts[i]);
    }
    return failed;
}
