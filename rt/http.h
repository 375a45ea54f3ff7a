/*
 * http.h: HTTP requests, made by libcurl on the loop of task.h.
 *
 * http_perform() is called in a task and returns when the whole response is there; other tasks run meanwhile.
 * Connections are kept and shared, HTTP/2 is used where a TLS server offers it, TLS is verified. What is
 * transient is tried again, with pauses that grow: connections that fail or break, bodies that end early, and the
 * statuses 408, 429, 500, 502, 503 and 504; but only requests that their caller calls idempotent.
 *
 * Surroundings: HTTPS_PROXY, http_proxy, ALL_PROXY and NO_PROXY (but loopback addresses and localhost are reached
 * through no proxy that is not the request's own); CURL_CA_BUNDLE, SSL_CERT_FILE and SSL_CERT_DIR. Neither logs nor
 * errors show headers, bodies of successful answers, or what stands behind the '?' of a URL.
 */
#ifndef HYPE_RT_HTTP_H
#define HYPE_RT_HTTP_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes bytes of a successful (2xx) body as they come: 0 to go on, HTTP_STOP to end the transfer without an error,
 * HTTP_PAUSE to be given the same bytes again after http_resume(), or an error. Runs on the loop thread outside any
 * task: it must not wait and must not call this module. */
typedef int http_sink(void *context, const void *data, size_t size, hype_error **error);
#define HTTP_STOP  1
#define HTTP_PAUSE 2
/* Goes on with every transfer whose sink has paused it. Loop thread only, not from a sink. */
void http_resume(void);

/* PEM text. What is NULL is the system's (ca) or not sent (certificate, key). */
struct http_tls {
    const char *ca, *certificate, *key;
    const char *server_name; /* that the server's certificate must have; NULL: the URL's host */
    bool insecure;           /* nothing is verified; only where a user's own configuration says so */
};

/* Signature V4. Send x-amz-content-sha256 yourself; write queries sorted, and with '=' even where there is no value. */
struct http_signature {
    const char *provider; /* "aws:amz:REGION:s3" */
    const char *key_id, *secret;
};

struct http_response;

/* Zero-initialize; all is borrowed for the call. */
struct http_request {
    const char *method; /* NULL: GET */
    const char *url;
    const char *const *headers; /* "Name: value", up to a NULL; or NULL */
    const char *bearer;
    const struct http_signature *signature;
    const struct http_tls *tls;
    const char *unix_socket; /* path; the URL's host is then only a name */
    bool direct;             /* through no proxy */
    const char *proxy;       /* URL of the one to use; NULL: as the surroundings say */
    bool redirects;          /* follow them */

    /* The body: BODY_SIZE bytes in memory, or of BODY_FD from BODY_OFFSET where BODY is NULL. */
    const void *body;
    int body_fd;
    uint64_t body_offset, body_size;
    void (*sent)(uint64_t size, void *context); /* SIZE bytes of the body so far in this attempt; like a sink */

    /* Where the answer goes: to SINK, or into response.body, which may have LIMIT bytes (0: a megabyte). */
    http_sink *sink;
    size_t limit;
    void *context; /* of SINK and SENT */
    /* With RANGED, RANGE_SIZE bytes from RANGE_FIRST are asked for, and a broken transfer to a sink goes on where it
     * broke off. The caller sees to it that the object stays the same (generation, If-Match). */
    bool ranged;
    uint64_t range_first, range_size;

    bool idempotent;
    bool whole;          /* a try that has begun is finished although its task is cancelled meanwhile */
    unsigned attempts;   /* 0: 6 */
    unsigned pause_ms;   /* the first pause, 0: 250 */
    unsigned connect_ms; /* 0: 10 seconds */
    int stall_s;         /* fail when nothing moves for so long; 0: 30 seconds, negative: never (streams) */
    int64_t deadline;    /* clock_ms() for all attempts together; 0: none */
    /* Which answers of other statuses are worth another try; or NULL. */
    bool (*transient)(const struct http_response *response);
};

struct http_response {
    int status;     /* 200 */
    char *body;     /* with a NUL behind it; of an error also where there is a sink, then at most 16 KiB */
    size_t size;    /* of BODY */
    char *headers;  /* as they came */
    uint64_t total; /* bytes that were handed to the sink */
    bool stopped;   /* the sink returned HTTP_STOP */
    unsigned attempts;
};

/* 0 when there is an answer, whatever its status. Else -HYPE_NETWORK, -HYPE_TIMEOUT (the deadline), -HYPE_CANCELLED,
 * -HYPE_FORMAT (an answer that is too large or of another range), or what the sink returned. Free the response in
 * every case. */
int http_perform(const struct http_request *request, struct http_response *response, hype_error **error);
void http_response_free(struct http_response *response);
#define cleanup_response __attribute__((cleanup(http_response_free)))

/* The value of a header of the answer as a new string; NULL where there is none. */
char *http_header(const struct http_response *response, const char *name);
bool http_succeeded(const struct http_response *response); /* 2xx */
bool http_transient(int status);                           /* worth another try */

/* Makes the error of an answer that refuses: what was asked, the status, what the server says, its request id. The
 * formatted text comes first ("cannot upload gs://b/o"). -HYPE_PERMISSION for 401 and 403, -HYPE_NOT_FOUND for 404
 * and 410, -HYPE_NETWORK for what is transient, else -HYPE_REFUSED. */
int http_refused(const struct http_request *request, const struct http_response *response, hype_error **error,
                 const char *format, ...) PRINTF_LIKE(4, 5);

/* For protocols with tries of their own: sleeps before try number ATTEMPT (1, 2, ...) is made again, as long as
 * RESPONSE (NULL: none) asks for. -HYPE_CANCELLED. */
int http_pause(unsigned attempt, unsigned pause_ms, const struct http_response *response);

/* TEXT with every byte but [A-Za-z0-9-._~] as %XX, '/' also kept where KEEP_SLASHES; a new string. */
char *http_escape(const char *text, bool keep_slashes);

#endif
