/* manifest.c: manifests are read back as written, and every malformed one is refused with a reason. */
#include "testing.h"

#include "manifest.h"

#include <string.h>

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define CAPTURE "{\"kind\":\"capture\",\"name\":\"x/f.capture\",\"size\":1,\"sha256\":\"" DIGEST "\"}"
#define REMOTE "{\"kind\":\"remote\",\"name\":\"p.so\",\"as\":\"p.so\",\"size\":1,\"sha256\":\"" DIGEST "\"}"
#define WITH_FILES(files)                                                                                              \
    "{\"hype\":1,\"execution\":\"hype-run-a\",\"function\":\"f\",\"signature\":\"00000000000000ff\","                  \
    "\"return\":\"x/f-return.bin\",\"files\":[" files "]}"

static void reads_what_it_wrote(void **state)
{
    (void)state;
    struct manifest_file files[] = {
        {.kind = MANIFEST_LIBRARY, .name = "libw-1.so", .as = "libw.so.1", .size = 7, .sha256 = DIGEST},
        {.kind = MANIFEST_REMOTE, .name = "p-2.so", .as = "p.so", .size = 8, .sha256 = DIGEST},
        {.kind = MANIFEST_FILE, .name = "t-3.csv", .as = "ta ble.csv", .size = 0, .sha256 = DIGEST},
        {.kind = MANIFEST_CAPTURE, .name = "id/f-4.capture", .size = 9, .sha256 = DIGEST},
        {.kind = MANIFEST_SEGMENT, .name = "shared-5.bin", .size = 10, .sha256 = DIGEST},
    };
    struct manifest written = {.execution = "id", .function = "f", .signature = 0x8000000000000001,
                               .returned = "id/f-return.bin", .files = files, .n_files = 5, .n_batch = 7,
                               .timeout = 1.5, .nonce = "abc0"};
    struct manifest read;
    hype_error *error = NULL;
    char *text = manifest_write(&written, &error);
    assert_non_null(text);
    assert_int_equal(manifest_read(text, strlen(text), &read, &error), 0);
    assert_string_equal(read.execution, "id");
    assert_string_equal(read.function, "f");
    assert_true(read.signature == written.signature);
    assert_string_equal(read.returned, "id/f-return.bin");
    assert_int_equal(read.n_files, 5);
    assert_int_equal(read.n_batch, 7);
    assert_true(read.timeout == 1.5);
    assert_string_equal(read.nonce, "abc0");
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(read.files[i].kind, files[i].kind);
        assert_string_equal(read.files[i].name, files[i].name);
        assert_int_equal(read.files[i].size, files[i].size);
        if (files[i].as)
            assert_string_equal(read.files[i].as, files[i].as);
    }
    manifest_free(&read);
    free(text);
}

static void refuses(const char *text, int status, const char *reason)
{
    struct manifest read;
    hype_error *error = NULL;
    assert_int_equal(manifest_read(text, strlen(text), &read, &error), status);
    assert_non_null(error);
    if (!strstr(error->message, reason))
        fail_msg("'%s' does not say '%s'", error->message, reason);
    error_free(error);
}

static void refuses_what_is_malformed(void **state)
{
    (void)state;
    refuses("", -HYPE_FORMAT, "line 1");
    refuses("{\"hype\":1", -HYPE_FORMAT, "line 1");
    refuses("[]", -HYPE_FORMAT, "manifest is not valid");
    refuses("{\"hype\":1}", -HYPE_FORMAT, "execution");
    refuses(WITH_FILES(""), -HYPE_FORMAT, "exactly one capture");
    refuses(WITH_FILES(CAPTURE), -HYPE_FORMAT, "exactly one capture");
    refuses(WITH_FILES(CAPTURE "," CAPTURE "," REMOTE), -HYPE_FORMAT, "exactly one capture");
    refuses(WITH_FILES(CAPTURE ",{\"kind\":\"remote\",\"name\":\"../p.so\",\"size\":1,\"sha256\":\"" DIGEST "\"}"),
            -HYPE_FORMAT, "../p.so");
    refuses(WITH_FILES(CAPTURE "," REMOTE ",{\"kind\":\"file\",\"name\":\"a\",\"as\":\"../../etc/x\",\"size\":1,"
                                                "\"sha256\":\"" DIGEST "\"}"),
            -HYPE_FORMAT, "no file name");
    refuses(WITH_FILES(CAPTURE ",{\"kind\":\"remote\",\"name\":\"p.so\",\"size\":-1,\"sha256\":\"" DIGEST "\"}"),
            -HYPE_FORMAT, "SHA-256");
    refuses(WITH_FILES(CAPTURE ",{\"kind\":\"remote\",\"name\":\"p.so\",\"size\":1,\"sha256\":\"12\"}"), -HYPE_FORMAT,
            "SHA-256");
    refuses(WITH_FILES(CAPTURE "," REMOTE ",{\"kind\":\"novel\",\"name\":\"a\",\"size\":1,\"sha256\":\"" DIGEST "\"}"),
            -HYPE_FORMAT, "novel");
    refuses("{\"hype\":2,\"execution\":\"e\",\"function\":\"f\",\"signature\":\"00000000000000ff\",\"return\":\"r\","
            "\"files\":[]}",
            -HYPE_INCOMPATIBLE, "version 2");
}

static void a_probe_needs_no_code(void **state)
{
    (void)state;
    struct manifest_file capture = {.kind = MANIFEST_CAPTURE, .name = "id/f-4.capture", .size = 9, .sha256 = DIGEST};
    struct manifest written = {
        .execution = "id", .function = MANIFEST_PROBE, .returned = "id/return.bin", .files = &capture, .n_files = 1};
    struct manifest read;
    char *text = manifest_write(&written, NULL);
    assert_non_null(text);
    assert_int_equal(manifest_read(text, strlen(text), &read, NULL), 0);
    assert_true(manifest_is_probe(&read));
    assert_int_equal(manifest_choose(&read, "x86_64", NULL), 0);
    manifest_free(&read);
    free(text);
}

static void passes_over_what_is_optional(void **state)
{
    (void)state;
    struct manifest read;
    hype_error *error = NULL;
    const char *text = WITH_FILES(
        CAPTURE "," REMOTE
                ",{\"kind\":\"novel\",\"name\":\"a\",\"size\":1,\"optional\":true,\"sha256\":\"" DIGEST "\"}");
    assert_int_equal(manifest_read(text, strlen(text), &read, &error), 0);
    assert_int_equal(read.n_files, 2);
    manifest_free(&read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(refuses_what_is_malformed),
        cmocka_unit_test(a_probe_needs_no_code),
        cmocka_unit_test(passes_over_what_is_optional),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
