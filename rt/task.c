/*
 * task.c: the loop thread, its tasks, its timers and its worker threads.
 *
 * The loop owns one epoll set. It runs every ready task until none is, then waits for descriptors, for the nearest
 * timer, or for a post from another thread (through an eventfd). A task that waits switches back to the loop's own
 * stack with swapcontext(); whoever has what it waits for puts it back on the ready list.
 */
#include "task.h"

#include "fork.h"
#include "util.h"

#include <assert.h>
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <ucontext.h>

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/common_interface_defs.h>
#define leave_stack(save, bottom, size) __sanitizer_start_switch_fiber(save, bottom, size)
#define enter_stack(save, bottom, size) __sanitizer_finish_switch_fiber(save, bottom, size)
#else
#define leave_stack(save, bottom, size) ((void)(save))
#define enter_stack(save, bottom, size) ((void)(save))
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#include <sanitizer/tsan_interface.h>
#define WITH_FIBERS 1
#else
#define WITH_FIBERS 0
#endif

enum {
    STACK_SIZE = 256 * 1024, /* bytes; only pages that are touched take memory */
    SPARE_STACKS = 64,
    WORKERS = 4,
    EVENT_BATCH = 64,
};

struct task {
    ucontext_t context;
    char *stack;
    void *fake_stack; /* the address sanitizer's */
    void *fiber;      /* the thread sanitizer's */
    task_function *function;
    void *argument;
    bool parked, ended, cancelled;
    unsigned shields;
    int wake; /* what the wait returns */
    struct task_timer timer;
    struct launch *end; /* who waits for the task to be gone, and has its memory; NULL: it is the task's own */
    task *next;         /* on the ready list */
    task *next_waiter;  /* of an event; who is cancelled is ready while it is still in that list */
};

struct post {
    struct task_message message;
    task_function *function;
    void *context;
};

struct work {
    int (*function)(void *context);
    void *context;
    int result;
    task *waiting;
    struct task_message done;
    struct work *next;
};

static __thread bool on_loop_thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what other threads touch: up to 'workers' */
static struct {
    bool started;
    pthread_t thread;
    int epoll, wakeup;
    struct task_message *first_post, **last_post;

    struct work *first_work, **last_work;
    pthread_cond_t work_arrived;
    unsigned workers, idle_workers;

    /* The loop thread's own. */
    ucontext_t context;
    void *fake_stack;
    const void *stack_bottom;
    size_t stack_size;
    void *fiber;
    task *current;
    task *first_ready, **last_ready;
    char *spare_stacks[SPARE_STACKS];
    unsigned n_spare_stacks;
    struct task_timer **timers; /* a heap, from index 1 */
    size_t n_timers, timers_capacity;
    struct epoll_event batch[EVENT_BATCH];
    int batch_length;
} loop = {.work_arrived = PTHREAD_COND_INITIALIZER};

/* ---- Timers: a binary heap by deadline ---- */

static void timer_place(struct task_timer *timer, size_t place)
{
    loop.timers[place] = timer;
    timer->place = place;
}

static void timer_rise(struct task_timer *timer, size_t place)
{
    for (; place > 1 && loop.timers[place / 2]->deadline > timer->deadline; place /= 2)
        timer_place(loop.timers[place / 2], place);
    timer_place(timer, place);
}

static void timer_sink(struct task_timer *timer, size_t place)
{
    for (size_t child; (child = place * 2) <= loop.n_timers; place = child) {
        if (child < loop.n_timers && loop.timers[child + 1]->deadline < loop.timers[child]->deadline)
            child++;
        if (loop.timers[child]->deadline >= timer->deadline)
            break;
        timer_place(loop.timers[child], place);
    }
    timer_place(timer, place);
}

void task_timer_stop(struct task_timer *timer)
{
    if (timer->place == 0)
        return;
    size_t place = timer->place;
    struct task_timer *last = loop.timers[loop.n_timers--];
    timer->place = 0;
    if (last == timer)
        return;
    if (place > 1 && loop.timers[place / 2]->deadline > last->deadline)
        timer_rise(last, place);
    else
        timer_sink(last, place);
}

/* Room is made when a task is created and when a timer is first set, so that setting one cannot fail. */
static bool timers_reserve(size_t more)
{
    if (loop.n_timers + more + 1 <= loop.timers_capacity)
        return true;
    size_t capacity = (loop.n_timers + more + 1) * 2;
    struct task_timer **timers = realloc(loop.timers, capacity * sizeof(struct task_timer *));
    if (!timers)
        return false;
    loop.timers = timers;
    loop.timers_capacity = capacity;
    return true;
}

