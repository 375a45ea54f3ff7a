/*
 * registry.c: who one is at an image's registry, as `docker login` has noted it in config.json: a password there, or a
 * helper (docker-credential-NAME) that is asked for it.
 */
#include "docker.h"

#include "../auth/plugin.h"
#include "../base64.h"
#include "../json_text.h"
#include "../log.h"

#include <errno.h>
#include <string.h>

#define HUB "https://index.docker.io/v1/" /* the key of Docker's own registry */

/* Without the scheme and the path that keys of older versions have. */
static char *host_of(const char *key)
{
    const char *scheme = strstr(key, "://"), *host = scheme ? scheme + 3 : key;
    return strndup(host, strcspn(host, "/"));
}

/* The key of the registry in IMAGE's name; a new string. */
static char *registry_of(const char *image)
{
    size_t length = strcspn(image, "/");
    cleanup_free char *first = strndup(image, length);
    bool named = first && image[length] && (strpbrk(first, ".:") || strcmp(first, "localhost") == 0);
    return !first ? NULL : strdup(named && strcmp(first, "docker.io") != 0 ? first : HUB);
}

/* {"username", "password"} or {"identitytoken"}, as the Engine's API wants it; a new reference, NULL for none. */
static json_t *noted_login(json_t *entry)
{
    const char *encoded = json_text_or_null(entry, "auth"), *token = json_text_or_null(entry, "identitytoken");
    cleanup_free char *both = encoded ? base64_decode_text(encoded) : NULL;
    char *password = both ? strchr(both, ':') : NULL;
    if (token && *token)
        return json_pack("{s:s}", "identitytoken", token);
    if (!password)
        return NULL;
    *password++ = 0;
    return json_pack("{s:s, s:s}", "username", both, "password", password);
}

static json_t *find_noted(json_t *auths, const char *registry)
{
    const char *key;
    json_t *entry, *login = NULL;
    cleanup_free char *wanted = host_of(registry);
    json_object_foreach(auths, key, entry)
    {
        cleanup_free char *host = host_of(key);
        if (!login && wanted && host && strcmp(host, wanted) == 0)
            login = noted_login(entry);
    }
    return login;
}

/* A helper that knows nothing fails; then the pull is tried without. */
static json_t *ask_helper(const char *name, const char *registry)
{
    cleanup_error hype_error *error = NULL;
    cleanup_free char *helper = text_format("docker-credential-%s", name), *answer = NULL;
    const char *const arguments[] = {"sh", "-c", "printf %s \"$2\" | \"$1\" get", "sh", helper, registry, NULL};
    if (!helper || plugin_run(helper, arguments, (const char *const *)environ, &answer, &error) < 0) {
        log_info("Docker", "No login at %s: %s", registry, error ? error->message : "out of memory");
        return NULL;
    }
    json_t *json = json_loads(answer, 0, NULL);
    const char *user = json_text_or_null(json, "Username"), *secret = json_text_or_null(json, "Secret");
    json_t *login = !user || !secret               ? NULL
                    : strcmp(user, "<token>") == 0 ? json_pack("{s:s}", "identitytoken", secret)
                                                   : json_pack("{s:s, s:s}", "username", user, "password", secret);
    json_decref(json);
    return login;
}

static int read_config(json_t **config, hype_error **error)
{
    const char *folder = getenv("DOCKER_CONFIG"), *home = getenv("HOME");
    bool named = folder && *folder;
    cleanup_free char *path = text_format("%s%s/config.json",
                                          named  ? folder
                                          : home ? home
                                                 : "",
                                          named ? "" : "/.docker");
    cleanup_free char *text = NULL;
    size_t size;
    *config = NULL;
    if (!path)
        return error_memory(error);
    if (access(path, F_OK) < 0)
        return 0;
    int status = file_read(path, 1 << 20, &text, &size, error);
    if (status < 0)
        return status;
    *config = json_loads(text, 0, NULL);
    return *config ? 0 : error_set(error, HYPE_FORMAT, "%s is no JSON", path);
}

/* As the Engine's API has it: base64 with '-' and '_' (RFC 4648 5). */
static char *header_of(json_t *login, const char *registry)
{
    json_object_set_new(login, "serveraddress", json_string(registry));
    char *text = json_dumps(login, JSON_COMPACT);
    cleanup_free char *encoded = text ? base64_encode(text, strlen(text)) : NULL;
    for (char *c = encoded; c && *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    free(text);
    return encoded ? text_format("X-Registry-Auth: %s", encoded) : NULL;
}

int docker_login_header(const char *image, char **header, hype_error **error)
{
    json_t *config;
    cleanup_free char *registry = registry_of(image);
    *header = NULL;
    int status = registry ? read_config(&config, error) : error_memory(error);
    if (status < 0 || !config)
        return status;
    const char *helper = json_text_or_null(json_object_get(config, "credHelpers"), registry);
    if (!helper)
        helper = json_text_or_null(config, "credsStore");
    json_t *login = helper ? ask_helper(helper, registry) : NULL;
    if (!login)
        login = find_noted(json_object_get(config, "auths"), registry);
    if (login && !(*header = header_of(login, registry)))
        status = error_memory(error);
    json_decref(login);
    json_decref(config);
    return status;
}
