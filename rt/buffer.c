/*
 * buffer.c: memory files, and the few of them that are kept.
 *
 * After a fork() two processes map the same files: what was in use then is not kept by either of them, and what was
 * kept is the parent's.
 */
#include "buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { KEPT = 8 };
#define KEPT_BYTES ((size_t)512 << 20) /* in all */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct buffer kept[KEPT];
static size_t n_kept, kept_bytes;
static _Atomic unsigned forks; /* that have made this process or a child of it */

static void release(struct buffer *buffer)
{
    if (buffer->fd >= 0) {
        munmap(buffer->data, buffer->capacity);
        close(buffer->fd);
    } else {
        free(buffer->data);
    }
}

static void after_fork(void)
{
    forks++;
}

static void after_fork_in_child(void)
{
    after_fork();
    pthread_mutex_init(&lock, NULL);
    while (n_kept > 0)
        release(&kept[--n_kept]);
    kept_bytes = 0;
}

static void watch_forks(void)
{
    pthread_atfork(NULL, after_fork, after_fork_in_child);
}

void buffer_discard(struct buffer *buffer)
{
    release(buffer);
    *buffer = (struct buffer)BUFFER_EMPTY;
}

void buffer_free(struct buffer *buffer)
{
    bool keep = false;
    if (buffer->fd >= 0 && !buffer->read_only) {
        pthread_mutex_lock(&lock);
        keep = buffer->forks == forks && n_kept < KEPT && buffer->capacity <= KEPT_BYTES - kept_bytes;
        if (keep) {
            kept[n_kept] = *buffer;
            kept[n_kept++].size = 0;
            kept_bytes += buffer->capacity;
        }
        pthread_mutex_unlock(&lock);
    }
    if (!keep)
        release(buffer);
    *buffer = (struct buffer)BUFFER_EMPTY;
}

/* The smallest kept buffer that is large enough, else the largest. */
static bool take_kept(size_t capacity, struct buffer *buffer)
{
    pthread_mutex_lock(&lock);
    size_t best = 0;
    for (size_t i = 1; i < n_kept; i++) {
        size_t a = kept[best].capacity, b = kept[i].capacity;
        if (a < capacity ? b > a : b >= capacity && b < a)
            best = i;
    }
    bool found = n_kept > 0;
    if (found) {
        *buffer = kept[best];
        buffer->forks = forks;
        kept[best] = kept[--n_kept];
        kept_bytes -= buffer->capacity;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

static size_t rounded(size_t capacity)
{
    return (capacity + 0xffff) & ~(size_t)0xffff;
}

static int grow_file(struct buffer *buffer, size_t capacity, hype_error **error)
{
    if (ftruncate(buffer->fd, (off_t)capacity) < 0)
        return error_system(error, errno, "cannot make a memory file of %zu bytes", capacity);
    char *data = mremap(buffer->data, buffer->capacity, capacity, MREMAP_MAYMOVE);
    if (data == MAP_FAILED)
        return error_system(error, errno, "cannot map %zu bytes", capacity);
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

int buffer_open_large(struct buffer *buffer, size_t capacity, hype_error **error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, watch_forks);
    capacity = rounded(capacity < BUFFER_LARGE ? BUFFER_LARGE : capacity);
    if (take_kept(capacity, buffer)) {
        int status = buffer->capacity < capacity ? grow_file(buffer, capacity, error) : 0;
        if (status < 0)
            buffer_discard(buffer);
        return status;
    }
    cleanup_close int fd = memfd_create("hype", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)capacity) < 0)
        return error_system(error, errno, "cannot make a memory file of %zu bytes", capacity);
    char *data = mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED)
        return error_system(error, errno, "cannot map %zu bytes", capacity);
    *buffer = (struct buffer){data, 0, capacity, steal_fd(&fd), false, forks};
    return 0;
}

int buffer_open_file(struct buffer *buffer, int fd, hype_error **error)
{
    struct stat status;
    cleanup_close int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    size_t capacity = BUFFER_LARGE;
    char *data = MAP_FAILED;
    if (own >= 0 && fstat(own, &status) == 0 && (size_t)status.st_size > capacity)
        capacity = (size_t)status.st_size; /* it has been used before: its pages are there, and are taken at once */
    if (own >= 0 && ftruncate(own, (off_t)capacity) == 0)
        data = mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_SHARED | (capacity > BUFFER_LARGE ? MAP_POPULATE : 0),
                    own, 0);
    if (data == MAP_FAILED)
        return error_system(error, errno, "cannot map a memory file of %zu bytes", capacity);
    *buffer = (struct buffer){data, 0, capacity, steal_fd(&own), true, 0};
    return 0;
}

int buffer_copy(struct buffer *buffer, const void *data, size_t size, hype_error **error)
{
    enum { ALIGNMENT = 64 };
    size_t capacity = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    char *copy = aligned_alloc(ALIGNMENT, capacity);
    if (!copy)
        return error_memory(error);
    memcpy(copy, data, size);
    *buffer = (struct buffer){copy, size, capacity, -1, false, 0};
    return 0;
}

int buffer_map(struct buffer *buffer, int fd, size_t size, hype_error **error)
{
    struct stat status;
    cleanup_close int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0 || fstat(own, &status) < 0)
        return error_system(error, errno, "cannot look at a memory file");
    if (size == 0 || (uint64_t)status.st_size < size)
        return error_set(error, HYPE_FORMAT, "a memory file has %lld bytes where %zu are expected",
                         (long long)status.st_size, size);
    char *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, own, 0);
    if (data == MAP_FAILED)
        return error_system(error, errno, "cannot map %zu bytes", size);
    *buffer = (struct buffer){data, size, size, steal_fd(&own), true, 0};
    return 0;
}

void buffer_settle(struct buffer *buffer)
{
    struct buffer copy;
    if (buffer->fd < 0 || buffer->size >= BUFFER_LARGE || buffer_copy(&copy, buffer->data, buffer->size, NULL) < 0)
        return;
    buffer_free(buffer);
    *buffer = copy;
}

static int grow_memory(struct buffer *buffer, size_t capacity, hype_error **error)
{
    capacity = capacity < 1024 ? 1024 : capacity;
    char *data = realloc(buffer->data, capacity);
    if (!data)
        return error_memory(error);
    buffer->data = data;
    buffer->capacity = capacity;
    return 0;
}

static int move_to_file(struct buffer *buffer, size_t capacity, hype_error **error)
{
    struct buffer large;
    int status = buffer_open_large(&large, capacity, error);
    if (status < 0)
        return status;
    if (buffer->size > 0)
        memcpy(large.data, buffer->data, buffer->size);
    large.size = buffer->size;
    free(buffer->data);
    *buffer = large;
    return 0;
}

int buffer_reserve_slow(struct buffer *buffer, uint64_t more, hype_error **error)
{
    uint64_t wanted;
    if (__builtin_add_overflow(buffer->size, more, &wanted) || wanted > SIZE_MAX / 4)
        return error_set(error, HYPE_INVALID, "%llu bytes more do not fit into a capture image",
                         (unsigned long long)more);
    size_t capacity = buffer->capacity + buffer->capacity / 2;
    capacity = capacity < wanted ? (size_t)wanted : capacity;
    if (buffer->fd >= 0)
        return grow_file(buffer, rounded(capacity), error);
    return capacity >= BUFFER_LARGE ? move_to_file(buffer, capacity, error) : grow_memory(buffer, capacity, error);
}
