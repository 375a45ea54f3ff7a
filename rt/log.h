/* log.h: lines for people. SUBJECT is the module as users know it: "Staging", "Submitter", "Docker". */
#ifndef HYPE_RT_LOG_H
#define HYPE_RT_LOG_H

#include "error.h"

#include <stdbool.h>

bool log_enabled(hype_level level);
void log_line(hype_level level, const char *subject, const char *format, ...) PRINTF_LIKE(3, 4);

#define log_error(subject, ...)   log_line(HYPE_LOG_ERROR, subject, __VA_ARGS__)
#define log_warning(subject, ...) log_line(HYPE_LOG_WARNING, subject, __VA_ARGS__)
#define log_info(subject, ...)    log_line(HYPE_LOG_INFO, subject, __VA_ARGS__)
#define log_debug(subject, ...)   log_line(HYPE_LOG_DEBUG, subject, __VA_ARGS__)

#endif
