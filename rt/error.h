/*
 * error.h: errors inside the library, made where the cause is known.
 *
 * A function that can fail takes 'hype_error **error' last and returns 0 or a negative hype_status. The error is made
 * by the function that knows the cause; callers on the way up may put words before it. The first error wins: setting
 * an error where one is already set keeps the old one. ERROR may be NULL for callers that need only the status.
 */
#ifndef HYPE_RT_ERROR_H
#define HYPE_RT_ERROR_H

#include <hype/hype.h>
#include <stddef.h>
#include <stdint.h>

#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))

/* Sets *ERROR and returns -STATUS. */
int error_set(hype_error **error, hype_status status, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same with HYPE_SYSTEM (HYPE_MEMORY for ENOMEM, HYPE_PERMISSION for EACCES and EPERM, HYPE_NOT_FOUND for
 * ENOENT), the text of ERROR_NUMBER behind the message. */
int error_system(hype_error **error, int error_number, const char *format, ...) PRINTF_LIKE(3, 4);

/* Memory is out: never fails itself. */
int error_memory(hype_error **error);

/* Puts "TEXT: " before the message of *ERROR, if there is one, and returns its status (or STATUS, where none is). */
int error_wrap(hype_error **error, int status, const char *format, ...) PRINTF_LIKE(3, 4);

#define ERROR_STATUS_LAST HYPE_FAILED
enum { ERROR_CAUSES = 16 /* as long as a chain of causes gets */, ERROR_FRAMES = 64 };

/* Where in the remote function an error came from. */
struct error_frame {
    const char *text;   /* what is known of it there: "crash+0x12 (hello.so)" */
    const char *sha256; /* of the staged file that it lies in, 64 digits; NULL: in another one */
    uint64_t offset;    /* of the instruction in that file's own addresses (p_vaddr) */
};

/* Replaces parts of an error made with error_set(). TEXT (NULL: none) and FRAMES are copied. */
void error_set_backtrace(hype_error *error, const char *text);
void error_set_output(hype_error *error, const char *text);
/* At most ERROR_FRAMES are taken; makes the backtrace of their texts. */
void error_set_frames(hype_error *error, const struct error_frame *frames, size_t n);
const struct error_frame *error_frames(const hype_error *error, size_t *n);
/* CAUSE then belongs to ERROR. What makes the chain longer than ERROR_CAUSES is dropped. */
void error_set_cause(hype_error *error, hype_error *cause);

/* Hands *ERROR to the calling thread as its last error (NULL: no error) and returns its status or 0. */
int error_publish(hype_error *error);
/* The calling thread has none afterwards. */
hype_error *error_take_last(void);

/* hype-run's, in the process of a call. The first is told of every publication; the second ends the process with an
 * error of hype_fail(), which returned to RETURN_ADDRESS; it does not return. */
extern void (*error_on_publish)(const hype_error *error);
extern void (*error_on_fail)(hype_error *error, void *return_address);

void error_free(hype_error *error); /* NULL is allowed */
void error_clear(hype_error **error);

#endif
