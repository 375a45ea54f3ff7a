/*
 * docker.c: calls in containers, over Docker's Engine API (v1.41; Podman's compatible socket has it too).
 *
 * A call is staged, a container is created whose entry point is hype-run and whose argument is the manifest, and
 * started; its logs are followed while the API is asked to say when it ends: nothing is polled. What was made for a
 * call (container, termination log) goes when the call ends, however it ends; what a killed program left is told from
 * the label hype.owner and swept when the next submitter is used.
 */
#include "../http.h"
#include "../log.h"
#include "../owner.h"
#include "../stage.h"
#include "submitter.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define STAGING_LABEL  "hype.staging"  /* where the call was staged, */
#define MANIFEST_LABEL "hype.manifest" /* and its manifest there */
#define LOGS           "/tmp"
#define LOG_PREFIX     "hype-termination-log-" /* OWNER-XXXXXX */

struct volume {
    unsigned id;
    char *name;
    bool keep;
    struct volume *next;
};

struct docker_submitter {
    hype_submitter submitter;
    struct store *staging;
    char *socket;        /* path, or NULL with a TCP host */
    char *base;          /* "http://docker/v1.41" */
    struct http_tls tls; /* PEM text, owned */
    char *image;         /* of calls whose environment names none; or NULL */
    char *secrets;       /* folder of the host whose subfolders are secrets; or NULL */
    char *network;       /* or NULL: the daemon's default */
    char *known_image;   /* the image that was last seen to be there */
    struct volume *volumes;
    bool keep_container, keep_log, keep_volumes, swept;
};

/* ---- Requests ---- */

static void set_host(const struct docker_submitter *s, struct http_request *request)
{
    request->unix_socket = s->socket;
    request->direct = s->socket != NULL;
    request->tls = s->socket ? NULL : &s->tls;
    request->limit = 8 << 20;
}

static int unreachable(const struct docker_submitter *s, int status, hype_error **error)
{
    if (!s->socket || (status != -HYPE_NETWORK && status != -HYPE_PERMISSION))
        return status;
    if (access(s->socket, F_OK) < 0)
        return error_wrap(error, status, "no Docker daemon listens at %s: start it, or name another by DOCKER_HOST",
                          s->socket);
    if (access(s->socket, R_OK | W_OK) < 0)
        return error_wrap(error, status, "no permission to use %s: be root or in the group 'docker'", s->socket);
    return error_wrap(error, status, "the Docker daemon at %s does not answer", s->socket);
}

/* BODY is taken over and may be NULL. The answer must be freed in every case. */
static int ask(const struct docker_submitter *s, const char *method, const char *path, json_t *body,
               struct http_response *response, hype_error **error)
{
    static const char *const json_headers[] = {"Content-Type: application/json", NULL};
    cleanup_free char *url = text_format("%s%s", s->base, path);
    cleanup_free char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    bool missing = body && !text;
    json_decref(body);
    *response = (struct http_response){0};
    if (!url || missing)
        return error_memory(error);
    struct http_request request = {.method = method,
                                   .url = url,
                                   .headers = json_headers,
                                   .body = text ? text : "",
                                   .body_size = text ? strlen(text) : 0,
                                   .stall_s = -1,
                                   .attempts = s->socket ? 2 : 0, /* a daemon of this machine is there or not */
                                   .idempotent = strcmp(method, "POST") != 0};
    set_host(s, &request);
    return unreachable(s, http_perform(&request, response, error), error);
}

static int refused(const struct http_response *response, hype_error **error, const char *what, const char *which)
{
    json_t *json = json_loads(response->body ? response->body : "", 0, NULL);
    const char *message = json_string_value(json_object_get(json, "message"));
    hype_status status = response->status == 404   ? HYPE_NOT_FOUND
                         : response->status == 403 ? HYPE_PERMISSION
                                                   : HYPE_REFUSED;
    int result = error_set(error, status, "Docker cannot %s %s: %s (HTTP status %d)", what, which,
                           message ? message : "it does not say why", response->status);
    json_decref(json);
    return result;
}

