/* gather.c: batches of calls, from the list of those that wait to each one's outcome. */
#include "gather.h"

#include "batch.h"
#include "interrupt.h"
#include "list.h"
#include "log.h"
#include "retry.h"

#include <string.h>

enum { LARGEST = 1 << 16 };               /* calls */
#define TARGET_MS     5000.0              /* that a batch shall take at least, as far as calls are left for all */
#define LARGEST_BYTES ((size_t)256 << 20) /* of captures in one batch */

/* A call on its way. */
struct gathered {
    struct gather *gather;
    hype_future *future;
    struct gathered *next, **at; /* while it waits for a batch */
    struct running *running;     /* the batch that it is in, or NULL */
    size_t number;               /* in that batch */
};

struct gather {
    hype_submitter *submitter;  /* NULL: it is closed, or closing */
    struct submitter_call call; /* which tells of that */
    size_t limit, size, total;
    size_t n_added, n_waiting, n_running; /* calls, calls, batches */
    struct {
        struct gathered *first, **last;
    } waiting;
    bool flushing, dispatching;
    bool closed;    /* it goes with the last batch */
    double call_ms; /* the least that calls have taken in a batch, each; 0: not known */
    /* Messages to the loop thread. */
    struct task_message message;
    bool sent, again, urgent; /* under futures_lock */
};

/* A batch. */
struct running {
    struct submitter_call call;
    hype_submitter *submitter;
    struct gather *gather;
    struct batch batch;
    struct job *job;
    struct pack_writer captures;
    struct gathered **calls; /* batch.n; NULL: has its outcome */
    size_t left;
    task *task;
};

/* ---- Outcomes ---- */

static void wait_again(struct gathered *g)
{
    struct gather *gather = g->gather;
    list_put(&gather->waiting, g);
    gather->n_waiting++;
}

static void stop_waiting(struct gathered *g)
{
    struct gather *gather = g->gather;
    list_take(&gather->waiting, g);
    gather->n_waiting--;
}

static void leave_batch(struct gathered *g)
{
    g->running->calls[g->number] = NULL;
    g->running->left--;
    g->running = NULL;
}

static void dispatch(struct gather *gather);

static void pause_ended(struct task_timer *timer)
{
    hype_future *future = (hype_future *)((char *)timer - offsetof(hype_future, timer));
    wait_again(future->gathered);
    dispatch(future->gathered->gather);
}

static void end_call(struct gathered *g, struct buffer *image, hype_error *error, bool from_there)
{
    hype_future *future = g->future;
    free(g);
    future->gathered = NULL;
    future_deliver(future, image, error, from_there);
}

/* ERROR is taken over. */
static void fail(struct gathered *g, hype_error *error, bool from_there)
{
    hype_future *future = g->future;
    const hype_retry *policy = &future->env->env.retry;
    if (future->attempts < g->running->batch.attempts)
        future->attempts = g->running->batch.attempts;
    leave_batch(g);
    if (!retry_wanted(policy, future->attempts, error, from_there)) {
        end_call(g, NULL, error, from_there);
        return;
    }
    double pause = retry_pause(policy, future->attempts);
    log_warning("Map", "%s; attempt %u of %u follows in %.1f s", error->message, future->attempts + 1, policy->attempts,
                pause);
    error_free(error);
    future->timer.fire = pause_ended;
    task_timer_set(&future->timer, clock_after(pause));
}

static void take_image(struct gathered *g, const void *image, size_t size)
{
    const struct image_header *header = image;
    hype_error *error = NULL;
    struct buffer copy = BUFFER_EMPTY;
    if (size >= sizeof *header && header->kind == IMAGE_ERROR) {
        image_decode_error(image, size, &error);
        fail(g, error, true);
    } else if (buffer_copy(&copy, image, size, &error) < 0) {
        fail(g, error, false);
    } else {
        leave_batch(g);
        end_call(g, &copy, NULL, false);
    }
}

static void take(struct batch *batch, uint64_t number, const void *image, size_t size)
{
    struct running *running = batch->context;
    size_t first = number == PACK_ALL ? 0 : number, end = number < batch->n ? number + 1 : batch->n;
    for (size_t i = first; i < end; i++)
        if (running->calls[i])
            take_image(running->calls[i], image, size);
}

