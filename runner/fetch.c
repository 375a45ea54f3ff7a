/*
 * fetch.c: one call by its manifest, as containers run it.
 *
 * The digest in the manifest's URI comes from the submitter; the manifest has the digests of all else. So whoever can
 * only write to the store can neither have other code run nor other arguments used.
 */
#include "runner.h"

#include "log.h"
#include "manifest.h"
#include "store/store.h"
#include "task.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>

enum { TRANSFERS = 32, MANIFEST_LIMIT = 4 << 20 };

struct run {
    const char *uri;
    const char *log_path; /* of the termination log */
    int log_fd;
    uint64_t memory_limit; /* of each call, in bytes; 0: none */
    struct store *store;
    struct manifest manifest;
    char *folder;            /* private; files/ holds what was fetched */
    char *work;              /* in it: the function's */
    char **paths;            /* of each file of the manifest */
    int *fds;                /* of each; kept open are the capture's and the segments', else -1 */
    struct serve_slot *slot; /* shared with the child */
    int returned_fd;
    uint64_t returned_size;
    struct trace_stamps stamps;
    bool failed; /* what is returned is an error */
    char *message;
    hype_error *error;
};

static volatile pid_t child_pid;
static volatile sig_atomic_t told_to_stop;

static void stop(int number)
{
    (void)number;
    told_to_stop = 1;
    if (child_pid > 0) {
        kill(-child_pid, SIGKILL);
        kill(child_pid, SIGKILL); /* it may have no group of its own yet */
    }
}

static void child_started(pid_t pid)
{
    child_pid = pid;
    if (told_to_stop)
        stop(SIGTERM);
}

/* ---- Fetching ---- */

static int check_digest(int fd, const char *expected, const char *what, hype_error **error)
{
    char digest[SHA256_HEX_SIZE];
    int status = sha256_hex_fd(fd, digest, error);
    if (status == 0 && strcmp(digest, expected) != 0)
        return error_set(error, HYPE_FORMAT, "%s is not what was staged: its SHA-256 is %s where %s is expected", what,
                         digest, expected);
    return status;
}

static int fetch_manifest(struct run *run, const char *name, const char *sha256, hype_error **error)
{
    cleanup_close int fd = memfd_create("hype-manifest", MFD_CLOEXEC);
    uint64_t size;
    if (fd < 0)
        return error_system(error, errno, "cannot make a memory file for the manifest");
    int status = run->store->operations->get(run->store, name, fd, MANIFEST_LIMIT, &size, error);
    if (status == 0)
        status = check_digest(fd, sha256, name, error);
    cleanup_free char *text = status == 0 ? malloc(size + 1) : NULL;
    if (status < 0 || !text)
        return status < 0 ? error_wrap(error, status, "fetching the manifest") : error_memory(error);
    if (pread(fd, text, size, 0) != (ssize_t)size)
        return error_system(error, errno, "cannot read the manifest back");
    text[size] = 0;
    log_info("hype-run", "%s %s, manifest %s:\n%s", "hype-run", HYPE_VERSION, run->uri, text);
    struct utsname system;
    status = manifest_read(text, size, &run->manifest, error);
    if (status == 0 && uname(&system) == 0)
        status = manifest_choose(&run->manifest, system.machine, error);
    return status;
}

struct fetched {
    struct run *run;
    size_t number;
};

static int fetch_file(void *context, hype_error **error)
{
    struct fetched *fetched = context;
    struct run *run = fetched->run;
    const struct manifest_file *file = &run->manifest.files[fetched->number];
    const char *path = run->paths[fetched->number];
    uint64_t size;
    if (!path)
        return error_memory(error);
    cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_system(error, errno, "cannot create %s", path);
    int status = run->store->operations->get(run->store, file->name, fd, file->size, &size, error);
    if (status == 0 && size != file->size)
        status = error_set(error, HYPE_FORMAT, "it has %llu bytes where %llu were staged", (unsigned long long)size,
                           (unsigned long long)file->size);
    if (status == 0)
        status = check_digest(fd, file->sha256, "it", error);
    if (status == 0 && (file->kind == MANIFEST_CAPTURE || file->kind == MANIFEST_SEGMENT))
        run->fds[fetched->number] = steal_fd(&fd);
    return error_wrap(error, status, "fetching %s", file->name);
}

