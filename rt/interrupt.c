/*
 * interrupt.c: a signal handler that hands over to the loop thread, and the task that then ends the program.
 *
 * The handler is installed in the thread that starts a call, where the disposition is the default one; a program's own
 * is never touched, and a program may install its own at any time. It stays when no call is in flight, and then does
 * what the default would.
 */
#include "interrupt.h"

#include "fork.h"
#include "log.h"
#include "printer.h"
#include "submit/submitter.h"
#include "task.h"
#include "util.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool disabled;
static struct task_watch watch;
/* What the handler looks at. */
static unsigned in_flight;
static int received, wakeup = -1;
static pid_t owner; /* a child of fork() inherits the handler but not the calls */

static void on_signal(int number)
{
    int saved = errno, none = 0;
    uint64_t one = 1;
    if (getpid() == owner && __atomic_load_n(&in_flight, __ATOMIC_RELAXED) > 0 &&
        __atomic_compare_exchange_n(&received, &none, number, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        (void)!write(wakeup, &one, sizeof one);
    } else {
        signal(number, SIG_DFL);
        raise(number); /* which ends the program when this returns */
    }
    errno = saved;
}

bool interrupt_pending(void)
{
    return __atomic_load_n(&received, __ATOMIC_ACQUIRE) != 0;
}

/* ---- The end ---- */

static int drain(void *unused)
{
    (void)unused;
    printer_drain_all();
    return 0;
}

_Noreturn static void end_program(int number)
{
    sigset_t set;
    signal(number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
    _exit(128 + number); /* process 1 of a container, which signals do not end */
}

static void end_main(void *unused)
{
    (void)unused;
    int number = __atomic_load_n(&received, __ATOMIC_ACQUIRE);
    task_shield_begin();
    submitter_end_all();
    task_offload(drain, NULL);
    end_program(number);
}

static void woken(struct task_watch *unused, uint32_t events)
{
    (void)unused, (void)events;
    task_watch_remove(&watch);
    int number = __atomic_load_n(&received, __ATOMIC_ACQUIRE);
    log_warning("hype", "signal %d (%s): calls are being stopped; the same once more ends the program at once", number,
                strsignal(number));
    if (task_start(end_main, NULL, NULL, NULL) < 0)
        end_program(number);
}

static void begin_watching(void *unused)
{
    (void)unused;
    watch = (struct task_watch){woken, wakeup};
    task_watch_set(&watch, EPOLLIN);
}

/* ---- Installing ---- */

static void forget_calls_in_child(void)
{
    pthread_mutex_init(&lock, NULL);
    in_flight = 0;
    received = 0;
    if (wakeup >= 0)
        close(wakeup);
    wakeup = -1;
}
IN_FORKED_CHILD(forget_calls_in_child);

/* With the lock held. */
static bool prepare(void)
{
    if (wakeup >= 0)
        return true;
    wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wakeup >= 0 && task_post(begin_watching, NULL, NULL) < 0) {
        close(wakeup);
        wakeup = -1;
    }
    owner = getpid();
    return wakeup >= 0;
}

static void install(void)
{
    struct sigaction now, ours = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
        if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaction(signals[i], &ours, NULL);
}

void interrupt_call_begins(void)
{
    pthread_mutex_lock(&lock);
    if (in_flight == 0 && !disabled && prepare())
        install();
    __atomic_add_fetch(&in_flight, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&lock);
}

void interrupt_call_ends(void)
{
    pthread_mutex_lock(&lock);
    __atomic_sub_fetch(&in_flight, 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&lock);
}

void hype_handle_signals(bool handle)
{
    struct sigaction now;
    pthread_mutex_lock(&lock);
    disabled = !handle;
    for (size_t i = 0; i < ARRAY_SIZE(signals) && disabled; i++)
        if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == on_signal)
            signal(signals[i], SIG_DFL);
    pthread_mutex_unlock(&lock);
}
