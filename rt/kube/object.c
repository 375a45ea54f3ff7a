/* object.c: POST and DELETE, tried until it is known what became of them. */
#include "object.h"

#include "../log.h"
#include "../task.h"
#include "../util.h"

#include <string.h>

enum { ATTEMPTS = 8 }; /* half a minute: a server that restarts is back then */

char *kube_path(const char *namespace, const char *kind, const char *name)
{
    return text_format("%s/namespaces/%s/%s%s%s", strcmp(kind, KUBE_JOBS) == 0 ? "/apis/batch/v1" : "/api/v1",
                       namespace, kind, name ? "/" : "", name ? name : "");
}

/* Refusals that pass: an object of that name is going, many have updated a quota at once, or the namespace was only
 * just made. */
static bool passes(int code, const char *message)
{
    return (code == 409 && (strstr(message, "being deleted") || !strstr(message, "already exists"))) ||
           (code == 403 && strstr(message, "serviceaccount \"default\" not found"));
}

/* Whoever is cancelled in the middle does not know whether the object will be there: a try is therefore finished, and
 * what comes after it, a deletion say, finds what it has made. */
static int post_once(struct kube_client *client, const struct kube_request *request, json_t **answer, int *code,
                     hype_error **failure)
{
    task_shield_begin();
    int status = kube_perform(client, request, answer, code, failure);
    task_shield_end();
    return status;
}

int kube_create(struct kube_client *client, const char *namespace, const char *kind, json_t *body, json_t **answer,
                bool *perhaps, hype_error **error)
{
    cleanup_free char *path = kube_path(namespace, kind, NULL);
    struct kube_request request = {.method = "POST", .path = path, .body = body, .attempts = 1};
    *perhaps = false;
    *answer = NULL;
    if (!path)
        return error_memory(error);
    for (unsigned try = 1;; try++) {
        int code = 0;
        hype_error *failure = NULL;
        int status = post_once(client, &request, answer, &code, &failure);
        const char *message = failure ? failure->message : "";
        bool passing = passes(code, message), unknown = status == -HYPE_NETWORK;
        *perhaps = *perhaps || status == 0 || unknown || code == 409;
        if (code == 409 && !passing)
            status = 0;
        bool again = status < 0 && (passing || unknown) && try < ATTEMPTS;
        if (again)
            log_info("Kubernetes", "%s; trying again", message);
        if (again && http_pause(try, 0, NULL) < 0) {
            again = false;
            status = -HYPE_CANCELLED;
            error_clear(&failure);
        }
        if (status < 0 && !again && error && !*error)
            *error = steal_pointer(failure);
        error_free(failure);
        if (!again)
            return status;
    }
}

void kube_delete(struct kube_client *client, const char *namespace, const char *kind, const char *name, int grace)
{
    int code = 0;
    cleanup_error hype_error *error = NULL;
    cleanup_free char *path = kube_path(namespace, kind, name);
    const char *order = strcmp(kind, KUBE_JOBS) == 0 ? "&propagationPolicy=Foreground" : "";
    cleanup_free char *query = path ? text_format("%s?gracePeriodSeconds=%d%s", path, grace, order) : NULL;
    if (!query)
        return;
    struct kube_request request = {.method = "DELETE", .path = query, .attempts = ATTEMPTS};
    if (kube_perform(client, &request, NULL, &code, &error) < 0 && code != 404)
        log_warning("Kubernetes", "%s %s cannot be deleted: %s", kind, name, error ? error->message : "");
}
