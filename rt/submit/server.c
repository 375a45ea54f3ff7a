/* server.c: starting servers, their slots, and the life of a call in a slot. */
#include "server.h"

#include "../image.h"
#include "../log.h"
#include "../serve.h"
#include "../stage.h"
#include "../subprocess.h"
#include "pipes.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { MOST_EXTRA_SLOTS = 4 };

/* A call that waits for its answer. */
struct pending {
    struct job *job;
    uint64_t memory_limit; /* bytes; 0: none */
    struct task_event answered;
    uint64_t size; /* of the image in the call's answer file; 0: job->returned is set */
    int64_t ready; /* when the process that ran it began to wait for it */
    struct trace_stamps stamps;
    int status;
    hype_error *error;
};

struct slot {
    struct task_watch watch; /* of the socket */
    struct pipe_reader outputs[PIPES];
    struct server *server;
    unsigned number;
    uint64_t call;           /* 0: it is free */
    struct pending *pending; /* NULL: no call is in it, or one that nobody waits for any more */
    struct slot *next;       /* free one */
};

struct server {
    struct servers *servers;
    unsigned users;               /* its task, and those who call; with the last of them it goes */
    char sha256[SHA256_HEX_SIZE]; /* of the remote object */
    struct spawned process;
    int control;
    struct serve_slot *shared; /* n_slots */
    struct slot *slots;
    unsigned n_slots;
    struct slot *first_free, **last_free; /* that which has been free for longest first: its child is ready */
    struct task_event room;
    uint64_t last_call;
    hype_error *broken; /* why it cannot be used any more */
    bool ended;
    struct task_event ready, gone;
    struct server *next;
};

static void slot_give(struct slot *slot)
{
    struct server *server = slot->server;
    slot->call = 0;
    slot->next = NULL;
    *server->last_free = slot;
    server->last_free = &slot->next;
    task_event_set(&server->room);
}

/* ---- Answers ---- */

/* IMAGE is what came behind the reply, N bytes, FD the descriptor with it. */
static int take_image(struct pending *pending, const struct serve_reply *reply, const void *image, size_t n, int fd)
{
    struct buffer *returned = &pending->job->returned;
    switch (reply->where) {
    case SERVE_NO_MEMORY:
        return error_set(&pending->error, HYPE_OUT_OF_MEMORY, "%s(): no memory there to tell what became of it",
                         pending->job->entry->name);
    case SERVE_IN_ANSWER_FILE:
        pending->size = reply->size;
        return 0;
    case SERVE_IN_OWN_FILE:
        return buffer_map(returned, fd, reply->size, &pending->error);
    default:
        return reply->size == n ? buffer_copy(returned, image, n, &pending->error)
                                : error_set(&pending->error, HYPE_FORMAT, "an answer of hype-run is cut short");
    }
}

/* The slot is free again. All that the call has written is in the pipes. */
static void slot_answered(struct slot *slot)
{
    for (int i = 0; i < PIPES; i++) {
        pipe_reader_drain(&slot->outputs[i]);
        slot->outputs[i].output = NULL;
    }
    if (slot->pending)
        task_event_set(&slot->pending->answered);
    slot->pending = NULL;
    slot_give(slot);
}

