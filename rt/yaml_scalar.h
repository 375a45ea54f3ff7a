/* yaml_scalar.h: what a plain scalar means: yaml_file.c's other half. */
#ifndef HYPE_RT_YAML_SCALAR_H
#define HYPE_RT_YAML_SCALAR_H

#include <jansson.h>

/* A new value of TEXT as go-yaml v2 resolves it: null, a boolean, an integer, a real or a string. NULL where it is a
 * number that JSON has not, or where memory is out. */
json_t *yaml_scalar(const char *text);

#endif
