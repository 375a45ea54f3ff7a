/*
 * cluster.c: what a Kubernetes API server sends, fed by libFuzzer: a watch whose objects are judged, or a log. Either
 * must come out the same wherever it is cut. The first byte chooses, the second is the size of the pieces.
 */
#include "kube/diagnose.h"
#include "kube/logs.h"
#include "kube/pods.h"
#include "kube/watch.h"
#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    static const char config[] = "{contexts: [{name: c, context: {cluster: c, user: u}}], current-context: c, "
                                 "clusters: [{name: c, cluster: {server: 'http://localhost:1'}}], users: [{name: u}]}";
    int fd = memfd_create("kubeconfig", 0);
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!freopen("/dev/null", "w", stdout) || write_all(fd, config, sizeof config - 1) < 0) /* logs are shown */
        abort();
    return setenv("KUBECONFIG", path, 1);
}

static void judge(void *context, json_t *object, bool deleted)
{
    size_t *judged = context;
    hype_error *error = NULL;
    json_t *warnings = json_pack("[O]", object);
    if (diagnose_pod("f", object, warnings, &error) < 0 ? !error : error != NULL)
        abort();
    if (!error && diagnose_phase(object) == POD_ENDED && (!diagnose_message(object) || !diagnose_result(object)))
        abort();
    error_free(error);
    error = NULL;
    const char *claim = diagnose_narrow_claim(object, warnings);
    if ((claim && !pod_uses_claim(object, claim)) || diagnose_pending("f", "p", object, warnings, 1, &error) >= 0)
        abort();
    error_free(error);
    error = NULL;
    if (diagnose_deleted("f", "p", object, &error) >= 0)
        abort();
    error_free(error);
    json_decref(warnings);
    *judged += deleted ? 1000 : 1;
}

static int watch(const char *data, size_t size, size_t piece, size_t *judged)
{
    struct watch_listener listener = {.changed = judge, .context = judged};
    struct watch_stream stream = {.lines.limit = 1 << 16, .listener = &listener};
    hype_error *error = NULL;
    int status = 0;
    *judged = 0;
    for (size_t at = 0; at < size && status == 0; at += piece)
        status = watch_stream_feed(&stream, data + at, size - at < piece ? size - at : piece, &error);
    if (status < 0 ? !error : error != NULL)
        abort();
    error_free(error);
    lines_free(&stream.lines);
    return status;
}

static void show(const char *data, size_t size, size_t piece, struct output *output)
{
    struct log_reader reader = {.output = output};
    output_open(output, "f", "hype-run-x", NULL);
    log_reader_restart(&reader);
    for (size_t at = 0; at < size; at += piece)
        log_reader_feed(&reader, data + at, size - at < piece ? size - at : piece, NULL);
    output_drain(output); /* so that there is always room for more */
}

static int get_nothing(struct store *store, const char *name, int fd, uint64_t limit, uint64_t *size,
                       hype_error **error)
{
    (void)store, (void)fd, (void)limit, (void)size;
    if (!text_starts_with(name, "hype-run-abcdefgh/") || !store_name_valid(name))
        abort();
    return error_set(error, HYPE_NOT_FOUND, "nothing is there");
}

/* Only what lies in the call's own folder is ever asked for. */
static void collect(const char *message)
{
    static const struct store_operations operations = {.scheme = "s3", .get = get_nothing};
    struct store store = {&operations, (char[]){"s3://b"}};
    struct staged staged = {.store = &store, .folder = (char[]){"hype-run-abcdefgh"}};
    struct hype_entry entry = {.name = "f"};
    struct job job = {.id = "hype-run-abcdefgh", .entry = &entry, .returned.fd = -1};
    hype_error *error = NULL;
    if (stage_collect(&staged, &job, message, &error) >= 0 || !error)
        abort();
    error_free(error);
}

static void open_submitter(const char *url)
{
    hype_error *error = NULL;
    hype_submitter *submitter = submitter_open(url, &error);
    if (!submitter != !!error)
        abort();
    error_free(error);
    hype_submitter_close(submitter);
}

static void read_text(uint8_t kind, const char *data, size_t size)
{
    char *text = strndup(data, size);
    if (text && kind == 2)
        collect(text);
    else if (text && (text_starts_with(text, "k8s:") || text_starts_with(text, "gke:")))
        open_submitter(text);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    if (data[0] == 2 || data[0] == 3) {
        read_text(data[0], (const char *)data + 2, size - 2);
        return 0;
    }
    const char *text = (const char *)data + 2;
    size_t piece = data[1] % 31 + 1, whole[2];
    size -= 2;
    if (data[0] & 1) {
        struct output outputs[2];
        show(text, size, size + 1, &outputs[0]);
        show(text, size, piece, &outputs[1]);
        if (outputs[0].tail_length != outputs[1].tail_length ||
            (outputs[0].tail && memcmp(outputs[0].tail, outputs[1].tail, outputs[0].tail_length) != 0))
            abort();
        output_close(&outputs[0]);
        output_close(&outputs[1]);
    } else if (watch(text, size, size + 1, &whole[0]) != watch(text, size, piece, &whole[1]) || whole[0] != whole[1]) {
        abort();
    }
    return 0;
}
