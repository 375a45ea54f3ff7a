/*
 * interrupt.h: Ctrl-C and its like while calls are in flight.
 *
 * A program that leaves SIGINT, SIGTERM and SIGHUP to the system ends by them, and so it does here, but first its calls
 * are stopped and what they have made is cleared away. The same signal once more ends it at once.
 */
#ifndef HYPE_RT_INTERRUPT_H
#define HYPE_RT_INTERRUPT_H

#include <stdbool.h>

/* Around each call, from any thread. */
void interrupt_call_begins(void);
void interrupt_call_ends(void);

/* A signal has come: the program ends as soon as everything is cleared away, and is told nothing more. */
bool interrupt_pending(void);

#endif
