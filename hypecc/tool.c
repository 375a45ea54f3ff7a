/* tool.c: runs the wrapped compiler, and keeps temporary files temporary. */
#include "hypecc.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct arguments wrapped;

static char *folder;
static volatile sig_atomic_t running, interrupted; /* a process; a signal's number */

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    remove(path);
    return 0;
}

void tool_forget_folder(void)
{
    if (folder)
        nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    folder = NULL;
}

/* As if the signal had not been caught, but with nothing left behind. */
static void end_by(int number)
{
    tool_forget_folder();
    signal(number, SIG_DFL);
    raise(number);
}

void fail(const char *format_, ...)
{
    if (interrupted) /* SIGPIPE is the cause, any other the end anyway */
        end_by(interrupted);
    va_list arguments;
    va_start(arguments, format_);
    fputs("hypecc: error: ", stderr);
    vfprintf(stderr, format_, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static bool is_verbose(void)
{
    const char *verbose = getenv("HYPECC_VERBOSE");
    return verbose && *verbose && strcmp(verbose, "0") != 0;
}

void say(const char *format_, ...)
{
    if (!is_verbose())
        return;
    va_list arguments;
    va_start(arguments, format_);
    fputs("hypecc: ", stderr);
    vfprintf(stderr, format_, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

char *format(const char *format_, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format_);
    if (vasprintf(&text, format_, arguments) < 0)
        fail("out of memory");
    va_end(arguments);
    return text;
}

void arguments_add(struct arguments *a, const char *argument)
{
    if (a->n + 1 >= a->capacity) {
        a->capacity = a->capacity ? a->capacity * 2 : 64;
        a->list = realloc(a->list, a->capacity * sizeof *a->list);
        if (!a->list)
            fail("out of memory");
    }
    a->list[a->n++] = (char *)(size_t)argument;
    a->list[a->n] = NULL;
}

void arguments_add_word(struct arguments *a, const struct word *word)
{
    if (word->linker)
        arguments_add(a, "-Xlinker");
    arguments_add(a, word->argument);
    if (word->separate && word->linker)
        arguments_add(a, "-Xlinker");
    if (word->separate)
        arguments_add(a, word->value);
}

void arguments_add_plain(struct arguments *a, char **arguments)
{
    for (const char *value; *arguments; arguments++) {
        const struct option *option = **arguments == '-' ? option_find(*arguments, &value) : NULL;
        if (!option || option->effect != EFFECT_OWN)
            arguments_add(a, *arguments);
    }
}

void arguments_add_link_word(struct arguments *a, const struct word *word)
{
    if (word->option && (word->option->effect == EFFECT_LANGUAGE || word->option->effect == EFFECT_OWN))
        return;
    if (word->input && word->language) {
        arguments_add(a, "-x");
        arguments_add(a, word->language);
    }
    arguments_add_word(a, word);
    if (word->input && word->language) {
        arguments_add(a, "-x");
        arguments_add(a, "none");
    }
}

static void show(const struct arguments *a)
{
    if (!is_verbose())
        return;
    fputs("hypecc:", stderr);
    for (size_t i = 0; i < a->n; i++)
        fprintf(stderr, strpbrk(a->list[i], " '\"\\$") ? " '%s'" : " %s", a->list[i]);
    fputc('\n', stderr);
}

static void clean_up(void)
{
    tool_forget_folder();
    if (interrupted)
        end_by(interrupted);
}

void tool_exec(struct arguments *a)
{
    show(a);
    if (interrupted)
        end_by(interrupted);
    execvp(a->list[0], a->list);
    fail("cannot run the wrapped compiler %s: %s; HYPECC_CC names another", a->list[0], strerror(errno));
}

/* INPUT and OUTPUT become its standard ones, unless they are -1. */
static pid_t start(struct arguments *a, int input, int output)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    show(a);
    fflush(NULL);
    posix_spawn_file_actions_init(&actions);
    if (input >= 0)
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (output >= 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    int error = posix_spawnp(&pid, a->list[0], &actions, NULL, a->list, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error)
        fail("cannot run %s: %s", a->list[0], strerror(error));
    running = pid;
    if (interrupted) /* before the handler could pass it on */
        kill(pid, interrupted);
    return pid;
}

static int wait_for(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    running = 0;
    if (interrupted || WIFSIGNALED(status))
        end_by(interrupted ? interrupted : WTERMSIG(status));
    return WEXITSTATUS(status);
}

int tool_run(struct arguments *a)
{
    return tool_run_from(a, -1);
}

int tool_run_from(struct arguments *a, int input)
{
    return wait_for(start(a, input, -1));
}

/* As next_argument() in options.c reads it. */
static void write_quoted(FILE *file, const char *argument)
{
    fputc('"', file);
    for (; *argument; argument++)
        fprintf(file, *argument == '"' || *argument == '\\' ? "\\%c" : "%c", *argument);
    fputs("\"\n", file);
}

int tool_run_long(struct arguments *a, size_t n_words)
{
    enum { LIMIT = 100 * 1000 /* bytes; exec takes 128 KiB for one argument and some 2 MB for all */ };
    static unsigned count;
    struct arguments shorter = {.n = 0};
    size_t size = 0;
    for (size_t i = 0; i < a->n; i++)
        size += strlen(a->list[i]) + 1;
    if (size < LIMIT)
        return tool_run(a);
    char *path = format("%s/%u.arguments", tool_folder(), count++);
    FILE *file = fopen(path, "w");
    for (size_t i = 0; i < a->n; i++)
        if (i < n_words)
            arguments_add(&shorter, a->list[i]);
        else if (file)
            write_quoted(file, a->list[i]);
    if (!file || fclose(file) != 0)
        fail("cannot write %s: %s", path, strerror(errno));
    arguments_add(&shorter, format("@%s", path));
    return tool_run(&shorter);
}

int tool_capture(struct arguments *a, char **output, size_t *size)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        fail("cannot make a pipe: %s", strerror(errno));
    pid_t pid = start(a, -1, ends[1]);
    close(ends[1]);
    FILE *stream = fdopen(ends[0], "r");
    size_t capacity = 0;
    *output = NULL;
    ssize_t n = stream ? getdelim(output, &capacity, 0, stream) : -1;
    *size = n > 0 ? (size_t)n : 0;
    if (stream)
        fclose(stream);
    return wait_for(pid);
}

/* What runs gets it too, and its end is waited for: it may be writing into the folder. */
static void on_signal(int number)
{
    interrupted = number;
    if (running > 0)
        kill(running, number);
}

static void catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGXCPU};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (signal(signals[i], on_signal) == SIG_IGN)
            signal(signals[i], SIG_IGN); /* nohup */
}

