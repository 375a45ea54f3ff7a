/* refusal.c: Status objects (k8s.io/apimachinery meta/v1) and paths, in words for people. */
#include "refusal.h"

#include "../util.h"

#include <string.h>

enum { WORDS_LIMIT = 1000 };

/* ---- Actions ---- */

/* Cuts the next part off *REST; NULL at its end. */
static const char *next_part(char **rest)
{
    const char *part = *rest ? strsep(rest, "/") : NULL;
    return part && *part ? part : NULL;
}

static bool watches(const char *query)
{
    return query && (strstr(query, "watch=1") || strstr(query, "watch=true"));
}

static const char *verb_of(const char *method, bool named, const char *query)
{
    if (strcmp(method, "POST") == 0)
        return "create";
    if (strcmp(method, "PUT") == 0)
        return "update";
    if (strcmp(method, "PATCH") == 0)
        return "patch";
    if (strcmp(method, "DELETE") == 0)
        return named ? "delete" : "deletecollection";
    return watches(query) ? "watch" : named ? "get" : "list";
}

static char *copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

int kube_action_read(const char *method, const char *path, struct kube_action *action, hype_error **error)
{
    cleanup_free char *whole = strdup(path);
    *action = (struct kube_action){.verb = "get"};
    if (!whole)
        return error_memory(error);
    char *rest = whole, *query = strchr(whole, '?');
    if (query)
        *query++ = 0;
    rest += *rest == '/';
    const char *root = next_part(&rest), *group = "";
    if (root && strcmp(root, "apis") == 0)
        group = next_part(&rest);
    else if (!root || strcmp(root, "api") != 0)
        return 0; /* /version, /healthz */
    const char *version = next_part(&rest), *resource = next_part(&rest), *namespace = NULL;
    const char *name = next_part(&rest), *below = next_part(&rest);
    if (resource && name && below && strcmp(resource, "namespaces") == 0) {
        namespace = name;
        resource = below;
        name = next_part(&rest);
        below = next_part(&rest);
    }
    action->verb = verb_of(method ? method : "GET", name, query);
    if (!group || !version || !resource)
        return 0;
    action->group = copy(group);
    action->namespace = copy(namespace);
    action->name = copy(name);
    action->resource = below ? text_format("%s/%s", resource, below) : copy(resource);
    bool ok = action->group && action->resource && !action->namespace == !namespace && !action->name == !name;
    return ok ? 0 : error_memory(error);
}

void kube_action_free(struct kube_action *action)
{
    free(action->group);
    free(action->namespace);
    free(action->resource);
    free(action->name);
    *action = (struct kube_action){0};
}

char *kube_rule(const char *namespace, const char *group, const char *resource, const char *verbs)
{
    cleanup_free char *where =
        namespace ? text_format("a Role of namespace \"%s\"", namespace) : strdup("a ClusterRole");
    return where ? text_format("in %s: {apiGroups: [\"%s\"], resources: [\"%s\"], verbs: [%s]}", where, group, resource,
                               verbs)
                 : NULL;
}

char *kube_action_rule(const struct kube_action *action)
{
    cleanup_free char *verb = text_format("\"%s\"", action->verb);
    return verb ? kube_rule(action->namespace, action->group, action->resource, verb) : NULL;
}

/* "create pods hype-run-x in namespace y"; a new string. */
static char *action_words(const struct kube_action *action, const struct kube_request *request)
{
    if (!action->resource)
        return text_format("%s %.*s", request->method ? request->method : "GET", (int)strcspn(request->path, "?"),
                           request->path);
    const char *name = action->name;
    if (!name)
        name = json_string_value(json_object_get(json_object_get(request->body, "metadata"), "name"));
    return text_format("%s %s%s%s%s%s", action->verb, action->resource, name ? " " : "", name ? name : "",
                       action->namespace ? " in namespace " : "", action->namespace ? action->namespace : "");
}

/* ---- Refusals ---- */

/* The server's own words in one line; a new string. */
static char *server_words(const struct http_response *response, const json_t *answer)
{
    const char *message = json_string_value(json_object_get(answer, "message"));
    const char *text = message && *message ? message : response->body ? response->body : "";
    char *words = strndup(text, WORDS_LIMIT);
    size_t size = 0;
    for (char *c = words; c && *c; c++) {
        if ((unsigned char)*c < ' ')
            *c = ' ';
        if (*c != ' ')
            size = (size_t)(c - words) + 1;
    }
    if (words)
        words[size] = 0;
    return words;
}

/* An answer of authorization, not of quotas, admission or terminating namespaces, which are 403 too. */
static bool forbids_action(const struct http_response *response, const char *words)
{
    return response->status == 403 && strstr(words, "is forbidden: User ") && strstr(words, " cannot ");
}

static hype_status status_of(const struct http_response *response, const char *words)
{
    if (response->status == 401 || forbids_action(response, words))
        return HYPE_PERMISSION;
    if (response->status == 404)
        return HYPE_NOT_FOUND;
    return http_transient(response->status) ? HYPE_NETWORK : HYPE_REFUSED;
}

static char *remedy(const struct http_response *response, const struct kube_action *action, const char *words)
{
    if (response->status == 401)
        return strdup("; the cluster does not accept these credentials: log in again, or renew the kubeconfig");
    if (!forbids_action(response, words) || !action->resource)
        return strdup("");
    cleanup_free char *rule = kube_action_rule(action);
    return rule ? text_format("; the rule that would allow it, %s", rule) : NULL;
}

int kube_refused(const struct kube_client *client, const struct kube_request *request,
                 const struct http_response *response, hype_error **error)
{
    struct kube_action action = {0};
    json_t *answer = response->size > 0 ? json_loadb(response->body, response->size, 0, NULL) : NULL;
    int status = kube_action_read(request->method, request->path, &action, error);
    if (status == 0) {
        cleanup_free char *words = server_words(response, answer);
        cleanup_free char *what = action_words(&action, request);
        cleanup_free char *advice = words ? remedy(response, &action, words) : NULL;
        if (words && what && advice)
            status = error_set(error, status_of(response, words), "cannot %s: %s answers with status %d%s%s%s", what,
                               kube_server(client), response->status, *words ? ": " : "", words, advice);
        else
            status = error_memory(error);
    }
    kube_action_free(&action);
    json_decref(answer);
    return status;
}
