/*
 * leftovers.h: files of this machine that belong to a call or a submitter in use, named so that they can be told from
 * what a killed program has left: ~/.cache/hype/KIND/OWNER-NAME (owner.h).
 */
#ifndef HYPE_RT_LEFTOVERS_H
#define HYPE_RT_LEFTOVERS_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>

/* Things whose owners run, or ran, elsewhere (owner.h): age is the only sign that nobody wants them any more. */
struct leftovers {
    double days; /* what was made longer ago */
    bool remove; /* or only tell */
    void (*tell)(const char *kind, const char *name, const char *state, int64_t made, void *context); /* since 1970 */
    void *context;
};

/* Whether a thing is to be removed: its program has ended, or it is one of OLD (NULL: there are none), which is told.
 */
bool leftover_unwanted(const struct leftovers *old, const char *owner, const char *kind, const char *name,
                       const char *state, int64_t made);

/* A folder of the user's cache, "/home/me/.cache/hype/NAME"; not made yet. NULL when memory is out. */
char *cache_folder(const char *name);

/* Makes that folder, for this user only. *FOLDER is a new string. */
int cache_folder_make(const char *name, char **folder, hype_error **error);

/* Makes a file of KIND that holds TEXT, for this user only, in a folder of which the same is true. *PATH is a new
 * string. */
int leftover_create(const char *kind, const char *name, const char *text, char **path, hype_error **error);

/* Calls EACH for every file of KIND that is unwanted, and unlinks those for which it returns 0. NULL: all. */
void leftovers_sweep(const char *kind, const struct leftovers *old, int (*each)(const char *path, void *context),
                     void *context);

#endif
