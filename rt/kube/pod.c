/* pod.c: environment and submitter laid over a template. */
#include "pod.h"

#include "../owner.h"
#include "pods.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* ---- JSON ---- */

json_t *pod_child(json_t *parent, const char *name, bool array)
{
    json_t *child = json_object_get(parent, name);
    if (child && (array ? json_is_array(child) : json_is_object(child)))
        return child;
    child = array ? json_array() : json_object();
    return json_object_set_new(parent, name, child) == 0 ? child : NULL;
}

json_t *pod_named(json_t *array, const char *name)
{
    size_t i;
    json_t *object;
    json_array_foreach(array, i, object)
    {
        const char *found = json_string_value(json_object_get(object, "name"));
        if (found && strcmp(found, name) == 0)
            return object;
    }
    return NULL;
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text)
        json_object_set_new(object, name, json_string(text));
}

/* The variable of that name; where one is there, only with REPLACE. */
static void set_variable(json_t *container, const char *name, const char *value, bool replace)
{
    json_t *variables = pod_child(container, "env", true), *variable = pod_named(variables, name);
    if (variable && !replace)
        return;
    if (!variable)
        json_array_append_new(variables, json_pack("{s:s, s:s}", "name", name, "value", value));
    else if (json_object_clear(variable) == 0)
        json_object_update_new(variable, json_pack("{s:s, s:s}", "name", name, "value", value));
}

void pod_label_value(const char *text, char value[64])
{
    size_t n = 0;
    for (; *text && n < 63; text++) {
        bool alphanumeric = isascii(*text) && isalnum((unsigned char)*text);
        if (alphanumeric || n > 0)
            value[n++] = alphanumeric || strchr("._-", *text) ? *text : '_';
    }
    while (n > 0 && strchr("._-", value[n - 1]))
        n--;
    value[n] = 0;
}

/* ---- The container ---- */

static void add_pairs(json_t *object, const hype_pair *pairs, size_t n)
{
    for (size_t i = 0; i < n && pairs[i].name; i++)
        json_object_set_new(object, pairs[i].name, json_string(pairs[i].value));
}

static void add_resources(json_t *container, const hype_env *env)
{
    if (!env->requests[0].name && !env->limits[0].name)
        return;
    json_t *resources = pod_child(container, "resources", false);
    if (env->requests[0].name)
        add_pairs(pod_child(resources, "requests", false), env->requests, ARRAY_SIZE(env->requests));
    if (env->limits[0].name)
        add_pairs(pod_child(resources, "limits", false), env->limits, ARRAY_SIZE(env->limits));
}

/* What the store needs to be told and is no secret; credentials come from the pod's identity or a Secret. */
static void add_store_variables(json_t *container, const char *store)
{
    static const char *const of_s3[] = {"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"};
    static const char *const of_gs[] = {"STORAGE_EMULATOR_HOST"};
    bool s3 = text_starts_with(store, "s3:"), gs = text_starts_with(store, "gs:");
    const char *const *names = s3 ? of_s3 : of_gs;
    for (size_t i = 0; (s3 || gs) && i < (s3 ? ARRAY_SIZE(of_s3) : ARRAY_SIZE(of_gs)); i++)
        if (getenv(names[i]))
            set_variable(container, names[i], getenv(names[i]), false);
}

static void add_variables(json_t *container, const struct pod_plan *plan)
{
    const hype_env *env = &plan->job->env;
    const char *termination = json_string_value(json_object_get(container, "terminationMessagePath"));
    add_store_variables(container, plan->staged->store->uri);
    for (size_t i = 0; i < ARRAY_SIZE(env->variables) && env->variables[i].name; i++)
        set_variable(container, env->variables[i].name, env->variables[i].value, true);
    if (termination)
        set_variable(container, "HYPE_TERMINATION_LOG", termination, true);
    set_variable(container, "HYPE_EXECUTION_ID", plan->job->id, true);
    set_variable(container, OUTPUT_MARK_VARIABLE, "1", true);
    if (plan->staging_secret)
        json_array_append_new(pod_child(container, "envFrom", true),
                              json_pack("{s:{s:s}}", "secretRef", "name", plan->staging_secret));
}

static int describe_container(json_t *container, const struct pod_plan *plan, hype_error **error)
{
    const hype_env *env = &plan->job->env;
    set_text(container, "image", env->image);
    if (!json_object_get(container, "image"))
        set_text(container, "image", plan->image);
    if (!json_object_get(container, "image"))
        return error_set(error, HYPE_INVALID,
                         "%s(): no image is named: give its environment one with hype_with_image(), or the submitter, "
                         "k8s://…?image=IMAGE",
                         plan->job->entry->name);
    json_object_set_new(container, "args", json_pack("[s]", plan->staged->manifest));
    set_text(container, "imagePullPolicy", env->pod.image_pull_policy);
    add_variables(container, plan);
    add_resources(container, env);
    return 0;
}

