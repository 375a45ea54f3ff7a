/*
 * serve.c: 'hype-run --serve', the process submitter's server.
 *
 * The parent loads the remote object, forks a child for each slot and afterwards only waits: when a child has ended
 * it tells why, if the child had a call and did not answer it, and forks the next. See rt/serve.h.
 */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct serve_slot *slots;
static size_t n_slots;
static char *folder;
static unsigned long oom_kills_before;
static volatile sig_atomic_t told_to_stop;

static void kill_children(void)
{
    for (size_t i = 0; i < n_slots; i++)
        if (slots[i].pid > 0)
            kill(slots[i].pid, SIGKILL);
}

static void stop(int number)
{
    (void)number;
    told_to_stop = 1;
    kill_children(); /* which ends the wait() for them */
}

/* FD -1: the image is in the request's own file. */
static void send_reply(uint64_t call, uint64_t size, int fd, struct trace_stamps *stamps)
{
    stamps->at[TRACE_AT_END] = trace_clock();
    struct serve_reply reply = {call, size, *stamps};
    struct iovec part = {&reply, sizeof reply};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (fd < 0)
        message.msg_control = NULL, message.msg_controllen = 0;
    while (sendmsg(SERVE_SOCKET_FD, &message, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
}

static void reply_with_error(uint64_t call, const hype_error *error, struct trace_stamps *stamps)
{
    cleanup_close int fd = memfd_create("hype-error", MFD_CLOEXEC);
    uint64_t size = fd >= 0 && error ? outcome_write(error, fd) : 0;
    if (size > 0)
        send_reply(call, size, fd, stamps);
}

/* Takes a request and its descriptors; 0 when the socket is closed. */
static ssize_t receive(char *message, int fds[SERVE_MOST_FDS], size_t *n_fds)
{
    struct iovec part = {message, SERVE_MESSAGE_LIMIT};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(SERVE_MOST_FDS * sizeof(int))];
    } control;
    struct msghdr received = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n;
    do
        n = recvmsg(SERVE_SOCKET_FD, &received, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return 0;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&received);
    if (!header || header->cmsg_type != SCM_RIGHTS || header->cmsg_len < CMSG_LEN(SERVE_REQUEST_FDS * sizeof(int)))
        return 0;
    *n_fds = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(fds, CMSG_DATA(header), *n_fds * sizeof(int));
    return n;
}

/* The next string of a message, or NULL when it is cut short. */
static const char *next_string(const char **next, const char *end)
{
    const char *start = *next, *nul = start < end ? memchr(start, 0, (size_t)(end - start)) : NULL;
    if (nul)
        *next = nul + 1;
    return nul ? start : NULL;
}

static bool take_variables(const struct serve_request *request, const char **next, const char *end)
{
    for (uint32_t i = 0; i < request->n_variables; i++) {
        const char *variable = next_string(next, end);
        if (!variable || putenv((char *)(uintptr_t)variable) != 0)
            return false;
    }
    return true;
}

static void answer(const struct call *call, uint64_t size)
{
    if (size == 0)
        return;
    if (chdir("/") == 0) /* the folder is gone when the call is over, not some time later */
        workdir_remove(call->folder);
    send_reply(call->number, size, -1, &call->slot->stamps);
    call->slot->state = SERVE_ANSWERED;
}

/* The life of a child: one request. */
_Noreturn static void child(struct serve_slot *slot, size_t number)
{
    static char message[SERVE_MESSAGE_LIMIT];
    static const char *files[ARRAY_SIZE(((hype_env *)0)->files)];
    int fds[SERVE_MOST_FDS];
    size_t n_fds;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGTERM, SIG_DFL);
    slot->pid = getpid(); /* before it has a call: perhaps the parent has not come to it yet, and it is to be killed */
    ssize_t n = receive(message, fds, &n_fds);
    struct serve_request request;
    if (n < (ssize_t)sizeof request)
        _exit(SERVE_STOPPED);
    memcpy(&request, message, sizeof request);
    slot->stamps.at[TRACE_AT_FETCH] = trace_clock();
    slot->call = request.call;
    slot->state = SERVE_CALLED;
    const char *next = message + sizeof request, *end = message + n;
    const char *name = next_string(&next, end), *id = next_string(&next, end);
    if (!name || !id || setenv("HYPE_EXECUTION_ID", id, 1) < 0 || !take_variables(&request, &next, end) ||
        request.n_files > ARRAY_SIZE(files))
        _exit(1);
    for (uint32_t i = 0; i < request.n_files; i++)
        if (!(files[i] = next_string(&next, end)))
            _exit(1);
    snprintf(slot->name, sizeof slot->name, "%s", name);
    dup2(fds[2], STDOUT_FILENO);
    dup2(fds[3], STDERR_FILENO);
    close(fds[2]);
    close(fds[3]);
    static char working[4096];
    snprintf(working, sizeof working, "%s/%zu", folder, number);
    struct call call = {.name = name,
                        .signature = request.signature,
                        .image_fd = fds[0],
                        .image_size = request.image_size,
                        .segment_fds = fds + SERVE_REQUEST_FDS,
                        .n_segments = n_fds - SERVE_REQUEST_FDS,
                        .returned_fd = fds[1],
                        .folder = working,
                        .files = files,
                        .n_files = request.n_files,
                        .slot = slot,
                        .answer = answer,
                        .number = request.call};
    slot->stamps.at[TRACE_AT_LOAD] = trace_clock();
    call_run(&call);
}

