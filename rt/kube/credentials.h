/*
 * credentials.h: what proves to an API server who one is, renewed before it expires and when it is refused.
 */
#ifndef HYPE_RT_KUBE_CREDENTIALS_H
#define HYPE_RT_KUBE_CREDENTIALS_H

#include "../auth/renewal.h"
#include "client.h"
#include "config.h"

/* One state of them, shared by the requests that use it. NULL: none of that kind. */
struct kube_credentials {
    unsigned users;
    char *ca, *certificate, *key; /* PEM */
    char *token;
    int64_t good_until;   /* clock_ms(); also of the files */
    int64_t plugin_until; /* what the credential plugin gave */
};

struct kube_identity {
    struct kube_config config;
    const struct kube_finder *finder; /* gives CONFIG's server and CA, and tokens; or NULL */
    void *context;                    /* of FINDER */
    struct kube_credentials *current;
    struct renewal renewal;
};

/* In a task: credentials that are good now (and config.server is then known), and are not REFUSED (NULL, or what the
 * server has answered with 401 to). Give them back with kube_credentials_release(). */
int kube_credentials_get(struct kube_identity *identity, const struct kube_credentials *refused,
                         struct kube_credentials **credentials, hype_error **error);
void kube_credentials_release(struct kube_credentials *credentials); /* NULL is allowed */

/* Whether there can be others than those that were refused. */
bool kube_credentials_renewable(const struct kube_identity *identity);

void kube_identity_free(struct kube_identity *identity);

#endif
