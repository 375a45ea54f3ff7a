/* object.h: objects of a namespace, made and removed in the face of answers that get lost and servers that restart. */
#ifndef HYPE_RT_KUBE_OBJECT_H
#define HYPE_RT_KUBE_OBJECT_H

#include "client.h"

#define KUBE_PODS   "pods"
#define KUBE_CLAIMS "persistentvolumeclaims"
#define KUBE_JOBS   "jobs"

/* "/api/v1/namespaces/NAMESPACE/KIND" (Jobs are in "/apis/batch/v1"), and "/NAME" where NAME is not NULL; a new string.
 */
char *kube_path(const char *namespace, const char *kind, const char *name);

/* In a task: makes the object BODY. That one of its name is there already is no error (*ANSWER is NULL then): it is of
 * a try whose answer was lost. *PERHAPS (which may be NULL): it may be there, also after a failure. */
int kube_create(struct kube_client *client, const char *namespace, const char *kind, json_t *body, json_t **answer,
                bool *perhaps, hype_error **error);

/* In a task: deletes one object, whose processes get GRACE seconds, a Job with its pods, which go first. UNCHANGED (or
 * NULL) is metadata that it must still have: the same object, as it was. What is not there is no error; failures are
 * only logged. */
void kube_delete(struct kube_client *client, const char *namespace, const char *kind, const char *name, int grace,
                 json_t *unchanged);

#endif
