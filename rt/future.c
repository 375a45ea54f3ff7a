/*
 * future.c: one call from its submission to its value.
 *
 * hype_start() sends a message to the loop thread; the submitter says when it is the call's turn; a task then lets it
 * run the call, once or, where the environment says so, several times. hype_await() decodes the return image in the
 * awaiting thread, so that writes through pointers happen there and then. What a call needs while it runs (a stack, a
 * job) is made when it runs: thousands of calls may wait.
 */
#include "future.h"

#include "backtrace.h"
#include "fork.h"
#include "interrupt.h"
#include "log.h"
#include "retry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { NESTING_LIMIT = 16 };

pthread_mutex_t futures_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- Environments: the same one is kept once, however many calls use it ---- */

static struct shared_env *latest_env;

static void after_fork_in_child(void)
{
    pthread_mutex_init(&futures_lock, NULL);
    latest_env = NULL;
}
IN_FORKED_CHILD(after_fork_in_child);

/* With the lock held. */
static void env_give(struct shared_env *env)
{
    if (env && --env->references == 0)
        free(env);
}

static struct shared_env *env_take(const hype_env *env)
{
    pthread_mutex_lock(&futures_lock);
    struct shared_env *shared = latest_env;
    if (!shared || memcmp(&shared->env, env, sizeof *env) != 0) {
        shared = malloc(sizeof *shared);
        if (shared) {
            env_give(latest_env);
            latest_env = shared;
            shared->references = 1;
            memcpy(&shared->env, env, sizeof *env);
        }
    }
    if (shared)
        shared->references++;
    pthread_mutex_unlock(&futures_lock);
    return shared;
}

/* ---- Ends ---- */

static void future_free(hype_future *future)
{
    hype_closure_free(future->closure);
    buffer_free(&future->returned);
    output_close(&future->output);
    error_free(future->error);
    if (future->traced)
        trace_end(&future->traced->trace, -HYPE_CANCELLED); /* of one that was not awaited */
    free(future->traced);
    free(future);
}

static void unlock_and_give(hype_future *future)
{
    bool last = --future->references == 0;
    if (last)
        env_give(future->env);
    pthread_mutex_unlock(&futures_lock);
    if (last)
        future_free(future);
}

static void run_callback(void *context)
{
    hype_future *future = context;
    future->on_done(future, future->on_done_context);
    pthread_mutex_lock(&futures_lock);
    future->on_done = NULL;
    future_wake(future);
    unlock_and_give(future);
}

/* With the lock held: the callback runs on the loop thread's own stack, outside any task. */
static int send_callback(hype_future *future, hype_error **error)
{
    future->message.function = run_callback;
    int status = task_send(&future->message, error);
    if (status == 0)
        future->references++;
    return status;
}

/* The call has its outcome. */
static void finish(hype_future *future)
{
    if (interrupt_pending()) /* nobody is told: it is RUNNING for as long as the program is */
        return;
    interrupt_call_ends();
    pthread_mutex_lock(&futures_lock);
    if (future->cancelled) {
        error_clear(&future->error);
        error_set(&future->error, HYPE_CANCELLED, "%s() was cancelled", future->closure->capture.entry->name);
    }
    future->state = FUTURE_DONE;
    if (future->on_done)
        send_callback(future, NULL);
    else
        future_wake(future);
    unlock_and_give(future);
}

void future_deliver(hype_future *future, struct buffer *image, hype_error *error, bool from_there)
{
    if (image)
        future->returned = *image;
    future->error = error;
    future->from_there = from_there;
    finish(future);
}

/* ---- Attempts ---- */

static bool is_error_image(const struct buffer *returned)
{
    const struct image_header *header = (const void *)returned->data;
    return returned->size >= sizeof *header && header->kind == IMAGE_ERROR;
}

static void timeout_fired(struct task_timer *timer)
{
    hype_future *future = (hype_future *)((char *)timer - offsetof(hype_future, timer));
    future->timed_out = true;
    task_cancel(future->task);
}

