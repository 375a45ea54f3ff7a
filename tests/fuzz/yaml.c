/* yaml.c: the reader of YAML, fed by libFuzzer. */
#include "yaml_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml yaml = {0}, again = {0};
    hype_error *error = NULL;
    int status = yaml_parse("input", (const char *)data, size, &yaml, &error);
    if ((status == 0) != (yaml.root != NULL) || (status < 0) != (error != NULL))
        abort();
    if (json_is_object(yaml.root) || json_is_array(yaml.root)) {
        /* What is read can be written as JSON, and reads back as itself. */
        char *json = json_dumps(yaml.root, 0);
        if (json && (yaml_parse("again", json, strlen(json), &again, NULL) < 0 || !json_equal(yaml.root, again.root)))
            abort();
        free(json);
        yaml_free(&again);
    }
    if (status == 0)
        yaml_refuse(&yaml, "/spec/containers/0/image", &error, "refused");
    error_free(error);
    yaml_free(&yaml);
    return 0;
}
