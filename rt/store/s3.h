/* s3.h: a bucket of Amazon S3 or of what speaks like it, between s3.c and s3_upload.c. */
#ifndef HYPE_RT_STORE_S3_H
#define HYPE_RT_STORE_S3_H

#include "bucket.h"

struct s3_store {
    struct bucket bucket;
    char *base;     /* "https://BUCKET.s3.REGION.amazonaws.com" or "http://host:port/BUCKET" */
    char *provider; /* for the signature: "aws:amz:REGION:s3" */
};

#define S3_EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define S3_CHECKSUM     "x-amz-meta-hype-crc32c" /* of the whole object, however many parts it came in */

/* The URL of an object; QUERY is sorted and has '=' behind every name. */
char *s3_url(const struct s3_store *store, const char *name, const char *query);

/* Whether the answer is an error, whatever its status: that of an upload in parts may be sent before its outcome. */
bool s3_failed(const struct http_response *response);

/* Signs REQUEST, whose body has the SHA-256, and performs it. */
int s3_perform(const struct s3_store *store, struct http_request *request, const char *sha256,
               struct http_response *response, hype_error **error);

/* The error of an answer about the object NAME. DOING: "read"; PERMISSION: "s3:GetObject". */
int s3_refused(const struct s3_store *store, const struct http_request *request, const struct http_response *response,
               const char *doing, const char *name, const char *permission, hype_error **error);

int s3_head(struct store *store, const char *name, uint64_t *size, hype_error **error);

/* The store's put_if_absent. */
int s3_upload(struct store *store, const char *name, const struct store_content *content, store_progress *progress,
              void *progress_context, bool *created, hype_error **error);

#endif
