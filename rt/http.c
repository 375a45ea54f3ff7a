/*
 * http.c: curl's multi interface on the loop of task.h, and the tries around it.
 *
 * Curl says which sockets it wants watched and when it wants to be called again; the loop does both. A task that makes
 * a request adds an easy handle and parks until curl reports that it is done. Curl's callbacks run on the loop's own
 * stack. A child of fork() forgets all of it and starts afresh: connections belong to the parent.
 */
#include "http.h"

#include "fork.h"
#include "http_transfer.h"
#include "log.h"
#include "retry.h"
#include "task.h"
#include "util.h"

#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

enum {
    ATTEMPTS = 6,
    PAUSE_MS = 250,
    LONGEST_PAUSE_MS = 32 * 1000,
    LONGEST_ASKED_MS = 120 * 1000, /* of Retry-After */
    KEPT_CONNECTIONS = 32,
    BODY_LIMIT = 1 << 20,
    ERROR_LIMIT = 16 * 1024,
    HEADERS_LIMIT = 256 * 1024,
};

/* ---- Curl on the loop ---- */

static CURLM *multi;
static void on_curl_time(struct task_timer *timer);
static struct task_timer curl_timer = {.fire = on_curl_time};

static void drive(curl_socket_t socket, int events)
{
    int running;
    curl_multi_socket_action(multi, socket, events, &running);
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
        struct transfer *transfer = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        transfer->done = true;
        transfer->result = message->data.result;
        task_resume(transfer->waiting);
    }
}

static void on_curl_time(struct task_timer *timer)
{
    (void)timer;
    drive(CURL_SOCKET_TIMEOUT, 0);
}

static void on_socket_ready(struct task_watch *watch, uint32_t events)
{
    int what = 0;
    if (events & EPOLLIN)
        what |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        what |= CURL_CSELECT_OUT;
    if (events & (EPOLLERR | EPOLLHUP))
        what |= CURL_CSELECT_ERR;
    drive(watch->fd, what); /* WATCH may be gone after this */
}

static int on_timer_wanted(CURLM *unused, long milliseconds, void *unused_context)
{
    (void)unused, (void)unused_context;
    if (milliseconds < 0)
        task_timer_stop(&curl_timer);
    else
        task_timer_set(&curl_timer, clock_ms() + milliseconds);
    return 0;
}

static int on_watch_wanted(CURL *unused, curl_socket_t socket, int what, void *unused_context, void *assigned)
{
    (void)unused, (void)unused_context;
    struct task_watch *watch = assigned;
    if (what == CURL_POLL_REMOVE) {
        if (watch)
            task_watch_remove(watch);
        free(watch);
        return 0;
    }
    if (!watch) {
        watch = calloc(1, sizeof *watch);
        if (!watch)
            return -1;
        *watch = (struct task_watch){on_socket_ready, socket};
        curl_multi_assign(multi, socket, watch);
    }
    uint32_t events = what == CURL_POLL_IN ? EPOLLIN : what == CURL_POLL_OUT ? EPOLLOUT : EPOLLIN | EPOLLOUT;
    return task_watch_set(watch, events) < 0 ? -1 : 0;
}

static int multi_start(hype_error **error)
{
    static bool initialized;
    if (!initialized) {
        int status = curl_load(error);
        if (status < 0)
            return status;
        /* The loop may still be in the middle of a TLS record when the program's main() returns. */
        OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
            return error_set(error, HYPE_SYSTEM, "cannot initialize libcurl");
        initialized = true;
    }
    multi = curl_multi_init();
    if (!multi)
        return error_memory(error);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_watch_wanted);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS);
    return 0;
}

/* ---- What comes and goes ---- */

static bool append(char **text, size_t *size, const void *more, size_t more_size)
{
    char *longer = realloc(*text, *size + more_size + 1);
    if (!longer)
        return false;
    memcpy(longer + *size, more, more_size);
    longer[*size + more_size] = 0;
    *text = longer;
    *size += more_size;
    return true;
}

