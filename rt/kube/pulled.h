/* pulled.h: how long a node took to get the image of a pod, as the events of its kubelet tell. For traces only. */
#ifndef HYPE_RT_KUBE_PULLED_H
#define HYPE_RT_KUBE_PULLED_H

#include "client.h"

/* Nanoseconds; 0 where the node had the image, or nothing is known. In a task. */
int64_t pulled_time(struct kube_client *client, const char *namespace, const char *pod);

/* The same from the message of an event: 'Successfully pulled image "x" in 1m2.5s (1m3s including waiting). …'. */
int64_t pulled_message_time(const char *message);

#endif
