/* sweep.c: containers, volumes and folders that programs of this machine left when they were killed, told by their
 * label hype.owner or by the notes of leftovers.h. */
#include "docker.h"

#include "../leftovers.h"
#include "../log.h"
#include "../owner.h"

#include <string.h>

static void sweep_one(const struct docker *docker, json_t *thing, const char *kind, const char *name, const char *path)
{
    const char *owner = json_string_value(json_object_get(json_object_get(thing, "Labels"), OWNER_LABEL));
    if (!name || !path || !owner || !owner_is_gone(owner))
        return;
    log_info("Docker", "Removing %s %.12s of a program that has ended", kind, name);
    docker_delete(&docker->api, path);
}

static void sweep_container(const struct docker *docker, json_t *container)
{
    const char *id = json_string_value(json_object_get(container, "Id"));
    cleanup_free char *path = text_format("/containers/%s?force=1&v=1", id ? id : "");
    sweep_one(docker, container, "container", id, path);
}

static void sweep_volume(const struct docker *docker, json_t *volume)
{
    const char *name = json_string_value(json_object_get(volume, "Name"));
    cleanup_free char *path = text_format("/volumes/%s", name ? name : "");
    sweep_one(docker, volume, "volume", name, path);
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
        folder_remove(folder);
    }
    return 0;
}

void docker_sweep(struct docker *docker)
{
    size_t i;
    json_t *one, *containers = list(docker, "/containers/json?all=1&"), *volumes = list(docker, "/volumes?");
    json_array_foreach(containers, i, one) sweep_container(docker, one);
    json_array_foreach(json_object_get(volumes, "Volumes"), i, one) sweep_volume(docker, one);
    json_decref(containers);
    json_decref(volumes);
    leftovers_sweep(HOST_VOLUMES, sweep_folder, NULL);
    stage_sweep(docker->staging);
}
