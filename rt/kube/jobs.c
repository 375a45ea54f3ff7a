/* jobs.c: who shares a Job, and the Job as the JSON that creates it. */
#include "jobs.h"

#include "../batch.h"
#include "../log.h"
#include "../task.h"
#include "../util.h"
#include "object.h"
#include "pods.h"

#include <string.h>

enum {
    LARGEST = 500,  /* indexes: their manifests' names are to fit into one object */
    KEPT_S = 86400, /* after its end, where nobody deletes it */
};

struct indexed_job {
    struct jobs *jobs;
    hype_env env;
    const struct hype_entry *entry;
    struct job_member *members;
    size_t n_members, n_ready;
    struct task_event complete; /* all are ready */
    bool making, perhaps;       /* it may be there */
    char name[80];
    struct task_event made; /* or not: */
    hype_error *failure;
};

/* ---- The object ---- */

/* As often as the one that has most attempts left. */
static unsigned most_retries(const struct indexed_job *job)
{
    unsigned most = 0;
    for (const struct job_member *m = job->members; m; m = m->next) {
        unsigned attempts = m->plan->job->env.retry.attempts, had = m->plan->job->batch->attempts;
        if (attempts > had && attempts - had > most)
            most = attempts - had;
    }
    return most;
}

/* Gives the members their indexes. *STAGED, a new string, tells a sweep what they have staged. */
static json_t *number_members(const struct indexed_job *job, const char *name, char **staged)
{
    json_t *manifests = json_array();
    size_t index = 0;
    *staged = strdup("");
    for (struct job_member *m = job->members; m; m = m->next) {
        const struct staged *its = m->plan->staged;
        cleanup_free char *before = *staged;
        *staged =
            before ? text_format("%s%s%s %s", before, *before ? " " : "", m->plan->job->id, its->manifest_name) : NULL;
        json_array_append_new(manifests, json_string(its->manifest));
        snprintf(m->pods, sizeof m->pods, "%s-%zu", name, index++);
    }
    return manifests;
}

static json_t *metadata_of(const json_t *of_pods, const char *name, const char *staged)
{
    json_t *metadata = json_deep_copy(of_pods);
    json_object_set_new(metadata, "name", json_string(name));
    json_object_set_new(json_object_get(metadata, "annotations"), MANIFEST_ANNOTATION, json_string(staged));
    return metadata;
}

static int describe(const struct indexed_job *job, const struct pod_plan *plan, json_t **made, hype_error **error)
{
    json_t *template;
    cleanup_free char *staged = NULL;
    int status = pod_template(plan, &template, error);
    if (status < 0)
        return status;
    json_t *metadata = json_object_get(template, "metadata");
    json_object_del(metadata, "name");
    json_object_del(metadata, "generateName");
    json_object_del(metadata, "namespace");
    json_object_del(json_object_get(metadata, "annotations"), MANIFEST_ANNOTATION);
    json_t *containers = json_object_get(json_object_get(template, "spec"), "containers");
    json_object_set_new(pod_named(containers, POD_CONTAINER), "args", number_members(job, plan->job->id, &staged));
    json_t *of_job = metadata_of(metadata, plan->job->id, staged);
    json_object_del(json_object_get(metadata, "labels"), QUEUE_LABEL); /* the Job waits in it, with all its pods */
    *made = json_pack("{s:s, s:s, s:o, s:{s:s, s:i, s:i, s:i, s:s, s:i, s:O}}", "apiVersion", "batch/v1", "kind", "Job",
                      "metadata", of_job, "spec", "completionMode", "Indexed", "completions", (int)job->n_members,
                      "parallelism", (int)job->n_members, "backoffLimitPerIndex", (int)most_retries(job),
                      "podReplacementPolicy", "Failed", "ttlSecondsAfterFinished", KEPT_S, "template", template);
    json_decref(template);
    return *made && staged ? 0 : error_memory(error);
}

/* ---- Making and deleting it ---- */

static void make(struct indexed_job *job, const struct pod_plan *plan)
{
    json_t *body = NULL, *answer = NULL;
    size_t n = job->n_members;
    job->making = true;
    snprintf(job->name, sizeof job->name, "%s", plan->job->id);
    task_shield_begin(); /* for the others */
    int status = describe(job, plan, &body, &job->failure);
    if (status == 0)
        status = kube_create(job->jobs->client, job->jobs->namespace, KUBE_JOBS, body, &answer, &job->perhaps,
                             &job->failure);
    task_shield_end();
    if (status < 0 && !job->failure)
        error_set(&job->failure, (hype_status)-status, "the Job cannot be made");
    if (status == 0)
        log_info("Kubernetes", "Created job %s of %zu batches", plan->job->id, n);
    json_decref(answer);
    json_decref(body);
    task_event_set(&job->made);
}

/* ---- Its members ---- */

static void close_to_others(struct indexed_job *job)
{
    if (job->jobs->open == job)
        job->jobs->open = NULL;
}

static void look_whether_complete(struct indexed_job *job)
{
    if (job->n_ready > 0 && job->n_ready == job->n_members)
        task_event_set(&job->complete);
}

int jobs_join(struct jobs *jobs, const struct job *job, struct job_member *member, hype_error **error)
{
    struct indexed_job *open = jobs->open;
    if (!open || open->entry != job->entry || memcmp(&open->env, &job->env, sizeof open->env) != 0 ||
        open->n_members == LARGEST) {
        open = calloc(1, sizeof *open);
        if (!open)
            return error_memory(error);
        open->jobs = jobs;
        open->entry = job->entry;
        memcpy(&open->env, &job->env, sizeof open->env);
        jobs->open = open;
    }
    member->of = open;
    member->next = open->members;
    open->members = member;
    open->n_members++;
    snprintf(member->pods, sizeof member->pods, "%s", job->id);
    return 0;
}

int jobs_make(struct job_member *member, const struct pod_plan *plan, hype_error **error)
{
    struct indexed_job *job = member->of;
    member->plan = plan;
    job->n_ready++;
    close_to_others(job);
    look_whether_complete(job);
    int status = task_event_wait(&job->complete, NO_DEADLINE);
    if (status == 0 && !job->making)
        make(job, plan);
    if (status == 0)
        status = task_event_wait(&job->made, NO_DEADLINE);
    if (status < 0) {
        jobs_leave(member, false); /* the plan is not there any longer */
        return status;
    }
    return job->failure ? error_set(error, (hype_status)-job->failure->status, "%s(): %s", plan->job->entry->name,
                                    job->failure->message)
                        : 0;
}

void jobs_leave(struct job_member *member, bool keep)
{
    struct indexed_job *job = member->of;
    struct job_member **at;
    if (!job)
        return;
    member->of = NULL;
    for (at = &job->members; *at != member; at = &(*at)->next)
        ;
    *at = member->next;
    job->n_members--;
    job->n_ready -= member->plan != NULL;
    look_whether_complete(job);
    if (job->n_members > 0)
        return;
    close_to_others(job);
    if (job->perhaps && !keep) {
        task_shield_begin();
        kube_delete(job->jobs->client, job->jobs->namespace, KUBE_JOBS, job->name, 1, NULL);
        task_shield_end();
    }
    error_free(job->failure);
    free(job);
}
