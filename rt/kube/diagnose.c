/* diagnose.c: from reasons and messages of Kubernetes to errors. */
#include "diagnose.h"

#include "../json_text.h"
#include "../util.h"
#include "pod.h"
#include "pods.h"

#include <string.h>

/* ---- Reading ---- */

static json_t *status_of(json_t *pod)
{
    return json_object_get(pod, "status");
}

static const char *name_of(json_t *pod)
{
    return json_text(json_object_get(pod, "metadata"), "name");
}

static json_t *container_status(json_t *pod)
{
    return pod_named(json_object_get(status_of(pod), "containerStatuses"), POD_CONTAINER);
}

/* Of hype-run: "waiting", "running" or "terminated"; NULL where it is in another state. */
static json_t *state_of(json_t *pod, const char *state)
{
    return json_object_get(json_object_get(container_status(pod), "state"), state);
}

static json_t *condition_of(json_t *pod, const char *type)
{
    size_t i;
    json_t *condition;
    json_array_foreach(json_object_get(status_of(pod), "conditions"), i,
                       condition) if (strcmp(json_text(condition, "type"), type) == 0) return condition;
    return NULL;
}

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

const char *diagnose_message(json_t *pod)
{
    json_t *ended = state_of(pod, "terminated");
    const char *reason = json_text(ended, "reason"), *message = json_text(ended, "message");
    static const char *const of_the_runtime[] = {"StartError", "ContainerCannotRun", "ContainerStatusUnknown", NULL};
    return *message && !is_one_of(reason, of_the_runtime) ? message : NULL;
}

const char *diagnose_node(json_t *pod)
{
    return json_string_value(json_object_get(json_object_get(pod, "spec"), "nodeName"));
}

const char *diagnose_result(json_t *pod)
{
    return json_integer_value(json_object_get(state_of(pod, "terminated"), "exitCode")) == 0 ? "Succeeded" : "Failed";
}

enum pod_phase diagnose_phase(json_t *pod)
{
    const char *phase = json_text(status_of(pod), "phase");
    if (state_of(pod, "terminated") || strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0)
        return POD_ENDED;
    return state_of(pod, "running") ? POD_RUNNING : POD_WAITING;
}

/* ---- What hinders a pod from starting ---- */

static const char *image_of(json_t *pod)
{
    json_t *containers = json_object_get(json_object_get(pod, "spec"), "containers");
    return json_text(pod_named(containers, POD_CONTAINER), "image");
}

/* What a pull that failed says when trying again cannot help. Other failures (a registry that is busy, a network that
 * comes back) are left to the node, which tries again until the pending timeout; a registry that is not there is given
 * a second try. */
static bool pull_is_hopeless(const char *reason, const char *message)
{
    static const char *const words[] = {"not found",    "manifest unknown",          "denied",
                                        "unauthorized", "no match for platform",     "invalid reference",
                                        "forbidden",    "repository does not exist", NULL};
    static const char *const network[] = {"no such host", "connection refused", NULL};
    return text_has_one_of(message, words) ||
           (strcmp(reason, "ImagePullBackOff") == 0 && text_has_one_of(message, network));
}

/* What a node that is busy, or has just lost the API server, says of containers that it starts a little later. */
static bool start_is_delayed(const char *message)
{
    static const char *const words[] = {"failed to sync",  "deadline exceeded",  "timed out",
                                        "is reserved for", "connection refused", NULL};
    return text_has_one_of(message, words);
}

static int refuse_image(const char *function, json_t *pod, const char *image, const char *reason, const char *message,
                        hype_error **error)
{
    hype_status status = strcasestr(message, "denied") || strcasestr(message, "unauthorized") ? HYPE_PERMISSION
                         : strcmp(reason, "InvalidImageName") == 0                            ? HYPE_INVALID
                                                                                              : HYPE_NOT_FOUND;
    return error_set(
        error, status,
        "%s(): pod %s cannot get image %s (%s): %s; check the name, and that the nodes can reach its registry "
        "and have the right to pull (hype_env.pod.pull_secrets)",
        function, name_of(pod), image, reason, message);
}

