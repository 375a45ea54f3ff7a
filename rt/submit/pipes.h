/* pipes.h: what processes of this machine write, on its way to an output. */
#ifndef HYPE_RT_SUBMIT_PIPES_H
#define HYPE_RT_SUBMIT_PIPES_H

#include "../output.h"
#include "../task.h"

enum { PIPES = 2 /* of a process: OUTPUT_STDOUT and OUTPUT_STDERR */ };

/* The end of a pipe from which is read, as long as there is room for it: whoever writes then waits. Loop thread only. */
struct pipe_reader {
    struct task_watch watch;
    struct printer_waiter waiter;
    struct output *output; /* NULL: what comes is thrown away; may be changed at any time */
    enum output_stream stream;
};
#define PIPE_READER_CLOSED {.watch.fd = -1}

/* *END is what a process writes to; the caller's. */
int pipe_reader_open(struct pipe_reader *reader, enum output_stream stream, int *end, hype_error **error);
/* Takes what has been written so far. */
void pipe_reader_drain(struct pipe_reader *reader);
/* After that; whoever still has the other end is not waited for. Harmless for a closed one. */
void pipe_reader_close(struct pipe_reader *reader);

#endif
