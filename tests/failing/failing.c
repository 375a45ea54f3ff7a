/*
 * failing.c: makes what the library asks the system for fail, one request after the other.
 *
 * Linked into a copy of libhype, and of hype-run, with -Wl,--wrap for each function below. A program arms its library
 * through hype_test_arm(); hype-run reads "KIND NTH LASTING" from $TMPDIR/failing when it starts, and makes
 * $TMPDIR/failed when something fails.
 */
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum kind { NOTHING, MEMORY, DESCRIPTORS, SPACE };

static struct {
    int kind;
    long nth;     /* request of that kind that fails, from 1 */
    bool lasting; /* and all after it */
    long seen, failed;
    const char *mark; /* file to make when something fails, or NULL */
} failing;

__attribute__((visibility("default"))) void hype_test_arm(int kind, long nth, int lasting);
void hype_test_arm(int kind, long nth, int lasting)
{
    failing.nth = nth;
    failing.lasting = lasting;
    failing.seen = failing.failed = 0;
    __atomic_store_n(&failing.kind, kind, __ATOMIC_SEQ_CST);
}

/* How many have failed. */
__attribute__((visibility("default"))) long hype_test_disarm(void);
long hype_test_disarm(void)
{
    __atomic_store_n(&failing.kind, NOTHING, __ATOMIC_SEQ_CST);
    return failing.failed;
}

static bool fails(enum kind kind)
{
    if (__atomic_load_n(&failing.kind, __ATOMIC_SEQ_CST) != (int)kind)
        return false;
    long number = __atomic_add_fetch(&failing.seen, 1, __ATOMIC_SEQ_CST);
    if (failing.lasting ? number < failing.nth : number != failing.nth)
        return false;
    __atomic_add_fetch(&failing.failed, 1, __ATOMIC_SEQ_CST);
    int mark = failing.mark ? openat(AT_FDCWD, failing.mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (mark >= 0)
        close(mark);
    void *frames[16];
    if (number == failing.nth) /* where it was: shown when the call does not end as it should */
        backtrace_symbols_fd(frames, backtrace(frames, 16), STDERR_FILENO);
    errno = kind == MEMORY ? ENOMEM : kind == DESCRIPTORS ? EMFILE : ENOSPC;
    return true;
}

__attribute__((constructor)) static void begin(void)
{
    static char mark[4096];
    char path[4096], text[64] = "";
    const char *folder = getenv("TMPDIR");
    json_set_alloc_funcs(malloc, free); /* those of this file, where jansson is not linked in */
    int kind, lasting;
    long nth;
    snprintf(path, sizeof path, "%s/failing", folder ? folder : "");
    int fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0 || sscanf(text, "%d %ld %d", &kind, &nth, &lasting) != 3)
        return;
    snprintf(mark, sizeof mark, "%s/failed", folder);
    failing.mark = mark;
    hype_test_arm(kind, nth, lasting);
}

/* TYPE NAME(PARAMETERS): fails with FAILURE, or is the real one. */
#define WRAP(kind, failure, type, name, parameters, ...)                                                               \
    extern type __real_##name parameters;                                                                              \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        return fails(kind) ? (failure) : __real_##name(__VA_ARGS__);                                                   \
    }

WRAP(MEMORY, NULL, void *, malloc, (size_t size), size)
WRAP(MEMORY, NULL, void *, calloc, (size_t n, size_t size), n, size)
WRAP(MEMORY, NULL, void *, realloc, (void *block, size_t size), block, size)
WRAP(MEMORY, NULL, void *, aligned_alloc, (size_t alignment, size_t size), alignment, size)
WRAP(MEMORY, NULL, char *, strdup, (const char *text), text)
WRAP(MEMORY, NULL, char *, realpath, (const char *path, char *resolved), path, resolved)
WRAP(MEMORY, -1, int, vasprintf, (char **text, const char *format, va_list arguments), text, format, arguments)
WRAP(MEMORY, MAP_FAILED, void *, mmap, (void *at, size_t size, int prot, int flags, int fd, off_t offset), at, size,
     prot, flags, fd, offset)
WRAP(MEMORY, EAGAIN, int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument), thread, attributes,
     start, argument)
WRAP(MEMORY, ENOMEM, int, posix_spawnp,
     (pid_t * pid, const char *file, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
      char *const arguments[], char *const environment[]),
     pid, file, actions, attributes, arguments, environment)
WRAP(MEMORY, -1, pid_t, fork, (void), )

WRAP(DESCRIPTORS, -1, int, memfd_create, (const char *name, unsigned flags), name, flags)
WRAP(DESCRIPTORS, -1, int, pipe2, (int fds[2], int flags), fds, flags)
WRAP(DESCRIPTORS, -1, int, socketpair, (int domain, int type, int protocol, int fds[2]), domain, type, protocol, fds)
WRAP(DESCRIPTORS, -1, int, epoll_create1, (int flags), flags)
WRAP(DESCRIPTORS, -1, int, eventfd, (unsigned value, int flags), value, flags)
WRAP(DESCRIPTORS, -1, int, mkostemp, (char *template, int flags), template, flags)

extern int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    int mode = flags & O_CREAT ? va_arg(arguments, int) : 0;
    va_end(arguments);
    return fails(DESCRIPTORS) ? -1 : __real_open(path, flags, mode);
}

extern int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    int argument = va_arg(arguments, int);
    va_end(arguments);
    return command == F_DUPFD_CLOEXEC && fails(DESCRIPTORS) ? -1 : __real_fcntl(fd, command, argument);
}

WRAP(SPACE, -1, int, ftruncate, (int fd, off_t size), fd, size)
WRAP(SPACE, -1, int, mkdir, (const char *path, mode_t mode), path, mode)
WRAP(SPACE, -1, int, link, (const char *from, const char *to), from, to)
WRAP(SPACE, -1, ssize_t, pwrite, (int fd, const void *data, size_t size, off_t offset), fd, data, size, offset)
WRAP(SPACE, -1, ssize_t, copy_file_range,
     (int in, off_t *in_offset, int out, off_t *out_offset, size_t n, unsigned flags), in, in_offset, out, out_offset,
     n, flags)

extern ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size)
{
    struct stat status;
    bool file = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    return file && fails(SPACE) ? -1 : __real_write(fd, data, size);
}
