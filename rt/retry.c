/*
 * retry.c: faults of the place are worth another attempt, answers are not.
 *
 * A place that lost the call (node gone, evicted, preempted, hype-run killed) or could not be reached says so itself.
 * What the call's process has told of is the function's doing: an error that it returned is its answer, and a crash is
 * one too unless the caller knows better.
 */
#include "retry.h"

#include "util.h"

#include <sys/random.h>

#define FIRST_PAUSE_S   1.0
#define LONGEST_PAUSE_S 60.0

bool retry_wanted(const hype_retry *policy, unsigned attempts, const hype_error *error, bool from_there)
{
    if (attempts >= policy->attempts)
        return false;
    switch (-error->status) {
    case HYPE_LOST:
    case HYPE_NETWORK:
        return !from_there;
    case HYPE_CRASHED:
    case HYPE_OUT_OF_MEMORY:
        return policy->on & HYPE_RETRY_CRASHES;
    case HYPE_TIMEOUT:
        return !from_there && policy->on & HYPE_RETRY_TIMEOUTS;
    default:
        return false;
    }
}

double back_off(unsigned attempts, double first, double longest)
{
    double pause = first;
    for (unsigned i = 1; i < attempts && pause < longest; i++)
        pause *= 2;
    if (pause > longest)
        pause = longest;
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
        random = (uint32_t)clock_ms();
    return pause * (1 - 0.25 * random / UINT32_MAX);
}

double retry_pause(const hype_retry *policy, unsigned attempts)
{
    double first = policy->backoff > 0 ? policy->backoff : FIRST_PAUSE_S;
    return back_off(attempts, first, first > LONGEST_PAUSE_S ? first : LONGEST_PAUSE_S);
}
