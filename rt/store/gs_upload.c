/*
 * gs_upload.c: putting objects into Google Cloud Storage.
 *
 * A small object goes in one request, with its name and checksum before it (uploadType=multipart). A large one goes in
 * chunks of a resumable session: when a connection breaks, the service is asked how far it got, and the upload goes on
 * from there. ifGenerationMatch=0 makes both a put-if-absent, which may be repeated without harm: 412 says that the
 * object is there. The service compares what it got with the CRC-32C that was announced; what was damaged on its way is
 * sent again.
 */
#include "gs.h"

#include "../log.h"
#include "../task.h"
#include "../util.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum {
    SMALL = 4 << 20, /* bytes that go in one request */
    /* Multiples of 256 KiB, as the service demands. It keeps what came of a broken chunk, but what stands between may
     * not: behind a break chunks are smaller. */
    CHUNK_LARGEST = 1 << 30,
    CHUNK_CAREFUL = 32 << 20,
    TRIES = 6,               /* of a chunk, without any progress */
    SESSIONS = 3,            /* one may be lost, or damaged on its way */
    ERRORS_OF_SESSION = 410, /* from here on there is no session any more; 404 too */
};

struct upload {
    struct gs_store *store;
    const char *name;
    const struct store_content *content;
    store_progress *progress;
    void *progress_context;
    char *metadata; /* JSON: the name and checksum */
    uint64_t chunk; /* bytes of the next one */
    uint64_t base;  /* what had arrived before the running request */
    char sum[CRC32C_TEXT_SIZE];
};

static int make_metadata(struct upload *upload, hype_error **error)
{
    int status = bucket_checksum(upload->content, upload->sum, error);
    if (status < 0)
        return status;
    cleanup_free char *whole = text_format("%s%s", upload->store->bucket.prefix, upload->name);
    json_t *metadata =
        whole ? json_pack("{ss ss ss}", "name", whole, "crc32c", upload->sum, "contentType", "application/octet-stream")
              : NULL;
    upload->metadata = metadata ? json_dumps(metadata, JSON_COMPACT) : NULL;
    json_decref(metadata);
    return upload->metadata ? 0 : error_memory(error);
}

static char *upload_url(const struct gs_store *s, const char *type)
{
    return text_format("%s/upload/storage/v1/b/%s/o?uploadType=%s&ifGenerationMatch=0", s->endpoint, s->bucket.name,
                       type);
}

static int refused(const struct upload *upload, const struct http_request *request,
                   const struct http_response *response, hype_error **error)
{
    return bucket_refused(&upload->store->bucket, request, response, "write", upload->name, "storage.objects.create",
                          error);
}

/* What has arrived has not the checksum that was announced. */
static bool damaged(const struct http_response *response)
{
    return response->status == 400 && response->body && strstr(response->body, "CRC32C");
}

static void on_sent(uint64_t size, void *context)
{
    struct upload *upload = context;
    if (upload->progress)
        upload->progress(upload->base + size, upload->content->size, upload->progress_context);
}

/* ---- Small objects ---- */

static int read_content(const struct store_content *content, char *out, hype_error **error)
{
    if (content->data) {
        memcpy(out, content->data, content->size);
        return 0;
    }
    for (uint64_t done = 0; done < content->size;) {
        ssize_t n = pread(content->fd, out + done, content->size - done, (off_t)done);
        if (n <= 0)
            return error_set(error, HYPE_SYSTEM, "cannot read the file that is to be uploaded");
        done += (uint64_t)n;
    }
    return 0;
}

static int upload_small(struct upload *upload, bool *created, hype_error **error)
{
    const struct store_content *content = upload->content;
    char boundary[33]; /* so much chance that no content has it */
    text_random(boundary, sizeof boundary - 1);
    cleanup_free char *type = text_format("Content-Type: multipart/related; boundary=%s", boundary);
    cleanup_free char *start = text_format("--%s\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n%s\r\n"
                                           "--%s\r\nContent-Type: application/octet-stream\r\n\r\n",
                                           boundary, upload->metadata, boundary);
    cleanup_free char *end = text_format("\r\n--%s--\r\n", boundary);
    cleanup_free char *url = upload_url(upload->store, "multipart");
    size_t start_size = start ? strlen(start) : 0, size = start_size + content->size + (end ? strlen(end) : 0);
    cleanup_free char *body = type && start && end && url ? malloc(size) : NULL;
    if (!body)
        return error_memory(error);
    const char *headers[] = {type, NULL};
    memcpy(body, start, start_size);
    memcpy(body + start_size + content->size, end, strlen(end));
    int status = read_content(content, body + start_size, error);
    if (status < 0)
        return status;
    struct http_request request = {.method = "POST",
                                   .url = url,
                                   .headers = headers,
                                   .body = body,
                                   .body_size = size,
                                   .idempotent = true,
                                   .transient = damaged};
    cleanup_response struct http_response response = {0};
    status = gs_perform(upload->store, &request, &response, error);
    *created = status == 0 && http_succeeded(&response);
    if (status == 0 && !*created && response.status != 412)
        status = refused(upload, &request, &response, error);
    if (status == 0)
        on_sent(content->size, upload);
    return status;
}

