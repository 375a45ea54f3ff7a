/* who.c: tells who the program is, for run.py:  who google [times] | who aws [times [at once]].  Errors go to stderr
 * with exit status 1.
 */
#include "auth/aws.h"
#include "auth/google.h"
#include "store/store.h"
#include "task.h"
#include "util.h"

#include <stdio.h>
#include <string.h>

static int failed;

static void google(void *times)
{
    hype_error *error = NULL;
    for (int i = 0; i < *(int *)times; i++) {
        cleanup_free char *token = NULL;
        if (google_token(&token, &error) < 0) {
            fprintf(stderr, "%s\n", error->message);
            failed = 1;
            break;
        }
        cleanup_free char *project = google_quota_project();
        printf("%s %s\n", token, project ? project : "-");
    }
    error_free(error);
}

static void google_refused(void *unused)
{
    int once = 1;
    cleanup_free char *token = NULL;
    google(&once);
    if (google_token(&token, NULL) == 0)
        google_token_refused(token);
    google(&once);
    (void)unused;
}

static int tell_aws(void *unused, hype_error **error)
{
    (void)unused;
    static const char *const variables[] = {"AWS_REGION", "AWS_DEFAULT_REGION", NULL};
    cleanup_keys struct aws_keys keys = {NULL, NULL, NULL};
    int status = aws_keys(&keys, error);
    if (status < 0)
        return status;
    cleanup_free char *region = aws_setting(variables, "region");
    printf("%s %s %s %s\n", keys.id, keys.secret, keys.session ? keys.session : "-", region ? region : "-");
    return 0;
}

static unsigned at_once = 1;

static void aws(void *times)
{
    hype_error *error = NULL;
    struct task_group group = {.limit = at_once};
    for (int i = 0; i < *(int *)times; i++)
        task_group_start(&group, tell_aws, NULL);
    failed = task_group_wait(&group, &error) < 0;
    if (failed)
        fprintf(stderr, "%s\n", error->message);
    error_free(error);
}

/* The size of an object. */
static void head(void *uri)
{
    hype_error *error = NULL;
    struct store *store = NULL;
    cleanup_free char *folder = NULL, *name = NULL;
    uint64_t size;
    if (store_split_uri(uri, &folder, &name, &error) < 0 || store_open(folder, &store, &error) < 0 ||
        store->operations->head(store, name, &size, &error) < 0) {
        fprintf(stderr, "%s\n", error->message);
        failed = 1;
    } else {
        printf("%llu\n", (unsigned long long)size);
    }
    store_close(store);
    error_free(error);
}

int main(int argc, char **argv)
{
    int times = argc > 2 ? atoi(argv[2]) : 1;
    at_once = argc > 3 ? (unsigned)atoi(argv[3]) : 1;
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "head") == 0 && argc > 2)
        return task_run(head, argv[2], NULL) < 0 || failed;
    task_function *function = strcmp(what, "google") == 0           ? google
                              : strcmp(what, "google-refused") == 0 ? google_refused
                                                                    : aws;
    return task_run(function, &times, NULL) < 0 || failed;
}
