/*
 * gs.c: a store in a bucket of Google Cloud Storage, by its JSON API.
 * https://cloud.google.com/storage/docs/json_api
 *
 * STORAGE_EMULATOR_HOST names another server that speaks the same, without credentials;
 * CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE another address of the service, with them.
 */
#include "gs.h"

#include "../auth/google.h"
#include "../util.h"
#include "download.h"

#include <jansson.h>
#include <string.h>

static void gs_close(struct store *store)
{
    free(((struct gs_store *)store)->endpoint);
    bucket_close((struct bucket *)store);
}

static char *endpoint(bool *emulated)
{
    const char *emulator = getenv("STORAGE_EMULATOR_HOST"), *other = getenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE");
    *emulated = emulator && *emulator;
    const char *host = *emulated ? emulator : other && *other ? other : "https://storage.googleapis.com";
    char *url = strstr(host, "://") ? strdup(host) : text_format("%s://%s", *emulated ? "http" : "https", host);
    for (size_t end = url ? strlen(url) : 0; end > 0 && url[end - 1] == '/'; end--)
        url[end - 1] = 0;
    return url;
}

static int gs_open(const char *uri, struct store **store, hype_error **error)
{
    struct bucket *bucket;
    int status = bucket_open(uri, &store_gs, "-_.", sizeof(struct gs_store), &bucket, error);
    if (status < 0)
        return status;
    struct gs_store *s = (struct gs_store *)bucket;
    *store = &bucket->store;
    s->endpoint = endpoint(&s->emulated);
    if (s->endpoint)
        return 0;
    gs_close(*store);
    return error_memory(error);
}

int gs_perform(const struct gs_store *store, struct http_request *request, struct http_response *response,
               hype_error **error)
{
    enum { MOST_HEADERS = 8 };
    if (store->emulated)
        return http_perform(request, response, error);
    const char *headers[MOST_HEADERS + 2] = {NULL};
    size_t n = 0;
    for (const char *const *line = request->headers; line && *line && n < MOST_HEADERS; line++)
        headers[n++] = *line;
    struct http_request with = *request;
    with.headers = headers;
    for (int tries = 1;; tries++) {
        cleanup_free char *token = NULL;
        int status = google_token(&token, error);
        if (status < 0)
            return status;
        cleanup_free char *project = google_quota_project();
        cleanup_free char *line = project ? text_format("x-goog-user-project: %s", project) : NULL;
        headers[n] = line;
        with.bearer = token;
        status = http_perform(&with, response, error);
        if (status < 0 || response->status != 401 || tries == 2)
            return status;
        google_token_refused(token);
        http_response_free(response);
    }
}

/* The URL of an object, QUERY behind it; a new string. */
static char *object_url(const struct gs_store *s, const char *name, const char *query)
{
    cleanup_free char *escaped = bucket_escape(&s->bucket, name, false);
    return escaped ? text_format("%s/storage/v1/b/%s/o/%s%s", s->endpoint, s->bucket.name, escaped, query) : NULL;
}

static int gs_head(struct store *store, const char *name, uint64_t *size, hype_error **error)
{
    struct gs_store *s = (struct gs_store *)store;
    cleanup_free char *url = object_url(s, name, "?fields=size");
    if (!url)
        return error_memory(error);
    struct http_request request = {.url = url, .idempotent = true};
    cleanup_response struct http_response response = {0};
    int status = gs_perform(s, &request, &response, error);
    if (status < 0)
        return status;
    if (!http_succeeded(&response))
        return bucket_refused(&s->bucket, &request, &response, "look at", name, "storage.objects.get", error);
    json_t *answer = json_loadb(response.body ? response.body : "", response.size, 0, NULL);
    const char *text = json_string_value(json_object_get(answer, "size"));
    if (text)
        *size = strtoull(text, NULL, 10);
    json_decref(answer);
    return text ? 0 : error_set(error, HYPE_FORMAT, "%s answered without a size", url);
}

/* ---- get ---- */

struct gs_get {
    struct gs_store *store;
    const char *name;
};

