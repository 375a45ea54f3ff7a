/* pods.c: from two watches to the calls that listen. */
#include "pods.h"

#include "../json_text.h"
#include "../log.h"
#include "../util.h"
#include "jobs.h"
#include "watch.h"

#include <string.h>

struct pods {
    struct kube_client *client;
    char *pods_path, *events_path;
    struct watch *pods_watch, *events_watch;
    bool pods_failed, events_failed;  /* these watches have ended; the next call starts others */
    struct task_event events_watched; /* all that come are told, or they cannot be */
    struct pods_listener *listeners;
};

/* ---- From the watches ---- */

static void pod_changed(void *context, json_t *pod, bool deleted)
{
    struct pods *pods = context;
    json_t *labels = json_object_get(json_object_get(pod, "metadata"), "labels");
    const char *call = json_string_value(json_object_get(labels, CALL_LABEL));
    const char *index = json_string_value(json_object_get(labels, INDEX_LABEL));
    cleanup_free char *of_job = call && index ? text_format("%s-%s", call, index) : NULL;
    if (index)
        call = of_job;
    for (struct pods_listener *l = pods->listeners, *next; call && l; l = next) {
        next = l->next;
        if (strcmp(l->call, call) == 0)
            l->changed(l, pod, deleted);
    }
}

static void event_changed(void *context, json_t *event, bool deleted)
{
    struct pods *pods = context;
    json_t *about = json_object_get(event, "involvedObject");
    const char *kind = json_text(about, "kind"), *name = json_text(about, "name");
    if (deleted || !*kind || !*name)
        return;
    bool claim = strcmp(kind, "PersistentVolumeClaim") == 0;
    for (struct pods_listener *l = pods->listeners, *next; l; l = next) {
        next = l->next;
        if (claim || (strcmp(kind, "Pod") == 0 && text_starts_with(name, l->call)) ||
            (strcmp(kind, "Job") == 0 && text_starts_with(l->call, name)))
            l->warned(l, event);
    }
}

static void pods_listing(void *context, bool done)
{
    struct pods *pods = context;
    for (struct pods_listener *l = pods->listeners, *next; l; l = next) {
        next = l->next;
        l->listing(l, done);
    }
}

static void events_listing(void *context, bool done)
{
    struct pods *pods = context;
    if (done)
        task_event_set(&pods->events_watched);
}

static void pods_failed(void *context, const hype_error *error)
{
    struct pods *pods = context;
    pods->pods_failed = true;
    for (struct pods_listener *l = pods->listeners, *next; l; l = next) {
        next = l->next;
        l->failed(l, error);
    }
}

/* Calls do without them: what hinders a pod is then told only as far as its status says it. Who may not follow them is
 * told so once. */
static void events_failed(void *context, const hype_error *error)
{
    struct pods *pods = context;
    pods->events_failed = !error || error->status != -HYPE_PERMISSION;
    task_event_set(&pods->events_watched);
    log_warning("Kubernetes", "events cannot be followed: %s", error ? error->message : "the watch failed");
}

/* ---- Listening ---- */

int pods_open(struct kube_client *client, const char *namespace, const char *submitter, struct pods **pods,
              hype_error **error)
{
    struct pods *p = calloc(1, sizeof *p);
    if (!p)
        return error_memory(error);
    p->client = client;
    p->pods_path =
        text_format("/api/v1/namespaces/%s/pods?labelSelector=" SUBMITTER_LABEL "%%3D%s", namespace, submitter);
    p->events_path = text_format("/api/v1/namespaces/%s/events?fieldSelector=type%%3DWarning", namespace);
    if (!p->pods_path || !p->events_path) {
        pods_close(p);
        return error_memory(error);
    }
    *pods = p;
    return 0;
}

void pods_close(struct pods *pods)
{
    if (!pods)
        return;
    watch_close(pods->pods_watch);
    watch_close(pods->events_watch);
    free(pods->pods_path);
    free(pods->events_path);
    free(pods);
}

static void close_failed(struct watch **watch, bool *failed)
{
    if (*failed)
        watch_close(steal_pointer(*watch));
    *failed = false;
}

static int start_watches(struct pods *pods, hype_error **error)
{
    struct watch_listener of_pods = {pod_changed, pods_listing, pods_failed, pods};
    struct watch_listener of_events = {event_changed, events_listing, events_failed, pods};
    int status = 0;
    close_failed(&pods->pods_watch, &pods->pods_failed);
    close_failed(&pods->events_watch, &pods->events_failed);
    if (!pods->pods_watch)
        status = watch_open(pods->client, pods->pods_path, false, &of_pods, &pods->pods_watch, error);
    if (status == 0 && !pods->events_watch)
        status = watch_open(pods->client, pods->events_path, true, &of_events, &pods->events_watch, error);
    return status;
}

/* What is told of a pod as soon as it is made would be missed by a watch that begins only then. */
int pods_listen(struct pods *pods, struct pods_listener *listener, hype_error **error)
{
    enum { PATIENCE_MS = 2000 };
    int status = start_watches(pods, error);
    if (status < 0)
        return status;
    status = task_event_wait(&pods->events_watched, clock_ms() + PATIENCE_MS);
    if (status < 0 && status != -HYPE_TIMEOUT)
        return error_set(error, (hype_status)-status, "cancelled");
    listener->next = pods->listeners;
    pods->listeners = listener;
    return 0;
}

