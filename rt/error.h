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

/* Replaces the strings of an error made with error_set(); the error copies TEXT (NULL: none). */
void error_set_backtrace(hype_error *error, const char *text);
void error_set_output(hype_error *error, const char *text);

/* Hands *ERROR to the calling thread as its last error (NULL: no error) and returns its status or 0. */
int error_publish(hype_error *error);

void error_free(hype_error *error); /* NULL is allowed */
void error_clear(hype_error **error);

#endif
