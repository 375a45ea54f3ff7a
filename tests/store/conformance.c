/*
 * conformance.c: what every store promises, on the one that HYPE_TEST_STORE names. run.py starts servers for it.
 *
 * With HYPE_TEST_FAULTS the way to the server loses, breaks and damages things; promises are kept all the same.
 */
#include "../unit/testing.h"

#include "http.h"
#include "store/store.h"
#include "task.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static const char *location;
static bool faults;
static struct store *store;

/* ---- Helpers ---- */

static void check_status(int status, const hype_error *error)
{
    if (status < 0)
        fail_msg("status %d: %s", status, error ? error->message : "no error made");
}

/* The call comes before its error is looked at. */
#define check(call, error)                                                                                             \
    do {                                                                                                               \
        int status_ = (call);                                                                                          \
        check_status(status_, error);                                                                                  \
    } while (0)

static char *random_bytes(size_t size, uint64_t seed)
{
    char *data = malloc(size + 8);
    assert_non_null(data);
    for (size_t i = 0; i < size; i += 8) {
        uint64_t value = next_random(&seed);
        memcpy(data + i, &value, 8);
    }
    return data;
}

static bool put(const char *name, const void *data, size_t size)
{
    struct store_content content = {.data = data, .fd = -1, .size = size};
    hype_error *error = NULL;
    bool created = false;
    check(store->operations->put_if_absent(store, name, &content, NULL, NULL, &created, &error), error);
    return created;
}

static void expect(const char *name, const void *data, size_t size)
{
    hype_error *error = NULL;
    uint64_t got = 0;
    int fd = memfd_create("expect", MFD_CLOEXEC);
    check(store->operations->get(store, name, fd, size, &got, &error), error);
    assert_int_equal(got, size);
    assert_int_equal(lseek(fd, 0, SEEK_END), size);
    if (size > 0) {
        void *back = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
        assert_true(back != MAP_FAILED);
        assert_true(memcmp(back, data, size) == 0);
        munmap(back, size);
    }
    close(fd);
}

static void remove_object(const char *name)
{
    hype_error *error = NULL;
    check(store->operations->delete(store, name, &error), error);
}

/* ---- Behaviour ---- */

static void an_object_comes_back(void)
{
    uint64_t size;
    hype_error *error = NULL;
    put("x/y.txt", "hello", 5);
    expect("x/y.txt", "hello", 5);
    check(store->operations->head(store, "x/y.txt", &size, &error), error);
    assert_int_equal(size, 5);
    remove_object("x/y.txt");
    put("empty", "", 0);
    expect("empty", "", 0);
    remove_object("empty");
    static const char like_a_protocol[] = "\r\n--hype-part--\r\n<Error>\r\n0\r\n\r\n";
    put("odd", like_a_protocol, sizeof like_a_protocol);
    expect("odd", like_a_protocol, sizeof like_a_protocol);
    remove_object("odd");
}

static void the_first_put_wins(void)
{
    bool first = put("first", "hello", 5);
    assert_true(first || faults); /* an answer that got lost makes a second try find what the first one made */
    assert_false(put("first", "HELLO", 5));
    expect("first", "hello", 5);
    remove_object("first");
    remove_object("first"); /* what is not there is no error */
}

static void what_is_missing_is_not_found(void)
{
    uint64_t size;
    hype_error *error = NULL;
    int fd = memfd_create("missing", MFD_CLOEXEC);
    assert_int_equal(store->operations->head(store, "no/such", &size, &error), -HYPE_NOT_FOUND);
    error_clear(&error);
    assert_int_equal(store->operations->get(store, "no/such", fd, 10, &size, &error), -HYPE_NOT_FOUND);
    assert_non_null(strstr(error->message, "no/such"));
    error_clear(&error);
    close(fd);
}

static void the_limit_is_kept(void)
{
    uint64_t size;
    hype_error *error = NULL;
    int fd = memfd_create("limit", MFD_CLOEXEC);
    put("limit", "hello", 5);
    assert_int_equal(store->operations->get(store, "limit", fd, 4, &size, &error), -HYPE_FORMAT);
    assert_non_null(strstr(error->message, "at most 4"));
    error_clear(&error);
    assert_true(lseek(fd, 0, SEEK_END) <= 4);
    expect("limit", "hello", 5);
    remove_object("limit");
    close(fd);
}

