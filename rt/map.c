/*
 * map.c: many calls of one kind, with a bound on how many are in flight.
 *
 * Each item is a future. Its callback, on the loop thread, moves it to the list of those that have ended and makes room
 * for the next; the program's thread takes it from there, and only then decodes its value.
 */
#include "future.h"

#include "batch.h"
#include "gather.h"
#include "list.h"
#include "progress.h"

#include <semaphore.h>
#include <string.h>

struct item {
    hype_map *map;
    size_t index;
    hype_future *future;
    void *result;
    bool ended;
    bool late; /* it was cancelled by the deadline */
    struct item *next, **at;
    struct item *next_ended; /* where the order is that of their ends */
};

struct hype_map {
    hype_submitter *submitter;
    hype_env env;
    hype_map_options options;
    size_t most;           /* in flight; more are not added */
    struct gather *gather; /* of batches; NULL: each call for itself */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Under the lock. */
    struct {
        struct item *first, **last;
    } items; /* that are not taken, in the order in which they were added */
    struct item *first_ended, **last_ended;
    size_t n_added, n_in_flight;
    bool expired;
    bool incomplete; /* there was no memory for an item */
    /* The loop thread's own. */
    struct progress progress;
    struct task_timer deadline;
    struct task_message closing;
    sem_t closed;
};

/* ---- The deadline ---- */

/* With the lock held. */
static void cancel_all(hype_map *map)
{
    for (struct item *item = map->items.first; item; item = item->next)
        if (!item->ended)
            item->late = hype_cancel(item->future);
}

static void deadline_passed(struct task_timer *timer)
{
    hype_map *map = (hype_map *)((char *)timer - offsetof(hype_map, deadline));
    pthread_mutex_lock(&map->lock);
    map->expired = true;
    cancel_all(map);
    pthread_mutex_unlock(&map->lock);
}

static void open_on_loop(void *context)
{
    hype_map *map = context;
    if (map->gather)
        gather_begin(map->gather);
    progress_start_items(&map->progress, "Map");
    map->deadline.fire = deadline_passed;
    if (map->options.deadline > 0)
        task_timer_set(&map->deadline, clock_after(map->options.deadline));
}

static void close_on_loop(void *context)
{
    hype_map *map = context;
    task_timer_stop(&map->deadline);
    progress_end(&map->progress);
    gather_close(map->gather);
    sem_post(&map->closed);
}

/* ---- Opening ---- */

static int open_map(hype_map *map, hype_error **error)
{
    enum { MOST_IN_BATCHES = 16384 };
    hype_map_options *options = &map->options;
    hype_submitter *submitter = map->submitter;
    if (options->limit == 0)
        options->limit = submitter->limit;
    map->most = options->limit * 2;
    if (options->queue)
        map->env = hype_with_label(map->env, QUEUE_LABEL, options->queue);
    if (submitter->batches && options->batch != 1) {
        map->most = MOST_IN_BATCHES;
        map->gather = gather_open(submitter, options->limit, options->batch, options->total);
        if (!map->gather)
            return error_memory(error);
    }
    return task_run(open_on_loop, map, error);
}

hype_map *hype_map_open(hype_submitter *submitter, hype_env env, hype_map_options options)
{
    hype_error *error = NULL;
    hype_map *map = submitter || (submitter = submitter_default(&error)) ? calloc(1, sizeof *map) : NULL;
    if (!map) {
        error_memory(&error); /* unless there is no submitter */
    } else {
        map->submitter = submitter;
        map->env = env;
        map->options = options;
        map->last_ended = &map->first_ended;
        pthread_mutex_init(&map->lock, NULL);
        condition_init(&map->changed);
        sem_init(&map->closed, 0, 0);
        if (open_map(map, &error) < 0) {
            free(map->gather);
            free(map);
            map = NULL;
        }
    }
    error_publish(error);
    return map;
}

/* Of what is done with a map that there is not: hype_map_open() has published why. */
static int no_map(void)
{
    const hype_error *error = hype_last_error();
    return error ? error->status : -HYPE_INVALID;
}

/* ---- Adding ---- */

/* On the loop thread. */
static void item_ended(hype_future *future, void *context)
{
    struct item *item = context;
    hype_map *map = item->map;
    pthread_mutex_lock(&map->lock);
    item->ended = true;
    if (!map->options.ordered) {
        *map->last_ended = item;
        map->last_ended = &item->next_ended;
    }
    map->n_in_flight--;
    size_t total = map->n_added > map->options.total ? map->n_added : map->options.total;
    pthread_cond_broadcast(&map->changed);
    pthread_mutex_unlock(&map->lock);
    if (map->options.progress)
        progress_item(&map->progress, future->error != NULL, total);
}

