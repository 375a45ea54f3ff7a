/* ending.c: the handler only tells the loop, by a pipe; a task of the loop cleans up and ends the program by the
 * signal. */
#include "ending.h"

#include "task.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>

static struct {
    int pipe[2];
    pid_t process; /* a child of fork() has no loop: there the signal does what it does by default */
    void (*clean_up)(void);
    bool begun;
} watch;

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

static void end_by(int number)
{
    signal(number, SIG_DFL);
    raise(number); /* inside the handler the signal is blocked: it comes when the handler returns */
}

static void on_signal(int number)
{
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    if (watch.process != getpid() || write(watch.pipe[1], &byte, 1) != 1)
        end_by(number);
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
        signal(signals[i], SIG_DFL); /* whoever is impatient may ask again */
    errno = saved;
}

static void watch_pipe(void *unused)
{
    (void)unused;
    unsigned char number;
    while (read(watch.pipe[0], &number, 1) != 1)
        task_wait_fd(watch.pipe[0], EPOLLIN, NO_DEADLINE);
    watch.begun = true;
    watch.clean_up();
    kill(getpid(), number);
    ending_wait();
}

static void install(void)
{
    watch.process = getpid();
    if (pipe2(watch.pipe, O_CLOEXEC | O_NONBLOCK) < 0 || task_start(watch_pipe, NULL, NULL, NULL) < 0)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}, old;
        if (sigaction(signals[i], NULL, &old) == 0 && !(old.sa_flags & SA_SIGINFO) && old.sa_handler == SIG_DFL)
            sigaction(signals[i], &action, NULL);
    }
}

void ending_watch(void (*clean_up)(void))
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    watch.clean_up = clean_up;
    pthread_once(&once, install);
}

bool ending(void)
{
    return watch.begun;
}

void ending_wait(void)
{
    task_shield_begin();
    for (;;)
        task_park(NO_DEADLINE);
}

static void join(void *unused)
{
    (void)unused;
    if (watch.begun)
        ending_wait();
}

void ending_join(void)
{
    if (watch.process == getpid() && !task_on_loop())
        task_run(join, NULL, NULL);
}
