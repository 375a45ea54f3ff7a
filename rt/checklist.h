/*
 * checklist.h: what a place must have so that calls run there, looked at one by one, and told as it is found.
 *
 * Back ends check what is theirs (submitter_operations.check) and leave to this module what is the same everywhere: the
 * store, and a probe, which is a call of hype-run itself: it takes the way of every call and comes back with what
 * hype-run tells of the place.
 */
#ifndef HYPE_RT_CHECKLIST_H
#define HYPE_RT_CHECKLIST_H

#include "store/store.h"
#include "submit/submitter.h"

/* NOTE: calls run, but somebody may want to know. */
enum check_result { CHECK_OK, CHECK_NOTE, CHECK_FAILS };

struct checklist {
    void (*tell)(void *context, enum check_result result, const char *subject, const char *text);
    void *context; /* of TELL */
    bool failed;   /* any */
};

void check_tell(struct checklist *list, enum check_result result, const char *subject, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* CHECK_FAILS with the error's message, which is freed. */
void check_fails(struct checklist *list, const char *subject, hype_error *error);

/* In a task: writes an object, lists it, reads it back and deletes it. */
void checklist_store(struct checklist *list, struct store *store);
/* In a task: a probe by the submitter's run(), and what it tells: version, processor, C library. Not sent where
 * something has failed already. */
void checklist_call(struct checklist *list, hype_submitter *submitter);

#endif
