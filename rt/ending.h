/*
 * ending.h: SIGINT, SIGTERM and SIGHUP end a program after its calls have been cancelled and what they made elsewhere
 * (containers, pods, volumes) has been removed. A second signal ends it at once. Only where the program has left these
 * signals to end it: handlers of its own, and signals that it ignores, are not touched.
 */
#ifndef HYPE_RT_ENDING_H
#define HYPE_RT_ENDING_H

#include <stdbool.h>

/* From any thread, when there is something to clean up for the first time. CLEAN_UP then runs in a task. */
void ending_watch(void (*clean_up)(void));

/* A signal has come: what the program's other threads still want is not done any more. Loop thread only. */
bool ending(void);
/* In a task: waits for the end of the program. */
_Noreturn void ending_wait(void);
/* Not in a task: returns only where no signal has come. */
void ending_join(void);

#endif
