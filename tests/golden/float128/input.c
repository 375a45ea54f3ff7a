#include <hype/hype.h>
#include <math.h>

__extension__ typedef _Float128 quadruple;
__extension__ typedef _Float64x extended;

HYPE_FN quadruple sum(size_t n, const quadruple *values HYPE_COUNTED_BY(n), extended factor);
quadruple sum(size_t n, const quadruple *values, extended factor)
{
    return values[n - 1] + (quadruple)factor;
}
