/*
 * docker.c: the submitter whose calls run in containers (rt/docker).
 *
 * A call is staged, a container is created whose entry point is hype-run and whose argument is the manifest, and
 * started; its logs are followed while the API is asked to say when it ends: nothing is polled. What was made for a
 * call (container, termination log) goes when the call ends, however it ends; what a killed program left is swept when
 * the next submitter is used.
 */
#include "../docker/docker.h"

#include "../checklist.h"
#include "../log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* One call at a time, so that many that start together ask and pull once. */
static int prepare(struct docker *docker, const struct job *job, const char *image, hype_error **error)
{
    int status = docker_negotiate(&docker->api, error);
    if (status == 0 && !docker->swept) {
        docker->swept = true;
        docker_sweep(docker, NULL);
    }
    if (status == 0)
        status = docker_ensure_image(docker, image, error);
    return status < 0 ? status : docker_ensure_volumes(docker, &job->env, error);
}

/* A private folder's file that the image's user, whoever it is, can write to where it is mounted. */
static int make_log(const struct job *job, char **path, hype_error **error)
{
    int status = leftover_create(TERMINATION_LOGS, job->id, "", path, error);
    return status == 0 && chmod(*path, 0666) < 0 ? error_system(error, errno, "cannot open %s to others", *path)
                                                 : status;
}

static int run_staged(struct docker *docker, struct job *job, const char *image, const char *log_path,
                      hype_error **error)
{
    struct staged staged;
    int status = stage_job(docker->staging, job, &staged, error);
    if (status == 0) {
        log_info("Submitter", "Submitting %.*s to Docker as %s", (int)strcspn(staged.manifest, "#"), staged.manifest,
                 job->id);
        status = docker_run_container(&(struct docker_call){docker, job, image, &staged, log_path}, error);
    }
    stage_remove(&staged);
    return status;
}

/* Under a name that no sweep takes for a leftover. */
static void keep_log(const struct job *job, const char *path)
{
    cleanup_free char *kept = text_format("%.*s/kept-%s", (int)(strrchr(path, '/') - path), path, job->id);
    if (kept && rename(path, kept) == 0)
        log_info("Docker", "The termination log of %s is %s", job->id, kept);
    else
        log_warning("Docker", "cannot keep the termination log of %s: %s", job->id, strerror(errno));
}

static int docker_run(hype_submitter *submitter, struct job *job, hype_error **error)
{
    struct docker *docker = (struct docker *)submitter;
    const char *image = job->env.image ? job->env.image : docker->image;
    if (!image)
        return error_set(error, HYPE_INVALID,
                         "%s(): no image is named: give its environment one with hype_with_image(), or the submitter, "
                         "docker:?image=IMAGE",
                         job->entry->name);
    int64_t began = trace_start(&job->trace);
    if (task_lock(&docker->preparing) < 0)
        return error_set(error, HYPE_CANCELLED, "%s() was cancelled", job->entry->name);
    int status = prepare(docker, job, image, error);
    task_unlock(&docker->preparing);
    trace_phase(&job->trace, TRACE_PULL, began);
    cleanup_free char *log_path = NULL;
    if (status == 0)
        status = make_log(job, &log_path, error);
    if (status == 0)
        status = run_staged(docker, job, image, log_path, error);
    if (log_path && docker->keep_log)
        keep_log(job, log_path);
    else if (log_path)
        unlink(log_path);
    return status;
}

static int sweep(hype_submitter *submitter, const struct leftovers *old, hype_error **error)
{
    struct docker *docker = (struct docker *)submitter;
    int status = docker_negotiate(&docker->api, error);
    if (status == 0)
        docker_sweep(docker, old);
    return status;
}

static void docker_free(struct docker *docker)
{
    docker_api_free(&docker->api);
    store_close(docker->staging);
    free(docker->image);
    free(docker->secrets);
    free(docker->host_folder);
    free(docker->network);
    free(docker->known_image);
    free(docker);
}

