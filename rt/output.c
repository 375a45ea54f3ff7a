/* output.c: lines of remote functions, prefixed, onto this program's stdout and stderr. */
#include "output.h"

#include "util.h"

#include <stdio.h>
#include <string.h>

#define LINE_LIMIT (64 * 1024) /* bytes after which a line is shown without waiting for its end */

void output_open(struct output *output, const char *function, const char *id)
{
    memset(output, 0, sizeof *output);
    const char *unique = strrchr(id, '-');
    snprintf(output->prefix, sizeof output->prefix, "[%.64s %s] ", function, unique ? unique + 1 : id);
}

static void show(struct output *output, enum output_stream stream, const char *text, size_t length)
{
    FILE *file = stream == OUTPUT_STDERR ? stderr : stdout;
    flockfile(file);
    fputs(output->prefix, file);
    fwrite(text, 1, length, file);
    if (length == 0 || text[length - 1] != '\n')
        fputc('\n', file);
    fflush(file);
    funlockfile(file);
}

static void keep_tail(struct output *output, const char *data, size_t size)
{
    if (!output->tail && !(output->tail = malloc(OUTPUT_TAIL_SIZE + 1)))
        return;
    if (size > OUTPUT_TAIL_SIZE) {
        data += size - OUTPUT_TAIL_SIZE;
        size = OUTPUT_TAIL_SIZE;
    }
    size_t kept = output->tail_length;
    if (kept + size > OUTPUT_TAIL_SIZE) {
        size_t drop = kept + size - OUTPUT_TAIL_SIZE;
        memmove(output->tail, output->tail + drop, kept - drop);
        kept -= drop;
    }
    memcpy(output->tail + kept, data, size);
    output->tail_length = kept + size;
    output->tail[output->tail_length] = 0;
}

static bool append(struct output_line *line, const char *data, size_t size)
{
    if (line->length + size > line->capacity) {
        size_t capacity = (line->length + size) * 2;
        char *text = realloc(line->text, capacity);
        if (!text)
            return false;
        line->text = text;
        line->capacity = capacity;
    }
    memcpy(line->text + line->length, data, size);
    line->length += size;
    return true;
}

void output_write(struct output *output, enum output_stream stream, const void *data, size_t size)
{
    const char *next = data, *end = next + size;
    if (stream != OUTPUT_STDOUT)
        keep_tail(output, data, size);
    while (next < end) {
        struct output_line *line = &output->lines[stream];
        const char *newline = memchr(next, '\n', (size_t)(end - next));
        size_t n = newline ? (size_t)(newline + 1 - next) : (size_t)(end - next);
        if (line->length == 0 && newline) {
            show(output, stream, next, n);
        } else if (!append(line, next, n)) {
            show(output, stream, next, n); /* no memory to wait for the end of the line: better cut than lost */
        } else if (newline || line->length >= LINE_LIMIT) {
            show(output, stream, line->text, line->length);
            line->length = 0;
        }
        next += n;
    }
}

void output_close(struct output *output)
{
    for (int stream = 0; stream < OUTPUT_STREAMS; stream++) {
        struct output_line *line = &output->lines[stream];
        if (line->length > 0)
            show(output, (enum output_stream)stream, line->text, line->length);
        free(line->text);
        memset(line, 0, sizeof *line);
    }
    free(output->tail);
    output->tail = NULL;
    output->tail_length = 0;
}
