/*
 * kubernetes.c: calls in pods.
 *
 * A call is staged, a pod is created whose container hype-run gets the manifest as its argument, and what becomes of it
 * is heard from the submitter's one watch. Its log is followed from when the container runs. Whatever was made for the
 * call goes when it ends, however it ends; what a killed program left is told by its owner's label and swept when the
 * next submitter is used. Batches share Indexed Jobs instead (jobs.h): each follows the pods of its index.
 */
#include "kubernetes.h"

#include "../batch.h"
#include "../checklist.h"
#include "../kube/check.h"
#include "../kube/claims.h"
#include "../kube/diagnose.h"
#include "../kube/jobs.h"
#include "../kube/logs.h"
#include "../kube/object.h"
#include "../kube/pod.h"
#include "../kube/podfile.h"
#include "../kube/pods.h"
#include "../kube/pulled.h"
#include "../kube/sweep.h"
#include "../log.h"
#include "../retry.h"
#include "../stage.h"

#include <string.h>

/* Seconds. */
#define PENDING_TIMEOUT 600 /* a new node and a large image take some minutes */
#define PROBE_TIMEOUT   180 /* somebody looks on */

/* What a submitter has in one namespace. */
struct place {
    char *namespace;
    struct pods *pods;
    struct claims *claims;
    struct jobs jobs;
    struct place *next;
    struct kubernetes_submitter *submitter;
    task *sweeping; /* NULL: done */
    struct task_event swept;
};

struct kubernetes_submitter {
    hype_submitter submitter;
    struct kube_client *client;
    void (*release)(void *context); /* of the client's credentials */
    void *context;
    char id[9]; /* label of its pods */
    char *namespace;
    struct store *staging; /* NULL: none was named */
    char *image, *service_account, *staging_secret, *staging_volume;
    double pending_timeout; /* seconds */
    bool keep_pods;
    struct place *places;
};

/* ---- Namespaces ---- */

/* Best effort: a failure here shows again, and better, in what the calls do. */
static void sweep_main(void *context)
{
    struct place *place = context;
    cleanup_error hype_error *error = NULL;
    if (sweep_namespace(place->submitter->client, place->namespace, place->submitter->staging, NULL, &error) < 0)
        log_debug("Kubernetes", "sweeping %s: %s", place->namespace, error ? error->message : "");
    place->sweeping = NULL;
    task_event_set(&place->swept);
}

static void place_free(struct place *place)
{
    if (place->sweeping) {
        task_shield_begin();
        task_event_wait(&place->swept, NO_DEADLINE);
        task_shield_end();
    }
    claims_close(place->claims);
    pods_close(place->pods);
    free(place->namespace);
    free(place);
}

static int place_of(struct kubernetes_submitter *s, const char *namespace, struct place **found, hype_error **error)
{
    for (*found = s->places; *found; *found = (*found)->next)
        if (strcmp((*found)->namespace, namespace) == 0)
            return 0;
    struct place *place = calloc(1, sizeof *place);
    if (!place)
        return error_memory(error);
    place->submitter = s;
    place->namespace = strdup(namespace);
    place->jobs = (struct jobs){.client = s->client, .namespace = place->namespace};
    int status = place->namespace ? pods_open(s->client, namespace, s->id, &place->pods, error) : error_memory(error);
    if (status == 0)
        status = claims_open(s->client, namespace, s->id, &place->claims, error);
    if (status == 0)
        status = task_start(sweep_main, place, &place->sweeping, error);
    if (status < 0) {
        place_free(place);
        return status;
    }
    place->next = s->places;
    *found = s->places = place;
    return 0;
}

/* ---- A call ---- */

struct call {
    struct kubernetes_submitter *s;
    struct place *place;
    struct job *job;
    json_t *file; /* the pod file's; or NULL */
    struct staged staged;
    struct claims_use claims;
    struct job_member member; /* of a batch */
    struct pod_state state;
    char pod[254]; /* its name */
    struct pod_logs logs;
    bool made; /* perhaps */
    bool node_told, followed, started;
    bool ending; /* a pod of a Job that was told to stop, whose end decides whether another is made */
};

