/*
 * extract_env: looks around where a function runs. It runs a command, and returns its output, the mounts and all
 * environment variables: a struct of strings and of a list of structs of strings.
 *
 *   hypecc extract_env.c -o extract_env && ./extract_env [SECRET]
 *
 * SECRET is mounted at /etc/gcloud (Kubernetes: a secret of the namespace; Docker: a folder in secrets=/FOLDER).
 */
#define _GNU_SOURCE /* environ */
#include <hype/hype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    char *name, *value;
} env_var;

typedef struct {
    char *cmd_output, *mounts;
    size_t n_vars;
    env_var *vars HYPE_COUNTED_BY(n_vars);
} report;

static char *output_of(const char *cmd)
{
    FILE *pipe = popen(cmd, "r");
    char *text = NULL;
    size_t capacity = 0;
    if (pipe && getdelim(&text, &capacity, '\0', pipe) < 0 && text)
        *text = '\0';
    if (pipe)
        pclose(pipe);
    return text;
}

HYPE_FN report extract_env(const char *cmd)
{
    report r = {.cmd_output = output_of(cmd), .mounts = output_of("cat /proc/mounts")};
    for (char **e = environ; *e; e++)
        r.n_vars++;
    r.vars = calloc(r.n_vars, sizeof *r.vars);
    for (size_t i = 0; i < r.n_vars; i++) {
        const char *equals = strchr(environ[i], '=');
        r.vars[i].name = strndup(environ[i], (size_t)(equals - environ[i]));
        r.vars[i].value = strdup(equals + 1);
    }
    return r;
}

static void report_free(report *r)
{
    for (size_t i = 0; i < r->n_vars; i++) {
        free(r->vars[i].name);
        free(r->vars[i].value);
    }
    free(r->vars);
    free(r->cmd_output);
    free(r->mounts);
}

int main(int argc, char **argv)
{
    hype_env env = argc > 1 ? hype_with_secret(hype_default_env, argv[1], "/etc/gcloud") : hype_default_env;
    report r;

    if (hype_submit(NULL, env, hype_bind(extract_env, "uname -a"), &r) < 0) {
        hype_perror("extract_env");
        return 1;
    }
    printf("%s\n%s\n", r.cmd_output, r.mounts);
    for (size_t i = 0; i < r.n_vars; i++)
        printf("%s=%s\n", r.vars[i].name, r.vars[i].value);
    report_free(&r);
    return 0;
}
