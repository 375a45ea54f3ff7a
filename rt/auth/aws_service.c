/* aws_service.c: STS, a profile's program, the agent of containers, and the metadata service of EC2. */
#include "aws_service.h"

#include "../http.h"
#include "../util.h"
#include "../xml.h"
#include "plugin.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { TOKEN_LIMIT = 64 * 1024 };

const char *aws_variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

/* ---- What is handed out ---- */

/* FROM names the service. */
static int keep(struct aws_lent *lent, const char *id, const char *secret, const char *session, const char *expires,
                const char *from, hype_error **error)
{
    struct tm date = {0};
    if (!id || !secret)
        return error_set(error, HYPE_FORMAT, "%s answered without keys", from);
    if (expires && !strptime(expires, "%Y-%m-%dT%H:%M:%S", &date))
        return error_set(error, HYPE_FORMAT, "%s gave keys until '%s', which is no time", from, expires);
    aws_keys_free(&lent->keys);
    lent->keys = (struct aws_keys){strdup(id), strdup(secret), session ? strdup(session) : NULL};
    lent->expires = expires ? timegm(&date) : INT64_MAX;
    return lent->keys.id && lent->keys.secret && !lent->keys.session == !session ? 0 : error_memory(error);
}

/* TOKEN: what the session's token is called. */
static int keep_json(struct aws_lent *lent, const char *text, const char *token, const char *from, hype_error **error)
{
    const char *names[] = {"AccessKeyId", "SecretAccessKey", token, "Expiration"}, *values[ARRAY_SIZE(names)];
    json_t *answer = json_loads(text, 0, NULL);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        values[i] = json_string_value(json_object_get(answer, names[i]));
    int status = keep(lent, values[0], values[1], values[2], values[3], from, error);
    json_decref(answer);
    return status;
}

/* ---- Web identity ---- */

static bool web_identity_named(void)
{
    return aws_variable("AWS_WEB_IDENTITY_TOKEN_FILE") && aws_variable("AWS_ROLE_ARN");
}

struct assumed {
    char *values[4]; /* in the order of NAMES */
};

static int on_element(void *context, const char *name, const char *text)
{
    static const char *const names[] = {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"};
    struct assumed *assumed = context;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strcmp(name, names[i]) == 0 && !assumed->values[i])
            assumed->values[i] = strdup(text);
    return 0;
}

static int keep_xml(struct aws_lent *lent, const struct http_response *response, const char *from, hype_error **error)
{
    struct assumed assumed = {{NULL}};
    int status = xml_read(response->body ? response->body : "", response->size, on_element, &assumed, error);
    char **values = assumed.values;
    if (status == 0)
        status = keep(lent, values[0], values[1], values[2], values[3], from, error);
    for (size_t i = 0; i < ARRAY_SIZE(assumed.values); i++)
        free(values[i]);
    return status;
}

/* The service of the region, which answers also where the global one cannot be reached; a new string. */
static char *sts_url(void)
{
    static const char *const regions[] = {"AWS_REGION", "AWS_DEFAULT_REGION", NULL};
    const char *override = aws_variable("AWS_ENDPOINT_URL_STS");
    if (override)
        return strdup(override);
    cleanup_free char *region = aws_setting(regions, "region");
    return region ? text_format("https://sts.%s.%s/", region, aws_domain(region))
                  : strdup("https://sts.amazonaws.com/");
}

static int web_identity_form(char **form, hype_error **error)
{
    const char *path = aws_variable("AWS_WEB_IDENTITY_TOKEN_FILE"), *name = aws_variable("AWS_ROLE_SESSION_NAME");
    cleanup_free char *token = NULL;
    size_t size;
    int status = file_read(path, TOKEN_LIMIT, &token, &size, error);
    if (status < 0)
        return error_wrap(error, status, "AWS_WEB_IDENTITY_TOKEN_FILE");
    token[strcspn(token, "\r\n")] = 0;
    cleanup_free char *role = http_escape(aws_variable("AWS_ROLE_ARN"), false);
    cleanup_free char *session = http_escape(name ? name : "hype", false);
    cleanup_free char *escaped = http_escape(token, false);
    *form = role && session && escaped
                ? text_format("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=%s&RoleSessionName=%s&"
                              "WebIdentityToken=%s",
                              role, session, escaped)
                : NULL;
    return *form ? 0 : error_memory(error);
}

static int fetch_by_web_identity(struct aws_lent *lent, hype_error **error)
{
    static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded", NULL};
    cleanup_free char *url = sts_url(), *form = NULL;
    int status = url ? web_identity_form(&form, error) : error_memory(error);
    if (status < 0)
        return status;
    struct http_request request = {
        .method = "POST", .url = url, .headers = headers, .body = form, .body_size = strlen(form), .idempotent = true};
    cleanup_response struct http_response response = {0};
    status = http_perform(&request, &response, error);
    if (status < 0)
        return status;
    if (!http_succeeded(&response))
        return http_refused(&request, &response, error, "cannot take the role %s", aws_variable("AWS_ROLE_ARN"));
    return keep_xml(lent, &response, url, error);
}

const struct aws_service aws_web_identity = {web_identity_named, fetch_by_web_identity};

/* ---- Programs ---- */

static bool process_named(void)
{
    cleanup_free char *command = aws_in_profile("credential_process");
    return command != NULL;
}

