/*
 * containers.c: calls in containers of Docker and of Kubernetes, by the default submitter.
 *
 *   containers                                          what environments ask for, and what goes wrong: all checked
 *   containers [OPTION=VALUE...] FUNCTION [ARGUMENT...]  one call in an environment of these options; prints what it
 * returns containers [OPTION=VALUE...] --times N FUNCTION …    N calls at once; prints how many returned
 *
 *   containers [OPTION=VALUE...] --again COMMAND FUNCTION …   two calls, and a command of the shell between them
 *
 *   containers [OPTION=VALUE...] --map N MILLISECONDS     N squares in four batches, each tried three times
 *
 *   containers gke PROJECT LOCATION CLUSTER STAGING IMAGE NAMESPACE   one call by hype_gke_submitter()
 *
 * A failure is told on stderr as "HYPE_STATUS: message".
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

HYPE_FN int square(int number, unsigned milliseconds)
{
    usleep(milliseconds * 1000);
    return number * number;
}

/* Fills the disk, and then waits for what becomes of that. */
HYPE_FN int fill(size_t bytes)
{
    char block[1 << 16] = {0};
    FILE *file = fopen("filler", "w");
    for (size_t i = 0; file && i < bytes; i += sizeof block)
        fwrite(block, 1, sizeof block, file);
    if (file)
        fclose(file);
    return doze(600);
}

/* A line each tenth of a second. */
HYPE_FN int chat(unsigned lines)
{
    for (unsigned i = 1; i <= lines; i++) {
        printf("line %u of %u\n", i, lines);
        fflush(stdout);
        usleep(100000);
    }
    return (int)lines;
}

/* ---- All of it, checked ---- */

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

static int check_all(void)
{
    int result;
    size_t eaten;
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
    env = hype_with_request(hype_with_limit(hype_default_env, "memory", "64Mi"), "cpu", "750m");
    check("within memory", hype_submit(NULL, env, hype_bind(eat, (size_t)16 << 20), &eaten) == 0);
    check("out of memory", hype_submit(NULL, env, hype_bind(eat, (size_t)512 << 20), &eaten) == -HYPE_OUT_OF_MEMORY);
    check("timeout",
          hype_submit(NULL, hype_with_timeout(hype_default_env, 1.5), hype_bind(doze, 60), &result) == -HYPE_TIMEOUT);
    check("no such secret", hype_submit(NULL, hype_with_secret(hype_default_env, "none", "/x"), hype_bind(doze, 0),
                                        &result) == -HYPE_NOT_FOUND);
    return failures != 0;
}

/* ---- One call ---- */

/* "NAME=VALUE" in place. */
static char *split(char *text, char separator)
{
    char *value = strchr(text, separator);
    if (!value) {
        fprintf(stderr, "'%s' has no '%c'\n", text, separator);
        exit(2);
    }
    *value++ = 0;
    return value;
}

static hype_env with_volume(hype_env env, char *class_and_path, bool persistent, bool keep)
{
    char *path = split(class_and_path, ':'), *name = *class_and_path ? class_and_path : NULL;
    hype_volume volume = persistent ? hype_volume_persistent(name, NULL, "1Gi") : hype_volume_transient(name, "1Gi");
    volume.keep = keep;
    return hype_with_mount(env, volume, path);
}

static hype_env with_option(hype_env env, const char *option, char *value)
{
    const struct {
        const char *name;
        const char **field;
    } texts[] = {
        {"image", &env.image},
        {"account", &env.pod.service_account},
        {"namespace", &env.pod.in_namespace},
        {"priority", &env.pod.priority_class},
        {"policy", &env.pod.image_pull_policy},
        {"file", &env.pod.file},
        {"pull-secret", &env.pod.pull_secrets[0]},
        {"toleration", &env.pod.tolerations[0]},
    };
    const struct {
        const char *name;
        double *field;
    } numbers[] = {
        {"timeout", &env.timeout}, {"deadline", &env.pod.active_deadline}, {"pending", &env.pod.pending_timeout}};
    const struct {
        const char *name;
        hype_env (*with)(hype_env env, const char *name, const char *value);
    } pairs[] = {{"request", hype_with_request},       {"limit", hype_with_limit},
                 {"variable", hype_with_variable},     {"label", hype_with_label},
                 {"annotation", hype_with_annotation}, {"selector", hype_with_node_selector},
                 {"secret", hype_with_secret}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (strcmp(option, texts[i].name) == 0)
            *texts[i].field = value;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(option, numbers[i].name) == 0)
            *numbers[i].field = atof(value);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(option, pairs[i].name) == 0) {
            char *second = split(value, '=');
            env = pairs[i].with(env, value, second);
        }
    if (strcmp(option, "volume") == 0 || strcmp(option, "persistent") == 0 || strcmp(option, "kept") == 0)
        env = with_volume(env, value, *option == 'p', *option != 'v');
    return env;
}

