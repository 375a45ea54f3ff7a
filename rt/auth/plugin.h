/* plugin.h: runs a program that hands out credentials by writing them to its stdout. */
#ifndef HYPE_RT_AUTH_PLUGIN_H
#define HYPE_RT_AUTH_PLUGIN_H

#include "../error.h"

/* In a task: runs ARGUMENTS[0] with just ENVIRONMENT and without a terminal. It is given five minutes. *ANSWER, a new
 * string, is what it wrote to its stdout, up to a megabyte; what it wrote to its stderr becomes part of the error when
 * it fails. WHAT names it there. -HYPE_NOT_FOUND: it cannot be started; -HYPE_PERMISSION: it fails or gives no answer.
 */
int plugin_run(const char *what, const char *const *arguments, const char *const *environment, char **answer,
               hype_error **error);

#endif
