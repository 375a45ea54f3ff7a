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
#include <time.h>

static struct serve_slot *slots;
static size_t n_slots;
static char *folder, **folders; /* one for each slot, in the first */
static unsigned long oom_kills_before;
static volatile sig_atomic_t told_to_stop;

/* With what they have left running. */
static void kill_children(void)
{
    for (size_t i = 0; i < n_slots; i++)
        if (slots[i].pid > 0) {
            kill(-slots[i].pid, SIGKILL);
            kill(slots[i].pid, SIGKILL); /* it may have no group of its own yet */
        }
}

static void stop(int number)
{
    (void)number;
    told_to_stop = 1;
    kill_children(); /* which ends the wait() for them */
}

/* ---- Messages ---- */

static int64_t ready; /* when this child began to wait */

/* IMAGE goes behind the reply, or in the descriptor FD where there is one; NULL: neither. */
static bool send_reply(int socket, struct serve_reply *reply, const void *image, int fd)
{
    struct iovec parts[] = {{reply, sizeof *reply}, {(void *)(uintptr_t)image, image ? reply->size : 0}};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = ARRAY_SIZE(parts)};
    if (fd >= 0) {
        memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
    }
    ssize_t sent;
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent >= 0;
}

static bool reply_with_image(int socket, uint64_t call, struct trace_stamps *stamps, const struct buffer *image)
{
    stamps->at[TRACE_AT_END] = trace_clock();
    struct serve_reply reply = {call, image->size, SERVE_BEHIND, ready, *stamps};
    if (image->size <= SERVE_INLINE)
        return send_reply(socket, &reply, image->data, -1);
    cleanup_close int made = image->fd >= 0 ? -1 : memfd_create("hype-return", MFD_CLOEXEC);
    if (image->fd < 0 && (made < 0 || write_all(made, image->data, image->size) < 0))
        return false;
    reply.where = SERVE_IN_OWN_FILE;
    return send_reply(socket, &reply, NULL, image->fd >= 0 ? image->fd : made);
}

static void reply_with_error(int socket, uint64_t call, struct trace_stamps *stamps, const hype_error *error)
{
    struct buffer image = BUFFER_EMPTY;
    struct serve_reply none = {call, 0, SERVE_NO_MEMORY, ready, *stamps};
    if (!error || image_encode_error(error, ERROR_CAUSES, &image, NULL) < 0 ||
        !reply_with_image(socket, call, stamps, &image))
        send_reply(socket, &none, NULL, -1);
    buffer_free(&image);
}

/* A request as it has come. The image is aligned to a page. */
static char message[IMAGE_PAGE + SERVE_MESSAGE_LIMIT] __attribute__((aligned(IMAGE_PAGE)));
static struct serve_request *const request = (void *)(message + IMAGE_PAGE - sizeof(struct serve_request));

/* Of the request. */
static int segments[IMAGE_SEGMENTS], arguments_file = -1, answer_file = -1;

static bool take_descriptors(const struct cmsghdr *header)
{
    int fds[SERVE_MOST_FDS];
    size_t n = 0, expected = (size_t)request->arguments_file + request->answer_file + request->n_segments;
    if (request->arguments_file > 1 || request->answer_file > 1 || request->n_segments > IMAGE_SEGMENTS ||
        (header ? header->cmsg_len : CMSG_LEN(0)) != CMSG_LEN(expected * sizeof(int)))
        return false;
    if (expected > 0)
        memcpy(fds, CMSG_DATA(header), expected * sizeof(int));
    if (request->arguments_file)
        arguments_file = fds[n++];
    if (request->answer_file)
        answer_file = fds[n++];
    memcpy(segments, fds + n, request->n_segments * sizeof(int));
    return true;
}

/* Takes the request: the end of its text, or NULL when there is none. */
static const char *receive(int socket)
{
    struct iovec part = {request, sizeof *request + SERVE_MESSAGE_LIMIT};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(SERVE_MOST_FDS * sizeof(int))];
    } control;
    struct msghdr received = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n;
    do
        n = recvmsg(socket, &received, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < (ssize_t)sizeof *request)
        return NULL;
    if (!take_descriptors(CMSG_FIRSTHDR(&received)) ||
        (!request->arguments_file && request->image_size > (size_t)n - sizeof *request))
        return NULL;
    return (char *)request + n;
}

