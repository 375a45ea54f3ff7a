/*
 * stage_record.h: what a call has staged, noted on this machine until it is removed: what a killed program has left in
 * a store is then removed by the next one that uses the store.
 */
#ifndef HYPE_RT_STAGE_RECORD_H
#define HYPE_RT_STAGE_RECORD_H

#include "stage.h"

/* To be called once the names of STAGED are known and before anything of it is sent. A record that cannot be written is
 * only logged. */
void stage_record_write(struct staged *staged);
void stage_record_remove(struct staged *staged);

#endif