/* A reply from SOCKET, what comes behind it, and a descriptor (-1: none). The bytes behind; -1: there is no reply. */
static ssize_t receive(int socket, struct serve_reply *reply, void *image, size_t size, int *fd)
{
    struct iovec parts[] = {{reply, sizeof *reply}, {image, size}};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = {
        .msg_iov = parts, .msg_iovlen = 2, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    const struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(fd, CMSG_DATA(header), sizeof *fd);
    return n - (ssize_t)sizeof *reply >= 0 ? n - (ssize_t)sizeof *reply : -1;
}

static void slot_ready(struct task_watch *watch, uint32_t events)
{
    static char image[SERVE_INLINE];
    struct slot *slot = (struct slot *)watch;
    struct serve_reply reply;
    cleanup_close int fd = -1;
    ssize_t n = receive(watch->fd, &reply, image, sizeof image, &fd);
    if (n < 0 && events & (EPOLLHUP | EPOLLERR))
        task_watch_remove(watch); /* the server has ended: its task sees to it */
    if (n < 0 || slot->call == 0 ||
        reply.call != slot->call) /* a second answer, by who saw the first one's process die */
        return;
    if (slot->pending) {
        slot->pending->ready = reply.ready;
        slot->pending->stamps = reply.stamps;
        slot->pending->status = take_image(slot->pending, &reply, image, (size_t)n, fd);
    }
    slot_answered(slot);
}

/* ---- Starting and ending ---- */

/* Why the server could not begin, where it has told. */
static void take_refusal(struct server *server)
{
    static char image[SERVE_INLINE] __attribute__((aligned(64)));
    struct serve_reply reply;
    cleanup_close int fd = -1;
    ssize_t n = receive(server->control, &reply, image, sizeof image, &fd);
    if (n > 0 && reply.where == SERVE_BEHIND)
        image_decode_error(image, (size_t)n, &server->broken);
    else if (n == 0 && reply.where == SERVE_NO_MEMORY)
        error_set(&server->broken, HYPE_OUT_OF_MEMORY, "no memory there for hype-run");
}

static void fail_slots(struct server *server)
{
    for (unsigned i = 0; i < server->n_slots; i++) {
        struct slot *slot = &server->slots[i];
        if (!slot->pending)
            continue;
        slot_ready(&slot->watch, 0); /* it may have answered at the last moment */
        if (slot->pending) {
            const hype_error *broken = server->broken;
            slot->pending->status =
                error_set(&slot->pending->error, (hype_status)-broken->status, "%s", broken->message);
            slot_answered(slot);
        }
    }
}

static void slot_close(struct slot *slot)
{
    for (int i = 0; i < PIPES; i++)
        pipe_reader_close(&slot->outputs[i]);
    if (slot->watch.fd < 0)
        return;
    task_watch_remove(&slot->watch);
    close(slot->watch.fd);
}

static void server_free(struct server *server)
{
    for (unsigned i = 0; i < server->n_slots; i++)
        slot_close(&server->slots[i]);
    if (server->shared)
        munmap(server->shared, server->n_slots * sizeof *server->shared);
    if (server->control >= 0)
        close(server->control);
    error_free(server->broken);
    free(server->slots);
    free(server);
}

static void server_leave(struct server *server)
{
    struct server **where = &server->servers->first;
    if (--server->users > 0)
        return;
    while (*where != server)
        where = &(*where)->next;
    *where = server->next;
    server_free(server);
}

/* A task of its own for each server: waits for its end. */
static void server_main(void *context)
{
    struct server *server = context;
    int wait_status = 0;
    spawn_wait(&server->process, &wait_status, NULL);
    take_refusal(server);
    if (!server->broken)
        error_set(&server->broken, HYPE_LOST, "hype-run ended unexpectedly with %s %d",
                  WIFSIGNALED(wait_status) ? "signal" : "exit status",
                  WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status));
    server->ended = true;
    fail_slots(server);
    task_event_set(&server->room);
    task_event_set(&server->gone);
    server_leave(server);
}

/* More than calls run at a time, see rt/serve.h; but their descriptors, three times as many while the server is
 * being started, leave this process a quarter of what it may have. */
static unsigned count_slots(unsigned workers)
{
    struct rlimit limit;
    unsigned wanted = workers + (workers < MOST_EXTRA_SLOTS ? workers : MOST_EXTRA_SLOTS);
    rlim_t most = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur / 4 * 3 / (3 * SERVE_FDS) : wanted;
    return most < wanted ? (unsigned)most + (most == 0) : wanted;
}

