/*
 * logs.h: what a pod's container prints, as it prints it.
 *
 * The log is followed by one long answer. When that breaks, the next begins in the second before the one in which it
 * broke off, and leaves out what has been seen: lines carry the time at which the node read them, and their order in
 * the log is fixed, so counting the lines since then is enough. (A second before, because lines of stdout and stderr
 * may be out of order by very little.) Kubernetes keeps both in one log and does not tell them
 * apart: hype-run therefore marks the lines of stderr.
 */
#ifndef HYPE_RT_KUBE_LOGS_H
#define HYPE_RT_KUBE_LOGS_H

#include "../output.h"
#include "../task.h"
#include "client.h"

/* Where in a log one has arrived, and the state of reading it: "TIME TEXT\n" for each line, cut anywhere. */
struct log_reader {
    struct output *output; /* borrowed */
    struct printer_waiter waiter;
    /* So far, over all answers: seconds are times without their fraction, "" where none was seen. */
    char second[48], before[48]; /* the latest, and the one that was the latest before it */
    size_t lines, lines_before;  /* complete ones since SECOND, and since BEFORE */
    size_t partial;              /* bytes that were seen of the line that has not ended */
    /* Of this answer. */
    size_t skip_lines; /* that still have to be left out */
    size_t skip_bytes; /* of the next line after them */
    char skip_until[48];
    char time[48];
    size_t time_length;
    enum output_stream stream; /* of this line */
    /* SEEN: text that is left out; UNTIMED: a line that is none of the container's */
    enum { LOG_TIME, LOG_MARK, LOG_TEXT, LOG_SEEN, LOG_UNTIMED } in;
};
void log_reader_restart(struct log_reader *reader); /* another answer begins */
http_sink log_reader_feed;

struct pod_logs {
    struct kube_client *client;
    const char *namespace, *pod, *container; /* borrowed */
    struct log_reader reader;
    task *task; /* that follows; NULL: none */
    struct task_event ended;
};
/* Begins to follow, in a task of its own. */
int pod_logs_follow(struct pod_logs *logs, hype_error **error);
/* Ends it. With the container ended, REST fetches what it printed last. */
void pod_logs_end(struct pod_logs *logs, bool rest);

#endif
