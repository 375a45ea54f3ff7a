/*
 * s3_upload.c: putting objects into S3.
 *
 * A small object goes in one request. A large one goes in parts, side by side, that become an object when the upload is
 * completed. "If-None-Match: *" makes both a put-if-absent, which may be repeated without harm: 412 says that the
 * object is there. Every request is signed with the SHA-256 of its body, so that the service notices what is damaged.
 */
#include "s3.h"

#include "../crc32c.h"
#include "../log.h"
#include "../task.h"
#include "../util.h"
#include "../xml.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum {
    SMALL = 16 << 20,     /* bytes that go in one request */
    PART_SIZE = 16 << 20, /* at least */
    MOST_PARTS = 10000,
    SIDE_BY_SIDE = 4,
    CONFLICT = 409, /* another upload of the same name is just being completed */
    TRIES = 4,      /* after a conflict */
};

struct upload {
    struct s3_store *store;
    const char *name;
    const struct store_content *content;
    store_progress *progress;
    void *progress_context;
    char *checksum; /* header line */
    char *session;  /* of an upload in parts, escaped */
    uint64_t part_size, next, parts, done;
    char **etags; /* one a part */
};

/* ---- Digests ---- */

/* Bytes of the content, and what is computed of them on a worker thread. */
struct span {
    const struct store_content *content;
    uint64_t offset, size;
    char sha256[SHA256_HEX_SIZE];
    uint32_t sum;
    hype_error **error;
};

