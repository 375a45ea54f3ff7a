/*
 * process.c: calls in other processes of this machine. No daemon, no root.
 *
 * Normally a server (hype-run --serve, see rt/serve.h) is kept for each remote object; arguments and return values are
 * handed over as memory files. With ?staging=STORE each call is staged as for any other submitter, and hype-run is
 * started on its manifest: the same path as in a container, without the container.
 */
#include "../image.h"
#include "../log.h"
#include "../serve.h"

#include "../stage.h"
#include "../subprocess.h"
#include "../task.h"
#include "submitter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- The function's output ---- */

struct pipe_reader {
    struct task_watch watch;
    struct output *output;
    enum output_stream stream;
};

static bool read_some(struct pipe_reader *reader)
{
    char buffer[16 * 1024];
    ssize_t n = read(reader->watch.fd, buffer, sizeof buffer);
    if (n > 0)
        output_write(reader->output, reader->stream, buffer, (size_t)n);
    return n > 0;
}

static void pipe_ready(struct task_watch *watch, uint32_t events)
{
    (void)events;
    if (!read_some((struct pipe_reader *)watch))
        task_watch_remove(watch);
}

struct pipes {
    struct pipe_reader readers[OUTPUT_STREAMS];
    int ends[OUTPUT_STREAMS]; /* for the process */
};
#define PIPES_CLOSED {.readers = {{.watch.fd = -1}, {.watch.fd = -1}}, .ends = {-1, -1}}

static int pipes_open(struct pipes *pipes, struct output *output, hype_error **error)
{
    for (int i = 0; i < OUTPUT_STREAMS; i++) {
        int fds[2];
        if (pipe2(fds, O_CLOEXEC) < 0)
            return error_system(error, errno, "cannot make a pipe for a function's output");
        fcntl(fds[0], F_SETFL, O_NONBLOCK);
        pipes->readers[i] = (struct pipe_reader){{pipe_ready, fds[0]}, output, (enum output_stream)i};
        pipes->ends[i] = fds[1];
        task_watch_set(&pipes->readers[i].watch, EPOLLIN);
    }
    return 0;
}

static void pipes_close_ends(struct pipes *pipes)
{
    for (int i = 0; i < OUTPUT_STREAMS; i++)
        if (pipes->ends[i] >= 0)
            close(steal_fd(&pipes->ends[i]));
}

/* What has been written so far is shown; what the function left running in the background is not waited for. */
static void pipes_close(struct pipes *pipes)
{
    pipes_close_ends(pipes);
    for (int i = 0; i < OUTPUT_STREAMS; i++) {
        struct pipe_reader *reader = &pipes->readers[i];
        if (reader->watch.fd < 0)
            continue;
        task_watch_remove(&reader->watch);
        while (read_some(reader))
            ;
        close(reader->watch.fd);
        reader->watch.fd = -1;
    }
}

/* ---- Servers ---- */

struct pending {
    uint64_t call;
    struct job *job;
    struct task_event answered;
    uint64_t size; /* of the image in the call's own file; 0: job->returned is set */
    struct trace_stamps stamps;
    int status;
    hype_error *error;
    struct pending *next;
};

struct server {
    char *name; /* of the remote object in the staging folder */
    struct spawned process;
    int socket, sender; /* the same socket twice: one descriptor to wait for answers on, one to send on */
    struct serve_slot *slots;
    size_t slots_size; /* bytes */
    struct pending *pending;
    unsigned n_sent; /* requests without an answer */
    struct task_event room;
    uint64_t last_call;
    hype_error *broken; /* why it cannot be used any more */
    bool ended;
    struct task_event ready, gone;
    struct server *next;
};

struct process_submitter {
    hype_submitter submitter;
    struct store *staging;
    bool staged; /* every call through the store */
    unsigned n_slots;
    struct server *servers;
};

