/*
 * watch.h: what happens to the objects of one kind, followed by one connection.
 *
 * The objects are listed once; from then on the API server sends each change. A connection that ends is followed by
 * another that goes on where it ended; where the server has forgotten that place (410 Gone), everything is listed
 * again. Nothing is polled.
 */
#ifndef HYPE_RT_KUBE_WATCH_H
#define HYPE_RT_KUBE_WATCH_H

#include "../lines.h"
#include "client.h"

/* Called on the loop thread, sometimes outside any task: they must not wait. */
struct watch_listener {
    void (*changed)(void *context, json_t *object, bool deleted); /* OBJECT is borrowed */
    void (*listing)(void *context, bool done); /* a list begins; DONE: changed() has told all that there is */
    void (*failed)(void *context, const hype_error *error); /* nothing more will come */
    void *context;
};

/* What the server sends during a watch (one JSON value a line), cut anywhere. */
struct watch_stream {
    struct lines lines;
    const struct watch_listener *listener; /* borrowed */
    char version[64];                      /* the resourceVersion up to which everything was seen; "": list first */
    bool heard;                            /* something came */
    bool gone;                             /* the server has forgotten the version */
};
http_sink watch_stream_feed; /* its context is a struct watch_stream */

struct watch;
/* PATH is of the collection, with its selectors: "/api/v1/namespaces/x/pods?labelSelector=…". With FROM_NOW what is
 * there already is not told. LISTENER is copied. In a task. */
int watch_open(struct kube_client *client, const char *path, bool from_now, const struct watch_listener *listener,
               struct watch **watch, hype_error **error);
/* In a task. Afterwards the listener hears nothing more. NULL is allowed. */
void watch_close(struct watch *watch);

#endif
