/* subprocess.c: posix_spawn() and pidfds: no signal handler of the program's is touched. */
#include "subprocess.h"

#include "task.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static char *executable(char *path)
{
    if (path && access(path, X_OK) == 0)
        return path;
    free(path);
    return NULL;
}

static char *beside_library(void)
{
    Dl_info info;
    if (!dladdr((void *)(uintptr_t)spawn_find_hype_run, &info) || !info.dli_fname)
        return NULL;
    cleanup_free char *library = realpath(info.dli_fname, NULL);
    for (char *slash; library && (slash = strrchr(library, '/')) && slash != library;) {
        *slash = 0; /* lib/, lib/x86_64-linux-gnu/: bin/ is beside one of them */
        char *found = executable(text_format("%s/bin/hype-run", library));
        if (found)
            return found;
    }
    return NULL;
}

static char *on_path(void)
{
    const char *path = getenv("PATH");
    cleanup_free char *folders = path ? strdup(path) : NULL;
    char *rest = folders, *folder;
    while (rest && (folder = strsep(&rest, ":"))) {
        char *found = executable(text_format("%s/hype-run", folder));
        if (found)
            return found;
    }
    return NULL;
}

/* hypecc puts it into static programs, which have no library to look beside; hype-run's is itself. */
extern const char hype_run_path[] __attribute__((weak, visibility("hidden")));

char *spawn_find_hype_run(void)
{
    const char *wanted = getenv("HYPE_RUN");
    if (wanted && *wanted)
        return strdup(wanted);
    char *found = hype_run_path ? executable(realpath(hype_run_path, NULL)) : beside_library();
    if (!found)
        found = on_path();
    return found ? found : strdup("hype-run");
}

char **spawn_environment(size_t more)
{
    static const char *const kept[] = {"HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "USER"};
    char **environment = calloc(1 + ARRAY_SIZE(kept) + more + 1, sizeof *environment);
    size_t n = 0;
    if (!environment)
        return NULL;
    environment[n] = strdup("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    for (size_t i = 0; environment[n] && i < ARRAY_SIZE(kept); i++) {
        const char *value = getenv(kept[i]);
        if (value)
            environment[++n] = text_format("%s=%s", kept[i], value);
    }
    if (!environment[n]) {
        spawn_environment_free(environment);
        return NULL;
    }
    return environment;
}

void spawn_environment_free(char **environment)
{
    for (size_t i = 0; environment && environment[i]; i++)
        free(environment[i]);
    free(environment);
}

/* glibc has a function for it since 2.34, and hype-run starts with 2.31 too. What this library opens is closed by exec
 * in any case; this is about descriptors of the program's own. */
static int close_others(posix_spawn_file_actions_t *actions, int from)
{
    int (*close_from)(posix_spawn_file_actions_t *, int) = NULL;
    void *found = dlsym(RTLD_DEFAULT, "posix_spawn_file_actions_addclosefrom_np");
    memcpy(&close_from, &found, sizeof found);
    if (close_from)
        return close_from(actions, from);
    DIR *folder = opendir("/proc/self/fd");
    int failure = 0;
    for (struct dirent *entry; folder && !failure && (entry = readdir(folder));) {
        int fd = atoi(entry->d_name);
        if (fd >= from && fd != dirfd(folder))
            failure = posix_spawn_file_actions_addclose(actions, fd);
    }
    if (folder)
        closedir(folder);
    return failure;
}

static int file_actions(posix_spawn_file_actions_t *actions, const int *fds, int n_fds)
{
    int failure = posix_spawn_file_actions_init(actions);
    for (int i = 0; !failure && i < n_fds; i++) {
        if (fds[i] >= 0)
            failure = posix_spawn_file_actions_adddup2(actions, fds[i], i);
        else
            failure = posix_spawn_file_actions_addopen(actions, i, "/dev/null", O_RDWR, 0);
    }
    return failure ? failure : close_others(actions, n_fds);
}

int spawn_process(const char *const *arguments, const char *const *environment, const int *fds, int n_fds,
                  struct spawned *spawned, hype_error **error)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigfillset(&defaults);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    /* A group of its own: a Ctrl-C at the terminal is for the program, which then ends its calls in order. */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    /* Descriptors are moved out of the way first, so that placing one never closes another. */
    cleanup_free int *moved = calloc((size_t)n_fds, sizeof *moved);
    int failure = moved ? 0 : ENOMEM;
    for (int i = 0; !failure && i < n_fds; i++) {
        moved[i] = fds[i] >= 0 && fds[i] < n_fds ? fcntl(fds[i], F_DUPFD_CLOEXEC, n_fds) : fds[i];
        if (fds[i] >= 0 && moved[i] < 0)
            failure = errno;
    }
    if (!failure)
        failure = file_actions(&actions, moved, n_fds);
    if (!failure) {
        failure = posix_spawnp(&spawned->pid, arguments[0], &actions, &attributes, (char **)(uintptr_t)arguments,
                               (char **)(uintptr_t)environment);
        posix_spawn_file_actions_destroy(&actions);
    }
    for (int i = 0; moved && i < n_fds; i++)
        if (moved[i] > 0 && moved[i] != fds[i])
            close(moved[i]);
    posix_spawnattr_destroy(&attributes);
    if (failure)
        return error_system(error, failure, "cannot start %s", arguments[0]);
    spawned->pidfd = (int)syscall(SYS_pidfd_open, spawned->pid, 0);
    if (spawned->pidfd >= 0)
        return 0;
    failure = errno;
    kill(spawned->pid, SIGKILL);
    waitpid(spawned->pid, NULL, 0);
    return error_system(error, failure, "cannot watch the process of %s", arguments[0]);
}

int spawn_wait(struct spawned *spawned, int *wait_status, hype_error **error)
{
    int status = task_wait_fd(spawned->pidfd, EPOLLIN, NO_DEADLINE);
    *wait_status = 0; /* nobody is told where the program ignores SIGCHLD */
    if (status < 0) {
        kill(-spawned->pid, SIGTERM); /* hype-run passes it on and removes its temporary files */
        task_shield_begin();
        if (task_wait_fd(spawned->pidfd, EPOLLIN, clock_ms() + 2000) == 0) {
            kill(-spawned->pid, SIGKILL);
            task_wait_fd(spawned->pidfd, EPOLLIN, NO_DEADLINE);
        }
        task_shield_end();
    }
    while (waitpid(spawned->pid, wait_status, 0) < 0 && errno == EINTR)
        ;
    close(spawned->pidfd);
    spawned->pidfd = -1;
    return status < 0 ? error_set(error, (hype_status)-status, "cancelled") : 0;
}
