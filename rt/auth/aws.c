/* aws.c: keys from variables, profiles and services, in the order of Amazon's own tools. */
#include "aws.h"

#include "../util.h"
#include "aws_service.h"

#include <string.h>
#include <time.h>

enum {
    FILE_LIMIT = 1 << 20,
    SPARE_SECONDS = 300, /* keys are renewed so long before they expire */
};

/* A service's, kept until they expire. Those of variables and files are read each time: they may change. */
static struct aws_lent lent;

void aws_keys_free(struct aws_keys *keys)
{
    free(keys->id);
    free(keys->secret);
    free(keys->session);
    *keys = (struct aws_keys){NULL, NULL, NULL};
}

static const char *profile(void)
{
    const char *name = aws_variable("AWS_PROFILE");
    return name ? name : "default";
}

/* ---- Profiles ---- */

static char *profile_path(const char *path_variable, const char *name)
{
    const char *path = aws_variable(path_variable), *home = getenv("HOME");
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
        if (aws_variable(*variables))
            return strdup(aws_variable(*variables));
    return in_profile(setting);
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

static int borrow(const struct aws_service *service, struct aws_keys *keys, hype_error **error)
{
    if (!lent.keys.id || time(NULL) > lent.expires - SPARE_SECONDS) {
        int status = service->fetch(&lent, error);
        if (status < 0)
            return status;
    }
    return copy_keys(&lent.keys, keys, error);
}

int aws_keys(struct aws_keys *keys, hype_error **error)
{
    const char *id = aws_variable("AWS_ACCESS_KEY_ID"), *secret = aws_variable("AWS_SECRET_ACCESS_KEY");
    *keys = (struct aws_keys){NULL, NULL, NULL};
    if (id && secret) {
        const char *session = aws_variable("AWS_SESSION_TOKEN");
        return copy_keys(&(struct aws_keys){(char *)id, (char *)secret, (char *)session}, keys, error);
    }
    if (aws_web_identity.named())
        return borrow(&aws_web_identity, keys, error);
    *keys = (struct aws_keys){in_profile("aws_access_key_id"), in_profile("aws_secret_access_key"),
                              in_profile("aws_session_token")};
    if (keys->id && keys->secret)
        return 0;
    aws_keys_free(keys);
    if (aws_container.named())
        return borrow(&aws_container, keys, error);
    if (!aws_machine.named())
        return no_keys("AWS_EC2_METADATA_DISABLED is set", error);
    cleanup_error hype_error *failure = NULL;
    int status = borrow(&aws_machine, keys, &failure);
    if (status == -HYPE_CANCELLED)
        return error_set(error, HYPE_CANCELLED, "cancelled");
    return status < 0 ? no_keys(failure ? failure->message : "no metadata service", error) : 0;
}
