/*
 * volume.c: volume requests. A transient one is made when the first call needs it, and removed when the submitter
 * closes; a persistent one is made where it is absent, and kept. Both are Docker's volumes, or with
 * docker:?volumes=/FOLDER folders in it.
 */
#include "docker.h"

#include "../leftovers.h"
#include "../log.h"
#include "../owner.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static struct docker_volume *find(const struct docker *docker, const hype_volume *wanted)
{
    for (struct docker_volume *v = docker->volumes; v; v = v->next)
        if (wanted->name ? v->id == 0 && strcmp(v->name, wanted->name) == 0 : v->id == wanted->id)
            return v;
    return NULL;
}

static void volume_free(struct docker_volume *volume)
{
    free(volume->name);
    free(volume->note);
    free(volume);
}

static int make_docker_volume(struct docker *docker, const struct docker_volume *volume, hype_error **error)
{
    cleanup_response struct http_response response;
    json_t *labels = json_object();
    if (!volume->keep)
        json_object_set_new(labels, OWNER_LABEL, json_string(owner_self()));
    return docker_do(&docker->api, "POST", "/volumes/create",
                     json_pack("{s:s, s:o}", "Name", volume->name, "Labels", labels), &response, error, "create volume",
                     volume->name);
}

static char *folder_of(const struct docker *docker, const char *name)
{
    return text_format("%s/%s", docker->host_folder, name);
}

/* Before a transient folder is made it is noted, so that it is removed when the program is killed. */
static int make_host_folder(const struct docker *docker, struct docker_volume *volume, hype_error **error)
{
    cleanup_free char *folder = folder_of(docker, volume->name);
    if (!folder)
        return error_memory(error);
    if (!store_name_valid(volume->name) || strchr(volume->name, '/'))
        return error_set(error, HYPE_INVALID, "volume '%s': a folder cannot bear this name", volume->name);
    int status = volume->keep ? 0 : leftover_create(HOST_VOLUMES, volume->name, folder, &volume->note, error);
    if (status < 0)
        return status;
    if (folders_make(folder) < 0)
        return error_system(error, errno, "cannot make the folder of %s", folder);
    if (mkdir(folder, 0700) == 0) {
        if (chmod(folder, 0777) < 0) /* the image's user may be any; the folder around it is private */
            return error_system(error, errno, "cannot open %s to the image's user", folder);
    } else if (errno != EEXIST) {
        return error_system(error, errno, "cannot make the folder %s", folder);
    }
    return 0;
}

/* What a container's root has put into it may be beyond this program's rights. */
bool docker_remove_folder(const char *folder)
{
    bool gone = folder_remove(folder);
    if (!gone)
        log_warning("Docker", "cannot remove all of volume %s: a container's user has filled it; remove it as root",
                    folder);
    return gone;
}

static void remove_volume(const struct docker *docker, const struct docker_volume *volume)
{
    if (!docker->host_folder) {
        cleanup_free char *path = text_format("/volumes/%s", volume->name);
        if (path)
            docker_delete(&docker->api, path);
        return;
    }
    cleanup_free char *folder = folder_of(docker, volume->name);
    if (folder && docker_remove_folder(folder))
        unlink(volume->note);
}

static int ensure(struct docker *docker, const hype_volume *wanted, hype_error **error)
{
    if (find(docker, wanted))
        return 0;
    char unique[9];
    text_random(unique, 8);
    struct docker_volume *volume = calloc(1, sizeof *volume);
    char *name = wanted->name ? strdup(wanted->name) : text_format("hype-request-%s", unique);
    if (!volume || !name) {
        free(volume);
        free(name);
        return error_memory(error);
    }
    *volume = (struct docker_volume){.id = wanted->name ? 0 : wanted->id,
                                     .name = name,
                                     .keep = wanted->name || wanted->keep || docker->keep_volumes,
                                     .next = docker->volumes};
    int status =
        docker->host_folder ? make_host_folder(docker, volume, error) : make_docker_volume(docker, volume, error);
    if (status == 0) {
        docker->volumes = volume;
        return 0;
    }
    if (volume->note)
        remove_volume(docker, volume);
    volume_free(volume);
    return status;
}

int docker_ensure_volumes(struct docker *docker, const hype_env *env, hype_error **error)
{
    int status = 0;
    for (size_t i = 0; i < ARRAY_SIZE(env->mounts) && env->mounts[i].path && status == 0; i++)
        status = ensure(docker, &env->mounts[i].volume, error);
    return status;
}

const char *docker_volume_name(const struct docker *docker, const hype_volume *volume)
{
    const struct docker_volume *found = find(docker, volume);
    return found ? found->name : NULL;
}

void docker_volumes_close(struct docker *docker)
{
    for (struct docker_volume *volume; (volume = docker->volumes);) {
        docker->volumes = volume->next;
        if (!volume->keep)
            remove_volume(docker, volume);
        volume_free(volume);
    }
}
