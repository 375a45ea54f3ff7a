/*
 * process.c: calls in other processes of this machine. No daemon, no root.
 *
 * Normally a server (server.h) is kept for each remote object. With ?staging=STORE each call is staged as for any other
 * submitter, and hype-run is started on its manifest: the same path as in a container, without the container.
 */
#include "../checklist.h"
#include "../leftovers.h"
#include "../log.h"
#include "../quantity.h"
#include "../stage.h"
#include "../subprocess.h"
#include "pipes.h"
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

struct process_submitter {
    hype_submitter submitter;
    struct store *staging;
    bool staged; /* every call through the store */
    bool swept;  /* the store */
    struct servers servers;
};

/* ---- Calls through a store ---- */

static char **make_environment(const struct job *job, const char *log_path, long long memory_limit)
{
    char **environment = spawn_environment(4 + ARRAY_SIZE(job->env.variables)), **next = environment;
    if (!environment)
        return NULL;
    while (*next)
        next++;
    const hype_pair *variables = job->env.variables;
    bool whole = (*next++ = text_format("HYPE_EXECUTION_ID=%s", job->id)) &&
                 (*next++ = text_format("HYPE_TERMINATION_LOG=%s", log_path)) &&
                 (*next++ = text_format("HYPE_PARENT=%ld", (long)getpid())) &&
                 (*next++ = text_format("HYPE_MEMORY_LIMIT=%lld", memory_limit));
    for (size_t i = 0; whole && i < ARRAY_SIZE(job->env.variables) && variables[i].name; i++)
        whole = (*next++ = text_format("%s=%s", variables[i].name, variables[i].value ? variables[i].value : ""));
    if (!whole) {
        spawn_environment_free(environment);
        return NULL;
    }
    return environment;
}

static int run_manifest(const struct staged *staged, struct job *job, long long memory_limit, const char *log_path,
                        int *wait_status, hype_error **error)
{
    struct pipe_reader readers[PIPES] = {PIPE_READER_CLOSED, PIPE_READER_CLOSED};
    struct spawned process;
    int fds[1 + PIPES] = {-1, -1, -1}, status = 0;
    cleanup_free char *hype_run = spawn_find_hype_run();
    char **environment = make_environment(job, log_path, memory_limit);
    if (!hype_run || !environment)
        status = error_memory(error);
    const char *arguments[] = {hype_run, staged->manifest, NULL};
    for (int i = 0; i < PIPES && status == 0; i++) {
        status = pipe_reader_open(&readers[i], (enum output_stream)i, &fds[1 + i], error);
        readers[i].output = &job->output;
    }
    trace_place(&job->trace, "process", job->id, NULL);
    trace_sent(&job->trace);
    trace_starting(&job->trace);
    if (status == 0)
        status = spawn_process(arguments, (const char *const *)environment, fds, ARRAY_SIZE(fds), &process, error);
    for (int i = 0; i < PIPES; i++)
        if (fds[1 + i] >= 0)
            close(fds[1 + i]);
    if (status == 0)
        status = spawn_wait(&process, wait_status, error);
    for (int i = 0; i < PIPES; i++)
        pipe_reader_close(&readers[i]);
    spawn_environment_free(environment);
    return status;
}

static int collect(const struct staged *staged, struct job *job, const char *log_path, int wait_status,
                   hype_error **error)
{
    cleanup_free char *message = NULL;
    size_t size;
    bool succeeded = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
    log_info("Submitter", "Process %s exited with status %s", job->id, succeeded ? "Succeeded" : "Failed");
    int status = file_read(log_path, 4096, &message, &size, error);
    if (status < 0)
        return status;
    if (size == 0)
        return error_set(error, HYPE_LOST, "%s: hype-run ended with %s %d and left no word", job->id,
                         WIFSIGNALED(wait_status) ? "signal" : "exit status",
                         WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : WEXITSTATUS(wait_status));
    log_info("Submitter", "Got termination message: %.*s", (int)strcspn(message, "\n"), message);
    return stage_collect(staged, job, message, error);
}

static int run_staged(struct process_submitter *s, struct job *job, long long memory_limit, hype_error **error)
{
    struct staged staged;
    cleanup_free char *log_path = NULL;
    int wait_status, status = leftover_create(TERMINATION_LOGS, job->id, "", &log_path, error);
    if (status < 0)
        return status;
    if (!s->swept) {
        s->swept = true;
        stage_sweep(s->staging, NULL);
    }
    status = stage_job(s->staging, job, &staged, error);
    if (status == 0) {
        log_info("Submitter", "Submitting %.*s to process %s", (int)strcspn(staged.manifest, "#"), staged.manifest,
                 job->id);
        status = run_manifest(&staged, job, memory_limit, log_path, &wait_status, error);
    }
    if (status == 0)
        status = collect(&staged, job, log_path, wait_status, error);
    stage_remove(&staged);
    unlink(log_path);
    return status;
}

static int process_run(hype_submitter *submitter, struct job *job, hype_error **error)
{
    struct process_submitter *s = (struct process_submitter *)submitter;
    if (job->env.secrets[0].name || job->env.mounts[0].path)
        return error_set(error, HYPE_INVALID,
                         "%s(): its environment has %s, and processes of this machine have none to be given",
                         job->entry->name, job->env.secrets[0].name ? "secrets" : "mounts");
    long long memory_limit;
    int status = quantity_allowed(&job->env, "memory", 1, &memory_limit, error);
    if (status < 0)
        return job->entry ? error_wrap(error, status, "%s()", job->entry->name) : status;
    return s->staged || !job->unit ? run_staged(s, job, memory_limit, error)
                                   : servers_call(&s->servers, job, (uint64_t)memory_limit, error);
}

/* ---- The submitter ---- */

static int process_open(struct submitter_url *url, hype_submitter **submitter, hype_error **error)
{
    enum { MOST_WORKERS = 1024 };
    const char *staging = submitter_url_option(url, "staging"), *workers = submitter_url_option(url, "workers");
    struct process_submitter *s = calloc(1, sizeof *s);
    cleanup_free char *uri = staging ? strdup(staging) : submitter_cache_uri();
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long n = workers ? strtol(workers, NULL, 10) : cores < 1 ? 1 : cores > MOST_WORKERS ? MOST_WORKERS : cores;
    if (!s || !uri) {
        free(s);
        return error_memory(error);
    }
    s->submitter.operations = &submitter_process;
    s->staged = staging != NULL;
    int status = n < 1 || n > MOST_WORKERS
                     ? error_set(error, HYPE_INVALID, "workers=%s is no number from 1 to %d", workers, MOST_WORKERS)
                     : store_open(uri, &s->staging, error);
    if (status < 0) {
        free(s);
        return status;
    }
    s->submitter.limit = (unsigned)n;
    s->submitter.batches = s->staged;
    s->servers = (struct servers){.staging = s->staging, .workers = (unsigned)n};
    *submitter = &s->submitter;
    return 0;
}

static void process_check(hype_submitter *submitter, struct checklist *list)
{
    struct process_submitter *s = (struct process_submitter *)submitter;
    checklist_store(list, s->staging);
    checklist_call(list, submitter);
}

static void process_close(hype_submitter *submitter)
{
    struct process_submitter *s = (struct process_submitter *)submitter;
    servers_close(&s->servers);
    store_close(s->staging);
    free(s);
}

const struct submitter_operations submitter_process = {
    .scheme = "process",
    .open = process_open,
    .run = process_run,
    .check = process_check,
    .close = process_close,
};
