/*
 * gke.c: clusters of Google Kubernetes Engine, found by their names.
 *
 * Endpoint and CA come from the Container API, tokens from application default credentials (auth/google.h); all else is
 * the Kubernetes submitter. The control plane's DNS-based endpoint is used where it takes traffic from outside; its
 * certificate is one that the system's CAs know.
 */
#include "../auth/google.h"
#include "../base64.h"
#include "../http.h"
#include "../json_text.h"
#include "kubernetes.h"

#include <jansson.h>
#include <string.h>

#define CONTAINER_API "https://container.googleapis.com/"

struct gke {
    char *project, *location, *cluster;
    char *token; /* the last that was given */
};

static void gke_free(void *context)
{
    struct gke *gke = context;
    if (!gke)
        return;
    free(gke->project);
    free(gke->location);
    free(gke->cluster);
    free(gke->token);
    free(gke);
}

static int give_token(void *context, bool renew, char **token, hype_error **error)
{
    struct gke *gke = context;
    if (renew && gke->token)
        google_token_refused(gke->token);
    int status = google_token(token, error);
    if (status < 0)
        return status;
    free(gke->token);
    gke->token = strdup(*token);
    return gke->token ? 0 : error_memory(error);
}

/* ---- The Container API ---- */

/* The API's base with PATH behind it, a new string. */
static char *api_url(const char *path)
{
    const char *base = getenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINER");
    if (!base || !*base)
        base = CONTAINER_API;
    return text_format("%s%s%s", base, base[strlen(base) - 1] == '/' ? "" : "/", path);
}

static int get_once(struct gke *gke, const char *url, bool renew, struct http_response *response, hype_error **error)
{
    cleanup_free char *token = NULL;
    int status = give_token(gke, renew, &token, error);
    if (status < 0)
        return status;
    cleanup_free char *quota = google_quota_project();
    cleanup_free char *header = quota ? text_format("X-Goog-User-Project: %s", quota) : NULL;
    const char *headers[] = {header, NULL};
    struct http_request request = {.url = url, .headers = headers, .bearer = token, .idempotent = true};
    return http_perform(&request, response, error);
}

static int get(struct gke *gke, const char *url, struct http_response *response, hype_error **error)
{
    int status = get_once(gke, url, false, response, error);
    if (status < 0 || response->status != 401)
        return status;
    http_response_free(response);
    return get_once(gke, url, true, response, error);
}

/* "; the project's clusters are a (zone), b (zone)" where they may be listed; a new string. */
static char *known_clusters(struct gke *gke)
{
    cleanup_response struct http_response response = {0};
    cleanup_free char *path = text_format("v1/projects/%s/locations/-/clusters", gke->project);
    cleanup_free char *url = path ? api_url(path) : NULL;
    char *known = strdup("");
    if (!url || get(gke, url, &response, NULL) < 0 || !http_succeeded(&response))
        return known;
    json_t *answer = json_loadb(response.body, response.size, 0, NULL);
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(answer, "clusters"), i, one)
    {
        const char *name = json_text(one, "name"), *location = json_text(one, "location");
        char *longer = known && *name && *location
                           ? text_format("%s%s%s (%s)", known, i ? ", " : "; the project has ", name, location)
                           : NULL;
        if (longer) {
            free(known);
            known = longer;
        }
    }
    json_decref(answer);
    return known;
}

static int explain_refusal(struct gke *gke, const char *url, const struct http_response *response, hype_error **error)
{
    const struct http_request request = {.url = url};
    const char *body = response->body ? response->body : "";
    cleanup_free char *remedy = NULL;
    if (response->status == 404)
        remedy = known_clusters(gke);
    else if (response->status == 403 && strstr(body, "SERVICE_DISABLED"))
        remedy =
            text_format("; enable the API: gcloud services enable container.googleapis.com --project=%s", gke->project);
    else if (response->status == 403)
        remedy = text_format("; the role roles/container.clusterViewer on project %s would allow it "
                             "(container.clusters.get)",
                             gke->project);
    return http_refused(&request, response, error, "cannot find the cluster %s of project %s in %s%s", gke->cluster,
                        gke->project, gke->location, remedy ? remedy : "");
}

