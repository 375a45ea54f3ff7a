/* check.h: whether a cluster answers, and lets its user do what calls need. */
#ifndef HYPE_RT_KUBE_CHECK_H
#define HYPE_RT_KUBE_CHECK_H

#include "../checklist.h"
#include "client.h"

/* In a task. False where there is no way to go on. */
bool kube_check(struct kube_client *client, const char *namespace, struct checklist *list);

#endif
