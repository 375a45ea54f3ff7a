/* retry.h: whether a call that failed is tried again, and when. */
#ifndef HYPE_RT_RETRY_H
#define HYPE_RT_RETRY_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>

/* ATTEMPTS have been made, the last of which ended with ERROR; FROM_THERE: the call's own process has told of it, so
 * that hype-run and the place were well. */
bool retry_wanted(const hype_retry *policy, unsigned attempts, const hype_error *error, bool from_there);

/* Milliseconds from the end of attempt number ATTEMPTS to the beginning of the next. */
int64_t retry_pause(const hype_retry *policy, unsigned attempts);

#endif
