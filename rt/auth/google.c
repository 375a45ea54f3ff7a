/*
 * google.c: application default credentials, exchanged for access tokens.
 *
 * A service account signs a statement about itself (a JSON Web Token, RFC 7523) that the token server exchanges; a
 * person's file holds a refresh token that it exchanges likewise; a Google machine's metadata server just gives one.
 * The token is kept until it is nearly used up.
 */
#include "google.h"

#include "../http.h"
#include "../json_text.h"
#include "../util.h"
#include "jwt.h"
#include "renewal.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    SPARE_MS = 225 * 1000, /* a token is renewed so long before it expires; metadata servers renew theirs earlier */
    FILE_LIMIT = 1 << 20,
    JWT_SECONDS = 3600,
};

#define SCOPE     "https://www.googleapis.com/auth/cloud-platform"
#define TOKEN_URI "https://oauth2.googleapis.com/token"

static struct {
    char *token;
    int64_t good_until; /* clock_ms() */
    char *quota_project;
    struct renewal renewal;
} google;

/* ---- Where credentials are ---- */

char *google_credentials_file(bool *named)
{
    const char *path = getenv("GOOGLE_APPLICATION_CREDENTIALS"), *folder = getenv("CLOUDSDK_CONFIG");
    *named = path && *path;
    if (*named)
        return strdup(path);
    const char *home = getenv("HOME");
    char *known = folder && *folder ? text_format("%s/application_default_credentials.json", folder)
                  : home            ? text_format("%s/.config/gcloud/application_default_credentials.json", home)
                                    : NULL;
    if (known && access(known, R_OK) == 0)
        return known;
    free(known);
    return NULL;
}

/* ---- Exchanges ---- */

/* Keeps what a token server answered. */
static int keep_token(const struct http_response *response, const char *from, hype_error **error)
{
    json_t *answer = json_loadb(response->body ? response->body : "", response->size, 0, NULL);
    const char *token = json_text_or_null(answer, "access_token");
    int64_t seconds = json_integer_value(json_object_get(answer, "expires_in"));
    char *copy = token ? strdup(token) : NULL;
    json_decref(answer);
    if (!copy)
        return error_set(error, HYPE_FORMAT, "%s answered without an access token", from);
    free(google.token);
    google.token = copy;
    google.good_until = clock_ms() + seconds * 1000;
    return 0;
}

static int exchange(const char *uri, const char *form, const char *path, hype_error **error)
{
    static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded", NULL};
    struct http_request request = {
        .method = "POST", .url = uri, .headers = headers, .body = form, .body_size = strlen(form), .idempotent = true};
    cleanup_response struct http_response response = {0};
    int status = http_perform(&request, &response, error);
    if (status < 0)
        return error_wrap(error, status, "cannot get a Google access token for %s", path);
    if (response.status == 400 || response.status == 401 || response.status == 403) {
        http_refused(&request, &response, error, "Google refuses the credentials in %s", path);
        return error_set(error, HYPE_PERMISSION, "refused"); /* keeps the first error */
    }
    if (!http_succeeded(&response))
        return http_refused(&request, &response, error, "cannot get a Google access token for %s", path);
    return keep_token(&response, uri, error);
}

static int by_service_account(const json_t *file, const char *path, hype_error **error)
{
    const char *email = json_text_or_null(file, "client_email"), *key = json_text_or_null(file, "private_key");
    const char *key_id = json_text_or_null(file, "private_key_id"), *uri = json_text_or_null(file, "token_uri");
    if (!email || !key)
        return error_set(error, HYPE_FORMAT, "%s is a service account's file without client_email or private_key",
                         path);
    if (!uri)
        uri = TOKEN_URI;
    json_t *claims = json_pack("{ss ss ss sI sI}", "iss", email, "scope", SCOPE, "aud", uri, "iat",
                               (json_int_t)time(NULL), "exp", (json_int_t)(time(NULL) + JWT_SECONDS));
    cleanup_free char *jwt = NULL;
    int status = claims ? jwt_sign(claims, key, key_id, &jwt, error) : error_memory(error);
    json_decref(claims);
    if (status < 0)
        return error_wrap(error, status, "%s", path);
    cleanup_free char *form =
        text_format("grant_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Agrant-type%%3Ajwt-bearer&assertion=%s", jwt);
    return form ? exchange(uri, form, path, error) : error_memory(error);
}

