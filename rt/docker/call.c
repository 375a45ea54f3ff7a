/* call.c: a container from its creation to its removal, and what it leaves in its termination log. */
#include "docker.h"

#include "../log.h"

#include <fcntl.h>
#include <string.h>

/* An image that was there may have been removed meanwhile: then it is pulled once more. */
static int create(const struct docker_call *call, json_t *container, hype_error **error)
{
    cleanup_free char *path = text_format("/containers/create?name=%s", call->job->id);
    if (!path)
        return error_memory(error);
    for (bool again = true;; again = false) {
        cleanup_response struct http_response response = {0};
        int status = docker_do(&call->docker->api, "POST", path, json_incref(container), &response, error,
                               "create container", call->job->id);
        if (status != -HYPE_NOT_FOUND || response.status != 404 || !again)
            return status;
        error_clear(error);
        status = docker_renew_image(call->docker, call->image, error);
        if (status < 0)
            return status;
    }
}

static int start(const struct docker_call *call, bool *created, hype_error **error)
{
    struct job *job = call->job;
    json_t *container;
    int status = docker_describe(call, &container, error);
    if (status < 0)
        return status;
    *created = true; /* perhaps: it is removed in any case */
    status = create(call, container, error);
    json_decref(container);
    cleanup_free char *path = text_format("/containers/%s/start", job->id);
    if (status == 0 && !path)
        status = error_memory(error);
    if (status < 0)
        return status;
    cleanup_response struct http_response response = {0};
    log_info("Docker", "Created container %s", job->id);
    trace_phase(&job->trace, TRACE_SCHEDULE, job->trace.sent);
    trace_starting(&job->trace);
    return docker_do(&call->docker->api, "POST", path, NULL, &response, error, "start container", job->id);
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
    cleanup_free char *path = text_format("/containers/%s/archive?path=" DOCKER_FAR_LOG, call->job->id);
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
    if (!docker_is_far(call->docker))
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
    struct job *job = call->job;
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
    if (text_starts_with(message, "error: HYPE_CANCELLED:"))
        return error_set(error, HYPE_LOST, "%s(): container %s was told to stop from outside", job->entry->name,
                         job->id);
    log_info("Docker", "Got termination message: %.*s", (int)strcspn(message, "\n"), message);
    const char *staging = call->staged->store->uri;
    if (!text_starts_with(staging, "file://") || !text_starts_with(message, "file://" DOCKER_STAGING "/"))
        return stage_collect(call->staged, job, message, error);
    cleanup_free char *here = text_format("%s%s", staging, message + strlen("file://" DOCKER_STAGING));
    return here ? stage_collect(call->staged, job, here, error) : error_memory(error);
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