/* ---- Resumable sessions ---- */

/* What became of a session. */
enum outcome { GOING_ON = 1, CREATED, PRESENT, SESSION_LOST };

/* *SESSION stays NULL where the object is there. */
static int begin_session(struct upload *upload, char **session, hype_error **error)
{
    cleanup_free char *length = text_format("X-Upload-Content-Length: %llu", (unsigned long long)upload->content->size);
    cleanup_free char *url = upload_url(upload->store, "resumable");
    if (!length || !url)
        return error_memory(error);
    const char *headers[] = {"Content-Type: application/json; charset=UTF-8",
                             "X-Upload-Content-Type: application/octet-stream", length, NULL};
    struct http_request request = {.method = "POST",
                                   .url = url,
                                   .headers = headers,
                                   .body = upload->metadata,
                                   .body_size = strlen(upload->metadata),
                                   .idempotent = true};
    cleanup_response struct http_response response = {0};
    int status = gs_perform(upload->store, &request, &response, error);
    if (status < 0 || response.status == 412)
        return status;
    if (!http_succeeded(&response))
        return refused(upload, &request, &response, error);
    *session = http_header(&response, "location");
    return *session ? 0 : error_set(error, HYPE_FORMAT, "%s answered without a session to upload to", url);
}

/* The service compares the checksum, but an emulator may not, and nothing damaged must stay under the name. */
static int check_created(const struct upload *upload, const struct http_response *response, hype_error **error)
{
    json_t *answer = json_loadb(response->body ? response->body : "", response->size, 0, NULL);
    const char *size = json_string_value(json_object_get(answer, "size"));
    const char *sum = json_string_value(json_object_get(answer, "crc32c"));
    bool whole =
        (!size || strtoull(size, NULL, 10) == upload->content->size) && (!sum || strcmp(sum, upload->sum) == 0);
    json_decref(answer);
    if (whole)
        return CREATED;
    int status = store_gs.delete(&upload->store->bucket.store, upload->name, error);
    return status < 0 ? status : SESSION_LOST;
}

/* What an answer to a chunk or a question says; *OFFSET moves to where to go on. */
static int read_outcome(const struct upload *upload, const struct http_request *request,
                        const struct http_response *response, uint64_t *offset, hype_error **error)
{
    if (response->status == 308) {
        cleanup_free char *range = http_header(response, "range"); /* "bytes=0-262143"; none: nothing has arrived */
        unsigned long long last;
        *offset = range && sscanf(range, "bytes=0-%llu", &last) == 1 ? last + 1 : 0;
        if (*offset > upload->content->size)
            return error_set(error, HYPE_FORMAT, "the service says that it has %llu bytes of %llu",
                             (unsigned long long)*offset, (unsigned long long)upload->content->size);
        return GOING_ON;
    }
    if (http_succeeded(response))
        return check_created(upload, response, error);
    if (response->status == 412)
        return PRESENT;
    if (response->status == 404 || response->status == ERRORS_OF_SESSION || damaged(response))
        return SESSION_LOST;
    return refused(upload, request, response, error);
}

/* How much has arrived. */
static int ask(struct upload *upload, const char *session, uint64_t *offset, hype_error **error)
{
    cleanup_free char *range = text_format("Content-Range: bytes */%llu", (unsigned long long)upload->content->size);
    if (!range)
        return error_memory(error);
    const char *headers[] = {range, NULL};
    struct http_request request = {.method = "PUT", .url = session, .headers = headers, .idempotent = true};
    cleanup_response struct http_response response = {0};
    int status = gs_perform(upload->store, &request, &response, error);
    return status < 0 ? status : read_outcome(upload, &request, &response, offset, error);
}

