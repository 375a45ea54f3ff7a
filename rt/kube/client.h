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

/* A cluster that is found in another way (GKE). Both functions run in a task and give new strings. */
struct kube_finder {
    /* Before the first request: "https://HOST[:PORT]", and its CA as PEM text, NULL for the system's. */
    int (*locate)(void *context, char **server, char **ca, hype_error **error);
    /* A valid bearer token; RENEW asks for another than the last. */
    int (*token)(void *context, bool renew, char **token, hype_error **error);
};
/* SOURCE is what messages call the cluster; FINDER and CONTEXT are borrowed. */
int kube_open_found(const char *source, const struct kube_finder *finder, void *context, struct kube_client **client,
                    hype_error **error);

void kube_close(struct kube_client *client);                  /* NULL is allowed */
const char *kube_server(const struct kube_client *client);    /* "https://HOST:PORT", or how it will be found */
const char *kube_namespace(const struct kube_client *client); /* of the context; "default" where it names none */

/* Zero-initialize; all is borrowed for the call. */
struct kube_request {
    const char *method; /* NULL: GET */
    const char *path;   /* "/api/v1/namespaces/default/pods?labelSelector=…", escaped */
    json_t *body;       /* or NULL */
    const char *type;   /* of the body; NULL: application/json */
    bool whole;         /* as in http.h */
    http_sink *sink;    /* takes the body of a 2xx answer as it comes (watch, log); or NULL */
    void *context;      /* of SINK */
    bool stream;        /* no limit on how long nothing may come */
    unsigned attempts;  /* as in http.h */
    int64_t deadline;   /* as in http.h; 0: none */
};

/*
 * Requests are repeated where a server is busy or nobody knows whether they arrived: what a POST makes may then be
 * there already (409).
 *
 * 0 with a 2xx answer: *ANSWER (which may be NULL) is its JSON, or NULL where a sink took it; the caller's to decref.
 * Else a negative status whose error has the server's own words: -HYPE_NOT_FOUND (404), -HYPE_PERMISSION (401, 403:
 * with the rule of RBAC that would allow it), -HYPE_REFUSED (409, 422, admission, quota, …), -HYPE_NETWORK,
 * -HYPE_CANCELLED, -HYPE_TIMEOUT. *CODE (which may be NULL) is the HTTP status, 0 where there was no answer.
 */
int kube_perform(struct kube_client *client, const struct kube_request *request, json_t **answer, int *code,
                 hype_error **error);

#endif