static void docker_close(hype_submitter *submitter)
{
    struct docker *docker = (struct docker *)submitter;
    docker_volumes_close(docker);
    docker_free(docker);
}

static void check_daemon(struct docker *docker, struct checklist *list)
{
    cleanup_response struct http_response response = {0};
    hype_error *error = NULL;
    int status = docker_negotiate(&docker->api, &error);
    if (status == 0)
        status = docker_do(&docker->api, "GET", "/version", NULL, &response, &error, "tell", "its version");
    if (status < 0) {
        check_fails(list, "daemon", error);
        return;
    }
    json_t *answer = json_loads(response.body, 0, NULL);
    const char *version = json_string_value(json_object_get(answer, "Version"));
    check_tell(list, CHECK_OK, "daemon", "Docker %s answers at %s", version ? version : "of an unknown version",
               docker->api.socket ? docker->api.socket : docker->api.base);
    json_decref(answer);
}

static void docker_check(hype_submitter *submitter, struct checklist *list)
{
    struct docker *docker = (struct docker *)submitter;
    check_daemon(docker, list);
    if (list->failed)
        return;
    checklist_store(list, docker->staging);
    checklist_call(list, submitter);
}

static int check_folder(const char *option, const char *folder, hype_error **error)
{
    return folder && *folder != '/'
               ? error_set(error, HYPE_INVALID, "%s=%s: it must be an absolute path", option, folder)
               : 0;
}

/* A folder that the image's user, whoever it is, can write to where it is mounted; the folder around it is private. */
static int make_staging(char **uri, hype_error **error)
{
    cleanup_free char *around = NULL;
    int status = cache_folder_make("docker", &around, error);
    if (status < 0)
        return status;
    if (!(*uri = text_format("file://%s/staging", around)))
        return error_memory(error);
    const char *folder = *uri + strlen("file://");
    if ((mkdir(folder, 0777) < 0 && errno != EEXIST) || chmod(folder, 0777) < 0)
        return error_system(error, errno, "cannot make the folder %s", folder);
    return 0;
}

static int open_staging(struct docker *docker, const char *wanted, hype_error **error)
{
    cleanup_free char *uri = NULL;
    int status = wanted ? 0 : make_staging(&uri, error);
    return status < 0 ? status : store_open(wanted ? wanted : uri, &docker->staging, error);
}

static int docker_open(struct submitter_url *url, hype_submitter **submitter, hype_error **error)
{
    const char *staging = submitter_url_option(url, "staging");
    struct docker *docker = calloc(1, sizeof *docker);
    if (!docker)
        return error_memory(error);
    docker->submitter.operations = &submitter_docker;
    docker->submitter.batches = true;
    docker->submitter.limit = 32; /* more containers at once only stand in each other's way */
    docker->image = submitter_url_copy(url, "image");
    docker->secrets = submitter_url_copy(url, "secrets");
    docker->host_folder = submitter_url_copy(url, "volumes");
    docker->network = submitter_url_copy(url, "network");
    docker->keep_container = submitter_url_flag(url, "keep-container");
    docker->keep_log = submitter_url_flag(url, "keep-termination-log");
    docker->keep_volumes = submitter_url_flag(url, "keep-volumes");
    int status = docker_api_open(&docker->api, error);
    if (status == 0)
        status = check_folder("secrets", docker->secrets, error);
    if (status == 0)
        status = check_folder("volumes", docker->host_folder, error);
    if (status == 0)
        status = open_staging(docker, staging, error);
    if (status < 0) {
        docker_free(docker);
        return status;
    }
    *submitter = &docker->submitter;
    return 0;
}

const struct submitter_operations submitter_docker = {
    .scheme = "docker",
    .open = docker_open,
    .run = docker_run,
    .check = docker_check,
    .sweep = sweep,
    .close = docker_close,
};
