/* pipes.c: readers of pipes on the loop thread. */
#include "pipes.h"

#include "../util.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/epoll.h>

static ssize_t read_some(struct pipe_reader *reader)
{
    char buffer[16 * 1024];
    ssize_t n = read(reader->watch.fd, buffer, sizeof buffer);
    if (n > 0 && reader->output)
        output_write(reader->output, reader->stream, buffer, (size_t)n);
    return n;
}

static void pipe_ready(struct task_watch *watch, uint32_t events)
{
    (void)events;
    struct pipe_reader *reader = (struct pipe_reader *)watch;
    if (reader->output && !printer_has_room(&reader->waiter)) {
        task_watch_remove(watch);
        return;
    }
    ssize_t n = read_some(reader);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        task_watch_remove(watch);
}

static void room_again(struct printer_waiter *waiter)
{
    struct pipe_reader *reader = (struct pipe_reader *)((char *)waiter - offsetof(struct pipe_reader, waiter));
    task_watch_set(&reader->watch, EPOLLIN);
}

int pipe_reader_open(struct pipe_reader *reader, enum output_stream stream, int *end, hype_error **error)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return error_system(error, errno, "cannot make a pipe for a function's output");
    fcntl(fds[0], F_SETFL, O_NONBLOCK);
    *reader =
        (struct pipe_reader){.watch = {pipe_ready, fds[0]}, .waiter.resume = room_again, .output = NULL, .stream = stream};
    *end = fds[1];
    task_watch_set(&reader->watch, EPOLLIN);
    return 0;
}

void pipe_reader_drain(struct pipe_reader *reader)
{
    enum { READS = 64 }; /* a pipe's worth: what still writes must not keep the loop */
    for (int i = 0; i < READS && read_some(reader) > 0; i++)
        ;
}

void pipe_reader_close(struct pipe_reader *reader)
{
    if (reader->watch.fd < 0)
        return;
    task_watch_remove(&reader->watch);
    printer_forget(&reader->waiter);
    pipe_reader_drain(reader);
    close(reader->watch.fd);
    reader->watch.fd = -1;
}
