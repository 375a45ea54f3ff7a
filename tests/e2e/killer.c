/*
 * killer.c: stands in for hype-run, and kills the real one when it begins its n-th system call.
 *
 * The file "kill" beside this program says which: "N PATH", where PATH is the real hype-run. Calls of all its threads
 * and child processes count; the process that makes the n-th is killed. "kill" is removed then, so that whoever wrote
 * it knows.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t traced;

static void pass_on(int number)
{
    kill(traced, number);
}

/* "N PATH". */
static long read_order(char *file, char real[4096])
{
    long n = 0;
    ssize_t length = readlink("/proc/self/exe", file, 4000);
    strcpy(strrchr((file[length > 0 ? length : 0] = 0, file), '/'), "/kill");
    FILE *order = fopen(file, "r");
    if (!order || fscanf(order, "%ld %4095s", &n, real) != 2)
        exit(99);
    fclose(order);
    return n;
}

/* As the real one has ended. */
static void end_likewise(int status)
{
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    _exit(98);
}

int main(int argc, char **argv)
{
    char file[4096], real[4096];
    long left = read_order(file, real), options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                                                  PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
    (void)argc;
    char self[16];
    snprintf(self, sizeof self, "%d", (int)getpid());
    traced = fork();
    if (traced == 0) {
        if (getenv("HYPE_PARENT")) /* by which it knows whose child it is */
            setenv("HYPE_PARENT", self, 1);
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        execv(real, argv);
        _exit(97);
    }
    struct sigaction forward = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    sigaction(SIGTERM, &forward, NULL);
    sigaction(SIGINT, &forward, NULL);
    int status;
    waitpid(traced, &status, 0);
    ptrace(PTRACE_SETOPTIONS, traced, NULL, options);
    ptrace(PTRACE_SYSCALL, traced, NULL, NULL);
    int end = 0;
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR;) {
        if (pid == traced && (WIFEXITED(status) || WIFSIGNALED(status)))
            end = status; /* its children end by themselves, and must not be left stopped */
        if (pid < 0 || !WIFSTOPPED(status))
            continue;
        int number = WSTOPSIG(status), event = status >> 16;
        bool call = number == (SIGTRAP | 0x80);
        if (call && left > 0 && --left == 0) {
            unlink(file);
            kill(pid, SIGKILL);
            continue;
        }
        bool own = call || event != 0 || number == SIGSTOP; /* not a signal of the process's */
        ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)(own ? 0 : number));
    }
    end_likewise(end);
}
