/* main.c: hype's own command: what looks after the places that calls run in. */
#include "cli.h"

#include <hype/hype.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: hype doctor [SUBMITTER]\n"
    "       hype gc STAGING [--days=N] [--delete]\n"
    "       hype gc docker: [--days=N] [--delete]\n"
    "       hype gc k8s://CONTEXT/NAMESPACE[?staging=STAGING] [--days=N] [--delete]\n"
    "       hype report TRACE [--output=FILE.svg]\n"
    "       hype --version\n"
    "\n"
    "doctor looks at all that calls of SUBMITTER (HYPE_SUBMITTER, else process:) need, from the connection to a\n"
    "probe that runs there, and tells what is missing and what to do.\n"
    "\n"
    "gc lists what no call has used for N days in STAGING (file:///DIR, gs://BUCKET/DIR, s3://BUCKET/DIR)\n"
    "(7), and removes it with --delete. With docker: it removes the containers, volumes and files of\n"
    "programs of this machine that have ended without doing so, with k8s: and gke: their pods, claims and what\n"
    "they staged; and it lists what is more than N days old of programs on other machines, in other PID\n"
    "namespaces, or before a restart.\n"
    "\n"
    "report tells where the time of a program's calls went, from the trace that HYPE_TRACE=TRACE has made the\n"
    "program write: a table, and a picture.\n";

int main(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "doctor") == 0)
        return doctor_main(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "gc") == 0)
        return gc_main(argc - 1, argv + 1);
    if (argc >= 2 && strcmp(argv[1], "report") == 0)
        return report_main(argc - 1, argv + 1);
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("hype %s\n", HYPE_VERSION) < 0;
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(usage, stdout) < 0;
    if (argc >= 2)
        fprintf(stderr, "hype: there is no command '%s'\n", argv[1]);
    fputs(usage, stderr);
    return 2;
}