static size_t on_header(char *line, size_t one, size_t size, void *context)
{
    (void)one;
    struct transfer *transfer = context;
    if (size > 5 && strncmp(line, "HTTP/", 5) == 0) { /* another response: after a 100, a redirect or a proxy's */
        transfer->headers_size = 0;
        transfer->checked = false;
    }
    if (transfer->headers_size + size > HEADERS_LIMIT)
        return 0;
    return append(&transfer->response->headers, &transfer->headers_size, line, size) ? size : 0;
}

/* Whether the answer is of the range that was asked for. */
static int check_range(struct transfer *transfer)
{
    const struct http_request *request = transfer->request;
    uint64_t first = request->range_first + transfer->skip;
    if (!request->ranged || (transfer->response->status == 200 && first == 0))
        return 0;
    cleanup_free char *range = http_header(transfer->response, "content-range");
    unsigned long long start;
    if (transfer->response->status == 206 && range && sscanf(range, "bytes %llu-", &start) == 1 && start == first)
        return 0;
    return error_set(&transfer->error, HYPE_FORMAT,
                     "the server was asked for the bytes from %llu on and answered with status %d, Content-Range %s",
                     (unsigned long long)first, transfer->response->status, range ? range : "missing");
}

/* By their sinks. */
static struct transfer *paused;

static size_t pause_transfer(struct transfer *transfer)
{
    transfer->status = 0;
    transfer->next_paused = paused;
    paused = transfer;
    return CURL_WRITEFUNC_PAUSE;
}

static void forget_pause(struct transfer *transfer)
{
    for (struct transfer **where = &paused; *where; where = &(*where)->next_paused)
        if (*where == transfer) {
            *where = transfer->next_paused;
            return;
        }
}

static void after_fork_in_child(void)
{
    multi = NULL;
    curl_timer = (struct task_timer){.fire = on_curl_time};
    paused = NULL;
}
IN_FORKED_CHILD(after_fork_in_child);

void http_resume(void)
{
    struct transfer *list = paused;
    paused = NULL;
    for (struct transfer *next; list; list = next) {
        next = list->next_paused;
        curl_easy_pause(list->easy, CURLPAUSE_CONT); /* the sink may pause it again */
    }
}

static size_t take_success(struct transfer *transfer, const char *data, size_t size)
{
    if (!transfer->checked) {
        transfer->status = check_range(transfer);
        transfer->checked = true;
    }
    if (transfer->status == 0)
        transfer->status = transfer->request->sink(transfer->request->context, data, size, &transfer->error);
    if (transfer->status == HTTP_PAUSE)
        return pause_transfer(transfer);
    if (transfer->status != 0)
        return 0;
    transfer->response->total += size;
    return size;
}

static size_t on_body(char *data, size_t one, size_t size, void *context)
{
    (void)one;
    struct transfer *transfer = context;
    struct http_response *response = transfer->response;
    const struct http_request *request = transfer->request;
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    response->status = (int)status;
    if (request->sink && http_succeeded(response))
        return take_success(transfer, data, size);
    size_t limit = !http_succeeded(response) ? ERROR_LIMIT : request->limit > 0 ? request->limit : BODY_LIMIT;
    if (size > limit - response->size && !http_succeeded(response)) { /* enough to tell why */
        append(&response->body, &response->size, data, limit - response->size);
        return size;
    }
    if (size > limit - response->size) {
        transfer->status = error_set(&transfer->error, HYPE_FORMAT, "the answer has more than %zu bytes", limit);
        return 0;
    }
    if (append(&response->body, &response->size, data, size))
        return size;
    transfer->status = error_memory(&transfer->error);
    return 0;
}

static size_t on_upload(char *buffer, size_t one, size_t room, void *context)
{
    struct transfer *transfer = context;
    const struct http_request *request = transfer->request;
    uint64_t left = request->body_size - transfer->sent;
    size_t size = one * room < left ? one * room : (size_t)left;
    if (request->body) {
        memcpy(buffer, (const char *)request->body + transfer->sent, size);
    } else if (size > 0) {
        ssize_t n = pread(request->body_fd, buffer, size, (off_t)(request->body_offset + transfer->sent));
        if (n <= 0) {
            transfer->status =
                n < 0 ? error_system(&transfer->error, errno, "cannot read the file that is sent")
                      : error_set(&transfer->error, HYPE_SYSTEM, "the file that is sent became shorter meanwhile");
            return CURL_READFUNC_ABORT;
        }
        size = (size_t)n;
    }
    transfer->sent += size;
    if (request->sent)
        request->sent(transfer->sent, request->context);
    return size;
}

