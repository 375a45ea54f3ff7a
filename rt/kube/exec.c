/*
 * exec.c: runs a credential plugin and reads its answer.
 *
 * The plugin learns what is wanted from KUBERNETES_EXEC_INFO and writes an ExecCredential to its stdout. It has no
 * terminal: what it writes to its stderr becomes part of the error when it fails.
 */
#include "exec.h"

#include "../base64.h"
#include "../log.h"
#include "../subprocess.h"
#include "../task.h"
#include "../util.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

enum {
    ANSWER_LIMIT = 1 << 20,
    WORDS_LIMIT = 400,        /* of its stderr in an error */
    PATIENCE_MS = 300 * 1000, /* somebody may have to log in with a browser */
};

static const char *member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

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
    json_t *info = json_pack("{ss ss so}", "apiVersion", member(config->exec, "apiVersion"), "kind", "ExecCredential",
                             "spec", spec);
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
        set_variable(environment, text_format("%s=%s", member(one, "name"), member(one, "value")), error);
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

/* All that was written to FD, up to LIMIT bytes; a new string. */
static char *written_to(int fd, size_t limit)
{
    char *text = malloc(limit + 1);
    ssize_t n = text ? pread(fd, text, limit, 0) : -1;
    if (text)
        text[n > 0 ? n : 0] = 0;
    return text;
}

static int refuse_failure(const char *command, int wait_status, int words_fd, hype_error **error)
{
    cleanup_free char *words = written_to(words_fd, WORDS_LIMIT);
    for (char *c = words; c && *c; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    bool exited = WIFEXITED(wait_status);
    return error_set(error, HYPE_PERMISSION, "the credential plugin %s %s %d%s%s", command,
                     exited ? "exited with status" : "was ended by signal",
                     exited ? WEXITSTATUS(wait_status) : WTERMSIG(wait_status), words && *words ? ": " : "",
                     words ? words : "");
}

static int run(const struct kube_config *config, const char *ca, const char *command, int out, int words,
               hype_error **error)
{
    cleanup_strings struct strings arguments = {0}, environment = {0};
    int status = make_arguments(config, command, &arguments, error);
    if (status == 0)
        status = make_environment(config, ca, &environment, error);
    if (status < 0)
        return status;
    const int fds[] = {-1, out, words};
    struct spawned plugin;
    int wait_status = 0;
    hype_error *failure = NULL;
    status = spawn_process(arguments.all, environment.all, fds, ARRAY_SIZE(fds), &plugin, &failure);
    if (status < 0) {
        const char *hint = member(config->exec, "installHint");
        error_set(error, HYPE_NOT_FOUND, "the credential plugin cannot be run: %s%s%s",
                  failure ? failure->message : "unknown", hint ? "; " : "", hint ? hint : "");
        error_free(failure);
        return -HYPE_NOT_FOUND;
    }
    int ended = task_wait_fd(plugin.pidfd, EPOLLIN, clock_ms() + PATIENCE_MS);
    if (ended == 0)
        kill(-plugin.pid, SIGKILL);
    status = spawn_wait(&plugin, &wait_status, error);
    if (status == 0 && ended == 0)
        status = error_set(error, HYPE_PERMISSION,
                           "the credential plugin %s gave no answer within %d seconds; does it wait for somebody at a "
                           "terminal?",
                           command, PATIENCE_MS / 1000);
    else if (status == 0 && wait_status != 0)
        status = refuse_failure(command, wait_status, words, error);
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

static char *copy_or_null(const char *text)
{
    return text && *text ? strdup(text) : NULL;
}

static int read_answer(const struct kube_config *config, const char *command, const json_t *answer,
                       struct kube_exec_answer *out, hype_error **error)
{
    const json_t *status = json_object_get(answer, "status");
    const char *kind = member(answer, "kind"), *version = member(answer, "apiVersion");
    const char *wanted = member(config->exec, "apiVersion"), *until = member(status, "expirationTimestamp");
    const char *what = NULL;
    out->token = copy_or_null(member(status, "token"));
    out->certificate = copy_or_null(member(status, "clientCertificateData"));
    out->key = copy_or_null(member(status, "clientKeyData"));
    out->good_until = INT64_MAX;
    if (!kind || strcmp(kind, "ExecCredential") != 0)
        what = "wrote no ExecCredential to its stdout";
    else if (!version || strcmp(version, wanted) != 0)
        what = "answered in another apiVersion than it was asked in";
    else if (!out->token && !out->certificate)
        what = "gave neither a token nor a client certificate";
    else if (!out->certificate != !out->key)
        what = "gave a client certificate without its key, or the reverse";
    else if (until && !read_time(until, &out->good_until))
        what = "gave an expirationTimestamp that is no time";
    return what ? error_set(error, HYPE_FORMAT, "the credential plugin %s %s", command, what) : 0;
}

int kube_exec_run(const struct kube_config *config, const char *ca, struct kube_exec_answer *answer, hype_error **error)
{
    const char *given = member(config->exec, "command");
    bool relative = *given != '/' && strchr(given, '/');
    cleanup_free char *command = text_format("%s%s", relative ? config->exec_folder : "", given);
    cleanup_close int out = memfd_create("hype-credentials", MFD_CLOEXEC);
    cleanup_close int words = memfd_create("hype-plugin-words", MFD_CLOEXEC);
    if (!command)
        return error_memory(error);
    if (out < 0 || words < 0)
        return error_system(error, errno, "cannot make a memory file for a credential plugin");
    log_debug("Kubernetes", "running the credential plugin %s", command);
    int status = run(config, ca, command, out, words, error);
    if (status < 0)
        return status;
    cleanup_free char *text = written_to(out, ANSWER_LIMIT);
    json_t *json = text ? json_loads(text, 0, NULL) : NULL;
    status = read_answer(config, command, json, answer, error);
    json_decref(json);
    return status;
}
