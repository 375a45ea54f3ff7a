#include <hype/hype.h>
#include <stdio.h>

static const int constant HYPE_CAPTURE = 3;
extern int sizeless[] HYPE_CAPTURE;
static FILE *stream HYPE_CAPTURE;
static size_t n;
static int *counted HYPE_CAPTURE HYPE_COUNTED_BY(n);
static union {
    char *text HYPE_TAG(n, 1);
} choice HYPE_CAPTURE;

HYPE_FN int f(void)
{
    static int local HYPE_CAPTURE;
    return local++ + constant + sizeless[0] + (stream != 0) + counted[n] + (choice.text != 0);
}
