/* credentials.c: a kubeconfig's ways to prove who one is, filled into a state of credentials. */
#include "credentials.h"

#include "../util.h"
#include "exec.h"

#include <string.h>

enum {
    SPARE_MS = 10 * 1000,  /* a plugin's credentials are renewed so long before they expire */
    REREAD_MS = 60 * 1000, /* files are read again, and givers asked again, after so long */
};

void kube_credentials_release(struct kube_credentials *credentials)
{
    if (!credentials || --credentials->users > 0)
        return;
    free(credentials->ca);
    free(credentials->certificate);
    free(credentials->key);
    free(credentials->token);
    free(credentials);
}

static bool any_file(const struct kube_config *config)
{
    return config->ca.path || config->certificate.path || config->key.path || config->token.path;
}

bool kube_credentials_renewable(const struct kube_identity *identity)
{
    return identity->finder || identity->config.exec || any_file(&identity->config);
}

static char *copy(const char *text)
{
    return text ? strdup(text) : NULL;
}

/* The plugin's last answer as long as it is good: the files beside it are read again sooner. */
static int by_plugin(const struct kube_identity *identity, bool refused, struct kube_credentials *credentials,
                     hype_error **error)
{
    const struct kube_credentials *current = identity->current;
    if (current && !refused && clock_ms() < current->plugin_until) {
        credentials->token = copy(current->token);
        credentials->certificate = copy(current->certificate);
        credentials->key = copy(current->key);
        credentials->plugin_until = current->plugin_until;
        bool ok = !credentials->token == !current->token && !credentials->certificate == !current->certificate &&
                  !credentials->key == !current->key;
        return ok ? 0 : error_memory(error);
    }
    struct kube_exec_answer answer = {0};
    int status = kube_exec_run(&identity->config, credentials->ca, &answer, error);
    credentials->token = answer.token;
    credentials->certificate = answer.certificate;
    credentials->key = answer.key;
    credentials->plugin_until = answer.good_until == INT64_MAX ? INT64_MAX : answer.good_until - SPARE_MS;
    return status;
}

static int locate(struct kube_identity *identity, hype_error **error)
{
    struct kube_config *config = &identity->config;
    free(config->ca.text);
    config->ca.text = NULL;
    return identity->finder->locate(identity->context, &config->server, &config->ca.text, error);
}

static int fill(struct kube_identity *identity, bool refused, struct kube_credentials *credentials, hype_error **error)
{
    const struct kube_config *config = &identity->config;
    credentials->good_until = any_file(config) || identity->finder ? clock_ms() + REREAD_MS : INT64_MAX;
    int status = config->server ? 0 : locate(identity, error);
    if (status < 0)
        return status;
    if (text_starts_with(config->server, "http://"))
        return 0; /* as kubectl: nothing that could be overheard */
    status = kube_text_get(&config->ca, &credentials->ca, error);
    if (status == 0)
        status = kube_text_get(&config->certificate, &credentials->certificate, error);
    if (status == 0)
        status = kube_text_get(&config->key, &credentials->key, error);
    if (status == 0)
        status = kube_text_get(&config->token, &credentials->token, error);
    if (status == 0 && identity->finder)
        status = identity->finder->token(identity->context, refused, &credentials->token, error);
    if (status == 0 && config->exec)
        status = by_plugin(identity, refused, credentials, error);
    if (credentials->token)
        credentials->token[strcspn(credentials->token, "\r\n")] = 0;
    return status;
}

/* What a request needs of an identity. */
struct need {
    struct kube_identity *identity;
    const struct kube_credentials *refused;
};

static int renew(void *context, hype_error **error)
{
    const struct need *need = context;
    struct kube_credentials *credentials = calloc(1, sizeof *credentials);
    if (!credentials)
        return error_memory(error);
    credentials->users = 1; /* the identity */
    int status = fill(need->identity, need->refused != NULL, credentials, error);
    if (status < 0) {
        kube_credentials_release(credentials);
        return status;
    }
    kube_credentials_release(need->identity->current);
    need->identity->current = credentials;
    return 0;
}

static bool good(const void *context)
{
    const struct need *need = context;
    const struct kube_credentials *current = need->identity->current;
    int64_t now = clock_ms();
    return current && current != need->refused && now < current->good_until &&
           (!need->identity->config.exec || now < current->plugin_until);
}

int kube_credentials_get(struct kube_identity *identity, const struct kube_credentials *refused,
                         struct kube_credentials **credentials, hype_error **error)
{
    struct need need = {identity, refused};
    int status = renewal_ensure(&identity->renewal, good, renew, &need, error);
    if (status < 0)
        return status;
    identity->current->users++;
    *credentials = identity->current;
    return 0;
}

void kube_identity_free(struct kube_identity *identity)
{
    kube_credentials_release(identity->current);
    error_free(identity->renewal.failure);
    kube_config_free(&identity->config);
}