static void cancel_gathered(struct submitter_call *call)
{
    hype_future *future = (hype_future *)((char *)call - offsetof(hype_future, call));
    struct gathered *g = future->gathered;
    struct running *running = g->running;
    task_timer_stop(&future->timer);
    pthread_mutex_lock(&futures_lock);
    future->cancelled = true;
    pthread_mutex_unlock(&futures_lock);
    if (running)
        leave_batch(g);
    else if (g->at)
        stop_waiting(g);
    end_call(g, NULL, NULL, false);
    if (running && running->left == 0)
        running->call.cancel(&running->call);
}

/* ---- A batch ---- */

static void running_free(struct running *running)
{
    pack_writer_free(&running->captures);
    free(running->calls);
    free(running->job);
    free(running);
}

static void free_if_over(struct gather *gather)
{
    pthread_mutex_lock(&futures_lock);
    bool over = gather->closed && !gather->sent && gather->n_running == 0;
    pthread_mutex_unlock(&futures_lock);
    if (over)
        free(gather);
}

/* Whoever has no outcome yet gets ERROR, or tries again. */
static void end_calls(struct running *running, const hype_error *error)
{
    for (size_t i = 0; i < running->batch.n; i++) {
        hype_error *copy = NULL;
        if (!running->calls[i])
            continue;
        if (error)
            error_set(&copy, (hype_status)-error->status, "%s", error->message);
        else
            error_set(&copy, HYPE_LOST, "%s(): its batch ended without it", running->job->entry->name);
        if (error && error->output)
            error_set_output(copy, error->output);
        fail(running->calls[i], copy, false);
    }
    struct gather *gather = running->gather;
    gather->n_running--;
    dispatch(gather);
    free_if_over(gather);
}

static int pack_captures(struct running *running, hype_error **error)
{
    void *image;
    for (size_t i = 0; i < running->batch.n; i++) {
        const struct buffer *capture = &running->calls[i]->future->closure->capture.image;
        int status = pack_add(&running->captures, i, capture->size, &image, error);
        if (status < 0)
            return status;
        memcpy(image, capture->data, capture->size);
    }
    return pack_end(&running->captures, "", error);
}

/* Without those that were cancelled while the batch waited for its turn. */
static void close_ranks(struct running *running)
{
    size_t n = 0;
    for (size_t i = 0; i < running->batch.n; i++)
        if (running->calls[i]) {
            running->calls[i]->number = n;
            running->calls[n++] = running->calls[i];
        }
    running->batch.n = n;
}

static int prepare(struct running *running, hype_error **error)
{
    close_ranks(running);
    if (running->batch.n == 0)
        return error_set(error, HYPE_CANCELLED, "the batch was cancelled");
    const hype_future *first = running->calls[0]->future;
    int status = pack_captures(running, error);
    if (status < 0)
        return status;
    running->job = job_new(first, &first->env->env);
    if (!running->job)
        return error_memory(error);
    struct job *job = running->job;
    running->batch.timeout = job->env.timeout > 0 && job->env.timeout < LONGEST_S ? job->env.timeout : 0;
    running->batch.take = take;
    running->batch.context = running;
    batch_open(&running->batch);
    job->batch = &running->batch;
    job->arguments = running->captures.data.data;
    job->arguments_size = running->captures.data.size;
    job->arguments_fd = running->captures.data.fd;
    return job->env.invalid ? error_set(error, HYPE_INVALID, "%s(): %s", job->entry->name, job->env.invalid) : 0;
}

static void measure(struct running *running, int64_t began)
{
    double each = (double)(clock_ms() - began) / (double)running->batch.n;
    struct gather *gather = running->gather;
    if (gather->call_ms <= 0 || each < gather->call_ms)
        gather->call_ms = each;
}

