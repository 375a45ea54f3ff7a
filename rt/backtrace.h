/*
 * backtrace.h: functions, files and lines for the frames of an error, on the side that has the debug information.
 *
 * What was staged has none; it lies in the program (hypecc/remote.c), in the libraries that were staged, or in the
 * separate debug files of either. docs/errors.md tells users about it.
 */
#ifndef HYPE_RT_BACKTRACE_H
#define HYPE_RT_BACKTRACE_H

#include "error.h"

#include <hype/generated.h>

/* Rewrites the backtraces of ERROR and its causes as far as frames lie in files of UNIT's remote objects and something
 * is known of them; other lines stay as they are. From any thread; not in a task, since files are read. */
void backtrace_resolve(hype_error *error, const struct hype_unit *unit);

#endif
