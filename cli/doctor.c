/* doctor.c: hype doctor: looks at all that a submitter's calls need, and tells what is missing and what to do. */
#include "cli.h"

#include "checklist.h"
#include "submit/submitter.h"
#include "task.h"

#include <argp.h>
#include <stdio.h>

struct doctor {
    const char *url;
    struct checklist list;
    hype_error *error; /* no submitter could be opened */
};

static void tell(void *unused, enum check_result result, const char *subject, const char *text)
{
    static const char *const words[] = {[CHECK_OK] = "ok", [CHECK_NOTE] = "note", [CHECK_FAILS] = "FAILS"};
    (void)unused;
    printf("%-5s  %s: %s\n", words[result], subject, text);
    fflush(stdout);
}

static void examine(void *context)
{
    struct doctor *doctor = context;
    hype_submitter *submitter = submitter_open(doctor->url, &doctor->error);
    if (!submitter)
        return;
    submitter->operations->check(submitter, &doctor->list);
    task_shield_begin();
    submitter->operations->close(submitter);
    task_shield_end();
}

static int take(int key, char *value, struct argp_state *state)
{
    struct doctor *doctor = state->input;
    if (key != ARGP_KEY_ARG)
        return ARGP_ERR_UNKNOWN;
    if (doctor->url)
        argp_error(state, "one submitter at a time");
    doctor->url = value;
    return 0;
}

int doctor_main(int argc, char **argv)
{
    static const struct argp argp = {NULL,
                                     take,
                                     "[SUBMITTER]",
                                     "Looks at all that calls of a submitter need (HYPE_SUBMITTER, else process:, "
                                     "where none is named), and tells what "
                                     "is missing and what to do. The exit status is 0 when calls can run.",
                                     NULL,
                                     NULL,
                                     NULL};
    struct doctor doctor = {.list = {.tell = tell}};
    const char *usual = getenv("HYPE_SUBMITTER");
    argv[0] = (char[]){"hype doctor"};
    argp_parse(&argp, argc, argv, 0, NULL, &doctor);
    if (!doctor.url)
        doctor.url = usual && *usual ? usual : "process:";
    if (task_run(examine, &doctor, &doctor.error) < 0 || doctor.error)
        check_fails(&doctor.list, "submitter", doctor.error);
    return doctor.list.failed;
}
