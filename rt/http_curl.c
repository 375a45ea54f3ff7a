/* http_curl.c: finds libcurl and its functions. */
#include "http_curl.h"

#include "util.h"

#include <dlfcn.h>
#include <openssl/crypto.h>

struct curl_library libcurl;

int curl_load(hype_error **error)
{
    static const struct {
        const char *name;
        size_t offset;
    } functions[] = {
#define LIST(name) {"curl_" #name, offsetof(struct curl_library, name)},
        CURL_FUNCTIONS(LIST)
#undef LIST
    };
    /* The loop may still be in the middle of a TLS record when the program's main() returns. */
    OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, NULL);
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return error_set(error, HYPE_SYSTEM, "cannot load libcurl, which speaks HTTP (Debian's package libcurl4): %s",
                         dlerror());
    for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
        void *function = dlsym(library, functions[i].name);
        if (!function)
            return error_set(error, HYPE_SYSTEM, "this libcurl is too old: it lacks %s", functions[i].name);
        *(void **)((char *)&libcurl + functions[i].offset) = function;
    }
    if (libcurl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(error, HYPE_SYSTEM, "cannot initialize libcurl");
    return 0;
}
