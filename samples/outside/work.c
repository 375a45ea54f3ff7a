#include "work.h"

double mean(size_t n, const double values[n])
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return n ? sum / (double)n : 0;
}
