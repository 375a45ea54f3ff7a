/*
 * mark.c: stderr with a mark at the head of each line, for places that keep stdout and stderr in one log and do not
 * tell them apart, as Kubernetes does (rt/kube/logs.h).
 *
 * Descriptor 2 becomes a pipe, and a thread passes on what comes through it. What is left in the pipe when hype-run
 * ends still goes; processes that the function has left behind and that hold the pipe open are not waited for.
 */
#include "runner.h"

#include "printer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

static struct {
    int log, source, stop;
    bool in_line;
    pthread_t thread;
} mark;

static void pass_on(const char *text, size_t size)
{
    char marked[8192];
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        if (!mark.in_line)
            marked[n++] = OUTPUT_MARK;
        marked[n++] = text[i];
        mark.in_line = text[i] != '\n';
    }
    write_all(mark.log, marked, n);
}

static void *pass_on_all(void *unused)
{
    char text[4096]; /* at most doubled */
    struct pollfd fds[2] = {{.fd = mark.source, .events = POLLIN}, {.fd = mark.stop, .events = POLLIN}};
    for (;;) {
        ssize_t n = 0;
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            break;
        if (fds[0].revents)
            n = read(mark.source, text, sizeof text);
        if (n > 0)
            pass_on(text, (size_t)n);
        else if (fds[0].revents || fds[1].revents)
            break;
    }
    return unused;
}

void mark_begin(void)
{
    int ends[2];
    if (!getenv(OUTPUT_MARK_VARIABLE) || unsetenv(OUTPUT_MARK_VARIABLE) < 0 || pipe2(ends, O_CLOEXEC) < 0)
        return;
    mark.source = ends[0];
    mark.log = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    mark.stop = eventfd(0, EFD_CLOEXEC);
    if (mark.log < 0 || mark.stop < 0 || pthread_create(&mark.thread, NULL, pass_on_all, NULL) != 0) {
        mark.log = 0; /* without marks, then */
        return;
    }
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
}

void mark_end(void)
{
    uint64_t one = 1;
    if (mark.log == 0)
        return;
    dup2(mark.log, STDERR_FILENO);
    if (write(mark.stop, &one, sizeof one) == sizeof one)
        pthread_join(mark.thread, NULL);
}
