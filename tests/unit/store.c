/* store.c: what every store promises, on the one in a folder; and what is noted of what programs leave. */
#include "testing.h"

#include "leftovers.h"
#include "owner.h"
#include "stage.h"
#include "store/store.h"
#include "task.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
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
    assert_string_equal(store_listed_name("dir/a/b", "dir/", "a/"), "a/b");
    assert_string_equal(store_listed_name("a", "", ""), "a");
    static const char *const not_asked_for[] = {"dir/a", "dir/b/b", "a/b", "dir/a/../b", "dir/", ""};
    for (size_t i = 0; i < ARRAY_SIZE(not_asked_for); i++)
        assert_null(store_listed_name(not_asked_for[i], "dir/", "a/"));
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

/* What a killed program has left is noted until it is gone: here its folder cannot be listed at first. */
static void sweep_twice(void *unused)
{
    (void)unused;
    struct store *store;
    char *record = NULL, dead[OWNER_SIZE];
    cleanup_free char *uri = text_format("file://%s/swept", folder), *place = text_format("%s/swept", folder),
                      *lost = text_format("%s/hype-run-lost", place), *cache = text_format("%s/cache", folder),
                      *text = text_format("%s\nhype-run-lost\nmanifest-0.json\n", uri);
    assert_int_equal(setenv("XDG_CACHE_HOME", cache, 1), 0);
    assert_int_equal(leftover_create("staged", "hype-run-lost", text, &record, NULL), 0);
    strcpy(dead, owner_self());
    strcpy(strrchr(dead, '.'), ".1"); /* of another process of this number, which has ended */
    cleanup_free char *of_dead = text_format("%s/hype/staged/%s-hype-run-lost", cache, dead);
    assert_int_equal(rename(record, of_dead), 0);
    free(record);
    assert_int_equal(mkdir(place, 0700), 0);
    int fd = open(lost, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && close(fd) == 0);
    assert_int_equal(store_open(uri, &store, NULL), 0);
    stage_sweep(store, NULL);
    assert_int_equal(access(of_dead, F_OK), 0);
    assert_int_equal(unlink(lost) + mkdir(lost, 0700), 0);
    stage_sweep(store, NULL);
    assert_int_equal(access(of_dead, F_OK), -1);
    assert_int_equal(access(lost, F_OK), -1);
    store_close(store);
    folder_remove(place);
    folder_remove(cache);
}

static void what_was_not_removed_stays_noted(void **state)
{
    (void)state;
    in_task(sweep_twice);
}

/* A disk that is full, or here a process that may write no files. */
static void a_leftover_that_cannot_be_written_is_none(void **state)
{
    (void)state;
    cleanup_free char *cache = text_format("%s/cache", folder), *inside = text_format("%s/hype/kind", cache);
    struct rlimit before;
    char *path = NULL;
    hype_error *error = NULL;
    assert_int_equal(setenv("XDG_CACHE_HOME", cache, 1), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &(struct rlimit){0, before.rlim_max}), 0);
    int status = leftover_create("kind", "name", "text", &path, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(status, -HYPE_SYSTEM);
    assert_int_equal(rmdir(inside), 0); /* empty */
    error_free(error);
    folder_remove(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_by_name),
        cmocka_unit_test(private_files),
        cmocka_unit_test(names_and_uris),
        cmocka_unit_test(what_was_not_removed_stays_noted),
        cmocka_unit_test(a_leftover_that_cannot_be_written_is_none),
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
