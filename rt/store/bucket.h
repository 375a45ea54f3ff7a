/* bucket.h: what stores in buckets have in common, whatever the service: gs:// and s3://. */
#ifndef HYPE_RT_STORE_BUCKET_H
#define HYPE_RT_STORE_BUCKET_H

#include "../crc32c.h"
#include "../http.h"
#include "store.h"

/* Such a store begins with this. */
struct bucket {
    struct store store;
    char *name;
    char *prefix; /* of its objects: "" or "dir/" */
};

/* A store of SIZE bytes, zero behind the bucket, for URI. Buckets have names of at least three of a-z, 0-9 and MARKS.
 */
int bucket_open(const char *uri, const struct store_operations *operations, const char *marks, size_t size,
                struct bucket **bucket, hype_error **error);
void bucket_close(struct bucket *bucket); /* with its memory */

/* The whole name of the object, escaped for a URL; a new string. */
char *bucket_escape(const struct bucket *bucket, const char *name, bool keep_slashes);

/* The error of an answer about the object NAME. DOING: "read"; PERMISSION, which is needed for it: "s3:GetObject". */
int bucket_refused(const struct bucket *bucket, const struct http_request *request,
                   const struct http_response *response, const char *doing, const char *name, const char *permission,
                   hype_error **error);

/* CRC-32C as text; on a worker thread where that takes time. */
int bucket_checksum(const struct store_content *content, char text[CRC32C_TEXT_SIZE], hype_error **error);

/* A list that is being made. */
struct listing {
    struct bucket *bucket;
    const char *prefix;
    char *escaped; /* the whole prefix, for a URL */
    int (*each)(const struct store_entry *entry, void *context);
    void *context;
};
/* Fetches the page of TOKEN (escaped; "": the first) and passes its entries on; *NEXT is the next page's, a new string,
 * or stays NULL. */
typedef int listing_page(struct listing *listing, const char *token, char **next, hype_error **error);
int bucket_list(struct bucket *bucket, listing_page *page, const char *prefix,
                int (*each)(const struct store_entry *entry, void *context), void *context, hype_error **error);
/* An entry by its whole NAME and DATE ("2026-01-31T12:00:00…"), unless it is none of ours. */
int listing_entry(const struct listing *listing, const char *name, uint64_t size, const char *date);

#endif