static const char *function_of(const struct call *call)
{
    return call->job->entry->name;
}

static int create_pod(struct call *call, const struct pod_plan *plan, hype_error **error)
{
    json_t *pod = NULL, *answer = NULL;
    int status = pod_describe(plan, &pod, error);
    if (status < 0)
        return status;
    status = kube_create(call->s->client, call->place->namespace, KUBE_PODS, pod, &answer, &call->made, error);
    if (answer && !call->state.pod)
        pod_state_take(&call->state, answer);
    json_decref(answer);
    json_decref(pod);
    if (status < 0)
        return error_wrap(error, status, "%s()", function_of(call));
    log_info("Kubernetes", "Created pod %s", call->job->id);
    return 0;
}

static int create(struct call *call, hype_error **error)
{
    struct kubernetes_submitter *s = call->s;
    const struct pod_plan plan = {.job = call->job,
                                  .staged = &call->staged,
                                  .submitter = s->id,
                                  .image = s->image,
                                  .service_account = s->service_account,
                                  .staging_secret = s->staging_secret,
                                  .staging_volume = s->staging_volume,
                                  .claims = call->claims.names,
                                  .file = call->file,
                                  .keep = s->keep_pods};
    int status = call->job->batch ? jobs_make(&call->member, &plan, error) : create_pod(call, &plan, error);
    if (status < 0)
        return status;
    call->state.created = true;
    trace_sent(&call->job->trace);
    return 0;
}

/* ---- Its course ---- */

static void tell_progress(struct call *call)
{
    const char *node = diagnose_node(call->state.pod);
    const char *name = json_string_value(json_object_get(json_object_get(call->state.pod, "metadata"), "name"));
    if (name && strlen(name) < sizeof call->pod)
        strcpy(call->pod, name);
    if (node && !call->node_told) {
        log_info("Kubernetes", "Pod %s assigned to node %s", call->pod, node);
        trace_place(&call->job->trace, "pod", call->pod, node);
        trace_phase(&call->job->trace, TRACE_SCHEDULE, call->job->trace.sent);
        trace_pulling(&call->job->trace);
        call->node_told = true;
    }
    call->started = call->started || diagnose_phase(call->state.pod) != POD_WAITING;
}

static int follow_log(struct call *call, hype_error **error)
{
    if (call->followed || diagnose_phase(call->state.pod) != POD_RUNNING)
        return 0;
    call->followed = true;
    return pod_logs_follow(&call->logs, error);
}

static bool is_ending(json_t *pod)
{
    return json_object_get(json_object_get(pod, "metadata"), "deletionTimestamp") && diagnose_phase(pod) != POD_ENDED;
}

/* What is known now: 0 to go on, 1 when hype-run has ended and left its message. */
static int judge(struct call *call, hype_error **error)
{
    struct pod_state *state = &call->state;
    if (state->failure)
        return error_set(error, (hype_status)-state->failure->status, "%s(): %s", function_of(call),
                         state->failure->message);
    if (state->pod)
        tell_progress(call);
    const char *narrow = state->pod ? diagnose_narrow_claim(state->pod, state->warnings) : NULL;
    int status = narrow ? claims_narrow(call->place->claims, narrow, error) : 0;
    call->ending = state->indexed && state->pod && !state->deleted && is_ending(state->pod);
    if (status == 0 && !call->ending)
        status = diagnose_pod(function_of(call), state->pod, state->warnings, error);
    if (status < 0)
        return status;
    if (state->pod && diagnose_phase(state->pod) == POD_ENDED)
        return 1;
    if (state->deleted)
        return diagnose_deleted(function_of(call), call->pod, state->pod, error);
    return state->pod ? follow_log(call, error) : 0;
}

