#include <hype/hype.h>

#line 100 "elsewhere.c"
HYPE_FN void f(void *block) { (void)block; }
