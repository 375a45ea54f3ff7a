/* doctor.c: hype doctor: looks at all that a submitter's calls need, and tells what is missing and what to do. */
#include "cli.h"

#include "checklist.h"
#include "interrupt.h"
#include "submit/submitter.h"
#include "task.h"

#include <argp.h>
#include <stddef.h>
#include <stdio.h>

struct doctor {
    const char *url;
    struct checklist list;
    hype_submitter *submitter;
    struct submitter_call call; /* by which an interrupt ends the examination, as it ends calls */
    task *task;
};

static void tell(void *unused, enum check_result result, const char *subject, const char *text)
{
    static const char *const words[] = {[CHECK_OK] = "ok", [CHECK_NOTE] = "note", [CHECK_FAILS] = "FAILS"};
    (void)unused;
    if (interrupt_pending())
        return;
    printf("%-5s  %s: %s\n", words[result], subject, text);
    fflush(stdout);
}

/* While a probe waits, one wants to know for what. */
static void tell_warning(hype_level level, const char *subject, const char *text, void *unused)
{
    (void)level, (void)unused;
    fprintf(stderr, "       %s: %s\n", subject, text);
}

static void start(struct submitter_call *unused)
{
    (void)unused;
}

static void cancel(struct submitter_call *call)
{
    task_cancel(((struct doctor *)((char *)call - offsetof(struct doctor, call)))->task);
}

static void examine(void *context)
{
    struct doctor *doctor = context;
    doctor->call = (struct submitter_call){.start = start, .cancel = cancel};
    doctor->task = task_self();
    submitter_admit(doctor->submitter, &doctor->call);
    doctor->submitter->operations->check(doctor->submitter, &doctor->list);
    submitter_leave(doctor->submitter, &doctor->call);
}

static void examine_submitter(struct doctor *doctor)
{
    hype_error *error = NULL;
    doctor->submitter = hype_submitter_open(doctor->url);
    if (!doctor->submitter) {
        check_fails(&doctor->list, "submitter", error_take_last());
        return;
    }
    interrupt_call_begins();
    if (task_run(examine, doctor, &error) < 0)
        check_fails(&doctor->list, "submitter", error);
    interrupt_call_ends();
    hype_submitter_close(doctor->submitter);
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
    if (!getenv("HYPE_LOG"))
        hype_set_log(HYPE_LOG_WARNING, tell_warning, NULL);
    examine_submitter(&doctor);
    return doctor.list.failed;
}
