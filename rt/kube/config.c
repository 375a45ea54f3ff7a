/* config.c: kubeconfigs and service accounts. */
#include "config.h"

#include "../base64.h"
#include "../http.h"
#include "../util.h"
#include "../yaml_file.h"

#include <stdio.h>
#include <string.h>

#define SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"
#define EXEC_GROUP      "client.authentication.k8s.io/"

enum {
    MOST_FILES = 32,
    TEXT_LIMIT = 4 << 20,
};

/* ---- The files ---- */

struct files {
    struct yaml all[MOST_FILES];
    size_t n;
    char *names; /* for messages */
};

static void files_free(struct files *files)
{
    for (size_t i = 0; i < files->n; i++)
        yaml_free(&files->all[i]);
    free(files->names);
}

static int files_add(struct files *files, const char *path, hype_error **error)
{
    if (!*path || access(path, F_OK) < 0)
        return 0;
    if (files->n == MOST_FILES)
        return error_set(error, HYPE_INVALID, "KUBECONFIG names more than %d files", MOST_FILES);
    struct yaml *file = &files->all[files->n++];
    int status = yaml_read(path, file, error);
    if (status == 0 && !json_is_null(file->root) && !json_is_object(file->root))
        status = yaml_refuse(file, "", error, "this is no kubeconfig");
    return status < 0 ? error_wrap(error, status, "kubeconfig") : 0;
}

static int files_read(struct files *files, hype_error **error)
{
    const char *list = getenv("KUBECONFIG"), *home = getenv("HOME");
    if (list && *list)
        files->names = strdup(list);
    else
        files->names = home ? text_format("%s/.kube/config", home) : strdup("");
    cleanup_free char *copy = files->names ? strdup(files->names) : NULL;
    if (!copy)
        return error_memory(error);
    int status = 0;
    if (!list || !*list)
        return files_add(files, copy, error);
    for (char *rest = copy, *path; status == 0 && (path = strsep(&rest, ":"));)
        status = files_add(files, path, error);
    return status;
}

/* ---- Entries ---- */

/* What a file has under a name in one of its lists: the VALUE of {"name": …, KIND: VALUE}. */
struct entry {
    const struct yaml *file;
    const json_t *value;
    char pointer[64]; /* of VALUE */
};

static int refuse(const struct entry *entry, const char *key, hype_error **error, const char *text)
{
    cleanup_free char *pointer = text_format("%s/%s", entry->pointer, key);
    return yaml_refuse(entry->file, pointer ? pointer : "", error, "%s: %s", key, text);
}

static bool find_entry(const struct files *files, const char *list, const char *kind, const char *name,
                       struct entry *entry)
{
    for (size_t i = 0; i < files->n; i++) {
        size_t j;
        const json_t *one;
        json_array_foreach(json_object_get(files->all[i].root, list), j, one)
        {
            const char *has = json_string_value(json_object_get(one, "name"));
            if (!has || strcmp(has, name) != 0)
                continue;
            *entry = (struct entry){.file = &files->all[i], .value = json_object_get(one, kind)};
            snprintf(entry->pointer, sizeof entry->pointer, "/%s/%zu/%s", list, j, kind);
            return true;
        }
    }
    return false;
}

/* "a, b, c" of a list's names; a new string. */
static char *names_of(const struct files *files, const char *list)
{
    char *names = strdup("");
    for (size_t i = 0; i < files->n; i++) {
        size_t j;
        const json_t *one;
        json_array_foreach(json_object_get(files->all[i].root, list), j, one)
        {
            const char *name = json_string_value(json_object_get(one, "name"));
            char *longer = names && name ? text_format("%s%s%s", names, *names ? ", " : "", name) : NULL;
            if (longer) {
                free(names);
                names = longer;
            }
        }
    }
    return names;
}

/* Text under KEY as a new string; NULL where it is missing or empty. */
static int take_text(const struct entry *entry, const char *key, char **text, hype_error **error)
{
    const json_t *value = json_object_get(entry->value, key);
    if (!value || json_is_null(value))
        return 0;
    if (!json_is_string(value))
        return refuse(entry, key, error, "must be a string");
    if (json_string_length(value) == 0)
        return 0;
    *text = strdup(json_string_value(value));
    return *text ? 0 : error_memory(error);
}

static int take_flag(const struct entry *entry, const char *key, bool *flag, hype_error **error)
{
    const json_t *value = json_object_get(entry->value, key);
    if (value && !json_is_null(value) && !json_is_boolean(value))
        return refuse(entry, key, error, "must be true or false");
    *flag = json_is_true(value);
    return 0;
}

/* The folder of the entry's file, with a '/' at its end; "" for the current one. A new string. */
static char *folder_of(const struct entry *entry)
{
    const char *slash = strrchr(entry->file->name, '/');
    return strndup(entry->file->name, slash ? (size_t)(slash + 1 - entry->file->name) : 0);
}

