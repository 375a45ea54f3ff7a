/* quantity.c: Kubernetes' quantities, for places that are no Kubernetes. */
#include "quantity.h"

#include <string.h>

static int parse(const char *text, double scale, long long *value, hype_error **error)
{
    static const struct {
        const char *suffix;
        double factor;
    } suffixes[] = {{"", 1},
                    {"m", 1e-3},
                    {"k", 1e3},
                    {"M", 1e6},
                    {"G", 1e9},
                    {"T", 1e12},
                    {"P", 1e15},
                    {"Ki", 1024},
                    {"Mi", 1048576},
                    {"Gi", 1073741824},
                    {"Ti", 1099511627776.0}};
    char *end;
    double number = strtod(text, &end);
    for (size_t i = 0; end != text && i < ARRAY_SIZE(suffixes); i++)
        if (strcmp(end, suffixes[i].suffix) == 0 && number > 0 && number * suffixes[i].factor * scale < 9e18) {
            *value = (long long)(number * suffixes[i].factor * scale + 0.5);
            return 0;
        }
    return error_set(error, HYPE_INVALID, "'%s' is no quantity, such as 750m, 2 or 512Mi", text);
}

int quantity_allowed(const hype_env *env, const char *resource, double scale, long long *value, hype_error **error)
{
    const hype_pair *lists[] = {env->limits, env->requests};
    *value = 0;
    for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
        for (size_t i = 0; i < ARRAY_SIZE(env->limits) && lists[l][i].name; i++)
            if (strcmp(lists[l][i].name, resource) == 0)
                return error_wrap(error, parse(lists[l][i].value, scale, value, error), "%s", resource);
    return 0;
}