static char *path_for(const struct run *run, size_t number)
{
    const struct manifest_file *file = &run->manifest.files[number];
    if (file->kind == MANIFEST_FILE)
        return text_format("%s/work/%s", run->folder, file->as);
    if (file->kind == MANIFEST_LIBRARY)
        return text_format("%s/files/%s", run->folder, file->as);
    if (file->kind == MANIFEST_SEGMENT)
        return text_format("%s/files/segment-%zu", run->folder, number);
    return text_format("%s/files/%s", run->folder,
                       file->kind == MANIFEST_CAPTURE ? "capture"
                       : strrchr(file->name, '/')     ? "remote.so"
                                                      : file->name);
}

static int fetch_files(struct run *run, hype_error **error)
{
    size_t n = run->manifest.n_files;
    cleanup_free struct fetched *each = calloc(n, sizeof *each);
    cleanup_free char *files = text_format("%s/files", run->folder);
    run->work = text_format("%s/work", run->folder);
    run->paths = calloc(n + 1, sizeof *run->paths);
    run->fds = calloc(n + 1, sizeof *run->fds);
    if (!each || !files || !run->work || !run->paths || !run->fds)
        return error_memory(error);
    if (mkdir(files, 0700) < 0 || mkdir(run->work, 0700) < 0)
        return error_system(error, errno, "cannot make folders in %s", run->folder);
    struct task_group group = {.limit = TRANSFERS};
    for (size_t i = 0; i < n; i++) {
        each[i] = (struct fetched){run, i};
        run->fds[i] = -1;
        run->paths[i] = path_for(run, i);
        if (task_group_start(&group, fetch_file, &each[i]) < 0)
            break;
    }
    return task_group_wait(&group, error);
}

static int fetch(struct run *run, hype_error **error)
{
    cleanup_free char *uri = strdup(run->uri), *store_uri = NULL, *name = NULL;
    if (!uri)
        return error_memory(error);
    char *digest = strstr(uri, "#sha256=");
    if (!digest || !sha256_hex_valid(digest + strlen("#sha256=")))
        return error_set(error, HYPE_INVALID, "'%s' is no manifest: it must end in #sha256= and the manifest's digest",
                         run->uri);
    *digest = 0;
    int status = store_split_uri(uri, &store_uri, &name, error);
    if (status == 0)
        status = store_open(store_uri, &run->store, error);
    if (status == 0)
        status = fetch_manifest(run, name, digest + strlen("#sha256="), error);
    if (status == 0)
        status = workdir_make(&run->folder, error);
    return status == 0 ? fetch_files(run, error) : status;
}

static void fetch_task(void *context)
{
    struct run *run = context;
    int status = fetch(run, &run->error);
    if (status < 0 && !run->error)
        error_set(&run->error, (hype_status)-status, "fetching failed");
}

/* ---- Running ---- */

static int load(void *context, hype_error **error)
{
    const struct run *run = context;
    size_t n = 0;
    cleanup_free struct object_file *objects = calloc(run->manifest.n_files, sizeof *objects);
    if (!objects)
        return error_memory(error);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < run->manifest.n_files; i++)
            if (run->manifest.files[i].kind == (pass == 0 ? MANIFEST_LIBRARY : MANIFEST_REMOTE))
                objects[n++] = (struct object_file){run->paths[i], run->manifest.files[i].sha256, true};
    return load_objects(objects, n, error);
}

/* Ends with its parent, also where that has ended already. */
static void become_child(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
}

