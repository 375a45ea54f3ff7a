/*
 * serve.h: what the process submitter and its 'hype-run --serve' say to each other.
 *
 * hype-run loads the remote object, then keeps one forked child a slot waiting on the slot's SOCK_SEQPACKET socket. A
 * child takes one request, runs the call, answers on the same socket and exits: every call has a process of its own
 * that was ready before it was asked for. There are more slots than calls that may run at a time, so that there is
 * such a child while those that have answered end and are replaced. A slot gets its next request when its answer has
 * been taken; until then what is written into its pipes is that call's.
 *
 * Small images travel in the messages themselves, large ones as memory files.
 */
#ifndef HYPE_RT_SERVE_H
#define HYPE_RT_SERVE_H

#include "image.h"
#include "trace.h"

/* hype-run's descriptors: a socket on which it tells why it could not begin, the memory file of the slots, and three
 * for each slot: its socket, and the ends of the pipes for stdout and stderr. */
enum { SERVE_CONTROL_FD = 3, SERVE_SLOTS_FD = 4, SERVE_FIRST_FD = 5, SERVE_FDS = 3 };

enum {
    SERVE_MOST_FDS = 2 + IMAGE_SEGMENTS,
    SERVE_FRAMES = 64,
    SERVE_NAME_SIZE = 128,
    SERVE_CAUSE_SIZE = 64 * 1024,    /* bytes; only what is used takes memory */
    SERVE_INLINE = 32 * 1024,        /* bytes of an image that travels in a message */
    SERVE_MESSAGE_LIMIT = 96 * 1024, /* bytes of a request, behind its struct */
    SERVE_STOPPED = 100,             /* exit status of a child that found the socket closed */
};

/* A request. Behind it come the arguments' image, unless it is in a file, and strings: the function's name,
 * N_VARIABLES times "NAME=VALUE" (the first is HYPE_EXECUTION_ID), N_FILES paths. With it come the descriptors of the
 * arguments' memory file, where there is one, of an empty or used memory file for the answer, where a large one is
 * likely, and of the segments that the image refers to. */
struct serve_request {
    uint64_t call;
    uint64_t signature;
    uint64_t image_size;
    uint64_t memory_limit; /* bytes; 0: none */
    uint32_t n_variables, n_files;
    uint32_t n_segments;
    uint32_t arguments_file, answer_file; /* 0 or 1 */
    uint32_t unused[3];                   /* the image behind is aligned */
};

/* An answer: a return or error image of SIZE bytes, behind it; or in the file that came with the request; or in the
 * descriptor that comes with it; or none, for there was no memory to make one. CALL 0 speaks of no call: the remote
 * object could not be loaded. */
enum serve_where { SERVE_BEHIND, SERVE_IN_ANSWER_FILE, SERVE_IN_OWN_FILE, SERVE_NO_MEMORY };
struct serve_reply {
    uint64_t call;
    uint64_t size;
    uint64_t where; /* enum serve_where */
    int64_t ready;  /* trace_clock() when the child began to wait */
    struct trace_stamps stamps;
};

enum serve_state { SERVE_IDLE, SERVE_CALLED, SERVE_RUNNING, SERVE_ANSWERED, SERVE_UNANSWERED /* could not */ };

/* Shared memory: what is known of a child when it has died. */
struct serve_slot {
    uint64_t call;
    uint64_t cancelled; /* written by the submitter: the call that shall not be run */
    int32_t pid;
    uint32_t state; /* enum serve_state */
    uint32_t n_frames;
    int32_t error_number; /* errno when the function crashed or called exit(), or its answer could not be sent */
    uint64_t fault_address;
    uint64_t memory_limit; /* of the call, in bytes; 0: none */
    struct trace_stamps stamps;
    char name[SERVE_NAME_SIZE];    /* of the function; cut where it is longer */
    uint64_t frames[SERVE_FRAMES]; /* program counters, innermost first */
    uint32_t cause_size;           /* 0: its last nested call did not fail, or there was none */
    char cause[SERVE_CAUSE_SIZE];  /* else that call's error, as an image */
};

#endif