void task_timer_set(struct task_timer *timer, int64_t deadline)
{
    task_timer_stop(timer);
    timer->deadline = deadline;
    if (deadline == NO_DEADLINE)
        return;
    if (!timers_reserve(1)) {
        timer->fire(timer); /* no memory to wait: the time is now */
        return;
    }
    loop.n_timers++;
    timer_rise(timer, loop.n_timers);
}

static void timers_run(void)
{
    int64_t now = clock_ms();
    while (loop.n_timers > 0 && loop.timers[1]->deadline <= now) {
        struct task_timer *timer = loop.timers[1];
        task_timer_stop(timer);
        timer->fire(timer);
    }
}

/* ---- Tasks ---- */

static char *stack_take(void)
{
    if (loop.n_spare_stacks > 0)
        return loop.spare_stacks[--loop.n_spare_stacks];
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, STACK_SIZE + guard, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    mprotect(memory, guard, PROT_NONE); /* running off the end faults instead of writing into a neighbour */
    return memory + guard;
}

static void stack_give(char *stack)
{
    size_t guard = (size_t)sysconf(_SC_PAGESIZE);
    if (loop.n_spare_stacks < SPARE_STACKS)
        loop.spare_stacks[loop.n_spare_stacks++] = stack;
    else
        munmap(stack - guard, STACK_SIZE + guard);
}

static void make_ready(task *t)
{
    t->next = NULL;
    *loop.last_ready = t;
    loop.last_ready = &t->next;
}

static void wake(task *t, int result)
{
    if (!t->parked)
        return;
    t->parked = false;
    t->wake = result;
    task_timer_stop(&t->timer);
    make_ready(t);
}

void task_resume(task *parked)
{
    wake(parked, 0);
}

static void task_timed_out(struct task_timer *timer)
{
    task *t = (task *)((char *)timer - offsetof(struct task, timer));
    wake(t, -HYPE_TIMEOUT);
}

/* Leaves the running task for the loop, until something wakes it. */
static void switch_out(task *t)
{
    leave_stack(t->ended ? NULL : &t->fake_stack, loop.stack_bottom, loop.stack_size);
#if WITH_FIBERS
    __tsan_switch_to_fiber(loop.fiber, 0);
#endif
    swapcontext(&t->context, &loop.context);
    enter_stack(t->fake_stack, NULL, NULL);
}

static void task_main(void)
{
    task *t = loop.current;
    enter_stack(NULL, &loop.stack_bottom, &loop.stack_size);
    t->function(t->argument);
    t->ended = true;
    switch_out(t);
}

/* Tells a thread that a task has been started, or has ended. */
struct launch {
    task *task;
    bool launched;
    sem_t done;
    struct task_message message;
};

static void launch_done(struct launch *launch, bool launched)
{
    launch->launched = launched;
    sem_post(&launch->done);
}

static void task_continue(task *t)
{
    loop.current = t;
    leave_stack(&loop.fake_stack, t->stack, STACK_SIZE);
#if WITH_FIBERS
    loop.fiber = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(t->fiber, 0);
#endif
    swapcontext(&loop.context, &t->context);
    enter_stack(loop.fake_stack, NULL, NULL);
    loop.current = NULL;
    if (t->ended) {
#if WITH_FIBERS
        __tsan_destroy_fiber(t->fiber);
#endif
        stack_give(t->stack);
        if (t->end)
            launch_done(t->end, true);
        else
            free(t);
    }
}

static task *task_new(task_function *function, void *argument)
{
    task *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->function = function;
    t->argument = argument;
    t->timer.fire = task_timed_out;
    return t;
}

/* On the loop thread: gives the task its stack and makes it ready. */
static bool task_launch(task *t)
{
    t->stack = stack_take();
    if (!t->stack || !timers_reserve(64) || getcontext(&t->context) < 0) {
        if (t->stack)
            stack_give(t->stack);
        return false;
    }
    t->context.uc_stack.ss_sp = t->stack;
    t->context.uc_stack.ss_size = STACK_SIZE;
    t->context.uc_link = NULL;
    makecontext(&t->context, task_main, 0);
#if WITH_FIBERS
    t->fiber = __tsan_create_fiber(0);
#endif
    make_ready(t);
    return true;
}

task *task_self(void)
{
    return on_loop_thread ? loop.current : NULL;
}

bool task_loop_runs(void)
{
    pthread_mutex_lock(&lock);
    bool started = loop.started;
    pthread_mutex_unlock(&lock);
    return started;
}

bool task_on_loop(void)
{
    return on_loop_thread;
}