static int read_cluster(struct gke *gke, const json_t *cluster, char **server, char **ca, hype_error **error)
{
    const json_t *by_name =
        json_object_get(json_object_get(cluster, "controlPlaneEndpointsConfig"), "dnsEndpointConfig");
    const char *name = json_text(by_name, "endpoint"), *address = json_text(cluster, "endpoint");
    const char *certificate = json_text(json_object_get(cluster, "masterAuth"), "clusterCaCertificate");
    const char *state = json_text(cluster, "status");
    if (*name && json_is_true(json_object_get(by_name, "allowExternalTraffic"))) {
        *server = text_format("https://%s", name);
        return *server ? 0 : error_memory(error);
    }
    if (!*address)
        return error_set(error, HYPE_REFUSED,
                         "the cluster %s of project %s in %s has no address that can be reached (its status is %s)",
                         gke->cluster, gke->project, gke->location, *state ? state : "unknown");
    *ca = *certificate ? base64_decode_text(certificate) : NULL;
    if (!*ca)
        return error_set(error, HYPE_FORMAT, "the Container API tells no CA certificate of the cluster %s",
                         gke->cluster);
    *server = text_format(strchr(address, ':') ? "https://[%s]" : "https://%s", address);
    return *server ? 0 : error_memory(error);
}

static int locate(void *context, char **server, char **ca, hype_error **error)
{
    struct gke *gke = context;
    cleanup_response struct http_response response = {0};
    cleanup_free char *path =
        text_format("v1/projects/%s/locations/%s/clusters/%s", gke->project, gke->location, gke->cluster);
    cleanup_free char *url = path ? api_url(path) : NULL;
    if (!url)
        return error_memory(error);
    int status = get(gke, url, &response, error);
    if (status < 0)
        return status;
    if (!http_succeeded(&response))
        return explain_refusal(gke, url, &response, error);
    json_t *cluster = json_loadb(response.body ? response.body : "", response.size, 0, NULL);
    if (!cluster)
        status = error_set(error, HYPE_FORMAT, "the Container API answers with something that is no JSON");
    else
        status = read_cluster(gke, cluster, server, ca, error);
    json_decref(cluster);
    return status;
}

/* ---- The submitter ---- */

static int gke_open(struct submitter_url *url, hype_submitter **submitter, hype_error **error)
{
    static const struct kube_finder finder = {.locate = locate, .token = give_token};
    const char *const *parts = url->parts;
    if (!parts[0] || !parts[1] || !parts[2])
        return error_set(error, HYPE_INVALID,
                         "write gke://PROJECT/ZONE-OR-REGION/CLUSTER?staging=gs://BUCKET (a namespace may follow the "
                         "cluster: …/CLUSTER/NAMESPACE)");
    struct gke *gke = calloc(1, sizeof *gke);
    if (!gke)
        return error_memory(error);
    gke->project = http_escape(parts[0], false);
    gke->location = http_escape(parts[1], false);
    gke->cluster = http_escape(parts[2], false);
    cleanup_free char *source = text_format("gke://%s/%s/%s", parts[0], parts[1], parts[2]);
    struct kube_client *client = NULL;
    int status = gke->project && gke->location && gke->cluster && source
                     ? kube_open_found(source, &finder, gke, &client, error)
                     : error_memory(error);
    if (status < 0) {
        gke_free(gke);
        return status;
    }
    return kubernetes_open(url, client, parts[3], gke_free, gke, submitter, error);
}

const struct submitter_operations submitter_gke = {
    .scheme = "gke",
    .open = gke_open,
    .run = kubernetes_run,
    .check = kubernetes_check,
    .sweep = kubernetes_sweep,
    .close = kubernetes_close,
};

hype_submitter *hype_gke_submitter(const char *project, const char *location, const char *cluster, const char *staging)
{
    const char *const given[] = {project, location, cluster, staging};
    cleanup_free char *p = NULL, *l = NULL, *c = NULL, *s = NULL;
    char **const escaped[] = {&p, &l, &c, &s};
    bool ok = true;
    for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
        *escaped[i] = http_escape(given[i] ? given[i] : "", false);
        ok = ok && *escaped[i];
    }
    cleanup_free char *url = ok ? text_format("gke://%s/%s/%s%s%s", p, l, c, *s ? "?staging=" : "", s) : NULL;
    if (!url) {
        hype_error *error = NULL;
        error_memory(&error);
        error_publish(error);
        return NULL;
    }
    return hype_submitter_open(url);
}