static int on_rewind(void *context, curl_off_t offset, int origin)
{
    struct transfer *transfer = context;
    if (!transfer->request->idempotent && transfer->sent > 0)
        return CURL_SEEKFUNC_FAIL; /* it may have arrived: curl must not repeat it by itself */
    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > transfer->request->body_size)
        return CURL_SEEKFUNC_FAIL;
    transfer->sent = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

/* Programs that the caller starts must not inherit connections. */
static curl_socket_t on_open(void *unused, curlsocktype purpose, struct curl_sockaddr *address)
{
    enum { SILENCE_MS = 60 * 1000 };
    (void)unused, (void)purpose;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    /* A peer that vanished is noticed after so long, also by a stream on which nothing is ever sent. */
    unsigned silence = SILENCE_MS;
    if (fd >= 0 && address->family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof silence);
    return fd;
}

const struct transfer_callbacks transfer_callbacks = {
    .header = on_header,
    .body = on_body,
    .upload = on_upload,
    .rewind = on_rewind,
    .open = on_open,
};

/* ---- One try ---- */

static const char *method_of(const struct http_request *request)
{
    return request->method ? request->method : "GET";
}

/* Up to what may be secret. */
static int shown_length(const char *url)
{
    return (int)strcspn(url, "?#");
}

static int transfer_wait(struct transfer *transfer)
{
    int64_t deadline = transfer->request->deadline > 0 ? transfer->request->deadline : NO_DEADLINE;
    int status = 0;
    while (!transfer->done && status == 0)
        status = task_park(deadline);
    return transfer->done ? 0 : status;
}

static int explain_failure(struct transfer *transfer, hype_error **error)
{
    const struct http_request *request = transfer->request;
    const char *why = transfer->words[0] ? transfer->words : curl_easy_strerror(transfer->result);
    if (transfer->status < 0) {
        if (error && !*error)
            *error = steal_pointer(transfer->error);
        return error_wrap(error, transfer->status, "%s %.*s", method_of(request), shown_length(request->url),
                          request->url);
    }
    const char *hint = "";
    if (transfer->result == CURLE_SEND_FAIL_REWIND)
        why = "the connection broke before there was an answer";
    bool own_ca = request->tls && request->tls->ca;
    if (!own_ca && (transfer->result == CURLE_PEER_FAILED_VERIFICATION || transfer->result == CURLE_SSL_CACERT_BADFILE))
        hint = " (certificates that are trusted are set by CURL_CA_BUNDLE or SSL_CERT_FILE)";
    else if (transfer->result == CURLE_COULDNT_RESOLVE_PROXY)
        hint = " (the proxy is set by HTTPS_PROXY, http_proxy or ALL_PROXY)";
    else if (transfer->result == CURLE_OPERATION_TIMEDOUT && transfer->response->status > 0)
        hint = " (the connection stalled)";
    return error_set(error, HYPE_NETWORK, "%s %.*s: %s%s", method_of(request), shown_length(request->url), request->url,
                     why, hint);
}

static int try_once(struct transfer *transfer, hype_error **error)
{
    struct http_response *response = transfer->response;
    int status = multi ? 0 : multi_start(error);
    if (status == 0)
        status = transfer_prepare(transfer, error);
    if (status == 0 && curl_multi_add_handle(multi, transfer->easy) != CURLM_OK)
        status = error_memory(error);
    if (status == 0) {
        transfer->waiting = task_self();
        status = transfer_wait(transfer);
        if (status == -HYPE_TIMEOUT)
            error_set(error, HYPE_TIMEOUT, "%s %.*s: no whole answer in the time that was given",
                      method_of(transfer->request), shown_length(transfer->request->url), transfer->request->url);
        else if (status < 0)
            error_set(error, HYPE_CANCELLED, "cancelled");
        long code = 0;
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &code);
        response->status = (int)code;
        forget_pause(transfer);
        curl_multi_remove_handle(multi, transfer->easy);
    }
    if (status == 0 && transfer->status == HTTP_STOP)
        response->stopped = true;
    else if (status == 0 && (transfer->result != CURLE_OK || transfer->status < 0))
        status = explain_failure(transfer, error);
    transfer_clear(transfer);
    return status;
}

