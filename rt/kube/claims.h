/*
 * claims.h: the persistent volume claims of one submitter in one namespace.
 *
 * Mounts of one volume share one claim. A transient claim is deleted when the submitter closes; it carries the owner's
 * label, by which what a killed program left is found. A persistent one is made where there is none, and kept.
 */
#ifndef HYPE_RT_KUBE_CLAIMS_H
#define HYPE_RT_KUBE_CLAIMS_H

#include "../util.h"
#include "client.h"

#define CLAIMS_MOST ARRAY_SIZE(((hype_env *)0)->mounts)

struct claims;
int claims_open(struct kube_client *client, const char *namespace, const char *submitter, struct claims **claims,
                hype_error **error);
/* In a task: deletes the transient ones. NULL is allowed. */
void claims_close(struct claims *claims);

/* The claims of an environment's mounts while a call uses them; zero-initialize. */
struct claims_use {
    const char *names[CLAIMS_MOST]; /* in the order of the mounts; they live as long as the claims */
    struct claim *of[CLAIMS_MOST];
    bool writing[CLAIMS_MOST];
    bool writes; /* to any: the pod's volumes must be seen to be released before the use ends */
};
/* In a task: makes what is missing. A call that only reads waits for calls that write to the same claim and were
 * started before it. claims_release() is due also after a failure. */
int claims_use(struct claims *claims, const hype_env *env, struct claims_use *use, hype_error **error);
void claims_release(struct claims_use *use);

/* In a task: the class of this claim refuses to be read by many. Makes it anew, once, for one node at a time, where
 * this has made it and it is not bound. */
int claims_narrow(struct claims *claims, const char *name, hype_error **error);

/* The claim as the JSON that creates it. A new object. */
json_t *claim_describe(const hype_volume *volume, const char *name, const char *submitter);

#endif