struct job *job_new(const hype_future *future, const hype_env *env)
{
    const struct capture *capture = &future->closure->capture;
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    strcpy(job->id, "hype-run-");
    text_random(job->id + strlen(job->id), 8);
    job->unit = capture->unit;
    job->entry = capture->entry;
    job->env = *env;
    job->arguments = capture->image.data;
    job->arguments_size = capture->image.size;
    job->arguments_fd = capture->image.fd;
    job->segments = capture->segments;
    job->n_segments = capture->n_segments;
    job->returned.fd = -1;
    if (future->depth > 0) {
        snprintf(job->depth, sizeof job->depth, "%ld", future->depth + 1);
        job->env = hype_with_variable(job->env, "HYPE_DEPTH", job->depth);
    }
    output_open(&job->output, job->entry->name, job->id, job->env.logs);
    trace_begin(&job->trace, job->entry->name, job->id, future->attempts > 1 ? NULL : future->closure->bound,
                future->queued, &job->env);
    return job;
}

/* Takes what has come of an attempt out of its job. */
static void conclude(hype_future *future, struct job *job, int status)
{
    const char *name = job->entry->name;
    if (status < 0 && future->timed_out) {
        error_clear(&future->error);
        error_set(&future->error, HYPE_TIMEOUT, "%s() did not end within the %g s that its environment allows", name,
                  job->env.timeout);
    } else if (status < 0 && !future->error) {
        error_set(&future->error, (hype_status)-status, "%s() could not be run: %s", name, hype_status_name(status));
    } else if (status == 0 && is_error_image(&job->returned)) {
        image_decode_error(job->returned.data, job->returned.size, &future->error);
        future->from_there = true;
        buffer_free(&job->returned);
    } else if (status == 0) {
        buffer_settle(&job->returned);
        future->returned = job->returned;
    }
    if (status < 0) /* the answer may have come just when the call was cancelled */
        buffer_free(&job->returned);
    output_end(&job->output);
    if (future->error && !future->error->output)
        error_set_output(future->error, output_tail(&job->output));
    future->output = job->output;
    if (job->trace.track)
        future->traced = job;
    else
        free(job);
}

static void run_attempt(hype_future *future)
{
    struct job *job = job_new(future, &future->env->env);
    if (!job) {
        error_memory(&future->error);
        return;
    }
    future->timed_out = false;
    future->timer.fire = timeout_fired;
    if (job->env.timeout > 0)
        task_timer_set(&future->timer, clock_after(job->env.timeout));
    int status = job->env.invalid
                     ? error_set(&future->error, HYPE_INVALID, "%s(): %s", job->entry->name, job->env.invalid)
                     : future->submitter->operations->run(future->submitter, job, &future->error);
    task_timer_stop(&future->timer);
    conclude(future, job, status);
}

/* ---- Further attempts ---- */

static void pause_ended(struct task_timer *timer)
{
    hype_future *future = (hype_future *)((char *)timer - offsetof(hype_future, timer));
    submitter_admit(future->submitter, &future->call);
}

/* What is left of an attempt that does not count is dropped. */
static void forget_attempt(hype_future *future)
{
    if (future->traced)
        trace_end(&future->traced->trace, future->error->status);
    free(steal_pointer(future->traced));
    output_close(&future->output);
    error_clear(&future->error);
    future->from_there = false;
}

static bool try_again(hype_future *future)
{
    const hype_retry *policy = &future->env->env.retry;
    pthread_mutex_lock(&futures_lock);
    bool cancelled = future->cancelled;
    pthread_mutex_unlock(&futures_lock);
    if (!future->error || cancelled || !retry_wanted(policy, future->attempts, future->error, future->from_there))
        return false;
    double pause = retry_pause(policy, future->attempts);
    log_warning("Submitter", "%s; attempt %u of %u follows in %.1f s", future->error->message, future->attempts + 1,
                policy->attempts, pause);
    forget_attempt(future);
    submitter_pause(future->submitter, &future->call);
    future->timer.fire = pause_ended;
    task_timer_set(&future->timer, clock_after(pause));
    return true;
}

static void attempt_main(void *context)
{
    hype_future *future = context;
    run_attempt(future);
    future->task = NULL;
    if (try_again(future))
        return;
    submitter_leave(future->submitter, &future->call);
    finish(future);
}

static void start_attempt(struct submitter_call *call)
{
    hype_future *future = (hype_future *)((char *)call - offsetof(hype_future, call));
    future->attempts++;
    if (task_start(attempt_main, future, &future->task, &future->error) < 0) {
        submitter_leave(future->submitter, call);
        finish(future);
    }
}

/* ---- Cancelling ---- */

