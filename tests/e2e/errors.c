/* errors.c: what goes wrong there comes back as an error that says what happened. */
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is undefined shall happen as it does without a sanitizer. */
#define AS_IT_IS __attribute__((noinline, no_sanitize("undefined"), no_sanitize("address")))

static AS_IT_IS int innermost(volatile int *p)
{
    return *p + 1;
}
HYPE_FN int crash(void)
{
    return innermost((volatile int *)(size_t)16) + 1;
}
HYPE_FN int leave(int status)
{
    fprintf(stderr, "about to leave\n");
    exit(status);
}
HYPE_FN int refuse(int code)
{
    errno = EAGAIN;
    if (code)
        hype_fail(code, "code %d is refused", code);
    return code;
}
static void *refuse_in_thread(void *code)
{
    refuse(*(int *)code);
    return NULL;
}
HYPE_FN void refuse_elsewhere(int code)
{
    pthread_t thread;
    pthread_create(&thread, NULL, refuse_in_thread, &code);
    pthread_join(thread, NULL);
}
HYPE_FN void write_and_refuse(int *written)
{
    *written = 1;
    printf("said before\n");
    hype_fail(-1, "%s", "what was written does not come home");
}
HYPE_FN void give_up(void)
{
    abort();
}
HYPE_FN void kill_self(int number)
{
    kill(getpid(), number);
}
HYPE_FN AS_IT_IS int recurse(int n)
{
    volatile char frame[4096];
    if (n == 0) /* where the stack has no limit, it gets one */
        setrlimit(RLIMIT_STACK, &(struct rlimit){8 << 20, RLIM_INFINITY});
    frame[0] = (char)n;
    return n < 0 ? 0 : recurse(n + 1) + frame[0];
}
HYPE_FN AS_IT_IS int divide(int a, int b)
{
    return a / b;
}
HYPE_FN int say(const char *text)
{
    return printf("%s\n", text);
}
HYPE_FN char *folder(void)
{
    FILE *left = fopen("left", "w");
    if (left)
        fclose(left);
    return getcwd(NULL, 0);
}
HYPE_FN char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? strdup(value) : NULL;
}
HYPE_FN void sleep_long(void)
{
    sleep(600);
}
HYPE_FN long read_file(const char *name)
{
    FILE *file = fopen(name, "r");
    long value = -1;
    if (file && fscanf(file, "%ld", &value) != 1)
        value = -2;
    if (file)
        fclose(file);
    return value;
}
static int unknown(int x)
{
    return x;
}

static void crashes(void)
{
    int result;
    FAILS(HYPE_CRASHED, "SIGSEGV", &result, crash);
    const hype_error *e = hype_last_error();
    CHECK(e->signal == SIGSEGV && strstr(e->message, "0x10"));
    CHECK(e->backtrace && strstr(e->backtrace, "#0 innermost") && strstr(e->backtrace, "crash"));
    FAILS(HYPE_CRASHED, "SIGABRT", NULL, give_up);
    CHECK(strstr(hype_last_error()->backtrace, "give_up"));
    FAILS(HYPE_CRASHED, "SIGKILL", NULL, kill_self, SIGKILL);
    FAILS(HYPE_CRASHED, "SIGTERM", NULL, kill_self, SIGTERM);
    FAILS(HYPE_CRASHED, "SIGSEGV", &result, recurse, 0); /* the stack is full: the handler has its own */
    CHECK(hype_last_error()->backtrace && strstr(hype_last_error()->backtrace, "recurse"));
    FAILS(HYPE_CRASHED, "SIGFPE", &result, divide, 1, 0);
}

static void exits(void)
{
    int result;
    FAILS(HYPE_EXITED, "exit status 7", &result, leave, 7);
    CHECK(hype_last_error()->exit_status == 7);
    CHECK(hype_last_error()->output && strstr(hype_last_error()->output, "about to leave"));
    CHECK(hype_last_error()->backtrace && strstr(hype_last_error()->backtrace, "#0 leave at "));
    FAILS(HYPE_EXITED, "exit status 0", &result, leave, 0);
    CALL(&result, divide, 7, 2); /* and the next call works */
    CHECK(result == 3);
    CHECK(hype_last_error() == NULL);
}

static void own_errors(void)
{
    int result, written = 0;
    FAILS(HYPE_FAILED, "code 7 is refused", &result, refuse, 7);
    const hype_error *e = hype_last_error();
    CHECK(e->code == 7 && e->error_number == EAGAIN && e->signal == 0 && e->exit_status == 0 && !e->cause);
    CHECK(strcmp(e->message, "code 7 is refused") == 0 && strstr(e->backtrace, "#0 refuse at "));
    FAILS(HYPE_FAILED, "code 8 is refused", NULL, refuse_elsewhere, 8);
    CHECK(strstr(hype_last_error()->backtrace, "#1 refuse_in_thread at "));
    FAILS(HYPE_FAILED, "does not come home", NULL, write_and_refuse, &written);
    CHECK(written == 0 && hype_last_error()->code == -1 && hype_last_error()->error_number == 0);
    CALL(&result, refuse, 0);
    CHECK(result == 0);
}

/* A process that holds a lock until it ends. */
HYPE_FN int leave_running(const char *path)
{
    int fd = open(path, O_RDWR);
    if (fd < 0 || flock(fd, LOCK_EX) < 0)
        return errno;
    if (fork() == 0)
        for (;;)
            pause();
    return 0;
}

static void background(void)
{
    char path[] = "/tmp/hype-e2e-XXXXXX";
    int result, fd = mkstemp(path);
    CALL(&result, leave_running, path);
    CHECK(result == 0);
    CHECK(flock(fd, LOCK_EX) == 0); /* waits for the end of what was left running */
    close(fd);
    unlink(path);
}

