/*
 * owner.c: the name of a process that stays its own: "PLACE.PID.STARTTIME". PLACE is a digest of the kernel's boot id
 * and of the PID namespace, since a PID means something only within both; the start time tells a process from a later
 * one of the same PID.
 */
#include "owner.h"

#include "fork.h"
#include "util.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PLACE_DIGITS 16

#define GONE    (-1)
#define UNKNOWN 0

/* In the kernel's ticks since the machine was started. GONE: there is no such process, or it only waits to be reaped.
 * UNKNOWN: there is one, but /proc does not show it (hidepid), or cannot be read (no descriptors left). */
static long long start_time(long pid)
{
    cleanup_free char *path = text_format("/proc/%ld/stat", pid), *text = NULL;
    size_t size;
    if (!path || file_read(path, 65536, &text, &size, NULL) < 0)
        return kill((pid_t)pid, 0) < 0 && errno == ESRCH ? GONE : UNKNOWN;
    /* proc(5): the name, in parentheses, may hold anything; state is the 1st field behind it, starttime the 20th. */
    char *rest = strrchr(text, ')');
    if (rest && (strncmp(rest, ") Z", 3) == 0 || strncmp(rest, ") X", 3) == 0))
        return GONE;
    for (int field = 0; rest && field < 20; field++)
        rest = strchr(rest + 1, ' ');
    return rest ? strtoll(rest, NULL, 10) : UNKNOWN;
}

static void find_place(char place[SHA256_HEX_SIZE])
{
    cleanup_free char *boot = NULL;
    size_t size = 0;
    struct stat namespace = {0};
    if (file_read("/proc/sys/kernel/random/boot_id", 4096, &boot, &size, NULL) < 0)
        boot = NULL;
    if (stat("/proc/self/ns/pid", &namespace) < 0)
    namespace.st_ino = 0;
    cleanup_free char *both = text_format("%s %llu", boot ? boot : "", (unsigned long long)namespace.st_ino);
    sha256_hex(both ? both : "", both ? strlen(both) : 0, place);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void after_fork_in_child(void)
{
    pthread_mutex_init(&lock, NULL);
}
IN_FORKED_CHILD(after_fork_in_child);

const char *owner_self(void)
{
    static char self[OWNER_SIZE];
    static pid_t known;
    pthread_mutex_lock(&lock);
    if (known != getpid()) {
        char place[SHA256_HEX_SIZE];
        find_place(place);
        known = getpid();
        snprintf(self, sizeof self, "%.*s.%ld.%lld", PLACE_DIGITS, place, (long)known, start_time(known));
    }
    pthread_mutex_unlock(&lock);
    return self;
}

bool owner_is_elsewhere(const char *owner)
{
    return strspn(owner, "0123456789abcdef") == PLACE_DIGITS && owner[PLACE_DIGITS] == '.' &&
           strncmp(owner, owner_self(), PLACE_DIGITS) != 0;
}

bool owner_is_gone(const char *owner)
{
    char *end;
    if (strncmp(owner, owner_self(), PLACE_DIGITS + 1) != 0)
        return false;
    long pid = strtol(owner + PLACE_DIGITS + 1, &end, 10);
    if (*end != '.' || pid <= 0)
        return false;
    long long started = strtoll(end + 1, NULL, 10), now = start_time(pid);
    return now == GONE || (now != UNKNOWN && started != UNKNOWN && now != started);
}
