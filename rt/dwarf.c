/* dwarf.c: finds libdw and its functions. */
#include "dwarf.h"

#include "log.h"
#include "util.h"

#include <dlfcn.h>
#include <string.h>

const struct dwarf_table *dwarf_load(void)
{
    static struct dwarf_table table;
    static bool tried, loaded;
    static const char *const names[] = {
#define DWARF_NAME(name) #name,
        DWARF_FUNCTIONS(DWARF_NAME)
#undef DWARF_NAME
    };
    if (&hype_dwarf_table)
        return &hype_dwarf_table;
    if (tried)
        return loaded ? &table : NULL;
    tried = true;
    void *library = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL); /* and libelf with it */
    if (!library) {
        log_info("Backtrace", "no files and lines: cannot load libdw: %s; install libdw1", dlerror());
        return NULL;
    }
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        void *function = dlsym(library, names[i]);
        if (!function) {
            log_info("Backtrace", "no files and lines: this libdw has no %s()", names[i]);
            return NULL;
        }
        memcpy((char *)&table + i * sizeof function, &function, sizeof function);
    }
    loaded = true;
    return &table;
}
