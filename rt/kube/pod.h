/*
 * pod.h: the pod that runs a call, as the JSON that creates it.
 *
 * What the environment and the submitter say is laid over a template: an empty pod, or the pod file's (podfile.h),
 * whose other content stays as it is.
 */
#ifndef HYPE_RT_KUBE_POD_H
#define HYPE_RT_KUBE_POD_H

#include "../stage.h"

#include <jansson.h>

#define POD_CONTAINER       "hype-run"
#define POD_CLAIM_VOLUME    "hype-claim-" /* and a number: volumes of the environment's mounts */
#define MANAGED_LABEL       "app.kubernetes.io/managed-by"
#define MANAGED_BY          "hype"
#define STAGING_ANNOTATION  "hype.staging"  /* where the call was staged, */
#define MANIFEST_ANNOTATION "hype.manifest" /* and its manifest there */

/* All is borrowed. */
struct pod_plan {
    const struct job *job;
    const struct staged *staged;
    const char *submitter;       /* value of the label hype.submitter */
    const char *image;           /* where environment and pod file name none; or NULL */
    const char *service_account; /* likewise */
    const char *staging_secret;  /* whose keys become variables; or NULL */
    const char *staging_volume;  /* "host" or "claim:NAME", where pods see a folder that is the staging store */
    const char *const *claims;   /* of the environment's mounts, in their order */
    json_t *file;                /* of a pod file; or NULL */
    bool keep;                   /* nobody sweeps it */
};

/* A pod's metadata and spec, without a name: also what a Job's template wants. A new object. */
int pod_template(const struct pod_plan *plan, json_t **pod, hype_error **error);
/* The same as a Pod of the job's name. */
int pod_describe(const struct pod_plan *plan, json_t **pod, hype_error **error);

/* TEXT as a label's value may be: at most 63 characters of [A-Za-z0-9._-], letters or digits at both ends. */
void pod_label_value(const char *text, char value[64]);

/* The member NAME of what has NAME members, made as an empty object or array where it is not there; NULL when memory
 * is out. */
json_t *pod_child(json_t *parent, const char *name, bool array);
/* The one called NAME in an array of objects, or NULL. */
json_t *pod_named(json_t *array, const char *name);

#endif
