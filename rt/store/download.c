/* download.c: ranges of an object, side by side. */
#include "download.h"

#include "../log.h"
#include "../task.h"
#include "../util.h"
#include "bucket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    RANGE_SIZE = 8 << 20, /* bytes; also of the first range, which small objects fit into */
    SIDE_BY_SIDE = 8,
    TRIES = 3, /* of an object that arrives damaged */
};

struct run {
    const struct download_source *source;
    int fd;
    uint64_t limit, next, total;
    char *version, *checksum;
};

/* Where the bytes of one answer go. */
struct piece {
    struct run *run;
    uint64_t offset;
};

static int too_large(const struct run *run, uint64_t total, hype_error **error)
{
    return error_set(error, HYPE_FORMAT, "%s has %llu bytes or more where at most %llu are expected", run->source->uri,
                     (unsigned long long)total, (unsigned long long)run->limit);
}

static int write_piece(void *context, const void *data, size_t size, hype_error **error)
{
    struct piece *piece = context;
    if (size > piece->run->limit - piece->offset)
        return too_large(piece->run, piece->offset + size, error);
    while (size > 0) {
        ssize_t n = pwrite(piece->run->fd, data, size, (off_t)piece->offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_system(error, errno, "cannot write what comes from %s", piece->run->source->uri);
        data = (const char *)data + n;
        size -= (size_t)n;
        piece->offset += (uint64_t)n;
    }
    return 0;
}

static int fetch_range(struct run *run, uint64_t first, uint64_t size, struct http_response *response,
                       hype_error **error)
{
    struct piece piece = {run, first};
    struct http_request request = {.sink = write_piece,
                                   .context = &piece,
                                   .ranged = true,
                                   .range_first = first,
                                   .range_size = size,
                                   .idempotent = true};
    int status = run->source->fetch(run->source->context, run->version, &request, response, error);
    if (status == 0 && first > 0 && piece.offset - first != size)
        return error_set(error, HYPE_NETWORK, "%s: the server sent %llu bytes of a range of %llu", run->source->uri,
                         (unsigned long long)(piece.offset - first), (unsigned long long)size);
    return status;
}

static int first_range(struct run *run, hype_error **error)
{
    cleanup_response struct http_response response = {0};
    uint64_t size = run->limit < RANGE_SIZE - 1 ? run->limit + 1 : RANGE_SIZE; /* one more tells that it is too large */
    int status = fetch_range(run, 0, size, &response, error);
    if (status < 0)
        return status;
    cleanup_free char *range = http_header(&response, "content-range");
    unsigned long long total = response.total;
    if (response.status == 206 && (!range || sscanf(range, "bytes %*u-%*u/%llu", &total) != 1))
        return error_set(error, HYPE_FORMAT, "%s: the server does not say how large it is (Content-Range: %s)",
                         run->source->uri, range ? range : "missing");
    if (total > run->limit)
        return too_large(run, total, error);
    run->total = total;
    run->next = response.status == 206 ? response.total : total;
    run->version = http_header(&response, run->source->version_header);
    run->checksum = run->source->checksum(&response);
    return 0;
}

static int fetch_ranges(void *context, hype_error **error)
{
    struct run *run = context;
    while (run->next < run->total) {
        uint64_t first = run->next, left = run->total - first, size = left < RANGE_SIZE ? left : RANGE_SIZE;
        run->next += size;
        cleanup_response struct http_response response = {0};
        int status = fetch_range(run, first, size, &response, error);
        if (status < 0)
            return status;
    }
    return 0;
}

/* *SAME is true also where there is nothing to compare with. */
static int compare(struct run *run, bool *same, hype_error **error)
{
    struct store_content content = {.fd = run->fd, .size = run->total};
    char text[CRC32C_TEXT_SIZE];
    *same = true;
    if (!run->checksum)
        return 0;
    int status = bucket_checksum(&content, text, error);
    *same = strcmp(text, run->checksum) == 0;
    return status;
}

static int fetch_all(struct run *run, bool *same, hype_error **error)
{
    int status = first_range(run, error);
    if (status < 0)
        return status;
    uint64_t ranges = (run->total - run->next + RANGE_SIZE - 1) / RANGE_SIZE;
    struct task_group group = {0};
    for (uint64_t i = 0; i < ranges && i < SIDE_BY_SIDE && status == 0; i++)
        status = task_group_start(&group, fetch_ranges, run);
    status = task_group_wait(&group, error);
    return status < 0 ? status : compare(run, same, error);
}

int download(const struct download_source *source, int fd, uint64_t limit, uint64_t *size, hype_error **error)
{
    for (int tries = 1;; tries++) {
        struct run run = {.source = source, .fd = fd, .limit = limit};
        bool same;
        int status = fetch_all(&run, &same, error);
        free(run.version);
        free(run.checksum);
        *size = run.total;
        if (status < 0 || same)
            return status;
        if (tries == TRIES)
            return error_set(error, HYPE_NETWORK,
                             "%s arrived damaged %d times: its CRC-32C is not the one that the server tells",
                             source->uri, TRIES);
        log_warning("Staging", "%s arrived damaged; fetching it again", source->uri);
    }
}
