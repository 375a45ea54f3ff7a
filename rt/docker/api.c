/* api.c: the daemon's address, the version of its API, and requests to it. */
#include "docker.h"

#include "../log.h"

#include <stdio.h>
#include <string.h>

#define NEWEST_VERSION "1.47" /* that is known here */

/* ---- The address ---- */

static int read_tls(struct docker_api *api, hype_error **error)
{
    const char *folder = getenv("DOCKER_CERT_PATH"), *home = getenv("HOME");
    static const char *const names[] = {"ca.pem", "cert.pem", "key.pem"};
    const char **texts[] = {&api->tls.ca, &api->tls.certificate, &api->tls.key};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        cleanup_free char *path = folder && *folder ? text_format("%s/%s", folder, names[i])
                                                    : text_format("%s/.docker/%s", home ? home : "", names[i]);
        char *text;
        size_t size;
        int status = path ? file_read(path, 1 << 20, &text, &size, error) : error_memory(error);
        if (status < 0)
            return error_wrap(error, status, "DOCKER_TLS_VERIFY is set");
        *texts[i] = text;
    }
    return 0;
}

int docker_api_open(struct docker_api *api, hype_error **error)
{
    const char *host = getenv("DOCKER_HOST"), *verify = getenv("DOCKER_TLS_VERIFY");
    bool tls = verify && *verify;
    if (!host || !*host)
        host = "unix:///var/run/docker.sock";
    if (text_starts_with(host, "unix://")) {
        api->socket = strdup(host + strlen("unix://"));
        api->base = strdup("http://docker");
        return api->socket && api->base ? 0 : error_memory(error);
    }
    if (!text_starts_with(host, "tcp://"))
        return error_set(error, HYPE_INVALID, "DOCKER_HOST is '%s': it must start with unix:// or tcp://", host);
    const char *name = host + strlen("tcp://"), *bracket = strrchr(name, ']');
    const char *port = strchr(bracket ? bracket : name, ':') ? "" : tls ? ":2376" : ":2375";
    api->base = text_format("%s://%s%s", tls ? "https" : "http", name, port);
    return !api->base ? error_memory(error) : tls ? read_tls(api, error) : 0;
}

void docker_api_free(struct docker_api *api)
{
    free(api->socket);
    free(api->base);
    free((char *)(uintptr_t)api->tls.ca);
    free((char *)(uintptr_t)api->tls.certificate);
    free((char *)(uintptr_t)api->tls.key);
}

/* ---- Requests ---- */

static void set_host(const struct docker_api *api, struct http_request *request)
{
    request->unix_socket = api->socket;
    request->direct = api->socket != NULL;
    request->tls = api->socket ? NULL : &api->tls;
    request->limit = 8 << 20;
}

static int unreachable(const struct docker_api *api, int status, hype_error **error)
{
    if (status != -HYPE_NETWORK && status != -HYPE_PERMISSION)
        return status;
    if (!api->socket)
        return error_wrap(error, status, "the Docker daemon at DOCKER_HOST cannot be reached");
    if (access(api->socket, F_OK) < 0)
        return error_wrap(error, status, "no Docker daemon listens at %s: start it, or name another by DOCKER_HOST",
                          api->socket);
    if (access(api->socket, R_OK | W_OK) < 0)
        return error_wrap(error, status, "no permission to use %s: be root or in the group 'docker'", api->socket);
    return error_wrap(error, status, "the Docker daemon at %s does not answer", api->socket);
}

static char *url_of(const struct docker_api *api, const char *path)
{
    return *api->version ? text_format("%s/v%s%s", api->base, api->version, path)
                         : text_format("%s%s", api->base, path);
}

