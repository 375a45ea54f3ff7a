/* http.c: what http.h promises, against a server that behaves badly on purpose (server.py, started by run.py). */
#include "../unit/testing.h"

#include "http.h"
#include "task.h"
#include "util.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

static const char *url, *tls_url, *mutual_url, *tunnel, *folder;

enum { QUICK = 20 }; /* milliseconds between tries */

/* What a request led to; the strings are freed by the next one. */
static struct http_response response;
static hype_error *error;

static int perform(struct http_request *request)
{
    http_response_free(&response);
    error_clear(&error);
    return http_perform(request, &response, &error);
}

/* GET of BASE and a path. */
static int get(const char *base, const char *path, struct http_request request)
{
    cleanup_free char *whole = text_format("%s%s", base, path);
    request.url = whole;
    request.pause_ms = QUICK;
    return perform(&request);
}

#define assert_ok(call) assert_true_or_tell((call) == 0)
static void assert_true_or_tell(bool ok)
{
    if (!ok)
        fail_msg("%s", error ? error->message : "no error made");
}

/* ---- Tries ---- */

static void what_is_busy_is_tried_again(void)
{
    assert_ok(get(url, "/busy?key=a&n=2", (struct http_request){.idempotent = true}));
    assert_int_equal(response.status, 200);
    assert_int_equal(response.attempts, 3);
    assert_string_equal(response.body, "at last");
    assert_ok(get(url, "/busy?key=b&n=2", (struct http_request){.idempotent = false}));
    assert_int_equal(response.status, 503);
    assert_int_equal(response.attempts, 1);
    assert_ok(get(url, "/busy?key=c&n=9", (struct http_request){.idempotent = true, .attempts = 3}));
    assert_int_equal(response.status, 503);
    assert_int_equal(response.attempts, 3);
    assert_ok(get(url, "/refused?status=400", (struct http_request){.idempotent = true}));
    assert_int_equal(response.attempts, 1);
}

static void a_pause_that_is_asked_for_is_made(void)
{
    int64_t start = clock_ms();
    assert_ok(get(url, "/busy?key=d&n=1&status=429&after=1", (struct http_request){.idempotent = true}));
    assert_int_equal(response.status, 200);
    assert_true(clock_ms() - start >= 1000);
}

static void connections_that_break_are_made_again(void)
{
    assert_ok(get(url, "/reset?key=e&n=2", (struct http_request){.idempotent = true}));
    assert_string_equal(response.body, "at last");
    assert_ok(get(url, "/short?key=f&n=1", (struct http_request){.idempotent = true}));
    assert_int_equal(response.size, 100);
    assert_int_equal(get(url, "/short?key=g", (struct http_request){.idempotent = true, .attempts = 2}), -HYPE_NETWORK);
    assert_non_null(strstr(error->message, "2 tries"));
    assert_int_equal(get("http://127.0.0.1:1", "/", (struct http_request){.idempotent = true, .attempts = 2}),
                     -HYPE_NETWORK);
    assert_int_equal(response.attempts, 2);
    assert_int_equal(get("http://no-such-host.invalid", "/", (struct http_request){.attempts = 1}), -HYPE_NETWORK);
}

/* Curl would by itself repeat what was sent over a connection that had been used before. */
static void what_must_not_be_repeated_is_not(void)
{
    struct http_request request = {.method = "POST"};
    assert_ok(get(url, "/hello", (struct http_request){.idempotent = true}));
    assert_int_equal(get(url, "/reset?key=i&n=1", request), -HYPE_NETWORK);
    request.body = "abc";
    request.body_size = 3;
    assert_ok(get(url, "/hello", (struct http_request){.idempotent = true}));
    assert_int_equal(get(url, "/reset?key=j&n=1", request), -HYPE_NETWORK);
    assert_non_null(strstr(error->message, "broke before"));
}

/* ---- Sinks and ranges ---- */

