/* stage.c: from a job to objects in a store, and from a termination message to a return image. */
#include "stage.h"

#include "batch.h"
#include "fork.h"
#include "log.h"
#include "manifest.h"
#include "module.h"
#include "progress.h"
#include "stage_record.h"
#include "task.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

enum { TRANSFERS = 32, HASH_SHOWN = 32 /* hexadecimal digits of a hash in a name */ };

/* "hello.so" with its hash: "hello-HASH.so"; what came from a store has one. Characters that a store's names do not
 * have become '_'. */
static char *hashed_name(const char *file, const char *sha256)
{
    const char *dot = strrchr(file, '.');
    size_t stem = dot && dot != file ? (size_t)(dot - file) : strlen(file);
    if (stem > HASH_SHOWN && file[stem - HASH_SHOWN - 1] == '-' &&
        strncmp(file + stem - HASH_SHOWN, sha256, HASH_SHOWN) == 0)
        return strdup(file);
    char *name = text_format("%.*s-%.*s%s", (int)(stem < 64 ? stem : 64), file, HASH_SHOWN, sha256,
                             dot && dot != file ? dot : "");
    for (char *c = name; c && *c; c++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", *c))
            *c = '_';
    return name;
}

static void file_free(struct staged_file *file)
{
    free(file->name);
    free(file->as);
    free(file->memory);
    if (file->fd >= 0)
        close(file->fd);
}

/* ---- Digests ---- */

enum { QUICK = 64 * 1024 }; /* bytes that are hashed faster than a thread is woken */

struct hash_work {
    int fd;
    char *sha256;
    hype_error **error;
};

static int hash(void *context)
{
    struct hash_work *work = context;
    return sha256_hex_fd(work->fd, work->sha256, work->error);
}

static int hash_file(int fd, uint64_t size, char sha256[SHA256_HEX_SIZE], hype_error **error)
{
    struct hash_work work = {fd, sha256, error};
    return size <= QUICK ? hash(&work) : task_offload(hash, &work);
}

/* ---- Code ---- */

/* A file of this machine. */
static int open_local(const char *path, struct staged_file *file, hype_error **error)
{
    struct stat status;
    const char *slash = strrchr(path, '/');
    file->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0 || fstat(file->fd, &status) < 0)
        return error_system(error, errno, "cannot read %s, which must be staged", path);
    if (!S_ISREG(status.st_mode))
        return error_set(error, HYPE_INVALID, "%s, which must be staged, is no regular file", path);
    int result = hash_file(file->fd, (uint64_t)status.st_size, file->sha256, error);
    if (result < 0)
        return result;
    file->content = (struct store_content){.fd = file->fd, .size = (uint64_t)status.st_size};
    file->as = strdup(slash ? slash + 1 : path);
    file->name = file->as ? hashed_name(file->as, file->sha256) : NULL;
    return file->name ? 0 : error_memory(error);
}

/* A shared library by the name that the program needs it by: the file that the program itself has loaded. */
static int open_library(const char *name, struct staged_file *file, hype_error **error)
{
    file->kind = MANIFEST_LIBRARY;
    char path[4096];
    if (!module_path(name, path))
        return error_set(error, HYPE_NOT_FOUND, "the remote object needs %s, which this program has not loaded", name);
    int status = open_local(path, file, error);
    if (status == 0) { /* there it must have the name that it is needed by */
        free(file->as);
        const char *slash = strrchr(name, '/');
        file->as = strdup(slash ? slash + 1 : name);
    }
    return status < 0 ? status : file->as ? 0 : error_memory(error);
}

/* A sidecar lies beside the program or library whose unit names it. */
static int open_sidecar(const struct hype_unit *unit, struct staged_file *file, hype_error **error)
{
    cleanup_free char *path = module_beside(unit->entries, unit->remote->sidecar);
    if (!path)
        return error_set(error, HYPE_NOT_FOUND, "cannot tell where the sidecar %s lies", unit->remote->sidecar);
    int status = open_local(path, file, error);
    if (status == 0 && strcmp(file->sha256, unit->remote->sha256) != 0)
        return error_set(error, HYPE_FORMAT, "%s is not the remote object that the program was linked with: link again",
                         path);
    return status;
}

