/*
 * claims.c: claims made once, shared by mounts, and taken away again.
 *
 * Readers and writers: a pod's object goes only when the node has released the pod's volumes, and a call that writes
 * ends its use of a claim only when it has seen that. So readers that wait for writers find all that was written, and a
 * disk that the cluster can attach elsewhere; what is left to do then (detaching) the cluster itself waits for.
 */
#include "claims.h"

#include "../log.h"
#include "../owner.h"
#include "../task.h"
#include "object.h"
#include "pod.h"
#include "pods.h"

#include <string.h>

struct claim {
    char *name;
    unsigned id; /* of the volume; 0 where the name tells */
    bool keep;
    bool ours; /* made here, and not found */
    struct task_event ready;
    bool narrowed;       /* to one node at a time */
    hype_error *failure; /* it could not be made: the next call that wants it makes another */
    unsigned writers;
    struct task_event released; /* no writer is left */
    struct claim *next;
};

struct claims {
    struct kube_client *client;
    char *namespace;
    char *submitter;
    struct claim *list;
};

json_t *claim_describe(const hype_volume *volume, const char *name, const char *submitter)
{
    json_t *claim = json_pack("{s:s, s:s, s:{s:s, s:{s:s}}, s:{s:[ss], s:{s:{s:s}}}}", "apiVersion", "v1", "kind",
                              "PersistentVolumeClaim", "metadata", "name", name, "labels", MANAGED_LABEL, MANAGED_BY,
                              "spec", "accessModes", "ReadWriteOnce", "ReadOnlyMany", "resources", "requests",
                              "storage", volume->size ? volume->size : "1Gi");
    json_t *labels = json_object_get(json_object_get(claim, "metadata"), "labels");
    if (!volume->name && !volume->keep) {
        json_object_set_new(labels, OWNER_LABEL, json_string(owner_self()));
        json_object_set_new(labels, SUBMITTER_LABEL, json_string(submitter));
    }
    if (volume->storage_class)
        json_object_set_new(json_object_get(claim, "spec"), "storageClassName", json_string(volume->storage_class));
    return claim;
}

/* ---- Making ---- */

/* The claim that is there; NULL with status 0 where none is. */
static int get(struct claims *claims, const char *name, json_t **claim, hype_error **error)
{
    int code = 0;
    hype_error *failure = NULL;
    cleanup_free char *path = kube_path(claims->namespace, KUBE_CLAIMS, name);
    int status = path ? kube_perform(claims->client, &(struct kube_request){.path = path}, claim, &code, &failure)
                      : error_memory(&failure);
    if (code == 404)
        status = 0;
    if (status < 0 && error && !*error)
        *error = steal_pointer(failure);
    error_free(failure);
    return status;
}

/* BODY is taken over. *MADE: and there was none of its name. */
static int create(struct claims *claims, const char *name, json_t *body, bool *made, hype_error **error)
{
    json_t *answer = NULL;
    bool perhaps;
    if (!body)
        return error_set(error, HYPE_INVALID, "volume %s: its names or size are no UTF-8 text", name);
    int status = kube_create(claims->client, claims->namespace, KUBE_CLAIMS, body, &answer, &perhaps, error);
    *made = answer != NULL;
    if (*made)
        log_info("Kubernetes", "Created claim %s", name);
    json_decref(answer);
    json_decref(body);
    return status;
}

static int make(struct claims *claims, const hype_volume *volume, struct claim *claim)
{
    json_t *there = NULL;
    int status = volume->name ? get(claims, claim->name, &there, &claim->failure) : 0;
    if (status == 0 && !there)
        status = create(claims, claim->name, claim_describe(volume, claim->name, claims->submitter), &claim->ours,
                        &claim->failure);
    json_decref(there);
    return status;
}

static struct claim *find(struct claims *claims, const hype_volume *volume)
{
    for (struct claim *c = claims->list; c; c = c->next)
        if (!c->failure && (volume->name ? strcmp(c->name, volume->name) == 0 : c->id != 0 && c->id == volume->id))
            return c;
    return NULL;
}

static struct claim *add(struct claims *claims, const hype_volume *volume)
{
    char unique[9];
    text_random(unique, 8);
    struct claim *claim = calloc(1, sizeof *claim);
    if (claim)
        claim->name = volume->name ? strdup(volume->name) : text_format("hype-request-%s", unique);
    if (!claim || !claim->name) {
        free(claim);
        return NULL;
    }
    claim->id = volume->name ? 0 : volume->id;
    claim->keep = volume->name || volume->keep;
    claim->next = claims->list;
    claims->list = claim;
    return claim;
}

