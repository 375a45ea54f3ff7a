/* fork.h: what a module forgets in a child of fork(): locks that were its parent's threads', and work of theirs. */
#ifndef HYPE_RT_FORK_H
#define HYPE_RT_FORK_H

#include <pthread.h>

/* FUNCTION() runs in each child of fork(), before anything else there does. Once in a file. */
#define IN_FORKED_CHILD(function)                                                                                      \
    __attribute__((constructor)) static void watch_forks(void)                                                         \
    {                                                                                                                  \
        pthread_atfork(NULL, NULL, function);                                                                          \
    }                                                                                                                  \
    _Static_assert(1, "a semicolon follows")

#endif
