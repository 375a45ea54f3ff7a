/*
 * future.c: one call from its submission to its value.
 *
 * hype_start() hands a job to a task of the loop; the task lets the submitter run it; hype_await() takes the return
 * image and decodes it in the awaiting thread, so that writes through pointers happen there and then.
 */
#include "backtrace.h"
#include "closure.h"
#include "submit/submitter.h"
#include "task.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

enum { NESTING_LIMIT = 16 };

struct hype_future {
    hype_submitter *submitter;
    hype_closure *closure;
    struct job job;
    hype_error *error; /* why there is no return image */
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool done;
    /* The loop thread's own. */
    struct submitter_call call;
    struct task_timer timeout;
    bool timed_out;
};

static void finish(hype_future *future)
{
    pthread_mutex_lock(&future->lock);
    future->done = true;
    pthread_cond_broadcast(&future->ended);
    pthread_mutex_unlock(&future->lock);
}

static void timeout_fired(struct task_timer *timer)
{
    hype_future *future = (hype_future *)((char *)timer - offsetof(hype_future, timeout));
    future->timed_out = true;
    task_cancel(future->call.task);
}

static void run_job(void *context)
{
    hype_future *future = context;
    struct job *job = &future->job;
    output_open(&job->output, job->entry->name, job->id, job->env.logs);
    submitter_enter(future->submitter, &future->call);
    future->timeout.fire = timeout_fired;
    if (job->env.timeout > 0)
        task_timer_set(&future->timeout, clock_ms() + (int64_t)(job->env.timeout * 1000));
    int status = future->submitter->operations->run(future->submitter, job, &future->error);
    task_timer_stop(&future->timeout);
    submitter_leave(future->submitter, &future->call);
    if (status < 0 && future->timed_out) {
        error_clear(&future->error);
        error_set(&future->error, HYPE_TIMEOUT, "%s() did not end within the %g s that its environment allows",
                  job->entry->name, job->env.timeout);
    } else if (status < 0 && !future->error) {
        error_set(&future->error, (hype_status)-status, "%s() could not be run: %s", job->entry->name,
                  hype_status_name(status));
    }
    output_end(&job->output);
    if (future->error)
        error_set_output(future->error, output_tail(&job->output));
    finish(future);
}

static void start_on_loop(void *context)
{
    hype_future *future = context;
    if (task_start(run_job, future, NULL, &future->error) < 0)
        finish(future);
}

/* A function that calls itself elsewhere without end shall not take the machine with it: each call knows how deep it is,
 * by a variable of its environment, which every submitter passes on. */
static int set_depth(struct job *job, hype_error **error)
{
    const char *depth = getenv("HYPE_DEPTH");
    long own = depth ? strtol(depth, NULL, 10) : getenv("HYPE_EXECUTION_ID") ? 1 : 0;
    if (own == 0)
        return 0;
    if (own >= NESTING_LIMIT)
        return error_set(error, HYPE_INVALID, "%s(): calls are nested %ld deep, and a function there may call no deeper",
                         job->entry->name, own);
    snprintf(job->depth, sizeof job->depth, "%ld", own + 1);
    job->env = hype_with_variable(job->env, "HYPE_DEPTH", job->depth);
    return 0;
}

static int prepare(hype_future *future)
{
    struct job *job = &future->job;
    struct capture *capture = &future->closure->capture;
    if (future->closure->error) {
        future->error = steal_pointer(future->closure->error);
        return future->error->status;
    }
    job->entry = capture->entry;
    if (set_depth(job, &future->error) < 0)
        return future->error->status;
    if (job->env.invalid)
        return error_set(&future->error, HYPE_INVALID, "%s(): %s", capture->entry->name, job->env.invalid);
    if (!future->submitter && !(future->submitter = submitter_default(&future->error)))
        return future->error->status;
    strcpy(job->id, "hype-run-");
    text_random(job->id + strlen(job->id), 8);
    job->unit = capture->unit;
    job->arguments = capture->image.data;
    job->arguments_size = capture->image.size;
    job->arguments_fd = capture->image.fd;
    job->segments = capture->segments;
    job->n_segments = capture->n_segments;
    trace_begin(&job->trace, job->entry->name, job->id, future->closure->bound[0], future->closure->bound[1],
                &job->env);
    return task_post(start_on_loop, future, &future->error);
}

hype_future *hype_start_closure(hype_submitter *submitter, hype_env env, hype_closure *closure)
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
    future->job.env = env;
    future->job.returned.fd = -1;
    pthread_mutex_init(&future->lock, NULL);
    pthread_cond_init(&future->ended, NULL);
    if (prepare(future) < 0)
        future->done = true;
    return future;
}

static bool is_error_image(const struct buffer *returned)
{
    const struct image_header *header = (const void *)returned->data;
    return returned->size >= sizeof *header && header->kind == IMAGE_ERROR;
}

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
    struct buffer *returned = &future->job.returned;
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

static int take_error(hype_future *future, const struct buffer *returned)
{
    int status = image_decode_error(returned->data, returned->size, &future->error);
    backtrace_resolve(future->error, future->job.unit);
    return status;
}

static int take_value(hype_future *future, void *result, hype_arena **arena)
{
    struct buffer *returned = &future->job.returned;
    if (future->error)
        return future->error->status;
    int status;
    if (is_error_image(returned))
        status = take_error(future, returned);
    else
        status = decode_value(future, result, arena);
    if (status < 0 && future->error && !future->error->output)
        error_set_output(future->error, output_tail(&future->job.output));
    return status;
}

static void future_free(hype_future *future)
{
    hype_closure_free(future->closure);
    buffer_free(&future->job.returned);
    output_close(&future->job.output);
    pthread_mutex_destroy(&future->lock);
    pthread_cond_destroy(&future->ended);
    free(future);
}

static int await(hype_future *future, void *result, hype_arena **arena)
{
    if (arena)
        *arena = NULL;
    if (!future)
        return -HYPE_MEMORY; /* hype_start() has published it */
    pthread_mutex_lock(&future->lock);
    while (!future->done)
        pthread_cond_wait(&future->ended, &future->lock);
    pthread_mutex_unlock(&future->lock);
    output_drain(&future->job.output);
    int64_t decoding = trace_start(&future->job.trace);
    int status = take_value(future, result, arena);
    trace_phase(&future->job.trace, TRACE_DECODE, decoding);
    trace_end(&future->job.trace, status);
    hype_error *error = steal_pointer(future->error);
    future_free(future);
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
