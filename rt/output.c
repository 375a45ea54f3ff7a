/* output.c: lines from pieces, each stream by itself, so that whole lines alternate as they end. */
#include "output.h"

#include "util.h"

#include <stdio.h>
#include <string.h>

#define LINE_LIMIT (64 * 1024) /* bytes after which a line is passed on without waiting for its end */

void output_open(struct output *output, const char *function, const char *id, const char *logs)
{
    memset(output, 0, sizeof *output);
    output->source = printer_source_new(function, id, logs);
}

static void keep_tail(struct output *output, const char *data, size_t size)
{
    if (!output->tail && !(output->tail = malloc(OUTPUT_TAIL_SIZE + 1)))
        return;
    if (size > OUTPUT_TAIL_SIZE) {
        data += size - OUTPUT_TAIL_SIZE;
        size = OUTPUT_TAIL_SIZE;
        output->tail_cut = true;
    }
    size_t kept = output->tail_length;
    if (kept + size > OUTPUT_TAIL_SIZE) {
        size_t drop = kept + size - OUTPUT_TAIL_SIZE;
        memmove(output->tail, output->tail + drop, kept - drop);
        kept -= drop;
        output->tail_cut = true;
    }
    for (size_t i = 0; i < size; i++)
        output->tail[kept + i] = data[i] ? data[i] : '?'; /* it becomes a string */
    output->tail_length = kept + size;
    output->tail[output->tail_length] = 0;
}

const char *output_tail(const struct output *output)
{
    const char *newline = output->tail && output->tail_cut ? strchr(output->tail, '\n') : NULL;
    return newline && newline[1] ? newline + 1 : output->tail; /* whole lines, where there is one */
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

/* What waits for its end, and SIZE bytes behind it. */
static void pass_on(struct output *output, enum output_stream stream, const char *data, size_t size)
{
    struct output_line *line = &output->lines[stream];
    if (line->length + size > 0)
        printer_put(output->source, stream, line->text, line->length, data, size);
    line->length = 0;
}

static void write_lines(struct output *output, enum output_stream stream, const char *rest, size_t size)
{
    struct output_line *line = &output->lines[stream];
    const char *newline = memrchr(rest, '\n', size);
    if (newline) {
        pass_on(output, stream, rest, (size_t)(newline + 1 - rest));
        size -= (size_t)(newline + 1 - rest);
        rest = newline + 1;
    }
    if (line->length + size >= LINE_LIMIT || (size > 0 && !append(line, rest, size)))
        pass_on(output, stream, rest, size); /* too long to wait for its end: better cut than lost */
}

void output_announce(struct output *output, const char *mark, const char *nonce,
                     void (*announced)(void *context, const char *text), void *context)
{
    snprintf(output->announcement, sizeof output->announcement, "%s%s ", mark, nonce);
    output->announced = announced;
    output->context = context;
}

/* A line without its newline; what stands before an announcement in it is the function's. False: there is none. */
static bool announce(struct output *output, char *text, size_t length)
{
    size_t mark = strlen(output->announcement);
    char *found = memmem(text, length, output->announcement, mark);
    if (!found)
        return false;
    cleanup_free char *said = strndup(found + mark, length - (size_t)(found + mark - text));
    if (said)
        output->announced(output->context, said);
    if (found > text)
        printer_put(output->source, OUTPUT_STDOUT, text, (size_t)(found - text), "\n", 1);
    return true;
}

/* Line by line, as each may be an announcement. */
static void write_announcing(struct output *output, const char *next, size_t size)
{
    struct output_line *line = &output->lines[OUTPUT_STDOUT];
    while (size > 0) {
        const char *newline = memchr(next, '\n', size);
        size_t n = newline ? (size_t)(newline + 1 - next) : size;
        if (!append(line, next, n))
            write_lines(output, OUTPUT_STDOUT, next, n);
        else if (newline && announce(output, line->text, line->length - 1))
            line->length = 0;
        else if (newline || line->length >= LINE_LIMIT)
            pass_on(output, OUTPUT_STDOUT, NULL, 0);
        next += n;
        size -= n;
    }
}

void output_write(struct output *output, enum output_stream stream, const void *data, size_t size)
{
    if (!output->source || size == 0)
        return;
    if (stream == OUTPUT_STDERR)
        keep_tail(output, data, size);
    if (stream == OUTPUT_STDOUT && output->announcement[0])
        write_announcing(output, data, size);
    else
        write_lines(output, stream, data, size);
}

void output_end(struct output *output)
{
    for (int stream = 0; stream < OUTPUT_STREAMS && output->source; stream++)
        pass_on(output, (enum output_stream)stream, NULL, 0);
}

void output_drain(struct output *output)
{
    if (output->source)
        printer_drain(output->source);
}

void output_close(struct output *output)
{
    output_end(output);
    printer_source_free(output->source);
    for (int stream = 0; stream < OUTPUT_STREAMS; stream++)
        free(output->lines[stream].text);
    free(output->tail);
    memset(output, 0, sizeof *output);
}
