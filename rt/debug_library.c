/* debug_library.c: finds libdw and its functions. */
#include "debug_library.h"

#include "library.h"
#include "log.h"
#include "util.h"

const struct dwarf_table *dwarf_load(void)
{
    static struct dwarf_table table;
    static const char *const names[] = {
#define DWARF_NAME(name) #name,
        DWARF_FUNCTIONS(DWARF_NAME)
#undef DWARF_NAME
    };
    static struct library library = {.file = "libdw.so.1", /* and libelf with it */
                                     .purpose = "reads backtraces",
                                     .package = "libdw1",
                                     .names = names,
                                     .n_names = ARRAY_SIZE(names),
                                     .table = &table};
    cleanup_error hype_error *error = NULL;
    if (&hype_dwarf_table)
        return &hype_dwarf_table;
    if (library_load(&library, &error) == 0)
        return &table;
    log_info("Backtrace", "no files and lines: %s", error->message);
    return NULL;
}
