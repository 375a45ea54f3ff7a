/* env.c: environments, which are values: each function returns a changed copy. */
#include "util.h"

#include <string.h>

hype_env hype_default_env;

/* Into the pair of that name, else into the first empty one. */
static void set_pair(hype_env *env, hype_pair *pairs, size_t n, hype_pair pair, const char *full)
{
    for (size_t i = 0; i < n; i++)
        if (!pairs[i].name || strcmp(pairs[i].name, pair.name) == 0) {
            pairs[i] = pair;
            return;
        }
    env->invalid = full;
}

#define SET_PAIR(env, field, name, value)                                                                              \
    set_pair(&(env), (env).field, ARRAY_SIZE((env).field), (hype_pair){name, value},                                   \
             "the environment has more " #field " than hype_env has room for")

hype_env hype_with_image(hype_env env, const char *image)
{
    env.image = image;
    return env;
}

hype_env hype_with_request(hype_env env, const char *resource, const char *quantity)
{
    SET_PAIR(env, requests, resource, quantity);
    return env;
}

hype_env hype_with_limit(hype_env env, const char *resource, const char *quantity)
{
    SET_PAIR(env, limits, resource, quantity);
    return env;
}

hype_env hype_with_variable(hype_env env, const char *name, const char *value)
{
    SET_PAIR(env, variables, name, value);
    return env;
}

hype_env hype_with_label(hype_env env, const char *name, const char *value)
{
    SET_PAIR(env, labels, name, value);
    return env;
}

hype_env hype_with_node_selector(hype_env env, const char *label, const char *value)
{
    SET_PAIR(env, pod.node_selector, label, value);
    return env;
}

hype_env hype_with_annotation(hype_env env, const char *name, const char *value)
{
    SET_PAIR(env, pod.annotations, name, value);
    return env;
}

hype_env hype_with_secret(hype_env env, const char *name, const char *path)
{
    for (size_t i = 0; i < ARRAY_SIZE(env.secrets); i++)
        if (!env.secrets[i].name) {
            env.secrets[i] = (hype_secret){name, path};
            return env;
        }
    env.invalid = "the environment has more secrets than hype_env has room for";
    return env;
}

static hype_env with_mount(hype_env env, hype_mount mount)
{
    for (size_t i = 0; i < ARRAY_SIZE(env.mounts); i++)
        if (!env.mounts[i].path) {
            env.mounts[i] = mount;
            return env;
        }
    env.invalid = "the environment has more mounts than hype_env has room for";
    return env;
}

hype_env hype_with_mount(hype_env env, hype_volume volume, const char *path)
{
    return with_mount(env, (hype_mount){volume, path, false});
}

hype_env hype_with_mount_read_only(hype_env env, hype_volume volume, const char *path)
{
    return with_mount(env, (hype_mount){volume, path, true});
}

static void add_text(hype_env *env, const char **texts, size_t n, const char *text, const char *full)
{
    for (size_t i = 0; i < n; i++)
        if (!texts[i]) {
            texts[i] = text;
            return;
        }
    env->invalid = full;
}

hype_env hype_with_file(hype_env env, const char *path)
{
    add_text(&env, env.files, ARRAY_SIZE(env.files), path, "the environment has more files than hype_env has room for");
    return env;
}

hype_env hype_with_toleration(hype_env env, const char *taint)
{
    add_text(&env, env.pod.tolerations, ARRAY_SIZE(env.pod.tolerations), taint,
             "the environment has more tolerations than hype_env has room for");
    return env;
}

hype_env hype_with_namespace(hype_env env, const char *name)
{
    env.pod.in_namespace = name;
    return env;
}

hype_env hype_with_service_account(hype_env env, const char *name)
{
    env.pod.service_account = name;
    return env;
}

hype_env hype_env_from_pod_file(const char *path)
{
    return (hype_env){.pod.file = path};
}

hype_env hype_with_timeout(hype_env env, double seconds)
{
    env.timeout = seconds;
    return env;
}

hype_env hype_with_retry(hype_env env, hype_retry retry)
{
    env.retry = retry;
    return env;
}

hype_env hype_with_logs(hype_env env, const char *folder)
{
    env.logs = folder;
    return env;
}

static unsigned next_volume_id(void)
{
    static unsigned last;
    return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

hype_volume hype_volume_transient(const char *storage_class, const char *size)
{
    return (hype_volume){.storage_class = storage_class, .size = size, .id = next_volume_id()};
}

hype_volume hype_volume_persistent(const char *name, const char *storage_class, const char *size)
{
    return (hype_volume){
        .name = name, .storage_class = storage_class, .size = size, .id = next_volume_id(), .keep = true};
}
