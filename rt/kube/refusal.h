/* refusal.h: what an API server's refusal means: its own words, and what to do. */
#ifndef HYPE_RT_KUBE_REFUSAL_H
#define HYPE_RT_KUBE_REFUSAL_H

#include "client.h"

/* What a request does to what, as RBAC calls it, taken from its method and path. */
struct kube_action {
    const char *verb; /* "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection" */
    char *group;      /* "" for the core group */
    char *namespace;  /* NULL: of the whole cluster */
    char *resource;   /* "pods", "pods/log"; NULL where the path is none of an API's resources */
    char *name;       /* or NULL */
};

/* Free it also after a failure. */
int kube_action_read(const char *method, const char *path, struct kube_action *action, hype_error **error);
void kube_action_free(struct kube_action *action);

/* The rule of RBAC that is missing, as a line of YAML with where it belongs: 'in a Role of namespace "x": {apiGroups:
 * …}'; a new string. VERBS are quoted, with commas between. */
char *kube_rule(const char *namespace, const char *group, const char *resource, const char *verbs);
char *kube_action_rule(const struct kube_action *action);

/* Makes the error of an answer that is not 2xx and returns its status. */
int kube_refused(const struct kube_client *client, const struct kube_request *request,
                 const struct http_response *response, hype_error **error);

#endif
