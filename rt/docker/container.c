/* container.c: the description of a call's container: image, argument, variables, mounts, limits and labels. */
#include "docker.h"

#include "../auth/aws.h"
#include "../auth/google.h"
#include "../owner.h"
#include "../quantity.h"

#include <string.h>
#include <sys/stat.h>

static int check_resources(const hype_pair *pairs, size_t n, hype_error **error)
{
    for (size_t i = 0; i < n && pairs[i].name; i++)
        if (strcmp(pairs[i].name, "cpu") != 0 && strcmp(pairs[i].name, "memory") != 0)
            return error_set(error, HYPE_INVALID, "Docker has no resource '%s': there are cpu and memory",
                             pairs[i].name);
    return 0;
}

/* Docker knows no requests: they are limits, unless the environment says higher ones. */
static int add_resources(json_t *host, const hype_env *env, hype_error **error)
{
    long long cpu = 0, memory = 0;
    int status = check_resources(env->requests, ARRAY_SIZE(env->requests), error);
    if (status == 0)
        status = check_resources(env->limits, ARRAY_SIZE(env->limits), error);
    if (status == 0)
        status = quantity_allowed(env, "cpu", 1e9, &cpu, error);
    if (status == 0)
        status = quantity_allowed(env, "memory", 1, &memory, error);
    if (cpu > 0)
        json_object_set_new(host, "NanoCpus", json_integer(cpu));
    if (memory > 0)
        json_object_set_new(host, "Memory", json_integer(memory));
    return status;
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
        add_mount(mounts, "bind", uri + strlen("file://"), DOCKER_STAGING, false);
    int status = text_starts_with(uri, "s3://") ? add_aws(variables, error) : 0;
    return status < 0 ? status : add_google(mounts, variables, gs, error);
}

static int add_mounts(const struct docker_call *call, json_t *mounts, json_t *variables, hype_error **error)
{
    const struct docker *docker = call->docker;
    if (docker_is_far(docker))
        add_variable(variables, "HYPE_TERMINATION_LOG", DOCKER_FAR_LOG);
    else
        add_mount(mounts, "bind", call->log_path, "/dev/termination-log", false);
    int status = add_store(docker, mounts, variables, error);
    if (status == 0)
        status = add_secrets(docker, mounts, &call->job->env, error);
    return status < 0 ? status : add_volumes(docker, mounts, &call->job->env, error);
}

/* A container that is kept has no owner: no sweep is to take it for a leftover. */
static json_t *labels_of(const struct job *job, bool keep)
{
    json_t *labels = json_object();
    for (size_t i = 0; i < ARRAY_SIZE(job->env.labels) && job->env.labels[i].name; i++)
        json_object_set_new(labels, job->env.labels[i].name, json_string(job->env.labels[i].value));
    if (!keep)
        json_object_set_new(labels, OWNER_LABEL, json_string(owner_self()));
    json_object_set_new(labels, "hype.function", json_string(job->entry->name));
    return labels;
}

int docker_describe(const struct docker_call *call, json_t **container, hype_error **error)
{
    const hype_env *env = &call->job->env;
    const char *store = call->staged->store->uri,
               *there = text_starts_with(store, "file://") ? "file://" DOCKER_STAGING : store;
    cleanup_free char *manifest = text_format("%s%s", there, call->staged->manifest + strlen(store));
    if (!manifest)
        return error_memory(error);
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
    /* Whatever the daemon's default is: of "none" it could not be asked. */
    json_object_set_new(host, "LogConfig", json_pack("{s:s}", "Type", "json-file"));
    *container = json_pack("{s:s, s:[s], s:o, s:o, s:o, s:b}", "Image", call->image, "Cmd", manifest, "Env", variables,
                           "Labels", labels_of(call->job, call->docker->keep_container), "HostConfig", host, "Tty", 0);
    if (status == 0 && !*container)
        status =
            error_set(error, HYPE_INVALID, "%s(): the environment has text that is no UTF-8", call->job->entry->name);
    if (status < 0) {
        json_decref(*container);
        *container = NULL;
    }
    return status;
}