static int open_remote(const struct hype_unit *unit, const struct hype_remote *remote, struct staged_file *file,
                       hype_error **error)
{
    file->kind = MANIFEST_REMOTE;
    if (!remote->bytes)
        return open_sidecar(unit, file, error);
    memcpy(file->sha256, remote->sha256, SHA256_HEX_SIZE);
    file->content = (struct store_content){.data = remote->bytes, .fd = -1, .size = remote->size};
    file->as = text_format("%s.so", remote->name);
    file->name = file->as ? hashed_name(file->as, file->sha256) : NULL;
    return file->name ? 0 : error_memory(error);
}

int stage_code_open(const struct job *job, bool all, struct staged_code *code, hype_error **error)
{
    size_t n = 0, others = 0;
    *code = (struct staged_code){NULL, 0};
    if (!job->unit) /* a probe */
        return 0;
    const struct hype_remote *remote = job->unit->remote;
    if (!remote)
        return error_set(error, HYPE_NOT_BUILT,
                         "%s() cannot run elsewhere: its program was not linked by hypecc, so there is no remote "
                         "object; link with hypecc in place of the compiler",
                         job->entry->name);
    while (remote->libraries && remote->libraries[n])
        n++;
    for (const struct hype_remote *other = all ? remote->next : NULL; other; other = other->next)
        others++;
    code->files = calloc(others + n + 1, sizeof *code->files);
    if (!code->files)
        return error_memory(error);
    int status = 0;
    const struct hype_remote *other = remote;
    for (size_t i = 0; i < others + n + 1 && status == 0; i++) {
        struct staged_file *file = &code->files[code->n_files++];
        file->fd = -1;
        other = i < others ? other->next : remote;
        file->machine = other->machine;
        status = i >= others && i < others + n ? open_library(remote->libraries[i - others], file, error)
                                               : open_remote(job->unit, other, file, error);
    }
    if (status < 0)
        stage_code_free(code);
    return status;
}

void stage_code_free(struct staged_code *code)
{
    for (size_t i = 0; i < code->n_files; i++)
        file_free(&code->files[i]);
    free(code->files);
    *code = (struct staged_code){NULL, 0};
}

/* ---- Sending ---- */

/* Names that this process knows to be in a store. Only tasks touch it. */
static char **known;
static size_t n_known, known_capacity;

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Known for half a day: then the store is asked again, and learns that the file is in use. */
static void forget_old(void)
{
    enum { HALF_DAY_MS = 12 * 60 * 60 * 1000 };
    static int64_t since;
    if (clock_ms() - since < HALF_DAY_MS)
        return;
    since = clock_ms();
    while (n_known > 0)
        free(known[--n_known]);
}

static bool is_known(const char *uri)
{
    forget_old();
    return n_known > 0 && bsearch(&uri, known, n_known, sizeof *known, compare_names);
}

static void set_known(const char *uri)
{
    if (n_known == known_capacity) {
        size_t capacity = known_capacity ? known_capacity * 2 : 16;
        char **more = realloc(known, capacity * sizeof *more);
        if (!more)
            return; /* it is then looked up again */
        known = more;
        known_capacity = capacity;
    }
    char *copy = strdup(uri);
    if (!copy)
        return;
    known[n_known++] = copy;
    qsort(known, n_known, sizeof *known, compare_names);
}

/* Code and shared memory that are being sent: whoever needs them too waits instead of sending them again. */
struct sending {
    char *uri;
    struct task_event ended;
    unsigned users;
    struct sending *next;
};
static struct sending *all_sending;

/* Its parent goes on sending, and may have been in the middle of a change to what is known. */
static void after_fork_in_child(void)
{
    known = NULL;
    n_known = known_capacity = 0;
    all_sending = NULL;
}
IN_FORKED_CHILD(after_fork_in_child);

static void sending_release(struct sending *sending)
{
    if (--sending->users > 0)
        return;
    free(sending->uri);
    free(sending);
}

