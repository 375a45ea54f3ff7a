/* curl.c: finds libcurl and its functions. */
#define CURL_TABLE_ITSELF
#include "curl.h"

#include "util.h"

#include <dlfcn.h>
#include <string.h>

struct curl_table curl_table;

int curl_load(hype_error **error)
{
    static bool loaded;
    static const char *const names[] = {
#define CURL_NAME(name) #name,
        CURL_FUNCTIONS(CURL_NAME)
#undef CURL_NAME
    };
    if (loaded)
        return 0;
    if (&curl_built_in) {
        curl_table = curl_built_in.table;
        loaded = true;
        return 0;
    }
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return error_set(error, HYPE_SYSTEM, "cannot load libcurl, which talks to the network: %s; install libcurl4",
                         dlerror());
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        void *function = dlsym(library, names[i]);
        if (!function)
            return error_set(error, HYPE_SYSTEM, "this libcurl is too old: it has no %s(); install libcurl4", names[i]);
        memcpy((char *)&curl_table + i * sizeof function, &function, sizeof function);
    }
    loaded = true;
    return 0;
}
