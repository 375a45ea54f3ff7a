/* future.h: what a future is, for those who make it (future.c) and those who wait for it (wait.c). */
#ifndef HYPE_RT_FUTURE_H
#define HYPE_RT_FUTURE_H

#include "closure.h"
#include "submit/submitter.h"
#include "task.h"

#include <pthread.h>
#include <time.h>

/* RUNNING until it has an outcome; DONE until its callback, if it has one, has returned. */
enum future_state { FUTURE_RUNNING, FUTURE_DONE, FUTURE_SETTLED };

struct hype_future {
    hype_submitter *submitter;
    hype_closure *closure;
    struct shared_env *env;
    struct buffer returned; /* the return image, once it is done and ERROR is NULL */
    hype_error *error;      /* why there is none */
    struct output output;   /* what the last attempt has printed and is not yet written */
    struct job *traced;     /* the last attempt's, kept where it is traced; or NULL */

    /* Under futures_lock. */
    enum future_state state;
    bool cancelled;
    unsigned references; /* the user's, and one for each thing that the loop thread has yet to do with it */
    struct waiter *waiters;
    hype_done_function *on_done;
    void *on_done_context;
    hype_group *group;
    hype_future *next, **at; /* in the group */

    /* The loop thread's own. */
    struct submitter_call call;
    task *task;              /* of the attempt that runs, or NULL */
    struct task_timer timer; /* ends the attempt, or the pause before the next */
    struct task_message message, cancel;
    unsigned attempts;
    int64_t queued; /* trace_clock() when it was given to the submitter; 0 when nothing is traced */
    long depth;     /* of a nested call; 0 in a program that nobody called */
    struct gathered *gathered; /* gather.c's, of a call that is made in a batch; or NULL */
    bool timed_out;
    bool from_there; /* ERROR is one that the place has sent */
};

/* ---- future.c ---- */

struct shared_env {
    size_t references;
    hype_env env;
};

/* A future that is not begun, or one that has failed already (state FUTURE_SETTLED). NULL when memory is out, which is
 * published; CLOSURE is taken over in any case. */
hype_future *future_new(hype_submitter *submitter, const hype_env *env, hype_closure *closure);
/* MESSAGE, of the future's own, goes to the loop thread. */
int future_begin(hype_future *future, task_function *function);

/* The job of one attempt; to be freed with job_end() once its output has been taken or closed. */
struct job *job_new(const hype_future *future, const hype_env *env);

/* On the loop thread, of a future that its gatherer has. IMAGE (taken over) or ERROR (likewise): its outcome. */
void future_deliver(hype_future *future, struct buffer *image, hype_error *error, bool from_there);

/* As hype_await(), but the error is not published. */
int future_await(hype_future *future, void *result, hype_arena **arena, hype_error **error);

/* Waits as well, and takes nothing. */
void future_discard(hype_future *future);

/* One lock for all futures and groups: it is held for a few instructions at a time. */
extern pthread_mutex_t futures_lock;

/* ---- wait.c; all with the lock held ---- */

/* FUTURE is settled now, or was and its callback has returned: whoever waits for it is woken. */
void future_wake(hype_future *future);
/* Until the next time that it is woken. */
void future_wait(hype_future *future);
void group_remove(hype_future *future);

/* ---- Time ---- */

void condition_init(pthread_cond_t *condition);
/* When TIMEOUT seconds have passed; NULL for ever. */
const struct timespec *deadline_after(double timeout, struct timespec *deadline);
/* With LOCK held. False when the deadline has passed. */
bool condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, const struct timespec *deadline);

#endif
