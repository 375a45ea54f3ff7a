/* bucket.c: URIs, refusals, checksums and lists of stores in buckets. */
#include "bucket.h"

#include "../task.h"

#include <string.h>
#include <time.h>

int bucket_open(const char *uri, const struct store_operations *operations, const char *marks, size_t size,
                struct bucket **bucket, hype_error **error)
{
    const char *name = uri + strlen(operations->scheme) + strlen("://");
    size_t length = strcspn(name, "/");
    cleanup_free char *allowed = text_format("abcdefghijklmnopqrstuvwxyz0123456789%s", marks);
    struct bucket *b = allowed ? calloc(1, size) : NULL;
    if (!b)
        return error_memory(error);
    b->store.operations = operations;
    b->store.uri = strdup(uri);
    b->name = strndup(name, length);
    b->prefix = name[length] ? text_format("%s/", name + length + 1) : strdup("");
    int status = b->store.uri && b->name && b->prefix ? 0 : error_memory(error);
    if (status == 0 && (length < 3 || strspn(name, allowed) != length))
        status = error_set(error, HYPE_INVALID,
                           "'%s' names no bucket: such a store is %s://BUCKET or %s://BUCKET/FOLDER, and a bucket has "
                           "at least three characters of a-z, 0-9 and %s",
                           uri, operations->scheme, operations->scheme, marks);
    if (status < 0)
        bucket_close(b);
    else
        *bucket = b;
    return status;
}

void bucket_close(struct bucket *bucket)
{
    free(bucket->store.uri);
    free(bucket->name);
    free(bucket->prefix);
    free(bucket);
}

char *bucket_escape(const struct bucket *bucket, const char *name, bool keep_slashes)
{
    cleanup_free char *whole = text_format("%s%s", bucket->prefix, name);
    return whole ? http_escape(whole, keep_slashes) : NULL;
}

int bucket_refused(const struct bucket *bucket, const struct http_request *request,
                   const struct http_response *response, const char *doing, const char *name, const char *permission,
                   hype_error **error)
{
    if (response->status != 401 && response->status != 403)
        return http_refused(request, response, error, "cannot %s %s/%s", doing, bucket->store.uri, name);
    return http_refused(request, response, error,
                        "cannot %s %s/%s, for which the permission %s on the bucket %s is needed", doing,
                        bucket->store.uri, name, permission, bucket->name);
}

/* ---- Checksums ---- */

struct check {
    const struct store_content *content;
    uint32_t sum;
    hype_error **error;
};

static int check_work(void *context)
{
    struct check *check = context;
    const struct store_content *content = check->content;
    if (!content->data)
        return crc32c_fd(content->fd, content->size, &check->sum, check->error);
    check->sum = crc32c(0, content->data, content->size);
    return 0;
}

int bucket_checksum(const struct store_content *content, char text[CRC32C_TEXT_SIZE], hype_error **error)
{
    enum { LITTLE = 4 << 20 };
    struct check check = {content, 0, error};
    int status = content->size <= LITTLE ? check_work(&check) : task_offload(check_work, &check);
    crc32c_text(check.sum, text);
    return status;
}

/* ---- Lists ---- */

int listing_entry(const struct listing *listing, const char *name, uint64_t size, const char *date)
{
    const char *prefix = listing->bucket->prefix;
    struct tm time = {0};
    if (!name || !text_starts_with(name, prefix) || !store_name_valid(name + strlen(prefix)))
        return 0;
    struct store_entry entry = {name + strlen(prefix), size,
                                date && strptime(date, "%Y-%m-%dT%H:%M:%S", &time) ? timegm(&time) : 0};
    return listing->each(&entry, listing->context);
}

int bucket_list(struct bucket *bucket, listing_page *page, const char *prefix,
                int (*each)(const struct store_entry *entry, void *context), void *context, hype_error **error)
{
    cleanup_free char *escaped = bucket_escape(bucket, prefix, false), *token = strdup("");
    struct listing listing = {bucket, prefix, escaped, each, context};
    while (escaped && token) {
        cleanup_free char *next = NULL;
        int status = page(&listing, token, &next, error);
        if (status < 0 || !next)
            return status;
        free(token);
        token = http_escape(next, false);
    }
    return error_memory(error);
}
