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
int kube_create(struct kube_client *client, const char *namespace, const char *kind, json_t *body, json_t **answer,
                bool *perhaps, hype_error **error)
{
    cleanup_free char *path = kube_path(namespace, kind, NULL);
    struct kube_request request = {.method = "POST", .path = path, .body = body, .whole = true, .attempts = ATTEMPTS};
    *perhaps = false;
    *answer = NULL;
    if (!path)
        return error_memory(error);
    for (unsigned try = 1;; try++) {
        int code = 0;
        hype_error *failure = NULL;
        int status = kube_perform(client, &request, answer, &code, &failure);
        const char *message = failure ? failure->message : "";
        bool passing = passes(code, message), again = passing && try < ATTEMPTS;
        *perhaps = *perhaps || status != -HYPE_PERMISSION; /* what was refused may have been made by the try before */
        if (code == 409 && !passing)
            status = 0;
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

void kube_delete(struct kube_client *client, const char *namespace, const char *kind, const char *name, int grace,
                 json_t *unchanged)
{
    int code = 0;
    cleanup_error hype_error *error = NULL;
    cleanup_free char *path = kube_path(namespace, kind, name);
    json_t *options =
        json_pack("{s:s, s:s, s:i}", "apiVersion", "v1", "kind", "DeleteOptions", "gracePeriodSeconds", grace);
    if (strcmp(kind, KUBE_JOBS) == 0)
        json_object_set_new(options, "propagationPolicy", json_string("Foreground"));
    if (unchanged)
        json_object_set_new(options, "preconditions",
                            json_pack("{s:O, s:O}", "uid", json_object_get(unchanged, "uid"), "resourceVersion",
                                      json_object_get(unchanged, "resourceVersion")));
    struct kube_request request = {.method = "DELETE", .path = path, .body = options, .attempts = ATTEMPTS};
    if (path && options && kube_perform(client, &request, NULL, &code, &error) < 0 && code != 404)
        log_warning("Kubernetes", "%s %s cannot be deleted: %s", kind, name, error ? error->message : "");
    json_decref(options);
}
