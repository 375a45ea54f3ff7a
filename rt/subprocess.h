/* subprocess.h: starts hype-run on this machine. */
#ifndef HYPE_RT_SUBPROCESS_H
#define HYPE_RT_SUBPROCESS_H

#include "util.h"

#include <sys/types.h>

struct spawned {
    pid_t pid;
    int pidfd; /* readable when the process has ended; not inherited */
};

/* The hype-run that belongs to this library: HYPE_RUN, else beside the library, else on PATH. New string. */
char *spawn_find_hype_run(void);

/* A clean environment for hype-run, with room for MORE "NAME=VALUE" strings at its end: what functions need of this
 * program's own is asked for with hype_with_variable(). The strings belong to it; NULL when memory is out. */
char **spawn_environment(size_t more);
void spawn_environment_free(char **environment); /* NULL is allowed */

/* Runs ARGUMENTS[0] with just ENVIRONMENT. FDS[i] (or -1) becomes descriptor i; no others are inherited. */
int spawn_process(const char *const *arguments, const char *const *environment, const int *fds, int n_fds,
                  struct spawned *spawned, hype_error **error);

/* In a task: until the process has ended; *WAIT_STATUS as from waitpid(2). When cancelled, kills it first. */
int spawn_wait(struct spawned *spawned, int *wait_status, hype_error **error);

#endif
