/* plugin.c: the program writes to files in memory, which hold all that it has to say when it has ended. */
#include "plugin.h"

#include "../log.h"
#include "../subprocess.h"
#include "../task.h"
#include "../util.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum {
    ANSWER_LIMIT = 1 << 20,
    WORDS_LIMIT = 400,        /* of its stderr in an error */
    PATIENCE_MS = 300 * 1000, /* somebody may have to log in with a browser */
};

/* All that was written to FD, up to LIMIT bytes; a new string. */
static char *written_to(int fd, size_t limit)
{
    char *text = malloc(limit + 1);
    ssize_t n = text ? pread(fd, text, limit, 0) : -1;
    if (text)
        text[n > 0 ? n : 0] = 0;
    return text;
}

static int refuse_failure(const char *what, int wait_status, int words_fd, hype_error **error)
{
    cleanup_free char *words = written_to(words_fd, WORDS_LIMIT);
    for (char *c = words; c && *c; c++)
        if ((unsigned char)*c < ' ')
            *c = ' ';
    bool exited = WIFEXITED(wait_status);
    return error_set(
        error, HYPE_PERMISSION, "%s %s %d%s%s", what, exited ? "exited with status" : "was ended by signal",
        exited ? WEXITSTATUS(wait_status) : WTERMSIG(wait_status), words && *words ? ": " : "", words ? words : "");
}

int plugin_run(const char *what, const char *const *arguments, const char *const *environment, char **answer,
               hype_error **error)
{
    cleanup_close int out = memfd_create("hype-credentials", MFD_CLOEXEC);
    cleanup_close int words = memfd_create("hype-plugin-words", MFD_CLOEXEC);
    if (out < 0 || words < 0)
        return error_system(error, errno, "cannot make a memory file for %s", what);
    log_debug("Credentials", "running %s", what);
    const int fds[] = {-1, out, words};
    struct spawned plugin;
    int wait_status = 0;
    cleanup_error hype_error *failure = NULL;
    if (spawn_process(arguments, environment, fds, ARRAY_SIZE(fds), &plugin, &failure) < 0)
        return error_set(error, HYPE_NOT_FOUND, "%s cannot be run: %s", what, failure ? failure->message : "unknown");
    int ended = task_wait_fd(plugin.pidfd, EPOLLIN, clock_ms() + PATIENCE_MS);
    if (ended == 0)
        kill(-plugin.pid, SIGKILL);
    int status = spawn_wait(&plugin, &wait_status, error);
    if (status < 0)
        return status;
    if (ended == 0)
        return error_set(error, HYPE_PERMISSION,
                         "%s gave no answer within %d seconds; does it wait for somebody at a terminal?", what,
                         PATIENCE_MS / 1000);
    if (wait_status != 0)
        return refuse_failure(what, wait_status, words, error);
    *answer = written_to(out, ANSWER_LIMIT);
    return *answer ? 0 : error_memory(error);
}
