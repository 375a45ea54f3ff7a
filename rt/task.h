/*
 * task.h: one event loop that drives every call in flight, with code that reads from top to bottom.
 *
 * A task is a function on a small stack of its own. It runs on the one loop thread until it waits (for a descriptor,
 * a time, an event or another task), and others run meanwhile: thousands of tasks cost one thread. Tasks never run
 * at the same time as each other, so what only tasks touch needs no lock. Nothing in a task may block the thread;
 * blocking work goes to task_offload().
 *
 * Cancellation: a cancelled task's waits return -HYPE_CANCELLED at once, so it unwinds through its own error paths.
 * Cleaning up after that (deleting a pod, say) waits again inside task_shield_begin() and task_shield_end().
 */
#ifndef HYPE_RT_TASK_H
#define HYPE_RT_TASK_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct task task;
typedef void task_function(void *context);

#define NO_DEADLINE INT64_MAX /* deadlines are clock_ms() times */

/* From any thread. The loop thread is started by the first. A task is freed when its function returns. */
int task_start(task_function *function, void *context, task **started, hype_error **error);
/* From a thread that is not the loop's: starts a task and waits until it has ended. */
int task_run(task_function *function, void *context, hype_error **error);
/* From any thread: FUNCTION(CONTEXT) soon runs on the loop thread, outside any task; it must not wait. */
int task_post(task_function *function, void *context, hype_error **error);
/* The same in memory of the caller's, which stays until FUNCTION is called. It fails only where the loop thread has to
 * be started first, and cannot be. */
struct task_message {
    task_function *function;
    void *context;
    struct task_message *next;
};
int task_send(struct task_message *message, hype_error **error);
/* On the loop thread, in a task or not? */
bool task_on_loop(void);
/* Has the loop been started? Where it could not be, no task has ever run. */
bool task_loop_runs(void);

/* ---- Inside a task ---- */
task *task_self(void); /* NULL outside */

/* Until FD is ready for EVENTS (EPOLLIN, EPOLLOUT; hang-ups and errors always) or DEADLINE has passed: the events, 0
 * at the deadline, or -HYPE_CANCELLED. One task at a time may wait for one descriptor. */
int task_wait_fd(int fd, uint32_t events, int64_t deadline);
int task_sleep_until(int64_t deadline); /* 0 or -HYPE_CANCELLED */
/* Lets the others run. */
int task_yield(void);
/* Runs WORK(CONTEXT) on a thread of a small pool and returns its value. Not cut short by cancellation. */
int task_offload(int (*work)(void *context), void *context);

/* Loop thread only; harmless for a task that is not waiting. The task must not have ended. */
void task_cancel(task *cancelled);
bool task_cancelled(void);
void task_shield_begin(void); /* nests */
void task_shield_end(void);

/* An event: once set it stays set. Zero-initialize. Loop thread only. */
struct task_event {
    bool set;
    task *waiters;
};
void task_event_set(struct task_event *event);
/* 0 when set, -HYPE_TIMEOUT at the deadline, -HYPE_CANCELLED. */
int task_event_wait(struct task_event *event, int64_t deadline);

/* What one task at a time may do. Zero-initialize. Loop thread only. */
struct task_lock {
    bool held;
    struct task_event released;
};
int task_lock(struct task_lock *wanted); /* 0, or -HYPE_CANCELLED without the lock */
void task_unlock(struct task_lock *wanted);

/* A group of tasks that share the outcome: the first failure cancels the rest. Zero-initialize; the task that waits
 * owns it. */
struct task_group {
    unsigned running;
    unsigned limit; /* at most so many at once; 0: no limit */
    int status;
    hype_error *error;
    struct task_member *members;
    task *owner;
};
/* Starts FUNCTION(CONTEXT, error); waits first while LIMIT are running. A status < 0 here means that the group has
 * failed (or is cancelled) and FUNCTION was not started. */
int task_group_start(struct task_group *group, int (*function)(void *context, hype_error **error), void *context);
/* Until all have ended: 0, or the first failure, whose error goes to *ERROR. */
int task_group_wait(struct task_group *group, hype_error **error);

/* The loop's epoll, for libraries that have their own idea of descriptors (curl's multi interface). CALLBACK runs on
 * the loop thread, outside any task. */
struct task_watch {
    void (*ready)(struct task_watch *watch, uint32_t events);
    int fd;
};
int task_watch_set(struct task_watch *watch, uint32_t events); /* adds or changes; 0 or -errno */
void task_watch_remove(struct task_watch *watch);
/* One-shot timer: FIRE runs on the loop thread, outside any task. Setting it again moves it. */
struct task_timer {
    void (*fire)(struct task_timer *timer);
    int64_t deadline;
    size_t place; /* in the loop's heap; 0 when not set */
};
void task_timer_set(struct task_timer *timer, int64_t deadline);
void task_timer_stop(struct task_timer *timer);

/* Parks the calling task until task_resume(); the building block for callbacks of libraries. 0 or -HYPE_CANCELLED. */
int task_park(int64_t deadline); /* -HYPE_TIMEOUT at the deadline */
void task_resume(task *parked);  /* loop thread only */

#endif
