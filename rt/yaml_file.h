/*
 * yaml_file.h: YAML and JSON files as jansson values, with the meaning that Kubernetes' own reader (sigs.k8s.io/yaml)
 * gives them: YAML 1.1's plain scalars ('yes' and 'on' are true, 0644 is octal, dates are strings), keys made strings,
 * merge keys applied.
 *
 * Refused: several documents, a key that stands twice, what JSON cannot say (NaN, infinity), unknown tags, nesting
 * beyond YAML_MOST_DEPTH, aliases that multiply into more than YAML_MOST_COPIED bytes.
 *
 * libyaml is loaded by the first call.
 */
#ifndef HYPE_RT_YAML_FILE_H
#define HYPE_RT_YAML_FILE_H

#include "error.h"

#include <jansson.h>

#define YAML_MOST_DEPTH  64
#define YAML_MOST_COPIED (8 << 20)

struct yaml {
    json_t *root; /* json_null() for an empty file */
    char *name;   /* of the file */
    char *text;   /* its content */
    size_t size;
};

/* Zero-initialize; yaml_free() also after a failure. Errors begin with "NAME:LINE:COLUMN: ". */
int yaml_parse(const char *name, const char *text, size_t size, struct yaml *yaml, hype_error **error);
int yaml_read(const char *path, struct yaml *yaml, hype_error **error);
void yaml_free(struct yaml *yaml);
#define cleanup_yaml __attribute__((cleanup(yaml_free)))

/* Makes the error -HYPE_INVALID of a value in the file: "NAME:LINE:COLUMN: " and the text. POINTER is its JSON pointer
 * (RFC 6901: "/spec/containers/0/image") as the file had it; where there is no such value its nearest parent's place
 * is told. */
int yaml_refuse(const struct yaml *yaml, const char *pointer, hype_error **error, const char *format, ...)
    PRINTF_LIKE(4, 5);

#endif
