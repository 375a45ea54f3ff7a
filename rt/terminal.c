/* terminal.c: which escape sequences, if any. */
#include "terminal.h"

#include "util.h"

#include <string.h>

static bool coloured(int fd)
{
    const char *refused = getenv("NO_COLOR"), *kind = getenv("TERM");
    return !(refused && *refused) && !(kind && strcmp(kind, "dumb") == 0) && isatty(fd);
}

const struct terminal_style *terminal_style(int fd)
{
    static const struct terminal_style colours = {"\033[0m", "\033[1;31m", "\033[1m", "\033[2m"},
                                       none = {"", "", "", ""};
    return coloured(fd) ? &colours : &none;
}

const char *terminal_colour(int fd, size_t number)
{
    static const char *const colours[] = {"\033[36m", "\033[33m", "\033[32m", "\033[35m", "\033[34m",
                                          "\033[96m", "\033[93m", "\033[92m", "\033[95m", "\033[94m"};
    return coloured(fd) ? colours[number % ARRAY_SIZE(colours)] : "";
}
