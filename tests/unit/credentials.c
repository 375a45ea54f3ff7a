/* credentials.c: files are read again while a credential plugin's answer is kept as long as it is good. */
#include "testing.h"

#include "kube/credentials.h"
#include "task.h"
#include "util.h"

#include <stdio.h>
#include <string.h>

static char folder[] = "/tmp/hype-credentials-XXXXXX";

static void write_file(const char *name, const char *text)
{
    cleanup_free char *path = text_format("%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static size_t runs(void)
{
    size_t size = 0;
    cleanup_free char *path = text_format("%s/runs", folder), *text = NULL;
    assert_int_equal(file_read(path, 4096, &text, &size, NULL), 0);
    return size;
}

static void get(struct kube_identity *identity, const char *ca)
{
    struct kube_credentials *credentials = NULL;
    assert_int_equal(kube_credentials_get(identity, NULL, &credentials, NULL), 0);
    assert_string_equal(credentials->ca, ca);
    assert_string_equal(credentials->token, "good");
    kube_credentials_release(credentials);
}

static void renew(void *context)
{
    struct kube_identity *identity = context;
    write_file("ca", "first");
    get(identity, "first");
    write_file("ca", "second");
    get(identity, "first");
    identity->current->good_until = 0;
    get(identity, "second");
    assert_int_equal(runs(), 1);
    identity->current->plugin_until = 0;
    get(identity, "second");
    assert_int_equal(runs(), 2);
}

static void a_plugin_is_not_run_because_a_file_is_read_again(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    cleanup_free char *script =
        text_format("printf x >> %s/runs; echo '{\"apiVersion\": \"client.authentication.k8s.io/v1\", \"kind\": "
                    "\"ExecCredential\", \"status\": {\"token\": \"good\"}}'",
                    folder);
    struct kube_identity identity = {
        .config = {.source = strdup("it"),
                   .server = strdup("https://127.0.0.1:1"),
                   .ca.path = text_format("%s/ca", folder),
                   .exec = json_pack("{s:s, s:s, s:[ss]}", "apiVersion", "client.authentication.k8s.io/v1", "command",
                                     "sh", "args", "-c", script),
                   .exec_folder = strdup("")}};
    assert_int_equal(task_run(renew, &identity, NULL), 0);
    kube_identity_free(&identity);
    folder_remove(folder);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plugin_is_not_run_because_a_file_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