struct bytes {
    unsigned char data[8192];
    size_t size, calls, stop_at;
    int status;
};

static int collect(void *context, const void *data, size_t size, hype_error **why)
{
    struct bytes *bytes = context;
    bytes->calls++;
    if (bytes->status < 0)
        return error_set(why, (hype_status)-bytes->status, "the sink is full");
    if (bytes->size + size > sizeof bytes->data)
        return error_set(why, HYPE_FORMAT, "too much");
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
    return bytes->stop_at > 0 && bytes->size >= bytes->stop_at ? HTTP_STOP : 0;
}

static void a_broken_range_goes_on(void)
{
    struct bytes bytes = {.size = 0};
    struct http_request request = {.sink = collect,
                                   .context = &bytes,
                                   .ranged = true,
                                   .range_first = 100,
                                   .range_size = 4900,
                                   .idempotent = true,
                                   .attempts = 2};
    assert_ok(get(url, "/range", request));
    assert_int_equal(bytes.size, 4900);
    for (size_t i = 0; i < bytes.size; i++)
        assert_int_equal(bytes.data[i], (100 + i) % 251);
    bytes.size = 0;
    assert_int_equal(get(url, "/range?shift=1", request), -HYPE_FORMAT);
    assert_int_equal(bytes.size, 0);
}

static void a_sink_stops_or_fails_a_stream(void)
{
    struct bytes bytes = {.stop_at = 30};
    struct http_request request = {.sink = collect, .context = &bytes, .stall_s = -1};
    assert_ok(get(url, "/stream", request));
    assert_true(response.stopped);
    assert_true(bytes.calls > 1); /* as they came, not all at once */
    assert_memory_equal(bytes.data, "line 0\nline 1\n", 14);
    bytes = (struct bytes){.status = -HYPE_INVALID};
    assert_int_equal(get(url, "/stream", request), -HYPE_INVALID);
    assert_non_null(strstr(error->message, "the sink is full"));
    bytes = (struct bytes){.size = 0};
    assert_ok(get(url, "/refused?status=403", request)); /* a refusal's body is not for the sink */
    assert_int_equal(bytes.calls, 0);
    assert_true(response.size > 0);
}

static void answers_have_a_limit(void)
{
    assert_ok(get(url, "/hello", (struct http_request){.limit = 5}));
    assert_int_equal(get(url, "/hello", (struct http_request){.limit = 4, .idempotent = true}), -HYPE_FORMAT);
    assert_int_equal(response.attempts, 1);
}

/* ---- Time ---- */

static void time_limits_hold(void)
{
    int64_t start = clock_ms();
    assert_int_equal(get(url, "/stall", (struct http_request){.stall_s = 1}), -HYPE_NETWORK);
    assert_true(clock_ms() - start < 15000);
    start = clock_ms();
    assert_int_equal(get(url, "/stall", (struct http_request){.deadline = start + 200}), -HYPE_TIMEOUT);
    assert_true(clock_ms() - start < 10000);
    assert_ok(
        get(url, "/busy?key=h&n=9&after=60", (struct http_request){.idempotent = true, .deadline = clock_ms() + 5000}));
    assert_int_equal(response.status, 503); /* a pause beyond the deadline is not made */
}

static void cancel_main(void *context)
{
    struct task_event *ended = context;
    assert_int_equal(get(url, "/stall", (struct http_request){.idempotent = true}), -HYPE_CANCELLED);
    task_event_set(ended);
}

static void a_cancelled_request_ends_at_once(void)
{
    struct task_event ended = {0};
    task *getting;
    int64_t start = clock_ms();
    assert_int_equal(task_start(cancel_main, &ended, &getting, NULL), 0);
    task_sleep_until(clock_ms() + 100);
    task_cancel(getting);
    assert_int_equal(task_event_wait(&ended, clock_ms() + 10000), 0);
    assert_true(clock_ms() - start < 15000);
}