/* ---- Tries ---- */

bool http_transient(int status)
{
    return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

static bool transient_failure(CURLcode result)
{
    switch (result) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_AGAIN:
        return true;
    default:
        return false;
    }
}

/* Seconds, or the date of RFC 9110 10.2.3; milliseconds, 0 where nothing is asked. */
static int64_t asked_pause(const struct http_response *response)
{
    cleanup_free char *text = response ? http_header(response, "retry-after") : NULL;
    if (!text)
        return 0;
    char *end;
    int64_t seconds = strtoll(text, &end, 10);
    if (end == text) {
        struct tm date = {0};
        if (!strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &date))
            return 0;
        seconds = timegm(&date) - time(NULL);
    }
    if (seconds <= 0)
        return 0;
    return seconds > LONGEST_ASKED_MS / 1000 ? LONGEST_ASKED_MS : seconds * 1000;
}

static int64_t pause_length(unsigned attempt, unsigned first_ms, const struct http_response *response)
{
    int64_t pause = (int64_t)back_off(attempt, first_ms > 0 ? first_ms : PAUSE_MS, LONGEST_PAUSE_MS);
    int64_t asked = asked_pause(response);
    return asked > pause ? asked : pause;
}

int http_pause(unsigned attempt, unsigned pause_ms, const struct http_response *response)
{
    return task_sleep_until(clock_ms() + pause_length(attempt, pause_ms, response));
}

static void log_try(const struct transfer *transfer, int status, int64_t started)
{
    const struct http_request *request = transfer->request;
    if (log_enabled(HYPE_LOG_DEBUG))
        log_debug("HTTP", "%s %.*s: %s %d, %lld ms", method_of(request), shown_length(request->url), request->url,
                  status < 0 ? "failed after status" : "status", transfer->response->status,
                  (long long)(clock_ms() - started));
}

static void response_clear(struct http_response *response)
{
    free(response->body);
    free(response->headers);
    response->body = response->headers = NULL;
    response->size = 0;
    response->status = 0;
}

/* Whether another try makes sense after this one; one that brought new bytes of a range starts the count afresh. */
static bool try_again(const struct transfer *transfer, int status, unsigned *tries, uint64_t *before)
{
    const struct http_request *request = transfer->request;
    const struct http_response *response = transfer->response;
    if (!request->idempotent || response->stopped)
        return false;
    bool transient = status == 0
                         ? http_transient(response->status) || (request->transient && request->transient(response))
                         : status == -HYPE_NETWORK && transient_failure(transfer->result);
    if (!transient || (request->sink && !request->ranged && response->total > 0))
        return false;
    if (response->total > *before)
        *tries = 1;
    *before = response->total;
    return *tries < (request->attempts > 0 ? request->attempts : ATTEMPTS);
}

int http_perform(const struct http_request *request, struct http_response *response, hype_error **error)
{
    *response = (struct http_response){0};
    uint64_t before = 0;
    for (unsigned tries = 1;; tries++) {
        struct transfer transfer = {.request = request, .response = response, .skip = response->total};
        hype_error *failure = NULL;
        int64_t started = clock_ms();
        response->attempts++;
        if (request->whole)
            task_shield_begin();
        int status = try_once(&transfer, &failure);
        if (request->whole)
            task_shield_end();
        log_try(&transfer, status, started);
        if (status == -HYPE_NETWORK && request->ranged && response->total == request->range_size) {
            error_clear(&failure); /* it broke only behind the last byte */
            status = 0;
        }
        bool again = try_again(&transfer, status, &tries, &before);
        int64_t pause = again ? pause_length(tries, request->pause_ms, response) : 0;
        if (again && request->deadline > 0 && clock_ms() + pause > request->deadline)
            again = false;
        if (!again) {
            if (status < 0 && response->attempts > 1)
                error_wrap(&failure, status, "%u tries", response->attempts);
            if (status < 0 && error && !*error)
                *error = steal_pointer(failure);
            error_free(failure);
            return status;
        }
        log_info("HTTP", "%s %.*s: %s; trying again in %lld ms", method_of(request), shown_length(request->url),
                 request->url, failure ? failure->message : "the server is busy or failing", (long long)pause);
        error_free(failure);
        response_clear(response);
        status = task_sleep_until(clock_ms() + pause);
        if (status < 0)
            return error_set(error, (hype_status)-status, "cancelled");
    }
}

