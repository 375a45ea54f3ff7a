#include <hype/hype.h>
#include <stdlib.h>
#include <time.h>

HYPE_FN div_t divide(int a, int b, struct timespec when, struct tm *calendar, time_t *now);
div_t divide(int a, int b, struct timespec when, struct tm *calendar, time_t *now)
{
    (void)when, (void)now;
    return calendar ? div(a, b) : div(b, a);
}