/* The call whose request waits in a socket; 0: none does. The kernel wakes whoever waits for one with FLAGS 0. */
static uint64_t waiting_call(int socket, int flags)
{
    uint64_t call = 0;
    ssize_t n;
    do
        n = recv(socket, &call, sizeof call, MSG_PEEK | flags);
    while (n < 0 && errno == EINTR);
    return n == sizeof call ? call : 0;
}

/* The next string of a message, or NULL when it is cut short. */
static const char *next_string(const char **next, const char *end)
{
    const char *start = *next, *nul = start < end ? memchr(start, 0, (size_t)(end - start)) : NULL;
    if (nul)
        *next = nul + 1;
    return nul ? start : NULL;
}

static bool take_variables(const char **next, const char *end)
{
    for (uint32_t i = 0; i < request->n_variables; i++) {
        const char *variable = next_string(next, end);
        if (!variable || putenv((char *)(uintptr_t)variable) != 0)
            return false;
    }
    return true;
}

/* ---- A child ---- */

static size_t own_number;
static pid_t server_pid;

static int fd_of(size_t number, int which)
{
    return SERVE_FIRST_FD + (int)number * SERVE_FDS + which;
}

/* The folder's modification time, where a change from now on gives it another: clocks of files are coarse. */
static struct timespec folder_modified;

static void watch_folder(void)
{
    struct stat status;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (stat(".", &status) == 0 && (status.st_mtim.tv_sec < now.tv_sec ||
                                    (status.st_mtim.tv_sec == now.tv_sec && status.st_mtim.tv_nsec < now.tv_nsec)))
        folder_modified = status.st_mtim;
}

/* The next call may have the folder when there is nothing in it. */
static bool folder_is_empty(void)
{
    struct stat status;
    if (stat(folders[own_number], &status) == 0 && status.st_mtim.tv_sec == folder_modified.tv_sec &&
        status.st_mtim.tv_nsec == folder_modified.tv_nsec)
        return true;
    return workdir_is_empty(folders[own_number]);
}

static bool answer(const struct call *call, const struct buffer *image)
{
    struct serve_slot *slot = call->slot;
    if (!folder_is_empty() && chdir("/") == 0) /* what it has left there is gone when the call is over, not later */
        folder_remove(folders[own_number]);
    bool sent;
    if (call_image_in_file(call, image)) {
        slot->stamps.at[TRACE_AT_END] = trace_clock();
        struct serve_reply reply = {call->number, image->size, SERVE_IN_ANSWER_FILE, ready, slot->stamps};
        sent = send_reply(fd_of(own_number, 0), &reply, NULL, -1);
    } else {
        sent = reply_with_image(fd_of(own_number, 0), call->number, &slot->stamps, image);
    }
    if (sent)
        slot->state = SERVE_ANSWERED;
    return sent;
}

/* The life of a child: one request. What can be done before it comes is done before. */
_Noreturn static void child(struct serve_slot *slot, size_t number)
{
    static const char *files[ARRAY_SIZE(((hype_env *)0)->files)];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != server_pid) /* it has ended before that */
        _exit(SERVE_STOPPED);
    signal(SIGTERM, SIG_DFL);
    setpgid(0, 0);
    crash_watch(slot);
    own_number = number;
    bool entered = call_enter_folder(folders[number]) == 0;
    watch_folder();
    dup2(fd_of(number, 1), STDOUT_FILENO);
    dup2(fd_of(number, 2), STDERR_FILENO);
    ready = trace_clock();
    /* Marked before it is taken: should this process be killed in between, the request is still there to tell. */
    slot->call = waiting_call(fd_of(number, 0), 0);
    slot->state = slot->call > 0 ? SERVE_CALLED : SERVE_IDLE;
    const char *end = slot->call > 0 ? receive(fd_of(number, 0)) : NULL;
    if (!end)
        _exit(SERVE_STOPPED);
    slot->stamps.at[TRACE_AT_FETCH] = trace_clock();
    const char *next = (char *)(request + 1) + (request->arguments_file ? 0 : request->image_size);
    const char *name = next_string(&next, end);
    if (slot->cancelled == request->call || !name || !take_variables(&next, end) ||
        request->n_files > ARRAY_SIZE(files))
        _exit(1);
    for (uint32_t i = 0; i < request->n_files; i++)
        if (!(files[i] = next_string(&next, end)))
            _exit(1);
    strncpy(slot->name, name, sizeof slot->name - 1); /* printf would cost a dozen page faults */
    struct call call = {.name = name,
                        .signature = request->signature,
                        .image = request->arguments_file ? NULL : request + 1,
                        .image_fd = arguments_file,
                        .image_size = request->image_size,
                        .memory_limit = request->memory_limit,
                        .segment_fds = segments,
                        .n_segments = request->n_segments,
                        .returned_fd = answer_file,
                        .folder = entered ? NULL : folders[number],
                        .files = files,
                        .n_files = request->n_files,
                        .slot = slot,
                        .answer = answer,
                        .number = request->call};
    slot->stamps.at[TRACE_AT_LOAD] = trace_clock();
    call_run(&call);
}

