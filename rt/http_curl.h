/*
 * http_curl.h: libcurl, loaded when the first request is made.
 *
 * Linked, it would cost every program 5 ms at its start, for the thirty libraries that it needs itself.
 */
#ifndef HYPE_RT_HTTP_CURL_H
#define HYPE_RT_HTTP_CURL_H

#include "error.h"

#include <curl/curl.h>

#define CURL_FUNCTIONS(each)                                                                                           \
    each(easy_cleanup) each(easy_getinfo) each(easy_init) each(easy_setopt) each(easy_strerror) each(global_init)      \
        each(multi_add_handle) each(multi_assign) each(multi_info_read) each(multi_init) each(multi_remove_handle)     \
            each(multi_setopt) each(multi_socket_action) each(slist_append) each(slist_free_all) each(version)

/* curl_easy_init() is libcurl.easy_init(), and so on. */
struct curl_library {
#define DECLARE(name) __typeof__(curl_##name) *name;
    CURL_FUNCTIONS(DECLARE)
#undef DECLARE
};
extern struct curl_library libcurl;

/* Loads and initializes it; on the loop thread, once. */
int curl_load(hype_error **error);

#endif