_Noreturn static void call_process(struct run *run, pid_t parent)
{
    int segments[IMAGE_SEGMENTS];
    struct call call = {.name = run->manifest.function,
                        .signature = run->manifest.signature,
                        .memory_limit = run->memory_limit,
                        .segment_fds = segments,
                        .returned_fd = run->returned_fd,
                        .folder = run->work,
                        .slot = run->slot,
                        .answer = call_answer_in_file};
    for (size_t i = 0; i < run->manifest.n_files; i++) {
        const struct manifest_file *file = &run->manifest.files[i];
        if (file->kind == MANIFEST_CAPTURE) {
            call.image_fd = run->fds[i];
            call.image_size = file->size;
        } else if (file->kind == MANIFEST_SEGMENT && call.n_segments < IMAGE_SEGMENTS) {
            segments[call.n_segments++] = run->fds[i]; /* in the manifest's order, which is the image's */
        }
    }
    become_child(parent);
    call_run(&call);
}

/* Loads the objects, which may run constructors and crash, and has the call run in a child of its own, for whose
 * addresses it then has the names. */
_Noreturn static void loader_process(struct run *run, pid_t parent)
{
    cleanup_error hype_error *error = NULL;
    int wait_status;
    unsigned long oom_kills = outcome_oom_kills();
    become_child(parent);
    setpgid(0, 0); /* of which the call's process is too, and what that leaves running */
    crash_watch(run->slot);
    int status = load(run, &error);
    pid_t self = getpid(), pid = status == 0 ? fork() : -1;
    if (pid == 0)
        call_process(run, self);
    if (status == 0 && pid < 0)
        error_system(&error, errno, "cannot start a process for %s()", run->manifest.function);
    if (pid > 0) {
        while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR)
            ;
        if (run->slot->state != SERVE_ANSWERED)
            error = outcome_error(wait_status, run->slot, oom_kills);
    }
    if (error)
        call_answered(run->slot, outcome_write(error, run->returned_fd));
    _exit(0);
}

/* What the process of the call has left; of a batch, the first that ran and the last that has returned. */
static void take_stamps(struct run *run)
{
    run->stamps.at[TRACE_AT_RUN] = run->slot->stamps.at[TRACE_AT_RUN];
    run->stamps.at[TRACE_AT_RETURN] = run->slot->stamps.at[TRACE_AT_RETURN];
}

static int stopped(hype_error **error)
{
    return error_set(error, HYPE_CANCELLED, "hype-run was told to stop");
}

