#include <hype/hype.h>

typedef int compare(const void *a, const void *b);
typedef int (*compare_pointer)(const void *a, const void *b);

struct operations {
    const char *name;
    compare *compare;
    int (*table[3])(int);
};
HYPE_FN int (*pick(int (*f)(int), int g(int), compare_pointer c, compare *d, int (**e)(int)))(int);
HYPE_FN compare_pointer chosen(struct operations *operations, void (*with_array)(int n, double (*)[*]));
HYPE_FN static inline int in_header(void)
{
    return 1;
}
HYPE_FN static int empty(void);

int (*pick(int (*f)(int), int g(int), compare_pointer c, compare *d, int (**e)(int)))(int)
{
    (void)g, (void)c, (void)d, (void)e;
    return f;
}

compare_pointer chosen(struct operations *operations, void (*with_array)(int n, double (*)[*]))
{
    (void)with_array;
    return operations->compare;
}

static int empty(void)
{
    return 2;
}