/* 1: the object is there. 0: nobody is sending it; it is for the caller to do so, up to sending_end(). */
static int sending_begin(const char *uri, struct sending **begun, hype_error **error)
{
    for (;;) {
        struct sending *other = all_sending;
        if (is_known(uri))
            return 1;
        while (other && strcmp(other->uri, uri) != 0)
            other = other->next;
        if (!other)
            break;
        other->users++;
        int status = task_event_wait(&other->ended, NO_DEADLINE);
        sending_release(other);
        if (status < 0)
            return error_set(error, (hype_status)-status, "cancelled");
    }
    struct sending *sending = calloc(1, sizeof *sending);
    if (!sending || !(sending->uri = strdup(uri))) {
        free(sending);
        return error_memory(error);
    }
    sending->users = 1;
    sending->next = all_sending;
    *begun = all_sending = sending;
    return 0;
}

static void sending_end(struct sending *sending)
{
    struct sending **where = &all_sending;
    while (*where != sending)
        where = &(*where)->next;
    *where = sending->next;
    task_event_set(&sending->ended);
    sending_release(sending);
}

struct transfer {
    struct progress *progress;
    uint64_t moved;
    struct store *store;
    const struct staged_file *file;
    bool created;
};

static void on_progress(uint64_t done, uint64_t total, void *context)
{
    struct transfer *t = context;
    (void)total;
    progress_add(t->progress, (int64_t)(done - t->moved));
    t->moved = done;
}

static int put(struct transfer *t, const char *uri, hype_error **error)
{
    int status = t->store->operations->put_if_absent(t->store, t->file->name, &t->file->content, on_progress, t,
                                                     &t->created, error);
    return error_wrap(error, status, "staging %s", uri);
}

/* What is in the store of a file, and when it was put there, or last used as far as that is noted. */
struct presence {
    const char *name;
    bool there;
    uint64_t size;
    int64_t used; /* seconds since 1970 */
};

static int take_presence(const struct store_entry *entry, void *context)
{
    struct presence *presence = context;
    size_t length = strlen(presence->name);
    bool itself = strcmp(entry->name, presence->name) == 0;
    if (!itself && strcmp(entry->name + length, STAGE_USED) != 0) /* it starts with the name */
        return 0;
    if (itself) {
        presence->there = true;
        presence->size = entry->size;
    }
    if (entry->modified > presence->used)
        presence->used = entry->modified;
    return 0;
}

/* Notes, once a day, that a file which was staged earlier is still in use, so that hype gc spares it. */
static void note_use(struct store *store, const struct presence *presence)
{
    enum { DAY = 24 * 60 * 60 };
    static const struct store_content nothing = {.data = "", .fd = -1};
    cleanup_error hype_error *error = NULL;
    bool created;
    if (time(NULL) - presence->used < DAY)
        return;
    cleanup_free char *mark = text_format("%s" STAGE_USED, presence->name);
    if (mark && (store->operations->delete(store, mark, &error) < 0 ||
                 store->operations->put_if_absent(store, mark, &nothing, NULL, NULL, &created, &error) < 0))
        log_debug("Staging", "%s", error ? error->message : mark);
}

/* What other calls may need as well is looked for first. */
static int transfer(void *context, hype_error **error)
{
    struct transfer *t = context;
    cleanup_free char *uri = text_format("%s/%s", t->store->uri, t->file->name);
    struct sending *sending = NULL;
    struct presence presence = {.name = t->file->name};
    if (!uri)
        return error_memory(error);
    if (t->file->kind == MANIFEST_CAPTURE)
        return put(t, uri, error);
    int status = sending_begin(uri, &sending, error);
    if (status != 0)
        return status < 0 ? status : 0;
    status = t->store->operations->list(t->store, t->file->name, take_presence, &presence, NULL);
    if (status < 0 || !presence.there || presence.size != t->file->content.size)
        status = put(t, uri, error);
    else
        note_use(t->store, &presence);
    if (status == 0)
        set_known(uri);
    sending_end(sending);
    return status;
}

