#include <hype/hype.h>

struct s {
    int scalar HYPE_COUNTED_BY(3);
    int bits : 3 HYPE_SKIP;
    int *pointer HYPE_FN;
    int *captured HYPE_CAPTURE;
    int *tagged HYPE_TAG(scalar, 1);
    int *deep HYPE_IN;
    char *two HYPE_COUNTED_BY(1) HYPE_STRING;
    char *ways HYPE_IN HYPE_OUT HYPE_COUNTED_BY(2);
    const int *written HYPE_OUT;
    const int *both HYPE_INOUT;
    struct s **text HYPE_STRING;
    int *numbers HYPE_NULL_TERMINATED;
    double *reals HYPE_NULL_TERMINATED;
    char *room HYPE_OUT;
    int (*function)(void) HYPE_COUNTED_BY(2);
};
HYPE_FN void f(struct s *s) { (void)s; }
HYPE_FN void g(HYPE_OUT int x, int *HYPE_SKIP ok, HYPE_FN int *y) { (void)x, (void)ok, (void)y; }
HYPE_FN HYPE_OUT int h(void) { return 0; }
HYPE_FN HYPE_SKIP int *i(void) { return 0; }
HYPE_FN int (*variable)(void);
