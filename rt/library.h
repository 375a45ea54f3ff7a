/* library.h: libraries that are loaded when they are first needed. */
#ifndef HYPE_RT_LIBRARY_H
#define HYPE_RT_LIBRARY_H

#include "error.h"

#include <stddef.h>

struct library {
    const char *file;    /* "libcurl.so.4" */
    const char *purpose; /* "talks to the network" */
    const char *package; /* what to install */
    const char *const *names;
    size_t n_names;
    void *table; /* a struct of N_NAMES function pointers in the order of NAMES */
    bool loaded;
};

/* Loads it once and fills its table; -HYPE_SYSTEM says what to install. One thread at a time. */
int library_load(struct library *library, hype_error **error);

#endif
