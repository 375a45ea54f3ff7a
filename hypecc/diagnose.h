/*
 * diagnose.h: errors, warnings and notes about the user's source, shown as the compiler shows its own.
 */
#ifndef HYPECC_DIAGNOSE_H
#define HYPECC_DIAGNOSE_H

#include "arena.h"

#include <stdbool.h>
#include <stdio.h>

enum diagnostic_severity { DIAGNOSTIC_NOTE, DIAGNOSTIC_WARNING, DIAGNOSTIC_ERROR };

/* A place in a source file. */
struct source_place {
    const char *file;      /* NULL: no place is known */
    unsigned line, column; /* from 1; the column counts bytes */
    unsigned length;       /* bytes to underline, at least 1 */
    const char *text;      /* the line, not terminated: TEXT_LENGTH bytes; NULL: not known */
    size_t text_length;
};

struct diagnostics {
    bool color, show_source;
    bool global_warning, global_error; /* -Whype-global: shown at all, shown as an error */
    unsigned n_errors;
    FILE *out;
};

/* What the user's compiler arguments say about diagnostics, to be written to OUT. */
void diagnostics_open(struct diagnostics *diagnostics, FILE *out, int n_arguments, const char *const *arguments);

/* Shows MESSAGE; OPTION is the warning's flag without "-W", or NULL. */
void diagnose(struct diagnostics *diagnostics, enum diagnostic_severity severity, const struct source_place *place,
              const char *option, const char *message);

#endif