bool task_cancelled(void)
{
    task *t = task_self();
    return t && t->cancelled && t->shields == 0;
}

int task_park(int64_t deadline)
{
    task *t = task_self();
    assert(t && "waiting outside a task");
    if (task_cancelled())
        return -HYPE_CANCELLED;
    t->parked = true;
    if (deadline != NO_DEADLINE)
        task_timer_set(&t->timer, deadline);
    switch_out(t); /* also where there was no memory for the timer: the task is ready then */
    return t->wake;
}

void task_cancel(task *cancelled)
{
    cancelled->cancelled = true;
    if (cancelled->shields == 0)
        wake(cancelled, -HYPE_CANCELLED);
}

void task_shield_begin(void)
{
    task_self()->shields++;
}

void task_shield_end(void)
{
    task_self()->shields--;
}

int task_sleep_until(int64_t deadline)
{
    int status = task_park(deadline);
    return status == -HYPE_TIMEOUT ? 0 : status;
}

int task_yield(void)
{
    task *t = task_self();
    if (task_cancelled())
        return -HYPE_CANCELLED;
    make_ready(t);
    switch_out(t);
    return task_cancelled() ? -HYPE_CANCELLED : 0;
}

/* ---- Descriptors ---- */

int task_watch_set(struct task_watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(loop.epoll, EPOLL_CTL_MOD, watch->fd, &event) == 0)
        return 0;
    if (errno == ENOENT && epoll_ctl(loop.epoll, EPOLL_CTL_ADD, watch->fd, &event) == 0)
        return 0;
    return -errno;
}

void task_watch_remove(struct task_watch *watch)
{
    epoll_ctl(loop.epoll, EPOLL_CTL_DEL, watch->fd, NULL);
    for (int i = 0; i < loop.batch_length; i++) /* events of this turn that have not been handed out yet */
        if (loop.batch[i].data.ptr == watch)
            loop.batch[i].data.ptr = NULL;
}

struct fd_wait {
    struct task_watch watch;
    task *waiting;
    uint32_t events;
};

static void fd_ready(struct task_watch *watch, uint32_t events)
{
    struct fd_wait *wait = (struct fd_wait *)watch;
    wait->events = events;
    task_resume(wait->waiting);
}

int task_wait_fd(int fd, uint32_t events, int64_t deadline)
{
    struct fd_wait wait = {.watch = {.ready = fd_ready, .fd = fd}, .waiting = task_self()};
    if (task_cancelled())
        return -HYPE_CANCELLED;
    int failure = task_watch_set(&wait.watch, events | EPOLLONESHOT);
    if (failure == -EPERM)
        return (int)events; /* a regular file is always ready */
    if (failure < 0)
        return -HYPE_SYSTEM;
    int status = task_park(deadline);
    task_watch_remove(&wait.watch);
    if (status == -HYPE_TIMEOUT)
        return 0;
    return status < 0 ? status : (int)wait.events;
}

/* ---- Events and groups ---- */

void task_event_set(struct task_event *event)
{
    event->set = true;
    while (event->waiters) {
        task *t = event->waiters;
        event->waiters = t->next_waiter;
        wake(t, 0);
    }
}

int task_event_wait(struct task_event *event, int64_t deadline)
{
    if (event->set)
        return 0;
    task *t = task_self();
    t->next_waiter = event->waiters;
    event->waiters = t;
    int status = task_park(deadline);
    if (status < 0)
        for (task **where = &event->waiters; *where; where = &(*where)->next_waiter)
            if (*where == t) {
                *where = t->next_waiter;
                break;
            }
    return status;
}

int task_lock(struct task_lock *wanted)
{
    while (wanted->held) {
        int status = task_event_wait(&wanted->released, NO_DEADLINE);
        if (status < 0)
            return status;
    }
    wanted->held = true;
    wanted->released.set = false;
    return 0;
}

void task_unlock(struct task_lock *wanted)
{
    wanted->held = false;
    task_event_set(&wanted->released);
}

struct task_member {
    struct task_group *group;
    int (*function)(void *context, hype_error **error);
    void *context;
    task *task;
    struct task_member *next;
};

static void group_fail(struct task_group *group, int status, hype_error *error)
{
    if (group->status == 0) {
        group->status = status;
        group->error = error;
        for (struct task_member *m = group->members; m; m = m->next)
            task_cancel(m->task);
    } else {
        error_free(error);
    }
}

