/* A project of its own, that finds an installed hype: see CMakeLists.txt, meson.build and Makefile beside. */
#include "work.h"

#include <stdio.h>

int main(void)
{
    double values[] = {1, 2, 3, 4}, result;
    if (hype_call(&result, mean, 4, values) < 0)
        return hype_perror("mean"), 1;
    printf("mean: %g\n", result);
    return 0;
}
