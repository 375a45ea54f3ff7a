/* log.c: levels, HYPE_LOG, and the callback that takes the lines. */
#include "log.h"

#include "fork.h"
#include "util.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static struct {
    int level; /* -1: quiet */
    hype_log_function *function;
    void *context;
} target;
static pthread_once_t target_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t target_lock = PTHREAD_MUTEX_INITIALIZER;

static void after_fork_in_child(void)
{
    pthread_mutex_init(&target_lock, NULL);
}
IN_FORKED_CHILD(after_fork_in_child);

static const char *const level_names[] = {"error", "warning", "info", "debug"};

static int level_from_environment(void)
{
    const char *wanted = getenv("HYPE_LOG");
    for (int i = 0; wanted && i < (int)ARRAY_SIZE(level_names); i++)
        if (strcmp(wanted, level_names[i]) == 0)
            return i;
    if (wanted && *wanted)
        fprintf(stderr, "hype: HYPE_LOG=%s is none of error, warning, info, debug; logging stays off\n", wanted);
    return -1;
}

static void read_environment(void)
{
    __atomic_store_n(&target.level, level_from_environment(), __ATOMIC_RELAXED);
}

void hype_set_log(hype_level level, hype_log_function *function, void *context)
{
    pthread_once(&target_once, read_environment);
    pthread_mutex_lock(&target_lock);
    target.function = function;
    target.context = context;
    __atomic_store_n(&target.level, function ? (int)level : level_from_environment(), __ATOMIC_RELAXED);
    pthread_mutex_unlock(&target_lock);
}

bool log_enabled(hype_level level)
{
    pthread_once(&target_once, read_environment);
    return (int)level <= __atomic_load_n(&target.level, __ATOMIC_RELAXED);
}

/* "22:15:14.211 | INFO | Staging |> text", in one write so that lines of several threads do not mix. */
static void print_line(hype_level level, const char *subject, const char *text)
{
    static const char *const shown[] = {"ERROR", "WARNING", "INFO", "DEBUG"};
    struct timespec now;
    struct tm local;
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    fprintf(stderr, "%02d:%02d:%02d.%03ld | %s | %s |> %s\n", local.tm_hour, local.tm_min, local.tm_sec,
            now.tv_nsec / 1000000, shown[level], subject, text);
}

void log_line(hype_level level, const char *subject, const char *format, ...)
{
    if (!log_enabled(level))
        return;
    cleanup_free char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    text = text_format_list(format, arguments);
    va_end(arguments);
    if (!text)
        return;
    pthread_mutex_lock(&target_lock);
    hype_log_function *function = target.function;
    void *context = target.context;
    pthread_mutex_unlock(&target_lock);
    if (function)
        function(level, subject, text, context);
    else
        print_line(level, subject, text);
}