struct seen {
    uint64_t done, total;
};

static void on_progress(uint64_t done, uint64_t total, void *context)
{
    struct seen *seen = context;
    seen->done = done;
    seen->total = total;
}

static void large_objects_from_memory_and_files(void)
{
    size_t size = (70 << 20) + 12345;
    char *data = random_bytes(size, 1);
    struct seen seen = {0};
    hype_error *error = NULL;
    bool created;
    int fd = memfd_create("large", MFD_CLOEXEC);
    assert_int_equal(write_all(fd, data, size), 0);
    struct store_content content = {.fd = fd, .size = size};
    check(store->operations->put_if_absent(store, "large.bin", &content, on_progress, &seen, &created, &error), error);
    assert_int_equal(seen.done, size);
    assert_int_equal(seen.total, size);
    expect("large.bin", data, size);
    assert_false(put("large.bin", data, size - 1));
    expect("large.bin", data, size);
    remove_object("large.bin");
    put("large.bin", data, size);
    expect("large.bin", data, size);
    remove_object("large.bin");
    close(fd);
    free(data);
}

static void sizes_at_the_seams(void)
{
    static const size_t seams[] = {1, 4 << 20, 8 << 20, 16 << 20, 32 << 20, 64 << 20};
    char *data = random_bytes((64 << 20) + 1, 2);
    for (size_t i = 0; i < ARRAY_SIZE(seams); i++)
        for (size_t size = seams[i] - 1; size <= seams[i] + 1; size++) {
            put("seam", data, size);
            expect("seam", data, size);
            remove_object("seam");
        }
    free(data);
}

static int put_one(void *context, hype_error **error)
{
    unsigned *next = context;
    char name[32];
    bool created;
    struct store_content content = {.data = "many", .fd = -1, .size = 4};
    int status = 0;
    while (*next > 0 && status == 0) {
        snprintf(name, sizeof name, "many/%u", (*next)--);
        status = store->operations->put_if_absent(store, name, &content, NULL, NULL, &created, error);
    }
    return status;
}

static int count_entry(const struct store_entry *entry, void *context)
{
    assert_true(store_name_valid(entry->name));
    assert_int_equal(entry->size, 4);
    assert_true(entry->modified > 1500000000);
    ++*(unsigned *)context;
    return 0;
}

static int stop_at_once(const struct store_entry *entry, void *context)
{
    (void)entry;
    ++*(unsigned *)context;
    return -HYPE_INVALID;
}

static int delete_entry(const struct store_entry *entry, void *context)
{
    (void)context;
    remove_object(entry->name);
    return 0;
}

static void lists_of_many_pages(void)
{
    enum { MANY = 1100, FEW = 50 };
    unsigned many = faults ? FEW : MANY, next = many, n = 0;
    hype_error *error = NULL;
    struct task_group group = {0};
    for (int i = 0; i < 16; i++)
        assert_int_equal(task_group_start(&group, put_one, &next), 0);
    check(task_group_wait(&group, &error), error);
    check(store->operations->list(store, "many/", count_entry, &n, &error), error);
    assert_int_equal(n, many);
    n = 0;
    check(store->operations->list(store, "many/11", count_entry, &n, &error), error);
    assert_int_equal(n, faults ? 1 : 12); /* 11, 110 to 119, 1100 */
    n = 0;
    assert_int_equal(store->operations->list(store, "many/", stop_at_once, &n, &error), -HYPE_INVALID);
    assert_int_equal(n, 1);
    n = 0;
    check(store->operations->list(store, "many/none", count_entry, &n, &error), error);
    assert_int_equal(n, 0);
    check(store->operations->list(store, "many/", delete_entry, NULL, &error), error);
    check(store->operations->list(store, "many/", count_entry, &n, &error), error);
    assert_int_equal(n, 0);
}

/* Many put the same object at once: one of them creates it. */
struct race {
    unsigned created;
};

static int race_one(void *context, hype_error **error)
{
    struct race *race = context;
    bool created = false;
    struct store_content content = {.data = "race", .fd = -1, .size = 4};
    int status = store->operations->put_if_absent(store, "race", &content, NULL, NULL, &created, error);
    race->created += created;
    return status;
}

