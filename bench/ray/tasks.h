// tasks.h: what Ray runs; tasks.cc is built as the library that its workers load.
#ifndef BENCH_RAY_TASKS_H
#define BENCH_RAY_TASKS_H

#include <vector>

int noop(int value);
std::vector<double> there_and_back(std::vector<double> values);

#endif
