/*
 * s3_upload.c: putting objects into S3.
 *
 * A small object goes in one request. A large one goes in parts, side by side, that become an object when the upload is
 * completed. "If-None-Match: *" makes both a put-if-absent, which may be repeated without harm: 412 says that the
 * object is there. Every request is signed with the SHA-256 of its body, so that the service notices what is damaged.
 */
#include "s3.h"

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
    TRIES = 4, /* of an upload that meets another of the same name */
};

/* What became of an upload. S3 answers 409 where another of the same name is just being completed: such a one begins
 * anew, with all its parts. */
enum outcome { CREATED = 1, PRESENT, CONFLICT };

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

/* Bytes of the content, and their digest, computed on a worker thread. */
struct span {
    const struct store_content *content;
    uint64_t offset, size;
    char sha256[SHA256_HEX_SIZE];
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

/* What is soon done is done at once. */
static int compute_sha256(struct span *span)
{
    enum { LITTLE = 1 << 20 };
    return span->size <= LITTLE ? sha256_work(span) : task_offload(sha256_work, span);
}

static int make_checksum(struct upload *upload, hype_error **error)
{
    char text[CRC32C_TEXT_SIZE];
    int status = bucket_checksum(upload->content, text, error);
    if (status < 0)
        return status;
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

/* ---- Small objects ---- */

static int read_outcome(const struct upload *upload, const struct http_request *request,
                        const struct http_response *response, hype_error **error)
{
    if (http_succeeded(response) && !s3_failed(response))
        return CREATED;
    return response->status == 412   ? PRESENT
           : response->status == 409 ? CONFLICT
                                     : refused(upload, request, response, error);
}

static int upload_small(struct upload *upload, hype_error **error)
{
    const struct store_content *content = upload->content;
    struct span span = {.content = content, .size = content->size, .error = error};
    cleanup_free char *url = s3_url(upload->store, upload->name, "");
    int status = url ? compute_sha256(&span) : error_memory(error);
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
    status = s3_perform(upload->store, &request, span.sha256, &response, error);
    return status < 0 ? status : read_outcome(upload, &request, &response, error);
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
    int status = url ? compute_sha256(&span) : error_memory(error);
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

static int complete(struct upload *upload, hype_error **error)
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
    uint64_t size;
    int status = s3_perform(upload->store, &request, sha256, &response, error);
    if (status < 0)
        return status;
    /* An answer that was lost makes the second try find no upload any more, but an object. */
    if (response.status == 404 && s3_head(&upload->store->bucket.store, upload->name, &size, NULL) == 0 &&
        size == upload->content->size)
        return CREATED;
    return read_outcome(upload, &request, &response, error);
}

static void abort_upload(const struct upload *upload)
{
    cleanup_free char *query = text_format("?uploadId=%s", upload->session);
    cleanup_free char *url = query ? s3_url(upload->store, upload->name, query) : NULL;
    struct http_request request = {
        .method = "DELETE", .url = url, .idempotent = true, .attempts = 3, .connect_ms = 2000, .stall_s = 5};
    cleanup_response struct http_response response = {0};
    cleanup_error hype_error *failure = NULL;
    int status = 0;
    task_shield_begin();
    if (url)
        status = s3_perform(upload->store, &request, S3_EMPTY_SHA256, &response, &failure);
    task_shield_end();
    if (status == 0 && !http_succeeded(&response) && response.status != 404)
        s3_refused(upload->store, &request, &response, "clear away the parts of", upload->name,
                   "s3:AbortMultipartUpload", &failure);
    if (failure)
        log_warning("Staging", "%s", failure->message);
}

static int send_all(struct upload *upload, hype_error **error)
{
    struct task_group group = {0};
    int status = 0;
    for (uint64_t i = 0; i < upload->parts && i < SIDE_BY_SIDE && status == 0; i++)
        status = task_group_start(&group, send_parts, upload);
    status = task_group_wait(&group, error);
    return status < 0 ? status : complete(upload, error);
}

static void forget_parts(struct upload *upload)
{
    for (uint64_t i = 0; upload->etags && i < upload->parts; i++)
        free(upload->etags[i]);
    free(upload->etags);
    free(upload->session);
    upload->etags = NULL;
    upload->session = NULL;
    upload->next = upload->done = 0;
}

static int upload_in_parts(struct upload *upload, hype_error **error)
{
    uint64_t size = upload->content->size, least = (size + MOST_PARTS - 1) / MOST_PARTS, there;
    upload->part_size = least > PART_SIZE ? least : PART_SIZE;
    upload->parts = (size + upload->part_size - 1) / upload->part_size;
    int status = s3_head(&upload->store->bucket.store, upload->name, &there, NULL);
    if (status == 0 || status == -HYPE_CANCELLED) /* or it would be found out only after all was sent */
        return status == 0 ? PRESENT : error_set(error, HYPE_CANCELLED, "cancelled");
    upload->etags = calloc(upload->parts, sizeof *upload->etags);
    status = upload->etags ? begin(upload, error) : error_memory(error);
    if (status == 0) {
        status = send_all(upload, error);
        if (status != CREATED)
            abort_upload(upload);
    }
    forget_parts(upload);
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
    int status = make_checksum(&upload, error);
    for (unsigned tries = 1; status == 0; tries++) {
        status = content->size <= SMALL ? upload_small(&upload, error) : upload_in_parts(&upload, error);
        if (status == CONFLICT && tries == TRIES)
            status = error_set(error, HYPE_NETWORK, "cannot write %s/%s: others are writing it at the same time (409)",
                               store->uri, name);
        else if (status == CONFLICT && (status = http_pause(tries, 0, NULL)) < 0)
            error_set(error, HYPE_CANCELLED, "cancelled");
    }
    *created = status == CREATED;
    if (status > 0)
        progress(&upload, content->size);
    free(upload.checksum);
    return status < 0 ? status : 0;
}
