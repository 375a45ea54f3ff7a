#include <hype/hype.h>
#include <errno.h>
#include <stdio.h>

struct tree {
    struct tree *left, *right;
};

static int level HYPE_CAPTURE = 3;
static double table[2][8] HYPE_CAPTURE;
extern const char *label HYPE_CAPTURE;
static struct tree *root HYPE_CAPTURE;
static volatile int flags[4] HYPE_CAPTURE;
static _Atomic int atomic HYPE_CAPTURE;
static size_t n_rows HYPE_CAPTURE;
static float *rows HYPE_CAPTURE HYPE_COUNTED_BY(n_rows + 1);
static int (*callback)(int) HYPE_CAPTURE;
static struct {
    char *text;
} unnamed[2] HYPE_CAPTURE;
static const int constant = 5;
const char *label = "label";

static int helper(void)
{
    fprintf(stderr, "%d\n", errno);
    return level + constant;
}

HYPE_FN static int uses_one(int level)
{
    return helper() + level;
}

HYPE_FN static double uses_none(double x)
{
    return x * 2;
}

HYPE_FN static double uses_counted(void)
{
    return rows[0] + (double)n_rows;
}

HYPE_FN static int calls_back(void)
{
    return callback(1) + (root != NULL) + (label != NULL) + atomic + flags[0] + (unnamed[0].text != NULL) +
           (int)table[0][0];
}

int use_all(void);
int use_all(void)
{
    return uses_one(1) + (int)uses_none(1) + (int)uses_counted() + calls_back();
}
