/* util.c: strings, files, time and digests. */
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

/* The low-level SHA-256 of libcrypto: the same code as behind EVP, without loading its providers, which would cost
 * a program's first call several milliseconds. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

char *text_format_list(const char *format, va_list arguments)
{
    char *text = NULL;
    return vasprintf(&text, format, arguments) < 0 ? NULL : text;
}

char *text_format(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = text_format_list(format, arguments);
    va_end(arguments);
    return text;
}

bool text_starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_has_one_of(const char *text, const char *const *words)
{
    while (*words && !strcasestr(text, *words))
        words++;
    return *words != NULL;
}

void text_random(char *out, size_t n)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    const unsigned even = 256 / 36 * 36; /* bytes above would favour the first digits */
    for (size_t i = 0; i < n;) {
        unsigned char bytes[16];
        ssize_t got = getrandom(bytes, sizeof bytes, 0);
        for (ssize_t j = 0; j < got && i < n; j++)
            if (bytes[j] < even)
                out[i++] = digits[bytes[j] % 36];
    }
    out[n] = 0;
}

int file_read(const char *path, size_t limit, char **data, size_t *size, hype_error **error)
{
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0)
        return error_system(error, errno, "cannot read %s", path);
    if (S_ISREG(status.st_mode) && (uint64_t)status.st_size > limit)
        return error_set(error, HYPE_FORMAT, "%s has %lld bytes; at most %zu make sense", path,
                         (long long)status.st_size, limit);
    size_t capacity = S_ISREG(status.st_mode) ? (size_t)status.st_size + 1 : 4096, length = 0;
    cleanup_free char *bytes = malloc(capacity + 1);
    if (!bytes)
        return error_memory(error);
    for (;;) {
        ssize_t n = read(fd, bytes + length, capacity - length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_system(error, errno, "cannot read %s", path);
        if (n == 0)
            break;
        length += (size_t)n;
        if (length > limit)
            return error_set(error, HYPE_FORMAT, "%s has more than %zu bytes, which is the most that makes sense", path,
                             limit);
        if (length == capacity) {
            char *more = realloc(bytes, capacity * 2 + 1);
            if (!more)
                return error_memory(error);
            bytes = more;
            capacity *= 2;
        }
    }
    bytes[length] = 0;
    *data = steal_pointer(bytes);
    *size = length;
    return 0;
}

int write_all(int fd, const void *data, size_t size)
{
    const char *next = data;
    while (size > 0) {
        ssize_t n = write(fd, next, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        next += n;
        size -= (size_t)n;
    }
    return 0;
}

int file_copy(int from, int to, uint64_t size)
{
    off_t in = 0, out = 0;
    while (size > 0) {
        ssize_t n = copy_file_range(from, &in, to, &out, size, 0);
        if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP))
            break;
        if (n < 0 && errno != EINTR)
            return -1;
        if (n == 0)
            return errno = EIO, -1;
        size -= n > 0 ? (uint64_t)n : 0;
    }
    char buffer[64 * 1024];
    while (size > 0) {
        ssize_t n = pread(from, buffer, size < sizeof buffer ? size : sizeof buffer, in);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return errno = n == 0 ? EIO : errno, -1;
        for (ssize_t done = 0, written; done < n; done += written > 0 ? written : 0)
            if ((written = pwrite(to, buffer + done, (size_t)(n - done), out + done)) < 0 && errno != EINTR)
                return -1;
        in += n, out += n, size -= (uint64_t)n;
    }
    return 0;
}

int folders_make(const char *path)
{
    cleanup_free char *part = strdup(path);
    if (!part)
        return errno = ENOMEM, -1;
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(part, 0700) < 0 && errno != EEXIST)
            return -1;
        *slash = '/';
    }
    return 0;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)walk;
    if (kind == FTW_DNR || kind == FTW_D)
        chmod(path, 0700);
    remove(path);
    return 0;
}

bool folder_remove(const char *path)
{
    if (rmdir(path) == 0) /* mostly there is nothing in it */
        return true;
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    return access(path, F_OK) < 0 && errno == ENOENT;
}

int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_after(double seconds)
{
    return seconds < LONGEST_S ? clock_ms() + (int64_t)(seconds * 1000) : INT64_MAX;
}

static void hexadecimal(const unsigned char digest[SHA256_DIGEST_LENGTH], char out[SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
    out[SHA256_HEX_SIZE - 1] = 0;
}

void sha256_hex(const void *data, size_t size, char out[SHA256_HEX_SIZE])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, data, size);
    SHA256_Final(digest, &context);
    hexadecimal(digest, out);
}

int sha256_hex_fd(int fd, char out[SHA256_HEX_SIZE], hype_error **error)
{
    enum { CHUNK = 256 * 1024 };
    cleanup_free char *buffer = malloc(CHUNK);
    if (!buffer)
        return error_memory(error);
    SHA256_CTX context;
    SHA256_Init(&context);
    for (off_t offset = 0;;) {
        ssize_t n = pread(fd, buffer, CHUNK, offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_system(error, errno, "cannot read back a file to compute its SHA-256");
        if (n == 0)
            break;
        SHA256_Update(&context, buffer, (size_t)n);
        offset += n;
    }
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_Final(digest, &context);
    hexadecimal(digest, out);
    return 0;
}

bool sha256_hex_valid(const char *text)
{
    return strspn(text, "0123456789abcdef") == SHA256_HEX_SIZE - 1 && text[SHA256_HEX_SIZE - 1] == 0;
}