static int run_processes(struct run *run, hype_error **error)
{
    int wait_status;
    unsigned long oom_kills = outcome_oom_kills();
    run->slot = mmap(NULL, sizeof *run->slot, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    run->returned_fd = memfd_create("hype-return", MFD_CLOEXEC);
    if (run->slot == MAP_FAILED || run->returned_fd < 0 || crash_prepare() < 0)
        return error_system(error, errno, "cannot prepare the call of %s()", run->manifest.function);
    snprintf(run->slot->name, sizeof run->slot->name, "%s", run->manifest.function);
    run->stamps.at[TRACE_AT_LOAD] = trace_clock();
    pid_t self = getpid(), pid = fork();
    if (pid == 0)
        loader_process(run, self);
    if (pid < 0)
        return error_system(error, errno, "cannot start a process for %s()", run->manifest.function);
    child_started(pid);
    outcome_wait(pid, &wait_status);
    if (told_to_stop)
        return stopped(error);
    take_stamps(run);
    if (run->slot->state == SERVE_ANSWERED) {
        run->returned_size = run->slot->call;
    } else { /* the loader itself ended: a constructor of the remote object's */
        hype_error *failure = outcome_error(wait_status, run->slot, oom_kills);
        bool loading = run->slot->state == SERVE_IDLE;
        error_wrap(&failure, 0, loading ? "while the remote object was being loaded" : "the process that watched it");
        close(run->returned_fd); /* the call's process may still be ending, and write to it */
        run->returned_fd = memfd_create("hype-return", MFD_CLOEXEC);
        run->returned_size = run->returned_fd < 0 ? 0 : outcome_write(failure, run->returned_fd);
        error_free(failure);
    }
    return run->returned_size > 0 ? 0 : error_memory(error);
}

/* ---- A batch ---- */

static bool is_told_to_stop(void)
{
    return told_to_stop;
}

static int run_calls(struct run *run, hype_error **error)
{
    int segments[IMAGE_SEGMENTS];
    size_t n = run->manifest.n_files, n_files = 0;
    cleanup_free const char **files = calloc(n + 1, sizeof *files);
    struct batch_run batch = {.manifest = &run->manifest,
                              .store = run->store,
                              .folder = run->folder,
                              .segment_fds = segments,
                              .files = files,
                              .memory_limit = run->memory_limit,
                              .slot = run->slot,
                              .load = load,
                              .load_context = run,
                              .started = child_started,
                              .told_to_stop = is_told_to_stop};
    if (!files)
        return error_memory(error);
    for (size_t i = 0; i < n; i++) {
        const struct manifest_file *file = &run->manifest.files[i];
        if (file->kind == MANIFEST_CAPTURE) {
            batch.captures_fd = run->fds[i];
            batch.captures_size = file->size;
        } else if (file->kind == MANIFEST_SEGMENT && batch.n_segments < IMAGE_SEGMENTS) {
            segments[batch.n_segments++] = run->fds[i];
        } else if (file->kind == MANIFEST_FILE) {
            files[n_files++] = run->paths[i];
        }
    }
    batch.n_files = n_files;
    return batch_run(&batch, &run->message, error);
}

static int run_batch(struct run *run, hype_error **error)
{
    run->slot = mmap(NULL, sizeof *run->slot, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run->slot == MAP_FAILED || crash_prepare() < 0)
        return error_system(error, errno, "cannot prepare the batch of %s()", run->manifest.function);
    run->stamps.at[TRACE_AT_LOAD] = trace_clock();
    int status = run_calls(run, error);
    take_stamps(run);
    return status;
}

/* ---- A report ---- */

static int run_probe(struct run *run, hype_error **error)
{
    run->returned_fd = memfd_create("hype-return", MFD_CLOEXEC);
    return run->returned_fd < 0 ? error_system(error, errno, "cannot make a memory file for the report")
                                : probe_write(run->returned_fd, &run->returned_size, error);
}

/* ---- Sending home ---- */

/* There is a return value already. It is this one when the answer to its upload was lost, and it was sent again. */
static int check_sent(struct run *run, const char *sha256, hype_error **error)
{
    char digest[SHA256_HEX_SIZE] = "";
    uint64_t size;
    cleanup_close int fd = memfd_create("hype-sent", MFD_CLOEXEC);
    if (fd < 0)
        return error_system(error, errno, "cannot make a memory file");
    int status = run->store->operations->get(run->store, run->manifest.returned, fd, UINT64_C(1) << 48, &size, error);
    if (status == 0)
        status = sha256_hex_fd(fd, digest, error);
    if (status == 0 && strcmp(digest, sha256) != 0)
        status = error_set(error, HYPE_REFUSED, "%s/%s is there already: another attempt has returned first",
                           run->store->uri, run->manifest.returned);
    return status;
}

static int send_home(struct run *run, hype_error **error)
{
    char sha256[SHA256_HEX_SIZE];
    bool created;
    struct image_header header;
    if (ftruncate(run->returned_fd, (off_t)run->returned_size) < 0)
        return error_system(error, errno, "cannot cut the return image to its size");
    int status = sha256_hex_fd(run->returned_fd, sha256, error);
    if (status < 0)
        return status;
    run->failed = pread(run->returned_fd, &header, sizeof header, 0) == sizeof header && header.kind == IMAGE_ERROR;
    struct store_content content = {.fd = run->returned_fd, .size = run->returned_size};
    status = run->store->operations->put_if_absent(run->store, run->manifest.returned, &content, NULL, NULL, &created,
                                                   error);
    if (status < 0)
        return error_wrap(error, status, "uploading the return value");
    if (!created && (status = check_sent(run, sha256, error)) < 0)
        return status;
    run->message = text_format("%s/%s#sha256=%s", run->store->uri, run->manifest.returned, sha256);
    return run->message ? 0 : error_memory(error);
}

static void send_home_task(void *context)
{
    struct run *run = context;
    int status = send_home(run, &run->error);
    if (status < 0 && !run->error)
        error_set(&run->error, (hype_status)-status, "uploading the return value failed");
}

/* A line by which the submitter learns where the value is, or why there is none; and one that tells when what was done,
 * for its trace. */
/* Called at the start, when there are descriptors to be had. */
static void open_termination_log(struct run *run)
{
    const char *path = getenv("HYPE_TERMINATION_LOG");
    run->log_path = path ? path : "/dev/termination-log";
    run->log_fd = open(run->log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void write_termination_log(struct run *run)
{
    enum { LIMIT = 4096 };   /* bytes, as many as Kubernetes reads */
    static char text[LIMIT]; /* also when memory is out */
    char stamps[TRACE_STAMPS_SIZE];
    trace_stamps_write(&run->stamps, stamps);
    if (run->error)
        snprintf(text, sizeof text, "error: %s: %s\n", hype_status_name(run->error->status), run->error->message);
    else
        snprintf(text, sizeof text, "%s\n%s\n", run->message, stamps);
    if (run->log_fd < 0)
        open_termination_log(run);
    if (run->log_fd < 0 || write_all(run->log_fd, text, strlen(text)) < 0)
        fprintf(stderr, "hype-run: cannot write %s: %s\n", run->log_path, strerror(errno));
    if (run->error)
        fprintf(stderr, "hype-run: %s\n", run->error->message);
}

static void run_free(struct run *run)
{
    if (run->folder)
        folder_remove(run->folder);
    for (size_t i = 0; run->paths && i < run->manifest.n_files; i++)
        free(run->paths[i]); /* descriptors end with the process */
    free(run->paths);
    free(run->fds);
    free(run->folder);
    free(run->work);
    free(run->message);
    manifest_free(&run->manifest);
    store_close(run->store);
    error_free(run->error);
}

/* A submitter of this machine names itself: when it is killed nobody takes the value, and nothing must be sent home
 * after the next program has swept. What this leaves in its own folder goes with the next run. */
static void end_with_submitter(void)
{
    const char *parent = getenv("HYPE_PARENT");
    if (!parent)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != strtol(parent, NULL, 10))
        _exit(1); /* it was killed before this could be asked for */
    unsetenv("HYPE_PARENT");
}

/* A submitter of this machine says it; containers and pods have theirs from their place. */
static uint64_t take_memory_limit(void)
{
    const char *text = getenv("HYPE_MEMORY_LIMIT");
    uint64_t limit = text ? strtoull(text, NULL, 10) : 0;
    unsetenv("HYPE_MEMORY_LIMIT");
    return limit;
}

int fetch_and_run(const char *manifest_uri)
{
    end_with_submitter();
    struct run run = {.uri = manifest_uri, .returned_fd = -1, .memory_limit = take_memory_limit()};
    struct sigaction on_term = {.sa_handler = stop};
    sigaction(SIGTERM, &on_term, NULL);
    sigaction(SIGINT, &on_term, NULL);
    open_termination_log(&run);
    mark_begin();
    run.stamps.at[TRACE_AT_FETCH] = trace_clock();
    int status = task_run(fetch_task, &run, &run.error);
    bool batch = run.manifest.n_batch > 0;
    if (status == 0 && !run.error)
        status = told_to_stop                       ? stopped(&run.error)
                 : batch                            ? run_batch(&run, &run.error)
                 : manifest_is_probe(&run.manifest) ? run_probe(&run, &run.error)
                                                    : run_processes(&run, &run.error);
    if (status == 0 && !run.error && !batch)
        task_run(send_home_task, &run, &run.error);
    run.stamps.at[TRACE_AT_END] = trace_clock();
    write_termination_log(&run);
    bool failed = run.error || run.failed;
    run_free(&run);
    mark_end();
    return failed;
}
