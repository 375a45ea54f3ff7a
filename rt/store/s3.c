/*
 * s3.c: a store in a bucket of Amazon S3, or of a server that speaks like it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/
 *
 * Amazon's buckets are addressed as hosts (https://BUCKET.s3.REGION.amazonaws.com), unless a dot in the name would not
 * fit the certificate; those of other servers (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL) as paths. Curl signs. The curl of
 * Debian 12 (7.88) signs queries as they are, so they are written in the order and form that the signature wants.
 */
#include "s3.h"

#include "../auth/aws.h"
#include "../util.h"
#include "../xml.h"
#include "download.h"

#include <string.h>

static void s3_close(struct store *store)
{
    struct s3_store *s = (struct s3_store *)store;
    free(s->base);
    free(s->provider);
    bucket_close(&s->bucket);
}

/* Where requests go, and how they are signed. */
static void place(struct s3_store *s)
{
    static const char *const region_variables[] = {"AWS_REGION", "AWS_DEFAULT_REGION", NULL};
    static const char *const endpoint_variables[] = {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", NULL};
    cleanup_free char *region = aws_setting(region_variables, "region");
    cleanup_free char *endpoint = aws_setting(endpoint_variables, "endpoint_url");
    const char *in = region ? region : "us-east-1", *bucket = s->bucket.name;
    s->provider = text_format("aws:amz:%s:s3", in);
    for (size_t end = endpoint ? strlen(endpoint) : 0; end > 0 && endpoint[end - 1] == '/'; end--)
        endpoint[end - 1] = 0;
    if (endpoint)
        s->base = text_format("%s/%s", endpoint, bucket);
    else if (strchr(bucket, '.'))
        s->base = text_format("https://s3.%s.%s/%s", in, aws_domain(in), bucket);
    else
        s->base = text_format("https://%s.s3.%s.%s", bucket, in, aws_domain(in));
}

static int s3_open(const char *uri, struct store **store, hype_error **error)
{
    struct bucket *bucket;
    int status = bucket_open(uri, &store_s3, "-.", sizeof(struct s3_store), &bucket, error);
    if (status < 0)
        return status;
    struct s3_store *s = (struct s3_store *)bucket;
    *store = &bucket->store;
    place(s);
    if (s->base && s->provider)
        return 0;
    s3_close(*store);
    return error_memory(error);
}

bool s3_failed(const struct http_response *response)
{
    return response->body && strstr(response->body, "<Error>");
}

/* What comes without a status of its own: a body that stalled or was damaged on its way, and a late failure. */
static bool transient(const struct http_response *response)
{
    if (http_succeeded(response))
        return s3_failed(response);
    return response->status == 400 && response->body &&
           (strstr(response->body, "<Code>RequestTimeout<") ||
            strstr(response->body, "<Code>XAmzContentSHA256Mismatch<"));
}

int s3_perform(const struct s3_store *store, struct http_request *request, const char *sha256,
               struct http_response *response, hype_error **error)
{
    enum { MOST_HEADERS = 8 };
    const char *headers[MOST_HEADERS + 3];
    size_t n = 0;
    cleanup_keys struct aws_keys keys = {NULL, NULL, NULL};
    int status = aws_keys(&keys, error);
    if (status < 0)
        return status;
    cleanup_free char *digest = text_format("x-amz-content-sha256: %s", sha256);
    cleanup_free char *session = keys.session ? text_format("x-amz-security-token: %s", keys.session) : NULL;
    if (!digest || (keys.session && !session))
        return error_memory(error);
    for (const char *const *line = request->headers; line && *line && n < MOST_HEADERS; line++)
        headers[n++] = *line;
    headers[n++] = digest;
    if (session)
        headers[n++] = session;
    headers[n] = NULL;
    struct http_signature signature = {store->provider, keys.id, keys.secret};
    struct http_request with = *request;
    with.headers = headers;
    with.signature = &signature;
    with.transient = transient;
    return http_perform(&with, response, error);
}

int s3_refused(const struct s3_store *store, const struct http_request *request, const struct http_response *response,
               const char *doing, const char *name, const char *permission, hype_error **error)
{
    cleanup_free char *region = http_header(response, "x-amz-bucket-region");
    if (region && (response->status == 301 || response->status == 307 || response->status == 400))
        return error_set(error, HYPE_INVALID, "cannot %s %s/%s: the bucket is in the region %s; set AWS_REGION=%s",
                         doing, store->bucket.store.uri, name, region, region);
    return bucket_refused(&store->bucket, request, response, doing, name, permission, error);
}

char *s3_url(const struct s3_store *store, const char *name, const char *query)
{
    cleanup_free char *escaped = bucket_escape(&store->bucket, name, true);
    return escaped ? text_format("%s/%s%s", store->base, escaped, query) : NULL;
}

int s3_head(struct store *store, const char *name, uint64_t *size, hype_error **error)
{
    struct s3_store *s = (struct s3_store *)store;
    cleanup_free char *url = s3_url(s, name, "");
    if (!url)
        return error_memory(error);
    struct http_request request = {.method = "HEAD", .url = url, .idempotent = true};
    cleanup_response struct http_response response = {0};
    int status = s3_perform(s, &request, S3_EMPTY_SHA256, &response, error);
    if (status < 0)
        return status;
    if (!http_succeeded(&response)) /* who may not list a bucket is not told either that an object is missing */
        return s3_refused(s, &request, &response, "look at", name, "s3:GetObject (and s3:ListBucket)", error);
    cleanup_free char *text = http_header(&response, "content-length");
    if (!text)
        return error_set(error, HYPE_FORMAT, "%s answered without a size", url);
    *size = strtoull(text, NULL, 10);
    return 0;
}

/* ---- get ---- */

struct s3_get {
    struct s3_store *store;
    const char *name;
};

static int fetch(void *context, const char *version, struct http_request *request, struct http_response *response,
                 hype_error **error)
{
    struct s3_get *get = context;
    cleanup_free char *url = s3_url(get->store, get->name, "");
    cleanup_free char *match = version ? text_format("If-Match: %s", version) : NULL;
    if (!url || (version && !match))
        return error_memory(error);
    const char *headers[] = {match, NULL};
    request->url = url;
    request->headers = headers;
    int status = s3_perform(get->store, request, S3_EMPTY_SHA256, response, error);
    if (status < 0 || http_succeeded(response) || response->status == 416)
        return status;
    return s3_refused(get->store, request, response, "read", get->name, "s3:GetObject (and s3:ListBucket)", error);
}

static char *checksum(const struct http_response *response)
{
    return http_header(response, S3_CHECKSUM);
}

static int s3_get(struct store *store, const char *name, int fd, uint64_t limit, uint64_t *size, hype_error **error)
{
    struct s3_get get = {(struct s3_store *)store, name};
    cleanup_free char *uri = text_format("%s/%s", store->uri, name);
    if (!uri)
        return error_memory(error);
    struct download_source source = {
        .fetch = fetch, .version_header = "etag", .checksum = checksum, .context = &get, .uri = uri};
    return download(&source, fd, limit, size, error);
}

/* ---- delete and list ---- */

static int s3_delete(struct store *store, const char *name, hype_error **error)
{
    struct s3_store *s = (struct s3_store *)store;
    cleanup_free char *url = s3_url(s, name, "");
    if (!url)
        return error_memory(error);
    struct http_request request = {.method = "DELETE", .url = url, .idempotent = true};
    cleanup_response struct http_response response = {0};
    int status = s3_perform(s, &request, S3_EMPTY_SHA256, &response, error);
    if (status < 0 || http_succeeded(&response) || response.status == 404)
        return status;
    return s3_refused(s, &request, &response, "delete", name, "s3:DeleteObject", error);
}

/* A page of a list, as it is read. */
struct page {
    struct listing *listing;
    char *name, *date; /* of the entry whose elements are just read */
    uint64_t size;
    char **next;
};

static int keep(char **where, const char *text)
{
    free(*where);
    *where = strdup(text);
    return *where ? 0 : -HYPE_MEMORY;
}

static int on_element(void *context, const char *name, const char *text)
{
    struct page *page = context;
    if (strcmp(name, "Key") == 0)
        return keep(&page->name, text);
    if (strcmp(name, "LastModified") == 0)
        return keep(&page->date, text);
    if (strcmp(name, "NextContinuationToken") == 0)
        return keep(page->next, text);
    if (strcmp(name, "Size") == 0)
        page->size = strtoull(text, NULL, 10);
    return strcmp(name, "Contents") == 0 ? listing_entry(page->listing, page->name, page->size, page->date) : 0;
}

static int fetch_page(struct listing *listing, const char *token, char **next, hype_error **error)
{
    enum { PAGE_LIMIT = 16 << 20 };
    struct s3_store *s = (struct s3_store *)listing->bucket;
    cleanup_free char *url =
        text_format("%s/?%s%s%slist-type=2&prefix=%s", s->base, *token ? "continuation-token=" : "", token,
                    *token ? "&" : "", listing->escaped);
    if (!url)
        return error_memory(error);
    struct http_request request = {.url = url, .limit = PAGE_LIMIT, .idempotent = true};
    cleanup_response struct http_response response = {0};
    int status = s3_perform(s, &request, S3_EMPTY_SHA256, &response, error);
    if (status < 0)
        return status;
    if (!http_succeeded(&response))
        return s3_refused(s, &request, &response, "list", listing->prefix, "s3:ListBucket", error);
    struct page page = {.listing = listing, .next = next};
    status = xml_read(response.body, response.size, on_element, &page, error);
    free(page.name);
    free(page.date);
    return status;
}

static int s3_list(struct store *store, const char *prefix, int (*each)(const struct store_entry *entry, void *context),
                   void *context, hype_error **error)
{
    return bucket_list((struct bucket *)store, fetch_page, prefix, each, context, error);
}

const struct store_operations store_s3 = {
    .scheme = "s3",
    .open = s3_open,
    .close = s3_close,
    .head = s3_head,
    .get = s3_get,
    .put_if_absent = s3_upload,
    .delete = s3_delete,
    .list = s3_list,
};
