/*
 * server.h: the process submitter's servers, one 'hype-run --serve' for each remote object, and calls to them.
 *
 * See rt/serve.h for what passes between the two.
 */
#ifndef HYPE_RT_SUBMIT_SERVER_H
#define HYPE_RT_SUBMIT_SERVER_H

#include "../store/store.h"
#include "submitter.h"

/* Zero-initialize the rest. Loop thread only. */
struct servers {
    struct store *staging; /* a folder of this machine, where the remote objects lie */
    unsigned workers;      /* so many calls at a time: the submitter sees to it */
    struct server *first;
};

/* Runs a job on the server of its remote object, which is started where there is none. MEMORY_LIMIT: bytes that the
 * call may have; 0: any. In a task. */
int servers_call(struct servers *servers, struct job *job, uint64_t memory_limit, hype_error **error);
/* Ends all servers and the calls in them. In a task, shielded. */
void servers_close(struct servers *servers);

#endif
