/*
 * output.h: what one remote function prints, on its way to this program's terminal, to a file or to a function of the
 * program's: put together to lines, and the end of it kept for errors.
 */
#ifndef HYPE_RT_OUTPUT_H
#define HYPE_RT_OUTPUT_H

#include "printer.h"

#define OUTPUT_TAIL_SIZE 4096 /* bytes of stderr that are kept for errors */

struct output {
    struct printer_source *source; /* NULL: no memory for it, and nothing is shown */
    struct output_line {
        char *text; /* a line that has not ended yet */
        size_t length, capacity;
    } lines[OUTPUT_STREAMS];
    char *tail; /* OUTPUT_TAIL_SIZE bytes, once something came */
    size_t tail_length;
    bool tail_cut; /* there was more before it */
    /* Words of hype-run's own on stdout: what stands behind this in a line is told, and not shown. */
    char announcement[40]; /* "": none */
    void (*announced)(void *context, const char *text);
    void *context;
};

/* LOGS: the folder for a file of its own, or NULL. */
void output_open(struct output *output, const char *function, const char *id, const char *logs);
/* DATA as it comes, cut anywhere. Whoever can let it wait asks printer_has_room() first. */
void output_write(struct output *output, enum output_stream stream, const void *data, size_t size);
/* Lines with MARK and NONCE before a blank are hype-run's own: ANNOUNCED gets what follows, on the loop thread. */
void output_announce(struct output *output, const char *mark, const char *nonce,
                     void (*announced)(void *context, const char *text), void *context);
/* Ends the last lines: nothing more comes. */
void output_end(struct output *output);
/* Until all of it is written where it belongs. Not on the loop thread. */
void output_drain(struct output *output);
/* The last lines of stderr; NULL where there are none. Valid until the next write. */
const char *output_tail(const struct output *output);
/* Frees, and does not wait for what is still to be written. */
void output_close(struct output *output);

#endif