static int by_refresh_token(const json_t *file, const char *path, hype_error **error)
{
    const char *names[] = {"client_id", "client_secret", "refresh_token"};
    cleanup_free char *form = strdup("grant_type=refresh_token");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const char *value = json_text_or_null(file, names[i]);
        if (!value)
            return error_set(error, HYPE_FORMAT, "%s is a person's credentials without %s", path, names[i]);
        cleanup_free char *escaped = http_escape(value, false);
        char *longer = form && escaped ? text_format("%s&%s=%s", form, names[i], escaped) : NULL;
        free(form);
        form = longer;
    }
    const char *uri = json_text_or_null(file, "token_uri");
    return form ? exchange(uri ? uri : TOKEN_URI, form, path, error) : error_memory(error);
}

static int by_file(const char *path, hype_error **error)
{
    cleanup_free char *text = NULL;
    size_t size;
    int status = file_read(path, FILE_LIMIT, &text, &size, error);
    if (status < 0)
        return error_wrap(error, status, "Google's credentials");
    json_t *file = json_loadb(text, size, 0, NULL);
    const char *type = json_text_or_null(file, "type"), *quota = json_text_or_null(file, "quota_project_id");
    free(google.quota_project);
    google.quota_project = quota ? strdup(quota) : NULL;
    if (!type)
        status =
            error_set(error, HYPE_FORMAT, "%s is no file of Google credentials: it must be JSON with a 'type'", path);
    else if (strcmp(type, "service_account") == 0)
        status = by_service_account(file, path, error);
    else if (strcmp(type, "authorized_user") == 0)
        status = by_refresh_token(file, path, error);
    else
        status = error_set(error, HYPE_INVALID,
                           "%s holds Google credentials of type '%s', which are not supported; use a service "
                           "account's key, 'gcloud auth application-default login', or a Google machine's own account",
                           path, type);
    json_decref(file);
    return status;
}

static int by_metadata_server(hype_error **error)
{
    static const char *const headers[] = {"Metadata-Flavor: Google", NULL};
    const char *host = getenv("GCE_METADATA_HOST");
    cleanup_free char *url = text_format("http://%s/computeMetadata/v1/instance/service-accounts/default/token",
                                         host && *host ? host : "metadata.google.internal");
    if (!url)
        return error_memory(error);
    struct http_request request = {
        .url = url, .headers = headers, .direct = true, .idempotent = true, .connect_ms = 2000, .attempts = 3};
    cleanup_response struct http_response response = {0};
    cleanup_error hype_error *failure = NULL;
    int status = http_perform(&request, &response, &failure);
    if (status == -HYPE_CANCELLED)
        return error_set(error, HYPE_CANCELLED, "cancelled");
    cleanup_free char *flavor = status == 0 ? http_header(&response, "metadata-flavor") : NULL;
    if (status < 0 || !flavor || strcmp(flavor, "Google") != 0)
        return error_set(error, HYPE_PERMISSION,
                         "there are no Google credentials: GOOGLE_APPLICATION_CREDENTIALS is not set, there is no "
                         "file that 'gcloud auth application-default login' writes, and no metadata server of a "
                         "Google machine answers%s%s%s",
                         failure ? " (" : "", failure ? failure->message : "", failure ? ")" : "");
    if (!http_succeeded(&response))
        return http_refused(&request, &response, error,
                            "this machine's metadata server gives no token; has it a service account?");
    return keep_token(&response, url, error);
}

/* ---- The token ---- */

static int renew(void *unused, hype_error **error)
{
    (void)unused;
    bool named;
    cleanup_free char *path = google_credentials_file(&named);
    if (named && !path)
        return error_memory(error);
    return path ? by_file(path, error) : by_metadata_server(error);
}

static bool token_is_good(const void *unused)
{
    (void)unused;
    return google.token && clock_ms() < google.good_until - SPARE_MS;
}

int google_token(char **token, hype_error **error)
{
    int status = 0;
    do /* one that another task has got may have been refused meanwhile */
        status = renewal_ensure(&google.renewal, token_is_good, renew, NULL, error);
    while (status == 0 && !google.token);
    if (status < 0)
        return status;
    *token = strdup(google.token);
    return *token ? 0 : error_memory(error);
}

void google_token_refused(const char *token)
{
    if (!google.token || strcmp(token, google.token) != 0)
        return;
    free(google.token);
    google.token = NULL;
}

char *google_quota_project(void)
{
    return google.quota_project ? strdup(google.quota_project) : NULL;
}