int stage_files(struct store *store, const struct staged_file *files, size_t n, struct trace_call *trace,
                hype_error **error)
{
    cleanup_free struct transfer *transfers = calloc(n + 1, sizeof *transfers);
    if (!transfers)
        return error_memory(error);
    struct task_group group = {.limit = TRANSFERS};
    struct progress progress;
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += files[i].content.size;
    progress_start(&progress, "Staging", total);
    log_info("Staging", "Uploading %zu files to staging location %s to prepare for execution.", n, store->uri);
    for (size_t i = 0; i < n; i++) {
        transfers[i] = (struct transfer){.progress = &progress, .store = store, .file = &files[i]};
        if (task_group_start(&group, transfer, &transfers[i]) < 0)
            break;
    }
    int status = task_group_wait(&group, error);
    progress_end(&progress);
    if (status < 0)
        return status;
    size_t created = 0;
    for (size_t i = 0; i < n; i++) {
        created += transfers[i].created;
        trace->bytes += transfers[i].created ? files[i].content.size : 0;
    }
    trace->files += (unsigned)n;
    trace->cached += (unsigned)(n - created);
    log_info("Staging", "Uploading complete: %zu files newly uploaded, %zu files cached", created, n - created);
    return 0;
}

/* ---- Jobs ---- */

static int hash_capture(void *context)
{
    struct staged_file *file = context;
    sha256_hex(file->content.data, file->content.size, file->sha256);
    return 0;
}

struct digest_work {
    struct share *share;
    hype_error **error;
};

static int digest(void *context)
{
    struct digest_work *work = context;
    return share_digest(work->share, work->error);
}

static int add_segment(struct share *share, struct staged_file *file, hype_error **error)
{
    struct digest_work work = {share, error};
    int status = task_offload(digest, &work);
    if (status < 0)
        return status;
    file->kind = MANIFEST_SEGMENT;
    file->content = (struct store_content){.fd = share->fd, .size = share->start + share->size};
    memcpy(file->sha256, share->sha256, SHA256_HEX_SIZE);
    file->name = hashed_name("shared.bin", share->sha256);
    return file->name ? 0 : error_memory(error);
}

static int add_capture(const struct job *job, struct staged_file *file, hype_error **error)
{
    file->kind = MANIFEST_CAPTURE;
    file->content = (struct store_content){.data = job->arguments, .fd = -1, .size = job->arguments_size};
    if (job->arguments_size <= QUICK)
        hash_capture(file);
    else
        task_offload(hash_capture, file);
    file->name = text_format("%s/%.64s-%.*s.%s", job->id, job->entry->name, HASH_SHOWN, file->sha256,
                             job->batch ? "captures" : "capture");
    return file->name ? 0 : error_memory(error);
}

static int describe(const struct job *job, struct staged_file *files, size_t n, char **text, hype_error **error)
{
    cleanup_free struct manifest_file *listed = calloc(n, sizeof *listed);
    cleanup_free char *returned = text_format("%s/%.64s-return.bin", job->id, job->entry->name);
    if (!listed || !returned)
        return error_memory(error);
    for (size_t i = 0; i < n; i++) {
        listed[i] = (struct manifest_file){.name = files[i].name, .as = files[i].as, .size = files[i].content.size};
        memcpy(listed[i].sha256, files[i].sha256, SHA256_HEX_SIZE);
        listed[i].kind = files[i].kind;
        listed[i].machine = (char *)(uintptr_t)files[i].machine;
    }
    struct manifest manifest = {.execution = (char *)(uintptr_t)job->id,
                                .function = (char *)(uintptr_t)job->entry->name,
                                .signature = job->entry->signature,
                                .returned = returned,
                                .files = listed,
                                .n_files = n};
    if (job->batch) {
        manifest.n_batch = job->batch->n;
        manifest.timeout = job->batch->timeout;
        memcpy(manifest.nonce, job->batch->nonce, sizeof manifest.nonce);
    }
    *text = manifest_write(&manifest, error);
    return *text ? 0 : -HYPE_INVALID;
}

static int name_manifest(struct store *store, const char *text, struct staged *staged, hype_error **error)
{
    char sha256[SHA256_HEX_SIZE];
    sha256_hex(text, strlen(text), sha256);
    staged->manifest_name = hashed_name("manifest.json", sha256);
    staged->manifest = text_format("%s/%s#sha256=%s", store->uri, staged->manifest_name, sha256);
    return staged->manifest_name && staged->manifest ? 0 : error_memory(error);
}

