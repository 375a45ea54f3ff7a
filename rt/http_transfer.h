/* http_transfer.h: one try of a request, between http.c, which runs it, and http_transfer.c, which tells curl about it.
 */
#ifndef HYPE_RT_HTTP_TRANSFER_H
#define HYPE_RT_HTTP_TRANSFER_H

#include "http.h"
#include "task.h"

#include "curl.h"

struct transfer {
    const struct http_request *request;
    struct http_response *response;
    uint64_t skip; /* bytes of the range that earlier tries brought */
    CURL *easy;
    struct curl_slist *headers, *connect_to;
    task *waiting;
    bool done;
    CURLcode result;
    bool checked; /* the range that the answer has */
    struct transfer *next_paused; /* by its sink */
    size_t headers_size;
    uint64_t sent;
    int status; /* of the callbacks: an error, or HTTP_STOP */
    hype_error *error;
    char words[CURL_ERROR_SIZE];
};

struct transfer_callbacks {
    size_t (*header)(char *line, size_t one, size_t size, void *transfer);
    size_t (*body)(char *data, size_t one, size_t size, void *transfer);
    size_t (*upload)(char *buffer, size_t one, size_t room, void *transfer);
    int (*rewind)(void *transfer, curl_off_t offset, int origin);
    curl_socket_t (*open)(void *unused, curlsocktype purpose, struct curl_sockaddr *address);
};
extern const struct transfer_callbacks transfer_callbacks;

/* Makes transfer->easy. transfer_clear() frees it, also after a failure. */
int transfer_prepare(struct transfer *transfer, hype_error **error);
void transfer_clear(struct transfer *transfer);

#endif
