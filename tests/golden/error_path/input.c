#include <hype/hype.h>
#include <stdio.h>

struct log {
    int level;
    FILE *stream;
};
struct options {
    struct log *log;
};
union choice {
    struct options *options HYPE_TAG(kind, 1);
    int other HYPE_TAG(kind, 2);
};
struct job {
    int kind;
    union choice choice;
    struct job *next;
};
HYPE_FN int run(struct job *jobs HYPE_COUNTED_BY(n), int n);
int run(struct job *jobs, int n)
{
    return jobs[n].kind;
}

/* Each type is told of once. */
HYPE_FN struct log *open_log(void)
{
    return 0;
}