static int put_manifest(struct store *store, const char *text, struct staged *staged, hype_error **error)
{
    struct store_content content = {.data = text, .fd = -1, .size = strlen(text)};
    bool created;
    int status = store->operations->put_if_absent(store, staged->manifest_name, &content, NULL, NULL, &created, error);
    return error_wrap(error, status, "staging %s", staged->manifest_name);
}

/* Hashing of the code began at BEGAN. */
static int stage_all(struct store *store, struct job *job, struct staged *staged, struct staged_file *files,
                     size_t n_code, size_t n, int64_t began, hype_error **error)
{
    cleanup_free char *text = NULL;
    int status = 0;
    size_t next = n_code;
    for (size_t i = 0; next + job->n_segments + 1 < n && status == 0; i++, next++) {
        files[next].kind = MANIFEST_FILE;
        status = open_local(job->env.files[i], &files[next], error);
    }
    for (size_t i = 0; i < job->n_segments && status == 0; i++)
        status = add_segment(job->segments[i], &files[next++], error);
    if (status == 0)
        status = add_capture(job, &files[n - 1], error);
    if (status == 0)
        status = describe(job, files, n, &text, error);
    if (status == 0)
        status = name_manifest(store, text, staged, error);
    trace_phase(&job->trace, TRACE_HASH, began);
    began = trace_start(&job->trace);
    if (status == 0) {
        stage_record_write(staged);
        status = stage_files(store, files, n, &job->trace, error);
    }
    if (status == 0)
        status = put_manifest(store, text, staged, error);
    if (status == 0 && job->batch)
        batch_follow(job->batch, job, staged);
    trace_phase(&job->trace, TRACE_UPLOAD, began);
    return status;
}

int stage_job(struct store *store, struct job *job, struct staged *staged, hype_error **error)
{
    struct staged_code code;
    int64_t began = trace_start(&job->trace);
    *staged = (struct staged){.store = store, .folder = strdup(job->id)};
    int status = stage_code_open(job, true, &code, error);
    if (status < 0)
        return status;
    size_t n_data = 0;
    while (n_data < ARRAY_SIZE(job->env.files) && job->env.files[n_data])
        n_data++;
    size_t n = code.n_files + n_data + job->n_segments + 1;
    struct staged_file *files = calloc(n, sizeof *files);
    if (!files || !staged->folder) {
        free(files);
        stage_code_free(&code);
        return error_memory(error);
    }
    if (code.n_files > 0) /* a probe has none */
        memcpy(files, code.files, code.n_files * sizeof *files);
    for (size_t i = code.n_files; i < n; i++)
        files[i].fd = -1;
    status = stage_all(store, job, staged, files, code.n_files, n, began, error);
    for (size_t i = code.n_files; i < n; i++)
        file_free(&files[i]);
    free(files);
    stage_code_free(&code);
    return status;
}

/* ---- Collecting ---- */

static int refuse_message(const struct job *job, const char *message, hype_error **error)
{
    return error_set(error, HYPE_LOST, "%s: hype-run left no return value but '%.200s'", job->id, message);
}

/* "error: HYPE_STATUS: text" of hype-run itself. */
static int take_reported(const struct job *job, const char *message, hype_error **error)
{
    const char *status = message + strlen("error: "), *colon = strchr(status, ':');
    for (int s = 1; colon && s <= ERROR_STATUS_LAST; s++) {
        const char *name = hype_status_name(s);
        if (strlen(name) == (size_t)(colon - status) && strncmp(name, status, strlen(name)) == 0)
            return error_set(error, (hype_status)s, "%s: %s", job->id, colon + 1 + (colon[1] == ' '));
    }
    return refuse_message(job, message, error);
}

int stage_fetch(struct store *store, const char *name, uint64_t limit, const char *sha256, struct buffer *fetched,
                hype_error **error)
{
    char digest[SHA256_HEX_SIZE];
    uint64_t size;
    cleanup_close int fd = memfd_create("hype-fetched", MFD_CLOEXEC);
    if (fd < 0)
        return error_system(error, errno, "cannot make a memory file for results");
    int status = store->operations->get(store, name, fd, limit, &size, error);
    if (status == 0)
        status = hash_file(fd, size, digest, error);
    if (status == 0 && strcmp(digest, sha256) != 0)
        status =
            error_set(error, HYPE_FORMAT, "it is not what hype-run wrote: SHA-256 %s instead of %s", digest, sha256);
    if (status == 0)
        status = buffer_map(fetched, fd, size, error);
    return error_wrap(error, status, "fetching results %s", name);
}

