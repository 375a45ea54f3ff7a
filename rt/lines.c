/* lines.c: a buffer for the line that has not ended yet. */
#include "lines.h"

#include "util.h"

#include <string.h>

static int append(struct lines *lines, const char *data, size_t size, hype_error **error)
{
    if (size > lines->limit || lines->length > lines->limit - size)
        return error_set(error, HYPE_FORMAT, "a line of more than %zu bytes came", lines->limit);
    if (lines->length + size >= lines->capacity) {
        size_t capacity = (lines->length + size + 1) * 2;
        char *text = realloc(lines->text, capacity);
        if (!text)
            return error_memory(error);
        lines->text = text;
        lines->capacity = capacity;
    }
    memcpy(lines->text + lines->length, data, size);
    lines->length += size;
    lines->text[lines->length] = 0;
    return 0;
}

int lines_feed(struct lines *lines, const void *data, size_t size, lines_each *each, void *context, hype_error **error)
{
    for (const char *next = data, *end = next + size; next < end;) {
        const char *newline = memchr(next, '\n', (size_t)(end - next));
        int status = append(lines, next, (size_t)((newline ? newline : end) - next), error);
        if (status < 0 || !newline)
            return status;
        size_t length = lines->length;
        lines->length = 0;
        status = each(context, lines->text, length, error);
        if (status != 0)
            return status;
        next = newline + 1;
    }
    return 0;
}

void lines_free(struct lines *lines)
{
    free(lines->text);
    *lines = (struct lines){.limit = lines->limit};
}
