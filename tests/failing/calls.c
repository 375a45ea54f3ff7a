/*
 * calls.c: whole calls in which one request to the system fails, or all from one on: memory, descriptors, space.
 *
 *   calls KIND here|there process|staged|batch [STEP [ONLY]]
 *
 * Each call is made in a process of its own, with the first request failing, then the second, until none is left; with
 * STEP 3 only every third one, with ONLY 17 just the seventeenth. It
 * ends with the right value or with an error that says what was short; the next call then succeeds, and nothing is
 * left: no descriptor, no process, no file, and where the address sanitizer is, no memory. HERE: what this program asks
 * for, with a libhype whose requests can fail; THERE: what hype-run asks for. See failing.c.
 */
#include "../e2e/check.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct item {
    char *text;
    struct item *next;
};

static double shared[64];

/* A bit of everything that takes memory on the way. */
HYPE_FN struct item *work(size_t n, const double shared_values[n], struct item *items, char *text,
                          HYPE_OUT int lengths[2])
{
    struct item *made = malloc(sizeof *made);
    if (!made)
        return NULL;
    printf("a line\n");
    fprintf(stderr, "another\n");
    lengths[0] = (int)strlen(items->next->text);
    lengths[1] = (int)shared_values[n - 1];
    text[0] = 'T';
    *made = (struct item){strdup("made"), items};
    return made;
}

enum { MEMORY = 1, DESCRIPTORS, SPACE };
static const char *const kinds[] = {"", "memory", "descriptors", "space"};
static int kind;
static bool there, staged, batch;
static void (*arm)(int kind, long nth, int lasting);
static long (*disarm)(void);
static char folder[4096], url[8192];

extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static int descriptors(void)
{
    int n = 0;
    DIR *open_ones = opendir("/proc/self/fd");
    CHECK(open_ones);
    for (struct dirent *found; (found = readdir(open_ones));) {
        char target[256];
        ssize_t length = readlinkat(dirfd(open_ones), found->d_name, target, sizeof target);
        fprintf(stderr, "%s %.*s\n", found->d_name, length > 0 ? (int)length : 0, target);
        n++;
    }
    closedir(open_ones);
    return n;
}

/* Two calls of a map: 0, or the status of one that failed. */
static int call_in_batch(hype_submitter *submitter, struct item *items, char *text, int lengths[2], struct item **made)
{
    char other[] = "text";
    int unused[2];
    struct item *results[2] = {NULL, NULL};
    int status = hype_map_over(submitter, hype_default_env, ((hype_map_options){.batch = 2, .total = 2}), 2, i,
                               hype_bind(work, 64, shared, items, i == 0 ? text : other, i == 0 ? lengths : unused),
                               &results[i]);
    for (int i = status < 0 ? 0 : 1; i < 2; i++) /* the first is for the caller to look at */
        if (results[i]) {
            free(results[i]->text);
            free(results[i]);
        }
    *made = status < 0 ? NULL : results[0];
    return status;
}

/* 0 with the right value, or the status of the error that was told. */
static int call(bool lasting)
{
    char first[] = "first", second[] = "second", text[] = "text";
    struct item items[2] = {{first, &items[1]}, {second, NULL}}, *made = NULL;
    int lengths[2] = {0, 0};
    int status = hype_share(shared, sizeof shared);
    hype_submitter *submitter = status == 0 ? hype_submitter_open(url) : NULL;
    if (submitter && batch)
        status = call_in_batch(submitter, items, text, lengths, &made);
    else if (submitter)
        status = hype_submit(submitter, hype_default_env, hype_bind(work, 64, shared, items, text, lengths), &made);
    else
        status = hype_last_error() ? hype_last_error()->status : 1;
    if (status < 0)
        CHECK(hype_last_error() && hype_last_error()->status == status && *hype_last_error()->message);
    if (status == 0) {
        CHECK(made && strcmp(made->text, "made") == 0 && made->next == items);
        CHECK(lengths[0] == 6 && lengths[1] == 63 && strcmp(text, "Text") == 0);
        free(made->text);
        free(made);
    }
    if (lasting && disarm)
        disarm();
    hype_submitter_close(submitter);
    hype_unshare(shared);
    return status;
}

/* Is it what was short? */
static bool fits(int status)
{
    const hype_error *error = status < 0 ? hype_last_error() : NULL;
    const char *why = strerror(kind == MEMORY ? EAGAIN : kind == DESCRIPTORS ? EMFILE : ENOSPC);
    switch (status) {
    case 0:
        return true;
    case -HYPE_MEMORY:
        return kind == MEMORY;
    case -HYPE_OUT_OF_MEMORY: /* which is also the space of memory files */
        return kind != DESCRIPTORS;
    case -HYPE_SYSTEM:
        return strstr(error->message, why) != NULL;
    case -HYPE_LOST: /* hype-run could not even write that */
        return there && error->output && strstr(error->output, why);
    case -HYPE_FORMAT: /* jansson loses a character that it has no memory for */
        return there && kind == MEMORY && strstr(error->message, "the manifest is not valid");
    default:
        return false;
    }
}

