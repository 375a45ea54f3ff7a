/* manifest.c: the reader of manifests, and the splitting of URIs, fed by libFuzzer. */
#include "manifest.h"

#include "store/store.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct manifest manifest;
    hype_error *error = NULL;
    char *text = malloc(size + 1), *uri, *name;
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    if (manifest_read(text, size, &manifest, &error) == 0) {
        /* What is read can be written, and reads back as itself. */
        struct manifest again;
        char *written = manifest_write(&manifest, NULL);
        if (written && (manifest_read(written, strlen(written), &again, NULL) < 0 ||
                        again.n_files != manifest.n_files || strcmp(again.function, manifest.function) != 0))
            abort();
        if (written)
            manifest_free(&again);
        free(written);
        manifest_free(&manifest);
    }
    error_free(error);
    if (store_split_uri(text, &uri, &name, NULL) == 0) {
        if (!store_name_valid(name))
            abort();
        free(uri);
        free(name);
    }
    free(text);
    return 0;
}
