/*
 * exec.c: runs a credential plugin and reads its answer.
 *
 * The plugin learns what is wanted from KUBERNETES_EXEC_INFO and writes an ExecCredential to its stdout.
 */
#include "exec.h"

#include "../auth/plugin.h"
#include "../base64.h"
#include "../json_text.h"
#include "../util.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- What it is told ---- */

/* KUBERNETES_EXEC_INFO=…, a new string. */
static char *exec_info(const struct kube_config *config, const char *ca)
{
    json_t *spec = json_pack("{sb}", "interactive", 0);
    if (json_is_true(json_object_get(config->exec, "provideClusterInfo"))) {
        cleanup_free char *data = ca ? base64_encode(ca, strlen(ca)) : NULL;
        json_t *cluster =
            json_pack("{ss ss* ss* ss* sO*}", "server", config->server, "tls-server-name", config->server_name,
                      "proxy-url", config->proxy, "certificate-authority-data", data, "config", config->exec_config);
        if (config->insecure)
            json_object_set_new(cluster, "insecure-skip-tls-verify", json_true());
        json_object_set_new(spec, "cluster", cluster);
    }
    json_t *info = json_pack("{ss ss so}", "apiVersion", json_text(config->exec, "apiVersion"), "kind",
                             "ExecCredential", "spec", spec);
    char *text = info ? json_dumps(info, JSON_COMPACT) : NULL;
    char *variable = text ? text_format("KUBERNETES_EXEC_INFO=%s", text) : NULL;
    free(text);
    json_decref(info);
    return variable;
}

static bool same_name(const char *a, const char *b)
{
    size_t size = strcspn(a, "=");
    return size == strcspn(b, "=") && strncmp(a, b, size) == 0;
}

/* A list of strings that ends with NULL. Strings that are OWNED ones are freed with it. */
struct strings {
    const char **all;
    size_t n;
    char *owned[64];
    size_t n_owned;
};

static void strings_free(struct strings *strings)
{
    for (size_t i = 0; i < strings->n_owned; i++)
        free(strings->owned[i]);
    free(strings->all);
}
#define cleanup_strings __attribute__((cleanup(strings_free)))

/* In place of what sets the same variable. TEXT becomes the list's. */
static int set_variable(struct strings *environment, char *text, hype_error **error)
{
    if (!text)
        return error_memory(error);
    if (environment->n_owned == ARRAY_SIZE(environment->owned)) {
        free(text);
        return error_set(error, HYPE_INVALID, "a credential plugin cannot have more than %zu variables (env)",
                         ARRAY_SIZE(environment->owned) - 1);
    }
    environment->owned[environment->n_owned++] = text;
    size_t i = 0;
    while (i < environment->n && !same_name(environment->all[i], text))
        i++;
    environment->all[i] = text;
    if (i == environment->n)
        environment->n++;
    return 0;
}

static int make_environment(const struct kube_config *config, const char *ca, struct strings *environment,
                            hype_error **error)
{
    const json_t *variables = json_object_get(config->exec, "env"), *one;
    size_t n = 0, i;
    while (environ[n])
        n++;
    environment->all = calloc(n + json_array_size(variables) + 2, sizeof *environment->all);
    if (!environment->all)
        return error_memory(error);
    for (; environment->n < n; environment->n++)
        environment->all[environment->n] = environ[environment->n];
    int status = 0;
    json_array_foreach(variables, i, one) if (status == 0) status =
        set_variable(environment, text_format("%s=%s", json_text(one, "name"), json_text(one, "value")), error);
    return status < 0 ? status : set_variable(environment, exec_info(config, ca), error);
}

static int make_arguments(const struct kube_config *config, const char *command, struct strings *arguments,
                          hype_error **error)
{
    const json_t *given = json_object_get(config->exec, "args"), *one;
    size_t i;
    arguments->all = calloc(json_array_size(given) + 2, sizeof *arguments->all);
    if (!arguments->all)
        return error_memory(error);
    arguments->all[arguments->n++] = command;
    json_array_foreach(given, i, one) arguments->all[arguments->n++] = json_string_value(one);
    return 0;
}

/* ---- Its run ---- */

static int run(const struct kube_config *config, const char *ca, const char *command, char **answer, hype_error **error)
{
    cleanup_strings struct strings arguments = {0}, environment = {0};
    cleanup_free char *what = text_format("the credential plugin %s", command);
    int status = what ? make_arguments(config, command, &arguments, error) : error_memory(error);
    if (status == 0)
        status = make_environment(config, ca, &environment, error);
    if (status < 0)
        return status;
    cleanup_error hype_error *failure = NULL;
    status = plugin_run(what, arguments.all, environment.all, answer, &failure);
    const char *hint = status == -HYPE_NOT_FOUND ? json_text(config->exec, "installHint") : "";
    if (status < 0)
        error_set(error, (hype_status)-status, "%s%s%s", failure ? failure->message : what, *hint ? "; " : "", hint);
    return status;
}

/* ---- Its answer ---- */

/* RFC 3339, as clock_ms() will then be. */
static bool read_time(const char *text, int64_t *when)
{
    struct tm parts = {0};
    char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
    if (!rest)
        return false;
    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    int hours = 0, minutes = 0;
    char sign = *rest, end;
    if (strcmp(rest, "Z") != 0 &&
        ((sign != '+' && sign != '-') || sscanf(rest + 1, "%2d:%2d%c", &hours, &minutes, &end) != 2))
        return false;
    time_t offset = (time_t)(hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    *when = clock_ms() + (int64_t)(timegm(&parts) - offset - time(NULL)) * 1000;
    return true;
}

static char *copy(const char *text)
{
    return *text ? strdup(text) : NULL;
}

static int read_answer(const struct kube_config *config, const char *command, const json_t *answer,
                       struct kube_exec_answer *out, hype_error **error)
{
    const json_t *status = json_object_get(answer, "status");
    const char *kind = json_text(answer, "kind"), *version = json_text(answer, "apiVersion");
    const char *wanted = json_text(config->exec, "apiVersion"), *until = json_text(status, "expirationTimestamp");
    const char *what = NULL;
    out->token = copy(json_text(status, "token"));
    out->certificate = copy(json_text(status, "clientCertificateData"));
    out->key = copy(json_text(status, "clientKeyData"));
    out->good_until = INT64_MAX;
    if (strcmp(kind, "ExecCredential") != 0)
        what = "wrote no ExecCredential to its stdout";
    else if (strcmp(version, wanted) != 0)
        what = "answered in another apiVersion than it was asked in";
    else if (!out->token && !out->certificate)
        what = "gave neither a token nor a client certificate";
    else if (!out->certificate != !out->key)
        what = "gave a client certificate without its key, or the reverse";
    else if (*until && !read_time(until, &out->good_until))
        what = "gave an expirationTimestamp that is no time";
    return what ? error_set(error, HYPE_FORMAT, "the credential plugin %s %s", command, what) : 0;
}

int kube_exec_run(const struct kube_config *config, const char *ca, struct kube_exec_answer *answer, hype_error **error)
{
    const char *given = json_text(config->exec, "command");
    bool relative = *given != '/' && strchr(given, '/');
    cleanup_free char *command = text_format("%s%s", relative ? config->exec_folder : "", given);
    cleanup_free char *text = NULL;
    int status = command ? run(config, ca, command, &text, error) : error_memory(error);
    if (status < 0)
        return status;
    json_t *json = json_loads(text, 0, NULL);
    status = read_answer(config, command, json, answer, error);
    json_decref(json);
    return status;
}
