/*
 * http.h: every HTTP request that the library makes, over libcurl's multi interface on the loop of task.h.
 *
 * libcurl is loaded when the first request is made, so that programs that never leave the machine do not pay for it.
 * A request is made inside a task and returns when it has ended. Connections are kept and shared, HTTP/2 is used where
 * offered, certificates are always verified unless INSECURE says that the user's own kubeconfig asks otherwise.
 * Proxies and CA bundles are taken from the usual variables (https_proxy, no_proxy, CURL_CA_BUNDLE, SSL_CERT_FILE).
 */
#ifndef HYPE_RT_HTTP_H
#define HYPE_RT_HTTP_H

#include "util.h"

/* Where and as whom. PEM texts, not paths. All may be NULL. Borrowed for the request. */
struct http_identity {
    const char *ca, *certificate, *key; /* PEM */
    const char *server_name;            /* checked in place of the URL's host name */
    const char *proxy;
    const char *unix_socket; /* a path: the URL's host is then only a name */
    const char *bearer;      /* "Authorization: Bearer …" */
    const char *aws_sigv4;   /* curl's provider string, such as "aws:amz:us-east-1:s3" */
    const char *aws_user;    /* "ACCESS_KEY:SECRET" for it */
    bool insecure;
};

struct http_request {
    const char *method; /* "GET" when NULL */
    const char *url;
    const char *const *headers; /* "Name: value", ends with NULL; may be NULL */
    const struct http_identity *identity;
    /* The body: DATA, or SIZE bytes of FD from OFFSET when DATA is NULL and FD is not -1. */
    const void *data;
    int fd;
    uint64_t offset, size;
    int64_t timeout; /* milliseconds for the whole request; 0: none, but a connection that stalls for 60 s ends */
    int attempts;    /* in all, for failures that a retry can mend; 0: 5. 1: never retried */
    uint64_t response_limit; /* bytes kept in the response's body; 0: 16 MiB */
    /* Called with the body of a successful response as it comes, in place of keeping it; < 0 ends the request.
     * Runs on the loop thread outside any task. Such a request is retried only while nothing has come. */
    int (*sink)(const void *data, size_t size, void *context);
    void (*sent)(uint64_t done, void *context); /* body bytes sent so far */
    void *context;
};

struct http_response {
    int status; /* 0: there was no answer */
    char *body; /* with a NUL behind it; never NULL after a request */
    size_t size;
    char *headers; /* raw lines of the last response */
};

/*
 * Performs REQUEST with retries: on refused, reset and timed out connections, 408, 429, 500, 502, 503 and 504, with
 * exponential backoff and jitter, no earlier than Retry-After. 0 when there was an answer, whatever its status;
 * -HYPE_NETWORK (what, where, why, after how many attempts), -HYPE_TIMEOUT or -HYPE_CANCELLED otherwise.
 * The response is to be cleared in every case.
 */
int http_perform(const struct http_request *request, struct http_response *response, hype_error **error);
void http_response_clear(struct http_response *response);
/* The value of a header of the response, as a new string; NULL when it has none. */
char *http_header(const struct http_response *response, const char *name);

/* Makes an answer of status >= 300 into an error: "cannot WHAT: the server's message (HTTP 403, request id …)".
 * 401 and 403: HYPE_PERMISSION; 404 and 410: HYPE_NOT_FOUND; else HYPE_REFUSED. MESSAGE may be NULL: the body's start.
 */
int http_refused(const struct http_response *response, const char *message, hype_error **error, const char *what, ...)
    PRINTF_LIKE(4, 5);

char *http_escape(const char *text); /* percent-encodes all but unreserved characters; new string */

#endif
