/*
 * serve.h: what the process submitter and its 'hype-run --serve' say to each other.
 *
 * They share a SOCK_SEQPACKET socket (descriptor 3 of hype-run) and a memory file of slots (descriptor 4). hype-run
 * loads the remote object, then keeps one forked child a slot waiting on the socket: the kernel hands each request to
 * one of them, which runs the call, answers on the same socket and exits, so that every call has a process of its
 * own that was ready before it was asked for.
 */
#ifndef HYPE_RT_SERVE_H
#define HYPE_RT_SERVE_H

#include "image.h"
#include "trace.h"

#include <stdint.h>

enum {
    SERVE_SOCKET_FD = 3,
    SERVE_SLOTS_FD = 4,
    SERVE_REQUEST_FDS = 4,
    SERVE_MOST_FDS = SERVE_REQUEST_FDS + IMAGE_SEGMENTS,
    SERVE_FRAMES = 64,
    SERVE_NAME_SIZE = 128,
    SERVE_CAUSE_SIZE = 64 * 1024, /* bytes; only what is used takes memory */
    SERVE_MESSAGE_LIMIT = 64 * 1024, /* bytes of a request */
    SERVE_STOPPED = 100,             /* exit status of a child that found the socket closed */
};

/* A request; strings follow: the function's name, the execution id, N_VARIABLES times "NAME=VALUE", N_FILES paths.
 * With it come SERVE_REQUEST_FDS descriptors: the arguments' image, an empty or used memory file for the answer,
 * stdout, stderr; and one for each segment of the image. */
struct serve_request {
    uint64_t call;
    uint64_t signature;
    uint64_t image_size;
    uint32_t n_variables, n_files;
};

/* An answer: a return or error image of SIZE bytes, in the request's file, or in the descriptor that comes with it
 * where the answer does not come from the child itself. CALL 0 speaks of no call: the remote object could not be
 * loaded. */
struct serve_reply {
    uint64_t call;
    uint64_t size;
    struct trace_stamps stamps;
};

enum serve_state { SERVE_IDLE, SERVE_CALLED, SERVE_RUNNING, SERVE_ANSWERED };

/* What is known of a child when it has died. */
struct serve_slot {
    uint64_t call;
    int32_t pid;
    uint32_t state; /* enum serve_state */
    uint32_t n_frames;
    int32_t error_number; /* errno when the function crashed or called exit() */
    uint64_t fault_address;
    struct trace_stamps stamps;
    char name[SERVE_NAME_SIZE];    /* of the function; cut where it is longer */
    uint64_t frames[SERVE_FRAMES]; /* program counters, innermost first */
    uint32_t cause_size;           /* 0: its last nested call did not fail, or there was none */
    char cause[SERVE_CAUSE_SIZE];  /* else that call's error, as an image */
};

#endif
