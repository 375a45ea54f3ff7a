/*
 * config.h: where a cluster is and who one is there: a kubeconfig's context, or a pod's service account.
 *
 * Kubeconfigs are found and put together as kubectl does it: the files in KUBECONFIG (':' between them, the first that
 * has an entry wins, files that are missing are skipped), else ~/.kube/config; relative paths in a file start at its
 * folder. Where there is none, a pod has its service account.
 */
#ifndef HYPE_RT_KUBE_CONFIG_H
#define HYPE_RT_KUBE_CONFIG_H

#include "../error.h"

#include <jansson.h>
#include <stdbool.h>

/* A certificate, a key or a token: the text itself, or the file that has it, which is read again from time to time.
 * Both NULL: none. */
struct kube_text {
    char *text, *path;
};

struct kube_config {
    char *source;                          /* for messages: "context 'kind' in /home/me/.kube/config" */
    char *server;                          /* "https://HOST:PORT", no '/' at its end */
    char *server_name, *proxy, *namespace; /* or NULL */
    bool insecure;
    struct kube_text ca, certificate, key, token;
    char *basic;         /* "NAME:PASSWORD", or NULL */
    json_t *headers;     /* array of "Impersonate-…: …" strings, or NULL */
    json_t *exec;        /* a credential plugin's definition, checked; or NULL */
    char *exec_folder;   /* where its relative command starts */
    json_t *exec_config; /* what the cluster's entry has for it, or NULL */
};

/* CONTEXT NULL: the current one, or the service account. Zero-initialize; kube_config_free() also after a failure. */
int kube_config_load(const char *context, struct kube_config *config, hype_error **error);
void kube_config_free(struct kube_config *config);

/* The text itself, read where it is a file; a new string, NULL where there is none. */
int kube_text_get(const struct kube_text *source, char **text, hype_error **error);

#endif
