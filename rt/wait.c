/*
 * wait.c: waiting for futures: for one, for any or all of several, or for those of a group as they end.
 *
 * A thread that waits leaves a note at each of the futures that it waits for; a future that settles takes its notes
 * away and wakes their threads. A group is two lists, of members that run and of members that have ended, so that
 * taking the next one costs the same among ten and among ten thousand.
 */
#include "future.h"

#include "list.h"

#include <errno.h>
#include <sys/eventfd.h>

struct waiting {
    pthread_cond_t changed;
    size_t left; /* futures that have not settled */
};

struct waiter {
    struct waiting *waiting;
    struct waiter *next;
};

/* ---- Time ---- */

void condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

const struct timespec *deadline_after(double timeout, struct timespec *deadline)
{
    if (!(timeout >= 0) || timeout > LONGEST_S)
        return NULL;
    clock_gettime(CLOCK_MONOTONIC, deadline);
    deadline->tv_sec += (time_t)timeout;
    deadline->tv_nsec += (long)((timeout - (double)(time_t)timeout) * 1e9);
    if (deadline->tv_nsec >= 1000000000) {
        deadline->tv_sec++;
        deadline->tv_nsec -= 1000000000;
    }
    return deadline;
}

bool condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, const struct timespec *deadline)
{
    if (!deadline)
        return pthread_cond_wait(condition, lock) == 0;
    return pthread_cond_timedwait(condition, lock, deadline) != ETIMEDOUT;
}

/* ---- Some futures ---- */

static void leave_note(hype_future *future, struct waiter *waiter, struct waiting *waiting)
{
    *waiter = (struct waiter){waiting, future->waiters};
    future->waiters = waiter;
}

static void take_note(hype_future *future, const struct waiter *waiter)
{
    for (struct waiter **where = &future->waiters; *where; where = &(*where)->next)
        if (*where == waiter) {
            *where = waiter->next;
            return;
        }
}

void future_wait(hype_future *future)
{
    struct waiting waiting = {.left = 1};
    struct waiter waiter;
    condition_init(&waiting.changed);
    leave_note(future, &waiter, &waiting);
    while (waiting.left > 0)
        condition_wait(&waiting.changed, &futures_lock, NULL);
    pthread_cond_destroy(&waiting.changed);
}

/* Until at most LEAVE of N futures are left; false when the time is up before. */
static bool wait_for(hype_future *const *futures, size_t n, size_t leave, double timeout, struct waiter *waiters)
{
    struct waiting waiting = {.left = 0};
    struct timespec time;
    const struct timespec *deadline = deadline_after(task_on_loop() ? 0 : timeout, &time);
    condition_init(&waiting.changed);
    for (size_t i = 0; i < n; i++)
        if (futures[i] && futures[i]->state != FUTURE_SETTLED) {
            leave_note(futures[i], &waiters[i], &waiting);
            waiting.left++;
        }
    while (waiting.left > leave && condition_wait(&waiting.changed, &futures_lock, deadline))
        ;
    for (size_t i = 0; i < n && waiting.left > 0; i++)
        if (futures[i] && futures[i]->state != FUTURE_SETTLED)
            take_note(futures[i], &waiters[i]);
    pthread_cond_destroy(&waiting.changed);
    return waiting.left <= leave;
}

static size_t count(hype_future *const *futures, size_t n, ptrdiff_t *first_settled)
{
    size_t running = 0;
    *first_settled = -1;
    for (size_t i = 0; i < n; i++)
        if (futures[i] && futures[i]->state != FUTURE_SETTLED)
            running++;
        else if (futures[i] && *first_settled < 0)
            *first_settled = (ptrdiff_t)i;
    return running;
}

static int timed_out(hype_error **error, double timeout)
{
    return error_set(error, HYPE_TIMEOUT, "no call ended within the %g s that were waited", timeout);
}

ptrdiff_t hype_wait_any(hype_future *const *futures, size_t n, double timeout)
{
    hype_error *error = NULL;
    ptrdiff_t first;
    cleanup_free struct waiter *waiters = calloc(n + 1, sizeof *waiters);
    if (!waiters) {
        error_memory(&error);
        return error_publish(error);
    }
    pthread_mutex_lock(&futures_lock);
    size_t running = count(futures, n, &first);
    if (first < 0 && running == 0)
        error_set(&error, HYPE_INVALID, "none of the futures to wait for is there");
    else if (first < 0 && !wait_for(futures, n, running - 1, timeout, waiters))
        timed_out(&error, timeout);
    else if (first < 0)
        count(futures, n, &first);
    pthread_mutex_unlock(&futures_lock);
    int status = error_publish(error);
    return status < 0 ? status : first;
}

