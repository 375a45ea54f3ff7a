/*
 * podfile.h: a file with a pod, over which calls are laid: YAML or JSON with one Pod that has a container "hype-run"
 * with an image.
 *
 * pod.h replaces the container's args and the pod's restart policy, adds what the environment says, and leaves all else
 * as the file has it, whether this library knows it or not.
 */
#ifndef HYPE_RT_KUBE_PODFILE_H
#define HYPE_RT_KUBE_PODFILE_H

#include "../error.h"

#include <jansson.h>

/* A new object. -HYPE_INVALID with file, line and column where it is no such pod. */
int podfile_read(const char *path, json_t **pod, hype_error **error);

#endif
