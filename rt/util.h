/*
 * util.h: ownership shown in declarations, and the few helpers that every module needs.
 */
#ifndef HYPE_RT_UTIL_H
#define HYPE_RT_UTIL_H

#include "error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free_at(void *where)
{
    free(*(void **)where);
}
static inline void cleanup_close_at(int *where)
{
    if (*where >= 0)
        close(*where);
}
static inline void cleanup_error_at(hype_error **where)
{
    error_free(*where);
}
#define cleanup_free  __attribute__((cleanup(cleanup_free_at)))
#define cleanup_close __attribute__((cleanup(cleanup_close_at)))
#define cleanup_error __attribute__((cleanup(cleanup_error_at)))

/* Takes the value out of a variable that has a cleanup. */
#define steal_pointer(variable)                                                                                        \
    __extension__({                                                                                                    \
        __typeof__(variable) stolen_ = (variable);                                                                     \
        (variable) = NULL;                                                                                             \
        stolen_;                                                                                                       \
    })
static inline int steal_fd(int *fd)
{
    int stolen = *fd;
    *fd = -1;
    return stolen;
}

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* printf into a new string; NULL when memory is out. */
char *text_format(const char *format, ...) PRINTF_LIKE(1, 2);
char *text_format_list(const char *format, va_list arguments) PRINTF_LIKE(1, 0);
bool text_starts_with(const char *text, const char *prefix);
bool text_has_one_of(const char *text, const char *const *words); /* WORDS end with NULL; letters of either case */

/* N random characters of [a-z0-9] and a NUL into OUT[N + 1], from the kernel's generator. */
void text_random(char *out, size_t n);

/* The whole of a file into a new block with a NUL behind it; refuses more than LIMIT bytes. */
int file_read(const char *path, size_t limit, char **data, size_t *size, hype_error **error);
/* All SIZE bytes, whatever signals come between; 0 or -1 with errno. */
int write_all(int fd, const void *data, size_t size);
/* The first SIZE bytes of one file to the start of another, by the kernel where it can; 0 or -1 with errno. */
int file_copy(int from, int to, uint64_t size);

/* Makes the folders that PATH lies in, for this user only; 0 or -1 with errno. */
int folders_make(const char *path);
/* With all that is in it, as far as that is possible and on the same file system; whether nothing is there any more. */
bool folder_remove(const char *path);

int64_t clock_ms(void); /* monotonic, milliseconds */
/* What clock_ms() will be; from LONGEST_S on, INT64_MAX: never. */
int64_t clock_after(double seconds);
#define LONGEST_S 1e9

#define SHA256_HEX_SIZE 65 /* 64 digits and a NUL */
/* SHA-256 (FIPS 180-4) as lower-case hexadecimal. */
void sha256_hex(const void *data, size_t size, char out[SHA256_HEX_SIZE]);
int sha256_hex_fd(int fd, char out[SHA256_HEX_SIZE], hype_error **error); /* from offset 0 to the end */
bool sha256_hex_valid(const char *text);

#endif