int stage_collect(const struct staged *staged, struct job *job, const char *termination_message, hype_error **error)
{
    cleanup_free char *message = strdup(termination_message);
    if (!message)
        return error_memory(error);
    int64_t noticed = trace_start(&job->trace);
    struct trace_stamps stamps = {{0}};
    char *second_line = message + strcspn(message, "\n");
    bool stamped = *second_line && trace_stamps_read(second_line + 1, &stamps);
    *second_line = 0;
    if (text_starts_with(message, "error: "))
        return take_reported(job, message, error);
    char *digest = strstr(message, "#sha256=");
    cleanup_free char *prefix = text_format("%s/%s/", staged->store->uri, staged->folder);
    if (!prefix)
        return error_memory(error);
    if (!digest || !text_starts_with(message, prefix) || !sha256_hex_valid(digest + strlen("#sha256=")))
        return refuse_message(job, message, error);
    const char *name = message + strlen(staged->store->uri) + 1;
    int status;
    if (job->batch) {
        status = batch_collect(job->batch, name, error);
    } else {
        *digest = 0;
        if (!store_name_valid(name))
            return refuse_message(job, message, error);
        status =
            stage_fetch(staged->store, name, UINT64_C(1) << 48, digest + strlen("#sha256="), &job->returned, error);
    }
    if (stamped)
        trace_remote(&job->trace, &stamps, noticed);
    return status;
}

/* ---- Removing ---- */

struct removal {
    struct store *store;
    char *names[64]; /* a call leaves two or three, a batch more */
    size_t n;
    bool more;
};

static int remember_name(const struct store_entry *entry, void *context)
{
    struct removal *removal = context;
    removal->more = removal->n == ARRAY_SIZE(removal->names);
    if (removal->more)
        return 0;
    removal->names[removal->n] = strdup(entry->name);
    return removal->names[removal->n++] ? 0 : -HYPE_MEMORY;
}

static int remove_some(struct removal *removal, const char *prefix, hype_error **error)
{
    struct store *store = removal->store;
    removal->n = 0;
    removal->more = false;
    int status = store->operations->list(store, prefix, remember_name, removal, error);
    for (size_t i = 0; i < removal->n; i++) {
        if (status == 0)
            status = store->operations->delete(store, removal->names[i], error);
        free(removal->names[i]);
    }
    return status;
}

static int remove_all(const struct staged *staged, hype_error **error)
{
    struct removal removal = {.store = staged->store, .more = true};
    cleanup_free char *prefix = text_format("%s/", staged->folder);
    int status = prefix ? 0 : error_memory(error);
    while (status == 0 && removal.more)
        status = remove_some(&removal, prefix, error);
    if (status == 0 && staged->manifest_name)
        status = staged->store->operations->delete(staged->store, staged->manifest_name, error);
    return status;
}

int stage_remove(struct staged *staged)
{
    cleanup_error hype_error *error = NULL;
    int status = 0;
    task_shield_begin();
    if (staged->batch)
        batch_close(staged->batch); /* which still fetches what was announced */
    if (staged->folder && !getenv("HYPE_KEEP_STAGED")) {
        status = remove_all(staged, &error);
        if (status == -HYPE_MEMORY) { /* what was short for a moment may be there again */
            error_clear(&error);
            status = remove_all(staged, &error);
        }
        if (status < 0)
            log_warning("Staging", "cannot remove what %s left in %s: %s", staged->folder, staged->store->uri,
                        error ? error->message : hype_status_name(status));
    }
    task_shield_end();
    if (status == 0)
        stage_record_remove(staged);
    free(staged->record);
    free(staged->folder);
    free(staged->manifest);
    free(staged->manifest_name);
    *staged = (struct staged){.store = NULL};
    return status;
}