static struct server *server_new(struct servers *servers, const char *sha256)
{
    struct server *server = calloc(1, sizeof *server);
    unsigned n_slots = count_slots(servers->workers);
    if (!server || !(server->slots = calloc(n_slots, sizeof *server->slots))) {
        free(server);
        return NULL;
    }
    server->servers = servers;
    server->next = servers->first;
    servers->first = server;
    memcpy(server->sha256, sha256, SHA256_HEX_SIZE);
    server->control = server->process.pidfd = -1;
    server->n_slots = n_slots;
    server->last_free = &server->first_free;
    for (unsigned i = 0; i < n_slots; i++) {
        struct slot *slot = &server->slots[i];
        *slot = (struct slot){{slot_ready, -1}, {PIPE_READER_CLOSED, PIPE_READER_CLOSED}, server, i, 0, NULL, NULL};
        slot_give(slot);
    }
    return server;
}

static int make_pair(int *ours, int *theirs, hype_error **error)
{
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
        return error_system(error, errno, "cannot make a socket to hype-run");
    *ours = sockets[0];
    *theirs = sockets[1];
    return 0;
}

/* FDS: hype-run's ends, SERVE_FDS a slot. */
static int open_slots(struct server *server, int *fds, hype_error **error)
{
    int status = 0;
    for (unsigned i = 0; i < server->n_slots && status == 0; i++, fds += SERVE_FDS) {
        struct slot *slot = &server->slots[i];
        status = make_pair(&slot->watch.fd, &fds[0], error);
        if (status == 0)
            task_watch_set(&slot->watch, EPOLLIN);
        for (int j = 0; j < PIPES && status == 0; j++)
            status = pipe_reader_open(&slot->outputs[j], (enum output_stream)j, &fds[1 + j], error);
    }
    return status;
}

static int share_slots(struct server *server, int *fd, hype_error **error)
{
    size_t size = server->n_slots * sizeof *server->shared;
    *fd = memfd_create("hype-slots", MFD_CLOEXEC);
    void *mapped = *fd >= 0 && ftruncate(*fd, (off_t)size) == 0
                       ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0)
                       : MAP_FAILED;
    if (mapped == MAP_FAILED)
        return error_system(error, errno, "cannot make shared memory for hype-run");
    server->shared = mapped;
    return 0;
}

