/*
 * debug_library.h: elfutils' libdw, loaded when the first backtrace is read: programs that see no error pay nothing for
 * it.
 *
 * Its functions are reached through a table, whose fields have their names.
 */
#ifndef HYPE_RT_DEBUG_LIBRARY_H
#define HYPE_RT_DEBUG_LIBRARY_H

#include "debug_functions.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <stdbool.h>

struct dwarf_table {
#define DWARF_FIELD(name) __typeof__(name) *name;
    DWARF_FUNCTIONS(DWARF_FIELD)
#undef DWARF_FIELD
};

/* A static program cannot load it, since it has variables of threads: hypecc links it in, and gives it this table. */
extern const struct dwarf_table hype_dwarf_table __attribute__((weak, visibility("hidden")));

/* NULL where there is no libdw. With the lock of its only user held. */
const struct dwarf_table *dwarf_load(void);

#endif
