/*
 * submitter.h: a place that runs calls.
 *
 * A back end is one file with a struct submitter_operations, named in the table of submitter.c. Its run() takes one
 * job from start to end inside a task: it stages (rt/stage.h), has the place run hype-run on the manifest, follows
 * its output, collects the return image and removes whatever it made, also when it is cancelled or fails.
 */
#ifndef HYPE_RT_SUBMITTER_H
#define HYPE_RT_SUBMITTER_H

#include "../buffer.h"
#include "../leftovers.h"
#include "../output.h"
#include "../share.h"
#include "../task.h"
#include "../trace.h"
#include "../util.h"

#include <hype/generated.h>

#define JOB_ID_SIZE 18 /* "hype-run-XXXXXXXX" and a NUL */

/* One call on its way. Owned by its future; the submitter fills RETURNED. */
struct job {
    char id[JOB_ID_SIZE];         /* HYPE_EXECUTION_ID; the pod's, container's and process's name */
    const struct hype_unit *unit; /* NULL: a probe (checklist.h) */
    const struct hype_entry *entry;
    hype_env env;                  /* strings belong to the caller */
    const void *arguments;         /* capture image */
    size_t arguments_size;         /* bytes */
    int arguments_fd;              /* a memory file that starts with the image, or -1 */
    struct share *const *segments; /* the shared memory that the image refers to; the closure's */
    size_t n_segments;
    struct buffer returned;  /* return or error image, once run() has returned 0; not yet checked */
    struct output output;    /* the function's stdout and stderr go here */
    char depth[24];          /* of a nested call; ENV refers to it */
    struct trace_call trace; /* run() tells it of its phases */
    struct batch *batch; /* the arguments are a pack of several calls' (batch.h), and nothing is RETURNED; or NULL */
};

/* The parts of "scheme://part/part?option=value&option=value", percent-decoded. */
struct submitter_url {
    const char *scheme;
    const char *parts[4]; /* between the slashes; unset ones NULL */
    struct {
        const char *name, *value;
    } options[16];
};
/* The value of an option, or NULL. Options that no back end asked for are an error at open. */
const char *submitter_url_option(struct submitter_url *url, const char *name);
char *submitter_url_copy(struct submitter_url *url, const char *name); /* a new string, or NULL */
bool submitter_url_flag(struct submitter_url *url, const char *name);  /* set, and neither "", "0", "no" nor "false" */

struct checklist;
struct submitter_operations {
    const char *scheme; /* "process" */
    int (*open)(struct submitter_url *url, hype_submitter **submitter, hype_error **error);
    /* In a task. 0: job->returned is set. */
    int (*run)(hype_submitter *submitter, struct job *job, hype_error **error);
    /* In a task: removes what programs of this machine have left that ended without doing so, and sees to OLD. NULL
     * where nothing can be left. */
    int (*sweep)(hype_submitter *submitter, const struct leftovers *old, hype_error **error);
    /* In a task: tells, one by one, whether what calls need is there. */
    void (*check)(hype_submitter *submitter, struct checklist *list);
    /* In a task: deletes what the submitter keeps between calls (transient volumes), and frees it. */
    void (*close)(hype_submitter *submitter);
};

/* A call from its start to its end. It waits for its turn, runs, and may pause between two attempts. */
struct submitter_call {
    void (*start)(struct submitter_call *call);  /* its turn has come; ends with submitter_leave() or _pause() */
    void (*cancel)(struct submitter_call *call); /* ends it soon: withdraws it where it does not run */
    struct call_list *list;
    struct submitter_call *next, **at;
};

/* Zero-initialized: empty. */
struct call_list {
    struct submitter_call *first, **last;
};

#define SUBMITTER_LIMIT 256 /* calls that run at once where the back end names no other number */

/* Every submitter starts with this. Beyond OPERATIONS and NEXT it is the loop thread's. */
struct hype_submitter {
    const struct submitter_operations *operations;
    unsigned limit; /* calls that run at once; the others cost no stack and no descriptor meanwhile */
    bool batches;   /* run() makes batches too, which are better for many calls */
    unsigned running;
    struct call_list waiting, begun; /* begun: that run or pause */
    struct call_list others;         /* whose cancel() only tells that the submitter is closing */
    bool closing, starting;
    struct task_event drained; /* no call is left */
    hype_submitter *next;      /* of all that are open */
};
/* Loop thread only. */
void submitter_admit(hype_submitter *submitter, struct submitter_call *call);    /* starts it when its turn comes */
void submitter_leave(hype_submitter *submitter, struct submitter_call *call);    /* it runs no more */
void submitter_pause(hype_submitter *submitter, struct submitter_call *call);    /* until it is admitted again */
void submitter_withdraw(hype_submitter *submitter, struct submitter_call *call); /* it waited, or paused */
void submitter_watch(hype_submitter *submitter, struct submitter_call *call);    /* until it is withdrawn */

/* hype_submitter_open() and hype_default_submitter() with their errors. */
hype_submitter *submitter_open(const char *url, hype_error **error);
hype_submitter *submitter_default(hype_error **error);
/* Closes those that this process has opened. */
void submitter_close_all(void);
/* The same in a task, of all at once, where no thread may use them any more. */
void submitter_end_all(void);

/* Where calls are staged when nothing else is said: a folder in the user's cache. A new string. */
char *submitter_cache_uri(void);

extern const struct submitter_operations submitter_process, submitter_docker, submitter_k8s, submitter_gke;

#endif
