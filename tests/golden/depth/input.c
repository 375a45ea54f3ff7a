#include <hype/hype.h>

/* Which of several pointers an annotation speaks of. */
HYPE_FN void inner(size_t *n, double *HYPE_COUNTED_BY(*n) *HYPE_OUT out);
HYPE_FN void outer(size_t n, double **rows HYPE_COUNTED_BY(n));
HYPE_FN void both(size_t n, size_t m, double *HYPE_COUNTED_BY(m) *HYPE_COUNTED_BY(n) rows);
HYPE_FN void before(size_t n, HYPE_COUNTED_BY(n) double *const *rows);
HYPE_FN void three(size_t n, char *HYPE_STRING *HYPE_NULL_TERMINATED *HYPE_COUNTED_BY(n) lists);
HYPE_FN void array(size_t n, size_t m, double *HYPE_COUNTED_BY(2 * m) rows[n]);
HYPE_FN void unnamed(size_t n, double *HYPE_COUNTED_BY(n) *);
HYPE_FN double *HYPE_COUNTED_BY(*n) *result(size_t *n);

struct matrix {
    double *HYPE_COUNTED_BY(m) *rows HYPE_COUNTED_BY(n), *HYPE_COUNTED_BY(n * m) flat, *one;
    size_t n, m;
    struct {
        int x;
    } *anonymous HYPE_COUNTED_BY(m);
};
HYPE_FN void in_struct(struct matrix *matrix);

void inner(size_t *n, double **out) { *n = 0; *out = NULL; }
void outer(size_t n, double **rows) { (void)n; (void)rows; }
void both(size_t n, size_t m, double **rows) { (void)n; (void)m; (void)rows; }
void before(size_t n, double *const *rows) { (void)n; (void)rows; }
void three(size_t n, char ***lists) { (void)n; (void)lists; }
void array(size_t n, size_t m, double *rows[n]) { (void)n; (void)m; (void)rows; }
void unnamed(size_t n, double **x) { (void)n; (void)x; }
double **result(size_t *n) { *n = 0; return NULL; }
void in_struct(struct matrix *matrix) { (void)matrix; }