static void cancel_call(struct submitter_call *call)
{
    hype_future *future = (hype_future *)((char *)call - offsetof(hype_future, call));
    pthread_mutex_lock(&futures_lock);
    future->cancelled = true;
    pthread_mutex_unlock(&futures_lock);
    if (future->task) {
        task_cancel(future->task);
        return;
    }
    task_timer_stop(&future->timer);
    submitter_withdraw(future->submitter, call);
    finish(future);
}

static void cancel_on_loop(void *context)
{
    hype_future *future = context;
    if (future->state == FUTURE_RUNNING && !interrupt_pending()) /* which only this thread changes, and see finish() */
        future->call.cancel(&future->call);
    pthread_mutex_lock(&futures_lock);
    unlock_and_give(future);
}

bool hype_cancel(hype_future *future)
{
    if (!future)
        return false;
    pthread_mutex_lock(&futures_lock);
    bool running = future->state == FUTURE_RUNNING;
    if (running && !future->cancelled) {
        future->cancelled = true;
        future->cancel = (struct task_message){cancel_on_loop, future, NULL};
        if (task_send(&future->cancel, NULL) == 0)
            future->references++;
    }
    bool cancelled = future->cancelled;
    pthread_mutex_unlock(&futures_lock);
    return cancelled;
}

/* ---- Starting ---- */

static void begin(void *context)
{
    hype_future *future = context;
    if (!interrupt_pending())
        submitter_admit(future->submitter, &future->call);
}

/* A function that calls itself elsewhere without end shall not take the machine with it: each call knows how deep it
 * is, by a variable of its environment, which every submitter passes on. */
static int set_depth(hype_future *future)
{
    const char *depth = getenv("HYPE_DEPTH");
    future->depth = depth ? strtol(depth, NULL, 10) : getenv("HYPE_EXECUTION_ID") ? 1 : 0;
    if (future->depth < NESTING_LIMIT)
        return 0;
    return error_set(&future->error, HYPE_INVALID,
                     "%s(): calls are nested %ld deep, and a function there may call no deeper",
                     future->closure->capture.entry->name, future->depth);
}

static int prepare(hype_future *future, const hype_env *env)
{
    if (future->closure->error) {
        future->error = steal_pointer(future->closure->error);
        return future->error->status;
    }
    if (set_depth(future) < 0)
        return future->error->status;
    if (!future->submitter && !(future->submitter = submitter_default(&future->error)))
        return future->error->status;
    if (!(future->env = env_take(env)))
        return error_memory(&future->error);
    future->queued = trace_enabled() ? trace_clock() : 0;
    future->call.start = start_attempt;
    future->call.cancel = cancel_call;
    future->state = FUTURE_RUNNING;
    return 0;
}

hype_future *future_new(hype_submitter *submitter, const hype_env *env, hype_closure *closure)
{
    hype_future *future = closure ? calloc(1, sizeof *future) : NULL;
    if (!future) {
        hype_error *error = NULL;
        hype_closure_free(closure);
        error_memory(&error);
        error_publish(error);
        return NULL;
    }
    future->submitter = submitter;
    future->closure = closure;
    future->returned.fd = -1;
    future->state = FUTURE_SETTLED;
    future->references = 1;
    prepare(future, env);
    return future;
}

int future_begin(hype_future *future, task_function *function)
{
    future->message = (struct task_message){function, future, NULL};
    future->references++;
    interrupt_call_begins();
    int status = task_send(&future->message, &future->error);
    if (status < 0) {
        interrupt_call_ends();
        future->references--;
        future->state = FUTURE_SETTLED;
    }
    return status;
}

hype_future *hype_start_closure(hype_submitter *submitter, hype_env env, hype_closure *closure)
{
    hype_future *future = future_new(submitter, &env, closure);
    if (future && future->state == FUTURE_RUNNING)
        future_begin(future, begin);
    return future;
}

bool hype_done(hype_future *future)
{
    pthread_mutex_lock(&futures_lock);
    bool done = !future || future->state != FUTURE_RUNNING;
    pthread_mutex_unlock(&futures_lock);
    return done;
}

int hype_on_done(hype_future *future, hype_done_function *function, void *context)
{
    hype_error *error = NULL;
    pthread_mutex_lock(&futures_lock);
    if (!future || !function || future->on_done) {
        error_set(&error, HYPE_INVALID, "%s",
                  !future     ? "there is no future"
                  : !function ? "there is no function to call when the call is done"
                              : "the future has a function to call when it is done already");
    } else {
        future->on_done = function;
        future->on_done_context = context;
        if (future->state != FUTURE_RUNNING) {
            future->message.context = future;
            if (send_callback(future, &error) < 0)
                future->on_done = NULL;
        }
    }
    pthread_mutex_unlock(&futures_lock);
    return error_publish(error);
}