static int spawn_server(struct server *server, const char *const *arguments, hype_error **error)
{
    size_t n_fds = SERVE_FIRST_FD + (size_t)server->n_slots * SERVE_FDS;
    cleanup_free int *fds = calloc(n_fds, sizeof *fds);
    char **environment = spawn_environment(0);
    if (!fds || !environment) {
        spawn_environment_free(environment);
        return error_memory(error);
    }
    for (size_t i = 0; i < n_fds; i++)
        fds[i] = -1;
    fds[STDOUT_FILENO] = STDOUT_FILENO;
    fds[STDERR_FILENO] = STDERR_FILENO;
    int status = make_pair(&server->control, &fds[SERVE_CONTROL_FD], error);
    if (status == 0)
        status = share_slots(server, &fds[SERVE_SLOTS_FD], error);
    if (status == 0)
        status = open_slots(server, fds + SERVE_FIRST_FD, error);
    if (status == 0)
        status = spawn_process(arguments, (const char *const *)environment, fds, (int)n_fds, &server->process, error);
    for (size_t i = SERVE_CONTROL_FD; i < n_fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    spawn_environment_free(environment);
    return status;
}

/* "PATH#sha256=HEX" for each file, behind "hype-run --serve". */
static int server_arguments(const struct servers *servers, const struct staged_code *code, const char *hype_run,
                            char **arguments, hype_error **error)
{
    const char *folder = servers->staging->uri + strlen("file://");
    size_t n = 0;
    bool whole = (arguments[n++] = strdup(hype_run)) && (arguments[n++] = strdup("--serve"));
    for (size_t i = 0; whole && i < code->n_files; i++)
        whole = (arguments[n++] = text_format("%s/%s#sha256=%s", folder, code->files[i].name, code->files[i].sha256));
    return whole ? 0 : error_memory(error);
}

static int start_staged(const struct servers *servers, const struct staged_code *code, struct server *server,
                        hype_error **error)
{
    cleanup_free char *hype_run = spawn_find_hype_run();
    cleanup_free char **arguments = calloc(code->n_files + 3, sizeof *arguments);
    if (!hype_run || !arguments)
        return error_memory(error);
    int status = server_arguments(servers, code, hype_run, arguments, error);
    if (status == 0)
        status = spawn_server(server, (const char *const *)arguments, error);
    for (size_t i = 0; arguments[i]; i++)
        free(arguments[i]);
    if (status < 0)
        return status;
    status = task_start(server_main, server, NULL, error);
    if (status == 0) {
        server->users++;
    } else {
        int wait_status;
        kill(server->process.pid, SIGTERM);
        task_shield_begin();
        spawn_wait(&server->process, &wait_status, NULL);
        task_shield_end();
    }
    return status;
}

/* Puts the code where hype-run finds it, and starts it, at *SPAWNED for a trace. */
static int start(const struct servers *servers, struct server *server, struct job *job, int64_t *spawned,
                 hype_error **error)
{
    struct staged_code code;
    int64_t began = trace_start(&job->trace);
    int status = stage_code_open(job, false, &code, error);
    trace_phase(&job->trace, TRACE_HASH, began);
    if (status < 0)
        return status;
    began = trace_start(&job->trace);
    status = stage_files(servers->staging, code.files, code.n_files, &job->trace, error);
    trace_phase(&job->trace, TRACE_UPLOAD, began);
    *spawned = trace_start(&job->trace);
    if (status == 0)
        status = start_staged(servers, &code, server, error);
    stage_code_free(&code);
    return status;
}

/* The server of the job's remote object, which the caller is to leave. A new one is made known before it runs, so that
 * others wait for it: its start is not cut short when the call that it is for is cancelled. */
static int get_server(struct servers *servers, struct job *job, struct server **found, int64_t *spawned,
                      hype_error **error)
{
    struct server *server = servers->first;
    struct staged_code none;
    if (!job->unit->remote)
        return stage_code_open(job, false, &none, error); /* which says why */
    while (server && (server->ended || strcmp(server->sha256, job->unit->remote->sha256) != 0))
        server = server->next;
    if (!server) {
        if (!(server = server_new(servers, job->unit->remote->sha256)))
            return error_memory(error);
        server->users++;
        task_shield_begin();
        server->ended = start(servers, server, job, spawned, &server->broken) < 0;
        task_shield_end();
        task_event_set(&server->ready);
    } else {
        server->users++;
    }
    *found = server;
    int status = task_event_wait(&server->ready, NO_DEADLINE);
    return status < 0 ? error_set(error, (hype_status)-status, "cancelled") : 0;
}

void servers_close(struct servers *servers)
{
    for (struct server *server; (server = servers->first);) {
        server->users++;
        kill(server->process.pid, SIGTERM); /* it ends its calls and removes its folder */
        task_event_wait(&server->gone, NO_DEADLINE);
        server_leave(server);
    }
}

/* ---- Calls ---- */

static int add_string(struct buffer *text, const char *string, hype_error **error)
{
    size_t size = strlen(string) + 1;
    int status = buffer_reserve(text, size, error);
    if (status == 0) {
        memcpy(text->data + text->size, string, size);
        text->size += size;
    }
    return status;
}

/* The strings of a request. */
static int write_text(const struct job *job, struct serve_request *request, struct buffer *text, hype_error **error)
{
    const hype_pair *variables = job->env.variables;
    char id[sizeof "HYPE_EXECUTION_ID=" + JOB_ID_SIZE] = "HYPE_EXECUTION_ID=";
    int status = add_string(text, job->entry->name, error);
    if (status == 0)
        status = add_string(text, strcat(id, job->id), error);
    request->n_variables = 1;
    for (size_t i = 0; status == 0 && i < ARRAY_SIZE(job->env.variables) && variables[i].name; i++) {
        cleanup_free char *pair = text_format("%s=%s", variables[i].name, variables[i].value ? variables[i].value : "");
        status = pair ? add_string(text, pair, error) : error_memory(error);
        request->n_variables++;
    }
    for (size_t i = 0; status == 0 && i < ARRAY_SIZE(job->env.files) && job->env.files[i]; i++) {
        cleanup_free char *path = realpath(job->env.files[i], NULL);
        status = path ? add_string(text, path, error)
                      : error_system(error, errno, "%s(): cannot find the data file %s", job->entry->name,
                                     job->env.files[i]);
        request->n_files++;
    }
    if (status == 0 && text->size > SERVE_MESSAGE_LIMIT - SERVE_INLINE)
        return error_set(error, HYPE_INVALID, "%s(): the environment's variables and files take more than %d bytes",
                         job->entry->name, SERVE_MESSAGE_LIMIT - SERVE_INLINE);
    return status;
}

static int send_request(struct slot *slot, const struct iovec parts[3], const int *fds, size_t n_fds,
                        hype_error **error)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(SERVE_MOST_FDS * sizeof(int))];
    } control = {
        .header = {.cmsg_len = CMSG_LEN(n_fds * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = 3};
    if (n_fds > 0) {
        memcpy(CMSG_DATA(&control.header), fds, n_fds * sizeof(int));
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
    }
    while (sendmsg(slot->watch.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        if (errno == EPIPE) /* the server has ended: its own task knows why, and says so to all who wait */
            return 0;
        else if (errno != EINTR)
            return error_system(error, errno, "cannot send a call to hype-run");
    return 0;
}

/* ANSWER: where the return image shall go; -1: behind the reply. */
static int send_call(struct slot *slot, const struct job *job, uint64_t memory_limit, int answer, hype_error **error)
{
    int fds[SERVE_MOST_FDS];
    size_t n_fds = 0;
    struct buffer text = BUFFER_EMPTY;
    cleanup_close int copied = -1;
    struct serve_request request = {.call = slot->call,
                                    .signature = job->entry->signature,
                                    .image_size = job->arguments_size,
                                    .memory_limit = memory_limit,
                                    .n_segments = (uint32_t)job->n_segments,
                                    .arguments_file = job->arguments_fd >= 0 || job->arguments_size > SERVE_INLINE,
                                    .answer_file = answer >= 0};
    if (request.arguments_file && job->arguments_fd < 0) {
        copied = memfd_create("hype-arguments", MFD_CLOEXEC);
        if (copied < 0 || write_all(copied, job->arguments, job->arguments_size) < 0)
            return error_system(error, errno, "cannot hand over the arguments of %s()", job->entry->name);
    }
    if (request.arguments_file)
        fds[n_fds++] = copied >= 0 ? copied : job->arguments_fd;
    if (request.answer_file)
        fds[n_fds++] = answer;
    for (size_t i = 0; i < job->n_segments; i++)
        fds[n_fds++] = job->segments[i]->fd;
    int status = write_text(job, &request, &text, error);
    struct iovec parts[] = {{&request, sizeof request},
                            {(void *)(uintptr_t)job->arguments, request.arguments_file ? 0 : job->arguments_size},
                            {text.data, text.size}};
    if (status == 0)
        status = send_request(slot, parts, fds, n_fds, error);
    buffer_free(&text);
    return status;
}

static int take_slot(struct server *server, struct slot **slot, hype_error **error)
{
    while (!server->first_free && !server->ended) {
        server->room.set = false;
        int status = task_event_wait(&server->room, NO_DEADLINE);
        if (status < 0)
            return error_set(error, (hype_status)-status, "cancelled");
    }
    if (server->ended)
        return error_set(error, (hype_status)-server->broken->status, "%s", server->broken->message);
    *slot = server->first_free;
    server->first_free = (*slot)->next;
    if (!server->first_free)
        server->last_free = &server->first_free;
    (*slot)->call = ++server->last_call;
    return 0;
}

/* Nobody waits for the call any more: if it is running, its process ends; if not, it is not run. */
static void abandon(struct slot *slot)
{
    struct serve_slot *shared = &slot->server->shared[slot->number];
    for (int i = 0; i < PIPES; i++)
        slot->outputs[i].output = NULL;
    slot->pending = NULL;
    __atomic_store_n(&shared->cancelled, slot->call, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&shared->call, __ATOMIC_SEQ_CST) == slot->call && shared->pid > 0 &&
        shared->state != SERVE_ANSWERED)
        kill(shared->pid, SIGKILL);
}

static int call_in_slot(struct slot *slot, struct job *job, int answer, struct pending *pending, hype_error **error)
{
    for (int i = 0; i < PIPES; i++)
        slot->outputs[i].output = &job->output;
    slot->pending = pending;
    int status = send_call(slot, job, pending->memory_limit, answer, error);
    if (status < 0) {
        slot->pending = NULL;
        slot_answered(slot);
        return status;
    }
    if (task_event_wait(&pending->answered, NO_DEADLINE) < 0) {
        if (slot->pending ==
            pending) /* else the answer has come at the same time, and the slot may be another call's */
            abandon(slot);
        return error_set(error, HYPE_CANCELLED, "%s() was cancelled", job->entry->name);
    }
    if (pending->status < 0 && error)
        *error = steal_pointer(pending->error);
    return pending->status;
}

/* A kept file for a return image that may be large: its pages are there already. */
static int open_answer(const struct job *job, struct buffer *answer, hype_error **error)
{
    const struct image_header *header = job->arguments;
    uint64_t likely = header->size + header->reserved_size;
    return likely >= BUFFER_LARGE ? buffer_open_large(answer, likely, error) : 0;
}

/* The return image is in the answer file. */
static int take_answer(struct job *job, struct buffer *answer, size_t size, hype_error **error)
{
    if (size > answer->capacity)
        return buffer_map(&job->returned, answer->fd, size, error);
    answer->size = size;
    job->returned = *answer;
    *answer = (struct buffer)BUFFER_EMPTY;
    return 0;
}

/* What the process that ran the call has seen. SPAWNED: of its server, where that was for this call; else 0. */
static void tell_trace(struct trace_call *trace, const struct pending *pending, int64_t spawned)
{
    int64_t waiting = trace->sent;
    trace_remote(trace, &pending->stamps, trace_start(trace));
    if (!trace->remote_began)
        return;
    if (spawned) {
        trace_span(trace, TRACE_START, spawned, pending->ready);
        waiting = pending->ready > waiting ? pending->ready : waiting;
    }
    trace_span(trace, TRACE_SCHEDULE, waiting, trace->remote_began);
}

static int call(struct server *server, struct job *job, uint64_t memory_limit, int64_t spawned, hype_error **error)
{
    struct slot *slot = NULL;
    struct buffer answer = BUFFER_EMPTY;
    struct pending pending = {.job = job, .memory_limit = memory_limit};
    int status = take_slot(server, &slot, error);
    if (status < 0)
        return status;
    status = open_answer(job, &answer, error);
    if (status < 0) {
        slot_give(slot);
        return status;
    }
    log_info("Submitter", "Submitting %s() to process %s", job->entry->name, job->id);
    status = call_in_slot(slot, job, answer.fd, &pending, error);
    tell_trace(&job->trace, &pending, spawned);
    if (status == 0 && pending.size > 0)
        status = take_answer(job, &answer, pending.size, error);
    if (status == 0)
        log_info("Submitter", "Process %s exited with status Succeeded", job->id);
    error_free(pending.error);
    buffer_discard(&answer); /* a process that was killed may not be quite dead */
    return status;
}

int servers_call(struct servers *servers, struct job *job, uint64_t memory_limit, hype_error **error)
{
    struct server *server = NULL;
    int64_t spawned = 0;
    int status = get_server(servers, job, &server, &spawned, error);
    if (status == 0) {
        trace_place(&job->trace, "process", job->id, NULL);
        trace_sent(&job->trace);
        status = call(server, job, memory_limit, spawned, error);
    }
    if (server)
        server_leave(server);
    return status;
}