static int wait_for_end(struct call *call, hype_error **error)
{
    const hype_env *env = &call->job->env;
    double patience = env->pod.pending_timeout > 0 ? env->pod.pending_timeout : call->s->pending_timeout;
    int64_t deadline = clock_after(patience);
    for (;;) {
        bool was_ending = call->ending;
        call->state.changed.set = false;
        int status = judge(call, error);
        if (status != 0)
            return status < 0 ? status : 0;
        if (call->ending && !was_ending)
            deadline = clock_after(patience);
        status = task_event_wait(&call->state.changed, call->started && !call->ending ? NO_DEADLINE : deadline);
        if (status == -HYPE_TIMEOUT && call->ending)
            return diagnose_deleted(function_of(call), call->pod, call->state.pod, error);
        if (status == -HYPE_TIMEOUT)
            return diagnose_pending(function_of(call), call->pod, call->state.pod, call->state.warnings, patience,
                                    error);
        if (status < 0)
            return status;
    }
}

static int finish_log(void *context, hype_error **error)
{
    (void)error;
    struct call *call = context;
    pod_logs_end(&call->logs, true);
    return 0;
}

static int collect(void *context, hype_error **error)
{
    struct call *call = context;
    const char *message = diagnose_message(call->state.pod);
    log_info("Kubernetes", "Kubernetes pod %s exited with status %s", call->pod, diagnose_result(call->state.pod));
    log_info("Kubernetes", "Got termination message: %.*s", (int)strcspn(message, "\n"), message);
    if (call->job->trace.track)
        trace_pulled(&call->job->trace, pulled_time(call->s->client, call->place->namespace, call->pod));
    int status = stage_collect(&call->staged, call->job, message, error);
    if (text_starts_with(message, "error: HYPE_PERMISSION:"))
        return error_wrap(error, status,
                          "%s(): in the pod, whose rights come from its service account or from staging-secret=NAME",
                          function_of(call));
    return status;
}

static void begin_pod(struct call *call)
{
    struct pod_logs logs = {.client = call->s->client,
                            .namespace = call->place->namespace,
                            .pod = call->pod,
                            .container = POD_CONTAINER,
                            .reader.output = &call->job->output};
    snprintf(call->pod, sizeof call->pod, "%s", call->job->id);
    call->logs = logs;
    call->node_told = call->followed = call->started = call->ending = false;
}

static int attend(struct call *call, hype_error **error)
{
    int status = wait_for_end(call, error);
    if (status < 0) {
        pod_logs_end(&call->logs, call->started && status != -HYPE_CANCELLED && !call->state.deleted);
        return status;
    }
    struct task_group group = {.limit = 0};
    if (task_group_start(&group, finish_log, call) == 0)
        task_group_start(&group, collect, call);
    return task_group_wait(&group, error);
}

/* Will the Job make another pod after this one, and is it worth waiting for? */
static bool is_made_again(const struct call *call, const hype_error *error)
{
    const struct job *job = call->job;
    json_t *pod = call->state.pod;
    if (!job->batch || !error || !retry_wanted(&job->env.retry, job->batch->attempts, error, false))
        return false;
    return call->state.deleted ||
           (pod && diagnose_phase(pod) == POD_ENDED && strcmp(diagnose_result(pod), "Failed") == 0);
}

static int run_pods(struct call *call, hype_error **error)
{
    int status = create(call, error);
    if (status < 0)
        return status;
    while ((status = attend(call, error)) < 0 && is_made_again(call, *error)) {
        log_warning("Kubernetes", "%s; attempt %u of %u follows", (*error)->message, ++call->job->batch->attempts,
                    call->job->env.retry.attempts);
        error_clear(error);
        pod_state_advance(&call->state);
        begin_pod(call);
    }
    return status;
}

/* ---- Its end ---- */

/* With a grace period of 0 the object goes at once. It has to stay until the node has released the volumes that the
 * pod wrote to; and one that runs gets a moment to end, and until then may write its return value, so that what was
 * staged for it is removed only afterwards. */
static bool is_gone(const struct call *call)
{
    bool ended = call->state.indexed && !call->claims.writes; /* its Job may keep it for a while to count it */
    return call->state.deleted || (ended && diagnose_phase(call->state.pod) == POD_ENDED);
}

