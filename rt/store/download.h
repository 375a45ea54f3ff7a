/*
 * download.h: an object of a bucket into a file, in ranges that come side by side.
 *
 * The first range also tells how large the object is, which version of it there is, and its checksum; small objects
 * need no second request. The file is checked against the checksum, and fetched again where it differs.
 */
#ifndef HYPE_RT_STORE_DOWNLOAD_H
#define HYPE_RT_STORE_DOWNLOAD_H

#include "../http.h"

/* What a kind of bucket does its own way. */
struct download_source {
    /* Performs REQUEST, whose range and sink are set, for VERSION of the object (NULL: the one there is now). 0 for
     * 2xx, and for 416, which empty objects are answered with; makes the error of any other answer. */
    int (*fetch)(void *context, const char *version, struct http_request *request, struct http_response *response,
                 hype_error **error);
    const char *version_header;
    /* The checksum in an answer as crc32c_text(), a new string, or NULL where it has none. */
    char *(*checksum)(const struct http_response *response);
    void *context;
    const char *uri; /* of the object, for errors */
};

/* As the store's get(). */
int download(const struct download_source *source, int fd, uint64_t limit, uint64_t *size, hype_error **error);

#endif
