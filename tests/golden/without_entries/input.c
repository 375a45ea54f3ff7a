#include <hype/hype.h>

HYPE_FN int elsewhere(void *unsized);
int here(void);
int here(void)
{
    return elsewhere(0);
}
