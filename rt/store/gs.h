/* gs.h: a bucket of Google Cloud Storage, between gs.c and gs_upload.c. */
#ifndef HYPE_RT_STORE_GS_H
#define HYPE_RT_STORE_GS_H

#include "../http.h"
#include "store.h"

struct gs_store {
    struct store store;
    char *bucket;
    char *prefix;   /* "" or "dir/" */
    char *endpoint; /* "https://storage.googleapis.com" */
    bool emulated;  /* no credentials */
};

/* Performs REQUEST with the credentials, once more with new ones where they have become stale. */
int gs_perform(const struct gs_store *store, struct http_request *request, struct http_response *response,
               hype_error **error);

/* The error of an answer about the object NAME. DOING: "read"; PERMISSION: "storage.objects.get". */
int gs_refused(const struct gs_store *store, const struct http_request *request, const struct http_response *response,
               const char *doing, const char *name, const char *permission, hype_error **error);

/* The store's put_if_absent. */
int gs_upload(struct store *store, const char *name, const struct store_content *content, store_progress *progress,
              void *progress_context, bool *created, hype_error **error);

#endif