static void batch_main(void *context)
{
    struct running *running = context;
    hype_submitter *submitter = running->submitter;
    cleanup_error hype_error *error = NULL;
    int64_t began = clock_ms();
    int status = prepare(running, &error);
    if (status == 0) {
        log_info("Map", "Batch %s: %zu calls of %s()", running->job->id, running->batch.n, running->job->entry->name);
        status = submitter->operations->run(submitter, running->job, &error);
        measure(running, began);
    }
    if (running->job) {
        trace_end(&running->job->trace, status);
        output_end(&running->job->output);
        if (error && output_tail(&running->job->output))
            error_set_output(error, output_tail(&running->job->output));
        output_close(&running->job->output);
    }
    if (status < 0 && !error)
        error_set(&error, (hype_status)-status, "the batch could not be run: %s", hype_status_name(status));
    running->task = NULL;
    end_calls(running, error);
    submitter_leave(submitter, &running->call);
    running_free(running);
}

static void start_batch(struct submitter_call *call)
{
    struct running *running = (struct running *)((char *)call - offsetof(struct running, call));
    cleanup_error hype_error *error = NULL;
    hype_submitter *submitter = running->submitter;
    if (task_start(batch_main, running, &running->task, &error) == 0)
        return;
    end_calls(running, error);
    submitter_leave(submitter, call);
    running_free(running);
}

static void cancel_batch(struct submitter_call *call)
{
    struct running *running = (struct running *)((char *)call - offsetof(struct running, call));
    cleanup_error hype_error *error = NULL;
    if (running->task) {
        task_cancel(running->task);
        return;
    }
    error_set(&error, HYPE_CANCELLED, "the batch was cancelled");
    submitter_withdraw(running->submitter, call);
    end_calls(running, error);
    running_free(running);
}

/* ---- Which calls ---- */

static size_t timed_size(const struct gather *gather)
{
    return gather->call_ms > 0 ? (size_t)((double)TARGET_MS / gather->call_ms) + 1 : 0;
}

/* Batches get smaller towards the end, so that all end at about the same time, but not smaller than is worth a start.
 */
static size_t choose_size(const struct gather *gather)
{
    size_t left = gather->n_waiting + (gather->total > gather->n_added ? gather->total - gather->n_added : 0);
    size_t even = (left + gather->limit - 1) / gather->limit, size = gather->size;
    if (size == 0) {
        size = (even + 1) / 2 > timed_size(gather) ? (even + 1) / 2 : timed_size(gather);
        size = size < even ? size : even;
    }
    return size < 1 ? 1 : size < LARGEST ? size : LARGEST;
}

static bool enough(const struct gather *gather)
{
    enum { ENOUGH = 4096 };
    size_t timed = timed_size(gather), wanted = gather->size ? gather->size : timed > ENOUGH ? timed : ENOUGH;
    return gather->flushing || (gather->total > 0 && gather->n_added >= gather->total) || gather->n_waiting >= wanted;
}

/* Calls of one function, with the same shared memory. */
static bool fit_together(const struct gathered *a, const struct gathered *b)
{
    const struct shared_env *e = a->future->env, *f = b->future->env;
    const struct capture *x = &a->future->closure->capture, *y = &b->future->closure->capture;
    return x->entry == y->entry && (e == f || memcmp(&e->env, &f->env, sizeof e->env) == 0) &&
           x->n_segments == y->n_segments &&
           (x->n_segments == 0 || memcmp(x->segments, y->segments, x->n_segments * sizeof(struct share *)) == 0);
}

static void form_batch(struct gather *gather, struct running *running, size_t size)
{
    size_t bytes = 0, n = 0;
    for (struct gathered *g = gather->waiting.first, *next; g && n < size && bytes < LARGEST_BYTES; g = next) {
        next = g->next;
        if (n > 0 && !fit_together(running->calls[0], g))
            break;
        stop_waiting(g);
        bytes += g->future->closure->capture.image.size;
        g->future->attempts++;
        if (running->batch.attempts < g->future->attempts)
            running->batch.attempts = g->future->attempts;
        g->running = running;
        g->number = n;
        running->calls[n++] = g;
    }
    running->batch.n = running->left = n;
}

