/* http_transfer.c: a request in the words of curl's options. */
#include "http_transfer.h"

#include "util.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum {
    CONNECT_MS = 10 * 1000,
    STALL_S = 30,
    MOST_REDIRECTS = 5,
    KEEP_ALIVE_S = 30,
    BUFFER_SIZE = 256 * 1024,
};

/* Remembers the first option that failed, so that the many need no check each. */
#define set_option(transfer, option, value)                                                                            \
    do {                                                                                                               \
        if ((transfer)->result == CURLE_OK)                                                                            \
            (transfer)->result = curl_easy_setopt((transfer)->easy, option, value);                                    \
    } while (0)

static void add_line(struct transfer *transfer, struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = line ? curl_slist_append(*list, line) : NULL;
    if (longer)
        *list = longer;
    else
        transfer->result = CURLE_OUT_OF_MEMORY;
}

static void add_header(struct transfer *transfer, const char *line)
{
    add_line(transfer, &transfer->headers, line);
}

static void set_headers(struct transfer *transfer)
{
    const struct http_request *request = transfer->request;
    for (const char *const *line = request->headers; line && *line; line++)
        add_header(transfer, *line);
    if (request->bearer) {
        cleanup_free char *line = text_format("Authorization: Bearer %s", request->bearer);
        add_header(transfer, line);
    }
    /* Curl 7.88 signs a header that is taken away ("Expect:") as if it were sent. */
    if (!request->signature)
        add_header(transfer, "Expect:");
    set_option(transfer, CURLOPT_HTTPHEADER, transfer->headers);
    if (request->ranged) {
        char range[48];
        snprintf(range, sizeof range, "%llu-%llu", (unsigned long long)(request->range_first + transfer->skip),
                 (unsigned long long)(request->range_first + request->range_size - 1));
        set_option(transfer, CURLOPT_RANGE, range);
    }
}

static void set_method(struct transfer *transfer)
{
    const struct http_request *request = transfer->request;
    const char *method = request->method ? request->method : "GET";
    if (strcmp(method, "HEAD") == 0) {
        set_option(transfer, CURLOPT_NOBODY, 1L);
    } else if (request->body_size > 0 || strcmp(method, "PUT") == 0 || strcmp(method, "POST") == 0) {
        set_option(transfer, CURLOPT_UPLOAD, 1L);
        set_option(transfer, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->body_size);
        set_option(transfer, CURLOPT_READFUNCTION, transfer_callbacks.upload);
        set_option(transfer, CURLOPT_READDATA, transfer);
        set_option(transfer, CURLOPT_SEEKFUNCTION, transfer_callbacks.rewind);
        set_option(transfer, CURLOPT_SEEKDATA, transfer);
        set_option(transfer, CURLOPT_UPLOAD_BUFFERSIZE, (long)BUFFER_SIZE);
    }
    set_option(transfer, CURLOPT_CUSTOMREQUEST, method);
    /* Curl repeats a request when a connection that was used before breaks. One that must not be repeated gets a new
     * connection, or where it has a body, none is given a second time. */
    if (!request->idempotent && request->body_size == 0)
        set_option(transfer, CURLOPT_FRESH_CONNECT, 1L);
}

static void set_pem(struct transfer *transfer, CURLoption option, const char *pem)
{
    if (pem) {
        struct curl_blob blob = {.data = (void *)pem, .len = strlen(pem), .flags = CURL_BLOB_NOCOPY};
        set_option(transfer, option, &blob);
    }
}

/* A libcurl of the system knows where its authorities are. One that is built in looks where Debian, Fedora, SUSE and
 * others have them. */
static void set_usual_authorities(struct transfer *transfer)
{
    static const char *const files[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem",
                                        "/etc/ssl/cert.pem"};
    if (!&curl_built_in)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++)
        if (access(files[i], R_OK) == 0) {
            set_option(transfer, CURLOPT_CAINFO, files[i]);
            return;
        }
    struct curl_blob blob = {(void *)(uintptr_t)curl_built_in.authorities,
                             (size_t)(curl_built_in.authorities_end - curl_built_in.authorities), CURL_BLOB_NOCOPY};
    set_option(transfer, CURLOPT_CAINFO_BLOB, &blob);
}

