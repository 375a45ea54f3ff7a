/* container.c: a call as a container: what it is made of, and its way from creation to removal. */
#include "docker.h"

#include "../auth/aws.h"
#include "../auth/google.h"
#include "../log.h"
#include "../owner.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Where hype-run writes when the daemon may be on another machine, from where the API brings it. */
#define FAR_LOG "/tmp/hype-termination-log"

static bool is_far(const struct docker *docker)
{
    return !docker->api.socket;
}

/* ---- What it is made of ---- */

/* A Kubernetes quantity ("750m", "2Gi", "1.5") times SCALE. */
static int quantity(const char *text, double scale, long long *value, hype_error **error)
{
    static const struct {
        const char *suffix;
        double factor;
    } suffixes[] = {{"", 1},
                    {"m", 1e-3},
                    {"k", 1e3},
                    {"M", 1e6},
                    {"G", 1e9},
                    {"T", 1e12},
                    {"P", 1e15},
                    {"Ki", 1024},
                    {"Mi", 1048576},
                    {"Gi", 1073741824},
                    {"Ti", 1099511627776.0}};
    char *end;
    double number = strtod(text, &end);
    for (size_t i = 0; end != text && i < ARRAY_SIZE(suffixes); i++)
        if (strcmp(end, suffixes[i].suffix) == 0 && number > 0 && number * suffixes[i].factor * scale < 9e18) {
            *value = (long long)(number * suffixes[i].factor * scale + 0.5);
            return 0;
        }
    return error_set(error, HYPE_INVALID, "'%s' is no quantity, such as 750m, 2 or 512Mi", text);
}

/* Docker knows no requests: they are limits, unless the environment says higher ones. */
static int add_resources(json_t *host, const hype_env *env, hype_error **error)
{
    const hype_pair *lists[] = {env->requests, env->limits};
    for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
        for (size_t i = 0; i < ARRAY_SIZE(env->requests) && lists[l][i].name; i++) {
            bool cpu = strcmp(lists[l][i].name, "cpu") == 0, memory = strcmp(lists[l][i].name, "memory") == 0;
            long long value = 0;
            if (!cpu && !memory)
                return error_set(error, HYPE_INVALID, "Docker has no resource '%s': there are cpu and memory",
                                 lists[l][i].name);
            int status = quantity(lists[l][i].value, cpu ? 1e9 : 1, &value, error);
            if (status < 0)
                return error_wrap(error, status, "%s", lists[l][i].name);
            json_object_set_new(host, cpu ? "NanoCpus" : "Memory", json_integer(value));
        }
    return 0;
}

static void add_mount(json_t *mounts, const char *type, const char *source, const char *target, bool read_only)
{
    json_array_append_new(mounts, json_pack("{s:s, s:s, s:s, s:b}", "Type", type, "Source", source, "Target", target,
                                            "ReadOnly", (int)read_only));
}

static int add_secrets(const struct docker *docker, json_t *mounts, const hype_env *env, hype_error **error)
{
    for (size_t i = 0; i < ARRAY_SIZE(env->secrets) && env->secrets[i].name; i++) {
        const hype_secret *secret = &env->secrets[i];
        struct stat status;
        cleanup_free char *folder = docker->secrets ? text_format("%s/%s", docker->secrets, secret->name) : NULL;
        if (!docker->secrets)
            return error_set(error, HYPE_INVALID,
                             "secret '%s': with Docker a secret is a folder of this machine; name the folder that they "
                             "are in by the submitter's option, docker:?secrets=/FOLDER",
                             secret->name);
        if (!folder)
            return error_memory(error);
        if (strchr(secret->name, '/') || stat(folder, &status) < 0 || !S_ISDIR(status.st_mode))
            return error_set(error, HYPE_NOT_FOUND, "secret '%s': there is no folder %s", secret->name, folder);
        add_mount(mounts, "bind", folder, secret->path, true);
    }
    return 0;
}

static int add_volumes(const struct docker *docker, json_t *mounts, const hype_env *env, hype_error **error)
{
    for (size_t i = 0; i < ARRAY_SIZE(env->mounts) && env->mounts[i].path; i++) {
        const char *name = docker_volume_name(docker, &env->mounts[i].volume);
        cleanup_free char *folder = docker->host_folder ? text_format("%s/%s", docker->host_folder, name) : NULL;
        if (docker->host_folder && !folder)
            return error_memory(error);
        add_mount(mounts, folder ? "bind" : "volume", folder ? folder : name, env->mounts[i].path,
                  env->mounts[i].read_only);
        /* Should a sweep remove the volume of a killed program whose last request is still on its way, Docker makes it
         * once more: with the label, for the next sweep. */
        if (!folder && text_starts_with(name, "hype-request-") && !docker->keep_volumes && !env->mounts[i].volume.keep)
            json_object_set_new(json_array_get(mounts, json_array_size(mounts) - 1), "VolumeOptions",
                                json_pack("{s:{s:s}}", "Labels", OWNER_LABEL, owner_self()));
    }
    return 0;
}

