/* lines.h: lines put together from pieces that are cut anywhere, as streams of JSON values come, one a line. */
#ifndef HYPE_RT_LINES_H
#define HYPE_RT_LINES_H

#include "error.h"

#include <stddef.h>

/* Zero-initialize, with the limit that a line may have in bytes. */
struct lines {
    size_t limit;
    char *text;
    size_t length, capacity;
};

/* A line without its newline, with a NUL behind it; not 0 ends the feeding. */
typedef int lines_each(void *context, const char *line, size_t length, hype_error **error);

/* Calls EACH for every line that DATA completes: 0, what EACH returned, -HYPE_FORMAT for a line that is too long, or
 * -HYPE_MEMORY. */
int lines_feed(struct lines *lines, const void *data, size_t size, lines_each *each, void *context, hype_error **error);
void lines_free(struct lines *lines); /* also what an unfinished line has left */

#endif
