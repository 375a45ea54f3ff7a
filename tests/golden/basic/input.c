#include <hype/hype.h>

typedef struct {
    char *name, *value;
} env_var;

typedef struct {
    char *cmd_output, *mounts;
    size_t n_vars;
    env_var *vars HYPE_COUNTED_BY(n_vars);
} report;

enum color { RED, GREEN = 5 };

struct node {
    struct node *next;
    double x;
    char tag[4];
    enum color color;
};

HYPE_FN report extract_env(const char *cmd);
HYPE_FN int smooth(size_t n, const double in[n], HYPE_OUT double out[n], double sigma);
HYPE_FN struct node *reverse(struct node *list, enum color color);
HYPE_FN void pair(struct node node, struct node *HYPE_IN read, struct node *HYPE_OUT written);
HYPE_FN void nothing(void);
HYPE_FN void elsewhere(int *x);

report extract_env(const char *cmd)
{
    report r = {0};
    r.n_vars = cmd != NULL;
    return r;
}

int smooth(size_t count, const double in[count], double out[count], double sigma)
{
    for (size_t i = 0; i < count; i++)
        out[i] = in[i] * sigma;
    return 0;
}

struct node *reverse(struct node *list, enum color color)
{
    return color == RED ? list : list->next;
}

void pair(struct node node, struct node *read, struct node *written)
{
    *written = read ? *read : node;
}

void nothing(void)
{
}