static pid_t fork_child(size_t number)
{
    struct serve_slot *slot = &slots[number];
    slot->state = SERVE_IDLE;
    slot->call = 0;
    slot->n_frames = slot->cause_size = 0;
    slot->error_number = 0;
    slot->stamps = (struct trace_stamps){{0}};
    pid_t pid = fork();
    if (pid == 0)
        child(slot, number);
    slot->pid = pid;
    return pid;
}

static void bury(size_t number, int wait_status)
{
    struct serve_slot *slot = &slots[number];
    slot->pid = 0;
    if (slot->state == SERVE_IDLE)
        return;
    if (slot->state == SERVE_ANSWERED)
        return;
    cleanup_free char *used = text_format("%s/%zu", folder, number);
    if (used)
        workdir_remove(used);
    hype_error *error = outcome_error(wait_status, slot, oom_kills_before);
    oom_kills_before = outcome_oom_kills();
    reply_with_error(slot->call, error, &slot->stamps);
    error_free(error);
}

static int serve_children(void)
{
    bool stopping = false;
    oom_kills_before = outcome_oom_kills();
    for (size_t i = 0; i < n_slots; i++)
        if (fork_child(i) < 0)
            stopping = true;
    for (;;) {
        int wait_status;
        pid_t pid = told_to_stop ? -1 : wait(&wait_status);
        if (told_to_stop || (pid < 0 && errno == ECHILD))
            break; /* a child forked just as the signal came is killed below */
        for (size_t i = 0; pid > 0 && i < n_slots; i++) {
            if (slots[i].pid != pid)
                continue;
            bool idle = slots[i].state == SERVE_IDLE;
            bury(i, wait_status);
            stopping = stopping || (idle && WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == SERVE_STOPPED);
            if (!stopping && fork_child(i) < 0)
                stopping = true;
        }
    }
    kill_children();
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    return 0;
}

/* Files are given as PATH or PATH#sha256=HEX. */
static int load_named(int n_files, char **files, hype_error **error)
{
    cleanup_free struct object_file *objects = calloc((size_t)n_files + 1, sizeof *objects);
    if (!objects)
        return error_memory(error);
    for (int i = 0; i < n_files; i++) {
        char *digest = strstr(files[i], "#sha256=");
        objects[i].path = files[i];
        if (digest) {
            *digest = 0;
            objects[i].sha256 = digest + strlen("#sha256=");
        }
    }
    return load_objects(objects, (size_t)n_files, error);
}

static int map_slots(hype_error **error)
{
    struct stat status;
    if (fstat(SERVE_SLOTS_FD, &status) < 0)
        return error_system(error, errno, "hype-run --serve is started by the process submitter only");
    n_slots = (size_t)status.st_size / sizeof *slots;
    slots = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, SERVE_SLOTS_FD, 0);
    if (slots == MAP_FAILED)
        return error_system(error, errno, "cannot map the slots of the process submitter");
    return 0;
}

int serve(int n_files, char **files)
{
    cleanup_error hype_error *error = NULL;
    struct sigaction on_term = {.sa_handler = stop}; /* no SA_RESTART: it ends wait() */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigaction(SIGTERM, &on_term, NULL);
    fcntl(SERVE_SOCKET_FD, F_SETFD, FD_CLOEXEC);
    fcntl(SERVE_SLOTS_FD, F_SETFD, FD_CLOEXEC);
    int status = map_slots(&error);
    if (status == 0)
        status = workdir_make(&folder, &error);
    if (status == 0)
        status = load_named(n_files, files, &error);
    if (status == 0 && crash_prepare() < 0)
        status = error_memory(&error);
    if (status < 0)
        reply_with_error(0, error, &(struct trace_stamps){{0}});
    else
        serve_children();
    if (folder)
        workdir_remove(folder);
    return status < 0;
}
