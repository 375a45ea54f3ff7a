/*
 * curl.h: libcurl, loaded when the first request is made.
 *
 * It brings two dozen libraries along, which would take longer to load than a whole call of the process submitter. So its
 * functions are reached through a table; the names stay curl's own. hype-run may have one built in, since the images
 * that it is copied into have none: runner/curl.c.
 */
#ifndef HYPE_RT_CURL_H
#define HYPE_RT_CURL_H

#include "error.h"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#define CURL_FUNCTIONS(X)                                                                                              \
    X(curl_easy_cleanup)                                                                                               \
    X(curl_easy_getinfo)                                                                                               \
    X(curl_easy_init)                                                                                                  \
    X(curl_easy_pause)                                                                                                 \
    X(curl_easy_setopt)                                                                                                \
    X(curl_easy_strerror)                                                                                              \
    X(curl_global_init)                                                                                                \
    X(curl_multi_add_handle)                                                                                           \
    X(curl_multi_assign)                                                                                               \
    X(curl_multi_info_read)                                                                                            \
    X(curl_multi_init)                                                                                                 \
    X(curl_multi_remove_handle)                                                                                        \
    X(curl_multi_setopt)                                                                                               \
    X(curl_multi_socket_action)                                                                                        \
    X(curl_slist_append)                                                                                               \
    X(curl_slist_free_all)                                                                                             \
    X(curl_version)

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

struct curl_table {
#define CURL_FIELD(name) __typeof__(name) *name##_;
    CURL_FUNCTIONS(CURL_FIELD)
#undef CURL_FIELD
};
extern struct curl_table curl_table;

/* A libcurl that is linked into the program, and certificate authorities (PEM) for where the system has none. */
struct curl_built_in {
    struct curl_table table;
    const char *authorities, *authorities_end;
};
extern const struct curl_built_in curl_built_in __attribute__((weak, visibility("hidden")));

/* Loads it once; -HYPE_SYSTEM says what to install. Loop thread only. */
int curl_load(hype_error **error);

#ifndef CURL_TABLE_ITSELF
#define curl_easy_cleanup        curl_table.curl_easy_cleanup_
#define curl_easy_getinfo        curl_table.curl_easy_getinfo_
#define curl_easy_init           curl_table.curl_easy_init_
#define curl_easy_pause          curl_table.curl_easy_pause_
#define curl_easy_setopt         curl_table.curl_easy_setopt_
#define curl_easy_strerror       curl_table.curl_easy_strerror_
#define curl_global_init         curl_table.curl_global_init_
#define curl_multi_add_handle    curl_table.curl_multi_add_handle_
#define curl_multi_assign        curl_table.curl_multi_assign_
#define curl_multi_info_read     curl_table.curl_multi_info_read_
#define curl_multi_init          curl_table.curl_multi_init_
#define curl_multi_remove_handle curl_table.curl_multi_remove_handle_
#define curl_multi_setopt        curl_table.curl_multi_setopt_
#define curl_multi_socket_action curl_table.curl_multi_socket_action_
#define curl_slist_append        curl_table.curl_slist_append_
#define curl_slist_free_all      curl_table.curl_slist_free_all_
#define curl_version             curl_table.curl_version_
#endif

#endif