static int send_chunk(struct upload *upload, const char *session, uint64_t *offset, struct http_response *response,
                      hype_error **error)
{
    const struct store_content *content = upload->content;
    uint64_t left = content->size - *offset, size = left < upload->chunk ? left : upload->chunk;
    cleanup_free char *range = text_format("Content-Range: bytes %llu-%llu/%llu", (unsigned long long)*offset,
                                           (unsigned long long)(*offset + size - 1), (unsigned long long)content->size);
    if (!range)
        return error_memory(error);
    const char *headers[] = {range, NULL};
    struct http_request request = {.method = "PUT",
                                   .url = session,
                                   .headers = headers,
                                   .body_fd = content->fd,
                                   .body = content->data ? (const char *)content->data + *offset : NULL,
                                   .body_offset = *offset,
                                   .body_size = size,
                                   .sent = on_sent,
                                   .context = upload};
    upload->base = *offset;
    int status = gs_perform(upload->store, &request, response, error);
    if (status == 0 && http_transient(response->status))
        return refused(upload, &request, response, error); /* -HYPE_NETWORK */
    return status < 0 ? status : read_outcome(upload, &request, response, offset, error);
}

/* Chunk after chunk until the session has an outcome. */
static int run_session(struct upload *upload, const char *session, hype_error **error)
{
    uint64_t offset = 0, farthest = 0;
    unsigned failures = 0;
    for (;;) {
        cleanup_response struct http_response response = {0};
        hype_error *failure = NULL;
        int status = send_chunk(upload, session, &offset, &response, &failure);
        if (status == -HYPE_NETWORK && failures + 1 < TRIES) {
            log_info("Staging", "%s; asking how far the upload got", failure ? failure->message : "broken off");
            error_clear(&failure);
            status = http_pause(++failures, 0, &response);
            if (status < 0)
                return error_set(error, HYPE_CANCELLED, "cancelled");
            status = ask(upload, session, &offset, &failure);
            upload->chunk = CHUNK_CAREFUL;
        }
        if (status != GOING_ON) {
            if (error && !*error)
                *error = steal_pointer(failure);
            error_free(failure);
            return status;
        }
        if (offset > farthest)
            failures = 0;
        farthest = offset > farthest ? offset : farthest;
        if (failures >= TRIES || offset >= upload->content->size)
            return error_set(error, HYPE_NETWORK, "the service does not get on with the upload of %s/%s",
                             upload->store->bucket.store.uri, upload->name);
    }
}

/* Nothing is left of an upload that failed. */
static void end_session(const struct upload *upload, const char *session)
{
    struct http_request request = {.method = "DELETE", .url = session, .attempts = 1, .connect_ms = 2000, .stall_s = 5};
    cleanup_response struct http_response response = {0};
    task_shield_begin();
    gs_perform(upload->store, &request, &response, NULL);
    task_shield_end();
}

static int upload_large(struct upload *upload, bool *created, hype_error **error)
{
    for (int i = 0; i < SESSIONS; i++) {
        cleanup_free char *session = NULL;
        int status = begin_session(upload, &session, error);
        if (status < 0 || !session)
            return status;
        status = run_session(upload, session, error);
        if (status < 0)
            end_session(upload, session);
        *created = status == CREATED;
        if (status != SESSION_LOST)
            return status < 0 ? status : 0;
        log_info("Staging", "the upload of %s was lost or damaged; starting anew", upload->name);
    }
    return error_set(error, HYPE_NETWORK, "Google Cloud Storage lost the upload of %s/%s, or got it damaged, %d times",
                     upload->store->bucket.store.uri, upload->name, SESSIONS);
}

int gs_upload(struct store *store, const char *name, const struct store_content *content, store_progress *progress,
              void *progress_context, bool *created, hype_error **error)
{
    struct upload upload = {.store = (struct gs_store *)store,
                            .name = name,
                            .content = content,
                            .chunk = CHUNK_LARGEST,
                            .progress = progress,
                            .progress_context = progress_context};
    *created = false;
    int status = make_metadata(&upload, error);
    if (status == 0)
        status = content->size <= SMALL ? upload_small(&upload, created, error) : upload_large(&upload, created, error);
    free(upload.metadata);
    return status;
}
