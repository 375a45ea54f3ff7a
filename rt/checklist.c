/* checklist.c: the checks that are the same for every place. */
#include "checklist.h"

#include "manifest.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>

static const char content[] = "hype doctor";

void check_tell(struct checklist *list, enum check_result result, const char *subject, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    cleanup_free char *text = text_format_list(format, arguments);
    va_end(arguments);
    list->failed = list->failed || result == CHECK_FAILS;
    list->tell(list->context, result, subject, text ? text : "out of memory");
}

void check_fails(struct checklist *list, const char *subject, hype_error *error)
{
    check_tell(list, CHECK_FAILS, subject, "%s", error ? error->message : "it does not say why");
    error_free(error);
}

/* ---- The store ---- */

static int read_back(struct store *store, const char *name, hype_error **error)
{
    char read[sizeof content];
    uint64_t size;
    cleanup_close int fd = memfd_create("hype-doctor", MFD_CLOEXEC);
    if (fd < 0)
        return error_system(error, errno, "cannot make a memory file");
    int status = store->operations->get(store, name, fd, sizeof content, &size, error);
    if (status == 0 && (size != sizeof content || pread(fd, read, size, 0) != (ssize_t)size ||
                        memcmp(read, content, sizeof content) != 0))
        status = error_set(error, HYPE_FORMAT, "%s/%s was written and reads back as something else", store->uri, name);
    return status;
}

static int count_entry(const struct store_entry *entry, void *context)
{
    (void)entry;
    ++*(size_t *)context;
    return 0;
}

static int find_listed(struct store *store, const char *name, hype_error **error)
{
    size_t n = 0;
    int status = store->operations->list(store, name, count_entry, &n, error);
    if (status == 0 && n == 0)
        status = error_set(error, HYPE_NOT_FOUND, "%s/%s was written and is not listed", store->uri, name);
    return status;
}

void checklist_store(struct checklist *list, struct store *store)
{
    char random[9];
    struct store_content object = {.data = content, .fd = -1, .size = sizeof content};
    bool created;
    hype_error *error = NULL;
    text_random(random, 8);
    cleanup_free char *name = text_format("hype-run-%s/doctor", random); /* hype gc knows such names */
    int status = name ? store->operations->put_if_absent(store, name, &object, NULL, NULL, &created, &error)
                      : error_memory(&error);
    if (status < 0 && status != -HYPE_CANCELLED) {
        check_fails(list, "staging", error);
        return;
    }
    if (status == 0)
        status = find_listed(store, name, &error);
    if (status == 0)
        status = read_back(store, name, &error);
    task_shield_begin();
    int deleted = store->operations->delete(store, name, &error); /* the first error stays */
    task_shield_end();
    if (status < 0 || deleted < 0)
        check_fails(list, "staging", error);
    else
        check_tell(list, CHECK_OK, "staging", "%s: this machine can write, list, read and delete", store->uri);
}

/* ---- The probe ---- */

static const char *member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "unknown";
}

static void check_version(struct checklist *list, const char *version)
{
    bool same = strcmp(version, HYPE_VERSION) == 0;
    check_tell(list, same ? CHECK_OK : CHECK_NOTE, "hype-run", "version %s%s", version,
               same ? "" : ", and this machine has " HYPE_VERSION ": copy this one's into the image");
}

static void check_machine(struct checklist *list, const char *machine)
{
    struct utsname here;
    if (uname(&here) < 0 || strcmp(machine, here.machine) == 0)
        check_tell(list, CHECK_OK, "processor", "%s", machine);
    else
        check_tell(list, CHECK_NOTE, "processor",
                   "%s there, %s here: programs need a compiler for %s in HYPECC_TARGETS when they are built", machine,
                   here.machine, machine);
}

static void check_libc(struct checklist *list, const char *libc)
{
    int there[2] = {0}, here[2] = {0};
    bool known = sscanf(libc, "%d.%d", &there[0], &there[1]) == 2 &&
                 sscanf(gnu_get_libc_version(), "%d.%d", &here[0], &here[1]) == 2;
    bool older = known && (there[0] < here[0] || (there[0] == here[0] && there[1] < here[1]));
    check_tell(list, older ? CHECK_NOTE : CHECK_OK, "C library", "glibc %s%s%s%s", libc, older ? " there, " : "",
               older ? gnu_get_libc_version() : "",
               older ? " here: programs built here may need what it has not; use a newer image, or build on an older "
                       "system"
                     : "");
}

static void tell_probe(struct checklist *list, const struct job *job)
{
    json_t *report = json_loadb(job->returned.data, job->returned.size, 0, NULL);
    if (json_is_object(report)) {
        check_version(list, member(report, "version"));
        check_machine(list, member(report, "machine"));
        check_libc(list, member(report, "glibc"));
    } else {
        check_tell(list, CHECK_FAILS, "hype-run", "the probe came back with something that it did not write");
    }
    json_decref(report);
}

void checklist_call(struct checklist *list, hype_submitter *submitter)
{
    if (list->failed) {
        check_tell(list, CHECK_NOTE, "probe", "not sent before the rest is in order");
        return;
    }
    static const struct hype_entry entry = {.name = MANIFEST_PROBE, .prototype = "", .frame = 0};
    struct job job = {.entry = &entry,
                      .arguments = content,
                      .arguments_size = sizeof content,
                      .arguments_fd = -1,
                      .returned = BUFFER_EMPTY};
    char random[9];
    hype_error *error = NULL;
    int64_t began = clock_ms();
    text_random(random, 8);
    snprintf(job.id, sizeof job.id, "hype-run-%s", random);
    output_open(&job.output, "probe", job.id, NULL);
    int status = submitter->operations->run(submitter, &job, &error);
    output_close(&job.output);
    if (status < 0) {
        check_fails(list, "probe", error);
        return;
    }
    check_tell(list, CHECK_OK, "probe", "%s was staged, run and collected in %.1f s", job.id,
               (double)(clock_ms() - began) / 1000);
    tell_probe(list, &job);
    buffer_free(&job.returned);
}
