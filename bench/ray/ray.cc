// ray.cc: the figures of hype.c, by Ray's C++ API. Usage: ray TASKS.so first | ray TASKS.so CALLS | ray TASKS.so map ITEMS
#include "tasks.h"

#include <ray/api.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

static double now()
{
    using namespace std::chrono;
    return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}

static double median(std::vector<double> times)
{
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

static void check(bool right)
{
    if (!right) {
        fprintf(stderr, "ray: a wrong result\n");
        exit(1);
    }
}

static double sequential(int calls)
{
    double start = now();
    for (int i = 0; i < calls; i++)
        check(*ray::Task(noop).Remote(i).Get() == i);
    return (now() - start) / calls;
}

static double parallel(int calls)
{
    double start = now();
    std::vector<ray::ObjectRef<int>> results;
    for (int i = 0; i < calls; i++)
        results.push_back(ray::Task(noop).Remote(i));
    for (int i = 0; i < calls; i++)
        check(*results[i].Get() == i);
    return (now() - start) / calls;
}

static double doubles()
{
    std::vector<double> in(100000000 / sizeof(double)), times;
    for (size_t i = 0; i < in.size(); i++)
        in[i] = (double)i;
    for (int run = 0; run < 5; run++) {
        double start = now();
        auto out = ray::Task(there_and_back).Remote(in).Get();
        times.push_back(now() - start);
        check(*out == in);
    }
    return median(times);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    ray::RayConfig config;
    config.code_search_path = {argv[1]};
    ray::Init(config);
    check(*ray::Task(noop).Remote(7).Get() == 7);
    if (std::string(argv[2]) == "first") {
        printf("first\n");
        fflush(stdout);
    } else if (std::string(argv[2]) == "map") {
        int items = atoi(argv[3]);
        parallel(100); // its workers are started by the first calls
        double seconds = parallel(items) * items / 1000;
        printf("%d items in %.1f s: %.0f items a second\n", items, seconds, items / seconds);
        fflush(stdout);
    } else {
        int calls = atoi(argv[2]);
        parallel(calls);
        printf("sequential %.4f\n", sequential(calls));
        printf("parallel %.4f\n", parallel(calls));
        printf("doubles %.1f\n", doubles());
        fflush(stdout);
    }
    ray::Shutdown();
    return 0;
}