/* ---- The parent ---- */

static int fork_child(size_t number, hype_error **error)
{
    struct serve_slot *slot = &slots[number];
    slot->state = SERVE_IDLE;
    slot->call = 0;
    slot->n_frames = slot->cause_size = 0;
    slot->error_number = 0;
    slot->name[0] = 0;
    slot->stamps = (struct trace_stamps){{0}};
    pid_t pid = fork();
    if (pid == 0)
        child(slot, number);
    slot->pid = pid;
    return pid < 0 ? error_system(error, errno, "cannot start a process for calls") : 0;
}

static void bury(size_t number, int wait_status)
{
    struct serve_slot *slot = &slots[number];
    slot->pid = 0;
    if (slot->state == SERVE_IDLE && WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == SERVE_STOPPED)
        told_to_stop = 1;
    if (slot->state == SERVE_IDLE || slot->state == SERVE_ANSWERED ||
        waiting_call(fd_of(number, 0), MSG_DONTWAIT) == slot->call)
        return;
    folder_remove(folders[number]);
    hype_error *error = outcome_error(wait_status, slot, oom_kills_before);
    oom_kills_before = outcome_oom_kills();
    reply_with_error(fd_of(number, 0), slot->call, &slot->stamps, error);
    error_free(error);
}

/* Whatever the first child would have to make first is made before, once for all. */
static int prepare(hype_error **error)
{
    folders = calloc(n_slots + 1, sizeof *folders);
    for (size_t i = 0; folders && i < n_slots; i++)
        if (!(folders[i] = text_format("%s/%zu", folder, i)))
            return error_memory(error);
    trace_clock();
    return !folders || setenv("HYPE_EXECUTION_ID", "", 1) < 0 || crash_prepare() < 0 ? error_memory(error) : 0;
}

/* Until SIGTERM comes or the sockets are closed: the program has closed its submitter, or has ended. */
static int serve_children(hype_error **error)
{
    int status = 0;
    oom_kills_before = outcome_oom_kills();
    for (size_t i = 0; i < n_slots && status == 0; i++)
        status = fork_child(i, error);
    while (!told_to_stop && status == 0) { /* a child forked just as the signal comes is killed below */
        int wait_status;
        pid_t pid = outcome_wait(0, &wait_status);
        for (size_t i = 0; pid > 0 && i < n_slots; i++) {
            if (slots[i].pid != pid)
                continue;
            bury(i, wait_status);
            if (!told_to_stop)
                status = fork_child(i, error);
            break;
        }
    }
    kill_children();
    while (wait(NULL) > 0 || errno == EINTR)
        ;
    return status;
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
    server_pid = getpid();
    sigaction(SIGTERM, &on_term, NULL);
    int status = map_slots(&error);
    for (int fd = SERVE_CONTROL_FD; fd < fd_of(n_slots, 0); fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (status == 0)
        status = workdir_make(&folder, &error);
    if (status == 0)
        status = load_named(n_files, files, &error);
    if (status == 0)
        status = prepare(&error);
    if (status == 0)
        status = serve_children(&error);
    if (status < 0)
        reply_with_error(SERVE_CONTROL_FD, 0, &(struct trace_stamps){{0}}, error);
    if (folder)
        folder_remove(folder);
    return status < 0;
}
