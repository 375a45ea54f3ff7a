#include <hype/hype.h>

HYPE_FN int variadic(const char *format, ...)
{
    return format != 0;
}
HYPE_FN inline int inline_only(int x)
{
    return x;
}
HYPE_FN inline int inline_and_extern(int x)
{
    return x;
}
extern int inline_and_extern(int x);
HYPE_FN int old_style(a)
int a;
{
    return a;
}
HYPE_FN _Atomic int atomic(void)
{
    return 0;
}
HYPE_FN __attribute__((ms_abi)) int foreign(void)
{
    return 0;
}
HYPE_FN int unnamed(struct { int x; } s)
{
    return s.x;
}
HYPE_FN struct { int x; } *unnamed_result(void)
{
    return 0;
}
HYPE_FN int local(enum inner { INNER } e[])
{
    return e[0];
}
HYPE_FN int main(void)
{
    return 0;
}
