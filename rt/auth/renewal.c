/* renewal.c: the first task that needs it renews; those that come meanwhile wait for its event. */
#include "renewal.h"

#include "../task.h"

#include <unistd.h>

static int copy_failure(const struct renewal *renewal, hype_error **error)
{
    return error_set(error, (hype_status)-renewal->status, "%s",
                     renewal->failure ? renewal->failure->message : "cancelled");
}

static int run(struct renewal *renewal, int (*renew)(void *context, hype_error **error), void *context,
               hype_error **error)
{
    struct task_event ended = {0};
    error_clear(&renewal->failure);
    renewal->running = &ended;
    renewal->status = renew(context, &renewal->failure);
    renewal->running = NULL;
    if (renewal->status == -HYPE_CANCELLED)
        error_clear(&renewal->failure);
    task_event_set(&ended);
    return renewal->status < 0 ? copy_failure(renewal, error) : 0;
}

int renewal_ensure(struct renewal *renewal, bool (*good)(const void *context),
                   int (*renew)(void *context, hype_error **error), void *context, hype_error **error)
{
    if (renewal->process != getpid()) /* what a fork() interrupted was the parent's */
        renewal->running = NULL;
    renewal->process = getpid();
    while (!good(context)) {
        if (!renewal->running)
            return run(renewal, renew, context, error);
        int status = task_event_wait(renewal->running, NO_DEADLINE);
        if (status < 0)
            return error_set(error, (hype_status)-status, "cancelled");
        if (!renewal->running && renewal->status == 0)
            return 0;
        if (!renewal->running && renewal->failure)
            return copy_failure(renewal, error);
    }
    return 0;
}
