/*
 * ask.c: asks an API server as a kubeconfig says, for the tests.
 *
 *   kube-ask CONTEXT [METHOD PATH [BODY]]...
 *
 * CONTEXT may be "-" for the current one. Prints the server and namespace, then a line for each request: its status
 * and answer, or its error. Exit status 1 where there was one.
 */
#include "kube/client.h"
#include "task.h"
#include "util.h"

#include <stdio.h>
#include <string.h>

struct questions {
    struct kube_client *client;
    int argc;
    char **argv;
    bool failed;
};

static void tell(int code, json_t *answer)
{
    char *text = json_dumps(answer, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    printf("%d %s\n", code, text ? text : "");
    free(text);
}

static void ask(void *context)
{
    struct questions *questions = context;
    for (int i = 0; i + 1 < questions->argc; i += 2) {
        struct kube_request request = {.method = questions->argv[i], .path = questions->argv[i + 1], .attempts = 1};
        json_t *answer = NULL;
        int code;
        hype_error *error = NULL;
        if (strcmp(request.method, "POST") == 0) {
            request.body = json_loads(questions->argv[i + 2], 0, NULL);
            i++;
        }
        if (kube_perform(questions->client, &request, &answer, &code, &error) == 0) {
            tell(code, answer);
        } else {
            questions->failed = true;
            printf("%s %d %s\n", hype_status_name(error->status), code, error->message);
        }
        fflush(stdout);
        json_decref(answer);
        json_decref(request.body);
        error_free(error);
    }
}

int main(int argc, char **argv)
{
    struct questions questions = {.argc = argc - 2, .argv = argv + 2};
    hype_error *error = NULL;
    if (argc < 2)
        return 2;
    if (kube_open(strcmp(argv[1], "-") == 0 ? NULL : argv[1], &questions.client, &error) < 0) {
        printf("%s %s\n", hype_status_name(error->status), error->message);
        error_free(error);
        return 1;
    }
    printf("%s %s\n", kube_server(questions.client), kube_namespace(questions.client));
    fflush(stdout);
    if (task_run(ask, &questions, &error) < 0)
        return 3;
    kube_close(questions.client);
    return questions.failed;
}