static void group_member_main(void *argument)
{
    struct task_member *member = argument;
    struct task_group *group = member->group;
    hype_error *error = NULL;
    int status = member->function(member->context, &error);
    struct task_member **where = &group->members;
    while (*where != member)
        where = &(*where)->next;
    *where = member->next;
    free(member);
    group->running--;
    if (status < 0)
        group_fail(group, status, error);
    else
        error_free(error);
    if (group->owner)
        task_resume(group->owner);
}

/* Waits until fewer than LIMIT members run; a cancelled owner takes its members with it. */
static void group_drain(struct task_group *group, unsigned limit)
{
    while (group->running >= limit) {
        group->owner = task_self();
        int status = task_park(NO_DEADLINE);
        group->owner = NULL;
        if (status == -HYPE_CANCELLED) {
            group_fail(group, status, NULL);
            task_shield_begin();
            group_drain(group, 1);
            task_shield_end();
        }
    }
}

int task_group_start(struct task_group *group, int (*function)(void *context, hype_error **error), void *context)
{
    if (group->status == 0 && group->limit > 0)
        group_drain(group, group->limit);
    if (group->status < 0)
        return group->status;
    struct task_member *member = calloc(1, sizeof *member);
    task *t = member ? task_new(group_member_main, member) : NULL;
    if (!t || !task_launch(t)) {
        free(t);
        free(member);
        group_fail(group, -HYPE_MEMORY, NULL);
        return -HYPE_MEMORY;
    }
    *member = (struct task_member){group, function, context, t, group->members};
    group->members = member;
    group->running++;
    return 0;
}

int task_group_wait(struct task_group *group, hype_error **error)
{
    group_drain(group, 1);
    int status = group->status;
    if (status == -HYPE_MEMORY && !group->error)
        error_memory(error);
    else if (status < 0 && !group->error)
        error_set(error, (hype_status)-status, "cancelled");
    else if (error && !*error)
        *error = steal_pointer(group->error);
    error_free(group->error);
    memset(group, 0, sizeof *group);
    return status;
}

/* ---- Blocking work ---- */

static void work_done(void *context)
{
    struct work *work = context;
    task_resume(work->waiting);
}

static void *worker_main(void *unused)
{
    pthread_mutex_lock(&lock);
    for (;;) {
        while (!loop.first_work) {
            loop.idle_workers++;
            pthread_cond_wait(&loop.work_arrived, &lock);
            loop.idle_workers--;
        }
        struct work *work = loop.first_work;
        loop.first_work = work->next;
        if (!loop.first_work)
            loop.last_work = &loop.first_work;
        pthread_mutex_unlock(&lock);
        work->result = work->function(work->context);
        work->done = (struct task_message){work_done, work, NULL};
        task_send(&work->done, NULL);
        pthread_mutex_lock(&lock);
    }
    return unused;
}

