/* main.c: hype-run's command line. */
#include "runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: hype-run MANIFEST...\n"
    "\n"
    "Runs the call that MANIFEST describes: the URI of a manifest that a program built with hypecc has staged, such "
    "as\n"
    "file:///var/staging/manifest-5d41.json#sha256=HEX. Containers have this program as their entry point\n"
    "and get the URI as its argument; it is rarely run by hand. Of several it takes the one that\n"
    "JOB_COMPLETION_INDEX counts to, from 0, as pods of an Indexed Job have it.\n"
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

static const char *chosen_manifest(int n, char **manifests)
{
    const char *index = getenv("JOB_COMPLETION_INDEX");
    char *end;
    if (n <= 1)
        return n == 1 ? manifests[0] : NULL;
    long chosen = index && *index ? strtol(index, &end, 10) : -1;
    return chosen >= 0 && chosen < n && !*end ? manifests[chosen] : NULL;
}

int main(int argc, char **argv)
{
    if (argc >= 3 && strcmp(argv[1], "--serve") == 0)
        return serve(argc - 2, argv + 2);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("hype-run %s\n", HYPE_VERSION) < 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return printf("%s", usage) < 0;
    const char *manifest = chosen_manifest(argc - 1, argv + 1);
    if (manifest && manifest[0] != '-')
        return fetch_and_run(manifest);
    fputs(usage, stderr);
    return 2;
}