static int fetch(void *context, const char *version, struct http_request *request, struct http_response *response,
                 hype_error **error)
{
    struct gs_get *get = context;
    cleanup_free char *query = version ? text_format("?alt=media&generation=%s", version) : strdup("?alt=media");
    cleanup_free char *url = query ? object_url(get->store, get->name, query) : NULL;
    if (!url)
        return error_memory(error);
    request->url = url;
    int status = gs_perform(get->store, request, response, error);
    if (status < 0 || http_succeeded(response) || response->status == 416)
        return status;
    return bucket_refused(&get->store->bucket, request, response, "read", get->name, "storage.objects.get", error);
}

/* x-goog-hash: crc32c=n03x6A==,md5=... */
static char *checksum(const struct http_response *response)
{
    cleanup_free char *text = http_header(response, "x-goog-hash");
    const char *start = text ? strstr(text, "crc32c=") : NULL;
    if (!start)
        return NULL;
    start += strlen("crc32c=");
    return strndup(start, strcspn(start, ", "));
}

static int gs_get(struct store *store, const char *name, int fd, uint64_t limit, uint64_t *size, hype_error **error)
{
    struct gs_get get = {(struct gs_store *)store, name};
    cleanup_free char *uri = text_format("%s/%s", store->uri, name);
    if (!uri)
        return error_memory(error);
    struct download_source source = {
        .fetch = fetch, .version_header = "x-goog-generation", .checksum = checksum, .context = &get, .uri = uri};
    return download(&source, fd, limit, size, error);
}

/* ---- delete and list ---- */

static int gs_delete(struct store *store, const char *name, hype_error **error)
{
    struct gs_store *s = (struct gs_store *)store;
    cleanup_free char *url = object_url(s, name, "");
    if (!url)
        return error_memory(error);
    struct http_request request = {.method = "DELETE", .url = url, .idempotent = true};
    cleanup_response struct http_response response = {0};
    int status = gs_perform(s, &request, &response, error);
    if (status < 0 || http_succeeded(&response) || response.status == 404)
        return status;
    return bucket_refused(&s->bucket, &request, &response, "delete", name, "storage.objects.delete", error);
}

static int fetch_page(struct listing *listing, const char *token, char **next, hype_error **error)
{
    enum { PAGE_LIMIT = 16 << 20 };
    struct gs_store *s = (struct gs_store *)listing->bucket;
    cleanup_free char *url =
        text_format("%s/storage/v1/b/%s/o?prefix=%s&fields=items(name,size,updated),nextPageToken%s%s", s->endpoint,
                    s->bucket.name, listing->escaped, *token ? "&pageToken=" : "", token);
    if (!url)
        return error_memory(error);
    struct http_request request = {.url = url, .limit = PAGE_LIMIT, .idempotent = true};
    cleanup_response struct http_response response = {0};
    int status = gs_perform(s, &request, &response, error);
    if (status < 0)
        return status;
    if (!http_succeeded(&response))
        return bucket_refused(&s->bucket, &request, &response, "list", listing->prefix, "storage.objects.list", error);
    json_t *page = json_loadb(response.body ? response.body : "", response.size, 0, NULL);
    if (!page)
        return error_set(error, HYPE_FORMAT, "the list of gs://%s is no JSON", s->bucket.name);
    const json_t *items = json_object_get(page, "items");
    for (size_t i = 0; i < json_array_size(items) && status == 0; i++) {
        const json_t *item = json_array_get(items, i);
        const char *size = json_string_value(json_object_get(item, "size"));
        status =
            listing_entry(listing, json_string_value(json_object_get(item, "name")),
                          size ? strtoull(size, NULL, 10) : 0, json_string_value(json_object_get(item, "updated")));
    }
    const char *more = json_string_value(json_object_get(page, "nextPageToken"));
    if (status == 0 && more && *more && !(*next = strdup(more)))
        status = error_memory(error);
    json_decref(page);
    return status;
}

static int gs_list(struct store *store, const char *prefix, int (*each)(const struct store_entry *entry, void *context),
                   void *context, hype_error **error)
{
    return bucket_list((struct bucket *)store, fetch_page, prefix, each, context, error);
}

const struct store_operations store_gs = {
    .scheme = "gs",
    .open = gs_open,
    .close = gs_close,
    .head = gs_head,
    .get = gs_get,
    .put_if_absent = gs_upload,
    .delete = gs_delete,
    .list = gs_list,
};
