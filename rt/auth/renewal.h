/* renewal.h: tasks that need the same new thing at the same time wait for one of them to get it, and share its failure.
 */
#ifndef HYPE_RT_AUTH_RENEWAL_H
#define HYPE_RT_AUTH_RENEWAL_H

#include "../error.h"

#include <stdbool.h>
#include <sys/types.h>

/* Zero-initialize. Loop thread only. */
struct renewal {
    struct task_event *running; /* set at the end of the one that is under way; NULL: none is */
    int status;                 /* of the last */
    hype_error *failure;        /* of the last; NULL: it went well, or its task was cancelled */
    pid_t process;              /* whose all this is */
};

/* In a task: until GOOD(CONTEXT) is true or RENEW(CONTEXT, error), which runs in one task at a time, has ended well.
 * Each task has a CONTEXT of its own. The failure of RENEW is that of all who waited for it; if its task was cancelled,
 * another goes on. */
int renewal_ensure(struct renewal *renewal, bool (*good)(const void *context),
                   int (*renew)(void *context, hype_error **error), void *context, hype_error **error);

#endif
