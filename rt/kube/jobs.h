/*
 * jobs.h: batches that become ready together, as the indexes of one Indexed Job.
 *
 * Batches of one function and environment that are begun before the first of them is staged share a Job. Its pods get
 * the manifests of all of them as arguments, and hype-run takes the one of its completion index. A pod that fails is
 * made again by the Job, as often as the retry policy has attempts left. The Job goes with the last of its batches.
 */
#ifndef HYPE_RT_KUBE_JOBS_H
#define HYPE_RT_KUBE_JOBS_H

#include "client.h"
#include "pod.h"

#define INDEX_LABEL "batch.kubernetes.io/job-completion-index"

/* Of one namespace; all is borrowed. */
struct jobs {
    struct kube_client *client;
    const char *namespace;
    struct indexed_job *open; /* that others may join; NULL: none */
};

/* A batch in a Job; zero-initialize. */
struct job_member {
    struct indexed_job *of; /* NULL: none */
    char pods[80];          /* what its pods are known by, see pods_listener */
    const struct pod_plan *plan;
    struct job_member *next;
};

/* A batch that is going to be staged. jobs_leave() is due in the end. */
int jobs_join(struct jobs *jobs, const struct job *job, struct job_member *member, hype_error **error);
/* In a task: it is staged. Waits for the others and until the Job is made. */
int jobs_make(struct job_member *member, const struct pod_plan *plan, hype_error **error);
/* In a task. KEEP: the Job stays also after the last. */
void jobs_leave(struct job_member *member, bool keep);

#endif
