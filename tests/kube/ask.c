/*
 * ask.c: asks an API server as a kubeconfig says, for the tests.
 *
 *   kube-ask [--at-once] CONTEXT [METHOD PATH]...
 *
 * CONTEXT may be "-" for the current one. Prints the server and namespace, then a line for each request: its status
 * and answer, or its error. Exit status 1 where there was one. "CREATE KIND" makes an object as calls make theirs;
 * "WATCH PATH" prints the names that a watch tells, up to the end of the first list or an object called "last".
 */
#include "kube/object.h"
#include "kube/watch.h"
#include "task.h"
#include "util.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 64 };

struct question {
    struct kube_client *client;
    struct kube_request request;
    char *said; /* a line */
    bool failed;
};

static struct question questions[MOST];
static size_t n_questions;
static bool at_once;

static int create(struct question *question, json_t **answer, int *code, hype_error **error)
{
    bool perhaps;
    json_t *body = json_pack("{s{ss}}", "metadata", "name", "p");
    *code = 0;
    int status = kube_create(question->client, kube_namespace(question->client), question->request.path, body, answer,
                             &perhaps, error);
    json_decref(body);
    return status;
}

/* What a watch tells. */
struct heard {
    char *names;
    struct task_event over;
};

static void hear(struct heard *heard, const char *name)
{
    cleanup_free char *before = heard->names;
    heard->names = text_format("%s%s%s", before ? before : "", before ? " " : "", name);
}

static void hear_object(void *context, json_t *object, bool deleted)
{
    struct heard *heard = context;
    const char *name = json_string_value(json_object_get(json_object_get(object, "metadata"), "name"));
    (void)deleted;
    hear(heard, name);
    if (strcmp(name, "last") == 0)
        task_event_set(&heard->over);
}

static void hear_list(void *context, bool done)
{
    struct heard *heard = context;
    hear(heard, done ? "all" : "list:");
    if (done)
        task_event_set(&heard->over);
}

static void hear_failure(void *context, const hype_error *error)
{
    struct heard *heard = context;
    hear(heard, error->message);
    task_event_set(&heard->over);
}

static int follow(const struct question *question, json_t **answer, int *code, hype_error **error)
{
    struct heard heard = {NULL, {0}};
    struct watch *watch = NULL;
    const struct watch_listener listener = {hear_object, hear_list, hear_failure, &heard};
    int status = watch_open(question->client, question->request.path, false, &listener, &watch, error);
    *code = 0;
    if (status == 0)
        status = task_event_wait(&heard.over, NO_DEADLINE);
    watch_close(watch);
    *answer = json_string(heard.names);
    free(heard.names);
    return status;
}

static int ask(void *context, hype_error **unused)
{
    (void)unused;
    struct question *question = context;
    json_t *answer = NULL;
    int code, status;
    hype_error *error = NULL;
    if (strcmp(question->request.method, "CREATE") == 0)
        status = create(question, &answer, &code, &error);
    else if (strcmp(question->request.method, "WATCH") == 0)
        status = follow(question, &answer, &code, &error);
    else
        status = kube_perform(question->client, &question->request, &answer, &code, &error);
    if (status == 0) {
        char *text = json_dumps(answer, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
        question->said = text_format("%d %s", code, text ? text : "");
        free(text);
    } else {
        question->failed = true;
        question->said = text_format("%s %d %s", hype_status_name(error->status), code, error->message);
    }
    json_decref(answer);
    error_free(error);
    return 0;
}

static void ask_all(void *unused)
{
    (void)unused;
    struct task_group group = {.limit = at_once ? MOST : 1};
    for (size_t i = 0; i < n_questions; i++)
        task_group_start(&group, ask, &questions[i]);
    task_group_wait(&group, NULL);
}

static void read_questions(struct kube_client *client, char **words)
{
    while (words[0] && words[1] && n_questions < MOST) {
        struct question *question = &questions[n_questions++];
        question->client = client;
        question->request = (struct kube_request){.method = words[0], .path = words[1], .attempts = 2};
        words += 2;
    }
}

int main(int argc, char **argv)
{
    struct kube_client *client = NULL;
    hype_error *error = NULL;
    bool failed = false;
    at_once = argc > 1 && strcmp(argv[1], "--at-once") == 0;
    argv += 1 + at_once;
    if (!*argv)
        return 2;
    if (kube_open(strcmp(*argv, "-") == 0 ? NULL : *argv, &client, &error) < 0) {
        printf("%s %s\n", hype_status_name(error->status), error->message);
        error_free(error);
        return 1;
    }
    printf("%s %s\n", kube_server(client), kube_namespace(client));
    read_questions(client, argv + 1);
    if (task_run(ask_all, NULL, NULL) < 0)
        return 3;
    for (size_t i = 0; i < n_questions; i++) {
        failed = failed || questions[i].failed;
        puts(questions[i].said);
        free(questions[i].said);
    }
    kube_close(client);
    return failed;
}