void http_response_free(struct http_response *response)
{
    response_clear(response);
}

/* ---- Reading answers ---- */

bool http_succeeded(const struct http_response *response)
{
    return response->status >= 200 && response->status < 300;
}

char *http_header(const struct http_response *response, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = response->headers; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncasecmp(line, name, length) != 0 || line[length] != ':')
            continue;
        const char *value = line + length + 1;
        value += strspn(value, " \t");
        size_t size = strcspn(value, "\r\n");
        while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\t'))
            size--;
        return strndup(value, size);
    }
    return NULL;
}

static char *words_of_json(const char *body, size_t size)
{
    json_t *root = json_loadb(body, size, 0, NULL);
    json_t *inner = json_object_get(root, "error"); /* Google: {"error": {"message"}}; OAuth: {"error", "..."} */
    const char *words = json_string_value(json_object_get(inner, "message"));
    if (!words)
        words = json_string_value(json_object_get(root, "error_description"));
    if (!words)
        words = json_string_value(json_object_get(root, "message")); /* Docker, Kubernetes */
    if (!words)
        words = json_string_value(inner);
    char *copy = words ? strdup(words) : NULL;
    json_decref(root);
    return copy;
}

/* What the server says about its refusal, in one line; NULL where it says nothing. */
static char *words_of(const struct http_response *response)
{
    enum { MOST = 400 };
    if (response->size == 0)
        return NULL;
    char *words = words_of_json(response->body, response->size);
    const char *start = words ? NULL : strstr(response->body, "<Message>");
    if (start) {
        start += strlen("<Message>");
        words = strndup(start, strcspn(start, "<"));
    } else if (!words && response->body[strspn(response->body, " \t\r\n")] != '<') { /* a page for people says little */
        words = strndup(response->body, MOST);
    }
    if (!words)
        return NULL;
    for (char *c = words; *c; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    size_t size = strnlen(words, MOST);
    while (size > 0 && words[size - 1] == ' ')
        size--;
    words[size] = 0;
    return words;
}

static hype_status refusal(int status)
{
    if (status == 401 || status == 403)
        return HYPE_PERMISSION;
    if (status == 404 || status == 410)
        return HYPE_NOT_FOUND;
    return http_transient(status) ? HYPE_NETWORK : HYPE_REFUSED;
}

int http_refused(const struct http_request *request, const struct http_response *response, hype_error **error,
                 const char *format, ...)
{
    static const char *const ids[] = {"x-guploader-uploadid", "x-amz-request-id", "x-request-id"};
    cleanup_free char *what = NULL, *id = NULL, *words = words_of(response);
    va_list arguments;
    va_start(arguments, format);
    what = text_format_list(format, arguments);
    va_end(arguments);
    const char *id_name = "";
    for (size_t i = 0; i < ARRAY_SIZE(ids) && !id; i++) {
        id_name = ids[i];
        id = http_header(response, ids[i]);
    }
    cleanup_free char *shown_id = id ? text_format(" (%s %s)", id_name, id) : NULL;
    return error_set(error, refusal(response->status), "%s: %s %.*s was answered with status %d%s%s%s",
                     what ? what : "refused", method_of(request), shown_length(request->url), request->url,
                     response->status, words && *words ? ": " : "", words ? words : "", shown_id ? shown_id : "");
}

char *http_escape(const char *text, bool keep_slashes)
{
    static const char digits[] = "0123456789ABCDEF";
    char *escaped = malloc(strlen(text) * 3 + 1), *out = escaped;
    if (!escaped)
        return NULL;
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        bool plain = (*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
        if (plain || strchr("-._~", *c) || (*c == '/' && keep_slashes)) {
            *out++ = (char)*c;
        } else {
            *out++ = '%';
            *out++ = digits[*c >> 4];
            *out++ = digits[*c & 15];
        }
    }
    *out = 0;
    return escaped;
}
