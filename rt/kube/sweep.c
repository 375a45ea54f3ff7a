/* sweep.c: listing by label, judging by owner and age, deleting. */
#include "sweep.h"

#include "../json_text.h"
#include "../log.h"
#include "../owner.h"
#include "../stage.h"
#include "../task.h"
#include "jobs.h"
#include "object.h"
#include "pod.h"

#include <string.h>
#include <time.h>

struct sweep {
    struct kube_client *client;
    const char *namespace;
    struct store *store;
    const struct leftovers *old;
    json_t *removed; /* kind and metadata of pods and Jobs that still end */
};

static void remove_call(const struct sweep *sweep, const char *name, const char *manifest)
{
    if (!stage_names_valid(name, manifest))
        return;
    struct staged staged = {.store = sweep->store, .folder = strdup(name), .manifest_name = strdup(manifest)};
    if (staged.folder && staged.manifest_name)
        stage_remove(&staged);
}

/* What a call staged, or the calls of a Job ("CALL MANIFEST CALL MANIFEST …"), where it is in the store that this
 * program knows. */
static void remove_staged(const struct sweep *sweep, json_t *metadata)
{
    json_t *annotations = json_object_get(metadata, "annotations");
    const char *name = json_text(metadata, "name"), *staging = json_text(annotations, STAGING_ANNOTATION);
    const char *manifest = json_text(annotations, MANIFEST_ANNOTATION);
    if (!sweep->store || !*manifest || strcmp(staging, sweep->store->uri) != 0)
        return;
    if (!strchr(manifest, ' ')) {
        remove_call(sweep, name, manifest);
        return;
    }
    cleanup_free char *pairs = strdup(manifest);
    char *rest = NULL;
    for (char *call = pairs ? strtok_r(pairs, " ", &rest) : NULL; call; call = strtok_r(NULL, " ", &rest)) {
        char *its = strtok_r(NULL, " ", &rest);
        if (its)
            remove_call(sweep, call, its);
    }
}

/* A pod that still ends may still write its return value: its processes have a second to end. */
static void wait_for_end(const struct sweep *sweep, const char *kind, const char *name, int64_t deadline)
{
    cleanup_free char *path = kube_path(sweep->namespace, kind, name);
    for (unsigned try = 1, there = path != NULL; there; try++) {
        struct kube_request request = {.path = path, .deadline = deadline};
        there = clock_ms() < deadline && kube_perform(sweep->client, &request, NULL, NULL, NULL) == 0 &&
                http_pause(try, 0, NULL) == 0;
    }
}

static int64_t made_at(json_t *metadata)
{
    const char *text = json_text(metadata, "creationTimestamp");
    struct tm parts = {0};
    return strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts) ? (int64_t)timegm(&parts) : (int64_t)time(NULL);
}

static void judge(const struct sweep *sweep, const char *kind, json_t *object)
{
    json_t *metadata = json_object_get(object, "metadata");
    const char *name = json_text(metadata, "name");
    const char *owner = json_text(json_object_get(metadata, "labels"), OWNER_LABEL);
    if (json_object_get(json_object_get(metadata, "labels"), INDEX_LABEL)) /* a Job's, which is judged itself */
        return;
    const char *phase = json_text(json_object_get(object, "status"), "phase");
    if (!*name || !leftover_unwanted(sweep->old, owner, kind, name, phase, made_at(metadata)))
        return;
    log_info("Kubernetes", "Removing %s %s of a program that has ended", kind, name);
    if (strcmp(kind, KUBE_CLAIMS) != 0) {
        remove_staged(sweep, metadata); /* first: when this program is killed in its turn, the pod still tells of it */
        if (!*json_text(metadata, "deletionTimestamp")) /* what ends already may be on a node that is lost */
            json_array_append_new(sweep->removed, json_pack("{s:s, s:O}", "kind", kind, "metadata", metadata));
    }
    kube_delete(sweep->client, sweep->namespace, kind, name, 1, NULL);
}

/* What a program may not look at, it has not made either. */
static int sweep_kind(const struct sweep *sweep, const char *kind, hype_error **error)
{
    json_t *list = NULL, *object;
    size_t i;
    hype_error *failure = NULL;
    cleanup_free char *all = kube_path(sweep->namespace, kind, NULL);
    cleanup_free char *path =
        all ? text_format("%s?labelSelector=app.kubernetes.io%%2Fmanaged-by%%3D" MANAGED_BY "%%2C" OWNER_LABEL, all)
            : NULL;
    int status = path ? kube_perform(sweep->client, &(struct kube_request){.path = path}, &list, NULL, &failure)
                      : error_memory(&failure);
    json_array_foreach(json_object_get(list, "items"), i, object) judge(sweep, kind, object);
    json_decref(list);
    if (status == -HYPE_PERMISSION && strcmp(kind, KUBE_PODS) != 0) {
        log_debug("Kubernetes", "not swept: %s", failure ? failure->message : kind);
        status = 0;
    }
    if (status < 0 && error && !*error)
        *error = steal_pointer(failure);
    error_free(failure);
    return status;
}

int sweep_namespace(struct kube_client *client, const char *namespace, struct store *store, const struct leftovers *old,
                    hype_error **error)
{
    enum { END_MS = 5000 };
    static const char *const kinds[] = {KUBE_PODS, KUBE_CLAIMS, KUBE_JOBS};
    struct sweep sweep = {client, namespace, store, old, json_array()};
    json_t *one;
    size_t i;
    int status = 0;
    for (i = 0; i < ARRAY_SIZE(kinds); i++) {
        int its = sweep_kind(&sweep, kinds[i], error);
        status = status < 0 ? status : its;
    }
    int64_t deadline = clock_ms() + END_MS;
    json_array_foreach(sweep.removed, i, one)
    {
        json_t *metadata = json_object_get(one, "metadata");
        if (store)
            wait_for_end(&sweep, json_text(one, "kind"), json_text(metadata, "name"), deadline);
        remove_staged(&sweep, metadata);
    }
    json_decref(sweep.removed);
    return status;
}
