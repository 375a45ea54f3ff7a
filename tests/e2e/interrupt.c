/* interrupt.c: what signals do to a program that has calls in flight, and to the calls. */
#include "check.h"

#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs until somebody writes to GO, having said so by opening HERE. Whoever reads HERE sees its end. */
HYPE_FN int wait_for(const char *here, const char *go)
{
    char byte;
    int said = open(here, O_WRONLY), told = open(go, O_RDONLY);
    return said >= 0 && told >= 0 && read(told, &byte, 1) == 1 ? byte : -1;
}
HYPE_FN int one(void)
{
    return 1;
}

static char folder[] = "/tmp/hype-interrupt-XXXXXX";
static char here[64], go[64];
static int told[2]; /* the program's words to this one */

static void tell(char c)
{
    CHECK(write(told[1], &c, 1) == 1);
}

static void hear(char c)
{
    char heard;
    CHECK(read(told[0], &heard, 1) == 1 && heard == c);
}

/* Starts PROGRAM in a process of its own, and waits until its call runs; *FD reads the call's end. */
static pid_t start(void (*program)(void), int *fd)
{
    CHECK(pipe(told) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        program();
        exit(0);
    }
    close(told[1]);
    *fd = open(here, O_RDONLY);
    CHECK(pid > 0 && *fd >= 0);
    return pid;
}

static void ended_by(pid_t pid, int number)
{
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(number ? WIFSIGNALED(status) && WTERMSIG(status) == number : WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(told[0]);
}

/* All that the call had opened is closed. */
static void call_has_ended(int fd)
{
    char byte;
    CHECK(read(fd, &byte, 1) == 0);
    close(fd);
}

static void waiting_program(void)
{
    int result;
    for (int i = 0; i < 20; i++) /* some of them wait for their turn */
        hype_start(NULL, hype_default_env, hype_bind(wait_for, here, go));
    hype_call(&result, one);
    tell('!'); /* it is told nothing more */
}

static void stops_its_calls(int number)
{
    int fd;
    char byte;
    pid_t pid = start(waiting_program, &fd);
    kill(pid, number);
    call_has_ended(fd);
    CHECK(read(told[0], &byte, 1) == 0);
    ended_by(pid, number);
}

static void stuck_log(hype_level level, const char *subject, const char *text, void *context)
{
    (void)level, (void)subject, (void)context;
    if (!strstr(text, "signal"))
        return;
    tell('s');
    for (;;)
        pause();
}

static sem_t signalled;

static void note_signal(hype_level level, const char *subject, const char *text, void *context)
{
    (void)level, (void)subject, (void)context;
    if (strstr(text, "signal"))
        sem_post(&signalled);
}

/* Cancels its calls while they are being cancelled. */
static void closing_program(void)
{
    sem_init(&signalled, 0, 0);
    hype_set_log(HYPE_LOG_WARNING, note_signal, NULL);
    hype_map *map = hype_map_open(NULL, hype_default_env, (hype_map_options){.batch = 2, .limit = 20});
    for (int i = 0; i < 20; i++)
        CHECK(hype_map_add(map, hype_bind(wait_for, here, go), NULL) == 0);
    hype_item item;
    CHECK(hype_map_next(map, 0.001, &item) == -HYPE_TIMEOUT);
    sem_wait(&signalled);
    hype_map_close(map);
}

static void cancelled_twice(void)
{
    int fd;
    pid_t pid = start(closing_program, &fd);
    kill(pid, SIGINT);
    call_has_ended(fd);
    ended_by(pid, SIGINT);
}

/* Whatever holds up the first, the second need not wait for it. */
static void stuck_program(void)
{
    hype_set_log(HYPE_LOG_WARNING, stuck_log, NULL);
    hype_submitter *submitter = hype_submitter_open("process:");
    hype_submit(submitter, hype_default_env, hype_bind(wait_for, here, go), NULL);
}

static void second_ends_it(void)
{
    int fd;
    pid_t pid = start(stuck_program, &fd);
    kill(pid, SIGINT);
    hear('s');
    kill(pid, SIGINT);
    ended_by(pid, SIGINT);
    call_has_ended(fd); /* its server sees that the program is gone */
}

static void own_handler(int number)
{
    (void)number;
    tell('h');
}

static void handling_program(void)
{
    int result;
    signal(SIGINT, own_handler);
    signal(SIGTERM, SIG_IGN);
    CHECK(hype_call(&result, wait_for, here, go) == 0 && result == 'x');
    CHECK(signal(SIGINT, SIG_DFL) == own_handler);
}

static void own_handler_is_left_alone(void)
{
    int fd;
    pid_t pid = start(handling_program, &fd);
    kill(pid, SIGTERM);
    kill(pid, SIGINT);
    hear('h');
    int to = open(go, O_WRONLY);
    CHECK(to >= 0 && write(to, "x", 1) == 1);
    close(to);
    close(fd);
    ended_by(pid, 0);
}

static void idle_program(void)
{
    int result;
    CHECK(hype_call(&result, one) == 0 && result == 1);
    close(open(here, O_WRONLY));
    for (;;)
        pause();
}

static void nothing_in_flight(void)
{
    int fd;
    pid_t pid = start(idle_program, &fd);
    call_has_ended(fd);
    kill(pid, SIGTERM);
    ended_by(pid, SIGTERM);
}

static void off_program(void)
{
    hype_submitter *submitter = hype_submitter_open("process:");
    hype_handle_signals(false);
    hype_submit(submitter, hype_default_env, hype_bind(wait_for, here, go), NULL);
}

static void kept_out_of_it(void)
{
    int fd;
    pid_t pid = start(off_program, &fd);
    kill(pid, SIGINT);
    ended_by(pid, SIGINT);
    call_has_ended(fd);
}

int main(void)
{
    CHECK(mkdtemp(folder));
    snprintf(here, sizeof here, "%s/here", folder);
    snprintf(go, sizeof go, "%s/go", folder);
    CHECK(mkfifo(here, 0600) == 0 && mkfifo(go, 0600) == 0);
    stops_its_calls(SIGINT);
    stops_its_calls(SIGTERM);
    stops_its_calls(SIGHUP);
    cancelled_twice();
    second_ends_it();
    own_handler_is_left_alone();
    nothing_in_flight();
    kept_out_of_it();
    unlink(here);
    unlink(go);
    rmdir(folder);
    return 0;
}
