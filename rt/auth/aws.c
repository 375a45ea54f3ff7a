/* aws.c: keys from variables, profiles and the metadata service of EC2. */
#include "aws.h"

#include "../http.h"
#include "../task.h"
#include "../util.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    FILE_LIMIT = 1 << 20,
    SPARE_SECONDS = 300, /* keys are renewed so long before they expire */
};

/* The metadata service's, kept until they expire. Those of variables and files are read each time: they may change. */
static struct {
    struct aws_keys keys;
    time_t expires;
} machine;

void aws_keys_free(struct aws_keys *keys)
{
    free(keys->id);
    free(keys->secret);
    free(keys->session);
    *keys = (struct aws_keys){NULL, NULL, NULL};
}

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

static const char *profile(void)
{
    const char *name = variable("AWS_PROFILE");
    return name ? name : "default";
}

/* ---- Profiles ---- */

static char *profile_path(const char *path_variable, const char *name)
{
    const char *path = variable(path_variable), *home = getenv("HOME");
    return path ? strdup(path) : home ? text_format("%s/.aws/%s", home, name) : NULL;
}

static char *trimmed(const char *start, size_t size)
{
    while (size > 0 && strchr(" \t\r", *start))
        start++, size--;
    while (size > 0 && strchr(" \t\r", start[size - 1]))
        size--;
    return strndup(start, size);
}

/* Whether "[NAME]" or "[profile NAME]" is the wanted profile. */
static bool is_profile(const char *line, const char *wanted)
{
    cleanup_free char *name = trimmed(line + 1, strcspn(line + 1, "]\n"));
    const char *bare = name && text_starts_with(name, "profile ") ? name + strlen("profile ") : name;
    return bare && strcmp(bare + strspn(bare, " \t"), wanted) == 0;
}

/* The value of SETTING in the wanted profile of one file; a new string or NULL. */
static char *in_file(const char *path, const char *setting)
{
    cleanup_free char *text = NULL;
    size_t size;
    bool inside = false;
    if (!path || file_read(path, FILE_LIMIT, &text, &size, NULL) < 0)
        return NULL;
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (*line == '[')
            inside = is_profile(line, profile());
        size_t length = strcspn(line, "\n"), end = strcspn(line, "=\n");
        if (!inside || strchr("#;[ \t", *line) || end == length) /* indented lines belong to the setting above */
            continue;
        cleanup_free char *name = trimmed(line, end);
        if (name && strcmp(name, setting) == 0)
            return trimmed(line + end + 1, length - end - 1);
    }
    return NULL;
}

static char *in_profile(const char *setting)
{
    cleanup_free char *credentials = profile_path("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    cleanup_free char *config = profile_path("AWS_CONFIG_FILE", "config");
    char *value = in_file(credentials, setting);
    return value ? value : in_file(config, setting);
}

char *aws_setting(const char *const *variables, const char *setting)
{
    for (; *variables; variables++)
        if (variable(*variables))
            return strdup(variable(*variables));
    return in_profile(setting);
}

/* ---- The metadata service ---- */

static const char *service(void)
{
    const char *endpoint = variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    return endpoint ? endpoint : "http://169.254.169.254";
}

static int ask(const char *method, const char *path, const char *header, char **text, hype_error **error)
{
    const char *headers[] = {header, NULL};
    const char *base = service();
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

static int keep_machine_keys(const char *text, hype_error **error)
{
    json_t *answer = json_loads(text, 0, NULL);
    const char *id = json_string_value(json_object_get(answer, "AccessKeyId"));
    const char *secret = json_string_value(json_object_get(answer, "SecretAccessKey"));
    const char *session = json_string_value(json_object_get(answer, "Token"));
    const char *expires = json_string_value(json_object_get(answer, "Expiration"));
    struct tm date = {0};
    int status = 0;
    if (!id || !secret || !session) {
        status = error_set(error, HYPE_FORMAT, "this machine's metadata service (%s) answered without keys", service());
    } else {
        aws_keys_free(&machine.keys);
        machine.keys = (struct aws_keys){strdup(id), strdup(secret), strdup(session)};
        machine.expires = expires && strptime(expires, "%Y-%m-%dT%H:%M:%S", &date) ? timegm(&date) : 0;
    }
    json_decref(answer);
    return status;
}

static int fetch_machine_keys(hype_error **error)
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
    return status < 0 ? status : keep_machine_keys(text, error);
}

/* ---- The chain ---- */

static int copy_keys(const struct aws_keys *from, struct aws_keys *keys, hype_error **error)
{
    *keys = (struct aws_keys){from->id ? strdup(from->id) : NULL, from->secret ? strdup(from->secret) : NULL,
                              from->session ? strdup(from->session) : NULL};
    return keys->id && keys->secret ? 0 : error_memory(error);
}

static int no_keys(const char *why, hype_error **error)
{
    cleanup_free char *role = in_profile("role_arn"), *sso = in_profile("sso_session"),
                      *url = in_profile("sso_start_url");
    if (role || sso || url)
        return error_set(error, HYPE_PERMISSION,
                         "the AWS profile '%s' takes a role or signs in by SSO, which is not supported here; put keys "
                         "into the environment: eval \"$(aws configure export-credentials --profile %s --format env)\"",
                         profile(), profile());
    return error_set(error, HYPE_PERMISSION,
                     "there are no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, the "
                     "profile '%s' in ~/.aws/credentials has no keys, and this is no EC2 machine with a role (%s)",
                     profile(), why);
}

int aws_keys(struct aws_keys *keys, hype_error **error)
{
    const char *id = variable("AWS_ACCESS_KEY_ID"), *secret = variable("AWS_SECRET_ACCESS_KEY");
    const char *disabled = variable("AWS_EC2_METADATA_DISABLED");
    *keys = (struct aws_keys){NULL, NULL, NULL};
    if (id && secret) {
        const char *session = variable("AWS_SESSION_TOKEN");
        return copy_keys(&(struct aws_keys){(char *)id, (char *)secret, (char *)session}, keys, error);
    }
    *keys = (struct aws_keys){in_profile("aws_access_key_id"), in_profile("aws_secret_access_key"),
                              in_profile("aws_session_token")};
    if (keys->id && keys->secret)
        return 0;
    aws_keys_free(keys);
    if (disabled && strcasecmp(disabled, "true") == 0)
        return no_keys("AWS_EC2_METADATA_DISABLED is set", error);
    if (!machine.keys.id || time(NULL) > machine.expires - SPARE_SECONDS) {
        cleanup_error hype_error *failure = NULL;
        int status = fetch_machine_keys(&failure);
        if (status == -HYPE_CANCELLED)
            return error_set(error, HYPE_CANCELLED, "cancelled");
        if (status < 0)
            return no_keys(failure ? failure->message : "no metadata service", error);
    }
    return copy_keys(&machine.keys, keys, error);
}
