/* curl.c: finds libcurl and its functions. */
#define CURL_TABLE_ITSELF
#include "curl.h"

#include "library.h"
#include "util.h"

struct curl_table curl_table;

int curl_load(hype_error **error)
{
    static const char *const names[] = {
#define CURL_NAME(name) #name,
        CURL_FUNCTIONS(CURL_NAME)
#undef CURL_NAME
    };
    if (&curl_built_in) {
        curl_table = curl_built_in.table;
        return 0;
    }
    static struct library curl = {
        .file = "libcurl.so.4",
        .purpose = "talks to the network",
        .package = "libcurl4",
        .names = names,
        .n_names = ARRAY_SIZE(names),
        .table = &curl_table,
    };
    return library_load(&curl, error);
}
