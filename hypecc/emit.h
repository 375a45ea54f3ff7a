/*
 * emit.h: a model as text.
 */
#ifndef HYPECC_EMIT_H
#define HYPECC_EMIT_H

#include "model.h"

#include <stdio.h>

/* The generated C of a unit, to be compiled behind the user's own text; nothing for a unit without entries. The same
 * model gives the same bytes. Returns 0, or -1 when memory is out. */
int emit_unit(const struct model_unit *unit, FILE *out);

/* For people: what each entry captures, and how. */
void explain_unit(const struct model_unit *unit, FILE *out);

#endif
