/* work.h: a function that may run elsewhere, declared for the rest of the program. */
#ifndef WORK_H
#define WORK_H

#include <hype/hype.h>
#include <stddef.h>

HYPE_FN double mean(size_t n, const double values[n]);

#endif
