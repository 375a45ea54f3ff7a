/*
 * cases.c: what becomes of pods, and the pods that environments become, in folders of cases.
 *
 *   cases FOLDER
 *
 * FOLDER/diagnose/NAME/input.json is a pod (or none, of a Job) and the events about it as a cluster gave them; output
 * says what that means. FOLDER/pod/NAME/input.json is an environment, with a pod file beside it or none; output.json is
 * its pod, or output the error. HYPE_UPDATE=1 writes the outputs.
 */
#include "../unit/testing.h"

#include "kube/claims.h"
#include "kube/diagnose.h"
#include "kube/pod.h"
#include "kube/podfile.h"
#include "owner.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *root;

static json_t *read_json(const char *folder, const char *file)
{
    json_error_t why;
    cleanup_free char *path = text_format("%s/%s", folder, file);
    json_t *json = json_load_file(path, 0, &why);
    if (!json)
        fail_msg("%s: %s", path, why.text);
    return json;
}

static void expect(const char *folder, const char *file, const char *text)
{
    cleanup_free char *path = text_format("%s/%s", folder, file), *wanted = NULL;
    size_t size;
    if (getenv("HYPE_UPDATE")) {
        FILE *out = fopen(path, "w");
        assert_non_null(out);
        fputs(text, out);
        fclose(out);
        return;
    }
    if (file_read(path, 1 << 20, &wanted, &size, NULL) < 0)
        fail_msg("%s is missing; there should stand: %s", path, text);
    if (strcmp(wanted, text) != 0)
        fail_msg("%s has\n%sbut it is\n%s", path, wanted, text);
}

static void each_case(const char *kind, void (*run)(const char *folder))
{
    cleanup_free char *folder = text_format("%s/%s", root, kind);
    DIR *cases = opendir(folder);
    size_t n = 0;
    assert_non_null(cases);
    for (struct dirent *entry; (entry = readdir(cases));) {
        cleanup_free char *path = text_format("%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        run(path);
        n++;
    }
    closedir(cases);
    assert_true(n > 0);
}

/* FOLDER, wherever the tests lie, is left out. */
static char *error_text(const hype_error *error, const char *folder)
{
    const char *message = error->message;
    size_t length = strlen(folder);
    return text_format("%s: %s\n", hype_status_name(error->status),
                       strncmp(message, folder, length) == 0 ? message + length + 1 : message);
}

/* ---- What becomes of pods ---- */

static void diagnose_case(const char *folder)
{
    static const char *const phases[] = {"waiting", "running", "ended"};
    cleanup_error hype_error *error = NULL;
    json_t *input = read_json(folder, "input.json"), *pod = json_object_get(input, "pod");
    json_t *warnings = json_object_get(input, "warnings");
    enum pod_phase phase = diagnose_phase(pod);
    int status = diagnose_pod("f", pod, warnings, &error);
    const char *name = json_string_value(json_object_get(json_object_get(pod, "metadata"), "name"));
    const char *narrow = diagnose_narrow_claim(pod, warnings);
    cleanup_free char *verdict = NULL, *text = NULL;
    if (status == 0 && phase == POD_ENDED)
        verdict = text_format("%s: %s\n", diagnose_result(pod), diagnose_message(pod));
    else if (status == 0 && phase == POD_WAITING)
        diagnose_pending("f", name ? name : "it", pod, warnings, 600, &error);
    if (!verdict)
        verdict = error ? error_text(error, folder) : strdup("");
    text = text_format("%s%s%s%s\n%s", phases[phase], status == 0 ? "" : ", for good",
                       narrow ? ", wants a narrower claim " : "", narrow ? narrow : "", verdict);
    expect(folder, "output", text);
    json_decref(input);
}

static void tells_what_became_of_a_pod(void **state)
{
    (void)state;
    each_case("diagnose", diagnose_case);
}

/* ---- What environments become ---- */

static const char *text_of(json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void read_pairs(json_t *object, const char *name, hype_pair *pairs)
{
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(object, name), key, value) *pairs++ =
        (hype_pair){key, json_string_value(value)};
}

static void read_texts(json_t *object, const char *name, const char **texts)
{
    size_t i;
    json_t *value;
    json_array_foreach(json_object_get(object, name), i, value) texts[i] = json_string_value(value);
}

static void read_mounts(json_t *input, hype_env *env, const char **claims)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(input, "secrets"), i, one) env->secrets[i] =
        (hype_secret){text_of(one, "name"), text_of(one, "path")};
    json_array_foreach(json_object_get(input, "mounts"), i, one)
    {
        env->mounts[i] =
            (hype_mount){.path = text_of(one, "path"), .read_only = json_is_true(json_object_get(one, "ro"))};
        claims[i] = text_of(one, "claim");
    }
}

