/*
 * printer.h: a thread that writes what remote functions print, so that a slow terminal holds up nobody but them.
 *
 * Text waits in one queue, in the order in which it came. The queue is bounded by its users: whoever reads a function's
 * output asks for room first, and leaves the output where it is until there is some; in the end the function waits, as
 * it would for its own terminal.
 */
#ifndef HYPE_RT_PRINTER_H
#define HYPE_RT_PRINTER_H

#include "error.h"

#include <stdbool.h>

enum output_stream { OUTPUT_STDOUT, OUTPUT_STDERR, OUTPUT_STREAMS };

/* Where both arrive as one stream, hype-run is asked by this variable to begin each line of stderr with the mark. */
#define OUTPUT_MARK          '\x1f'
#define OUTPUT_MARK_VARIABLE "HYPE_MARK_STDERR"

/* One call, as its output is shown. */
struct printer_source;
/* LOGS: the folder for a file of its own; NULL: behind a prefix on this program's stdout and stderr, or to the function
 * of hype_set_output(). NULL when memory is out. */
struct printer_source *printer_source_new(const char *function, const char *id, const char *logs);
void printer_source_free(struct printer_source *source); /* when what it has put is written */

/* Whole lines; the last may have no end. A then B, copied. */
void printer_put(struct printer_source *source, enum output_stream stream, const char *a, size_t a_size, const char *b,
                 size_t b_size);
/* Until all that SOURCE has put so far is written. Not on the loop thread. */
void printer_drain(struct printer_source *source);

/* The same for all sources. */
void printer_drain_all(void);

/* Loop thread only. Without room RESUME is called once there is some, on the loop thread, outside any task. */
struct printer_waiter {
    void (*resume)(struct printer_waiter *waiter);
    struct printer_waiter *next;
    bool waiting;
};
bool printer_has_room(struct printer_waiter *waiter);
void printer_forget(struct printer_waiter *waiter);

#endif