/* ---- What is sent ---- */

static void bodies_of_memory_and_files(void)
{
    size_t size = 3 << 20;
    char *data = malloc(size);
    memset(data, 'a', size);
    memcpy(data, "start", 5);
    int fd = memfd_create("body", MFD_CLOEXEC);
    assert_int_equal(write_all(fd, data, size), 0);
    cleanup_free char *echo = text_format("%s/echo?x=secret", url);
    struct http_request request = {
        .method = "PUT", .url = echo, .body_fd = fd, .body_offset = 1, .body_size = size - 1, .limit = size};
    assert_ok(perform(&request));
    assert_int_equal(response.size, size - 1);
    assert_memory_equal(response.body, data + 1, size - 1);
    request = (struct http_request){.method = "POST", .url = echo, .body = "abc", .body_size = 3, .bearer = "token"};
    assert_ok(perform(&request));
    assert_string_equal(response.body, "abc");
    cleanup_free char *method = http_header(&response, "x-method"), *auth = http_header(&response, "X-AUTHORIZATION");
    assert_string_equal(method, "POST");
    assert_string_equal(auth, "Bearer token");
    static const char *const methods[] = {"POST", "PUT", "DELETE", "GET"};
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        request = (struct http_request){.method = methods[i], .url = echo};
        assert_ok(perform(&request));
        assert_int_equal(response.size, 0);
    }
    request = (struct http_request){.method = "HEAD", .url = echo};
    assert_ok(perform(&request));
    close(fd);
    free(data);
}

static void refusals_are_explained_without_secrets(void)
{
    cleanup_free char *refused = text_format("%s/refused?status=403&token=secret", url);
    struct http_request request = {.url = refused, .bearer = "secret"};
    assert_ok(perform(&request));
    assert_int_equal(http_refused(&request, &response, &error, "cannot read %s", "it"), -HYPE_PERMISSION);
    assert_non_null(strstr(error->message, "cannot read it: GET http://"));
    assert_non_null(strstr(error->message, "status 403: you may not (x-guploader-uploadid up-1)"));
    assert_null(strstr(error->message, "secret"));
    static const int statuses[][2] = {
        {401, HYPE_PERMISSION}, {404, HYPE_NOT_FOUND}, {400, HYPE_REFUSED}, {503, HYPE_NETWORK}};
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
        response.status = statuses[i][0];
        assert_int_equal(http_refused(&request, &response, NULL, "x"), -statuses[i][1]);
    }
}

static void redirects_are_followed_where_wanted(void)
{
    cleanup_free char *path = text_format("/redirect?to=%s/echo", tls_url);
    cleanup_free char *near = text_format("/redirect?to=%s/echo", url);
    assert_ok(get(url, near, (struct http_request){.bearer = "t"}));
    assert_int_equal(response.status, 302);
    assert_ok(get(url, near, (struct http_request){.redirects = true, .bearer = "t"}));
    assert_int_equal(response.status, 200);
    cleanup_free char *auth = http_header(&response, "x-authorization");
    assert_string_equal(auth, "Bearer t");
    cleanup_free char *bundle = text_format("%s/cert.pem", folder);
    setenv("CURL_CA_BUNDLE", bundle, 1);
    assert_ok(get(url, path, (struct http_request){.redirects = true, .bearer = "t"}));
    unsetenv("CURL_CA_BUNDLE");
    cleanup_free char *none = http_header(&response, "x-authorization");
    assert_string_equal(none, "none"); /* another port is another server */
}

/* ---- Ways ---- */

