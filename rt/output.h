/*
 * output.h: what remote functions print, on its way to this program's terminal.
 *
 * stdout goes to stdout and stderr to stderr, a whole line at a time, each behind "[function id] ".
 */
#ifndef HYPE_RT_OUTPUT_H
#define HYPE_RT_OUTPUT_H

#include <stddef.h>

/* OUTPUT_BOTH: nobody can tell any more which of the two it was. Shown as stdout is, kept for errors as stderr is. */
enum output_stream { OUTPUT_STDOUT, OUTPUT_STDERR, OUTPUT_BOTH, OUTPUT_STREAMS };

#define OUTPUT_TAIL_SIZE 4096 /* bytes of stderr that are kept for errors */

struct output {
    char prefix[96];
    struct output_line {
        char *text; /* a line that has not ended yet */
        size_t length, capacity;
    } lines[OUTPUT_STREAMS];
    char *tail; /* OUTPUT_TAIL_SIZE bytes, once something came */
    size_t tail_length;
};

void output_open(struct output *output, const char *function, const char *id);
/* DATA as it comes, cut anywhere. */
void output_write(struct output *output, enum output_stream stream, const void *data, size_t size);
/* Ends the last line, and frees. */
void output_close(struct output *output);

#endif
