/*
 * diagnose.h: what a pod's status and the events about it mean for the call that it runs.
 *
 * Pure functions of JSON as the API gives it. Words of the cluster's own are passed on; what can only get better with
 * time (a node that an autoscaler adds, a disk that is still attached elsewhere) is no error here.
 */
#ifndef HYPE_RT_KUBE_DIAGNOSE_H
#define HYPE_RT_KUBE_DIAGNOSE_H

#include "../error.h"

#include <jansson.h>

enum pod_phase {
    POD_WAITING, /* hype-run has not started */
    POD_RUNNING,
    POD_ENDED /* hype-run has ended, whatever other containers do */
};
enum pod_phase diagnose_phase(json_t *pod);

/* 0 as long as the pod (NULL: its Job has not made it yet) may still start, runs, or has left a termination message;
 * else the error that says why it never will. WARNINGS are events of type Warning about it, its claims and its Job, in
 * the order they came. */
int diagnose_pod(const char *function, json_t *pod, json_t *warnings, hype_error **error);

/* A claim of the pod whose storage class refuses to let many nodes read it, or NULL; borrowed. */
const char *diagnose_narrow_claim(json_t *pod, json_t *warnings);

/* The error of a pod that is no longer there. POD is what it was last, or NULL. */
int diagnose_deleted(const char *function, const char *name, json_t *pod, hype_error **error);

/* The error of one that has not started for SECONDS. */
int diagnose_pending(const char *function, const char *name, json_t *pod, json_t *warnings, double seconds,
                     hype_error **error);

/* What hype-run left, or NULL. */
const char *diagnose_message(json_t *pod);
const char *diagnose_node(json_t *pod);   /* or NULL */
const char *diagnose_result(json_t *pod); /* "Succeeded" or "Failed" */

#endif
