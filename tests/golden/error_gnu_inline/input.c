#include <hype/hype.h>

HYPE_FN extern inline int inline_only(int x)
{
    return x;
}
HYPE_FN inline int external(int x)
{
    return x;
}