static int take_path(const struct entry *entry, const char *key, char **path, hype_error **error)
{
    cleanup_free char *text = NULL;
    int status = take_text(entry, key, &text, error);
    if (status < 0 || !text)
        return status;
    cleanup_free char *folder = folder_of(entry);
    *path = *text == '/' ? strdup(text) : folder ? text_format("%s%s", folder, text) : NULL;
    return *path ? 0 : error_memory(error);
}

/* KEY names a file; "KEY-data", which wins, is its content in base64. */
static int take_pem(const struct entry *entry, const char *key, struct kube_text *pem, hype_error **error)
{
    cleanup_free char *data_key = text_format("%s-data", key), *data = NULL;
    if (!data_key)
        return error_memory(error);
    int status = take_text(entry, data_key, &data, error);
    if (status < 0)
        return status;
    if (!data)
        return take_path(entry, key, &pem->path, error);
    pem->text = base64_decode_text(data);
    return pem->text ? 0 : refuse(entry, data_key, error, "is not the base64 of PEM text");
}

/* ---- Users ---- */

static int add_header(struct kube_config *config, hype_error **error, const char *format, ...) PRINTF_LIKE(3, 4);
static int add_header(struct kube_config *config, hype_error **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    cleanup_free char *line = text_format_list(format, arguments);
    va_end(arguments);
    if (line && strpbrk(line, "\r\n"))
        return error_set(error, HYPE_INVALID, "%s: the user's name has a line break", config->source);
    if (!config->headers)
        config->headers = json_array();
    return line && json_array_append_new(config->headers, json_string(line)) == 0 ? 0 : error_memory(error);
}

/* Acting as somebody else: as, as-uid, as-groups, as-user-extra. */
static int take_impersonation(const struct entry *entry, struct kube_config *config, hype_error **error)
{
    cleanup_free char *as = NULL, *uid = NULL;
    const json_t *groups = json_object_get(entry->value, "as-groups"), *group, *value;
    const char *name;
    json_t *values;
    size_t i;
    int status = take_text(entry, "as", &as, error);
    if (status == 0)
        status = take_text(entry, "as-uid", &uid, error);
    if (status == 0 && as)
        status = add_header(config, error, "Impersonate-User: %s", as);
    if (status == 0 && uid)
        status = add_header(config, error, "Impersonate-Uid: %s", uid);
    json_array_foreach(groups, i, group)
    {
        if (status == 0 && !json_is_string(group))
            status = refuse(entry, "as-groups", error, "must be strings");
        if (status == 0)
            status = add_header(config, error, "Impersonate-Group: %s", json_string_value(group));
    }
    json_object_foreach((json_t *)(uintptr_t)json_object_get(entry->value, "as-user-extra"), name, values)
        json_array_foreach(values, i, value)
    {
        cleanup_free char *escaped = http_escape(name, false);
        if (status == 0)
            status = json_is_string(value) && escaped
                         ? add_header(config, error, "Impersonate-Extra-%s: %s", escaped, json_string_value(value))
                         : refuse(entry, "as-user-extra", error, "must be lists of strings");
    }
    return status;
}

static bool all_strings(const json_t *array)
{
    size_t i;
    const json_t *one;
    json_array_foreach(array, i, one) if (!json_is_string(one)) return false;
    return !array || json_is_null(array) || json_is_array(array);
}

static bool all_variables(const json_t *array)
{
    size_t i;
    const json_t *one;
    json_array_foreach(array, i, one) if (!json_is_string(json_object_get(one, "name")) ||
                                          !json_is_string(json_object_get(one, "value"))) return false;
    return !array || json_is_null(array) || json_is_array(array);
}

static int take_exec(const struct entry *user, struct kube_config *config, hype_error **error)
{
    json_t *exec = json_object_get(user->value, "exec");
    if (!exec || json_is_null(exec))
        return 0;
    struct entry entry = {.file = user->file, .value = exec};
    snprintf(entry.pointer, sizeof entry.pointer, "%.50s/exec", user->pointer);
    cleanup_free char *version = NULL, *command = NULL, *mode = NULL;
    int status = take_text(&entry, "apiVersion", &version, error);
    if (status == 0)
        status = take_text(&entry, "command", &command, error);
    if (status == 0)
        status = take_text(&entry, "interactiveMode", &mode, error);
    if (status < 0)
        return status;
    if (!version || (strcmp(version, EXEC_GROUP "v1") != 0 && strcmp(version, EXEC_GROUP "v1beta1") != 0))
        return refuse(&entry, "apiVersion", error,
                      "must be " EXEC_GROUP "v1 or v1beta1, as kubectl 1.24 and newer ask for; write the kubeconfig "
                      "anew with its provider's current tool");
    if (!command)
        return refuse(&entry, "command", error, "a credential plugin needs one");
    if (!all_strings(json_object_get(exec, "args")))
        return refuse(&entry, "args", error, "must be a list of strings");
    if (!all_variables(json_object_get(exec, "env")))
        return refuse(&entry, "env", error, "must be a list of {name: STRING, value: STRING}");
    if (mode && strcmp(mode, "Always") == 0)
        return refuse(&entry, "interactiveMode", error,
                      "this credential plugin wants to ask at a terminal, which is not possible here");
    config->exec = json_incref(exec);
    config->exec_folder = folder_of(&entry);
    return config->exec_folder ? 0 : error_memory(error);
}