int docker_ask(const struct docker_api *api, const char *method, const char *path, json_t *body,
               struct http_response *response, hype_error **error)
{
    static const char *const json_headers[] = {"Content-Type: application/json", NULL};
    cleanup_free char *url = url_of(api, path);
    cleanup_free char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    bool missing = body && !text;
    json_decref(body);
    *response = (struct http_response){0};
    if (!url || missing)
        return error_memory(error);
    /* A daemon of this machine is there or not, but what has begun outlives a restart: waits, which change nothing, and
     * removals are tried again for some seconds. */
    bool wait = strcmp(method, "POST") == 0 && strstr(path, "/wait"), removal = strcmp(method, "DELETE") == 0;
    struct http_request request = {.method = method,
                                   .url = url,
                                   .headers = json_headers,
                                   .body = text ? text : "",
                                   .body_size = text ? strlen(text) : 0,
                                   .stall_s = -1,
                                   .attempts = api->socket && !wait && !removal ? 2 : 0,
                                   .idempotent = wait || strcmp(method, "POST") != 0};
    set_host(api, &request);
    return unreachable(api, http_perform(&request, response, error), error);
}

static int refused(const struct http_response *response, hype_error **error, const char *what, const char *which)
{
    json_t *json = json_loads(response->body ? response->body : "", 0, NULL);
    const char *message = json_string_value(json_object_get(json, "message"));
    hype_status status = response->status == 404   ? HYPE_NOT_FOUND
                         : response->status == 403 ? HYPE_PERMISSION
                                                   : HYPE_REFUSED;
    int result = error_set(error, status, "Docker cannot %s %s: %s (HTTP status %d)", what, which,
                           message ? message : "it does not say why", response->status);
    json_decref(json);
    return result;
}

int docker_do(const struct docker_api *api, const char *method, const char *path, json_t *body,
              struct http_response *response, hype_error **error, const char *what, const char *which)
{
    int status = docker_ask(api, method, path, body, response, error);
    return status == 0 && !http_succeeded(response) ? refused(response, error, what, which) : status;
}

int docker_stream(const struct docker_api *api, const char *method, const char *path, const char *header, int stall_s,
                  http_sink *sink, void *context, hype_error **error, const char *what, const char *which)
{
    const char *const headers[] = {header, NULL};
    cleanup_response struct http_response response = {0};
    cleanup_free char *url = url_of(api, path);
    if (!url)
        return error_memory(error);
    struct http_request request = {.method = method,
                                   .url = url,
                                   .headers = headers,
                                   .body = "",
                                   .sink = sink,
                                   .context = context,
                                   .stall_s = stall_s,
                                   .attempts = 1};
    set_host(api, &request);
    int status = unreachable(api, http_perform(&request, &response, error), error);
    return status == 0 && !http_succeeded(&response) ? refused(&response, error, what, which) : status;
}

void docker_delete(const struct docker_api *api, const char *path)
{
    cleanup_error hype_error *error = NULL;
    cleanup_response struct http_response response;
    int status = docker_ask(api, "DELETE", path, NULL, &response, &error);
    if (status == 0 && !http_succeeded(&response) && response.status != 404)
        status = refused(&response, &error, "remove", path);
    if (status < 0)
        log_warning("Docker", "%s", error ? error->message : path);
}

/* ---- The version ---- */

/* "1.41" as 1041; -1 for what is no version. */
static int version_number(const char *text)
{
    int major, minor, end = 0;
    bool good = text && sscanf(text, "%3d.%3d%n", &major, &minor, &end) == 2 && text[end] == 0;
    return good && major > 0 && minor >= 0 ? major * 1000 + minor : -1;
}

int docker_negotiate(struct docker_api *api, hype_error **error)
{
    const char *wanted = getenv("DOCKER_API_VERSION");
    if (*api->version)
        return 0;
    if (wanted && *wanted && version_number(wanted) < 0)
        return error_set(error, HYPE_INVALID, "DOCKER_API_VERSION is '%s': it must be a version such as 1.41", wanted);
    if (!wanted || !*wanted)
        wanted = NEWEST_VERSION;
    cleanup_response struct http_response response;
    int status = docker_do(api, "GET", "/_ping", NULL, &response, error, "answer", "/_ping");
    if (status < 0)
        return status;
    cleanup_free char *offered = http_header(&response, "Api-Version");
    if (version_number(offered) < 0)
        return error_set(error, HYPE_FORMAT,
                         "what answers at DOCKER_HOST is no Docker daemon: it names no API version");
    bool older = version_number(offered) < version_number(wanted);
    snprintf(api->version, sizeof api->version, "%s", older ? offered : wanted);
    log_info("Docker", "The daemon's API is %s; using %s", offered, api->version);
    return 0;
}