/* ---- Sweeping ---- */

static void delete_quietly(const struct docker_submitter *s, const char *path)
{
    cleanup_error hype_error *error = NULL;
    cleanup_response struct http_response response;
    int status = ask(s, "DELETE", path, NULL, &response, &error);
    if (status == 0 && !http_succeeded(&response) && response.status != 404)
        status = refused(&response, &error, "remove", path);
    if (status < 0)
        log_warning("Docker", "%s", error ? error->message : path);
}

/* What a call staged, where it is in the store that this submitter has too. */
static void remove_staged(const struct docker_submitter *s, const char *name, json_t *labels)
{
    const char *staging = json_string_value(json_object_get(labels, STAGING_LABEL));
    const char *manifest = json_string_value(json_object_get(labels, MANIFEST_LABEL));
    if (!name || !staging || !manifest || strcmp(staging, s->staging->uri) != 0 || !store_name_valid(manifest) ||
        !text_starts_with(name, "hype-run-") || !store_name_valid(name))
        return;
    struct staged staged = {.store = s->staging, .folder = strdup(name), .manifest_name = strdup(manifest)};
    if (staged.folder && staged.manifest_name)
        stage_remove(&staged);
}

static void sweep_logs(void)
{
    DIR *folder = opendir(LOGS);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char owner[OWNER_SIZE];
        if (sscanf(entry->d_name, LOG_PREFIX "%63[^-]-", owner) == 1 && owner_is_gone(owner))
            unlinkat(dirfd(folder), entry->d_name, 0); /* of another user: it is not ours to remove */
    }
    if (folder)
        closedir(folder);
}

static void sweep_containers(const struct docker_submitter *s, json_t *containers)
{
    size_t i;
    json_t *container;
    json_array_foreach(containers, i, container)
    {
        json_t *labels = json_object_get(container, "Labels");
        const char *id = json_string_value(json_object_get(container, "Id"));
        const char *owner = json_string_value(json_object_get(labels, OWNER_LABEL));
        cleanup_free char *path = id ? text_format("/containers/%s?force=1&v=1", id) : NULL;
        if (!path || !owner || !owner_is_gone(owner))
            continue;
        log_info("Docker", "Removing container %.12s of a program that has ended", id);
        delete_quietly(s, path);
        const char *name = json_string_value(json_array_get(json_object_get(container, "Names"), 0)); /* "/NAME" */
        remove_staged(s, name && *name == '/' ? name + 1 : NULL, labels);
    }
}

static void sweep_volumes(const struct docker_submitter *s, json_t *volumes)
{
    size_t i;
    json_t *volume;
    json_array_foreach(volumes, i, volume)
    {
        const char *name = json_string_value(json_object_get(volume, "Name"));
        const char *owner = json_string_value(json_object_get(json_object_get(volume, "Labels"), OWNER_LABEL));
        cleanup_free char *path = name ? text_format("/volumes/%s", name) : NULL;
        if (!path || !owner || !owner_is_gone(owner))
            continue;
        log_info("Docker", "Removing volume %s of a program that has ended", name);
        delete_quietly(s, path);
    }
}

/* Best effort: a failure here shows again, and better, when the call itself is made. */
static void sweep(struct docker_submitter *s)
{
    static const char filter[] =
        "filters=%7B%22label%22%3A%5B%22" OWNER_LABEL "%22%5D%7D"; /* {"label":["hype.owner"]} */
    if (s->swept)
        return;
    s->swept = true;
    sweep_logs();
    for (int volumes = 0; volumes < 2; volumes++) {
        cleanup_error hype_error *error = NULL;
        cleanup_response struct http_response response;
        cleanup_free char *path = text_format(volumes ? "/volumes?%s" : "/containers/json?all=1&%s", filter);
        if (!path || ask(s, "GET", path, NULL, &response, &error) < 0 || !http_succeeded(&response))
            continue;
        json_t *json = json_loads(response.body, 0, NULL);
        if (volumes)
            sweep_volumes(s, json_object_get(json, "Volumes"));
        else
            sweep_containers(s, json);
        json_decref(json);
    }
}

