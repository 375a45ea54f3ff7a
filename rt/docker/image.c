/* image.c: images are pulled where they are absent, with progress, and must start hype-run. */
#include "docker.h"

#include "../lines.h"
#include "../log.h"
#include "../progress.h"

#include <string.h>

/* ---- Pulling ---- */

struct layer {
    char id[16];
    uint64_t done, total; /* bytes */
};

struct pull {
    const char *image;
    struct lines lines;
    char *failure;
    struct layer layers[256]; /* Docker's limit is 127 */
    size_t n_layers;
    struct progress progress;
};

static struct layer *layer_of(struct pull *pull, const char *id)
{
    for (size_t i = 0; i < pull->n_layers; i++)
        if (strncmp(pull->layers[i].id, id, sizeof pull->layers[i].id - 1) == 0)
            return &pull->layers[i];
    if (pull->n_layers == ARRAY_SIZE(pull->layers))
        return NULL;
    struct layer *layer = &pull->layers[pull->n_layers++];
    strncpy(layer->id, id, sizeof layer->id - 1);
    return layer;
}

/* "Downloading" counts bytes up to the layer's size, which is known only then. */
static void pull_progress(struct pull *pull, const char *id, json_t *detail)
{
    struct layer *layer = layer_of(pull, id);
    json_int_t done = json_integer_value(json_object_get(detail, "current"));
    json_int_t total = json_integer_value(json_object_get(detail, "total"));
    if (!layer || done < 0 || total < done)
        return;
    pull->progress.total += (uint64_t)total - layer->total;
    progress_add(&pull->progress, (int64_t)done - (int64_t)layer->done);
    *layer = (struct layer){.done = (uint64_t)done, .total = (uint64_t)total};
    strncpy(layer->id, id, sizeof layer->id - 1);
}

static int pull_line(void *context, const char *line, size_t length, hype_error **error)
{
    struct pull *pull = context;
    json_t *json = json_loadb(line, length, 0, NULL), *detail = json_object_get(json, "progressDetail");
    const char *failure = json_string_value(json_object_get(json, "error"));
    const char *status = json_string_value(json_object_get(json, "status"));
    const char *layer = json_string_value(json_object_get(json, "id"));
    (void)error;
    if (failure && !pull->failure)
        pull->failure = strdup(failure);
    if (status && layer && strcmp(status, "Downloading") == 0)
        pull_progress(pull, layer, detail);
    else if (status && json_object_size(detail) == 0)
        log_info("Docker", "%s: %s%s%s", pull->image, layer ? layer : "", layer ? " " : "", status);
    json_decref(json);
    return 0;
}

static int pull_sink(void *context, const void *data, size_t size, hype_error **error)
{
    return lines_feed(&((struct pull *)context)->lines, data, size, pull_line, context, error);
}

/* In registries' and Docker's words: there is no code that tells these apart. */
static int explain_refusal(const char *text, hype_error **error)
{
    static const char *const login[] = {"denied", "unauthorized", "authentication required", "no basic auth", NULL};
    static const char *const absent[] = {"not found", "manifest unknown", NULL};
    static const char *const network[] = {
        "timeout", "deadline exceeded", "toomanyrequests", "rate limit", "no such host",
        "refused", "reset by peer",     "dial tcp",        "handshake",  "EOF",
        NULL};
    if (text_has_one_of(text, login))
        return error_set(error, HYPE_PERMISSION, "%s; `docker login` tells who you are", text);
    hype_status status = text_has_one_of(text, absent)    ? HYPE_NOT_FOUND
                         : text_has_one_of(text, network) ? HYPE_NETWORK
                                                          : HYPE_REFUSED;
    return error_set(error, status, "%s", text);
}

static int pull_image(const struct docker *docker, const char *image, hype_error **error)
{
    enum { STALL_S = 300 };
    cleanup_free char *login = NULL;
    int status = docker_login_header(image, &login, error);
    if (status < 0)
        return error_wrap(error, status, "pulling image %s", image);
    cleanup_free char *name = http_escape(image, true);
    const char *last = strrchr(image, '/'), *tag = strpbrk(last ? last : image, ":@");
    cleanup_free char *path =
        name ? text_format("/images/create?fromImage=%s%s", name, tag ? "" : "&tag=latest") : NULL;
    struct pull *pull = calloc(1, sizeof *pull);
    if (!path || !pull) {
        free(pull);
        return error_memory(error);
    }
    pull->image = image;
    pull->lines.limit = 1 << 20;
    log_info("Docker", "Pulling image %s", image);
    progress_start(&pull->progress, "Pulling", 0);
    cleanup_error hype_error *failure = NULL;
    status = docker_stream(&docker->api, "POST", path, login, STALL_S, pull_sink, pull, &failure, "pull image", image);
    progress_end(&pull->progress);
    if (status == 0 && pull->failure)
        status = error_set(&failure, HYPE_REFUSED, "Docker cannot pull image %s: %s", image, pull->failure);
    bool refused = status == -HYPE_REFUSED || status == -HYPE_NOT_FOUND || status == -HYPE_PERMISSION;
    if (refused && failure)
        status = explain_refusal(failure->message, error);
    else if (status < 0)
        status = error_set(error, (hype_status)-status, "%s", failure ? failure->message : "out of memory");
    lines_free(&pull->lines);
    free(pull->failure);
    free(pull);
    return status;
}

/* ---- Checking ---- */

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

int docker_renew_image(struct docker *docker, const char *name, hype_error **error)
{
    if (task_lock(&docker->preparing) < 0)
        return error_set(error, HYPE_CANCELLED, "cancelled");
    free(docker->known_image);
    docker->known_image = NULL;
    int status = docker_ensure_image(docker, name, error);
    task_unlock(&docker->preparing);
    return status;
}

int docker_ensure_image(struct docker *docker, const char *name, hype_error **error)
{
    if (docker->known_image && strcmp(docker->known_image, name) == 0)
        return 0;
    cleanup_free char *escaped = http_escape(name, true),
                      *path = escaped ? text_format("/images/%s/json", escaped) : NULL;
    if (!path)
        return error_memory(error);
    for (int pulled = 0;; pulled++) {
        cleanup_response struct http_response response = {0};
        int status = docker_do(&docker->api, "GET", path, NULL, &response, error, "find image", name);
        if (status == -HYPE_NOT_FOUND && response.status == 404 && !pulled) {
            error_clear(error);
            status = pull_image(docker, name, error);
            if (status == 0)
                continue;
        }
        if (status < 0)
            return status;
        json_t *json = json_loads(response.body, 0, NULL);
        status = check_entry_point(json, name, error);
        json_decref(json);
        if (status == 0) {
            free(docker->known_image);
            docker->known_image = strdup(name);
        }
        return status;
    }
}
