/* retry.h: whether a call that failed is tried again, and when. */
#ifndef HYPE_RT_RETRY_H
#define HYPE_RT_RETRY_H

#include "error.h"

#include <stdbool.h>

/* ATTEMPTS have been made, the last of which ended with ERROR; FROM_THERE: the call's own process has told of it, so
 * that hype-run and the place were well. */
bool retry_wanted(const hype_retry *policy, unsigned attempts, const hype_error *error, bool from_there);

/* Seconds from the end of attempt number ATTEMPTS to the beginning of the next. */
double retry_pause(const hype_retry *policy, unsigned attempts);

/* FIRST, doubled with each further attempt up to LONGEST, and up to a quarter shorter by chance: what failed together
 * does not come back together. */
double back_off(unsigned attempts, double first, double longest);

#endif
