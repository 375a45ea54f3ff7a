/* check.c: asks the API server itself what its user may do (SelfSubjectAccessReview). */
#include "check.h"

#include "refusal.h"

#include <string.h>

/* What the submitter asks of the API, as in docs/kubernetes.md's Role. */
static const struct needed {
    const char *group, *resource, *subresource;
    const char *verbs[6];
    const char *without; /* what works all the same where it is not allowed; NULL: nothing */
} needed[] = {
    {"", "pods", NULL, {"create", "get", "list", "watch", "delete"}, NULL},
    {"", "pods", "log", {"get"}, "calls run, and what they print is lost"},
    {"", "events", NULL, {"list", "watch"}, "calls run, and fail with fewer words"},
    {"", "persistentvolumeclaims", NULL, {"create", "get", "list", "watch", "delete"}, "calls without volumes run"},
    {"batch", "jobs", NULL, {"create", "get", "list", "delete"}, "single calls run, and maps in batches fail"},
};

static bool check_connection(struct kube_client *client, struct checklist *list)
{
    const struct kube_request request = {.path = "/version", .attempts = 2};
    json_t *answer = NULL;
    hype_error *error = NULL;
    if (kube_perform(client, &request, &answer, NULL, &error) < 0) {
        check_fails(list, "connection", error);
        return false;
    }
    const char *version = json_string_value(json_object_get(answer, "gitVersion"));
    check_tell(list, CHECK_OK, "connection", "%s answers: Kubernetes %s", kube_server(client),
               version ? version : "of an unknown version");
    json_decref(answer);
    return true;
}

static int may(struct kube_client *client, const char *namespace, const struct needed *what, const char *verb,
               bool *allowed, hype_error **error)
{
    json_t *answer = NULL;
    json_t *review =
        json_pack("{ss ss s{s{ss ss ss ss ss*}}}", "apiVersion", "authorization.k8s.io/v1", "kind",
                  "SelfSubjectAccessReview", "spec", "resourceAttributes", "namespace", namespace, "verb", verb,
                  "group", what->group, "resource", what->resource, "subresource", what->subresource);
    if (!review)
        return error_memory(error);
    const struct kube_request request = {
        .method = "POST", .path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", .body = review};
    int status = kube_perform(client, &request, &answer, NULL, error);
    *allowed = json_is_true(json_object_get(json_object_get(answer, "status"), "allowed"));
    json_decref(answer);
    json_decref(review);
    return status;
}

/* LIST, AND ITEM: a new string in place of LIST. */
static void add_word(char **words, const char *format, const char *word)
{
    cleanup_free char *item = text_format(format, word);
    char *longer = *words && item ? text_format("%s%s%s", *words, **words ? ", " : "", item) : NULL;
    free(*words);
    *words = longer;
}

static void check_permission(struct kube_client *client, const char *namespace, const struct needed *what,
                             struct checklist *list)
{
    cleanup_free char *resource =
        text_format("%s%s%s", what->resource, what->subresource ? "/" : "", what->subresource ? what->subresource : "");
    cleanup_free char *yes = strdup(""), *missing = strdup(""), *quoted = strdup("");
    hype_error *error = NULL;
    for (const char *const *verb = what->verbs; *verb; verb++) {
        bool allowed = false;
        if (may(client, namespace, what, *verb, &allowed, &error) < 0) {
            check_fails(list, "permission", error);
            return;
        }
        add_word(allowed ? &yes : &missing, "%s", *verb);
        if (!allowed)
            add_word(&quoted, "\"%s\"", *verb);
    }
    cleanup_free char *rule = resource && quoted ? kube_rule(namespace, what->group, resource, quoted) : NULL;
    if (!yes || !missing || !rule)
        check_tell(list, CHECK_FAILS, "permission", "out of memory");
    else if (!*missing)
        check_tell(list, CHECK_OK, "permission", "%s in namespace %s: %s", resource, namespace, yes);
    else
        check_tell(list, what->without ? CHECK_NOTE : CHECK_FAILS, "permission",
                   "%s in namespace %s: %s not allowed%s%s; the rule to add, %s", resource, namespace, missing,
                   what->without ? "; " : "", what->without ? what->without : "", rule);
}

bool kube_check(struct kube_client *client, const char *namespace, struct checklist *list)
{
    if (!check_connection(client, list))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
        check_permission(client, namespace, &needed[i], list);
    return true;
}
