/*
 * batch.c: many calls of one function by one manifest.
 *
 * A process loads the remote object once and forks a child for each call, one after the other (the worker). Images of
 * results, or of errors, go through a pipe to hype-run's first process, which has the store: it packs them, uploads a
 * pack when it is large enough or old enough, and announces it with its digest in a line on stdout that bears the
 * manifest's nonce. The last pack goes home by the termination message and names the one before it, so that lost lines
 * lose nothing.
 */
#include "runner.h"

#include "pack.h"
#include "store/store.h"
#include "task.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum {
    FIRST_FLUSH_MS = 200,
    LONGEST_FLUSH_MS = 2000,
    LOOK_MS = 2, /* between looks at a process where the kernel has no pidfd_open(2), as in some sandboxes */
};
#define FLUSH_SIZE ((size_t)8 << 20) /* bytes */

/* On the pipe, before SIZE bytes of image. LOADED has none. */
struct result {
    uint64_t number, size;
};
#define LOADED (PACK_ALL - 1)

/* ---- The worker: one call ---- */

/* Shared with the process of a call: its answer, as it goes into the pipe. */
struct answer {
    struct result result;
    char image[SERVE_INLINE]; /* of a small one */
    bool in_file;             /* where a large one is */
};

struct worker {
    const struct batch_run *run;
    struct pack captures;
    const char *pack; /* mapped */
    char *folder;     /* of one call after the other, as long as they leave nothing in it */
    struct answer *answer;
    int file; /* for a large answer; -1: has been used */
    int pipe;
    unsigned long oom_kills; /* before the first call */
};
static struct worker worker;

/* A small image is worked on in memory, a large one in a file of its own. */
static bool place_image(struct call *call, const char *image)
{
    static char small[SERVE_INLINE] __attribute__((aligned(IMAGE_PAGE)));
    if (call->image_size <= sizeof small) {
        call->image = memcpy(small, image, call->image_size);
        return true;
    }
    call->image_fd = memfd_create("hype-arguments", MFD_CLOEXEC);
    return call->image_fd >= 0 && write_all(call->image_fd, image, call->image_size) == 0;
}

/* An ANSWER. */
static bool answer_worker(const struct call *call, const struct buffer *image)
{
    struct answer *answer = worker.answer;
    bool there = call_image_in_file(call, image);
    answer->in_file = there || image->size > sizeof answer->image;
    if (!answer->in_file)
        memcpy(answer->image, image->data, image->size);
    else if (!there && (lseek(worker.file, 0, SEEK_SET) < 0 || write_all(worker.file, image->data, image->size) < 0))
        return false;
    call_answered(call->slot, image->size);
    return true;
}

/* Then it is worth writing the return image straight into a file. */
static bool answer_may_be_large(const struct pack_entry *entry)
{
    const struct image_header *header = (const void *)(worker.pack + entry->offset);
    return entry->size >= sizeof *header && header->size + header->reserved_size >= BUFFER_LARGE;
}

_Noreturn static void call_process(const struct pack_entry *entry)
{
    const struct batch_run *run = worker.run;
    static struct call call; /* it lasts */
    cleanup_free char *id = text_format("%s-%llu", run->manifest->execution, (unsigned long long)entry->number);
    call = (struct call){.name = run->manifest->function,
                         .signature = run->manifest->signature,
                         .image_fd = -1,
                         .image_size = entry->size,
                         .memory_limit = run->memory_limit,
                         .segment_fds = run->segment_fds,
                         .n_segments = run->n_segments,
                         .returned_fd = answer_may_be_large(entry) ? worker.file : -1,
                         .folder = worker.folder,
                         .files = run->files,
                         .n_files = run->n_files,
                         .slot = run->slot,
                         .answer = answer_worker};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    run->slot->pid = getpid();
    close(worker.pipe);
    if (!id || setenv("HYPE_EXECUTION_ID", id, 1) < 0 || !place_image(&call, worker.pack + entry->offset)) {
        run->slot->error_number = errno;
        run->slot->state = SERVE_UNANSWERED;
        _exit(1);
    }
    call_run(&call);
}

/* False when the time is up before. */
static bool ends_in_time(pid_t pid, double timeout)
{
    if (timeout <= 0)
        return true;
    cleanup_close int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    int64_t deadline = clock_after(timeout), longest = fd < 0 ? LOOK_MS : INT_MAX;
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    for (;;) {
        siginfo_t found = {.si_pid = 0};
        int64_t left = deadline - clock_ms();
        poll(&ended, 1, left <= 0 ? 0 : left > longest ? (int)longest : (int)left);
        if (waitid(P_PID, (id_t)pid, &found, WEXITED | WNOWAIT | WNOHANG) < 0 || found.si_pid == pid)
            return true;
        if (left <= 0)
            return false;
    }
}

