// tasks.cc: the tasks of ray.cc.
#include "tasks.h"

#include <ray/api.h>

int noop(int value) { return value; }

std::vector<double> there_and_back(std::vector<double> values) { return values; }

RAY_REMOTE(noop, there_and_back);