static void remove_pod(struct call *call)
{
    enum { RELEASE_MS = 60000, END_MS = 10000 };
    struct pod_state *state = &call->state;
    bool writes = call->claims.writes, runs = state->pod && diagnose_phase(state->pod) == POD_RUNNING;
    if (call->s->keep_pods || state->deleted || !(call->job->batch ? writes || runs : call->made))
        return;
    task_shield_begin();
    kube_delete(call->s->client, call->place->namespace, KUBE_PODS, call->pod, writes || runs ? 1 : 0, NULL);
    int64_t deadline = clock_ms() + (writes ? RELEASE_MS : END_MS);
    for (int status = 0; (writes || runs) && state->created && !is_gone(call) && !state->failure && status == 0;) {
        state->changed.set = false;
        status = task_event_wait(&state->changed, deadline);
    }
    task_shield_end();
}

static int run_staged(struct call *call, hype_error **error)
{
    struct job *job = call->job;
    int status = pod_state_open(&call->state, call->place->pods, job->batch ? call->member.pods : job->id, error);
    if (status < 0)
        return status;
    call->state.indexed = job->batch;
    begin_pod(call);
    log_info("Submitter", "Submitting %.*s to %s as %s", (int)strcspn(call->staged.manifest, "#"),
             call->staged.manifest, kube_server(call->s->client), job->id);
    status = run_pods(call, error);
    if (call->state.pod && diagnose_phase(call->state.pod) == POD_ENDED)
        stage_remove(&call->staged); /* first, as it is by the pod that a sweep finds it */
    remove_pod(call);
    pod_state_close(&call->state, call->place->pods);
    return status;
}

static int check_staging(const struct kubernetes_submitter *s, const struct job *job, hype_error **error)
{
    if (!s->staging)
        return error_set(error, HYPE_INVALID,
                         "%s(): no store is named that the pods can reach too: give the submitter one, "
                         "k8s://…?staging=gs://BUCKET/DIR or s3://BUCKET/DIR",
                         job->entry->name);
    if (text_starts_with(s->staging->uri, "file://") && !s->staging_volume)
        return error_set(error, HYPE_INVALID,
                         "%s(): pods do not see this machine's %s: stage in gs:// or s3://, or say where they see that "
                         "folder, staging-volume=host (of their node) or staging-volume=claim:NAME",
                         job->entry->name, s->staging->uri);
    return 0;
}

/* Everything that can be told to be wrong before anything is made. */
static int prepare(struct call *call, hype_error **error)
{
    const struct job *job = call->job;
    const char *path = job->env.pod.file, *namespace = job->env.pod.in_namespace;
    int status = check_staging(call->s, job, error);
    if (status == 0 && path)
        status = error_wrap(error, podfile_read(path, &call->file, error), "%s()", job->entry->name);
    if (status == 0)
        status = place_of(call->s, namespace ? namespace : call->s->namespace, &call->place, error);
    return status == 0 && job->batch ? jobs_join(&call->place->jobs, job, &call->member, error) : status;
}

static int stage_and_run(struct call *call, hype_error **error)
{
    int status = claims_use(call->place->claims, &call->job->env, &call->claims, error);
    if (status == 0) {
        status = stage_job(call->s->staging, call->job, &call->staged, error);
        if (status == 0)
            status = run_staged(call, error);
        stage_remove(&call->staged);
    }
    claims_release(&call->claims);
    return status;
}

int kubernetes_run(hype_submitter *submitter, struct job *job, hype_error **error)
{
    struct call call = {.s = (struct kubernetes_submitter *)submitter, .job = job};
    int status = prepare(&call, error);
    if (status == 0)
        status = stage_and_run(&call, error);
    jobs_leave(&call.member, call.s->keep_pods);
    json_decref(call.file);
    return status;
}

/* ---- The submitter ---- */

