#include <hype/hype.h>

#define CONSTANT 3
static int global = 3;
struct size {
    int n, *pointer;
    double real;
};
struct s {
    struct size size, *parent;
    int *a HYPE_COUNTED_BY(unknown);
    int *b HYPE_COUNTED_BY(size.unknown);
    int *c HYPE_COUNTED_BY(size->n);
    int *d HYPE_COUNTED_BY(parent.n);
    int *e HYPE_COUNTED_BY(*size.n);
    int *f HYPE_COUNTED_BY(size.real);
    int *g HYPE_COUNTED_BY(size.pointer);
    int *h HYPE_COUNTED_BY(global);
    int *i HYPE_COUNTED_BY(1 +);
    int *j HYPE_COUNTED_BY();
    int *k HYPE_COUNTED_BY(size.n   %   2);
    int *l HYPE_COUNTED_BY(2 (size.n));
    int *m HYPE_COUNTED_BY(1.5);
    int *n HYPE_COUNTED_BY(0x);
    int *o HYPE_COUNTED_BY(sizeof n);
    int *p HYPE_COUNTED_BY(sizeof(struct unknown));
    int *q HYPE_SIZED_BY(size.);
    int *r HYPE_COUNTED_BY(* * 3);
    int *s HYPE_COUNTED_BY(size);
    int *t HYPE_COUNTED_BY(CONSTANT.n);
    int *u HYPE_COUNTED_BY(18446744073709551615ull - 09);
};
HYPE_FN void f(struct s *s, int *p HYPE_COUNTED_BY(a), int *HYPE_COUNTED_BY(*n) *q, int n) { (void)s; (void)p; (void)q; (void)n; (void)global; }