static int start_thread(pthread_t *thread, void *(*function)(void *))
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* the program's signals are for the program's own threads */
    int failure = pthread_create(thread, NULL, function, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

int task_offload(int (*function)(void *context), void *context)
{
    struct work work = {.function = function, .context = context, .waiting = task_self()};
    pthread_mutex_lock(&lock);
    if (loop.idle_workers == 0 && loop.workers < WORKERS) {
        pthread_t worker;
        if (start_thread(&worker, worker_main) == 0) {
            pthread_detach(worker);
            loop.workers++;
        }
    }
    bool queued = loop.workers > 0;
    if (queued) {
        *loop.last_work = &work;
        loop.last_work = &work.next;
        pthread_cond_signal(&loop.work_arrived);
    }
    pthread_mutex_unlock(&lock);
    if (!queued)
        return function(context); /* no thread to be had: late is better than not at all */
    task_shield_begin();
    task_park(NO_DEADLINE);
    task_shield_end();
    return work.result;
}

/* ---- The loop ---- */

static void run_posts(struct task_watch *unused_watch, uint32_t unused_events)
{
    (void)unused_watch, (void)unused_events;
    uint64_t count;
    while (read(loop.wakeup, &count, sizeof count) < 0 && errno == EINTR)
        ;
    pthread_mutex_lock(&lock);
    struct task_message *message = loop.first_post;
    loop.first_post = NULL;
    loop.last_post = &loop.first_post;
    pthread_mutex_unlock(&lock);
    while (message) {
        struct task_message *next = message->next;
        message->function(message->context);
        message = next;
    }
}

static int milliseconds_to_next_timer(void)
{
    if (loop.n_timers == 0)
        return -1;
    int64_t left = loop.timers[1]->deadline - clock_ms();
    return left <= 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left;
}

static void *loop_main(void *unused)
{
    static struct task_watch wakeup;
    on_loop_thread = true;
    wakeup = (struct task_watch){run_posts, loop.wakeup};
    task_watch_set(&wakeup, EPOLLIN);
    for (;;) {
        while (loop.first_ready) {
            task *t = loop.first_ready;
            loop.first_ready = t->next;
            if (!loop.first_ready)
                loop.last_ready = &loop.first_ready;
            task_continue(t);
        }
        int n = epoll_wait(loop.epoll, loop.batch, EVENT_BATCH, milliseconds_to_next_timer());
        loop.batch_length = n > 0 ? n : 0;
        for (int i = 0; i < loop.batch_length; i++) {
            struct task_watch *watch = loop.batch[i].data.ptr;
            if (watch)
                watch->ready(watch, loop.batch[i].events);
        }
        loop.batch_length = 0;
        timers_run();
    }
    return unused;
}

/* A child of fork() has none of the threads: it starts afresh when it first needs a loop. */
static void after_fork_in_child(void)
{
    pthread_mutex_init(&lock, NULL);
    if (loop.started) {
        close(loop.epoll);
        close(loop.wakeup);
        free(loop.timers);
        while (loop.n_spare_stacks > 0) {
            size_t guard = (size_t)sysconf(_SC_PAGESIZE);
            munmap(loop.spare_stacks[--loop.n_spare_stacks] - guard, STACK_SIZE + guard);
        }
    }
    memset(&loop, 0, sizeof loop);
    on_loop_thread = false;
    pthread_cond_init(&loop.work_arrived, NULL);
}
IN_FORKED_CHILD(after_fork_in_child);

/* With the lock held. */
static int loop_start(hype_error **error)
{
    loop.epoll = epoll_create1(EPOLL_CLOEXEC);
    loop.wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop.last_post = &loop.first_post;
    loop.last_ready = &loop.first_ready;
    loop.last_work = &loop.first_work;
    int failure = loop.epoll < 0 || loop.wakeup < 0 ? errno : start_thread(&loop.thread, loop_main);
    if (failure) {
        if (loop.epoll >= 0)
            close(loop.epoll);
        if (loop.wakeup >= 0)
            close(loop.wakeup);
        return error_system(error, failure, "cannot start the thread that drives calls");
    }
    pthread_detach(loop.thread);
    loop.started = true;
    return 0;
}

int task_send(struct task_message *message, hype_error **error)
{
    message->next = NULL;
    pthread_mutex_lock(&lock);
    int status = loop.started ? 0 : loop_start(error);
    bool first = false;
    if (status == 0) {
        first = !loop.first_post;
        *loop.last_post = message;
        loop.last_post = &message->next;
    }
    pthread_mutex_unlock(&lock);
    if (first) {
        uint64_t one = 1;
        while (write(loop.wakeup, &one, sizeof one) < 0 && errno == EINTR)
            ;
    }
    return status;
}

static void run_post(void *context)
{
    struct post *post = context;
    post->function(post->context);
    free(post);
}

int task_post(task_function *function, void *context, hype_error **error)
{
    struct post *post = malloc(sizeof *post);
    if (!post)
        return error_memory(error);
    *post = (struct post){{run_post, post, NULL}, function, context};
    int status = task_send(&post->message, error);
    if (status < 0)
        free(post);
    return status;
}

static void launch_on_loop(void *context)
{
    struct launch *launch = context;
    launch_done(launch, task_launch(launch->task));
}

static void launch_wait(struct launch *launch)
{
    while (sem_wait(&launch->done) < 0) /* a signal came */
        ;
}

static int start(task *t, hype_error **error)
{
    if (on_loop_thread)
        return task_launch(t) ? 0 : error_memory(error);
    struct launch launch = {.task = t};
    sem_init(&launch.done, 0, 0);
    launch.message = (struct task_message){launch_on_loop, &launch, NULL};
    int status = task_send(&launch.message, error);
    if (status == 0)
        launch_wait(&launch);
    sem_destroy(&launch.done);
    return status < 0 ? status : launch.launched ? 0 : error_memory(error);
}

int task_start(task_function *function, void *context, task **started, hype_error **error)
{
    task *t = task_new(function, context);
    int status = t ? start(t, error) : error_memory(error);
    if (status < 0)
        free(t);
    else if (started)
        *started = t;
    return status;
}

int task_run(task_function *function, void *context, hype_error **error)
{
    struct launch end = {.task = NULL};
    sem_init(&end.done, 0, 0);
    task t = {.function = function, .argument = context, .timer.fire = task_timed_out, .end = &end};
    int status = start(&t, error);
    if (status == 0)
        launch_wait(&end);
    sem_destroy(&end.done);
    return status;
}
