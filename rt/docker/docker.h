/*
 * docker.h: calls in containers, over Docker's Engine API (Podman's compatible socket has it too): what the files of
 * this folder and submit/docker.c, which is the submitter, share.
 *
 *   api.c        the daemon: its address, the version of its API, requests and refusals
 *   image.c      images: pulled where they are absent, and checked
 *   registry.c   who one is at their registries
 *   volume.c     volume requests: Docker's volumes, or folders of the host
 *   container.c  the description of a call's container
 *   call.c       a container from its creation to its removal
 *   follow.c     output and end of a container
 *   sweep.c      what killed programs have left
 */
#ifndef HYPE_RT_DOCKER_H
#define HYPE_RT_DOCKER_H

#include "../http.h"
#include "../stage.h"
#include "../submit/submitter.h"

#include <jansson.h>

/* ---- api.c ---- */

struct docker_api {
    char *socket;        /* path; NULL: TCP, perhaps to another machine */
    char *base;          /* "http://docker" */
    char version[16];    /* "1.41"; "": not negotiated yet */
    struct http_tls tls; /* PEM text, owned */
};

/* DOCKER_HOST: unix:///PATH, or tcp://HOST:PORT with DOCKER_TLS_VERIFY and DOCKER_CERT_PATH. Contacts nothing yet; to
 * be freed in every case. */
int docker_api_open(struct docker_api *api, hype_error **error);
void docker_api_free(struct docker_api *api);

/* Agrees with the daemon on the newest version that both know, once; DOCKER_API_VERSION names one. To be called before
 * the functions below. */
int docker_negotiate(struct docker_api *api, hype_error **error);

/* BODY is taken over and may be NULL. The answer must be freed in every case. */
int docker_ask(const struct docker_api *api, const char *method, const char *path, json_t *body,
               struct http_response *response, hype_error **error);
/* The same, and an answer that refuses is an error: "Docker cannot WHAT WHICH: ...". */
int docker_do(const struct docker_api *api, const char *method, const char *path, json_t *body,
              struct http_response *response, hype_error **error, const char *what, const char *which);
/* An answer without an end, or a long one, to SINK. STALL_S as in http.h; HEADER: one more, or NULL. */
int docker_stream(const struct docker_api *api, const char *method, const char *path, const char *header, int stall_s,
                  http_sink *sink, void *context, hype_error **error, const char *what, const char *which);
/* What is not there is no error; failures are only logged. */
void docker_delete(const struct docker_api *api, const char *path);

/* ---- The submitter ---- */

struct docker_volume {
    unsigned id;
    char *name;
    char *note; /* of a transient folder of the host: HOST_VOLUMES; else NULL */
    bool keep;
    struct docker_volume *next;
};

struct docker {
    hype_submitter submitter;
    struct docker_api api;
    struct store *staging;
    char *image;       /* of calls whose environment names none; or NULL */
    char *secrets;     /* folder of the host whose subfolders are secrets; or NULL */
    char *host_folder; /* of the volumes; NULL: they are Docker's */
    char *network;     /* or NULL: the daemon's default */
    char *known_image; /* the image that was last seen to be there */
    struct docker_volume *volumes;
    struct task_lock preparing; /* held while the daemon, the image and the volumes are made ready for a call */
    bool keep_container, keep_log, keep_volumes, swept;
};

/* Where hype-run writes when the daemon may be on another machine, from where the API brings it. */
#define DOCKER_FAR_LOG "/tmp/hype-termination-log"
static inline bool docker_is_far(const struct docker *docker)
{
    return !docker->api.socket;
}

/* Where containers have a folder of this machine in which their calls are staged. */
#define DOCKER_STAGING "/var/lib/hype/staging"

/* ---- image.c ---- */

/* Pulls it where it is absent; its entry point must be hype-run. */
int docker_ensure_image(struct docker *docker, const char *name, hype_error **error);
/* The same of one that has been removed since it was last seen. */
int docker_renew_image(struct docker *docker, const char *name, hype_error **error);

/* ---- registry.c ---- */

/* "X-Registry-Auth: ...", a new string, for pulls of IMAGE; NULL where nobody has logged in. In a task. */
int docker_login_header(const char *image, char **header, hype_error **error);

/* ---- volume.c ---- */

#define HOST_VOLUMES "volumes" /* leftovers.h: files that hold the path of a transient host folder */

/* Makes what ENV's mounts need and is not there yet. */
int docker_ensure_volumes(struct docker *docker, const hype_env *env, hype_error **error);
/* The name of Docker's volume, or the path of the folder; NULL before docker_ensure_volumes(). */
const char *docker_volume_name(const struct docker *docker, const hype_volume *volume);
/* A transient folder of the host; whether it is gone. What is left is warned of. */
bool docker_remove_folder(const char *folder);
/* Removes those that are not kept, and forgets all. */
void docker_volumes_close(struct docker *docker);

/* ---- container.c ---- */

struct docker_call {
    struct docker *docker;
    struct job *job;
    const char *image;
    const struct staged *staged;
    const char *log_path; /* termination log on this machine */
};

/* What Docker is to create, a new value. In a task. */
int docker_describe(const struct docker_call *call, json_t **container, hype_error **error);

/* ---- call.c ---- */

/* From its creation to its removal; job->returned is set. */
int docker_run_container(const struct docker_call *call, hype_error **error);

/* ---- follow.c ---- */

/* Hands the container's output on until it ends. */
int docker_follow(const struct docker_call *call, int *exit_status, hype_error **error);

/* ---- sweep.c ---- */

/* OLD: of the submitter's sweep(), or NULL. Best effort: what fails here is only logged. */
void docker_sweep(struct docker *docker, const struct leftovers *old);

#endif
