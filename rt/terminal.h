/* terminal.h: colours, for a terminal that has them and a user who has not set NO_COLOR (no-color.org). */
#ifndef HYPE_RT_TERMINAL_H
#define HYPE_RT_TERMINAL_H

#include <stddef.h>

/* Escape sequences; all empty where FD shall have none. */
struct terminal_style {
    const char *plain; /* ends each of the others */
    const char *failure, *strong, *quiet;
};
const struct terminal_style *terminal_style(int fd);

/* The colour of NUMBER, one of a few that can be read on light and dark; empty where FD shall have none. */
const char *terminal_colour(int fd, size_t number);

#endif