static int digest_file(struct span *span, EVP_MD_CTX *context)
{
    enum { CHUNK = 256 * 1024 };
    cleanup_free char *buffer = malloc(CHUNK);
    if (!buffer)
        return error_memory(span->error);
    for (uint64_t done = 0; done < span->size;) {
        uint64_t left = span->size - done;
        ssize_t n = pread(span->content->fd, buffer, left < CHUNK ? (size_t)left : CHUNK, (off_t)(span->offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return error_system(span->error, n < 0 ? errno : EIO, "cannot read the file that is to be uploaded");
        EVP_DigestUpdate(context, buffer, (size_t)n);
        done += (uint64_t)n;
    }
    return 0;
}

static int sha256_work(void *argument)
{
    struct span *span = argument;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(context);
        return error_memory(span->error);
    }
    int status = 0;
    if (span->content->data)
        EVP_DigestUpdate(context, (const char *)span->content->data + span->offset, span->size);
    else
        status = digest_file(span, context);
    EVP_DigestFinal_ex(context, digest, &size);
    EVP_MD_CTX_free(context);
    for (unsigned i = 0; i < size && i < 32; i++)
        snprintf(span->sha256 + (size_t)2 * i, 3, "%02x", digest[i]);
    return status;
}

static int crc32c_work(void *argument)
{
    struct span *span = argument;
    if (!span->content->data)
        return crc32c_fd(span->content->fd, span->content->size, &span->sum, span->error);
    span->sum = crc32c(0, span->content->data, span->content->size);
    return 0;
}

/* What is soon done is done at once. */
static int compute(int (*work)(void *span), struct span *span)
{
    enum { LITTLE = 1 << 20 };
    return span->size <= LITTLE ? work(span) : task_offload(work, span);
}

static int make_checksum(struct upload *upload, hype_error **error)
{
    struct span span = {.content = upload->content, .size = upload->content->size, .error = error};
    int status = compute(crc32c_work, &span);
    if (status < 0)
        return status;
    char text[CRC32C_TEXT_SIZE];
    crc32c_text(span.sum, text);
    upload->checksum = text_format("%s: %s", S3_CHECKSUM, text);
    return upload->checksum ? 0 : error_memory(error);
}

static int refused(const struct upload *upload, const struct http_request *request,
                   const struct http_response *response, hype_error **error)
{
    return s3_refused(upload->store, request, response, "write", upload->name, "s3:PutObject", error);
}

static void progress(const struct upload *upload, uint64_t done)
{
    if (upload->progress)
        upload->progress(done, upload->content->size, upload->progress_context);
}

/* Performs a request that 409 may answer, until it has been decided. */
static int perform_decided(struct upload *upload, struct http_request *request, const char *sha256,
                           struct http_response *response, hype_error **error)
{
    for (unsigned tries = 1;; tries++) {
        int status = s3_perform(upload->store, request, sha256, response, error);
        if (status < 0 || response->status != CONFLICT || tries == TRIES)
            return status;
        status = http_pause(tries, 0, response);
        http_response_free(response);
        if (status < 0)
            return error_set(error, HYPE_CANCELLED, "cancelled");
    }
}

/* ---- Small objects ---- */

static int upload_small(struct upload *upload, bool *created, hype_error **error)
{
    const struct store_content *content = upload->content;
    struct span span = {.content = content, .size = content->size, .error = error};
    cleanup_free char *url = s3_url(upload->store, upload->name, "");
    int status = url ? compute(sha256_work, &span) : error_memory(error);
    if (status < 0)
        return status;
    const char *headers[] = {"If-None-Match: *", upload->checksum, NULL};
    struct http_request request = {.method = "PUT",
                                   .url = url,
                                   .headers = headers,
                                   .body = content->data,
                                   .body_fd = content->fd,
                                   .body_size = content->size,
                                   .idempotent = true};
    cleanup_response struct http_response response = {0};
    status = perform_decided(upload, &request, span.sha256, &response, error);
    *created = status == 0 && http_succeeded(&response);
    if (status == 0 && !*created && response.status != 412)
        status = refused(upload, &request, &response, error);
    if (status == 0)
        progress(upload, content->size);
    return status;
}

/* ---- Uploads in parts ---- */

static int on_begun(void *context, const char *name, const char *text)
{
    struct upload *upload = context;
    if (strcmp(name, "UploadId") == 0 && !upload->session)
        return (upload->session = http_escape(text, false)) ? 0 : -HYPE_MEMORY;
    return 0;
}

static int begin(struct upload *upload, hype_error **error)
{
    cleanup_free char *url = s3_url(upload->store, upload->name, "?uploads=");
    if (!url)
        return error_memory(error);
    const char *headers[] = {upload->checksum, NULL};
    struct http_request request = {.method = "POST", .url = url, .headers = headers, .idempotent = true};
    cleanup_response struct http_response response = {0};
    int status = s3_perform(upload->store, &request, S3_EMPTY_SHA256, &response, error);
    if (status < 0)
        return status;
    if (!http_succeeded(&response))
        return refused(upload, &request, &response, error);
    status = xml_read(response.body, response.size, on_begun, upload, error);
    if (status == 0 && !upload->session)
        status = error_set(error, HYPE_FORMAT, "%s answered without an upload's id", url);
    return status;
}

static int send_part(struct upload *upload, uint64_t part, hype_error **error)
{
    const struct store_content *content = upload->content;
    uint64_t offset = part * upload->part_size, left = content->size - offset;
    struct span span = {.content = content, .offset = offset, .error = error};
    span.size = left < upload->part_size ? left : upload->part_size;
    cleanup_free char *query =
        text_format("?partNumber=%llu&uploadId=%s", (unsigned long long)part + 1, upload->session);
    cleanup_free char *url = query ? s3_url(upload->store, upload->name, query) : NULL;
    int status = url ? compute(sha256_work, &span) : error_memory(error);
    if (status < 0)
        return status;
    struct http_request request = {.method = "PUT",
                                   .url = url,
                                   .body_fd = content->fd,
                                   .body_offset = offset,
                                   .body = content->data ? (const char *)content->data + offset : NULL,
                                   .body_size = span.size,
                                   .idempotent = true};
    cleanup_response struct http_response response = {0};
    status = s3_perform(upload->store, &request, span.sha256, &response, error);
    if (status < 0)
        return status;
    upload->etags[part] = http_succeeded(&response) ? http_header(&response, "etag") : NULL;
    if (!upload->etags[part])
        return refused(upload, &request, &response, error);
    upload->done += span.size;
    progress(upload, upload->done);
    return 0;
}

static int send_parts(void *context, hype_error **error)
{
    struct upload *upload = context;
    int status = 0;
    while (upload->next < upload->parts && status == 0)
        status = send_part(upload, upload->next++, error);
    return status;
}

/* The list of parts as XML; a new string. */
static char *list_of_parts(const struct upload *upload)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fputs("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">", out);
    for (uint64_t i = 0; i < upload->parts; i++) {
        fprintf(out, "<Part><PartNumber>%llu</PartNumber><ETag>", (unsigned long long)i + 1);
        for (const char *c = upload->etags[i]; *c; c++)
            if (*c == '"')
                fputs("&quot;", out);
            else
                putc(*c, out);
        fputs("</ETag></Part>", out);
    }
    fputs("</CompleteMultipartUpload>", out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* The service may answer 200 and then say in the body that it failed after all. */
static int on_completed(void *context, const char *name, const char *text)
{
    bool *failed = context;
    (void)text;
    *failed = *failed || strcmp(name, "Error") == 0;
    return 0;
}

/* *DONE: the upload has become an object or is gone; nothing is left to abort. */
static int complete(struct upload *upload, bool *created, bool *done, hype_error **error)
{
    cleanup_free char *query = text_format("?uploadId=%s", upload->session), *body = list_of_parts(upload);
    cleanup_free char *url = query ? s3_url(upload->store, upload->name, query) : NULL;
    if (!url || !body)
        return error_memory(error);
    char sha256[SHA256_HEX_SIZE];
    sha256_hex(body, strlen(body), sha256);
    const char *headers[] = {"Content-Type: application/xml", "If-None-Match: *", NULL};
    struct http_request request = {.method = "POST",
                                   .url = url,
                                   .headers = headers,
                                   .body = body,
                                   .body_size = strlen(body),
                                   .stall_s = 300,
                                   .idempotent = true};
    cleanup_response struct http_response response = {0};
    int status = perform_decided(upload, &request, sha256, &response, error);
    if (status < 0 || response.status == 412)
        return status;
    bool failed = false;
    uint64_t size;
    if (http_succeeded(&response))
        status = xml_read(response.body, response.size, on_completed, &failed, error);
    *done = *created = http_succeeded(&response) && status == 0 && !failed;
    if (*done || status < 0)
        return status;
    /* An answer that was lost makes the second try find no upload any more, but an object. */
    if (response.status == 404 && s3_head(&upload->store->store, upload->name, &size, NULL) == 0 &&
        size == upload->content->size) {
        *done = *created = true;
        return 0;
    }
    return refused(upload, &request, &response, error);
}

static void abort_upload(const struct upload *upload)
{
    cleanup_free char *query = text_format("?uploadId=%s", upload->session);
    cleanup_free char *url = query ? s3_url(upload->store, upload->name, query) : NULL;
    struct http_request request = {
        .method = "DELETE", .url = url, .idempotent = true, .attempts = 3, .connect_ms = 2000, .stall_s = 5};
    cleanup_response struct http_response response = {0};
    task_shield_begin();
    if (url)
        s3_perform(upload->store, &request, S3_EMPTY_SHA256, &response, NULL);
    task_shield_end();
}

static int upload_in_parts(struct upload *upload, bool *created, hype_error **error)
{
    uint64_t size = upload->content->size, least = (size + MOST_PARTS - 1) / MOST_PARTS, there;
    upload->part_size = least > PART_SIZE ? least : PART_SIZE;
    upload->parts = (size + upload->part_size - 1) / upload->part_size;
    upload->etags = calloc(upload->parts, sizeof *upload->etags);
    if (!upload->etags)
        return error_memory(error);
    int status = s3_head(&upload->store->store, upload->name, &there, NULL);
    if (status == 0 || status == -HYPE_CANCELLED) /* or it would be found out only after all was sent */
        return status == 0 ? 0 : error_set(error, HYPE_CANCELLED, "cancelled");
    status = begin(upload, error);
    if (status < 0)
        return status;
    struct task_group group = {0};
    for (uint64_t i = 0; i < upload->parts && i < SIDE_BY_SIDE && status == 0; i++)
        status = task_group_start(&group, send_parts, upload);
    status = task_group_wait(&group, error);
    bool done = false;
    if (status == 0)
        status = complete(upload, created, &done, error);
    if (!done)
        abort_upload(upload);
    return status;
}

int s3_upload(struct store *store, const char *name, const struct store_content *content, store_progress *to,
              void *progress_context, bool *created, hype_error **error)
{
    struct upload upload = {.store = (struct s3_store *)store,
                            .name = name,
                            .content = content,
                            .progress = to,
                            .progress_context = progress_context};
    *created = false;
    int status = make_checksum(&upload, error);
    if (status == 0)
        status =
            content->size <= SMALL ? upload_small(&upload, created, error) : upload_in_parts(&upload, created, error);
    for (uint64_t i = 0; upload.etags && i < upload.parts; i++)
        free(upload.etags[i]);
    free(upload.etags);
    free(upload.session);
    free(upload.checksum);
    return status;
}
