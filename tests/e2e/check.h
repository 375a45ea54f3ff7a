/* check.h: what the end-to-end programs need: a failed check says where and ends the program with status 1. */
#ifndef HYPE_CHECK_H
#define HYPE_CHECK_H

#include <dirent.h>
#include <hype/hype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);                                    \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

/* The call succeeds. */
#define CALL(...)                                                                                                      \
    do {                                                                                                               \
        if (hype_call(__VA_ARGS__) < 0) {                                                                              \
            fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                                                            \
            hype_perror("call");                                                                                       \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

/* The call fails with STATUS, and its message contains TEXT. */
#define FAILS(wanted, text, ...)                                                                                       \
    do {                                                                                                               \
        int got_ = hype_call(__VA_ARGS__);                                                                             \
        const hype_error *error_ = hype_last_error();                                                                  \
        if (got_ != -(wanted) || !error_ || error_->status != got_ || !strstr(error_->message, text)) {                \
            fprintf(stderr, "%s:%d: %s '%s' instead of %s '%s'\n", __FILE__, __LINE__, hype_status_name(got_),         \
                    error_ ? error_->message : "", hype_status_name(wanted), text);                                    \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

/* Open ones of this process, and three entries that are always there; to be compared with an earlier count. */
static inline int open_descriptors(void)
{
    int n = 0;
    DIR *folder = opendir("/proc/self/fd");
    CHECK(folder);
    while (readdir(folder))
        n++;
    closedir(folder);
    return n;
}

#endif