static int fetch_by_process(struct aws_lent *lent, hype_error **error)
{
    cleanup_free char *command = aws_in_profile("credential_process"), *text = NULL;
    cleanup_free char *what = text_format("the credential_process of the AWS profile '%s'", aws_profile());
    if (!command || !what)
        return error_memory(error);
    const char *arguments[] = {"sh", "-c", command, NULL};
    int status = plugin_run(what, arguments, (const char *const *)environ, &text, error);
    return status < 0 ? status : keep_json(lent, text, "SessionToken", what, error);
}

const struct aws_service aws_process = {process_named, fetch_by_process};

/* ---- Containers ---- */

static bool container_named(void)
{
    return aws_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") || aws_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
}

/* The token must not leave the machine in the clear: over plain HTTP only the agents' own addresses are asked. */
static bool address_allowed(const char *url)
{
    static const char *const hosts[] = {"127.0.0.1",     "localhost",      "[::1]",
                                        "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
    if (text_starts_with(url, "https://"))
        return true;
    if (!text_starts_with(url, "http://"))
        return false;
    url += strlen("http://");
    for (size_t i = 0; i < ARRAY_SIZE(hosts); i++)
        if (text_starts_with(url, hosts[i]) && (!url[strlen(hosts[i])] || strchr(":/", url[strlen(hosts[i])])))
            return true;
    return false;
}

/* "Authorization: …", a new string; NULL where no token is named. */
static int container_header(char **header, hype_error **error)
{
    const char *path = aws_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *given = aws_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    cleanup_free char *token = path ? NULL : given ? strdup(given) : NULL;
    size_t size;
    int status = path ? file_read(path, TOKEN_LIMIT, &token, &size, error) : 0;
    if (status < 0)
        return error_wrap(error, status, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    if (!token)
        return 0;
    token[strcspn(token, "\r\n")] = 0;
    *header = text_format("Authorization: %s", token);
    return *header ? 0 : error_memory(error);
}

static int fetch_by_container(struct aws_lent *lent, hype_error **error)
{
    const char *full = aws_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    const char *relative = aws_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    cleanup_free char *url = relative ? text_format("http://169.254.170.2%s", relative) : strdup(full), *header = NULL;
    int status = url ? container_header(&header, error) : error_memory(error);
    if (status < 0)
        return status;
    if (!address_allowed(url))
        return error_set(error, HYPE_INVALID,
                         "AWS_CONTAINER_CREDENTIALS_FULL_URI=%s: it must be https:// or an address of this machine",
                         url);
    const char *headers[] = {header, NULL};
    struct http_request request = {
        .url = url, .headers = headers, .direct = true, .idempotent = true, .connect_ms = 2000, .attempts = 3};
    cleanup_response struct http_response response = {0};
    status = http_perform(&request, &response, error);
    if (status < 0)
        return status;
    if (!http_succeeded(&response))
        return http_refused(&request, &response, error, "this container gets no keys; has its service account a role?");
    return keep_json(lent, response.body ? response.body : "", "Token", url, error);
}

const struct aws_service aws_container = {container_named, fetch_by_container};

/* ---- Machines ---- */

static bool machine_named(void)
{
    const char *disabled = aws_variable("AWS_EC2_METADATA_DISABLED");
    return !disabled || strcasecmp(disabled, "true") != 0;
}

static const char *metadata_service(void)
{
    const char *endpoint = aws_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    return endpoint ? endpoint : "http://169.254.169.254";
}

static int ask(const char *method, const char *path, const char *header, char **text, hype_error **error)
{
    const char *headers[] = {header, NULL};
    const char *base = metadata_service();
    size_t length = strlen(base);
    cleanup_free char *url =
        text_format("%.*s/latest/%s", (int)(length - (length > 0 && base[length - 1] == '/')), base, path);
    if (!url || !header)
        return error_memory(error);
    struct http_request request = {.method = method,
                                   .url = url,
                                   .headers = headers,
                                   .direct = true,
                                   .idempotent = true,
                                   .connect_ms = 1000,
                                   .stall_s = 5,
                                   .attempts = 2};
    cleanup_response struct http_response response = {0};
    int status = http_perform(&request, &response, error);
    if (status < 0)
        return status;
    if (!http_succeeded(&response))
        return http_refused(&request, &response, error,
                            "this machine's metadata service gives no keys; has the "
                            "machine a role?");
    *text = strdup(response.body ? response.body : "");
    return *text ? 0 : error_memory(error);
}

static int fetch_by_machine(struct aws_lent *lent, hype_error **error)
{
    cleanup_free char *token = NULL, *role = NULL, *text = NULL;
    int status = ask("PUT", "api/token", "X-aws-ec2-metadata-token-ttl-seconds: 300", &token, error);
    cleanup_free char *header = token ? text_format("X-aws-ec2-metadata-token: %s", token) : NULL;
    if (status == 0)
        status = ask("GET", "meta-data/iam/security-credentials/", header, &role, error);
    if (status < 0)
        return status;
    role[strcspn(role, "\r\n")] = 0;
    cleanup_free char *path = text_format("meta-data/iam/security-credentials/%s", role);
    status = path ? ask("GET", path, header, &text, error) : error_memory(error);
    return status < 0 ? status : keep_json(lent, text, "Token", metadata_service(), error);
}

const struct aws_service aws_machine = {machine_named, fetch_by_machine};