static int diagnose_waiting(const char *function, json_t *pod, json_t *status, hype_error **error)
{
    static const char *const image_never[] = {"InvalidImageName", "ErrImageNeverPull", NULL};
    static const char *const pulling[] = {"ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", NULL};
    static const char *const never[] = {"CreateContainerConfigError",
                                        "CreateContainerError",
                                        "RunContainerError",
                                        "PreCreateHookError",
                                        "PreStartHookError",
                                        "PostStartHookError",
                                        NULL};
    json_t *waiting = json_object_get(json_object_get(status, "state"), "waiting");
    const char *reason = json_text(waiting, "reason"), *message = json_text(waiting, "message");
    const char *image = json_text(status, "image");
    if (strcmp(json_text(status, "name"), POD_CONTAINER) == 0)
        image = image_of(pod);
    if (is_one_of(reason, image_never) || (is_one_of(reason, pulling) && pull_is_hopeless(reason, message)))
        return refuse_image(function, pod, image, reason, message, error);
    if (is_one_of(reason, never) && !start_is_delayed(message))
        return error_set(error, strstr(message, "not found") ? HYPE_NOT_FOUND : HYPE_INVALID,
                         "%s(): container %s of pod %s cannot be started (%s): %s", function, json_text(status, "name"),
                         name_of(pod), reason, message);
    return 0;
}

static int diagnose_containers(const char *function, json_t *pod, const char *list, hype_error **error)
{
    size_t i;
    json_t *status;
    json_array_foreach(json_object_get(status_of(pod), list), i, status)
    {
        int result = diagnose_waiting(function, pod, status, error);
        if (result < 0)
            return result;
    }
    return 0;
}

/* What is about to be there: the certificates of a namespace that was just made, and a claim of the call's own, which
 * may be about to be replaced (claims.h). */
static bool is_coming(json_t *pod, const char *message)
{
    size_t i;
    json_t *volume;
    json_array_foreach(json_object_get(json_object_get(pod, "spec"), "volumes"), i, volume)
    {
        const char *claim = json_text(json_object_get(volume, "persistentVolumeClaim"), "claimName");
        cleanup_free char *missing = text_format("persistentvolumeclaim \"%s\"", claim);
        if (text_starts_with(json_text(volume, "name"), POD_CLAIM_VOLUME) && missing && strstr(message, missing))
            return true;
    }
    return strstr(message, "\"kube-root-ca.crt\"");
}

/* What the API server refuses a Job's pods for, other than a quota, which passes, and an account that a namespace gets
 * when it is made. */
static int diagnose_job(const char *function, json_t *event, hype_error **error)
{
    static const char *const refusals[] = {"is forbidden", "denied the request", NULL};
    static const char *const passing[] = {"exceeded quota", "serviceaccount \"default\" not found", NULL};
    const char *message = json_text(event, "message"), *reason = json_text(event, "reason");
    if (strcmp(reason, "FailedCreate") != 0 || !text_has_one_of(message, refusals) || text_has_one_of(message, passing))
        return 0;
    return error_set(error,
                     strstr(message, "serviceaccount") && strstr(message, "not found") ? HYPE_NOT_FOUND : HYPE_REFUSED,
                     "%s(): job %s cannot make its pods (%s): %s", function,
                     json_text(json_object_get(event, "involvedObject"), "name"), reason, message);
}

/* A missing Secret, ConfigMap, claim or storage class: somebody might still make it, but nobody would. */
static int diagnose_warning(const char *function, json_t *pod, json_t *event, hype_error **error)
{
    static const char *const reasons[] = {"FailedMount", "ProvisioningFailed", "FailedScheduling", NULL};
    static const char *const missing[] = {"secret \"",
                                          "configmap \"",
                                          "persistentvolumeclaim \"",
                                          "storageclass.storage.k8s.io \"",
                                          "references non-existent secret key",
                                          NULL};
    const char *reason = json_text(event, "reason"), *message = json_text(event, "message");
    json_t *about = json_object_get(event, "involvedObject");
    bool claim = strcmp(json_text(about, "kind"), "PersistentVolumeClaim") == 0;
    if (strcmp(json_text(about, "kind"), "Job") == 0)
        return pod ? 0 : diagnose_job(function, event, error);
    if (claim && !pod_uses_claim(pod, json_text(about, "name")))
        return 0;
    if (!is_one_of(reason, reasons) || !text_has_one_of(message, missing) ||
        !(strstr(message, "not found") || strstr(message, "non-existent")) || is_coming(pod, message))
        return 0;
    return error_set(error, HYPE_NOT_FOUND, "%s(): pod %s cannot start (%s): %s%s%s", function, name_of(pod), reason,
                     message, claim ? "; wanted by claim " : "", claim ? json_text(about, "name") : "");
}