/* What a child says is shown if it says it in vain. */
static void quietly(void)
{
    int log = open("log", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(log >= 0 && dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0);
    close(log);
}

static void show_log(void)
{
    char text[8192];
    int log = open("log", O_RDONLY | O_CLOEXEC);
    ssize_t n = read(log, text, sizeof text);
    CHECK(n < 0 || write(STDERR_FILENO, text, (size_t)n) == n);
    close(log);
}

static const char *path_in(const char *name)
{
    static char path[4200];
    snprintf(path, sizeof path, "%s/tmp/%s", folder, name);
    return path;
}

static void tell_hype_run(long nth, int lasting)
{
    FILE *file = fopen(path_in("failing"), "w");
    CHECK(file && fprintf(file, "%d %ld %d", kind, nth, lasting) > 0 && fclose(file) == 0);
}

/* In a process of its own. 0: something failed and all went well. 1: it did not. 2: there was no such request. */
static int attempt(long nth, int lasting, int wanted_descriptors)
{
    bool failed;
    alarm(300);
    quietly();
    if (there)
        tell_hype_run(nth, lasting);
    else
        arm(kind, nth, lasting);
    int status = call(lasting);
    if (there) {
        unlink(path_in("failing"));
        failed = unlink(path_in("failed")) == 0;
    } else {
        failed = disarm() > 0;
    }
    if (status < 0)
        fprintf(stderr, "%s: %s\n", hype_status_name(status), hype_last_error()->message);
    CHECK(fits(status));
    CHECK(call(false) == 0);
    CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    CHECK(wanted_descriptors == 0 || descriptors() == wanted_descriptors);
    CHECK(!__lsan_do_recoverable_leak_check || !__lsan_do_recoverable_leak_check());
    return failed ? 0 : 2;
}

/* What is in a folder of this call's that should not be. */
static bool nothing_left(const char *name)
{
    bool clean = true;
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    DIR *left = opendir(path);
    for (struct dirent *found; left && (found = readdir(left));) {
        bool code = strncmp(found->d_name, "shared-", 7) == 0 || strstr(found->d_name, ".so");
        if (found->d_name[0] != '.' && !(code && !strstr(found->d_name, ".part-"))) {
            fprintf(stderr, "calls: left in %s: %s\n", path, found->d_name);
            clean = false;
        }
    }
    if (left)
        closedir(left);
    return clean;
}

static int in_child(long nth, int lasting, int wanted_descriptors)
{
    int wait_status;
    fflush(NULL);
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0)
        _exit(attempt(nth, lasting, wanted_descriptors));
    CHECK(waitpid(pid, &wait_status, 0) == pid);
    if (WIFSIGNALED(wait_status))
        fprintf(stderr, "calls: request %ld%s: signal %d%s\n", nth, lasting ? " and all after it" : "",
                WTERMSIG(wait_status), WTERMSIG(wait_status) == SIGALRM ? ": it hangs" : "");
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 1;
}

/* What a process that has made calls keeps open. */
static int count_descriptors(void)
{
    int fds[2], n = 0;
    CHECK(pipe(fds) == 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(fds[0]);
        quietly();
        if (call(false) == 0 && call(false) == 0)
            n = descriptors();
        _exit(write(fds[1], &n, sizeof n) != sizeof n);
    }
    close(fds[1]);
    CHECK(read(fds[0], &n, sizeof n) == sizeof n && n > 0);
    close(fds[0]);
    waitpid(pid, NULL, 0);
    return n - 1; /* the pipe */
}

int main(int argc, char **argv)
{
    CHECK(argc >= 4);
    while (kind < SPACE && strcmp(kinds[kind], argv[1]) != 0)
        kind++;
    there = strcmp(argv[2], "there") == 0;
    batch = strcmp(argv[3], "batch") == 0;
    staged = batch || strcmp(argv[3], "staged") == 0;
    CHECK(getcwd(folder, sizeof folder));
    snprintf(url, sizeof url, staged ? "process:?staging=file://%s/staging" : "process:?workers=1", folder);
    shared[63] = 63;
    *(void **)&arm = dlsym(RTLD_DEFAULT, "hype_test_arm");
    *(void **)&disarm = dlsym(RTLD_DEFAULT, "hype_test_disarm");
    CHECK(there || (arm && disarm));
    int wanted_descriptors = count_descriptors(), status = 0, bad = 0;
    long step = argc > 4 ? atol(argv[4]) : 1, only = argc > 5 ? atol(argv[5]) : 0;
    CHECK(step > 0);
    for (int lasting = 0; lasting < 2; lasting++) {
        long nth = only ? only : 1;
        for (; (status = in_child(nth, lasting, wanted_descriptors)) != 2; nth += step) {
            /* With no memory or no descriptor at all some things stay; the next program removes them. */
            bool clean = (lasting && kind != SPACE) || (nothing_left("tmp") && nothing_left("staging"));
            CHECK(system("rm -rf tmp/* staging/hype-run-* staging/manifest-*") == 0);
            if (status != 0 || !clean) {
                fprintf(stderr, "calls: %s %s %s: request %ld%s\n", argv[1], argv[2], argv[3], nth,
                        lasting ? " and all after it" : "");
                show_log();
                bad++;
            }
            if (only)
                break;
        }
        bad += !only && nth == 1; /* nothing could be made to fail */
        printf("%s %s, %s: up to request %ld%s\n", kinds[kind], argv[2], argv[3], nth - 1, lasting ? ", lasting" : "");
    }
    return bad > 0;
}
