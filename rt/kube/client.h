/*
 * client.h: one Kubernetes API server, as one user.
 *
 * Everything runs in a task. Credentials (client certificates, tokens, exec plugins, service accounts) are renewed
 * here, also when the server answers 401; callers only see requests and JSON.
 */
#ifndef HYPE_RT_KUBE_CLIENT_H
#define HYPE_RT_KUBE_CLIENT_H

#include "../http.h"

#include <jansson.h>

struct kube_client;

/* By kubeconfig, as kubectl finds it (KUBECONFIG, ~/.kube/config). CONTEXT NULL: the current one, or, in a pod where
 * there is no kubeconfig, its service account. Contacts nothing yet. */
int kube_open(const char *context, struct kube_client **client, hype_error **error);

/* Where the server is known otherwise (GKE). TOKEN, in a task, gives a valid bearer token as a new string; RENEW asks
 * for one that is not the last. CA is PEM text, NULL for the system's; all are copied but CONTEXT. */
typedef int kube_token(void *context, bool renew, char **token, hype_error **error);
int kube_open_server(const char *server, const char *ca, kube_token *token, void *context, struct kube_client **client,
                     hype_error **error);

void kube_close(struct kube_client *client);                  /* NULL is allowed */
const char *kube_server(const struct kube_client *client);    /* "https://HOST:PORT" */
const char *kube_namespace(const struct kube_client *client); /* of the context; "default" where it names none */

/* Zero-initialize; all is borrowed for the call. */
struct kube_request {
    const char *method; /* NULL: GET */
    const char *path;   /* "/api/v1/namespaces/default/pods?labelSelector=…", escaped */
    json_t *body;       /* or NULL */
    const char *type;   /* of the body; NULL: application/json */
    bool idempotent;    /* may be repeated when nobody knows whether it arrived: all but POST are anyway */
    http_sink *sink;    /* takes the body of a 2xx answer as it comes (watch, log); or NULL */
    void *context;      /* of SINK */
    bool stream;        /* no limit on how long nothing may come */
    unsigned attempts;  /* as in http.h */
    int64_t deadline;   /* as in http.h; 0: none */
};

/*
 * 0 with a 2xx answer: *ANSWER (which may be NULL) is its JSON, or NULL where a sink took it; the caller's to decref.
 * Else a negative status whose error has the server's own words: -HYPE_NOT_FOUND (404), -HYPE_PERMISSION (401, 403:
 * with the rule of RBAC that would allow it), -HYPE_REFUSED (409, 422, admission, quota, …), -HYPE_NETWORK,
 * -HYPE_CANCELLED, -HYPE_TIMEOUT. *CODE (which may be NULL) is the HTTP status, 0 where there was no answer.
 */
int kube_perform(struct kube_client *client, const struct kube_request *request, json_t **answer, int *code,
                 hype_error **error);

#endif