/* In the words of the drivers of Amazon's and Azure's disks, of Rancher's local path and of others. */
const char *diagnose_narrow_claim(json_t *pod, json_t *warnings)
{
    static const char *const words[] = {"access mode", "accessmode", "capabilit", NULL};
    size_t i;
    json_t *event;
    json_array_foreach(warnings, i, event)
    {
        json_t *about = json_object_get(event, "involvedObject");
        const char *claim = json_text(about, "name");
        if (strcmp(json_text(about, "kind"), "PersistentVolumeClaim") == 0 && pod_uses_claim(pod, claim) &&
            strcmp(json_text(event, "reason"), "ProvisioningFailed") == 0 &&
            text_has_one_of(json_text(event, "message"), words))
            return claim;
    }
    return NULL;
}

static int diagnose_start(const char *function, json_t *pod, json_t *warnings, hype_error **error)
{
    size_t i;
    json_t *event;
    int status = diagnose_containers(function, pod, "initContainerStatuses", error);
    if (status == 0)
        status = diagnose_containers(function, pod, "containerStatuses", error);
    json_array_foreach(warnings, i, event) if (status == 0) status = diagnose_warning(function, pod, event, error);
    return status;
}

/* What its claims wait for explains more than that it waits for its claims. */
static json_t *last_warning(json_t *warnings, bool of_claims)
{
    for (size_t i = json_array_size(warnings); i > 0; i--) {
        json_t *event = json_array_get(warnings, i - 1), *about = json_object_get(event, "involvedObject");
        if (!of_claims || strcmp(json_text(about, "kind"), "PersistentVolumeClaim") == 0)
            return event;
    }
    return NULL;
}

int diagnose_pending(const char *function, const char *name, json_t *pod, json_t *warnings, double seconds,
                     hype_error **error)
{
    json_t *scheduled = condition_of(pod, "PodScheduled");
    json_t *sources[] = {last_warning(warnings, true),
                         strcmp(json_text(scheduled, "status"), "True") == 0 ? NULL : scheduled,
                         state_of(pod, "waiting"), last_warning(warnings, false)};
    const char *reason = "", *message = "the cluster does not say why";
    for (size_t i = ARRAY_SIZE(sources); i > 0; i--)
        if (*json_text(sources[i - 1], "message")) {
            reason = json_text(sources[i - 1], "reason");
            message = json_text(sources[i - 1], "message");
        }
    return error_set(error, HYPE_TIMEOUT,
                     "%s(): pod %s has not started within %g s%s%s: %s; a longer wait is asked for with "
                     "hype_env.pod.pending_timeout or k8s://…?pending-timeout=SECONDS",
                     function, name, seconds, *reason ? ", " : "", reason, message);
}

/* ---- What became of one that has ended ---- */

static int out_of_memory(const char *function, json_t *pod, hype_error **error)
{
    json_t *containers = json_object_get(json_object_get(pod, "spec"), "containers");
    json_t *limits = json_object_get(json_object_get(pod_named(containers, POD_CONTAINER), "resources"), "limits");
    const char *limit = json_text(limits, "memory");
    return error_set(error, HYPE_OUT_OF_MEMORY,
                     "%s(): pod %s was killed since it used more memory than %s%s (OOMKilled); ask for more with "
                     "hype_with_limit(env, \"memory\", …)",
                     function, name_of(pod), *limit ? "its limit of " : "the node has", limit);
}

/* Another container ended the pod before hype-run began. */
static int diagnose_init(const char *function, json_t *pod, hype_error **error)
{
    size_t i;
    json_t *status;
    json_array_foreach(json_object_get(status_of(pod), "initContainerStatuses"), i, status)
    {
        json_t *ended = json_object_get(json_object_get(status, "state"), "terminated");
        json_int_t code = json_integer_value(json_object_get(ended, "exitCode"));
        if (ended && code != 0)
            return error_set(error, HYPE_INVALID,
                             "%s(): init container %s of pod %s failed with exit status %d (%s)%s%s", function,
                             json_text(status, "name"), name_of(pod), (int)code, json_text(ended, "reason"),
                             *json_text(ended, "message") ? ": " : "", json_text(ended, "message"));
    }
    return 0;
}