int hype_wait_all(hype_future *const *futures, size_t n, double timeout)
{
    hype_error *error = NULL;
    cleanup_free struct waiter *waiters = calloc(n + 1, sizeof *waiters);
    if (!waiters)
        error_memory(&error);
    pthread_mutex_lock(&futures_lock);
    if (waiters && !wait_for(futures, n, 0, timeout, waiters))
        error_set(&error, HYPE_TIMEOUT, "not all calls ended within the %g s that were waited", timeout);
    pthread_mutex_unlock(&futures_lock);
    return error_publish(error);
}

/* ---- Groups ---- */

struct member_list {
    hype_future *first, **last;
};

struct hype_group {
    struct member_list running, ended;
    pthread_cond_t changed;
    int fd; /* readable while one has ended; -1 until it is asked for */
};

static struct member_list *list_of(hype_group *group, const hype_future *future)
{
    return future->state == FUTURE_SETTLED ? &group->ended : &group->running;
}

static void show(hype_group *group)
{
    uint64_t count = 1;
    if (group->fd >= 0 && group->ended.first)
        (void)!write(group->fd, &count, sizeof count);
    else if (group->fd >= 0)
        (void)!read(group->fd, &count, sizeof count);
}

void group_remove(hype_future *future)
{
    hype_group *group = future->group;
    if (!group)
        return;
    list_take(list_of(group, future), future);
    future->group = NULL;
    if (!group->ended.first)
        show(group);
    pthread_cond_broadcast(&group->changed); /* perhaps it was the last one */
}

void future_wake(hype_future *future)
{
    hype_group *group = future->state == FUTURE_SETTLED ? NULL : future->group;
    if (group)
        list_take(&group->running, future);
    future->state = FUTURE_SETTLED;
    for (struct waiter *waiter; (waiter = future->waiters);) {
        future->waiters = waiter->next;
        waiter->waiting->left--;
        pthread_cond_signal(&waiter->waiting->changed);
    }
    if (!group)
        return;
    bool first = !group->ended.first;
    list_put(&group->ended, future);
    if (first)
        show(group);
    pthread_cond_signal(&group->changed);
}

hype_group *hype_group_open(void)
{
    hype_error *error = NULL;
    hype_group *group = calloc(1, sizeof *group);
    if (group) {
        group->fd = -1;
        condition_init(&group->changed);
    } else {
        error_memory(&error);
    }
    error_publish(error);
    return group;
}

void hype_group_add(hype_group *group, hype_future *future)
{
    if (!future)
        return;
    pthread_mutex_lock(&futures_lock);
    group_remove(future);
    future->group = group;
    list_put(list_of(group, future), future);
    if (future->state == FUTURE_SETTLED) {
        show(group);
        pthread_cond_signal(&group->changed);
    }
    pthread_mutex_unlock(&futures_lock);
}

int hype_group_next(hype_group *group, double timeout, hype_future **future)
{
    hype_error *error = NULL;
    struct timespec time;
    const struct timespec *deadline = deadline_after(task_on_loop() ? 0 : timeout, &time);
    pthread_mutex_lock(&futures_lock);
    while (!group->ended.first && group->running.first && !error)
        if (!condition_wait(&group->changed, &futures_lock, deadline) && !group->ended.first)
            timed_out(&error, timeout);
    *future = group->ended.first;
    if (*future)
        group_remove(*future);
    pthread_mutex_unlock(&futures_lock);
    return error_publish(error);
}

int hype_group_fd(hype_group *group)
{
    hype_error *error = NULL;
    pthread_mutex_lock(&futures_lock);
    if (group->fd < 0) {
        group->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (group->fd < 0)
            error_system(&error, errno, "cannot make an eventfd for a group of calls");
        else if (group->ended.first)
            show(group);
    }
    int fd = group->fd;
    pthread_mutex_unlock(&futures_lock);
    int status = error_publish(error);
    return status < 0 ? status : fd;
}

void hype_group_close(hype_group *group)
{
    if (!group)
        return;
    pthread_mutex_lock(&futures_lock);
    while (group->running.first)
        group_remove(group->running.first);
    while (group->ended.first)
        group_remove(group->ended.first);
    pthread_mutex_unlock(&futures_lock);
    if (group->fd >= 0)
        close(group->fd);
    pthread_cond_destroy(&group->changed);
    free(group);
}