static void one_of_many_creates(void)
{
    struct race race = {0};
    hype_error *error = NULL;
    struct task_group group = {0};
    for (int i = 0; i < 16; i++)
        assert_int_equal(task_group_start(&group, race_one, &race), 0);
    check(task_group_wait(&group, &error), error);
    assert_true(race.created == 1 || (faults && race.created <= 1));
    remove_object("race");
}

struct cancelled {
    char *data;
    struct task_event ended;
    int status;
};

static void put_to_be_cancelled(void *context)
{
    struct cancelled *c = context;
    bool created;
    struct store_content content = {.data = c->data, .fd = -1, .size = 64 << 20};
    hype_error *error = NULL;
    c->status = store->operations->put_if_absent(store, "cancelled", &content, NULL, NULL, &created, &error);
    error_free(error);
    task_event_set(&c->ended);
}

static void a_cancelled_put_leaves_no_part(void)
{
    if (strncmp(location, "file:", 5) == 0)
        return; /* a copy of a file is not cut short */
    struct cancelled c = {.data = random_bytes(64 << 20, 3)};
    task *putting;
    uint64_t size;
    assert_int_equal(task_start(put_to_be_cancelled, &c, &putting, NULL), 0);
    task_sleep_until(clock_ms() + 20);
    if (!c.ended.set)
        task_cancel(putting);
    task_event_wait(&c.ended, NO_DEADLINE);
    int found = store->operations->head(store, "cancelled", &size, NULL);
    assert_true(c.status == -HYPE_CANCELLED || (c.status == 0 && found == 0));
    assert_true(found == -HYPE_NOT_FOUND || (found == 0 && size == 64 << 20)); /* where the last word was on its way */
    remove_object("cancelled");
    free(c.data);
}

/* The server's, over TLS. */
static void http_2_is_spoken_where_it_is_offered(void)
{
    const char *url = getenv("HYPE_TEST_HTTP2");
    struct http_request request = {.url = url, .idempotent = true};
    struct http_response response = {0};
    hype_error *error = NULL;
    if (!url)
        return;
    check(http_perform(&request, &response, &error), error);
    assert_true(text_starts_with(response.headers, "HTTP/2 "));
    http_response_free(&response);
}

/* ---- Runs ---- */

typedef void behaviour(void);

static void in_store(void *context)
{
    hype_error *error = NULL;
    check(store_open(location, &store, &error), error);
    (*(behaviour **)context)();
    store_close(store);
}

/* cmocka aborts the program where an assertion fails outside the thread of the test, which is good enough. */
#define in_task(name)                                                                                                  \
    static void test_##name(void **state)                                                                              \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        behaviour *function = name;                                                                                    \
        assert_int_equal(task_run(in_store, &function, NULL), 0);                                                      \
    }
in_task(an_object_comes_back) in_task(the_first_put_wins) in_task(what_is_missing_is_not_found)
    in_task(the_limit_is_kept) in_task(large_objects_from_memory_and_files) in_task(sizes_at_the_seams)
        in_task(lists_of_many_pages) in_task(one_of_many_creates) in_task(http_2_is_spoken_where_it_is_offered)
            in_task(a_cancelled_put_leaves_no_part)

                int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_object_comes_back),
        cmocka_unit_test(test_the_first_put_wins),
        cmocka_unit_test(test_what_is_missing_is_not_found),
        cmocka_unit_test(test_the_limit_is_kept),
        cmocka_unit_test(test_large_objects_from_memory_and_files),
        cmocka_unit_test(test_sizes_at_the_seams),
        cmocka_unit_test(test_lists_of_many_pages),
        cmocka_unit_test(test_one_of_many_creates),
        cmocka_unit_test(test_http_2_is_spoken_where_it_is_offered),
        cmocka_unit_test(test_a_cancelled_put_leaves_no_part),
    };
    char folder[] = "/tmp/hype-store-XXXXXX";
    location = getenv("HYPE_TEST_STORE");
    faults = getenv("HYPE_TEST_FAULTS") != NULL;
    if (!location)
        location = text_format("file://%s", mkdtemp(folder));
    const char *only = getenv("HYPE_TEST_ONLY");
    if (only)
        cmocka_set_test_filter(only);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
