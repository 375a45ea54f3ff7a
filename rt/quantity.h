/* quantity.h: amounts of a resource, as environments state them ("750m", "2Gi"). */
#ifndef HYPE_RT_QUANTITY_H
#define HYPE_RT_QUANTITY_H

#include "util.h"

/* What a call may use of RESOURCE, times SCALE: the environment's limit, else its request; 0 where it has neither. */
int quantity_allowed(const hype_env *env, const char *resource, double scale, long long *value, hype_error **error);

#endif