static hype_env read_env(json_t *input)
{
    hype_env env = {.image = text_of(input, "image")};
    read_pairs(input, "requests", env.requests);
    read_pairs(input, "limits", env.limits);
    read_pairs(input, "variables", env.variables);
    read_pairs(input, "labels", env.labels);
    read_pairs(input, "annotations", env.pod.annotations);
    read_pairs(input, "node_selector", env.pod.node_selector);
    read_texts(input, "tolerations", env.pod.tolerations);
    read_texts(input, "pull_secrets", env.pod.pull_secrets);
    env.pod.service_account = text_of(input, "service_account");
    env.pod.priority_class = text_of(input, "priority_class");
    env.pod.image_pull_policy = text_of(input, "image_pull_policy");
    env.pod.active_deadline = json_number_value(json_object_get(input, "active_deadline"));
    return env;
}

/* The owner is another one each time. */
static void expect_object(const char *folder, json_t *object)
{
    json_t *labels = json_object_get(json_object_get(object, "metadata"), "labels");
    if (json_object_get(labels, OWNER_LABEL)) {
        assert_string_equal(text_of(labels, OWNER_LABEL), owner_self());
        json_object_set_new(labels, OWNER_LABEL, json_string("OWNER"));
    }
    cleanup_free char *text = json_dumps(object, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
    cleanup_free char *line = text_format("%s\n", text);
    expect(folder, "output.json", line);
}

static void pod_case(const char *folder)
{
    cleanup_error hype_error *error = NULL;
    json_t *input = read_json(folder, "input.json"), *file = NULL, *pod = NULL;
    const char *claims[ARRAY_SIZE(((hype_env *)0)->mounts)] = {NULL};
    struct hype_entry entry = {.name = "smooth"};
    struct job job = {.id = "hype-run-abcdefgh", .entry = &entry, .env = read_env(input)};
    struct store store = {.uri = (char[]){"s3://bucket/dir"}};
    const char *staging = text_of(input, "staging"), *file_name = text_of(input, "file");
    struct staged staged = {.store = &store,
                            .manifest = (char[]){"s3://bucket/dir/manifest-1.json#sha256=2"},
                            .manifest_name = (char[]){"manifest-1.json"}};
    struct pod_plan plan = {.job = &job,
                            .staged = &staged,
                            .submitter = "12345678",
                            .image = text_of(input, "submitters_image"),
                            .service_account = text_of(input, "submitters_account"),
                            .staging_secret = text_of(input, "staging_secret"),
                            .staging_volume = text_of(input, "staging_volume"),
                            .claims = claims};
    cleanup_free char *path = file_name ? text_format("%s/%s", folder, file_name) : NULL;
    read_mounts(input, &job.env, claims);
    if (staging)
        store.uri = (char *)(uintptr_t)staging;
    int status = path ? podfile_read(path, &file, &error) : 0;
    plan.file = file;
    if (status == 0)
        status = pod_describe(&plan, &pod, &error);
    if (status == 0) {
        expect_object(folder, pod);
    } else {
        cleanup_free char *text = error_text(error, folder);
        expect(folder, "output", text);
    }
    json_decref(pod);
    json_decref(file);
    json_decref(input);
}

static void makes_pods_of_environments(void **state)
{
    (void)state;
    each_case("pod", pod_case);
}

static void claim_case(const char *folder)
{
    json_t *input = read_json(folder, "input.json");
    hype_volume volume = {.name = text_of(input, "name"),
                          .storage_class = text_of(input, "storage_class"),
                          .size = text_of(input, "size"),
                          .keep = json_is_true(json_object_get(input, "keep"))};
    json_t *claim = claim_describe(&volume, volume.name ? volume.name : "hype-request-abcdefgh", "12345678");
    assert_non_null(claim);
    expect_object(folder, claim);
    json_decref(claim);
    json_decref(input);
}

static void makes_claims_of_volumes(void **state)
{
    (void)state;
    each_case("claim", claim_case);
}

static void label_values_are_made_of_any_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *value;
    } cases[] = {{"smooth", "smooth"},
                 {"__init", "init"},
                 {"my program!", "my_program"},
                 {"a.b-c_d", "a.b-c_d"},
                 {"\xc3\xa4pfel", "pfel"},
                 {"_", ""},
                 {"0123456789012345678901234567890123456789012345678901234567890123456789",
                  "012345678901234567890123456789012345678901234567890123456789012"}};
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char value[64];
        pod_label_value(cases[i].text, value);
        assert_string_equal(value, cases[i].value);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_became_of_a_pod),
        cmocka_unit_test(makes_pods_of_environments),
        cmocka_unit_test(makes_claims_of_volumes),
        cmocka_unit_test(label_values_are_made_of_any_text),
    };
    assert_int_equal(argc, 2);
    root = argv[1];
    program_invocation_short_name = (char[]){"program"};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