static int send_answer(uint64_t number, uint64_t size)
{
    struct answer *answer = worker.answer;
    bool in_file = answer->in_file || size > sizeof answer->image;
    off_t offset = 0;
    answer->result = (struct result){number, size};
    if (write_all(worker.pipe, &answer->result, sizeof answer->result + (in_file ? 0 : size)) < 0)
        return -1;
    while (in_file && offset < (off_t)size) {
        ssize_t n = sendfile(worker.pipe, worker.file, &offset, size - (uint64_t)offset);
        if (n == 0 || (n < 0 && errno != EINTR))
            return -1;
    }
    return 0;
}

/* Needs no descriptor: that may be what the error is about. */
static int send_error(uint64_t number, const hype_error *error)
{
    struct buffer image = BUFFER_EMPTY;
    int status = image_encode_error(error, ERROR_CAUSES, &image, NULL);
    struct result result = {number, image.size};
    if (status < 0)
        worker.run->slot->state = SERVE_UNANSWERED;
    else if (write_all(worker.pipe, &result, sizeof result) < 0 || write_all(worker.pipe, image.data, image.size) < 0)
        status = -1;
    buffer_free(&image);
    return status < 0 ? -1 : 0;
}

/* How a call ended that has not answered. */
static void explain_call(int wait_status, bool in_time, hype_error **error)
{
    const struct manifest *manifest = worker.run->manifest;
    if (!in_time) {
        error_set(error, HYPE_TIMEOUT, "%s() did not end within the %g s that its environment allows",
                  manifest->function, manifest->timeout);
        return;
    }
    *error = outcome_error(wait_status, worker.run->slot, worker.oom_kills);
    worker.oom_kills = outcome_oom_kills();
}

static void reset_slot(struct serve_slot *slot)
{
    slot->state = SERVE_CALLED;
    slot->n_frames = slot->cause_size = 0;
    slot->error_number = 0;
    worker.answer->in_file = false;
}

static int run_call(const struct pack_entry *entry)
{
    struct serve_slot *slot = worker.run->slot;
    cleanup_error hype_error *error = NULL;
    reset_slot(slot);
    pid_t pid = fork();
    if (pid == 0)
        call_process(entry);
    if (pid < 0) {
        error_system(&error, errno, "cannot start a process for %s()", worker.run->manifest->function);
        return send_error(entry->number, error);
    }
    bool in_time = ends_in_time(pid, worker.run->manifest->timeout);
    if (!in_time)
        kill(pid, SIGKILL);
    int wait_status;
    outcome_wait(pid, &wait_status); /* what it has left running has its folder */
    slot->pid = 0;
    if (slot->state == SERVE_ANSWERED)
        return send_answer(entry->number, slot->call);
    explain_call(wait_status, in_time, &error);
    return send_error(entry->number, error);
}

/* ---- The worker: all calls ---- */

static int open_captures(hype_error **error)
{
    const struct batch_run *run = worker.run;
    void *data = mmap(NULL, run->captures_size, PROT_READ, MAP_PRIVATE, run->captures_fd, 0);
    if (data == MAP_FAILED)
        return error_system(error, errno, "cannot map the arguments of %s()", run->manifest->function);
    worker.pack = data;
    int status = pack_read(data, run->captures_size, &worker.captures, error);
    if (status == 0 && worker.captures.n != run->manifest->n_batch)
        return error_set(error, HYPE_FORMAT, "the batch of %s() has %zu calls where its manifest says %zu",
                         run->manifest->function, worker.captures.n, run->manifest->n_batch);
    return status;
}

