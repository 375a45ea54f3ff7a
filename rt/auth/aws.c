/* aws.c: keys from variables, profiles, programs and services, in the order of Amazon's own tools. */
#include "aws.h"

#include "../log.h"
#include "../util.h"
#include "aws_service.h"
#include "renewal.h"

#include <string.h>
#include <time.h>

enum {
    FILE_LIMIT = 1 << 20,
    SPARE_SECONDS = 300, /* keys are renewed so long before they expire */
    PAUSE_SECONDS = 30,  /* before it is tried again where that failed */
};

void aws_keys_free(struct aws_keys *keys)
{
    free(keys->id);
    free(keys->secret);
    free(keys->session);
    *keys = (struct aws_keys){NULL, NULL, NULL};
}

const char *aws_profile(void)
{
    const char *name = aws_variable("AWS_PROFILE");
    return name ? name : "default";
}

const char *aws_domain(const char *region)
{
    return text_starts_with(region, "cn-") ? "amazonaws.com.cn" : "amazonaws.com";
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

/* The value of SETTING in the wanted profile of one file, or "" where SETTING is NULL and the profile is there; a new
 * string or NULL. */
static char *in_file(const char *path, const char *setting)
{
    cleanup_free char *text = NULL;
    size_t size;
    bool inside = false;
    if (!path || file_read(path, FILE_LIMIT, &text, &size, NULL) < 0)
        return NULL;
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (*line == '[')
            inside = is_profile(line, aws_profile());
        if (inside && !setting)
            return strdup("");
        size_t length = strcspn(line, "\n"), end = strcspn(line, "=\n");
        if (!inside || strchr("#;[ \t", *line) || end == length) /* indented lines belong to the setting above */
            continue;
        cleanup_free char *name = trimmed(line, end);
        if (name && strcmp(name, setting) == 0)
            return trimmed(line + end + 1, length - end - 1);
    }
    return NULL;
}

char *aws_in_profile(const char *setting)
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
    return aws_in_profile(setting);
}

static int not_supported(const char *setting, hype_error **error)
{
    return error_set(
        error, HYPE_PERMISSION,
        "the AWS profile '%s' has the setting %s, which is not supported here; put keys into the environment: "
        "eval \"$(aws configure export-credentials --profile %s --format env)\"",
        aws_profile(), setting, aws_profile());
}

/* Refuses a profile that says in ways of its own who the program is, or that was wanted and is not there. */
static int check_profile(const char *const *ways, hype_error **error)
{
    for (; *ways; ways++) {
        cleanup_free char *value = aws_in_profile(*ways);
        if (value)
            return not_supported(*ways, error);
    }
    cleanup_free char *there = aws_in_profile(NULL);
    if (!there && aws_variable("AWS_PROFILE"))
        return error_set(error, HYPE_PERMISSION,
                         "there is no AWS profile '%s' (AWS_PROFILE) in ~/.aws/credentials or ~/.aws/config; "
                         "'aws configure list-profiles' tells which there are",
                         aws_profile());
    return 0;
}

/* ---- Keys that are handed out ---- */

static int copy_keys(const struct aws_keys *from, struct aws_keys *keys, hype_error **error)
{
    *keys = (struct aws_keys){from->id ? strdup(from->id) : NULL, from->secret ? strdup(from->secret) : NULL,
                              from->session ? strdup(from->session) : NULL};
    return keys->id && keys->secret && !keys->session == !from->session ? 0 : error_memory(error);
}

/* Kept until they expire. Those of variables and files are read each time: they may change. */
static struct {
    struct aws_lent loan;
    const struct aws_service *from;
    time_t renew_at;
    struct renewal renewal;
} lent;

static bool lent_is_good(const void *service)
{
    return lent.from == service && time(NULL) < lent.renew_at;
}

static int renew(void *context, hype_error **error)
{
    const struct aws_service *service = context;
    bool usable = lent.from == service && time(NULL) < lent.loan.expires;
    hype_error *failure = NULL;
    int status = service->fetch(&lent.loan, &failure);
    if (status < 0 && (!usable || status == -HYPE_CANCELLED)) {
        *error = failure;
        return status;
    }
    if (status < 0)
        log_warning("Credentials", "%s; the AWS keys at hand are good for some minutes yet",
                    failure ? failure->message : "no new keys");
    error_free(failure);
    time_t again = time(NULL) + PAUSE_SECONDS, end = lent.loan.expires;
    lent.renew_at = status == 0 ? end - SPARE_SECONDS : again < end ? again : end;
    lent.from = service;
    return 0;
}

static int borrow(const struct aws_service *service, struct aws_keys *keys, hype_error **error)
{
    int status = renewal_ensure(&lent.renewal, lent_is_good, renew, (void *)(uintptr_t)service, error);
    return status < 0 ? status : copy_keys(&lent.loan.keys, keys, error);
}

/* ---- The chain ---- */

static int no_keys(const char *why, hype_error **error)
{
    return error_set(error, HYPE_PERMISSION,
                     "there are no AWS credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, the "
                     "profile '%s' in ~/.aws/credentials has no keys, and this is no EC2 machine with a role (%s)",
                     aws_profile(), why);
}

int aws_keys(struct aws_keys *keys, hype_error **error)
{
    static const char *const first_ways[] = {"role_arn", NULL};
    static const char *const last_ways[] = {"sso_session", "sso_start_url", "login_session", NULL};
    const char *id = aws_variable("AWS_ACCESS_KEY_ID"), *secret = aws_variable("AWS_SECRET_ACCESS_KEY");
    *keys = (struct aws_keys){NULL, NULL, NULL};
    if (id && secret) {
        const char *session = aws_variable("AWS_SESSION_TOKEN");
        return copy_keys(&(struct aws_keys){(char *)id, (char *)secret, (char *)session}, keys, error);
    }
    if (aws_web_identity.named())
        return borrow(&aws_web_identity, keys, error);
    int status = check_profile(first_ways, error);
    if (status < 0)
        return status;
    *keys = (struct aws_keys){aws_in_profile("aws_access_key_id"), aws_in_profile("aws_secret_access_key"),
                              aws_in_profile("aws_session_token")};
    if (keys->id && keys->secret)
        return 0;
    aws_keys_free(keys);
    if (aws_process.named())
        return borrow(&aws_process, keys, error);
    status = check_profile(last_ways, error);
    if (status < 0)
        return status;
    if (aws_container.named())
        return borrow(&aws_container, keys, error);
    if (!aws_machine.named())
        return no_keys("AWS_EC2_METADATA_DISABLED is set", error);
    cleanup_error hype_error *failure = NULL;
    status = borrow(&aws_machine, keys, &failure);
    if (status == -HYPE_CANCELLED)
        return error_set(error, HYPE_CANCELLED, "cancelled");
    return status < 0 ? no_keys(failure ? failure->message : "no metadata service", error) : 0;
}