static hype_future *start(hype_env env, char **words)
{
    const char *function = words[0], *first = words[1] ? words[1] : "0", *second = words[1] && words[2] ? words[2] : "";
    unsigned number = (unsigned)atoi(first);
    if (strcmp(function, "read_text") == 0)
        return hype_start(NULL, env, hype_bind(read_text, first));
    if (strcmp(function, "variable") == 0)
        return hype_start(NULL, env, hype_bind(variable, first));
    if (strcmp(function, "write_text") == 0)
        return hype_start(NULL, env, hype_bind(write_text, first, second));
    if (strcmp(function, "chat") == 0)
        return hype_start(NULL, env, hype_bind(chat, number));
    if (strcmp(function, "fill") == 0)
        return hype_start(NULL, env, hype_bind(fill, number));
    if (strcmp(function, "eat") == 0)
        return hype_start(NULL, env, hype_bind(eat, number));
    return hype_start(NULL, env, hype_bind(doze, number));
}

static bool returned(hype_future *future, const char *function, bool print)
{
    union {
        char *text;
        int number;
        size_t size;
    } result = {NULL};
    if (hype_await(future, &result) < 0) {
        fprintf(stderr, "%s: %s\n", hype_status_name(hype_last_error()->status), hype_last_error()->message);
        return false;
    }
    bool text = strcmp(function, "read_text") == 0 || strcmp(function, "variable") == 0;
    if (print && text)
        puts(result.text ? result.text : "(null)");
    else if (print)
        printf("%d\n", result.number);
    if (text)
        free(result.text);
    return true;
}

static int map(hype_env env, size_t n, unsigned milliseconds)
{
    env.retry.attempts = 3;
    hype_map_options options = {.limit = 4, .batch = (n + 3) / 4, .total = n, .queue = "nobody"};
    int *squares = calloc(n, sizeof *squares);
    size_t good = 0;
    if (!squares || hype_map_over(NULL, env, options, n, i, hype_bind(square, (int)i, milliseconds), &squares[i]) < 0)
        hype_perror("map");
    for (size_t i = 0; squares && i < n; i++)
        good += squares[i] == (int)(i * i);
    printf("%zu of %zu\n", good, n);
    free(squares);
    return good != n;
}

static int call(char **words)
{
    hype_env env = hype_default_env;
    size_t times = 1, good = 0;
    for (char *equals; *words && **words != '-' && (equals = strchr(*words, '=')); words++) {
        *equals = 0;
        env = with_option(env, *words, equals + 1);
    }
    if (*words && strcmp(*words, "--map") == 0 && words[1] && words[2])
        return map(env, (size_t)atoi(words[1]), (unsigned)atoi(words[2]));
    if (*words && strcmp(*words, "--again") == 0 && words[1] && words[2]) {
        const char *command = words[1];
        words += 2;
        if (!returned(start(env, words), *words, true) || system(command) != 0)
            return 1;
    }
    bool many = *words && strcmp(*words, "--times") == 0 && words[1];
    if (many) {
        times = (size_t)atoi(words[1]);
        words += 2;
    }
    hype_future **futures = calloc(times, sizeof(hype_future *));
    if (!*words || !futures)
        return 2;
    for (size_t i = 0; i < times; i++)
        futures[i] = start(env, words);
    for (size_t i = 0; i < times; i++)
        good += returned(futures[i], *words, !many);
    if (many)
        printf("%zu of %zu\n", good, times);
    free(futures);
    return good != times;
}

static int call_on_gke(char **words)
{
    hype_env env = hype_with_namespace(hype_with_image(hype_default_env, words[4]), words[5]);
    hype_submitter *gke = hype_gke_submitter(words[0], words[1], words[2], words[3]);
    int result = -1;
    if (!gke || hype_submit(gke, env, hype_bind(doze, 0), &result) < 0)
        hype_perror("gke");
    hype_submitter_close(gke);
    return result;
}

int main(int argc, char **argv)
{
    if (argc == 8 && strcmp(argv[1], "gke") == 0)
        return call_on_gke(argv + 2);
    return argc > 1 ? call(argv + 1) : check_all();
}
