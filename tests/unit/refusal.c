/* refusal.c: an API server's refusals become errors of the right kind, with its own words and the rule that is missing.
 */
#include "testing.h"

#include "kube/refusal.h"
#include "util.h"

#include <string.h>

static void requests_are_what_rbac_calls_them(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path, *rule; /* NULL: no resource */
    } cases[] = {
        {"GET", "/api/v1/namespaces/a/pods",
         "in a Role of namespace \"a\": {apiGroups: [\"\"], resources: [\"pods\"], verbs: [\"list\"]}"},
        {"GET", "/api/v1/namespaces/a/pods?labelSelector=x&watch=1&resourceVersion=1",
         "in a Role of namespace \"a\": {apiGroups: [\"\"], resources: [\"pods\"], verbs: [\"watch\"]}"},
        {"POST", "/api/v1/namespaces/a/pods",
         "in a Role of namespace \"a\": {apiGroups: [\"\"], resources: [\"pods\"], verbs: [\"create\"]}"},
        {"GET", "/api/v1/namespaces/a/pods/p/log?follow=true",
         "in a Role of namespace \"a\": {apiGroups: [\"\"], resources: [\"pods/log\"], verbs: [\"get\"]}"},
        {"DELETE", "/api/v1/namespaces/a/pods/p",
         "in a Role of namespace \"a\": {apiGroups: [\"\"], resources: [\"pods\"], verbs: [\"delete\"]}"},
        {"DELETE", "/api/v1/namespaces/a/pods?labelSelector=x",
         "in a Role of namespace \"a\": {apiGroups: [\"\"], resources: [\"pods\"], verbs: [\"deletecollection\"]}"},
        {"PATCH", "/apis/batch/v1/namespaces/a/jobs/j",
         "in a Role of namespace \"a\": {apiGroups: [\"batch\"], resources: [\"jobs\"], verbs: [\"patch\"]}"},
        {"GET", "/apis/storage.k8s.io/v1/storageclasses",
         "in a ClusterRole: {apiGroups: [\"storage.k8s.io\"], resources: [\"storageclasses\"], verbs: [\"list\"]}"},
        {"GET", "/api/v1/namespaces/a",
         "in a ClusterRole: {apiGroups: [\"\"], resources: [\"namespaces\"], verbs: [\"get\"]}"},
        {"GET", "/version", NULL},
        {"GET", "/apis/batch/v1", NULL},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct kube_action action;
        assert_int_equal(kube_action_read(cases[i].method, cases[i].path, &action, NULL), 0);
        if (cases[i].rule) {
            cleanup_free char *rule = kube_action_rule(&action);
            assert_string_equal(rule, cases[i].rule);
        } else {
            assert_null(action.resource);
        }
        kube_action_free(&action);
    }
}

static int no_server(void *context, char **server, char **ca, hype_error **error)
{
    (void)context, (void)server, (void)ca;
    return error_set(error, HYPE_INVALID, "none");
}

static int no_token(void *context, bool renew, char **token, hype_error **error)
{
    (void)context, (void)renew, (void)token;
    return error_set(error, HYPE_INVALID, "none");
}

static void says(int code, const char *body, int status, const char *message)
{
    static const struct kube_finder nowhere = {no_server, no_token};
    struct kube_client *client = NULL;
    hype_error *error = NULL;
    json_t *pod = json_pack("{s{ss}}", "metadata", "name", "p");
    struct kube_request request = {.method = "POST", .path = "/api/v1/namespaces/a/pods", .body = pod};
    struct http_response response = {.status = code, .body = strdup(body), .size = strlen(body)};
    assert_int_equal(kube_open_found("it", &nowhere, NULL, &client, NULL), 0);
    assert_int_equal(kube_refused(client, &request, &response, &error), status);
    assert_string_equal(error->message, message);
    error_free(error);
    http_response_free(&response);
    json_decref(pod);
    kube_close(client);
}

static void refusals_have_the_servers_words_and_what_to_do(void **state)
{
    (void)state;
    says(403,
         "{\"kind\":\"Status\",\"message\":\"pods is forbidden: User \\\"jane\\\" cannot create resource \\\"pods\\\" "
         "in API group \\\"\\\" in the namespace \\\"a\\\"\",\"reason\":\"Forbidden\",\"code\":403}",
         -HYPE_PERMISSION,
         "cannot create pods p in namespace a: it answers with status 403: pods is forbidden: User \"jane\" cannot "
         "create resource \"pods\" in API group \"\" in the namespace \"a\"; the rule that would allow it, in a Role "
         "of namespace \"a\": {apiGroups: [\"\"], resources: [\"pods\"], verbs: [\"create\"]}");
    says(403,
         "{\"kind\":\"Status\",\"message\":\"pods \\\"p\\\" is forbidden: exceeded quota: q, requested: pods=1, used: "
         "pods=1, limited: pods=1\"}",
         -HYPE_REFUSED,
         "cannot create pods p in namespace a: it answers with status 403: pods \"p\" is forbidden: exceeded quota: "
         "q, requested: pods=1, used: pods=1, limited: pods=1");
    says(400, "{\"kind\":\"Status\",\"message\":\"admission webhook \\\"w\\\" denied the request:\\n no\\n\"}",
         -HYPE_REFUSED,
         "cannot create pods p in namespace a: it answers with status 400: admission webhook \"w\" denied the "
         "request:  no");
    says(404, "404 page not found\n", -HYPE_NOT_FOUND,
         "cannot create pods p in namespace a: it answers with status 404: 404 page not found");
    says(503, "", -HYPE_NETWORK, "cannot create pods p in namespace a: it answers with status 503");
    says(429, "", -HYPE_NETWORK, "cannot create pods p in namespace a: it answers with status 429");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_what_rbac_calls_them),
        cmocka_unit_test(refusals_have_the_servers_words_and_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
