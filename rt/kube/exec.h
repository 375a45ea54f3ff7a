/* exec.h: credential plugins of kubeconfigs (client.authentication.k8s.io, v1 and v1beta1). */
#ifndef HYPE_RT_KUBE_EXEC_H
#define HYPE_RT_KUBE_EXEC_H

#include "config.h"

#include <stdint.h>

/* What a plugin gives: a token, or a certificate with its key, or both; what is not given is NULL. */
struct kube_exec_answer {
    char *token, *certificate, *key;
    int64_t good_until; /* clock_ms(); INT64_MAX where the plugin says no end */
};

/* In a task: runs the plugin of CONFIG. CA (or NULL) is what it is told of the cluster where it asks for that. The
 * strings of *ANSWER are the caller's to free. */
int kube_exec_run(const struct kube_config *config, const char *ca, struct kube_exec_answer *answer,
                  hype_error **error);

#endif