/* Reasons that the cluster gives for the pod as a whole. */
static int diagnose_whole(const char *function, json_t *pod, hype_error **error)
{
    json_t *status = status_of(pod), *disruption = condition_of(pod, "DisruptionTarget");
    const char *reason = json_text(status, "reason"), *message = json_text(status, "message");
    if (strcmp(reason, "DeadlineExceeded") == 0)
        return error_set(
            error, HYPE_TIMEOUT,
            "%s(): pod %s was active for longer than its activeDeadlineSeconds allow (DeadlineExceeded): %s", function,
            name_of(pod), message);
    if (*reason)
        return error_set(error, HYPE_LOST, "%s(): pod %s failed (%s): %s", function, name_of(pod), reason,
                         *message ? message : "the cluster does not say more");
    if (strcmp(json_text(disruption, "status"), "True") == 0)
        return error_set(error, HYPE_LOST, "%s(): pod %s was ended by the cluster (%s): %s", function, name_of(pod),
                         json_text(disruption, "reason"), json_text(disruption, "message"));
    return 0;
}

static int diagnose_exit(const char *function, json_t *pod, json_t *ended, hype_error **error)
{
    static const char *const not_started[] = {"StartError", "ContainerCannotRun", NULL};
    const char *reason = json_text(ended, "reason"), *message = json_text(ended, "message");
    int code = (int)json_integer_value(json_object_get(ended, "exitCode"));
    if (is_one_of(reason, not_started) || code == 126 || code == 127)
        return error_set(
            error, HYPE_INVALID,
            "%s(): image %s cannot run calls: its entry point cannot be started (%s, exit status %d)%s%s; put "
            "hype-run into it and ENTRYPOINT [\"hype-run\"] into its Dockerfile",
            function, image_of(pod), reason, code, *message ? ": " : "", message);
    if (code == 137 || code == 143)
        return error_set(error, HYPE_LOST, "%s(): pod %s was killed from outside (exit status %d%s%s)", function,
                         name_of(pod), code, *reason ? ", " : "", reason);
    return error_set(
        error, code == 0 ? HYPE_INVALID : HYPE_LOST,
        "%s(): pod %s ended with exit status %d and left no word: is hype-run the entry point of image %s?", function,
        name_of(pod), code, image_of(pod));
}

static int diagnose_end(const char *function, json_t *pod, hype_error **error)
{
    json_t *ended = state_of(pod, "terminated");
    bool failed = json_integer_value(json_object_get(ended, "exitCode")) != 0;
    if (failed && strcmp(json_text(ended, "reason"), "OOMKilled") == 0)
        return out_of_memory(function, pod, error);
    const char *message = diagnose_message(pod);
    bool stopped =
        message && text_starts_with(message, "error: HYPE_CANCELLED:"); /* why, the pod's status tells better */
    if (message && !stopped)
        return 0;
    int status = diagnose_whole(function, pod, error);
    if (status == 0 && stopped)
        status = error_set(error, HYPE_LOST, "%s(): pod %s was told to stop from outside", function, name_of(pod));
    if (status == 0)
        status = diagnose_init(function, pod, error);
    if (status == 0 && !ended)
        status = error_set(error, HYPE_LOST, "%s(): pod %s ended before hype-run did", function, name_of(pod));
    return status == 0 ? diagnose_exit(function, pod, ended, error) : status;
}

int diagnose_deleted(const char *function, const char *name, json_t *pod, hype_error **error)
{
    int status = pod ? diagnose_whole(function, pod, error) : 0;
    if (status < 0)
        return status;
    return error_set(error, HYPE_LOST, "%s(): pod %s was deleted from outside", function, name);
}

int diagnose_pod(const char *function, json_t *pod, json_t *warnings, hype_error **error)
{
    enum pod_phase phase = diagnose_phase(pod);
    if (phase == POD_ENDED)
        return diagnose_end(function, pod, error);
    if (*json_text(json_object_get(pod, "metadata"), "deletionTimestamp"))
        return diagnose_deleted(function, name_of(pod), pod, error);
    return phase == POD_WAITING ? diagnose_start(function, pod, warnings, error) : 0;
}
