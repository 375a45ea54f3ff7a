/*
 * closure.c: hype_bind().
 *
 * The macro looks the function's bind function up here and calls it with the user's arguments; that one captures them
 * through hype_capture_frame(), which leaves the closure for hype_bind_end() in a variable of the thread. A binding
 * that fails yields a closure too, which carries the error to where results and errors are looked at.
 */
#include "closure.h"

#include "registry.h"
#include "trace.h"

static __thread hype_closure *pending;

/* When there is no memory even for a closure. */
static hype_closure *closure_new(void)
{
    hype_closure *closure = calloc(1, sizeof *closure);
    if (closure)
        closure->capture.image.fd = -1;
    return closure;
}

static void set_pending(hype_closure *closure)
{
    hype_closure_free(pending);
    pending = closure;
}

hype_function hype_bind_begin(hype_function function, const char *name, const char *file, int line)
{
    const struct hype_unit *unit;
    const struct hype_entry *entry;
    if (registry_find_function(function, &unit, &entry))
        return entry->bind;
    hype_closure *closure = closure_new();
    if (closure)
        error_set(&closure->error, HYPE_NOT_BUILT,
                  "%s:%d: %s is not known as a function that can run elsewhere: mark its definition HYPE_FN and build "
                  "the unit that defines it, and the program, with hypecc",
                  file, line, name);
    set_pending(closure);
    return NULL;
}

void hype_capture_frame(struct hype_unit *unit, uint32_t entry, const void *frame)
{
    hype_closure *closure = closure_new();
    int64_t began = trace_enabled() ? trace_clock() : 0;
    if (closure) {
        image_encode_arguments(unit, &unit->entries[entry], frame, &closure->capture, &closure->error);
        closure->bound[0] = began;
        closure->bound[1] = began ? trace_clock() : 0;
    }
    set_pending(closure);
}

hype_closure *hype_bind_end(void)
{
    return steal_pointer(pending);
}

void hype_closure_free(hype_closure *closure)
{
    if (!closure)
        return;
    capture_free(&closure->capture);
    error_free(closure->error);
    free(closure);
}