static void add_variable(json_t *variables, const char *name, const char *value)
{
    if (value)
        json_array_append_new(variables, json_sprintf("%s=%s", name, value));
}

/* The keys and settings that are found here, wherever they come from. */
static int add_aws(json_t *variables, hype_error **error)
{
    static const char *const region_variables[] = {"AWS_REGION", "AWS_DEFAULT_REGION", NULL};
    static const char *const endpoint_variables[] = {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", NULL};
    cleanup_keys struct aws_keys keys = {NULL, NULL, NULL};
    cleanup_free char *region = aws_setting(region_variables, "region");
    cleanup_free char *endpoint = aws_setting(endpoint_variables, "endpoint_url");
    int status = aws_keys(&keys, error);
    if (status < 0)
        return status;
    add_variable(variables, "AWS_ACCESS_KEY_ID", keys.id);
    add_variable(variables, "AWS_SECRET_ACCESS_KEY", keys.secret);
    add_variable(variables, "AWS_SESSION_TOKEN", keys.session);
    add_variable(variables, "AWS_REGION", region);
    add_variable(variables, "AWS_ENDPOINT_URL_S3", endpoint);
    return 0;
}

/* The file, mounted where GOOGLE_APPLICATION_CREDENTIALS then says it is. What `gcloud` has left is for the store only.
 */
static int add_google(json_t *mounts, json_t *variables, bool store, hype_error **error)
{
    static const char there[] = "/etc/hype/google-application-credentials.json";
    bool named;
    cleanup_free char *file = google_credentials_file(&named);
    if (!file || !(named || store) || access(file, R_OK) < 0)
        return 0;
    cleanup_free char *here = realpath(file, NULL);
    if (!here)
        return error_memory(error);
    add_mount(mounts, "bind", here, there, true);
    add_variable(variables, "GOOGLE_APPLICATION_CREDENTIALS", there);
    return 0;
}

/* What hype-run, and the function, need to be let into the store. */
static int add_store(const struct docker *docker, json_t *mounts, json_t *variables, hype_error **error)
{
    const char *uri = docker->staging->uri;
    bool gs = text_starts_with(uri, "gs://");
    if (gs)
        add_variable(variables, "STORAGE_EMULATOR_HOST", getenv("STORAGE_EMULATOR_HOST"));
    if (text_starts_with(uri, "file://"))
        add_mount(mounts, "bind", uri + strlen("file://"), uri + strlen("file://"), false);
    int status = text_starts_with(uri, "s3://") ? add_aws(variables, error) : 0;
    return status < 0 ? status : add_google(mounts, variables, gs, error);
}

static int add_mounts(const struct docker_call *call, json_t *mounts, json_t *variables, hype_error **error)
{
    const struct docker *docker = call->docker;
    if (is_far(docker))
        add_variable(variables, "HYPE_TERMINATION_LOG", FAR_LOG);
    else
        add_mount(mounts, "bind", call->log_path, "/dev/termination-log", false);
    int status = add_store(docker, mounts, variables, error);
    if (status == 0)
        status = add_secrets(docker, mounts, &call->job->env, error);
    return status < 0 ? status : add_volumes(docker, mounts, &call->job->env, error);
}

static json_t *labels_of(const struct job *job)
{
    json_t *labels = json_object();
    for (size_t i = 0; i < ARRAY_SIZE(job->env.labels) && job->env.labels[i].name; i++)
        json_object_set_new(labels, job->env.labels[i].name, json_string(job->env.labels[i].value));
    json_object_set_new(labels, OWNER_LABEL, json_string(owner_self()));
    json_object_set_new(labels, "hype.function", json_string(job->entry->name));
    return labels;
}

static int describe(const struct docker_call *call, json_t **container, hype_error **error)
{
    const hype_env *env = &call->job->env;
    json_t *mounts = json_array(), *variables = json_array(), *host = json_object();
    add_variable(variables, "HYPE_EXECUTION_ID", call->job->id);
    int status = add_mounts(call, mounts, variables, error);
    for (size_t i = 0; i < ARRAY_SIZE(env->variables) && env->variables[i].name; i++)
        add_variable(variables, env->variables[i].name, env->variables[i].value);
    if (status == 0)
        status = add_resources(host, env, error);
    if (call->docker->network)
        json_object_set_new(host, "NetworkMode", json_string(call->docker->network));
    json_object_set_new(host, "Mounts", mounts);
    *container = json_pack("{s:s, s:[s], s:o, s:o, s:o, s:b}", "Image", call->image, "Cmd", call->staged->manifest,
                           "Env", variables, "Labels", labels_of(call->job), "HostConfig", host, "Tty", 0);
    if (status == 0 && !*container)
        status =
            error_set(error, HYPE_INVALID, "%s(): the environment has text that is no UTF-8", call->job->entry->name);
    if (status < 0) {
        json_decref(*container);
        *container = NULL;
    }
    return status;
}

/* ---- Its way ---- */

static int start(const struct docker_call *call, bool *created, hype_error **error)
{
    const struct docker_api *api = &call->docker->api;
    struct job *job = call->job;
    json_t *container;
    int status = describe(call, &container, error);
    if (status < 0)
        return status;
    cleanup_free char *create_path = text_format("/containers/create?name=%s", job->id);
    cleanup_free char *start_path = text_format("/containers/%s/start", job->id);
    if (!create_path || !start_path) {
        json_decref(container);
        return error_memory(error);
    }
    *created = true; /* perhaps: it is removed in any case */
    cleanup_response struct http_response response, started = {0};
    status = docker_do(api, "POST", create_path, container, &response, error, "create container", job->id);
    if (status < 0)
        return status;
    log_info("Docker", "Created container %s", job->id);
    trace_phase(&job->trace, TRACE_SCHEDULE, job->trace.sent);
    trace_starting(&job->trace);
    return docker_do(api, "POST", start_path, NULL, &started, error, "start container", job->id);
}

static bool killed_for_memory(const struct docker_call *call)
{
    cleanup_response struct http_response response = {0};
    cleanup_free char *path = text_format("/containers/%s/json", call->job->id);
    bool killed = false;
    if (path && docker_ask(&call->docker->api, "GET", path, NULL, &response, NULL) == 0 && http_succeeded(&response)) {
        json_t *json = json_loads(response.body, 0, NULL);
        killed = json_is_true(json_object_get(json_object_get(json, "State"), "OOMKilled"));
        json_decref(json);
    }
    return killed;
}

/* The API brings it as a tar archive of one file: POSIX.1-1988 ustar, a header of 512 bytes with the size in octal
 * digits at 124, and then the file. */
static int read_far_log(const struct docker_call *call, char **message, size_t *size, hype_error **error)
{
    enum { HEADER = 512, SIZE_AT = 124, SIZE_DIGITS = 12 };
    cleanup_response struct http_response response = {0};
    cleanup_free char *path = text_format("/containers/%s/archive?path=" FAR_LOG, call->job->id);
    int status = path ? docker_do(&call->docker->api, "GET", path, NULL, &response, error,
                                  "fetch the termination log of", call->job->id)
                      : error_memory(error);
    *size = 0;
    if (status == -HYPE_NOT_FOUND && response.status == 404) {
        error_clear(error); /* hype-run wrote none */
        *message = strdup("");
        return *message ? 0 : error_memory(error);
    }
    if (status < 0)
        return status;
    if (response.size >= HEADER) {
        char digits[SIZE_DIGITS + 1] = "";
        memcpy(digits, response.body + SIZE_AT, SIZE_DIGITS);
        *size = strtoull(digits, NULL, 8);
    }
    if (response.size < HEADER || *size > response.size - HEADER)
        return error_set(error, HYPE_FORMAT, "the Docker daemon sends a termination log that is no archive");
    *message = strndup(response.body + HEADER, *size);
    return *message ? 0 : error_memory(error);
}

/* A remote log is kept here, too, where it is to be kept. */
static int read_log(const struct docker_call *call, char **message, size_t *size, hype_error **error)
{
    if (!is_far(call->docker))
        return file_read(call->log_path, 65536, message, size, error);
    int status = read_far_log(call, message, size, error);
    if (status == 0 && call->docker->keep_log) {
        cleanup_close int fd = open(call->log_path, O_WRONLY | O_TRUNC | O_CLOEXEC);
        if (fd < 0 || write_all(fd, *message, *size) < 0)
            log_warning("Docker", "cannot write %s", call->log_path);
    }
    return status;
}

static int collect(const struct docker_call *call, int exit_status, hype_error **error)
{
    const struct job *job = call->job;
    cleanup_free char *message = NULL;
    size_t size;
    log_info("Docker", "Container %s exited with status %d", job->id, exit_status);
    int status = read_log(call, &message, &size, error);
    if (status < 0)
        return status;
    if (size == 0 && killed_for_memory(call))
        return error_set(error, HYPE_OUT_OF_MEMORY,
                         "%s(): container %s was killed since it used more memory than its limit", job->entry->name,
                         job->id);
    if (size == 0)
        return error_set(error, HYPE_LOST, "%s(): container %s ended with exit status %d and left no word",
                         job->entry->name, job->id, exit_status);
    log_info("Docker", "Got termination message: %.*s", (int)strcspn(message, "\n"), message);
    return stage_collect(call->staged, call->job, message, error);
}

static void remove_container(const struct docker_call *call)
{
    cleanup_free char *path = text_format("/containers/%s?force=1&v=1", call->job->id);
    if (!path || call->docker->keep_container)
        return;
    task_shield_begin();
    docker_delete(&call->docker->api, path);
    task_shield_end();
}

int docker_run_container(const struct docker_call *call, hype_error **error)
{
    bool created = false;
    int exit_status = 0;
    trace_place(&call->job->trace, "container", call->job->id, NULL);
    trace_sent(&call->job->trace);
    int status = start(call, &created, error);
    if (status == 0)
        status = docker_follow(call, &exit_status, error);
    if (status == 0)
        status = collect(call, exit_status, error);
    if (created)
        remove_container(call);
    return status;
}