/* ---- Values ---- */

struct hype_arena {
    void *data;
    size_t size; /* bytes */
};

void hype_arena_free(hype_arena *arena)
{
    if (!arena)
        return;
    munmap(arena->data, arena->size);
    free(arena);
}

/* A private view of the return image: big arrays stay where they are, pages that get pointers are copied. A small one
 * is copied as a whole. */
static int open_arena(const struct buffer *returned, hype_arena **arena, hype_error **error)
{
    hype_arena *made = calloc(1, sizeof *made);
    if (!made)
        return error_memory(error);
    made->size = returned->size;
    made->data = mmap(NULL, made->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | (returned->fd < 0 ? MAP_ANONYMOUS : 0),
                      returned->fd, 0);
    if (made->data == MAP_FAILED) {
        int failure = errno;
        free(made);
        return error_system(error, failure, "cannot map a return value of %zu bytes", returned->size);
    }
    if (returned->fd < 0)
        memcpy(made->data, returned->data, returned->size);
    *arena = made;
    return 0;
}

/* ARENA NULL: new blocks are malloc()ed. */
static int decode_value(hype_future *future, void *result, hype_arena **arena)
{
    struct buffer *returned = &future->returned;
    int status = arena ? open_arena(returned, arena, &future->error) : 0;
    if (status == 0)
        status = image_decode_return(returned->data, arena ? (*arena)->data : NULL, returned->size,
                                     &future->closure->capture, result, &future->error);
    if (arena)
        buffer_discard(returned); /* the arena still shows its file, which must not be used again */
    if (status < 0 && arena) {
        hype_arena_free(*arena);
        *arena = NULL;
    }
    return status;
}

static void take_outcome(hype_future *future, void *result, hype_arena **arena)
{
    struct trace_call *trace = future->traced ? &future->traced->trace : NULL;
    int64_t decoding = trace ? trace_start(trace) : 0;
    if (future->from_there)
        backtrace_resolve(future->error, future->closure->capture.unit);
    int status = future->error ? future->error->status : decode_value(future, result, arena);
    if (status < 0 && !future->error->output)
        error_set_output(future->error, output_tail(&future->output));
    if (trace) {
        trace_phase(trace, TRACE_DECODE, decoding);
        trace_end(trace, status);
    }
}

/* With the lock held. */
static void wait_until_settled(hype_future *future)
{
    while (!task_on_loop() && (future->state != FUTURE_SETTLED || future->on_done))
        future_wait(future);
    group_remove(future);
}

void future_discard(hype_future *future)
{
    pthread_mutex_lock(&futures_lock);
    wait_until_settled(future);
    unlock_and_give(future);
}

int future_await(hype_future *future, void *result, hype_arena **arena, hype_error **error)
{
    if (arena)
        *arena = NULL;
    pthread_mutex_lock(&futures_lock);
    if (task_on_loop() && future->state == FUTURE_RUNNING) {
        pthread_mutex_unlock(&futures_lock);
        return error_set(error, HYPE_INVALID, "%s() is not done, and a function of hype_on_done() must not wait for it",
                         future->closure->capture.entry->name);
    }
    wait_until_settled(future);
    pthread_mutex_unlock(&futures_lock);
    if (!task_on_loop())
        output_drain(&future->output);
    take_outcome(future, result, arena);
    *error = steal_pointer(future->error);
    pthread_mutex_lock(&futures_lock);
    unlock_and_give(future);
    return *error ? (*error)->status : 0;
}

static int await(hype_future *future, void *result, hype_arena **arena)
{
    hype_error *error = NULL;
    if (!future) { /* hype_start() has published why */
        if (arena)
            *arena = NULL;
        return -HYPE_MEMORY;
    }
    future_await(future, result, arena, &error);
    return error_publish(error);
}

int hype_await(hype_future *future, void *result)
{
    return await(future, result, NULL);
}

int hype_await_arena(hype_future *future, void *result, hype_arena **arena)
{
    return await(future, result, arena);
}

int hype_submit_closure(hype_submitter *submitter, hype_env env, hype_closure *closure, void *result)
{
    return hype_await(hype_start_closure(submitter, env, closure), result);
}
