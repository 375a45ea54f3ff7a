#include <hype/hype.h>

#define LIMIT 7
enum { WIDTH = 3 };
static const unsigned height = 4;

struct size {
    unsigned short width;
    int height;
};
struct shape {
    struct size size;
    struct size *parent;
    unsigned bits : 5;
    _Bool present;
    float *pixels HYPE_COUNTED_BY(size.width * size.height);
    float *parent_pixels HYPE_COUNTED_BY((parent->width + 1) * parent->height / 2 - -1);
    float *few HYPE_COUNTED_BY(bits + present);
    float *constant HYPE_COUNTED_BY(WIDTH * height * LIMIT + 0x10u);
    int32_t *bytes HYPE_SIZED_BY(size.width * sizeof(double));
    void *raw HYPE_SIZED_BY(WIDTH);
    unsigned char *octets HYPE_SIZED_BY(size.width);
};

HYPE_FN int paint(struct shape *shape);
HYPE_FN int copy(const void *from HYPE_SIZED_BY(*n), HYPE_SIZED_BY(*n) HYPE_OUT void *to, const int *n);
HYPE_FN int sum(const struct size *size, const long *values HYPE_COUNTED_BY(size->width - (size->height - 1)),
                const struct size **indirect, const char *text HYPE_COUNTED_BY(8));

int paint(struct shape *shape)
{
    return (int)height + (shape != NULL);
}

int copy(const void *from, void *to, const int *n)
{
    return from == to && n == NULL;
}

int sum(const struct size *size, const long *values, const struct size **indirect, const char *text)
{
    return size == *indirect && values == NULL && text == NULL;
}
