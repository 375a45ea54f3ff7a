#include <hype/hype.h>

HYPE_FN void f(	void *größe) { (void)größe; }