static struct item *item_new(hype_map *map, hype_closure *closure, void *result)
{
    struct item *item = calloc(1, sizeof *item);
    if (!item) {
        hype_closure_free(closure);
        return NULL;
    }
    item->map = map;
    item->result = result;
    item->future = map->gather ? future_new(map->submitter, &map->env, closure)
                               : hype_start_closure(map->submitter, map->env, closure);
    if (!item->future) {
        free(item);
        return NULL;
    }
    if (map->gather && item->future->state == FUTURE_RUNNING)
        gather_add(map->gather, item->future);
    return item;
}

int hype_map_add_closure(hype_map *map, hype_closure *closure, void *result)
{
    hype_error *error = NULL;
    if (!map) {
        hype_closure_free(closure);
        return no_map();
    }
    pthread_mutex_lock(&map->lock);
    while (map->n_in_flight >= map->most) {
        if (map->gather)
            gather_flush(map->gather, false);
        condition_wait(&map->changed, &map->lock, NULL);
    }
    struct item *item = item_new(map, closure, result);
    if (item) {
        item->index = map->n_added++;
        list_put(&map->items, item);
        map->n_in_flight++;
        if (map->expired)
            item->late = hype_cancel(item->future);
    } else {
        map->incomplete = true;
    }
    pthread_mutex_unlock(&map->lock);
    if (!item)
        error_memory(&error);
    else if (hype_on_done(item->future, item_ended, item) < 0)
        item_ended(item->future, item); /* there is no loop thread, and so no call */
    return error_publish(error);
}

/* ---- Taking ---- */

/* With the lock held: the next to be taken, or NULL. */
static struct item *next_ended(hype_map *map)
{
    struct item *item = map->options.ordered ? map->items.first : map->first_ended;
    if (!item || !item->ended)
        return NULL;
    if (!map->options.ordered && !(map->first_ended = item->next_ended))
        map->last_ended = &map->first_ended;
    list_take(&map->items, item);
    return item;
}

/* *TAKEN is the next that has ended, or NULL: none is left. -HYPE_TIMEOUT. */
static int wait_for_item(hype_map *map, double timeout, struct item **taken, hype_error **error)
{
    struct timespec time;
    const struct timespec *deadline = deadline_after(timeout, &time);
    bool waiting = true;
    pthread_mutex_lock(&map->lock);
    if (map->gather)
        gather_flush(map->gather, timeout == 0);
    while (!(*taken = next_ended(map)) && map->items.first && waiting)
        waiting = condition_wait(&map->changed, &map->lock, deadline);
    bool left = map->items.first != NULL;
    pthread_mutex_unlock(&map->lock);
    if (*taken || !left)
        return 0;
    return error_set(error, HYPE_TIMEOUT, "no item of the map ended within the %g s that were waited", timeout);
}

/* As hype_map_next(), with the error of the item, or of this function, in *ERROR. */
static int take(hype_map *map, double timeout, hype_item *taken, hype_error **error)
{
    struct item *item;
    int status = wait_for_item(map, timeout, &item, error);
    if (!item)
        return status;
    taken->index = item->index;
    taken->status = future_await(item->future, item->result, NULL, error);
    if (item->late) {
        error_clear(error);
        taken->status = error_set(error, HYPE_TIMEOUT, "item %zu did not end within the %g s that the map had",
                                  item->index, map->options.deadline);
    }
    free(item);
    return 1;
}

int hype_map_next(hype_map *map, double timeout, hype_item *item)
{
    hype_error *error = NULL;
    if (!map)
        return no_map();
    int status = take(map, timeout, item, &error);
    error_publish(error);
    return status;
}

int hype_map_finish(hype_map *map)
{
    hype_error *first = NULL, *error = NULL;
    size_t first_index = SIZE_MAX;
    if (!map)
        return no_map();
    for (hype_item item = {0}; take(map, HYPE_FOREVER, &item, &error) > 0; error = NULL) {
        if (!error || item.index > first_index) {
            error_free(error);
            continue;
        }
        error_free(first);
        first = error;
        first_index = item.index;
    }
    if (!first && map->incomplete)
        error_memory(&first);
    hype_map_close(map);
    return error_publish(first);
}

void hype_map_close(hype_map *map)
{
    if (!map)
        return;
    pthread_mutex_lock(&map->lock);
    cancel_all(map);
    pthread_mutex_unlock(&map->lock);
    for (struct item *item; wait_for_item(map, HYPE_FOREVER, &item, NULL) == 0 && item; free(item))
        future_discard(item->future);
    map->closing = (struct task_message){close_on_loop, map, NULL};
    task_send(&map->closing, NULL);    /* the loop runs: hype_map_open() has used it */
    while (sem_wait(&map->closed) < 0) /* a signal came */
        ;
    sem_destroy(&map->closed);
    pthread_cond_destroy(&map->changed);
    pthread_mutex_destroy(&map->lock);
    free(map);
}
