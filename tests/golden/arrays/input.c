#include <hype/hype.h>

typedef double vector[3];

HYPE_FN double matrix(size_t n, size_t m, const double a[n][m], double b[static 2][4], vector c, vector *d, int (*e)[5],
                      char *f[2], const char g[n + 1], int h[][2] HYPE_COUNTED_BY(m), double (*i)[m], int (*j[3])(int),
                      vector k[n]);

struct arrays {
    char *names[4];
    const char *grid[2][3];
    double values[5];
    struct {
        char *key;
    } pairs[6], single;
    double *rows[2] HYPE_COUNTED_BY(n);
    vector *vectors HYPE_COUNTED_BY(n);
    int n;
};
HYPE_FN void structs(struct arrays *arrays, struct arrays value);

double matrix(size_t n, size_t m, const double a[n][m], double b[static 2][4], vector c, vector *d, int (*e)[5],
              char *f[2], const char g[n + 1], int h[][2], double (*i)[m], int (*j[3])(int), vector k[n])
{
    (void)b, (void)c, (void)d, (void)e, (void)f, (void)g, (void)h, (void)i, (void)j, (void)k;
    return a[n - 1][m - 1];
}

void structs(struct arrays *arrays, struct arrays value)
{
    *arrays = value;
}
