/* error.c: error objects, and the last error of each thread. */
#include "error.h"

#include "util.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct error_object {
    hype_error shown; /* what users see */
    struct error_frame *frames;
    size_t n_frames;
};

/* What stands for an error when there is no memory to make one. Never freed. */
static struct error_object memory_object = {
    .shown = {.status = -HYPE_MEMORY, .error_number = ENOMEM, .message = "out of memory"}};
#define out_of_memory memory_object.shown

static __thread hype_error *last_error;
static pthread_key_t last_error_key; /* frees a thread's last error when the thread ends */
static pthread_once_t last_error_once = PTHREAD_ONCE_INIT;

void (*error_on_publish)(const hype_error *error);
void (*error_on_fail)(hype_error *error, void *return_address);

const char *hype_status_name(int status)
{
    static const char *const names[] = {
        "HYPE_OK",           "HYPE_INVALID",   "HYPE_NOT_BUILT",  "HYPE_MEMORY",  "HYPE_SYSTEM",  "HYPE_FORMAT",
        "HYPE_INCOMPATIBLE", "HYPE_NOT_FOUND", "HYPE_PERMISSION", "HYPE_NETWORK", "HYPE_REFUSED", "HYPE_LOST",
        "HYPE_TIMEOUT",      "HYPE_CANCELLED", "HYPE_NOT_LOADED", "HYPE_EXITED",  "HYPE_CRASHED", "HYPE_OUT_OF_MEMORY",
        "HYPE_FAILED",
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
    hype_error *made = calloc(1, sizeof(struct error_object));
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

static struct error_object *object_of(const hype_error *error)
{
    return (struct error_object *)(uintptr_t)error;
}

static void free_frames(struct error_object *object)
{
    for (size_t i = 0; i < object->n_frames; i++) {
        replace(&object->frames[i].text, NULL);
        replace(&object->frames[i].sha256, NULL);
    }
    free(object->frames);
    object->frames = NULL;
    object->n_frames = 0;
}

/* "#0 crash+0x12 (hello.so)", a line a frame. */
static char *text_of_frames(const struct error_frame *frames, size_t n)
{
    char *text = NULL;
    for (size_t i = 0; i < n; i++) {
        char *longer = text_format("%s#%zu %s\n", text ? text : "", i, frames[i].text);
        free(text);
        if (!(text = longer))
            break;
    }
    return text;
}

void error_set_frames(hype_error *error, const struct error_frame *frames, size_t n)
{
    struct error_object *object = object_of(error);
    if (error == &out_of_memory)
        return;
    free_frames(object);
    n = n < ERROR_FRAMES ? n : ERROR_FRAMES;
    object->frames = calloc(n + 1, sizeof *frames);
    for (; object->frames && object->n_frames < n; object->n_frames++) {
        const struct error_frame *from = &frames[object->n_frames];
        struct error_frame *to = &object->frames[object->n_frames];
        replace(&to->text, from->text ? from->text : "?");
        replace(&to->sha256, from->sha256);
        to->offset = from->offset;
        if (!to->text || (from->sha256 && !to->sha256)) {
            object->n_frames++;
            free_frames(object);
            break;
        }
    }
    cleanup_free char *text = text_of_frames(object->frames, object->n_frames);
    error_set_backtrace(error, text);
}

const struct error_frame *error_frames(const hype_error *error, size_t *n)
{
    *n = object_of(error)->n_frames;
    return object_of(error)->frames;
}

void error_set_cause(hype_error *error, hype_error *cause)
{
    if (error == &out_of_memory) {
        error_free(cause);
        return;
    }
    error_free((hype_error *)(uintptr_t)error->cause);
    error->cause = cause;
    for (int i = 0; i < ERROR_CAUSES && error; i++)
        error = (hype_error *)(uintptr_t)error->cause;
    if (error && error->cause) {
        error_free((hype_error *)(uintptr_t)error->cause);
        error->cause = NULL;
    }
}

void error_free(hype_error *error)
{
    while (error && error != &out_of_memory) {
        hype_error *cause = (hype_error *)(uintptr_t)error->cause;
        replace(&error->message, NULL);
        replace(&error->backtrace, NULL);
        replace(&error->output, NULL);
        free_frames(object_of(error));
        free(error);
        error = cause;
    }
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
    if (error_on_publish)
        error_on_publish(error);
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

hype_error *error_take_last(void)
{
    if (last_error)
        pthread_setspecific(last_error_key, NULL);
    return steal_pointer(last_error);
}