/* ---- Images ---- */

struct pull {
    char *line;
    size_t length, capacity;
    char *failure;
    const char *image;
};

static void pull_line(struct pull *pull)
{
    json_t *json = json_loads(pull->line, 0, NULL);
    const char *failure = json_string_value(json_object_get(json, "error"));
    const char *status = json_string_value(json_object_get(json, "status"));
    const char *layer = json_string_value(json_object_get(json, "id"));
    if (failure && !pull->failure)
        pull->failure = strdup(failure);
    if (status && !json_object_get(json, "progress"))
        log_info("Docker", "%s: %s%s%s", pull->image, layer ? layer : "", layer ? " " : "", status);
    json_decref(json);
}

/* One JSON text a line. */
static int pull_sink(void *context, const void *data, size_t size, hype_error **error)
{
    struct pull *pull = context;
    for (const char *byte = data; size > 0; byte++, size--) {
        if (pull->length + 1 >= pull->capacity) {
            size_t capacity = pull->capacity ? pull->capacity * 2 : 4096;
            char *more = capacity > (1 << 20) ? NULL : realloc(pull->line, capacity);
            if (!more)
                return error_set(error, HYPE_FORMAT, "the Docker daemon sends lines without an end");
            pull->line = more;
            pull->capacity = capacity;
        }
        pull->line[pull->length++] = *byte;
        if (*byte == '\n') {
            pull->line[pull->length] = 0;
            pull_line(pull);
            pull->length = 0;
        }
    }
    return 0;
}

static int pull_image(const struct docker_submitter *s, const char *image, hype_error **error)
{
    cleanup_response struct http_response response = {0};
    cleanup_free char *name = http_escape(image, true);
    const char *last = strrchr(image, '/'), *tag = strpbrk(last ? last : image, ":@");
    cleanup_free char *url =
        name ? text_format("%s/images/create?fromImage=%s%s", s->base, name, tag ? "" : "&tag=latest") : NULL;
    if (!url)
        return error_memory(error);
    struct pull pull = {.image = image};
    struct http_request request = {
        .method = "POST", .url = url, .body = "", .sink = pull_sink, .context = &pull, .stall_s = 300};
    set_host(s, &request);
    log_info("Docker", "Pulling image %s", image);
    int status = unreachable(s, http_perform(&request, &response, error), error);
    if (status == 0 && !http_succeeded(&response))
        status = refused(&response, error, "pull image", image);
    if (status == 0 && pull.failure)
        status = error_set(error, HYPE_NOT_FOUND, "Docker cannot pull image %s: %s", image, pull.failure);
    free(pull.line);
    free(pull.failure);
    return status;
}

static bool is_hype_run(const char *program)
{
    const char *slash = program ? strrchr(program, '/') : NULL;
    return program && strcmp(slash ? slash + 1 : program, "hype-run") == 0;
}

static int check_entry_point(json_t *image, const char *name, hype_error **error)
{
    json_t *entry = json_object_get(json_object_get(image, "Config"), "Entrypoint");
    if (is_hype_run(json_string_value(json_array_get(entry, 0))))
        return 0;
    cleanup_free char *found = json_is_array(entry) ? json_dumps(entry, JSON_COMPACT) : NULL;
    return error_set(error, HYPE_INVALID,
                     "image %s cannot run calls: its entry point is %s; put hype-run into it and "
                     "ENTRYPOINT [\"hype-run\"] into its Dockerfile",
                     name, found ? found : "not set");
}

