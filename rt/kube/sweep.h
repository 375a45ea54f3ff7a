/*
 * sweep.h: pods and transient claims that programs have left which ended without removing them.
 *
 * They carry their owner's name (rt/owner.h). What programs of this machine left that have ended is removed without
 * asking; of other machines' nobody here can tell, so that age is the only sign.
 */
#ifndef HYPE_RT_KUBE_SWEEP_H
#define HYPE_RT_KUBE_SWEEP_H

#include "../store/store.h"
#include "../submit/submitter.h"
#include "client.h"

/* In a task. STORE (NULL: unknown) is looked into for what pods that are removed have staged there. OLD may be NULL. */
int sweep_namespace(struct kube_client *client, const char *namespace, struct store *store, const struct leftovers *old,
                    hype_error **error);

#endif
