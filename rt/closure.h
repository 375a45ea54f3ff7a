/* closure.h: a function with its captured arguments, between hype_bind() and the call's end. */
#ifndef HYPE_RT_CLOSURE_H
#define HYPE_RT_CLOSURE_H

#include "image.h"

struct hype_closure {
    struct capture capture; /* of no function (entry NULL) when binding failed */
    hype_error *error;      /* why binding failed; submitting tells it */
    int64_t bound[2];       /* trace_clock() when capturing began and ended; 0 when nothing is traced */
};

#endif