static int ensure_image(struct docker_submitter *s, const char *name, hype_error **error)
{
    if (s->known_image && strcmp(s->known_image, name) == 0)
        return 0;
    cleanup_free char *escaped = http_escape(name, true),
                      *path = escaped ? text_format("/images/%s/json", escaped) : NULL;
    if (!path)
        return error_memory(error);
    for (int pulled = 0;; pulled++) {
        cleanup_response struct http_response response = {0};
        int status = ask(s, "GET", path, NULL, &response, error);
        if (status == 0 && response.status == 404 && !pulled) {
            status = pull_image(s, name, error);
            if (status == 0)
                continue;
        }
        if (status == 0 && !http_succeeded(&response))
            status = refused(&response, error, "find image", name);
        if (status < 0)
            return status;
        json_t *json = json_loads(response.body, 0, NULL);
        status = check_entry_point(json, name, error);
        json_decref(json);
        if (status == 0) {
            free(s->known_image);
            s->known_image = strdup(name);
        }
        return status;
    }
}

/* ---- The container ---- */

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

static int add_secrets(const struct docker_submitter *s, json_t *mounts, const hype_env *env, hype_error **error)
{
    for (size_t i = 0; i < ARRAY_SIZE(env->secrets) && env->secrets[i].name; i++) {
        const hype_secret *secret = &env->secrets[i];
        struct stat status;
        cleanup_free char *folder = s->secrets ? text_format("%s/%s", s->secrets, secret->name) : NULL;
        if (!s->secrets)
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

static int volume_of(struct docker_submitter *s, const hype_volume *wanted, const char **name, hype_error **error)
{
    for (struct volume *v = s->volumes; v; v = v->next)
        if (wanted->name ? strcmp(v->name, wanted->name) == 0 : v->id == wanted->id && !v->keep) {
            *name = v->name;
            return 0;
        }
    char unique[9];
    text_random(unique, 8);
    struct volume *volume = calloc(1, sizeof *volume);
    char *made = wanted->name ? strdup(wanted->name) : text_format("hype-request-%s", unique);
    if (!volume || !made) {
        free(volume);
        free(made);
        return error_memory(error);
    }
    *volume = (struct volume){wanted->id, made, wanted->name != NULL || wanted->keep, s->volumes};
    s->volumes = volume; /* calls that start meanwhile find it */
    cleanup_response struct http_response response;
    json_t *labels = json_object();
    if (!volume->keep)
        json_object_set_new(labels, OWNER_LABEL, json_string(owner_self()));
    int status =
        ask(s, "POST", "/volumes/create", json_pack("{s:s, s:o}", "Name", made, "Labels", labels), &response, error);
    if (status == 0 && !http_succeeded(&response))
        status = refused(&response, error, "create volume", made);
    *name = made;
    return status;
}

static int add_volumes(struct docker_submitter *s, json_t *mounts, const hype_env *env, hype_error **error)
{
    for (size_t i = 0; i < ARRAY_SIZE(env->mounts) && env->mounts[i].path; i++) {
        const char *name = NULL;
        int status = volume_of(s, &env->mounts[i].volume, &name, error);
        if (status < 0)
            return status;
        add_mount(mounts, "volume", name, env->mounts[i].path, env->mounts[i].read_only);
    }
    return 0;
}

/* What the store needs to be told; the credentials among it are the store's only way to know the call there. */
static void add_store_variables(const struct docker_submitter *s, json_t *variables)
{
    static const char *const of_s3[] = {"AWS_ACCESS_KEY_ID",  "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
                                        "AWS_REGION",         "AWS_DEFAULT_REGION",    "AWS_ENDPOINT_URL",
                                        "AWS_ENDPOINT_URL_S3"};
    static const char *const of_gs[] = {"STORAGE_EMULATOR_HOST"};
    bool s3 = text_starts_with(s->staging->uri, "s3:"), gs = text_starts_with(s->staging->uri, "gs:");
    const char *const *names = s3 ? of_s3 : of_gs;
    for (size_t i = 0; (s3 || gs) && i < (s3 ? ARRAY_SIZE(of_s3) : ARRAY_SIZE(of_gs)); i++)
        if (getenv(names[i]))
            json_array_append_new(variables, json_sprintf("%s=%s", names[i], getenv(names[i])));
}

static int add_mounts(struct docker_submitter *s, json_t *mounts, json_t *variables, const struct job *job,
                      const char *log_path, hype_error **error)
{
    const char *credentials = getenv("GOOGLE_APPLICATION_CREDENTIALS");
    add_mount(mounts, "bind", log_path, "/dev/termination-log", false);
    if (text_starts_with(s->staging->uri, "file://")) {
        const char *folder = s->staging->uri + strlen("file://");
        add_mount(mounts, "bind", folder, folder, false);
    }
    if (credentials && access(credentials, R_OK) == 0) {
        static const char there[] = "/etc/hype/google-application-credentials.json";
        cleanup_free char *here = realpath(credentials, NULL);
        if (!here)
            return error_memory(error);
        add_mount(mounts, "bind", here, there, true);
        json_array_append_new(variables, json_sprintf("GOOGLE_APPLICATION_CREDENTIALS=%s", there));
    }
    int status = add_secrets(s, mounts, &job->env, error);
    return status < 0 ? status : add_volumes(s, mounts, &job->env, error);
}

static int describe(struct docker_submitter *s, const struct job *job, const char *image, const struct staged *staged,
                    const char *log_path, json_t **container, hype_error **error)
{
    json_t *mounts = json_array(), *variables = json_array(), *host = json_object(), *labels = json_object();
    json_array_append_new(variables, json_sprintf("HYPE_EXECUTION_ID=%s", job->id));
    add_store_variables(s, variables);
    for (size_t i = 0; i < ARRAY_SIZE(job->env.variables) && job->env.variables[i].name; i++)
        json_array_append_new(variables,
                              json_sprintf("%s=%s", job->env.variables[i].name, job->env.variables[i].value));
    json_object_set_new(labels, OWNER_LABEL, json_string(owner_self()));
    json_object_set_new(labels, STAGING_LABEL, json_string(s->staging->uri));
    json_object_set_new(labels, MANIFEST_LABEL, json_string(staged->manifest_name));
    json_object_set_new(labels, "hype.function", json_string(job->entry->name));
    for (size_t i = 0; i < ARRAY_SIZE(job->env.labels) && job->env.labels[i].name; i++)
        json_object_set_new(labels, job->env.labels[i].name, json_string(job->env.labels[i].value));
    int status = add_mounts(s, mounts, variables, job, log_path, error);
    if (status == 0)
        status = add_resources(host, &job->env, error);
    if (s->network)
        json_object_set_new(host, "NetworkMode", json_string(s->network));
    json_object_set_new(host, "Mounts", mounts);
    *container = json_pack("{s:s, s:[s], s:o, s:o, s:o, s:b}", "Image", image, "Cmd", staged->manifest, "Env",
                           variables, "Labels", labels, "HostConfig", host, "Tty", 0);
    if (status == 0 && !*container)
        status = error_set(error, HYPE_INVALID, "%s(): the environment has text that is no UTF-8", job->entry->name);
    if (status < 0) {
        json_decref(*container);
        *container = NULL;
    }
    return status;
}

/* ---- Following ---- */

/* The Engine's stream of a container without a terminal: headers of 8 bytes (stream, three zeros, big-endian size),
 * each with its payload. */
struct demultiplexer {
    struct output *output;
    unsigned char header[8];
    size_t header_length, left;
};

static int log_sink(void *context, const void *data, size_t size, hype_error **error)
{
    struct demultiplexer *d = context;
    const unsigned char *bytes = data;
    while (size > 0) {
        if (d->left == 0) {
            d->header[d->header_length++] = *bytes++;
            size--;
            if (d->header_length < sizeof d->header)
                continue;
            d->header_length = 0;
            if (d->header[0] > 2)
                return error_set(error, HYPE_FORMAT, "the Docker daemon sends logs of a form that is not known");
            d->left =
                (size_t)d->header[4] << 24 | (size_t)d->header[5] << 16 | (size_t)d->header[6] << 8 | d->header[7];
            continue;
        }
        size_t part = size < d->left ? size : d->left;
        output_write(d->output, d->header[0] == 2 ? OUTPUT_STDERR : OUTPUT_STDOUT, bytes, part);
        bytes += part;
        size -= part;
        d->left -= part;
    }
    return 0;
}

struct follow {
    struct docker_submitter *s;
    struct job *job;
    int exit_status;
};

static int follow_logs(void *context, hype_error **error)
{
    struct follow *f = context;
    struct demultiplexer demultiplexer = {.output = &f->job->output};
    cleanup_response struct http_response response = {0};
    cleanup_free char *url = text_format("%s/containers/%s/logs?follow=1&stdout=1&stderr=1", f->s->base, f->job->id);
    if (!url)
        return error_memory(error);
    struct http_request request = {
        .url = url, .sink = log_sink, .context = &demultiplexer, .stall_s = -1, .attempts = 1};
    set_host(f->s, &request);
    int status = unreachable(f->s, http_perform(&request, &response, error), error);
    return status == 0 && !http_succeeded(&response) ? refused(&response, error, "follow the logs of", f->job->id)
                                                     : status;
}

static int wait_for_end(void *context, hype_error **error)
{
    struct follow *f = context;
    cleanup_response struct http_response response;
    cleanup_free char *path = text_format("/containers/%s/wait", f->job->id);
    if (!path)
        return error_memory(error);
    int status = ask(f->s, "POST", path, NULL, &response, error);
    if (status == 0 && !http_succeeded(&response))
        status = refused(&response, error, "wait for", f->job->id);
    if (status < 0)
        return status;
    json_t *json = json_loads(response.body, 0, NULL);
    f->exit_status = (int)json_integer_value(json_object_get(json, "StatusCode"));
    json_decref(json);
    return 0;
}

static int follow(struct docker_submitter *s, struct job *job, int *exit_status, hype_error **error)
{
    struct follow f = {s, job, 0};
    struct task_group group = {.limit = 0};
    if (task_group_start(&group, follow_logs, &f) == 0)
        task_group_start(&group, wait_for_end, &f);
    int status = task_group_wait(&group, error);
    *exit_status = f.exit_status;
    return status;
}

/* ---- A call ---- */

static int start_container(struct docker_submitter *s, struct job *job, const char *image,
                           const struct staged *staged, const char *log_path, bool *created, hype_error **error)
{
    json_t *container;
    int status = describe(s, job, image, staged, log_path, &container, error);
    if (status < 0)
        return status;
    cleanup_free char *create = text_format("/containers/create?name=%s", job->id);
    cleanup_free char *start = text_format("/containers/%s/start", job->id);
    if (!create || !start) {
        json_decref(container);
        return error_memory(error);
    }
    *created = true; /* perhaps: it is removed in any case */
    cleanup_response struct http_response response, started = {0};
    status = ask(s, "POST", create, container, &response, error);
    if (status == 0 && !http_succeeded(&response))
        status = refused(&response, error, "create container", job->id);
    if (status < 0)
        return status;
    log_info("Docker", "Created container %s", job->id);
    trace_phase(&job->trace, TRACE_SCHEDULE, job->trace.sent);
    trace_starting(&job->trace);
    status = ask(s, "POST", start, NULL, &started, error);
    return status == 0 && !http_succeeded(&started) ? refused(&started, error, "start container", job->id) : status;
}

static bool killed_for_memory(const struct docker_submitter *s, const struct job *job)
{
    cleanup_response struct http_response response;
    cleanup_free char *path = text_format("/containers/%s/json", job->id);
    bool killed = false;
    if (path && ask(s, "GET", path, NULL, &response, NULL) == 0 && http_succeeded(&response)) {
        json_t *json = json_loads(response.body, 0, NULL);
        killed = json_is_true(json_object_get(json_object_get(json, "State"), "OOMKilled"));
        json_decref(json);
    }
    return killed;
}

static int collect(struct docker_submitter *s, const struct staged *staged, struct job *job, const char *log_path,
                   int exit_status, hype_error **error)
{
    cleanup_free char *message = NULL;
    size_t size;
    log_info("Docker", "Container %s exited with status %d", job->id, exit_status);
    int status = file_read(log_path, 65536, &message, &size, error);
    if (status < 0)
        return status;
    if (size == 0 && killed_for_memory(s, job))
        return error_set(error, HYPE_OUT_OF_MEMORY,
                         "%s(): container %s was killed since it used more memory than its limit", job->entry->name,
                         job->id);
    if (size == 0)
        return error_set(error, HYPE_LOST, "%s(): container %s ended with exit status %d and left no word",
                         job->entry->name, job->id, exit_status);
    log_info("Docker", "Got termination message: %.*s", (int)strcspn(message, "\n"), message);
    return stage_collect(staged, job, message, error);
}

static void remove_container(struct docker_submitter *s, const struct job *job)
{
    cleanup_free char *path = text_format("/containers/%s?force=1&v=1", job->id);
    if (!path || s->keep_container)
        return;
    task_shield_begin();
    delete_quietly(s, path);
    task_shield_end();
}

static int run_container(struct docker_submitter *s, struct job *job, const char *image, const struct staged *staged,
                         const char *log_path, hype_error **error)
{
    bool created = false;
    int exit_status = 0;
    trace_place(&job->trace, "container", job->id, NULL);
    trace_sent(&job->trace);
    int status = start_container(s, job, image, staged, log_path, &created, error);
    if (status == 0)
        status = follow(s, job, &exit_status, error);
    if (status == 0)
        status = collect(s, staged, job, log_path, exit_status, error);
    if (created)
        remove_container(s, job);
    return status;
}

static int docker_run(hype_submitter *submitter, struct job *job, hype_error **error)
{
    struct docker_submitter *s = (struct docker_submitter *)submitter;
    struct staged staged;
    const char *image = job->env.image ? job->env.image : s->image;
    if (!image)
        return error_set(error, HYPE_INVALID,
                         "%s(): no image is named: give its environment one with hype_with_image(), or the submitter, "
                         "docker:?image=IMAGE",
                         job->entry->name);
    sweep(s);
    int64_t pulling = trace_start(&job->trace);
    int status = ensure_image(s, image, error);
    trace_phase(&job->trace, TRACE_PULL, pulling);
    if (status < 0)
        return status;
    cleanup_free char *log_path = text_format(LOGS "/" LOG_PREFIX "%s-XXXXXX", owner_self());
    int log = log_path ? mkostemp(log_path, O_CLOEXEC) : -1;
    if (log < 0)
        return log_path ? error_system(error, errno, "cannot make a termination log in " LOGS) : error_memory(error);
    if (fchmod(log, 0622) < 0) /* the image's user may be any */
        log_warning("Docker", "cannot open %s to others", log_path);
    close(log);
    status = stage_job(s->staging, job, &staged, error);
    if (status == 0) {
        log_info("Submitter", "Submitting %.*s to Docker as %s", (int)strcspn(staged.manifest, "#"), staged.manifest,
                 job->id);
        status = run_container(s, job, image, &staged, log_path, error);
    }
    stage_remove(&staged);
    if (s->keep_log)
        log_info("Docker", "The termination log of %s is %s", job->id, log_path);
    else
        unlink(log_path);
    return status;
}

/* ---- The submitter ---- */

static int docker_sweep(hype_submitter *submitter, hype_error **error)
{
    struct docker_submitter *s = (struct docker_submitter *)submitter;
    cleanup_response struct http_response response;
    int status = ask(s, "GET", "/_ping", NULL, &response, error); /* a daemon that is not there is told of here */
    if (status == 0)
        sweep(s);
    return status;
}

static void docker_free(struct docker_submitter *s)
{
    for (struct volume *volume; (volume = s->volumes);) {
        s->volumes = volume->next;
        free(volume->name);
        free(volume);
    }
    store_close(s->staging);
    free(s->socket);
    free(s->base);
    free((char *)(uintptr_t)s->tls.ca);
    free((char *)(uintptr_t)s->tls.certificate);
    free((char *)(uintptr_t)s->tls.key);
    free(s->image);
    free(s->secrets);
    free(s->network);
    free(s->known_image);
    free(s);
}

static void docker_close(hype_submitter *submitter)
{
    struct docker_submitter *s = (struct docker_submitter *)submitter;
    for (struct volume *volume = s->volumes; volume; volume = volume->next) {
        cleanup_free char *path = text_format("/volumes/%s", volume->name);
        if (path && !volume->keep && !s->keep_volumes)
            delete_quietly(s, path);
    }
    docker_free(s);
}

static int read_tls(struct docker_submitter *s, hype_error **error)
{
    const char *folder = getenv("DOCKER_CERT_PATH"), *home = getenv("HOME");
    static const char *const names[] = {"ca.pem", "cert.pem", "key.pem"};
    const char **texts[] = {&s->tls.ca, &s->tls.certificate, &s->tls.key};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        cleanup_free char *path = folder && *folder ? text_format("%s/%s", folder, names[i])
                                                    : text_format("%s/.docker/%s", home ? home : "", names[i]);
        char *text;
        size_t size;
        int status = path ? file_read(path, 1 << 20, &text, &size, error) : error_memory(error);
        if (status < 0)
            return error_wrap(error, status, "DOCKER_TLS_VERIFY is set");
        *texts[i] = text;
    }
    return 0;
}

/* DOCKER_HOST: unix:///PATH, or tcp://HOST:PORT with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH. */
static int set_address(struct docker_submitter *s, const char *host, hype_error **error)
{
    const char *verify = getenv("DOCKER_TLS_VERIFY");
    bool tls = verify && *verify;
    if (text_starts_with(host, "unix://")) {
        s->socket = strdup(host + strlen("unix://"));
        s->base = strdup("http://docker/v1.41");
        return s->socket && s->base ? 0 : error_memory(error);
    }
    if (!text_starts_with(host, "tcp://"))
        return error_set(error, HYPE_INVALID, "DOCKER_HOST is '%s': it must start with unix:// or tcp://", host);
    s->base = text_format("%s://%s/v1.41", tls ? "https" : "http", host + strlen("tcp://"));
    return !s->base ? error_memory(error) : tls ? read_tls(s, error) : 0;
}

static int docker_open(struct submitter_url *url, hype_submitter **submitter, hype_error **error)
{
    const char *host = getenv("DOCKER_HOST"), *staging = submitter_url_option(url, "staging");
    struct docker_submitter *s = calloc(1, sizeof *s);
    cleanup_free char *default_staging = submitter_cache_uri();
    if (!s || !default_staging) {
        free(s);
        return error_memory(error);
    }
    s->submitter.operations = &submitter_docker;
    s->image = submitter_url_copy(url, "image");
    s->secrets = submitter_url_copy(url, "secrets");
    s->network = submitter_url_copy(url, "network");
    s->keep_container = submitter_url_flag(url, "keep-container");
    s->keep_log = submitter_url_flag(url, "keep-termination-log");
    s->keep_volumes = submitter_url_flag(url, "keep-volumes");
    int status = set_address(s, host && *host ? host : "unix:///var/run/docker.sock", error);
    if (status == 0)
        status = store_open(staging ? staging : default_staging, &s->staging, error);
    if (status < 0) {
        docker_free(s);
        return status;
    }
    *submitter = &s->submitter;
    return 0;
}

const struct submitter_operations submitter_docker = {
    .scheme = "docker",
    .open = docker_open,
    .run = docker_run,
    .sweep = docker_sweep,
    .close = docker_close,
};
