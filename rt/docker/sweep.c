/* sweep.c: containers, volumes and folders that programs of this machine left when they were killed, told by their
 * label hype.owner or by the notes of leftovers.h; and of programs elsewhere what is old. */
#include "docker.h"

#include "../json_text.h"
#include "../log.h"
#include "../owner.h"

#include <string.h>
#include <time.h>

struct sweep {
    const struct docker *docker;
    const struct leftovers *old;
};

static void sweep_one(const struct sweep *sweep, json_t *thing, const char *kind, const char *name, const char *state,
                      int64_t made, const char *path)
{
    const char *owner = json_text_or_null(json_object_get(thing, "Labels"), OWNER_LABEL);
    if (!name || !path || !owner || !leftover_unwanted(sweep->old, owner, kind, name, state ? state : "", made))
        return;
    log_info("Docker", "Removing %s/%s of a program that has ended", kind, name);
    docker_delete(&sweep->docker->api, path);
}

static void sweep_container(const struct sweep *sweep, json_t *container)
{
    const char *id = json_text_or_null(container, "Id");
    const char *name = json_string_value(json_array_get(json_object_get(container, "Names"), 0)); /* "/hype-run-…" */
    cleanup_free char *path = text_format("/containers/%s?force=1&v=1", id ? id : "");
    sweep_one(sweep, container, "containers", name && *name == '/' ? name + 1 : id,
              json_text_or_null(container, "State"), json_integer_value(json_object_get(container, "Created")), path);
}

static void sweep_volume(const struct sweep *sweep, json_t *volume)
{
    const char *name = json_text_or_null(volume, "Name"), *created = json_text_or_null(volume, "CreatedAt");
    cleanup_free char *path = text_format("/volumes/%s", name ? name : "");
    struct tm parts = {0};
    bool dated = created && strptime(created, "%Y-%m-%dT%H:%M:%S%z", &parts);
    int64_t offset = parts.tm_gmtoff;
    sweep_one(sweep, volume, "volumes", name, "", dated ? timegm(&parts) - offset : time(NULL), path);
}

static json_t *list(const struct docker *docker, const char *what)
{
    static const char filter[] = "%7B%22label%22%3A%5B%22" OWNER_LABEL "%22%5D%7D"; /* {"label":["hype.owner"]} */
    cleanup_error hype_error *error = NULL;
    cleanup_response struct http_response response = {0};
    cleanup_free char *path = text_format("%sfilters=%s", what, filter);
    if (!path || docker_do(&docker->api, "GET", path, NULL, &response, &error, "list", what) < 0) {
        log_warning("Docker", "%s", error ? error->message : "out of memory");
        return NULL;
    }
    return json_loads(response.body, 0, NULL);
}

/* The file names a transient folder that its program has made. */
static int sweep_folder(const char *path, void *context)
{
    (void)context;
    cleanup_free char *folder = NULL;
    size_t size;
    if (file_read(path, 65536, &folder, &size, NULL) < 0)
        return -1;
    if (*folder == '/' && strstr(folder, "/hype-request-")) {
        log_info("Docker", "Removing volume %s of a program that has ended", folder);
        return docker_remove_folder(folder) ? 0 : -1;
    }
    return 0;
}

void docker_sweep(struct docker *docker, const struct leftovers *old)
{
    const struct sweep sweep = {docker, old};
    size_t i;
    json_t *one, *containers = list(docker, "/containers/json?all=1&"), *volumes = list(docker, "/volumes?");
    json_array_foreach(containers, i, one) sweep_container(&sweep, one);
    json_array_foreach(json_object_get(volumes, "Volumes"), i, one) sweep_volume(&sweep, one);
    json_decref(containers);
    json_decref(volumes);
    leftovers_sweep(HOST_VOLUMES, old, sweep_folder, NULL);
    stage_sweep(docker->staging, old);
}