static void servers_are_verified(void)
{
    cleanup_free char *path = text_format("%s/cert.pem", folder), *key_path = text_format("%s/key.pem", folder);
    cleanup_free char *ca = NULL, *key = NULL;
    size_t size;
    assert_int_equal(file_read(path, 1 << 20, &ca, &size, NULL), 0);
    assert_int_equal(file_read(key_path, 1 << 20, &key, &size, NULL), 0);
    assert_int_equal(get(tls_url, "/hello", (struct http_request){.idempotent = true}), -HYPE_NETWORK);
    assert_int_equal(response.attempts, 1); /* a certificate does not get better */
    assert_non_null(strstr(error->message, "CURL_CA_BUNDLE"));
    struct http_tls tls = {.ca = ca};
    assert_ok(get(tls_url, "/hello", (struct http_request){.tls = &tls}));
    assert_int_equal(get(tls_url, "/hello", (struct http_request){.idempotent = true}), -HYPE_NETWORK);
    setenv("SSL_CERT_FILE", path, 1);
    assert_ok(get(tls_url, "/hello", (struct http_request){.idempotent = true}));
    unsetenv("SSL_CERT_FILE");
    assert_int_equal(get(mutual_url, "/hello", (struct http_request){.tls = &tls}), -HYPE_NETWORK);
    struct http_tls mutual = {.ca = ca, .certificate = ca, .key = key};
    assert_ok(get(mutual_url, "/hello", (struct http_request){.tls = &mutual}));
    assert_string_equal(response.body, "hello");
}

static void unix_sockets(void)
{
    cleanup_free char *path = text_format("%s/socket", folder), *missing = text_format("%s/no-socket", folder);
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    assert_ok(get("http://docker", "/hello", (struct http_request){.unix_socket = path}));
    assert_string_equal(response.body, "hello");
    struct bytes bytes = {.stop_at = 30};
    assert_ok(get("http://docker", "/stream",
                  (struct http_request){.unix_socket = path, .sink = collect, .context = &bytes, .stall_s = -1}));
    assert_true(response.stopped);
    unsetenv("http_proxy");
    assert_int_equal(get("http://docker", "/hello", (struct http_request){.unix_socket = missing}), -HYPE_NETWORK);
}

static void no_proxy_for_this_machine(void)
{
    static const char nowhere[] = "http://127.0.0.1:1";
    setenv("http_proxy", nowhere, 1);
    assert_ok(get(url, "/hello", (struct http_request){.attempts = 1}));
    assert_string_equal(response.body, "hello");
    assert_int_equal(get(url, "/hello", (struct http_request){.proxy = nowhere}), -HYPE_NETWORK);
    assert_int_equal(get("http://127.0.0.1.invalid", "/hello", (struct http_request){.attempts = 1}), -HYPE_NETWORK);
    assert_null(strstr(error->message, "resolve")); /* the proxy's affair */
    unsetenv("http_proxy");
}

/* The proxies know a name that is no host's: http_proxy is the server itself, which takes a whole URL as its path. */
static void proxies_of_the_surroundings(void)
{
    static const char plain[] = "http://server.invalid", secure[] = "https://server.invalid";
    struct http_request once = {.attempts = 1};
    cleanup_free char *certificate = text_format("%s/cert.pem", folder);
    setenv("CURL_CA_BUNDLE", certificate, 1);
    setenv("HTTP_PROXY", url, 1); /* a CGI program's client could set it by a header: curl does not look at it */
    assert_int_equal(get(plain, "/hello", once), -HYPE_NETWORK);
    setenv("http_proxy", url, 1);
    setenv("HTTPS_PROXY", tunnel, 1);
    assert_ok(get(plain, "/hello", once));
    assert_string_equal(response.body, "hello");
    assert_ok(get(secure, "/hello", once));
    assert_string_equal(response.body, "hello");
    setenv("NO_PROXY", "other.invalid,.invalid", 1);
    assert_int_equal(get(plain, "/hello", once), -HYPE_NETWORK);
    assert_int_equal(get(secure, "/hello", once), -HYPE_NETWORK);
    setenv("NO_PROXY", "other.invalid", 1);
    assert_ok(get(plain, "/hello", once));
    static const char *const variables[] = {"CURL_CA_BUNDLE", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "NO_PROXY"};
    for (size_t i = 0; i < ARRAY_SIZE(variables); i++)
        unsetenv(variables[i]);
}

