/* object.c: POST and DELETE, tried until it is known what became of them. */
#include "object.h"

#include "../log.h"
#include "../util.h"

#include <string.h>

enum { ATTEMPTS = 8 }; /* half a minute: a server that restarts is back then */

char *kube_path(const char *namespace, const char *kind, const char *name)
{
    return text_format("/api/v1/namespaces/%s/%s%s%s", namespace, kind, name ? "/" : "", name ? name : "");
}

/* Conflicts that pass: an object of that name is going, or many have updated a quota at once. */
static bool passes(int code, const hype_error *failure)
{
    return code == 409 && failure &&
           (strstr(failure->message, "being deleted") || !strstr(failure->message, "already exists"));
}

int kube_create(struct kube_client *client, const char *namespace, const char *kind, json_t *body, json_t **answer,
                bool *perhaps, hype_error **error)
{
    enum { CONFLICTS = 8 };
    cleanup_free char *path = kube_path(namespace, kind, NULL);
    if (!path)
        return error_memory(error);
    struct kube_request request = {
        .method = "POST", .path = path, .body = body, .idempotent = true, .attempts = ATTEMPTS};
    for (unsigned try = 1;; try++) {
        int code = 0;
        hype_error *failure = NULL;
        if (answer)
            *answer = NULL;
        int status = kube_perform(client, &request, answer, &code, &failure);
        if (perhaps)
            *perhaps = status == 0 || code < 400 || code == 409 || http_transient(code);
        bool passing = passes(code, failure);
        if (code == 409 && !passing)
            status = 0;
        bool again = status < 0 && passing && try < CONFLICTS && http_pause(try, 0, NULL) == 0;
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
    cleanup_free char *query = path ? text_format("%s?gracePeriodSeconds=%d", path, grace) : NULL;
    if (!query)
        return;
    struct kube_request request = {.method = "DELETE", .path = query, .attempts = ATTEMPTS};
    if (kube_perform(client, &request, NULL, &code, &error) < 0 && code != 404)
        log_warning("Kubernetes", "%s %s cannot be deleted: %s", kind, name, error ? error->message : "");
}
