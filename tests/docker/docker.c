/* docker.c: what environments ask for, and what goes wrong, in containers. "slow" makes calls that wait to be killed.
 */
#include <errno.h>
#include <hype/hype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

HYPE_FN char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t capacity = 0;
    if (!file || getdelim(&text, &capacity, 0, file) < 0)
        text = strdup(strerror(errno));
    if (file)
        fclose(file);
    return text;
}

HYPE_FN int write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return errno;
    fputs(text, file);
    return fclose(file) ? errno : 0;
}

HYPE_FN char *variable(const char *name)
{
    const char *value = getenv(name);
    return value ? strdup(value) : NULL;
}

HYPE_FN int crash(int *where)
{
    raise(SIGSEGV);
    return *where;
}

HYPE_FN void leave(int status)
{
    fputs("leaving\n", stderr);
    exit(status);
}

HYPE_FN size_t eat(size_t bytes)
{
    volatile char *memory = malloc(bytes);
    for (size_t i = 0; memory && i < bytes; i += 4096)
        memory[i] = 1;
    return memory ? bytes : 0;
}

HYPE_FN int doze(unsigned seconds)
{
    sleep(seconds);
    return 0;
}

static int failures;

static void check(const char *what, bool good)
{
    if (good)
        return;
    hype_perror(what);
    fprintf(stderr, "%s: failed\n", what);
    failures++;
}

static bool returns_text(hype_env env, const char *path, const char *wanted)
{
    char *text = NULL;
    int status = hype_submit(NULL, env, hype_bind(read_text, path), &text);
    bool same = status == 0 && text && strcmp(text, wanted) == 0;
    if (status == 0 && !same)
        fprintf(stderr, "%s: '%s'\n", path, text ? text : "(null)");
    free(text);
    return same;
}

static void test_volumes(void)
{
    hype_volume volume = hype_volume_transient(NULL, "1Gi");
    hype_env writer = hype_with_mount(hype_default_env, volume, "/data");
    hype_env reader = hype_with_mount_read_only(hype_default_env, volume, "/data");
    int result = -1;
    check("write", hype_submit(NULL, writer, hype_bind(write_text, "/data/x", "written"), &result) == 0 && result == 0);
    hype_future *futures[4];
    for (size_t i = 0; i < 4; i++)
        futures[i] = hype_start(NULL, reader, hype_bind(read_text, "/data/x"));
    for (size_t i = 0; i < 4; i++) {
        char *text = NULL;
        check("read", hype_await(futures[i], &text) == 0 && text && strcmp(text, "written") == 0);
        free(text);
    }
    check("read-only",
          hype_submit(NULL, reader, hype_bind(write_text, "/data/y", "no"), &result) == 0 && result == EROFS);
}

int main(int argc, char **argv)
{
    int result;
    size_t eaten;
    if (argc > 1 && strcmp(argv[1], "slow") == 0) {
        hype_env env = hype_with_mount(hype_default_env, hype_volume_transient(NULL, "1Gi"), "/data");
        return hype_submit(NULL, env, hype_bind(doze, 60), &result) < 0;
    }
    check("secret", returns_text(hype_with_secret(hype_default_env, "key", "/etc/key"), "/etc/key/word", "sesame\n"));
    char *value = NULL;
    hype_env env = hype_with_variable(hype_default_env, "MODE", "fast = yes");
    check("variable", hype_submit(NULL, env, hype_bind(variable, "MODE"), &value) == 0 && value &&
                          strcmp(value, "fast = yes") == 0);
    free(value);
    test_volumes();

    check("crash", hype_call(&result, crash, &result) == -HYPE_CRASHED && hype_last_error()->signal == SIGSEGV &&
                       strstr(hype_last_error()->backtrace, "crash"));
    check("exit", hype_call((void *)NULL, leave, 3) == -HYPE_EXITED && hype_last_error()->exit_status == 3 &&
                      strstr(hype_last_error()->output, "leaving"));
    env = hype_with_request(hype_with_request(hype_default_env, "memory", "64Mi"), "cpu", "750m");
    check("within memory", hype_submit(NULL, env, hype_bind(eat, (size_t)16 << 20), &eaten) == 0);
    check("out of memory", hype_submit(NULL, env, hype_bind(eat, (size_t)512 << 20), &eaten) == -HYPE_OUT_OF_MEMORY);
    check("timeout",
          hype_submit(NULL, hype_with_timeout(hype_default_env, 1.5), hype_bind(doze, 60), &result) == -HYPE_TIMEOUT);
    check("no such secret", hype_submit(NULL, hype_with_secret(hype_default_env, "none", "/x"), hype_bind(doze, 0),
                                        &result) == -HYPE_NOT_FOUND);
    return failures != 0;
}
