/* outcome.c: what became of a call that did not return, as an error that says so. */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* The kernel's count of processes that it killed for want of memory: control groups of version 2, then 1. */
unsigned long outcome_oom_kills(void)
{
    static const char *const files[] = {"/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"};
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        cleanup_free char *text = NULL;
        size_t size;
        if (file_read(files[i], 4096, &text, &size, NULL) < 0)
            continue;
        const char *line = strstr(text, "oom_kill ");
        if (line)
            return strtoul(line + strlen("oom_kill "), NULL, 10);
    }
    return 0;
}

/* glibc has sigabbrev_np() since 2.32. */
static const char *signal_name(int number)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {{SIGHUP, "HUP"},   {SIGINT, "INT"},   {SIGQUIT, "QUIT"}, {SIGILL, "ILL"},   {SIGTRAP, "TRAP"},
                 {SIGABRT, "ABRT"}, {SIGBUS, "BUS"},   {SIGFPE, "FPE"},   {SIGKILL, "KILL"}, {SIGUSR1, "USR1"},
                 {SIGSEGV, "SEGV"}, {SIGUSR2, "USR2"}, {SIGPIPE, "PIPE"}, {SIGALRM, "ALRM"}, {SIGTERM, "TERM"},
                 {SIGXCPU, "XCPU"}, {SIGXFSZ, "XFSZ"}, {SIGSYS, "SYS"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].number == number)
            return names[i].name;
    return NULL;
}

static void set_signal_error(hype_error **error, const char *function, int number, const struct serve_slot *slot,
                             bool out_of_memory)
{
    const char *name = signal_name(number), *text = strsignal(number);
    if (number == SIGKILL && out_of_memory)
        error_set(error, HYPE_OUT_OF_MEMORY,
                  "%s() was killed there because memory ran out; ask for more with "
                  "hype_with_request(env, \"memory\", …)",
                  function);
    else if (slot->memory_limit > 0 && slot->error_number == ENOMEM)
        error_set(error, HYPE_OUT_OF_MEMORY,
                  "%s() crashed there with SIG%s after memory ran out: its environment limits it to %llu bytes; allow "
                  "more with hype_with_limit(env, \"memory\", …)",
                  function, name ? name : "?", (unsigned long long)slot->memory_limit);
    else if (number == SIGKILL)
        error_set(error, HYPE_CRASHED, "%s() was killed there from outside, by SIGKILL", function);
    else if ((number == SIGSEGV || number == SIGBUS) && slot->n_frames > 0)
        error_set(error, HYPE_CRASHED, "%s() crashed there with SIG%s (%s) at address 0x%llx", function,
                  name ? name : "?", text ? text : "unknown signal", (unsigned long long)slot->fault_address);
    else
        error_set(error, HYPE_CRASHED, "%s() crashed there with SIG%s (%s)", function, name ? name : "?",
                  text ? text : "unknown signal");
}

/* The error of the function's own failed call, as its process has left it. */
static void set_cause(hype_error *error, const struct serve_slot *slot)
{
    hype_error *cause = NULL;
    uint32_t size = slot->cause_size;
    if (size == 0 || size > SERVE_CAUSE_SIZE)
        return;
    image_decode_error(slot->cause, size, &cause);
    error_set_cause(error, cause);
}

hype_error *outcome_error(int wait_status, const struct serve_slot *slot, unsigned long oom_kills_before)
{
    hype_error *error = NULL;
    char function[SERVE_NAME_SIZE]; /* the slot is shared with the child: it may hold anything */
    memcpy(function, slot->name, sizeof function);
    function[sizeof function - 1] = 0;
    if (!function[0])
        strcpy(function, "the function"); /* killed before it knew which */
    if (slot->state == SERVE_UNANSWERED) {
        if (slot->error_number == ENOMEM)
            error_set(&error, HYPE_OUT_OF_MEMORY, "%s() has ended, but there was no memory there for its answer",
                      function);
        else
            error_system(&error, slot->error_number, "%s() has ended, but its answer cannot be sent from there%s",
                         function,
                         slot->error_number == EBADF ? ", since it has closed descriptors that it had not opened" : "");
        return error;
    }
    if (WIFSIGNALED(wait_status)) {
        int number = WTERMSIG(wait_status);
        set_signal_error(&error, function, number, slot, outcome_oom_kills() > oom_kills_before);
        if (error->status != -HYPE_MEMORY)
            error->signal = number;
    } else {
        error_set(&error, HYPE_EXITED, "%s() did not return: it ended its process with exit status %d", function,
                  WEXITSTATUS(wait_status));
        if (error->status == -HYPE_EXITED)
            error->exit_status = WEXITSTATUS(wait_status);
    }
    if (error->status == -HYPE_MEMORY)
        return error;
    uint32_t n = slot->n_frames < SERVE_FRAMES ? slot->n_frames : SERVE_FRAMES;
    error->error_number = slot->error_number;
    symbols_set_frames(error, WIFSIGNALED(wait_status) ? SYMBOLS_INTERRUPTED : SYMBOLS_RETURN, slot->frames, n);
    set_cause(error, slot);
    return error;
}

pid_t outcome_wait(pid_t pid, int *wait_status)
{
    siginfo_t ended = {.si_pid = 0};
    int status;
    do
        status = waitid(pid > 0 ? P_PID : P_ALL, (id_t)pid, &ended, WEXITED | WNOWAIT);
    while (status < 0 && errno == EINTR && pid > 0);
    if (status < 0)
        return -1;
    kill(-ended.si_pid, SIGKILL);
    return waitpid(ended.si_pid, wait_status, 0);
}

uint64_t outcome_write(const hype_error *failure, int fd)
{
    struct buffer image = BUFFER_EMPTY;
    if (image_encode_error(failure, ERROR_CAUSES, &image, NULL) < 0)
        return 0;
    uint64_t size = image.size;
    bool written = lseek(fd, 0, SEEK_SET) == 0 && write_all(fd, image.data, image.size) == 0;
    buffer_free(&image);
    return written ? size : 0;
}