static void surroundings(void)
{
    char *text, here[4096];
    struct stat status;
    CALL(&text, folder);
    CHECK(strcmp(text, getcwd(here, sizeof here)) != 0);
    CHECK(stat(strcat(strcpy(here, text), "/left"), &status) < 0); /* it is gone */
    free(text);
    setenv("HYPE_TEST_SECRET", "of this process only", 1);
    CALL(&text, variable, "HYPE_TEST_SECRET");
    CHECK(text == NULL);
    CALL(&text, variable, "HYPE_EXECUTION_ID");
    CHECK(strncmp(text, "hype-run-", 9) == 0 && strlen(text) == 17);
    free(text);
    hype_env env = hype_with_variable(hype_default_env, "WORD", "two words");
    if (hype_submit(NULL, env, hype_bind(variable, "WORD"), &text) < 0)
        hype_perror("variable");
    CHECK(strcmp(text, "two words") == 0);
    free(text);
}

static void data_files(void)
{
    char path[] = "/tmp/hype-data-XXXXXX";
    int fd = mkstemp(path);
    long value;
    CHECK(fd >= 0 && write(fd, "4711", 4) == 4 && close(fd) == 0);
    hype_env env = hype_with_file(hype_default_env, path);
    CHECK(hype_submit(NULL, env, hype_bind(read_file, strrchr(path, '/') + 1), &value) == 0);
    CHECK(value == 4711);
    unlink(path);
    CHECK(hype_submit(NULL, env, hype_bind(read_file, "x"), &value) == -HYPE_NOT_FOUND);
    CHECK(strstr(hype_last_error()->message, path));
}

static void before_the_call(void)
{
    int result;
    FAILS(HYPE_NOT_BUILT, "unknown", &result, unknown, 1);
    hype_closure *closure = (hype_closure *)hype_bind(divide, 1, 1); /* never submitted */
    hype_closure_free(closure);
    hype_env env = hype_with_mount(hype_default_env, hype_volume_transient(NULL, "1Gi"), "/data");
    CHECK(hype_submit(NULL, env, hype_bind(divide, 1, 1), &result) == -HYPE_INVALID);
    CHECK(strstr(hype_last_error()->message, "mounts"));
    env = hype_default_env;
    for (int i = 0; i < 20; i++)
        env = hype_with_secret(env, "name", "/path");
    CHECK(hype_submit(NULL, env, hype_bind(divide, 1, 1), &result) == -HYPE_INVALID);
    CHECK(strstr(hype_last_error()->message, "secrets"));
    CHECK(hype_submitter_open("nowhere:") == NULL && strstr(hype_last_error()->message, "process:"));
    CHECK(hype_submitter_open("process:?colour=red") == NULL && strstr(hype_last_error()->message, "colour"));
    CHECK(hype_submitter_open("process:?workers=0") == NULL && strstr(hype_last_error()->message, "workers"));
}

/* As programs do that become daemons. */
HYPE_FN int close_all(void)
{
    for (int fd = 3; fd < 1024; fd++)
        close(fd);
    return 1;
}

static void timeouts(void)
{
    hype_env env = hype_with_timeout(hype_default_env, 0.3);
    CHECK(hype_submit(NULL, env, hype_bind(sleep_long), NULL) == -HYPE_TIMEOUT);
    CHECK(strstr(hype_last_error()->message, "sleep_long"));
}

static void several_at_once(void)
{
    enum { N = 40 };
    hype_future *futures[N];
    int result;
    for (int i = 0; i < N; i++)
        futures[i] = hype_start(NULL, hype_default_env, i == 20 ? hype_bind(crash) : hype_bind(divide, i, 1));
    for (int i = 0; i < N; i++) {
        int status = hype_await(futures[i], &result);
        CHECK(i == 20 ? status == -HYPE_CRASHED : status == 0 && result == i);
    }
}

/* Each leaves nothing in this process when it has ended, whatever the reason. */
static void servers_that_end(void)
{
    const char *real = getenv("HYPE_RUN");
    hype_submitter *submitter = hype_submitter_open("process:");
    int files = 0;
    CHECK(submitter && setenv("HYPE_RUN", "/bin/false", 1) == 0);
    for (int i = 0; i < 5; i++) {
        CHECK(hype_submit(submitter, hype_default_env, hype_bind(divide, 9, 3), NULL) == -HYPE_LOST);
        if (i == 0)
            files = open_descriptors();
    }
    CHECK(open_descriptors() == files);
    CHECK((real ? setenv("HYPE_RUN", real, 1) : unsetenv("HYPE_RUN")) == 0);
    int result;
    CHECK(hype_submit(submitter, hype_default_env, hype_bind(divide, 9, 3), &result) == 0 && result == 3);
    hype_submitter_close(submitter);
}

int main(int argc, char **argv)
{
    hype_submitter *submitter = NULL;
    int result;
    if (argc > 1 && strcmp(argv[1], "say") == 0) {
        int n;
        CALL(&n, say, "said there");
        return n != 11;
    }
    crashes();
    exits();
    own_errors();
    surroundings();
    background();
    data_files();
    before_the_call();
    timeouts();
    FAILS(HYPE_SYSTEM, "it has closed descriptors that it had not opened: Bad file descriptor", &result, close_all);
    several_at_once();
    servers_that_end();
    submitter = hype_submitter_open("process:?workers=3");
    CHECK(submitter);
    CHECK(hype_submit(submitter, hype_default_env, hype_bind(divide, 9, 3), &result) == 0 && result == 3);
    hype_submitter_close(submitter);
    return 0;
}