/* The image is in the call's own file, or in FD when the answer comes from the server in the child's place. */
static void take_answer(struct server *server, const struct serve_reply *reply, int fd)
{
    for (struct pending **where = &server->pending; *where; where = &(*where)->next) {
        struct pending *p = *where;
        if (p->call != reply->call)
            continue;
        *where = p->next;
        p->stamps = reply->stamps;
        if (fd >= 0)
            p->status = buffer_map(&p->job->returned, fd, reply->size, &p->error);
        else
            p->size = reply->size;
        task_event_set(&p->answered);
        return;
    }
}

/* CALL 0: the server itself could not begin. */
static void take_refusal(struct server *server, const struct serve_reply *reply, int fd)
{
    cleanup_free char *data = reply->size < 1 << 20 ? malloc(reply->size) : NULL;
    if (data && pread(fd, data, reply->size, 0) == (ssize_t)reply->size)
        image_decode_error(data, reply->size, &server->broken);
}

/* One message of the server's; 0 when it has closed the socket, -1 when there is none yet. */
static int receive(struct server *server)
{
    struct serve_reply reply;
    struct iovec part = {&reply, sizeof reply};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(server->socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? -1 : 0;
    const struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    cleanup_close int fd = -1;
    if (header && header->cmsg_type == SCM_RIGHTS && header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
    if (n == 0)
        return 0;
    if (n != sizeof reply)
        return 1;
    if (reply.call == 0 && fd >= 0) {
        take_refusal(server, &reply, fd);
        return 1;
    }
    server->n_sent -= server->n_sent > 0;
    task_event_set(&server->room);
    take_answer(server, &reply, fd);
    return 1;
}

static void fail_pending(struct server *server)
{
    while (server->pending) {
        struct pending *p = server->pending;
        server->pending = p->next;
        p->status = error_set(&p->error, (hype_status)-server->broken->status, "%s", server->broken->message);
        task_event_set(&p->answered);
    }
}

/* A task of its own for each server: takes answers until the server has ended. */
static void server_main(void *context)
{
    struct server *server = context;
    int wait_status = 0;
    for (int got; (got = receive(server)) != 0;)
        if (got < 0)
            task_wait_fd(server->socket, EPOLLIN, NO_DEADLINE);
    spawn_wait(&server->process, &wait_status, NULL);
    if (!server->broken)
        error_set(&server->broken, HYPE_LOST, "hype-run ended unexpectedly with %s %d",
                  WIFSIGNALED(wait_status) ? "signal" : "exit status",
                  WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status));
    server->ended = true;
    task_event_set(&server->room);
    fail_pending(server);
    task_event_set(&server->gone);
}

static void server_free(struct server *server)
{
    if (server->slots)
        munmap(server->slots, server->slots_size);
    if (server->socket >= 0)
        close(server->socket);
    if (server->sender >= 0)
        close(server->sender);
    error_free(server->broken);
    free(server->name);
    free(server);
}

/* What a process gets: "NAME=VALUE" strings, and NULL. */
struct environment {
    char *strings[64];
    size_t n;
};

static void environment_free(struct environment *environment)
{
    for (size_t i = 0; i < environment->n; i++)
        free(environment->strings[i]);
}

static int environment_add(struct environment *environment, const char *name, const char *value, hype_error **error)
{
    char *string = text_format("%s=%s", name, value ? value : "");
    if (!string)
        return error_memory(error);
    if (environment->n + 1 == ARRAY_SIZE(environment->strings)) {
        free(string);
        return error_set(error, HYPE_INVALID, "more than %zu environment variables", environment->n);
    }
    environment->strings[environment->n++] = string;
    return 0;
}

/* The environment of remote functions is clean: what they need of this one's is asked for with hype_with_variable(). */
static int environment_begin(struct environment *environment, hype_error **error)
{
    static const char *const kept[] = {"HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "USER"};
    *environment = (struct environment){.n = 0};
    int status = environment_add(environment, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", error);
    for (size_t i = 0; i < ARRAY_SIZE(kept) && status == 0; i++)
        if (getenv(kept[i]))
            status = environment_add(environment, kept[i], getenv(kept[i]), error);
    return status;
}

/* The server's side of the socket, and the memory file of slots. */
static int open_channel(struct process_submitter *s, struct server *server, int *theirs, int *slots, hype_error **error)
{
    int sockets[2];
    size_t size = s->n_slots * sizeof(struct serve_slot);
    *slots = memfd_create("hype-slots", MFD_CLOEXEC);
    if (*slots < 0 || ftruncate(*slots, (off_t)size) < 0)
        return error_system(error, errno, "cannot make a memory file to watch hype-run with");
    void *mapped = mmap(NULL, size, PROT_READ, MAP_SHARED, *slots, 0);
    if (mapped == MAP_FAILED)
        return error_system(error, errno, "cannot map %zu bytes to watch hype-run with", size);
    server->slots = mapped;
    server->slots_size = size;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
        return error_system(error, errno, "cannot make a socket to hype-run");
    *theirs = sockets[1];
    server->socket = sockets[0];
    server->sender = fcntl(sockets[0], F_DUPFD_CLOEXEC, 0);
    return server->sender < 0 ? error_system(error, errno, "cannot make a socket to hype-run") : 0;
}

static int spawn_server(struct process_submitter *s, struct server *server, const char *const *arguments,
                        hype_error **error)
{
    struct environment environment;
    cleanup_close int theirs = -1, slots = -1;
    int status = open_channel(s, server, &theirs, &slots, error);
    if (status < 0)
        return status;
    int fds[] = {-1, STDOUT_FILENO, STDERR_FILENO, theirs, slots};
    status = environment_begin(&environment, error);
    if (status == 0)
        status = spawn_process(arguments, (const char *const *)environment.strings, fds, ARRAY_SIZE(fds),
                               &server->process, error);
    environment_free(&environment);
    return status;
}

/* "PATH#sha256=HEX" for each file, behind "hype-run --serve". */
static int server_arguments(struct process_submitter *s, const struct staged_code *code, const char *hype_run,
                            char **arguments, hype_error **error)
{
    const char *folder = s->staging->uri + strlen("file://");
    arguments[0] = strdup(hype_run);
    arguments[1] = strdup("--serve");
    for (size_t i = 0; i < code->n_files; i++) {
        arguments[i + 2] = text_format("%s/%s#sha256=%s", folder, code->files[i].name, code->files[i].sha256);
        if (!arguments[i + 2])
            return error_memory(error);
    }
    return arguments[0] && arguments[1] ? 0 : error_memory(error);
}

static int start_server(struct process_submitter *s, const struct staged_code *code, struct server *server,
                        hype_error **error)
{
    cleanup_free char *hype_run = spawn_find_hype_run();
    cleanup_free char **arguments = calloc(code->n_files + 3, sizeof *arguments);
    if (!hype_run || !arguments)
        return error_memory(error);
    int status = server_arguments(s, code, hype_run, arguments, error);
    if (status == 0)
        status = spawn_server(s, server, (const char *const *)arguments, error);
    for (size_t i = 0; arguments[i]; i++)
        free(arguments[i]);
    if (status < 0)
        return status;
    status = task_start(server_main, server, NULL, error);
    if (status < 0) {
        int wait_status;
        kill(server->process.pid, SIGTERM);
        task_shield_begin();
        spawn_wait(&server->process, &wait_status, NULL);
        task_shield_end();
    }
    return status;
}

static void server_fail(struct server *server, hype_error *error)
{
    server->broken = error;
    server->ended = true;
    task_event_set(&server->ready);
    task_event_set(&server->gone);
}

/* The server of the staged remote object NAME; a new one is made known before it runs, so that others wait for it. */
static struct server *find_server(struct process_submitter *s, const char *name, bool *made)
{
    struct server *server = s->servers;
    while (server && (server->ended || strcmp(server->name, name) != 0))
        server = server->next;
    *made = !server;
    if (server)
        return server;
    server = calloc(1, sizeof *server);
    if (server && !(server->name = strdup(name))) {
        free(server);
        return NULL;
    }
    if (server) {
        server->socket = server->sender = server->process.pidfd = -1;
        server->next = s->servers;
        s->servers = server;
    }
    return server;
}

static int start_staged(struct process_submitter *s, const struct staged_code *code, struct server *server,
                        struct trace_call *trace)
{
    hype_error *error = NULL;
    int64_t began = trace_start(trace);
    int status = stage_files(s->staging, code->files, code->n_files, trace, &error);
    trace_phase(trace, TRACE_UPLOAD, began);
    began = trace_start(trace);
    if (status == 0)
        status = start_server(s, code, server, &error);
    trace_phase(trace, TRACE_START, began);
    if (status < 0)
        server_fail(server, error);
    else
        task_event_set(&server->ready);
    return status;
}

static int get_server(struct process_submitter *s, struct job *job, struct server **found, hype_error **error)
{
    struct staged_code code;
    bool made;
    int64_t hashing = trace_start(&job->trace);
    int status = stage_code_open(job, false, &code, error);
    trace_phase(&job->trace, TRACE_HASH, hashing);
    if (status < 0)
        return status;
    struct server *server = find_server(s, code.files[code.n_files - 1].name, &made);
    if (server && made)
        start_staged(s, &code, server, &job->trace);
    stage_code_free(&code);
    if (!server)
        return error_memory(error);
    status = task_event_wait(&server->ready, NO_DEADLINE);
    if (status < 0)
        return error_set(error, (hype_status)-status, "cancelled");
    *found = server;
    return 0;
}

/* ---- Calls to a server ---- */

struct message {
    char bytes[SERVE_MESSAGE_LIMIT];
    size_t length;
};

static bool add_string(struct message *message, const char *text)
{
    size_t size = strlen(text) + 1;
    if (size > sizeof message->bytes - message->length)
        return false;
    memcpy(message->bytes + message->length, text, size);
    message->length += size;
    return true;
}

static int write_request(const struct job *job, uint64_t call, struct message *message, hype_error **error)
{
    struct serve_request request = {
        .call = call, .signature = job->entry->signature, .image_size = job->arguments_size};
    message->length = sizeof request;
    bool fits = add_string(message, job->entry->name) && add_string(message, job->id);
    const hype_pair *variables = job->env.variables;
    for (size_t i = 0; fits && i < ARRAY_SIZE(job->env.variables) && variables[i].name; i++) {
        cleanup_free char *text = text_format("%s=%s", variables[i].name, variables[i].value ? variables[i].value : "");
        fits = text && add_string(message, text);
        request.n_variables++;
    }
    for (size_t i = 0; fits && i < ARRAY_SIZE(job->env.files) && job->env.files[i]; i++) {
        cleanup_free char *path = realpath(job->env.files[i], NULL);
        if (!path)
            return error_system(error, errno, "%s(): cannot find the data file %s", job->entry->name,
                                job->env.files[i]);
        fits = add_string(message, path);
        request.n_files++;
    }
    memcpy(message->bytes, &request, sizeof request);
    return fits ? 0
                : error_set(error, HYPE_INVALID, "%s(): the environment's variables and files take more than %d bytes",
                            job->entry->name, SERVE_MESSAGE_LIMIT);
}

static int send_request(struct server *server, const struct message *message, const int *fds, size_t n_fds,
                        hype_error **error)
{
    struct iovec part = {(void *)(uintptr_t)message->bytes, message->length};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(SERVE_MOST_FDS * sizeof(int))];
    } control = {
        .header = {.cmsg_len = CMSG_LEN(n_fds * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    memcpy(CMSG_DATA(&control.header), fds, n_fds * sizeof(int));
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = &control,
                            .msg_controllen = CMSG_SPACE(n_fds * sizeof(int))};
    while (sendmsg(server->sender, &header, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN && errno != EPIPE)
            return error_system(error, errno, "cannot send a call to hype-run");
        if (errno == EPIPE) /* it has ended: its own task knows why, and says so to all who wait */
            return 0;
        int status = task_wait_fd(server->sender, EPOLLOUT, NO_DEADLINE);
        if (status < 0)
            return error_set(error, (hype_status)-status, "cancelled");
    }
    return 0;
}

/* No more requests are under way than the server can soon take: those that wait can still be cancelled. */
static int wait_for_room(struct process_submitter *s, struct server *server, hype_error **error)
{
    while (server->n_sent >= s->n_slots * 2 && !server->ended) {
        server->room.set = false;
        int status = task_event_wait(&server->room, NO_DEADLINE);
        if (status < 0)
            return error_set(error, (hype_status)-status, "cancelled");
    }
    if (server->ended)
        return error_set(error, (hype_status)-server->broken->status, "%s", server->broken->message);
    server->n_sent++;
    return 0;
}

/* A small image lies in plain memory: it is copied into a file that can be handed over. */
static int arguments_file(const struct job *job, int *fd, hype_error **error)
{
    if (job->arguments_fd >= 0) {
        *fd = fcntl(job->arguments_fd, F_DUPFD_CLOEXEC, 0);
        return *fd < 0 ? error_system(error, errno, "cannot hand over the arguments of %s()", job->entry->name) : 0;
    }
    *fd = memfd_create("hype-arguments", MFD_CLOEXEC);
    if (*fd < 0 || write_all(*fd, job->arguments, job->arguments_size) < 0)
        return error_system(error, errno, "cannot hand over the arguments of %s()", job->entry->name);
    return 0;
}

/* Ends the process that runs a call, if one does. */
static void kill_call(struct process_submitter *s, struct server *server, uint64_t call)
{
    for (unsigned i = 0; i < s->n_slots && server->slots; i++)
        if (server->slots[i].call == call && server->slots[i].pid > 0 && server->slots[i].state != SERVE_ANSWERED)
            kill(server->slots[i].pid, SIGKILL);
}

/* Where the answer shall go: a kept file for what may be large, whose pages are there already. */
static int open_answer(const struct job *job, struct buffer *answer, hype_error **error)
{
    const struct image_header *header = job->arguments;
    uint64_t likely = header->size + header->reserved_size;
    if (likely >= BUFFER_LARGE)
        return buffer_open_large(answer, likely, error);
    *answer = (struct buffer){.fd = memfd_create("hype-return", MFD_CLOEXEC)};
    return answer->fd < 0 ? error_system(error, errno, "cannot make a memory file for a return value") : 0;
}

static void remove_pending(struct server *server, const struct pending *pending)
{
    for (struct pending **where = &server->pending; *where; where = &(*where)->next)
        if (*where == pending) {
            *where = pending->next;
            return;
        }
}

/* Sends the request and waits for its answer. */
static int exchange(struct process_submitter *s, struct server *server, struct job *job, struct pipes *pipes,
                    struct pending *pending, const int files[2], hype_error **error)
{
    cleanup_free struct message *message = malloc(sizeof *message);
    if (!message)
        return error_memory(error);
    int status = write_request(job, pending->call, message, error);
    if (status == 0)
        status = wait_for_room(s, server, error);
    if (status < 0)
        return status;
    pending->next = server->pending;
    server->pending = pending;
    int fds[SERVE_MOST_FDS] = {files[0], files[1], pipes->ends[OUTPUT_STDOUT], pipes->ends[OUTPUT_STDERR]};
    for (size_t i = 0; i < job->n_segments; i++)
        fds[SERVE_REQUEST_FDS + i] = job->segments[i]->fd;
    status = send_request(server, message, fds, SERVE_REQUEST_FDS + job->n_segments, error);
    pipes_close_ends(pipes);
    if (status == 0 && task_event_wait(&pending->answered, NO_DEADLINE) < 0) {
        status = error_set(error, HYPE_CANCELLED, "%s() was cancelled", job->entry->name);
        kill_call(s, server, pending->call);
    }
    remove_pending(server, pending);
    if (status == 0 && pending->status < 0 && error)
        *error = steal_pointer(pending->error);
    return status < 0 ? status : pending->status;
}

static int call_server(struct process_submitter *s, struct server *server, struct job *job, struct pipes *pipes,
                       hype_error **error)
{
    cleanup_close int arguments = -1;
    struct buffer answer = BUFFER_EMPTY;
    struct pending pending = {.call = ++server->last_call, .job = job};
    int status = arguments_file(job, &arguments, error);
    if (status == 0)
        status = open_answer(job, &answer, error);
    int files[] = {arguments, answer.fd};
    trace_sent(&job->trace);
    if (status == 0)
        status = exchange(s, server, job, pipes, &pending, files, error);
    trace_remote(&job->trace, &pending.stamps, trace_start(&job->trace));
    if (job->trace.remote_began)
        trace_span(&job->trace, TRACE_SCHEDULE, job->trace.sent, job->trace.remote_began);
    error_free(pending.error);
    if (status == 0 && pending.size > 0 && answer.data && pending.size <= answer.capacity) {
        answer.size = pending.size;
        job->returned = answer;
        return 0;
    }
    if (status == 0 && pending.size > 0)
        status = buffer_map(&job->returned, answer.fd, pending.size, error);
    if (answer.data)
        buffer_discard(&answer); /* a process that was killed may not be quite dead */
    else if (answer.fd >= 0)
        close(answer.fd);
    return status;
}

static int run_on_server(struct process_submitter *s, struct job *job, hype_error **error)
{
    struct server *server = NULL;
    struct pipes pipes = PIPES_CLOSED;
    int status = get_server(s, job, &server, error);
    if (status == 0)
        status = pipes_open(&pipes, &job->output, error);
    if (status == 0) {
        trace_place(&job->trace, "process", job->id, NULL);
        log_info("Submitter", "Submitting %s() to process %s", job->entry->name, job->id);
        status = call_server(s, server, job, &pipes, error);
    }
    pipes_close(&pipes);
    if (status == 0)
        log_info("Submitter", "Process %s exited with status Succeeded", job->id);
    return status;
}

/* ---- Calls through a store ---- */

static int environment_of(const struct job *job, const char *log_path, struct environment *environment,
                          hype_error **error)
{
    const hype_pair *variables = job->env.variables;
    int status = environment_begin(environment, error);
    if (status == 0)
        status = environment_add(environment, "HYPE_EXECUTION_ID", job->id, error);
    if (status == 0)
        status = environment_add(environment, "HYPE_TERMINATION_LOG", log_path, error);
    for (size_t i = 0; i < ARRAY_SIZE(job->env.variables) && variables[i].name && status == 0; i++)
        status = environment_add(environment, variables[i].name, variables[i].value, error);
    return status;
}

static int run_manifest(const struct staged *staged, struct job *job, const char *log_path, int *wait_status,
                        hype_error **error)
{
    struct pipes pipes = PIPES_CLOSED;
    struct spawned process;
    struct environment environment = {.n = 0};
    cleanup_free char *hype_run = spawn_find_hype_run();
    int status = hype_run ? environment_of(job, log_path, &environment, error) : error_memory(error);
    const char *arguments[] = {hype_run, staged->manifest, NULL};
    if (status == 0)
        status = pipes_open(&pipes, &job->output, error);
    int fds[] = {-1, pipes.ends[OUTPUT_STDOUT], pipes.ends[OUTPUT_STDERR]};
    trace_place(&job->trace, "process", job->id, NULL);
    trace_sent(&job->trace);
    trace_starting(&job->trace);
    if (status == 0)
        status = spawn_process(arguments, (const char *const *)environment.strings, fds, ARRAY_SIZE(fds), &process,
                               error);
    pipes_close_ends(&pipes);
    if (status == 0)
        status = spawn_wait(&process, wait_status, error);
    pipes_close(&pipes);
    environment_free(&environment);
    return status;
}

static int collect(const struct staged *staged, struct job *job, const char *log_path, int wait_status,
                   hype_error **error)
{
    cleanup_free char *message = NULL;
    size_t size;
    bool succeeded = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
    log_info("Submitter", "Process %s exited with status %s", job->id, succeeded ? "Succeeded" : "Failed");
    int status = file_read(log_path, 4096, &message, &size, error);
    if (status < 0)
        return status;
    if (size == 0)
        return error_set(error, HYPE_LOST, "%s: hype-run ended with %s %d and left no word", job->id,
                         WIFSIGNALED(wait_status) ? "signal" : "exit status",
                         WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status));
    log_info("Submitter", "Got termination message: %.*s", (int)strcspn(message, "\n"), message);
    return stage_collect(staged, job, message, error);
}

static int run_staged(struct process_submitter *s, struct job *job, hype_error **error)
{
    struct staged staged;
    char log_path[] = "/tmp/hype-termination-log-XXXXXX";
    int wait_status, log = mkostemp(log_path, O_CLOEXEC);
    if (log < 0)
        return error_system(error, errno, "cannot make a termination log in /tmp");
    close(log);
    int status = stage_job(s->staging, job, &staged, error);
    if (status == 0) {
        log_info("Submitter", "Submitting %.*s to process %s", (int)strcspn(staged.manifest, "#"), staged.manifest,
                 job->id);
        status = run_manifest(&staged, job, log_path, &wait_status, error);
    }
    if (status == 0)
        status = collect(&staged, job, log_path, wait_status, error);
    stage_remove(&staged);
    unlink(log_path);
    return status;
}

static int process_run(hype_submitter *submitter, struct job *job, hype_error **error)
{
    struct process_submitter *s = (struct process_submitter *)submitter;
    if (job->env.secrets[0].name || job->env.mounts[0].path)
        return error_set(error, HYPE_INVALID,
                         "%s(): its environment has %s, and processes of this machine have none to be given",
                         job->entry->name, job->env.secrets[0].name ? "secrets" : "mounts");
    return s->staged ? run_staged(s, job, error) : run_on_server(s, job, error);
}

/* ---- The submitter ---- */

static int process_open(struct submitter_url *url, hype_submitter **submitter, hype_error **error)
{
    const char *staging = submitter_url_option(url, "staging"), *workers = submitter_url_option(url, "workers");
    struct process_submitter *s = calloc(1, sizeof *s);
    cleanup_free char *uri = staging ? strdup(staging) : submitter_cache_uri();
    long n = workers ? strtol(workers, NULL, 10) : sysconf(_SC_NPROCESSORS_ONLN);
    if (!s || !uri) {
        free(s);
        return error_memory(error);
    }
    s->submitter.operations = &submitter_process;
    s->staged = staging != NULL;
    s->n_slots = n > 0 ? (unsigned)n : 1;
    int status = n < 1 || n > 1024 ? error_set(error, HYPE_INVALID, "workers=%s is no number from 1 to 1024", workers)
                                   : store_open(uri, &s->staging, error);
    if (status < 0) {
        free(s);
        return status;
    }
    *submitter = &s->submitter;
    return 0;
}

static void process_close(hype_submitter *submitter)
{
    struct process_submitter *s = (struct process_submitter *)submitter;
    for (struct server *server; (server = s->servers);) {
        s->servers = server->next;
        if (!server->ended)
            kill(server->process.pid, SIGTERM); /* it ends its calls and removes its folder */
        task_event_wait(&server->gone, NO_DEADLINE);
        server_free(server);
    }
    store_close(s->staging);
    free(s);
}

const struct submitter_operations submitter_process = {
    .scheme = "process",
    .open = process_open,
    .run = process_run,
    .close = process_close,
};