static int prepare_worker(hype_error **error)
{
    worker.folder = text_format("%s/call", worker.run->folder);
    worker.answer = mmap(NULL, sizeof *worker.answer, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return worker.folder && worker.answer != MAP_FAILED ? 0 : error_memory(error);
}

/* A file that a call has had is nobody else's: something of that call might still write to it. */
static int renew_file(const struct pack_entry *last, hype_error **error)
{
    if (worker.file >= 0 && last && (worker.answer->in_file || answer_may_be_large(last))) {
        close(worker.file);
        worker.file = -1;
    }
    if (worker.file < 0)
        worker.file = memfd_create("hype-return", MFD_CLOEXEC);
    return worker.file < 0 ? error_system(error, errno, "cannot make a memory file for a return value") : 0;
}

static int run_calls(void)
{
    const struct pack_entry *last = NULL;
    for (size_t i = 0; i < worker.captures.n; i++) {
        const struct pack_entry *entry = &worker.captures.entries[i];
        cleanup_error hype_error *error = NULL;
        int status = renew_file(last, &error) < 0 ? send_error(entry->number, error) : run_call(entry);
        if (status < 0)
            return -1;
        if (!workdir_is_empty(worker.folder))
            folder_remove(worker.folder);
        last = entry;
    }
    return 0;
}

_Noreturn static void worker_process(const struct batch_run *run, int pipe)
{
    worker = (struct worker){.run = run, .file = -1, .pipe = pipe, .oom_kills = outcome_oom_kills()};
    cleanup_error hype_error *error = NULL;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    crash_watch(run->slot);
    int status = run->load(run->load_context, &error);
    if (status == 0)
        status = open_captures(&error);
    if (status == 0)
        status = prepare_worker(&error);
    if (status < 0) {
        bool sent = send_error(PACK_ALL, error) == 0;
        if (!sent)
            fprintf(stderr, "hype-run: %s\n", error->message);
        _exit(!sent);
    }
    if (write_all(pipe, &(struct result){LOADED, 0}, sizeof(struct result)) < 0)
        _exit(1);
    _exit(run_calls() < 0);
}

/* ---- Sending home ---- */

struct sender {
    const struct batch_run *run;
    struct pack_writer results; /* that are not sent yet */
    int64_t since;              /* when the first of them came; clock_ms() */
    int64_t patience;           /* milliseconds */
    unsigned n_packs;
    char last[256]; /* "NAME#sha256=HEX" of the pack before; "": none */
    /* The pack that is on its way. */
    struct pack_writer moving;
    char moving_name[256];
    bool is_moving;
    sem_t moved;
    hype_error *error;
};

static void announce(const struct sender *sender)
{
    cleanup_free char *line = text_format("%s%s %s\n", BATCH_MARK, sender->run->manifest->nonce, sender->moving_name);
    if (line)
        (void)!write(STDOUT_FILENO, line, strlen(line));
}

static void upload(void *context)
{
    struct sender *sender = context;
    struct store *store = sender->run->store;
    struct store_content content = {.data = sender->moving.data.data, .fd = -1, .size = sender->moving.data.size};
    bool created;
    cleanup_free char *name = strndup(sender->moving_name, strcspn(sender->moving_name, "#"));
    int status = name ? store->operations->put_if_absent(store, name, &content, NULL, NULL, &created, &sender->error)
                      : error_memory(&sender->error);
    if (status == 0)
        announce(sender);
    else
        error_wrap(&sender->error, status, "uploading results");
    pack_writer_free(&sender->moving);
    sem_post(&sender->moved);
}

static int finish_moving(struct sender *sender, hype_error **error)
{
    if (sender->is_moving)
        while (sem_wait(&sender->moved) < 0)
            ;
    sender->is_moving = false;
    if (!sender->error)
        return 0;
    *error = steal_pointer(sender->error);
    return (*error)->status;
}

/* Names have chance in them: another attempt at the same batch must not meet the packs of this one. */
static int flush(struct sender *sender, hype_error **error)
{
    char sha256[SHA256_HEX_SIZE], random[9];
    int status = finish_moving(sender, error);
    if (status < 0 || sender->results.n == 0)
        return status;
    status = pack_end(&sender->results, sender->last, error);
    if (status < 0)
        return status;
    sha256_hex(sender->results.data.data, sender->results.data.size, sha256);
    text_random(random, 8);
    snprintf(sender->moving_name, sizeof sender->moving_name, "%s-%u-%s.pack#sha256=%s",
             sender->run->manifest->returned, ++sender->n_packs, random, sha256);
    memcpy(sender->last, sender->moving_name, sizeof sender->last);
    sender->moving = sender->results;
    sender->results = (struct pack_writer)PACK_WRITER_EMPTY;
    sender->patience = sender->patience * 2 < LONGEST_FLUSH_MS ? sender->patience * 2 : LONGEST_FLUSH_MS;
    status = task_start(upload, sender, NULL, error);
    sender->is_moving = status == 0;
    return status;
}

/* ---- Hearing the worker ---- */

/* 1 when it can be read, 0 at the deadline. */
static int wait_for_result(int pipe, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline - clock_ms();
        struct pollfd ready = {.fd = pipe, .events = POLLIN};
        int n = poll(&ready, 1, deadline == NO_DEADLINE ? -1 : left < 0 ? 0 : (int)left);
        if (n >= 0 || errno != EINTR)
            return n != 0;
    }
}