const char *tool_folder(void)
{
    const char *parents[] = {getenv("TMPDIR"), getenv("TMP"), getenv("TEMP"), P_tmpdir};
    for (size_t i = 0; i < sizeof parents / sizeof *parents && !folder; i++) {
        char *path = parents[i] && *parents[i] ? format("%s/hypecc-XXXXXX", parents[i]) : NULL;
        folder = path ? mkdtemp(path) : NULL;
        if (folder) {
            atexit(clean_up);
            catch_signals();
        }
    }
    if (!folder)
        fail("cannot make a temporary folder in %s: %s; TMPDIR names another place", P_tmpdir, strerror(errno));
    return folder;
}

void tool_make_folder(const char *path)
{
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        fail("cannot make %s: %s", path, strerror(errno));
}

void tool_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "w");
    if (!file || (size > 0 && fwrite(data, 1, size, file) != size) || fclose(file) != 0)
        fail("cannot write %s: %s", path, strerror(errno));
}

char *tool_read(const char *path, size_t *size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0)
        return NULL;
    char *data = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? malloc((size_t)status.st_size + 1) : NULL;
    ssize_t n = data ? read(fd, data, (size_t)status.st_size) : -1;
    close(fd);
    if (n < 0) {
        free(data);
        return NULL;
    }
    data[n] = 0;
    *size = (size_t)n;
    return data;
}

static const char *own_folder(void)
{
    static char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0)
        fail("cannot tell where hypecc is installed: %s", strerror(errno));
    path[n] = 0;
    *strrchr(path, '/') = 0;
    return path;
}

const char *place_include(void)
{
    const char *include = HYPE_BUILD_INCLUDE; /* the source tree's, when this runs in the build tree */
    const char *installed = format("%s/../include", own_folder());
    if (access(format("%s/hype/hype.h", installed), F_OK) == 0)
        include = installed;
    char *real = realpath(include, NULL);
    if (real && (strcmp(real, "/usr/include") == 0 || strcmp(real, "/usr/local/include") == 0))
        return NULL; /* naming it would put it before the compiler's own */
    return real ? real : include;
}

const char *place_library(void)
{
    const char *folder_of_bin = own_folder();
    char *built = format("%s/../" HYPE_LIBRARY_FOLDER, folder_of_bin);
    char *real =
        realpath(access(format("%s/libhype.so", built), F_OK) == 0 ? built : format("%s/../lib", folder_of_bin), NULL);
    return real ? real : built;
}

const char *place_run(void)
{
    return format("%s/hype-run", own_folder());
}

const char *place_scan(void)
{
    char *installed = format("%s/../libexec/hype/hypecc-scan", own_folder());
    return access(installed, X_OK) == 0 ? installed : format("%s/hypecc-scan", own_folder());
}
