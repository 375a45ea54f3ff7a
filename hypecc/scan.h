/*
 * scan.h: reads a C unit with libclang and describes its HYPE_FN functions as a model.
 */
#ifndef HYPECC_SCAN_H
#define HYPECC_SCAN_H

#include "diagnose.h"
#include "model.h"

enum scan_result {
    SCAN_DONE,
    SCAN_NOT_C /* the unit has errors of its own, or libclang cannot read it: the compiler will tell */
};

/* ARGUMENTS are the user's compiler arguments, the source file last. Fills UNIT, whose arena and source are set; a unit
 * that defines no HYPE_FN function has no entries. What is wrong with the annotated functions goes to DIAGNOSTICS. When
 * the result is SCAN_NOT_C, *REASON is libclang's first error, or NULL. */
enum scan_result scan_unit(int n_arguments, const char *const *arguments, struct diagnostics *diagnostics,
                           struct model_unit *unit, const char **reason);

#endif
