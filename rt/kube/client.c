/* client.c: requests to one API server. */
#include "client.h"

#include "../base64.h"
#include "../task.h"
#include "../util.h"
#include "credentials.h"
#include "refusal.h"

#include <string.h>

enum {
    ANSWER_LIMIT = 256 << 20, /* a list of all pods of a large namespace */
    MOST_HEADERS = 70,
};

struct kube_client {
    struct kube_identity identity;
};

/* ---- Opening ---- */

int kube_open(const char *context, struct kube_client **client, hype_error **error)
{
    struct kube_client *opened = calloc(1, sizeof *opened);
    if (!opened)
        return error_memory(error);
    int status = kube_config_load(context, &opened->identity.config, error);
    if (status < 0) {
        kube_close(opened);
        return status;
    }
    *client = opened;
    return 0;
}

int kube_open_found(const char *source, const struct kube_finder *finder, void *context, struct kube_client **client,
                    hype_error **error)
{
    struct kube_client *opened = calloc(1, sizeof *opened);
    if (!opened)
        return error_memory(error);
    opened->identity.finder = finder;
    opened->identity.context = context;
    opened->identity.config.source = strdup(source);
    if (!opened->identity.config.source) {
        kube_close(opened);
        return error_memory(error);
    }
    *client = opened;
    return 0;
}

void kube_close(struct kube_client *client)
{
    if (!client)
        return;
    kube_identity_free(&client->identity);
    free(client);
}

const char *kube_server(const struct kube_client *client)
{
    const struct kube_config *config = &client->identity.config;
    return config->server ? config->server : config->source;
}

const char *kube_namespace(const struct kube_client *client)
{
    const char *namespace = client->identity.config.namespace;
    return namespace ? namespace : "default";
}

/* ---- Requests ---- */

/* The parts of an HTTP request that live as long as it does. */
struct exchange {
    char *url, *body, *type, *basic, *proxy;
    const char *headers[MOST_HEADERS + 1];
    size_t n_headers;
    struct http_tls tls;
    struct http_request http;
};

static void exchange_free(struct exchange *exchange)
{
    free(exchange->url);
    free(exchange->body);
    free(exchange->type);
    free(exchange->basic);
    free(exchange->proxy);
}

static bool add_header(struct exchange *exchange, const char *line)
{
    if (!line || exchange->n_headers == MOST_HEADERS)
        return false;
    exchange->headers[exchange->n_headers++] = line;
    return true;
}

static char *basic_header(const char *name_and_password)
{
    cleanup_free char *encoded = base64_encode(name_and_password, strlen(name_and_password));
    return encoded ? text_format("Authorization: Basic %s", encoded) : NULL;
}

static bool add_headers(struct exchange *exchange, const struct kube_config *config, const struct kube_request *request)
{
    const json_t *one;
    size_t i;
    bool ok =
        add_header(exchange, "Accept: application/json, */*") && add_header(exchange, "User-Agent: hype/" HYPE_VERSION);
    if (ok && exchange->body) {
        exchange->type = text_format("Content-Type: %s", request->type ? request->type : "application/json");
        ok = add_header(exchange, exchange->type);
    }
    if (text_starts_with(config->server, "http://"))
        return ok;
    if (ok && config->basic) {
        exchange->basic = basic_header(config->basic);
        ok = add_header(exchange, exchange->basic);
    }
    json_array_foreach(config->headers, i, one) ok = ok && add_header(exchange, json_string_value(one));
    return ok;
}

/* Of SOCKS proxies, kubectl has the proxy look up the server's name, which may be known only there. */
static char *proxy_as_curl_knows_it(const char *proxy)
{
    static const char socks[] = "socks5://";
    return text_starts_with(proxy, socks) ? text_format("socks5h://%s", proxy + strlen(socks)) : strdup(proxy);
}

static int exchange_make(const struct kube_client *client, const struct kube_request *request,
                         struct exchange *exchange, hype_error **error)
{
    const struct kube_config *config = &client->identity.config;
    const char *method = request->method ? request->method : "GET";
    exchange->url = text_format("%s%s", config->server, request->path);
    exchange->body = request->body ? json_dumps(request->body, JSON_COMPACT) : NULL;
    exchange->proxy = config->proxy ? proxy_as_curl_knows_it(config->proxy) : NULL;
    if (!exchange->url || (request->body && !exchange->body) || (config->proxy && !exchange->proxy))
        return error_memory(error);
    if (!add_headers(exchange, config, request))
        return error_set(error, HYPE_INVALID, "%s: too many headers (as-groups)", config->source);
    exchange->http = (struct http_request){
        .method = method,
        .url = exchange->url,
        .headers = exchange->headers,
        .tls = &exchange->tls,
        .proxy = exchange->proxy,
        .body = exchange->body ? exchange->body : "",
        .body_size = exchange->body ? strlen(exchange->body) : 0,
        .sink = request->sink,
        .context = request->context,
        .limit = ANSWER_LIMIT,
        .idempotent = true,
        .whole = request->whole,
        .attempts = request->attempts,
        .stall_s = request->stream ? -1 : 0,
        .deadline = request->deadline,
    };
    return 0;
}

/* Once with *CREDENTIALS; once more with new ones, which take their place, where they are refused. */
static int perform_as_identity(struct kube_identity *identity, struct kube_credentials **credentials,
                               struct exchange *exchange, struct http_response *response, hype_error **error)
{
    for (bool again = true;; again = false) {
        exchange->tls = (struct http_tls){
            .ca = (*credentials)->ca,
            .certificate = (*credentials)->certificate,
            .key = (*credentials)->key,
            .server_name = identity->config.server_name,
            .insecure = identity->config.insecure,
        };
        exchange->http.bearer = (*credentials)->token;
        int status = http_perform(&exchange->http, response, error);
        if (status < 0 || response->status != 401 || !again || !kube_credentials_renewable(identity))
            return status;
        struct kube_credentials *renewed = NULL;
        status = kube_credentials_get(identity, *credentials, &renewed, error);
        if (status < 0)
            return status;
        http_response_free(response);
        kube_credentials_release(*credentials);
        *credentials = renewed;
    }
}

int kube_perform(struct kube_client *client, const struct kube_request *request, json_t **answer, int *code,
                 hype_error **error)
{
    __attribute__((cleanup(exchange_free))) struct exchange exchange = {0};
    cleanup_response struct http_response response = {0};
    struct kube_credentials *credentials = NULL;
    if (answer)
        *answer = NULL;
    if (code)
        *code = 0;
    int status = kube_credentials_get(&client->identity, NULL, &credentials, error); /* and the server's address */
    if (status == 0)
        status = exchange_make(client, request, &exchange, error);
    if (status == 0)
        status = perform_as_identity(&client->identity, &credentials, &exchange, &response, error);
    kube_credentials_release(credentials);
    if (code)
        *code = response.status;
    if (status < 0)
        return error_wrap(error, status, "%s", client->identity.config.source);
    if (!http_succeeded(&response))
        return kube_refused(client, request, &response, error);
    if (!answer || request->sink)
        return 0;
    json_error_t where;
    *answer = json_loadb(response.body ? response.body : "", response.size, 0, &where);
    return *answer ? 0
                   : error_set(error, HYPE_FORMAT, "%s answers %s %.*s with something that is no JSON: %s",
                               kube_server(client), exchange.http.method, (int)strcspn(request->path, "?"),
                               request->path, where.text);
}
