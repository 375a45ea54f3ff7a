/* main.c: hype-run's command line. */
#include "runner.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: hype-run MANIFEST\n"
    "\n"
    "Runs the call that MANIFEST describes: the URI of a manifest that a program built with hypecc has staged, such "
    "as\n"
    "file:///var/staging/manifest-5d41.json#sha256=HEX. Containers have this program as their entry point\n"
    "and get the URI as its argument; it is rarely run by hand.\n"
    "\n"
    "  HYPE_EXECUTION_ID     names the execution\n"
    "  HYPE_TERMINATION_LOG  file for the return value's location (default /dev/termination-log)\n"
    "  HYPE_LOG              error, warning, info or debug: what to say on stderr\n"
    "\n"
    "  --version             print the version\n"
    "  --serve               used by the process submitter\n";

/* For functions that call others: what spawn_find_hype_run() finds. */
extern const char hype_run_path[] __attribute__((visibility("hidden")));
const char hype_run_path[] = "/proc/self/exe";

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "--serve") == 0)
        return serve(argc - 2, argv + 2);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("hype-run %s\n", HYPE_VERSION) < 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return printf("%s", usage) < 0;
    if (argc == 2 && argv[1][0] != '-')
        return fetch_and_run(argv[1]);
    fputs(usage, stderr);
    return 2;
}
