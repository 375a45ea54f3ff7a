#include <hype/hype.h>

/* Types without names of their own, and names that are taken. */
typedef struct {
    struct {
        int x;
        char *label;
    } *points HYPE_COUNTED_BY(n);
    enum { SMALL, LARGE } size;
    int n;
} *handle;
typedef struct size {
    int size;
} size;

HYPE_FN void handles(handle h, handle *several HYPE_COUNTED_BY(2), __typeof__(((handle)0)->size) size_of_h);
HYPE_FN size *taken(size *size, int hype, int frame, int result, int owner, int arg1);
HYPE_FN void of_typeof(__typeof__(int *) p HYPE_COUNTED_BY(3), __typeof__(unsigned) u);

void handles(handle h, handle *several, __typeof__(((handle)0)->size) size_of_h)
{
    (void)h, (void)several, (void)size_of_h;
}

size *taken(size *size, int hype, int frame, int result, int owner, int arg1)
{
    size->size = hype + frame + result + owner + arg1;
    return size;
}

void of_typeof(__typeof__(int *) p, __typeof__(unsigned) u)
{
    p[0] = (int)u;
}