/* ---- Volumes ---- */

/* SOURCE is taken over. Volumes of one name are one. */
static void add_volume(json_t *spec, const char *name, const char *kind, json_t *source)
{
    json_t *volumes = pod_child(spec, "volumes", true);
    if (pod_named(volumes, name))
        json_decref(source);
    else
        json_array_append_new(volumes, json_pack("{s:s, s:o}", "name", name, kind, source));
}

static void add_mount(json_t *container, const char *volume, const char *path, bool read_only)
{
    json_t *mount = json_pack("{s:s, s:s}", "name", volume, "mountPath", path);
    if (read_only)
        json_object_set_new(mount, "readOnly", json_true());
    json_array_append_new(pod_child(container, "volumeMounts", true), mount);
}

static int add_secrets(json_t *spec, json_t *container, const hype_env *env, hype_error **error)
{
    for (size_t i = 0; i < ARRAY_SIZE(env->secrets) && env->secrets[i].name; i++) {
        cleanup_free char *volume = text_format("hype-secret-%zu", i);
        if (!volume)
            return error_memory(error);
        add_volume(spec, volume, "secret", json_pack("{s:s}", "secretName", env->secrets[i].name));
        add_mount(container, volume, env->secrets[i].path, true);
    }
    return 0;
}

/* A claim that is mounted read-only everywhere in the pod is attached read-only: many nodes can do that at once. */
static bool only_read(const struct pod_plan *plan, const char *claim)
{
    const hype_env *env = &plan->job->env;
    for (size_t i = 0; i < ARRAY_SIZE(env->mounts) && env->mounts[i].path; i++)
        if (strcmp(plan->claims[i], claim) == 0 && !env->mounts[i].read_only)
            return false;
    return true;
}

static int add_claims(json_t *spec, json_t *container, const struct pod_plan *plan, hype_error **error)
{
    const hype_env *env = &plan->job->env;
    for (size_t i = 0; i < ARRAY_SIZE(env->mounts) && env->mounts[i].path; i++) {
        size_t same = 0;
        while (strcmp(plan->claims[same], plan->claims[i]) != 0)
            same++;
        cleanup_free char *volume = text_format(POD_CLAIM_VOLUME "%zu", same);
        if (!volume)
            return error_memory(error);
        json_t *source = json_pack("{s:s}", "claimName", plan->claims[i]);
        if (only_read(plan, plan->claims[i]))
            json_object_set_new(source, "readOnly", json_true());
        add_volume(spec, volume, "persistentVolumeClaim", source);
        add_mount(container, volume, env->mounts[i].path, env->mounts[i].read_only);
    }
    return 0;
}

static void add_staging(json_t *spec, json_t *container, const struct pod_plan *plan)
{
    static const char volume[] = "hype-staging", claim[] = "claim:", file[] = "file://";
    const char *where = plan->staging_volume, *folder = plan->staged->store->uri;
    if (!where || !text_starts_with(folder, file))
        return;
    folder += strlen(file);
    if (text_starts_with(where, claim))
        add_volume(spec, volume, "persistentVolumeClaim", json_pack("{s:s}", "claimName", where + strlen(claim)));
    else
        add_volume(spec, volume, "hostPath", json_pack("{s:s, s:s}", "path", folder, "type", "Directory"));
    add_mount(container, volume, folder, false);
}

/* ---- The pod ---- */

static void add_metadata(json_t *metadata, const struct pod_plan *plan)
{
    const struct job *job = plan->job;
    const hype_env *env = &job->env;
    char program[64], function[64];
    pod_label_value(program_invocation_short_name, program);
    pod_label_value(job->entry->name, function);
    json_t *labels = pod_child(metadata, "labels", false), *annotations = pod_child(metadata, "annotations", false);
    add_pairs(labels, env->labels, ARRAY_SIZE(env->labels));
    set_text(labels, MANAGED_LABEL, MANAGED_BY);
    set_text(labels, OWNER_LABEL, plan->keep ? NULL : owner_self());
    set_text(labels, SUBMITTER_LABEL, plan->submitter);
    set_text(labels, CALL_LABEL, job->id);
    set_text(labels, "hype.program", program);
    set_text(labels, "hype.function", function);
    add_pairs(annotations, env->pod.annotations, ARRAY_SIZE(env->pod.annotations));
    set_text(annotations, STAGING_ANNOTATION, plan->staged->store->uri);
    set_text(annotations, MANIFEST_ANNOTATION, plan->staged->manifest_name);
}

