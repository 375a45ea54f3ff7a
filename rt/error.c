/* error.c: error objects, and the last error of each thread. */
#include "error.h"

#include "util.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What stands for an error when there is no memory to make one. Never freed. */
static hype_error out_of_memory = {.status = -HYPE_MEMORY, .error_number = ENOMEM, .message = "out of memory"};

static __thread hype_error *last_error;
static pthread_key_t last_error_key; /* frees a thread's last error when the thread ends */
static pthread_once_t last_error_once = PTHREAD_ONCE_INIT;

const char *hype_status_name(int status)
{
    static const char *const names[] = {
        "HYPE_OK",           "HYPE_INVALID",   "HYPE_NOT_BUILT",  "HYPE_MEMORY",  "HYPE_SYSTEM",  "HYPE_FORMAT",
        "HYPE_INCOMPATIBLE", "HYPE_NOT_FOUND", "HYPE_PERMISSION", "HYPE_NETWORK", "HYPE_REFUSED", "HYPE_LOST",
        "HYPE_TIMEOUT",      "HYPE_CANCELLED", "HYPE_NOT_LOADED", "HYPE_EXITED",  "HYPE_CRASHED", "HYPE_OUT_OF_MEMORY",
    };
    unsigned index = status < 0 ? 0u - (unsigned)status : (unsigned)status;
    return index < ARRAY_SIZE(names) ? names[index] : "unknown status";
}

static void replace(const char **where, const char *text)
{
    free((void *)(uintptr_t)*where);
    *where = text ? strdup(text) : NULL;
}

int error_set(hype_error **error, hype_status status, const char *format, ...)
{
    if (!error || *error)
        return -(int)status;
    hype_error *made = calloc(1, sizeof *made);
    char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (!made || vasprintf(&message, format, arguments) < 0) {
        free(made);
        made = NULL;
    }
    va_end(arguments);
    if (!made)
        return error_memory(error);
    made->status = -(int)status;
    made->message = message;
    *error = made;
    return -(int)status;
}

int error_system(hype_error **error, int error_number, const char *format, ...)
{
    hype_status status = HYPE_SYSTEM;
    if (error_number == ENOMEM)
        status = HYPE_MEMORY;
    else if (error_number == EACCES || error_number == EPERM)
        status = HYPE_PERMISSION;
    else if (error_number == ENOENT)
        status = HYPE_NOT_FOUND;
    if (!error || *error)
        return -(int)status;
    cleanup_free char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text = NULL;
        return error_memory(error);
    }
    error_set(error, status, "%s: %s", text, strerror(error_number));
    if (*error != &out_of_memory)
        (*error)->error_number = error_number;
    return -(int)status;
}

int error_memory(hype_error **error)
{
    if (error && !*error)
        *error = &out_of_memory;
    return -HYPE_MEMORY;
}

int error_wrap(hype_error **error, int status, const char *format, ...)
{
    if (!error || !*error)
        return status;
    if (*error == &out_of_memory)
        return -HYPE_MEMORY;
    cleanup_free char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text = NULL;
        return (*error)->status;
    }
    char *message = text_format("%s: %s", text, (*error)->message);
    if (message) {
        replace(&(*error)->message, NULL);
        (*error)->message = message;
    }
    return (*error)->status;
}

void error_set_backtrace(hype_error *error, const char *text)
{
    if (error != &out_of_memory)
        replace(&error->backtrace, text);
}

void error_set_output(hype_error *error, const char *text)
{
    if (error != &out_of_memory)
        replace(&error->output, text);
}

void error_free(hype_error *error)
{
    if (!error || error == &out_of_memory)
        return;
    replace(&error->message, NULL);
    replace(&error->backtrace, NULL);
    replace(&error->output, NULL);
    free(error);
}

void error_clear(hype_error **error)
{
    error_free(*error);
    *error = NULL;
}

static void free_last_error(void *error)
{
    error_free(error);
    last_error = NULL;
}

static void make_last_error_key(void)
{
    pthread_key_create(&last_error_key, free_last_error);
}

int error_publish(hype_error *error)
{
    if (!error && !last_error)
        return 0;
    pthread_once(&last_error_once, make_last_error_key);
    if (last_error != error)
        error_free(last_error);
    last_error = error;
    pthread_setspecific(last_error_key, error);
    return error ? error->status : 0;
}

const hype_error *hype_last_error(void)
{
    return last_error;
}

static bool ends_line(const char *text)
{
    return *text && text[strlen(text) - 1] == '\n';
}

void hype_perror(const char *prefix)
{
    const hype_error *error = last_error;
    if (prefix && *prefix)
        fprintf(stderr, "%s: ", prefix);
    fprintf(stderr, "%s\n", error ? error->message : "no error");
    if (error && error->backtrace)
        fprintf(stderr, "%s%s", error->backtrace, ends_line(error->backtrace) ? "" : "\n");
    if (error && error->output)
        fprintf(stderr, "last lines of its stderr:\n%s%s", error->output, ends_line(error->output) ? "" : "\n");
}