void pods_leave(struct pods *pods, struct pods_listener *listener)
{
    for (struct pods_listener **where = &pods->listeners; *where; where = &(*where)->next)
        if (*where == listener) {
            *where = listener->next;
            return;
        }
}

/* ---- One pod ---- */

static struct pod_state *state_of(struct pods_listener *listener)
{
    return (struct pod_state *)((char *)listener - offsetof(struct pod_state, listener));
}

static const char *metadata_of(json_t *pod, const char *name)
{
    return json_text(json_object_get(pod, "metadata"), name);
}

static bool is_another(const struct pod_state *state, json_t *pod)
{
    return !state->pod || strcmp(metadata_of(state->pod, "uid"), metadata_of(pod, "uid")) != 0;
}

/* What is told of pods that were given up may come late. */
static bool is_past(const struct pod_state *state, json_t *pod)
{
    static const char made[] = "creationTimestamp";
    json_t *known = state->pod ? state->pod : state->past;
    return known && (strcmp(metadata_of(known, "uid"), metadata_of(pod, "uid")) == 0 ||
                     strcmp(metadata_of(pod, made), metadata_of(known, made)) < 0);
}

void pod_state_advance(struct pod_state *state)
{
    if (state->pod) {
        json_decref(state->past);
        state->past = state->pod;
    }
    state->pod = steal_pointer(state->next);
    state->seen = state->pod != NULL;
    state->deleted = false;
    json_array_clear(state->warnings);
    task_event_set(&state->changed);
}

static void state_changed(struct pods_listener *listener, json_t *pod, bool deleted)
{
    struct pod_state *state = state_of(listener);
    if (state->indexed && is_another(state, pod)) {
        if (deleted || is_past(state, pod))
            return;
        json_decref(state->next);
        state->next = json_incref(pod);
        if (!state->pod)
            pod_state_advance(state);
        return;
    }
    state->seen = true;
    state->deleted |= deleted;
    pod_state_take(state, pod);
}

bool pod_uses_claim(json_t *pod, const char *claim)
{
    size_t i;
    json_t *volume;
    json_array_foreach(json_object_get(json_object_get(pod, "spec"), "volumes"), i, volume)
    {
        if (strcmp(json_text(json_object_get(volume, "persistentVolumeClaim"), "claimName"), claim) == 0)
            return true;
    }
    return false;
}

/* Events of claims come to every call; its own may come before it knows its pod. */
static bool concerns(const struct pod_state *state, json_t *event)
{
    json_t *about = json_object_get(event, "involvedObject");
    const char *name = json_text(about, "name"), *kind = json_text(about, "kind");
    if (strcmp(kind, "Pod") == 0)
        return strcmp(name, state->listener.call) == 0 || strcmp(name, metadata_of(state->pod, "name")) == 0;
    if (strcmp(kind, "Job") == 0)
        return state->indexed;
    return !state->pod || pod_uses_claim(state->pod, name);
}

/* Clusters repeat themselves. */
static bool is_known(const struct pod_state *state, json_t *event)
{
    size_t i;
    json_t *known;
    json_array_foreach(
        state->warnings, i,
        known) if (json_equal(json_object_get(known, "message"), json_object_get(event, "message")) &&
                   json_equal(json_object_get(known, "reason"), json_object_get(event, "reason"))) return true;
    return false;
}

static void tell(json_t *event)
{
    log_warning("Kubernetes", "%s: %s: %s", json_text(json_object_get(event, "involvedObject"), "name"),
                json_text(event, "reason"), json_text(event, "message"));
}

static void state_warned(struct pods_listener *listener, json_t *event)
{
    struct pod_state *state = state_of(listener);
    if (!concerns(state, event) || is_known(state, event))
        return;
    tell(event);
    if (json_array_size(state->warnings) == WARNINGS_KEPT)
        json_array_remove(state->warnings, 0);
    json_array_append(state->warnings, event);
    task_event_set(&state->changed);
}

static void state_listing(struct pods_listener *listener, bool done)
{
    struct pod_state *state = state_of(listener);
    if (!done) {
        state->expected = state->created && (state->pod || !state->indexed);
        state->seen = false;
    } else if (state->expected && !state->seen) {
        state->deleted = true;
        task_event_set(&state->changed);
    }
}

static void state_failed(struct pods_listener *listener, const hype_error *error)
{
    struct pod_state *state = state_of(listener);
    error_set(&state->failure, error ? (hype_status)-error->status : HYPE_LOST, "the pods cannot be watched: %s",
              error ? error->message : "the watch failed");
    task_event_set(&state->changed);
}

int pod_state_open(struct pod_state *state, struct pods *pods, const char *call, hype_error **error)
{
    *state = (struct pod_state){
        .listener = {call, state_changed, state_warned, state_listing, state_failed, NULL},
        .warnings = json_array(),
    };
    int status = state->warnings ? pods_listen(pods, &state->listener, error) : error_memory(error);
    if (status < 0)
        json_decref(state->warnings);
    return status;
}

void pod_state_take(struct pod_state *state, json_t *pod)
{
    json_decref(state->pod);
    state->pod = json_incref(pod);
    task_event_set(&state->changed);
}

void pod_state_close(struct pod_state *state, struct pods *pods)
{
    pods_leave(pods, &state->listener);
    json_decref(state->pod);
    json_decref(state->past);
    json_decref(state->next);
    json_decref(state->warnings);
    error_free(state->failure);
}