/* As kubectl writes taints: "key=value:Effect", "key:Effect", "key"; "*" stands for all. */
static json_t *toleration(const char *taint)
{
    const char *colon = strchr(taint, ':'), *equals = strchr(taint, '=');
    size_t end = colon ? (size_t)(colon - taint) : strlen(taint);
    json_t *made = json_object();
    if (equals && equals < taint + end)
        json_object_set_new(made, "value", json_stringn(equals + 1, (size_t)(taint + end - equals - 1)));
    else
        equals = NULL;
    json_object_set_new(made, "operator", json_string(equals ? "Equal" : "Exists"));
    if (strcmp(taint, "*") != 0)
        json_object_set_new(made, "key", json_stringn(taint, equals ? (size_t)(equals - taint) : end));
    set_text(made, "effect", colon ? colon + 1 : NULL);
    return made;
}

static void describe_spec(json_t *spec, const struct pod_plan *plan)
{
    const hype_env *env = &plan->job->env;
    const char *account = env->pod.service_account;
    if (!account && !json_object_get(spec, "serviceAccountName"))
        account = plan->service_account;
    set_text(spec, "restartPolicy", "Never");
    set_text(spec, "serviceAccountName", account);
    set_text(spec, "priorityClassName", env->pod.priority_class);
    if (env->pod.active_deadline > 0)
        json_object_set_new(spec, "activeDeadlineSeconds",
                            json_integer((json_int_t)(env->pod.active_deadline + 0.999)));
    if (env->pod.node_selector[0].name)
        add_pairs(pod_child(spec, "nodeSelector", false), env->pod.node_selector, ARRAY_SIZE(env->pod.node_selector));
    for (size_t i = 0; i < ARRAY_SIZE(env->pod.tolerations) && env->pod.tolerations[i]; i++)
        json_array_append_new(pod_child(spec, "tolerations", true), toleration(env->pod.tolerations[i]));
    for (size_t i = 0; i < ARRAY_SIZE(env->pod.pull_secrets) && env->pod.pull_secrets[i]; i++)
        json_array_append_new(pod_child(spec, "imagePullSecrets", true),
                              json_pack("{s:s}", "name", env->pod.pull_secrets[i]));
}

static int fill(json_t *pod, const struct pod_plan *plan, hype_error **error)
{
    json_t *metadata = pod_child(pod, "metadata", false), *spec = pod_child(pod, "spec", false);
    json_t *containers = pod_child(spec, "containers", true), *container = pod_named(containers, POD_CONTAINER);
    if (!container && json_array_append_new(containers, json_pack("{s:s}", "name", POD_CONTAINER)) == 0)
        container = pod_named(containers, POD_CONTAINER);
    if (!container)
        return error_memory(error);
    add_metadata(metadata, plan);
    describe_spec(spec, plan);
    int status = describe_container(container, plan, error);
    if (status == 0)
        status = add_secrets(spec, container, &plan->job->env, error);
    if (status == 0)
        status = add_claims(spec, container, plan, error);
    if (status == 0)
        add_staging(spec, container, plan);
    return status;
}

/* JSON holds UTF-8 only: what is none would be left out without a word. */
static int check_text(const hype_env *env, hype_error **error)
{
    const hype_pair *lists[] = {env->variables, env->labels,          env->requests,
                                env->limits,    env->pod.annotations, env->pod.node_selector};
    const size_t sizes[] = {ARRAY_SIZE(env->variables),       ARRAY_SIZE(env->labels),
                            ARRAY_SIZE(env->requests),        ARRAY_SIZE(env->limits),
                            ARRAY_SIZE(env->pod.annotations), ARRAY_SIZE(env->pod.node_selector)};
    for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
        for (size_t i = 0; i < sizes[l] && lists[l][i].name; i++) {
            json_t *pair = json_pack("[ss]", lists[l][i].name, lists[l][i].value);
            if (!pair)
                return error_set(error, HYPE_INVALID, "the value of '%s' in the environment is no UTF-8 text",
                                 lists[l][i].name);
            json_decref(pair);
        }
    return 0;
}

int pod_template(const struct pod_plan *plan, json_t **pod, hype_error **error)
{
    *pod = plan->file ? json_deep_copy(plan->file) : json_object();
    int status = *pod ? check_text(&plan->job->env, error) : error_memory(error);
    if (status == 0)
        status = fill(*pod, plan, error);
    if (status < 0) {
        json_decref(*pod);
        *pod = NULL;
    }
    return status;
}

int pod_describe(const struct pod_plan *plan, json_t **pod, hype_error **error)
{
    int status = pod_template(plan, pod, error);
    if (status < 0)
        return status;
    json_t *metadata = json_object_get(*pod, "metadata");
    set_text(*pod, "apiVersion", "v1");
    set_text(*pod, "kind", "Pod");
    set_text(metadata, "name", plan->job->id);
    json_object_del(metadata, "generateName");
    json_object_del(metadata, "namespace");
    return 0;
}