static int get_many(void *context, hype_error **why)
{
    struct http_request request = {.url = context, .idempotent = true};
    cleanup_response struct http_response answer = {0};
    int status = http_perform(&request, &answer, why);
    return status == 0 && answer.size != 5 ? error_set(why, HYPE_FORMAT, "not hello") : status;
}

static void many_at_once(void)
{
    cleanup_free char *hello = text_format("%s/hello", url);
    struct task_group group = {.limit = 100};
    for (int i = 0; i < 1000; i++)
        assert_int_equal(task_group_start(&group, get_many, hello), 0);
    assert_ok(task_group_wait(&group, &error));
}

/* ---- Runs ---- */

typedef void behaviour(void);

static void run_behaviour(void *context)
{
    (*(behaviour **)context)();
    http_response_free(&response);
    error_clear(&error);
}

#define in_task(name)                                                                                                  \
    static void test_##name(void **state)                                                                              \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        behaviour *function = name;                                                                                    \
        assert_int_equal(task_run(run_behaviour, &function, NULL), 0);                                                 \
    }
in_task(what_is_busy_is_tried_again) in_task(a_pause_that_is_asked_for_is_made)
    in_task(connections_that_break_are_made_again) in_task(what_must_not_be_repeated_is_not)
        in_task(a_broken_range_goes_on) in_task(a_sink_stops_or_fails_a_stream) in_task(answers_have_a_limit)
            in_task(time_limits_hold) in_task(a_cancelled_request_ends_at_once) in_task(bodies_of_memory_and_files)
                in_task(refusals_are_explained_without_secrets) in_task(redirects_are_followed_where_wanted)
                    in_task(servers_are_verified) in_task(unix_sockets) in_task(no_proxy_for_this_machine)
                        in_task(proxies_of_the_surroundings) in_task(many_at_once)

    /* A child speaks over connections of its own, and the parent's go on working. */
    static void test_forks(void **state)
{
#ifdef __SANITIZE_THREAD__
    skip(); /* it knows no threads that are started after a fork() */
#endif
    test_many_at_once(state);
    pid_t child = fork();
    if (child == 0) {
        test_many_at_once(state);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    test_many_at_once(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_busy_is_tried_again),
        cmocka_unit_test(test_a_pause_that_is_asked_for_is_made),
        cmocka_unit_test(test_connections_that_break_are_made_again),
        cmocka_unit_test(test_what_must_not_be_repeated_is_not),
        cmocka_unit_test(test_a_broken_range_goes_on),
        cmocka_unit_test(test_a_sink_stops_or_fails_a_stream),
        cmocka_unit_test(test_answers_have_a_limit),
        cmocka_unit_test(test_time_limits_hold),
        cmocka_unit_test(test_a_cancelled_request_ends_at_once),
        cmocka_unit_test(test_bodies_of_memory_and_files),
        cmocka_unit_test(test_refusals_are_explained_without_secrets),
        cmocka_unit_test(test_redirects_are_followed_where_wanted),
        cmocka_unit_test(test_servers_are_verified),
        cmocka_unit_test(test_unix_sockets),
        cmocka_unit_test(test_no_proxy_for_this_machine),
        cmocka_unit_test(test_proxies_of_the_surroundings),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_forks),
    };
    url = getenv("HYPE_TEST_URL");
    tls_url = getenv("HYPE_TEST_TLS");
    mutual_url = getenv("HYPE_TEST_MUTUAL");
    tunnel = getenv("HYPE_TEST_TUNNEL");
    folder = getenv("HYPE_TEST_FOLDER");
    if (!url || !tls_url || !mutual_url || !tunnel || !folder) {
        fputs("run.py starts the server that this needs\n", stderr);
        return 2;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
