/*
 * killed.c: hype-run is killed at one system call after the other, from its start to its end, it or one of its child
 * processes: each time the call yields the right value or an error that says so, and the next call works.
 *
 * Usage: killed KILLER HYPE_RUN STEP; both by their paths, every STEP-th system call.
 */
#include "check.h"

#include <dirent.h>
#include <poll.h>
#include <unistd.h>

static const char *hype_run;
static char order[4096];

HYPE_FN char *twice(const char *text)
{
    char *result = malloc(2 * strlen(text) + 1);
    printf("%s\n", text);
    fflush(stdout);
    return strcat(strcpy(result, text), text);
}

static void kill_at(long n)
{
    FILE *file = fopen(order, "w");
    CHECK(file && fprintf(file, "%ld %s\n", n, hype_run) > 0 && fclose(file) == 0);
}

/* Errors of calls whose hype-run is gone. */
static void check_error(int status, long n)
{
    const hype_error *error = hype_last_error();
    if ((status == -HYPE_LOST || status == -HYPE_CRASHED) && error && error->status == status &&
        (strstr(error->message, "signal 9") || strstr(error->message, "SIGKILL")))
        return;
    fprintf(stderr, "killed at system call %ld: %s\n", n, hype_status_name(status));
    hype_perror("killed");
    exit(1);
}

static bool call(hype_submitter *submitter, long n)
{
    char *result = NULL;
    int status = hype_submit(submitter, hype_with_timeout(hype_default_env, 60), hype_bind(twice, "ab"), &result);
    if (status < 0)
        check_error(status, n);
    else
        CHECK(strcmp(result, "abab") == 0);
    free(result);
    return status == 0;
}

static bool any_left(void)
{
    bool found = false;
    DIR *folder = opendir("/proc");
    CHECK(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        char path[300], text[4096];
        snprintf(path, sizeof path, "/proc/%s/environ", entry->d_name);
        FILE *file = entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && atoi(entry->d_name) != getpid()
                         ? fopen(path, "r")
                         : NULL;
        size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
        snprintf(path, sizeof path, "TMPDIR=%s", getenv("TMPDIR"));
        for (size_t at = 0; at < size; at += strlen(text + at) + 1) {
            text[size] = 0;
            found = found || strcmp(text + at, path) == 0;
        }
        if (file)
            fclose(file);
    }
    closedir(folder);
    return found;
}

/* Processes whose parents were killed end soon, by themselves. */
static void wait_for_processes(void)
{
    for (int i = 0; any_left() && i < 1000; i++)
        poll(NULL, 0, 10);
    CHECK(!any_left());
}

int main(int argc, char **argv)
{
    CHECK(argc == 4);
    hype_run = argv[2];
    long step = atol(argv[3]), n = 1, failed = 0, right = 0;
    char folder[] = "/tmp/hype-killer-XXXXXX", command[8192], copy[64];
    CHECK(mkdtemp(folder));
    snprintf(copy, sizeof copy, "%s/hype-run", folder);
    snprintf(order, sizeof order, "%s/kill", folder);
    snprintf(command, sizeof command, "cp '%s' '%s'", argv[1], copy);
    CHECK(system(command) == 0);
    setenv("HYPE_RUN", copy, 1);
    kill_at(0);
    hype_submitter *submitter = hype_submitter_open(getenv("HYPE_SUBMITTER"));
    CHECK(call(submitter, 0)); /* what is loaded and opened once is there now */
    hype_submitter_close(submitter);
    int files = open_descriptors();
    for (;; n += step) {
        kill_at(n);
        submitter = hype_submitter_open(getenv("HYPE_SUBMITTER"));
        bool succeeded = call(submitter, n), killed = access(order, F_OK) < 0;
        failed += !succeeded;
        right += succeeded;
        if (killed) {
            kill_at(0);
            CHECK(call(submitter, n) || call(submitter, n)); /* the first may meet a server that has just been killed */
        }
        hype_submitter_close(submitter); /* a server ends, and may be killed while it does */
        if (!killed && access(order, F_OK) == 0)
            break; /* it makes no more system calls than that */
    }
    wait_for_processes();
    CHECK(open_descriptors() == files);
    fprintf(stderr, "killed at %ld of %ld system calls: %ld errors, %ld right values all the same\n", n / step, n,
            failed, right);
    CHECK(failed > 10);
    kill_at(0);
    submitter = hype_submitter_open(getenv("HYPE_SUBMITTER"));
    CHECK(call(submitter, 0)); /* and removes what the killed ones have left */
    hype_submitter_close(submitter);
    unlink(copy);
    unlink(order);
    rmdir(folder);
    return 0;
}
