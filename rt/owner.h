/*
 * owner.h: which program made a thing, and whether that program still runs.
 *
 * Containers, pods, volumes and temporary files that live outside the program carry its name as a label or in their own
 * name; whoever finds one of a program that has ended may remove it.
 */
#ifndef HYPE_RT_OWNER_H
#define HYPE_RT_OWNER_H

#include <stdbool.h>
#include <stddef.h>

#define OWNER_LABEL "hype.owner"
#define OWNER_SIZE  64 /* with the NUL */

/* This process: at most 63 characters of [0-9a-z.], which a label of Kubernetes and a file name may hold. Never NULL;
 * a child of fork() is another owner. Valid as long as the process runs. */
const char *owner_self(void);

/* OWNER ran on this machine, since it was started last, in this PID namespace, and has ended. Of what others made
 * nobody here can tell. */
bool owner_is_gone(const char *owner);
/* It ran on another machine, before this one was started last, or in another PID namespace. */
bool owner_is_elsewhere(const char *owner);

#endif
