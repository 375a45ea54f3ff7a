/* library.c: dlopen() and dlsym(). */
#include "library.h"

#include <dlfcn.h>
#include <string.h>

int library_load(struct library *library, hype_error **error)
{
    if (library->loaded)
        return 0;
    void *handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        return error_set(error, HYPE_SYSTEM, "cannot load the library that %s: %s; install %s", library->purpose,
                         dlerror(), library->package);
    for (size_t i = 0; i < library->n_names; i++) {
        void *function = dlsym(handle, library->names[i]);
        if (!function)
            return error_set(error, HYPE_SYSTEM, "this %s is too old: it has no %s(); install %s", library->file,
                             library->names[i], library->package);
        memcpy((char *)library->table + i * sizeof function, &function, sizeof function);
    }
    library->loaded = true;
    return 0;
}
