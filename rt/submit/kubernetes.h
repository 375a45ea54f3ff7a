/* kubernetes.h: the submitter k8s://CONTEXT/NAMESPACE, for those that find their cluster in another way (gke://). */
#ifndef HYPE_RT_SUBMIT_KUBERNETES_H
#define HYPE_RT_SUBMIT_KUBERNETES_H

#include "../kube/client.h"
#include "submitter.h"

/* Takes the submitter's options from URL, and CLIENT over, also when it fails. NAMESPACE NULL: the client's. RELEASE
 * (NULL: none) gets CONTEXT once the client is closed. The submitter's operations are the caller's to set. */
int kubernetes_open(struct submitter_url *url, struct kube_client *client, const char *namespace,
                    void (*release)(void *context), void *context, hype_submitter **submitter, hype_error **error);

/* The operations of such a submitter, beside scheme and open. */
int kubernetes_run(hype_submitter *submitter, struct job *job, hype_error **error);
int kubernetes_sweep(hype_submitter *submitter, const struct leftovers *old, hype_error **error);
void kubernetes_check(hype_submitter *submitter, struct checklist *list);
void kubernetes_close(hype_submitter *submitter);

#endif
