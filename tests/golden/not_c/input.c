#include <hype/hype.h>

HYPE_FN int broken(int x)
{
    return y;
}
