/* probe.c: what hype-run tells of itself and of the place that it runs in, when there is no function to call. */
#include "runner.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <jansson.h>
#include <string.h>
#include <sys/utsname.h>

int probe_write(int fd, uint64_t *size, hype_error **error)
{
    struct utsname system;
    if (uname(&system) < 0)
        return error_system(error, errno, "cannot tell the processor");
    json_t *report =
        json_pack("{ss ss ss}", "version", HYPE_VERSION, "machine", system.machine, "glibc", gnu_get_libc_version());
    cleanup_free char *text = report ? json_dumps(report, 0) : NULL;
    json_decref(report);
    if (!text)
        return error_memory(error);
    *size = strlen(text);
    return write_all(fd, text, *size) < 0 ? error_system(error, errno, "cannot write the report") : 0;
}