static void set_tls(struct transfer *transfer)
{
    const struct http_tls *tls = transfer->request->tls;
    set_option(transfer, CURLOPT_SSL_VERIFYPEER, tls && tls->insecure ? 0L : 1L);
    set_option(transfer, CURLOPT_SSL_VERIFYHOST, tls && tls->insecure ? 0L : 2L);
    set_option(transfer, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (tls && tls->ca) {
        set_pem(transfer, CURLOPT_CAINFO_BLOB, tls->ca);
        set_option(transfer, CURLOPT_CAPATH, NULL);
    } else {
        const char *file = getenv("CURL_CA_BUNDLE"), *folder = getenv("SSL_CERT_DIR");
        if (!file || !*file)
            file = getenv("SSL_CERT_FILE");
        if (file && *file)
            set_option(transfer, CURLOPT_CAINFO, file);
        if (folder && *folder)
            set_option(transfer, CURLOPT_CAPATH, folder);
        if ((!file || !*file) && (!folder || !*folder))
            set_usual_authorities(transfer);
    }
    set_pem(transfer, CURLOPT_SSLCERT_BLOB, tls ? tls->certificate : NULL);
    set_pem(transfer, CURLOPT_SSLKEY_BLOB, tls ? tls->key : NULL);
}

static void set_limits(struct transfer *transfer)
{
    const struct http_request *request = transfer->request;
    long connect_ms = request->connect_ms > 0 ? (long)request->connect_ms : CONNECT_MS;
    set_option(transfer, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    if (request->stall_s >= 0) {
        set_option(transfer, CURLOPT_LOW_SPEED_LIMIT, 1L);
        set_option(transfer, CURLOPT_LOW_SPEED_TIME, request->stall_s > 0 ? (long)request->stall_s : STALL_S);
    }
    set_option(transfer, CURLOPT_TCP_KEEPALIVE, 1L);
    set_option(transfer, CURLOPT_TCP_KEEPIDLE, (long)KEEP_ALIVE_S);
    set_option(transfer, CURLOPT_TCP_KEEPINTVL, (long)KEEP_ALIVE_S);
    set_option(transfer, CURLOPT_BUFFERSIZE, (long)BUFFER_SIZE);
    set_option(transfer, CURLOPT_NOSIGNAL, 1L);
    if (request->redirects) {
        set_option(transfer, CURLOPT_FOLLOWLOCATION, 1L);
        set_option(transfer, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTS);
    }
}

/* Curl asks the host of the URL for its certificate: so it is given the other name there, and told where that is. */
static void set_server_name(struct transfer *transfer, const char *name)
{
    const char *url = transfer->request->url, *authority = strstr(url, "://");
    authority = authority ? authority + 3 : url;
    int length = (int)strcspn(authority, "/?#");
    const char *path = authority + length, *port = path;
    while (port > authority && port[-1] != ':' && port[-1] != ']')
        port--;
    bool has_port = port > authority && port[-1] == ':';
    cleanup_free char *renamed = text_format("%.*s%s%s%.*s%s", (int)(authority - url), url, name, has_port ? ":" : "",
                                             has_port ? (int)(path - port) : 0, port, path);
    cleanup_free char *to = text_format("%s::%.*s%s", name, length, authority, has_port ? "" : ":443");
    cleanup_free char *host = text_format("Host: %.*s", length, authority);
    add_line(transfer, &transfer->connect_to, to);
    add_header(transfer, host);
    set_option(transfer, CURLOPT_CONNECT_TO, transfer->connect_to);
    if (renamed)
        set_option(transfer, CURLOPT_URL, renamed);
    else
        transfer->result = CURLE_OUT_OF_MEMORY;
}

/* A server of this machine is reached through no proxy; curl by itself would ask one. */
static bool is_here(const char *url)
{
    const char *authority = strstr(url, "://"), *host = authority ? authority + 3 : url;
    bool bracketed = *host == '[';
    cleanup_free char *name = strndup(host + bracketed, strcspn(host + bracketed, bracketed ? "]" : ":/?#"));
    struct in_addr v4;
    struct in6_addr v6;
    return name && (strcmp(name, "localhost") == 0 ||
                    (inet_pton(AF_INET, name, &v4) == 1 && ntohl(v4.s_addr) >> 24 == IN_LOOPBACKNET) ||
                    (inet_pton(AF_INET6, name, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6)));
}

static void set_target(struct transfer *transfer)
{
    const struct http_request *request = transfer->request;
    if (request->tls && request->tls->server_name)
        set_server_name(transfer, request->tls->server_name);
    else
        set_option(transfer, CURLOPT_URL, request->url);
    set_option(transfer, CURLOPT_PROTOCOLS_STR, "http,https");
    set_option(transfer, CURLOPT_PATH_AS_IS, 1L);
    set_option(transfer, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    set_option(transfer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (request->unix_socket)
        set_option(transfer, CURLOPT_UNIX_SOCKET_PATH, request->unix_socket);
    if (request->unix_socket || request->direct || (!request->proxy && is_here(request->url)))
        set_option(transfer, CURLOPT_PROXY, "");
    else if (request->proxy) {
        set_option(transfer, CURLOPT_PROXY, request->proxy);
        set_option(transfer, CURLOPT_NOPROXY, "");
    }
    if (request->signature) {
        set_option(transfer, CURLOPT_AWS_SIGV4, request->signature->provider);
        set_option(transfer, CURLOPT_USERNAME, request->signature->key_id);
        set_option(transfer, CURLOPT_PASSWORD, request->signature->secret);
    }
}

int transfer_prepare(struct transfer *transfer, hype_error **error)
{
    transfer->easy = curl_easy_init();
    if (!transfer->easy)
        return error_memory(error);
    set_target(transfer);
    set_method(transfer);
    set_headers(transfer);
    set_tls(transfer);
    set_limits(transfer);
    set_option(transfer, CURLOPT_PRIVATE, transfer);
    set_option(transfer, CURLOPT_ERRORBUFFER, transfer->words);
    set_option(transfer, CURLOPT_HEADERFUNCTION, transfer_callbacks.header);
    set_option(transfer, CURLOPT_HEADERDATA, transfer);
    set_option(transfer, CURLOPT_WRITEFUNCTION, transfer_callbacks.body);
    set_option(transfer, CURLOPT_WRITEDATA, transfer);
    set_option(transfer, CURLOPT_OPENSOCKETFUNCTION, transfer_callbacks.open);
    if (transfer->result == CURLE_OUT_OF_MEMORY)
        return error_memory(error);
    if (transfer->result != CURLE_OK)
        return error_set(error, HYPE_SYSTEM, "this libcurl (%s) lacks an option: %s", curl_version(),
                         curl_easy_strerror(transfer->result));
    return 0;
}

void transfer_clear(struct transfer *transfer)
{
    if (transfer->easy) /* else there may be no libcurl */
        curl_easy_cleanup(transfer->easy);
    if (transfer->headers)
        curl_slist_free_all(transfer->headers);
    if (transfer->connect_to)
        curl_slist_free_all(transfer->connect_to);
    error_free(transfer->error);
    transfer->easy = NULL;
    transfer->headers = transfer->connect_to = NULL;
    transfer->error = NULL;
}