int kubernetes_sweep(hype_submitter *submitter, const struct leftovers *old, hype_error **error)
{
    struct kubernetes_submitter *s = (struct kubernetes_submitter *)submitter;
    return sweep_namespace(s->client, s->namespace, s->staging, old, error);
}

void kubernetes_check(hype_submitter *submitter, struct checklist *list)
{
    struct kubernetes_submitter *s = (struct kubernetes_submitter *)submitter;
    if (!kube_check(s->client, s->namespace, list))
        return;
    if (s->staging)
        checklist_store(list, s->staging);
    if (s->pending_timeout > PROBE_TIMEOUT)
        s->pending_timeout = PROBE_TIMEOUT;
    checklist_call(list, submitter);
}

void kubernetes_close(hype_submitter *submitter)
{
    struct kubernetes_submitter *s = (struct kubernetes_submitter *)submitter;
    for (struct place *place; (place = s->places);) {
        s->places = place->next;
        place_free(place);
    }
    store_close(s->staging);
    kube_close(s->client);
    if (s->release)
        s->release(s->context);
    free(s->namespace);
    free(s->image);
    free(s->service_account);
    free(s->staging_secret);
    free(s->staging_volume);
    free(s);
}

static int read_options(struct kubernetes_submitter *s, struct submitter_url *url, hype_error **error)
{
    const char *staging = submitter_url_option(url, "staging"),
               *patience = submitter_url_option(url, "pending-timeout");
    s->image = submitter_url_copy(url, "image");
    s->service_account = submitter_url_copy(url, "service-account");
    s->staging_secret = submitter_url_copy(url, "staging-secret");
    s->staging_volume = submitter_url_copy(url, "staging-volume");
    s->keep_pods = submitter_url_flag(url, "keep-pods");
    s->pending_timeout = PENDING_TIMEOUT;
    if (patience) {
        char *end;
        s->pending_timeout = strtod(patience, &end);
        if (*end || !(s->pending_timeout > 0 && s->pending_timeout < 1e9))
            return error_set(error, HYPE_INVALID, "pending-timeout=%s is no number of seconds", patience);
    }
    if (s->staging_volume && strcmp(s->staging_volume, "host") != 0 && !text_starts_with(s->staging_volume, "claim:"))
        return error_set(error, HYPE_INVALID, "staging-volume=%s is neither host nor claim:NAME", s->staging_volume);
    return staging ? store_open(staging, &s->staging, error) : 0;
}

int kubernetes_open(struct submitter_url *url, struct kube_client *client, const char *namespace,
                    void (*release)(void *context), void *context, hype_submitter **submitter, hype_error **error)
{
    struct kubernetes_submitter *s = calloc(1, sizeof *s);
    if (!s) {
        kube_close(client);
        if (release)
            release(context);
        return error_memory(error);
    }
    s->client = client;
    s->submitter.batches = true;
    s->release = release;
    s->context = context;
    text_random(s->id, sizeof s->id - 1);
    s->namespace = strdup(namespace ? namespace : kube_namespace(client));
    int status = s->namespace ? read_options(s, url, error) : error_memory(error);
    if (status < 0) {
        kubernetes_close(&s->submitter);
        return status;
    }
    *submitter = &s->submitter;
    return 0;
}

/* k8s://CONTEXT/NAMESPACE; either may be empty. */
static int k8s_open(struct submitter_url *url, hype_submitter **submitter, hype_error **error)
{
    struct kube_client *client;
    if (url->parts[2])
        return error_set(error, HYPE_INVALID,
                         "it has more than a context and a namespace; a '/' in a context's name is written %%2F");
    int status = kube_open(url->parts[0], &client, error);
    if (status < 0)
        return status;
    status = kubernetes_open(url, client, url->parts[1], NULL, NULL, submitter, error);
    if (status == 0)
        (*submitter)->operations = &submitter_k8s;
    return status;
}

const struct submitter_operations submitter_k8s = {
    .scheme = "k8s",
    .open = k8s_open,
    .run = kubernetes_run,
    .check = kubernetes_check,
    .sweep = kubernetes_sweep,
    .close = kubernetes_close,
};
