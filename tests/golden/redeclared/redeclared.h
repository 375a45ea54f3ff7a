#include <hype/hype.h>

HYPE_FN int sum(long n, const int *values HYPE_COUNTED_BY(n), int (*HYPE_COUNTED_BY(n / 2) pairs)[2],
                char *HYPE_IN text);