static int take_user(const struct entry *entry, struct kube_config *config, hype_error **error)
{
    cleanup_free char *name = NULL, *password = NULL;
    const json_t *provider = json_object_get(entry->value, "auth-provider");
    if (provider && !json_is_null(provider))
        return refuse(entry, "auth-provider", error,
                      "is a way of logging in that kubectl has given up; have the provider's current tool write the "
                      "kubeconfig anew, with a credential plugin (exec)");
    int status = take_pem(entry, "client-certificate", &config->certificate, error);
    if (status == 0)
        status = take_pem(entry, "client-key", &config->key, error);
    if (status == 0)
        status = take_path(entry, "tokenFile", &config->token.path, error);
    if (status == 0 && !config->token.path)
        status = take_text(entry, "token", &config->token.text, error);
    if (status == 0)
        status = take_text(entry, "username", &name, error);
    if (status == 0)
        status = take_text(entry, "password", &password, error);
    if (status == 0)
        status = take_impersonation(entry, config, error);
    if (status < 0)
        return status;
    bool certificate = config->certificate.text || config->certificate.path;
    bool key = config->key.text || config->key.path, token = config->token.text || config->token.path;
    if (certificate != key)
        return refuse(entry, certificate ? "client-key" : "client-certificate", error,
                      "a client certificate and its key go together");
    if (name && !token) {
        config->basic = text_format("%s:%s", name, password ? password : "");
        if (!config->basic)
            return error_memory(error);
    }
    return token || name || certificate ? 0 : take_exec(entry, config, error);
}

/* ---- Clusters and contexts ---- */

static int take_cluster(const struct entry *entry, struct kube_config *config, hype_error **error)
{
    int status = take_text(entry, "server", &config->server, error);
    if (status == 0)
        status = take_text(entry, "tls-server-name", &config->server_name, error);
    if (status == 0)
        status = take_text(entry, "proxy-url", &config->proxy, error);
    if (status == 0)
        status = take_flag(entry, "insecure-skip-tls-verify", &config->insecure, error);
    if (status == 0)
        status = take_pem(entry, "certificate-authority", &config->ca, error);
    if (status < 0)
        return status;
    if (!config->server)
        return refuse(entry, "server", error, "the cluster has none");
    if (!text_starts_with(config->server, "https://") && !text_starts_with(config->server, "http://"))
        return refuse(entry, "server", error, "must begin with https:// or http://");
    if (config->insecure && (config->ca.text || config->ca.path))
        return refuse(entry, "insecure-skip-tls-verify", error, "makes no sense beside a certificate-authority");
    for (size_t end = strlen(config->server); end > 0 && config->server[end - 1] == '/';)
        config->server[--end] = 0;
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(entry->value, "extensions"), i, one)
    {
        const char *name = json_string_value(json_object_get(one, "name"));
        if (name && strcmp(name, EXEC_GROUP "exec") == 0)
            config->exec_config = json_incref(json_object_get(one, "extension"));
    }
    return 0;
}

/* An entry of LIST that the context names under KIND. */
static int follow(const struct files *files, const struct entry *context, const char *kind, const char *list,
                  struct entry *found, hype_error **error)
{
    cleanup_free char *name = NULL;
    int status = take_text(context, kind, &name, error);
    if (status < 0)
        return status;
    if (!name)
        return refuse(context, kind, error, "the context names none");
    if (find_entry(files, list, kind, name, found))
        return 0;
    cleanup_free char *names = names_of(files, list);
    cleanup_free char *text = text_format("there is no '%s' in the %s; there %s: %s", name, list,
                                          names && *names ? "are" : "is", names && *names ? names : "none");
    return refuse(context, kind, error, text ? text : "is missing");
}