static bool begin_batch(struct gather *gather)
{
    size_t size = choose_size(gather);
    struct running *running = calloc(1, sizeof *running);
    struct gathered **calls = calloc(size, sizeof(struct gathered *));
    if (!running || !calls) {
        free(running);
        free(calls);
        return false;
    }
    *running = (struct running){.call = {.start = start_batch, .cancel = cancel_batch},
                                .submitter = gather->submitter,
                                .gather = gather,
                                .captures = PACK_WRITER_EMPTY,
                                .calls = calls};
    form_batch(gather, running, size);
    gather->n_running++;
    submitter_admit(gather->submitter, &running->call);
    return true;
}

static void fail_waiting(struct gather *gather, hype_status status, const char *why)
{
    for (struct gathered *g; (g = gather->waiting.first);) {
        hype_error *error = NULL;
        error_set(&error, status, "%s", why);
        stop_waiting(g);
        end_call(g, NULL, error, false);
    }
}

/* Where memory is out it is tried again when the next call ends. A batch that ends as it begins, since the submitter is
 * closing, comes here too: the loop below then goes on. */
static void dispatch(struct gather *gather)
{
    bool begun = true;
    if (gather->dispatching || interrupt_pending())
        return;
    gather->dispatching = true;
    while (begun && gather->submitter && gather->n_running < gather->limit && gather->n_waiting > 0 && enough(gather))
        begun = begin_batch(gather);
    if (!gather->submitter)
        fail_waiting(gather, HYPE_CANCELLED, "the submitter was closed");
    else if (!begun && gather->n_running == 0) /* there is no batch whose end would try again */
        fail_waiting(gather, HYPE_MEMORY, "out of memory");
    if (gather->n_waiting == 0)
        gather->flushing = false;
    gather->dispatching = false;
}

/* ---- From other threads ---- */

/* Its batches have been cancelled, and are gone before it is. */
static void submitter_closes(struct submitter_call *call)
{
    struct gather *gather = (struct gather *)((char *)call - offsetof(struct gather, call));
    submitter_withdraw(gather->submitter, call);
    gather->submitter = NULL;
    dispatch(gather);
}

static void join(void *context)
{
    hype_future *future = context;
    struct gather *gather = future->gathered->gather;
    gather->n_added++;
    wait_again(future->gathered);
    dispatch(gather);
}

void gather_add(struct gather *gather, hype_future *future)
{
    struct gathered *g = calloc(1, sizeof *g);
    if (!g) {
        error_memory(&future->error);
        future->state = FUTURE_SETTLED;
        return;
    }
    *g = (struct gathered){.gather = gather, .future = future};
    future->gathered = g;
    future->call.cancel = cancel_gathered;
    if (future_begin(future, join) < 0)
        free(g);
}

static void flush(void *context);

/* With the lock held. What is asked for while a message is on its way needs another, behind the calls added since. */
static void send_flush(struct gather *gather)
{
    gather->again = gather->sent;
    if (gather->sent)
        return;
    gather->message = (struct task_message){flush, gather, NULL};
    gather->sent = task_send(&gather->message, NULL) == 0;
}

static void flush(void *context)
{
    struct gather *gather = context;
    pthread_mutex_lock(&futures_lock);
    gather->flushing |= gather->urgent || gather->n_running == 0;
    gather->sent = false;
    if (gather->again)
        send_flush(gather);
    else
        gather->urgent = false;
    pthread_mutex_unlock(&futures_lock);
    dispatch(gather);
    free_if_over(gather);
}

void gather_flush(struct gather *gather, bool gently)
{
    pthread_mutex_lock(&futures_lock);
    gather->urgent |= !gently;
    send_flush(gather);
    pthread_mutex_unlock(&futures_lock);
}

struct gather *gather_open(hype_submitter *submitter, size_t limit, size_t size, size_t total)
{
    struct gather *gather = calloc(1, sizeof *gather);
    if (!gather)
        return NULL;
    gather->submitter = submitter;
    gather->limit = limit;
    gather->size = size;
    gather->total = total;
    return gather;
}

void gather_begin(struct gather *gather)
{
    gather->call.cancel = submitter_closes;
    submitter_watch(gather->submitter, &gather->call);
}

void gather_close(struct gather *gather)
{
    if (!gather)
        return;
    if (gather->submitter)
        submitter_withdraw(gather->submitter, &gather->call);
    gather->closed = true;
    free_if_over(gather);
}