static bool read_all(int fd, void *data, size_t size)
{
    char *next = data;
    while (size > 0) {
        ssize_t n = read(fd, next, size);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        next += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Until the worker closes the pipe. */
static int hear(struct sender *sender, int pipe, bool *loaded, hype_error **error)
{
    struct result result;
    void *image;
    for (;;) {
        bool some = sender->results.n > 0;
        int status = 0;
        if (!wait_for_result(pipe, some ? sender->since + sender->patience : NO_DEADLINE)) {
            status = flush(sender, error);
        } else if (!read_all(pipe, &result, sizeof result)) {
            return 0;
        } else if (result.number == LOADED) {
            *loaded = true;
        } else {
            if (!some)
                sender->since = clock_ms();
            status = pack_add(&sender->results, result.number, result.size, &image, error);
            if (status == 0 && !read_all(pipe, image, result.size)) {
                sender->results.n--;
                return 0;
            }
            if (status == 0 && sender->results.data.size >= FLUSH_SIZE)
                status = flush(sender, error);
        }
        if (status < 0)
            return status;
    }
}

/* What a worker's end means that came before all calls were made. */
static int explain_end(struct sender *sender, int wait_status, bool loaded, unsigned long oom_kills, hype_error **error)
{
    const struct batch_run *run = sender->run;
    if (run->told_to_stop())
        return error_set(error, HYPE_CANCELLED, "hype-run was told to stop");
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
        return 0;
    if (run->slot->state == SERVE_UNANSWERED)
        return error_set(error, HYPE_OUT_OF_MEMORY, "no memory there to tell what became of a call of %s()",
                         run->manifest->function);
    if (loaded)
        return error_set(error, HYPE_LOST, "the process that runs the batch ended with %s %d",
                         WIFSIGNALED(wait_status) ? "signal" : "exit status",
                         WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status));
    struct buffer image = BUFFER_EMPTY;
    void *place;
    hype_error *failure = outcome_error(wait_status, run->slot, oom_kills);
    error_wrap(&failure, 0, "while the remote object was being loaded");
    int status = failure ? image_encode_error(failure, ERROR_CAUSES, &image, error) : error_memory(error);
    if (status == 0)
        status = pack_add(&sender->results, PACK_ALL, image.size, &place, error);
    if (status == 0)
        memcpy(place, image.data, image.size);
    buffer_free(&image);
    error_free(failure);
    return status;
}

/* A worker that was killed has left the process of a call, which is this one's child now, and still in its folder. */
static void wait_for_orphan(pid_t pid)
{
    if (pid <= 1 || waitpid(pid, NULL, WNOHANG) != 0)
        return;
    int wait_status;
    kill(pid, SIGKILL);
    outcome_wait(pid, &wait_status);
}

static int run_worker(struct sender *sender, hype_error **error)
{
    const struct batch_run *run = sender->run;
    unsigned long oom_kills = outcome_oom_kills();
    int ends[2], wait_status;
    bool loaded = false;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_system(error, errno, "cannot make a pipe for results");
    cleanup_close int reading = ends[0];
    fcntl(reading, F_SETPIPE_SZ, 1 << 20);
    snprintf(run->slot->name, sizeof run->slot->name, "%s", run->manifest->function);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        worker_process(run, ends[1]);
    }
    close(ends[1]);
    if (pid < 0)
        return error_system(error, errno, "cannot start a process for %s()", run->manifest->function);
    run->started(pid);
    int status = hear(sender, reading, &loaded, error);
    if (status < 0)
        kill(pid, SIGKILL);
    while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR)
        ;
    wait_for_orphan(run->slot->pid);
    return status < 0 ? status : explain_end(sender, wait_status, loaded, oom_kills, error);
}

int batch_run(const struct batch_run *run, char **last, hype_error **error)
{
    struct sender sender = {
        .run = run, .results = PACK_WRITER_EMPTY, .moving = PACK_WRITER_EMPTY, .patience = FIRST_FLUSH_MS};
    sem_init(&sender.moved, 0, 0);
    int status = run_worker(&sender, error);
    hype_error *late = NULL;
    int flushed = flush(&sender, &late); /* also when it was told to stop: what is done is done */
    if (flushed == 0)
        flushed = finish_moving(&sender, &late);
    if (status == 0 && flushed < 0)
        *error = steal_pointer(late);
    error_free(late);
    *last = text_format("%s/%s", run->store->uri, sender.last);
    pack_writer_free(&sender.results);
    sem_destroy(&sender.moved);
    return status < 0 ? status : flushed < 0 ? flushed : *last ? 0 : error_memory(error);
}