/* The first call that wants a claim makes it, others wait for that. */
static int ensure(struct claims *claims, const hype_volume *volume, struct claim **found, hype_error **error)
{
    struct claim *claim = find(claims, volume);
    if (!claim) {
        claim = add(claims, volume);
        if (!claim)
            return error_memory(error);
        task_shield_begin(); /* the others' claim too */
        make(claims, volume, claim);
        task_shield_end();
        task_event_set(&claim->ready);
    }
    *found = claim;
    int status = task_event_wait(&claim->ready, NO_DEADLINE);
    if (status == 0 && claim->failure)
        return error_set(error, (hype_status)-claim->failure->status, "claim %s: %s", claim->name,
                         claim->failure->message);
    return status;
}

/* The new one's name is the old one's, which pods that wait already refer to. One that has been bound meanwhile stays.
 */
static int replace(struct claims *claims, const char *name, hype_error **error)
{
    json_t *old = NULL;
    int status = get(claims, name, &old, error);
    json_t *spec = json_object_get(old, "spec"), *metadata = json_object_get(old, "metadata");
    const char *phase = json_string_value(json_object_get(json_object_get(old, "status"), "phase"));
    if (status == 0 && phase && strcmp(phase, "Pending") == 0) {
        bool made;
        json_object_set_new(spec, "accessModes", json_pack("[s]", "ReadWriteOnce"));
        json_object_del(spec, "volumeName");
        json_t *body = json_pack("{s:s, s:s, s:{s:s, s:O*}, s:O}", "apiVersion", "v1", "kind", "PersistentVolumeClaim",
                                 "metadata", "name", name, "labels", json_object_get(metadata, "labels"), "spec", spec);
        kube_delete(claims->client, claims->namespace, KUBE_CLAIMS, name, 0, metadata);
        status = create(claims, name, body, &made, error);
    }
    json_decref(old);
    return status;
}

int claims_narrow(struct claims *claims, const char *name, hype_error **error)
{
    struct claim *claim = claims->list;
    while (claim && strcmp(claim->name, name) != 0)
        claim = claim->next;
    if (!claim || !claim->ours || claim->narrowed)
        return 0;
    claim->narrowed = true;
    log_info("Kubernetes", "The storage class of claim %s lets only one node use a volume", claim->name);
    task_shield_begin();
    int status = replace(claims, claim->name, error); /* NAME may be gone after a wait */
    task_shield_end();
    return error_wrap(error, status, "claim %s", claim->name);
}

/* ---- Using ---- */

static bool writes_to(const hype_env *env, const struct claims_use *use, const struct claim *claim)
{
    for (size_t i = 0; i < CLAIMS_MOST && env->mounts[i].path; i++)
        if (use->of[i] == claim && !env->mounts[i].read_only)
            return true;
    return false;
}

static int wait_for_writers(const hype_env *env, const struct claims_use *use)
{
    int status = 0;
    for (size_t i = 0; i < CLAIMS_MOST && env->mounts[i].path && status == 0; i++)
        while (status == 0 && use->of[i]->writers > 0 && !writes_to(env, use, use->of[i])) {
            use->of[i]->released.set = false;
            status = task_event_wait(&use->of[i]->released, NO_DEADLINE);
        }
    return status;
}

int claims_use(struct claims *claims, const hype_env *env, struct claims_use *use, hype_error **error)
{
    *use = (struct claims_use){.writes = false};
    for (size_t i = 0; i < CLAIMS_MOST && env->mounts[i].path; i++) {
        int status = ensure(claims, &env->mounts[i].volume, &use->of[i], error);
        if (status < 0)
            return status;
        use->names[i] = use->of[i]->name;
    }
    int status = wait_for_writers(env, use);
    for (size_t i = 0; i < CLAIMS_MOST && env->mounts[i].path && status == 0; i++)
        if (!env->mounts[i].read_only) {
            use->writes = use->writing[i] = true;
            use->of[i]->writers++;
        }
    return status;
}

void claims_release(struct claims_use *use)
{
    for (size_t i = 0; i < CLAIMS_MOST; i++)
        if (use->writing[i] && --use->of[i]->writers == 0)
            task_event_set(&use->of[i]->released);
}

/* ---- The whole ---- */

int claims_open(struct kube_client *client, const char *namespace, const char *submitter, struct claims **claims,
                hype_error **error)
{
    struct claims *c = calloc(1, sizeof *c);
    if (!c)
        return error_memory(error);
    c->client = client;
    c->namespace = strdup(namespace);
    c->submitter = strdup(submitter);
    if (!c->namespace || !c->submitter) {
        claims_close(c);
        return error_memory(error);
    }
    *claims = c;
    return 0;
}

void claims_close(struct claims *claims)
{
    if (!claims)
        return;
    for (struct claim *claim; (claim = claims->list);) {
        claims->list = claim->next;
        if (!claim->keep)
            kube_delete(claims->client, claims->namespace, KUBE_CLAIMS, claim->name, 0, NULL);
        error_free(claim->failure);
        free(claim->name);
        free(claim);
    }
    free(claims->namespace);
    free(claims->submitter);
    free(claims);
}
