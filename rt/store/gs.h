/* gs.h: a bucket of Google Cloud Storage, between gs.c and gs_upload.c. */
#ifndef HYPE_RT_STORE_GS_H
#define HYPE_RT_STORE_GS_H

#include "bucket.h"

struct gs_store {
    struct bucket bucket;
    char *endpoint; /* "https://storage.googleapis.com" */
    bool emulated;  /* no credentials */
};

/* Performs REQUEST with the credentials, once more with new ones where they have become stale. */
int gs_perform(const struct gs_store *store, struct http_request *request, struct http_response *response,
               hype_error **error);

/* The store's put_if_absent. */
int gs_upload(struct store *store, const char *name, const struct store_content *content, store_progress *progress,
              void *progress_context, bool *created, hype_error **error);

#endif