static int take_context(const struct files *files, const char *name, struct kube_config *config, hype_error **error)
{
    struct entry context, cluster, user;
    if (!find_entry(files, "contexts", "context", name, &context)) {
        cleanup_free char *names = names_of(files, "contexts");
        return error_set(error, HYPE_NOT_FOUND, "there is no context '%s' in %s; there %s: %s", name,
                         *files->names ? files->names : "any kubeconfig", names && *names ? "are" : "is",
                         names && *names ? names : "none");
    }
    config->source = text_format("context '%s' in %s", name, context.file->name);
    if (!config->source)
        return error_memory(error);
    int status = take_text(&context, "namespace", &config->namespace, error);
    if (status == 0)
        status = follow(files, &context, "cluster", "clusters", &cluster, error);
    if (status == 0)
        status = take_cluster(&cluster, config, error);
    /* A context without a user is one that needs none. */
    const char *named = json_string_value(json_object_get(context.value, "user"));
    if (status == 0 && named && *named)
        status = follow(files, &context, "user", "users", &user, error);
    if (status == 0 && named && *named)
        status = take_user(&user, config, error);
    return status;
}

static int current_context(const struct files *files, const char **name, hype_error **error)
{
    for (size_t i = 0; i < files->n; i++) {
        const json_t *value = json_object_get(files->all[i].root, "current-context");
        if (value && !json_is_string(value) && !json_is_null(value))
            return yaml_refuse(&files->all[i], "/current-context", error, "current-context must be a string");
        if (json_string_length(value) > 0) {
            *name = json_string_value(value);
            return 0;
        }
    }
    cleanup_free char *names = names_of(files, "contexts");
    if (names && *names)
        return error_set(error, HYPE_INVALID,
                         "%s has no current-context; name one of its contexts (%s) in the submitter's URL, or set it "
                         "by kubectl config use-context",
                         files->names, names);
    return error_set(error, HYPE_NOT_FOUND,
                     "there is no kubeconfig in %s; set KUBECONFIG, or have your cluster's tool write one",
                     *files->names ? files->names : "~/.kube/config");
}

/* ---- Service accounts ---- */

static int load_service_account(struct kube_config *config, hype_error **error)
{
    const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
    bool version6 = strchr(host, ':');
    config->source = strdup("this pod's service account");
    config->server = text_format("https://%s%s%s:%s", version6 ? "[" : "", host, version6 ? "]" : "", port);
    config->ca.path = strdup(SERVICE_ACCOUNT "/ca.crt");
    config->token.path = strdup(SERVICE_ACCOUNT "/token");
    if (!config->source || !config->server || !config->ca.path || !config->token.path)
        return error_memory(error);
    if (access(config->token.path, R_OK) < 0)
        return error_set(error, HYPE_NOT_FOUND,
                         "there is no kubeconfig, and this pod has no service account's token in %s "
                         "(automountServiceAccountToken)",
                         config->token.path);
    size_t unused;
    int status = access(SERVICE_ACCOUNT "/namespace", R_OK) < 0
                     ? 0
                     : file_read(SERVICE_ACCOUNT "/namespace", 256, &config->namespace, &unused, error);
    if (config->namespace)
        config->namespace[strcspn(config->namespace, "\r\n")] = 0;
    return status;
}

static bool in_pod(void)
{
    const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
    return host && *host && port && *port;
}

static bool any_context(const struct files *files)
{
    for (size_t i = 0; i < files->n; i++)
        if (json_array_size(json_object_get(files->all[i].root, "contexts")) > 0)
            return true;
    return false;
}

/* ---- All of it ---- */

int kube_config_load(const char *context, struct kube_config *config, hype_error **error)
{
    struct files *files = calloc(1, sizeof *files);
    if (!files)
        return error_memory(error);
    int status = files_read(files, error);
    if (status == 0 && !context && !any_context(files) && in_pod()) {
        status = load_service_account(config, error);
    } else if (status == 0) {
        if (!context)
            status = current_context(files, &context, error);
        if (status == 0)
            status = take_context(files, context, config, error);
    }
    files_free(files);
    free(files);
    return status;
}

static void text_free(struct kube_text *text)
{
    free(text->text);
    free(text->path);
}

void kube_config_free(struct kube_config *config)
{
    char *strings[] = {config->source,    config->server, config->server_name, config->proxy,
                       config->namespace, config->basic,  config->exec_folder};
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
        free(strings[i]);
    text_free(&config->ca);
    text_free(&config->certificate);
    text_free(&config->key);
    text_free(&config->token);
    json_decref(config->headers);
    json_decref(config->exec);
    json_decref(config->exec_config);
    *config = (struct kube_config){0};
}

int kube_text_get(const struct kube_text *source, char **text, hype_error **error)
{
    size_t size;
    *text = NULL;
    if (source->path)
        return file_read(source->path, TEXT_LIMIT, text, &size, error);
    if (!source->text)
        return 0;
    *text = strdup(source->text);
    return *text ? 0 : error_memory(error);
}
