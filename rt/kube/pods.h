/*
 * pods.h: the pods of one submitter in one namespace, and the warnings about them, told to the calls they belong to.
 *
 * One watch follows the pods (label hype.submitter), one the events of type Warning; both start with the first call.
 * A call's pods carry its id in the label hype.call: one pod, or the many of a Job.
 */
#ifndef HYPE_RT_KUBE_PODS_H
#define HYPE_RT_KUBE_PODS_H

#include "../task.h"
#include "client.h"

#define SUBMITTER_LABEL "hype.submitter"
#define CALL_LABEL      "hype.call"

struct pods;
int pods_open(struct kube_client *client, const char *namespace, const char *submitter, struct pods **pods,
              hype_error **error);
void pods_close(struct pods *pods); /* in a task, when no call listens; NULL is allowed */

/* A call that listens. Objects are borrowed; the functions run on the loop thread and must not wait. */
struct pods_listener {
    const char *call; /* the value of CALL_LABEL, for pods of a Job "-INDEX" too: with it the names of its pods begin */
    void (*changed)(struct pods_listener *listener, json_t *pod, bool deleted);
    void (*warned)(struct pods_listener *listener, json_t *event); /* of its pods, and of every claim */
    void (*listing)(struct pods_listener *listener, bool done);    /* as in watch.h */
    void (*failed)(struct pods_listener *listener, const hype_error *error);
    struct pods_listener *next;
};
/* In a task. */
int pods_listen(struct pods *pods, struct pods_listener *listener, hype_error **error);
void pods_leave(struct pods *pods, struct pods_listener *listener);

/* A call of one pod: its state, as far as the API has told it. */
struct pod_state {
    struct pods_listener listener;
    json_t *pod;               /* the last that was told, or NULL */
    json_t *warnings;          /* events about it and its claims, the last WARNINGS_KEPT, in the order they came */
    bool created;              /* set by the call once the server has confirmed it */
    bool deleted;              /* it is no longer there; POD may be what it was last */
    hype_error *failure;       /* the pods cannot be watched any more */
    struct task_event changed; /* any of these */
    bool expected, seen;       /* during a list */
    /* Of an index of a Job, whose pods follow one another: */
    bool indexed; /* set by the call */
    json_t *past; /* the pod that was given up last, or NULL */
    json_t *next; /* the pod that came after POD, or NULL */
};
#define WARNINGS_KEPT 16
int pod_state_open(struct pod_state *state, struct pods *pods, const char *call, hype_error **error);
/* What an answer of the server said about the pod; POD is borrowed. */
void pod_state_take(struct pod_state *state, json_t *pod);
/* Gives up the pod for the one that its Job makes next. */
void pod_state_advance(struct pod_state *state);
void pod_state_close(struct pod_state *state, struct pods *pods);

/* Whether one of the pod's volumes is the claim of that name. */
bool pod_uses_claim(json_t *pod, const char *claim);

#endif
