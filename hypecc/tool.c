/* tool.c: runs the wrapped compiler, and keeps temporary files temporary. */
#include "hypecc.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct arguments wrapped;

static char *folder;
static volatile pid_t running;

void fail(const char *format_, ...)
{
    va_list arguments;
    va_start(arguments, format_);
    fputs("hypecc: error: ", stderr);
    vfprintf(stderr, format_, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

void say(const char *format_, ...)
{
    const char *verbose = getenv("HYPECC_VERBOSE");
    if (!verbose || !*verbose || strcmp(verbose, "0") == 0)
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

void arguments_add_link_word(struct arguments *a, const struct word *word)
{
    if (word->option && word->option->effect == EFFECT_LANGUAGE)
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
    const char *verbose = getenv("HYPECC_VERBOSE");
    if (!verbose || !*verbose || strcmp(verbose, "0") == 0)
        return;
    fputs("hypecc:", stderr);
    for (size_t i = 0; i < a->n; i++)
        fprintf(stderr, strpbrk(a->list[i], " '\"\\$") ? " '%s'" : " %s", a->list[i]);
    fputc('\n', stderr);
}

void tool_exec(struct arguments *a)
{
    show(a);
    execvp(a->list[0], a->list);
    fail("cannot run the wrapped compiler %s: %s; HYPECC_CC names another", a->list[0], strerror(errno));
}

static int wait_for(pid_t pid)
{
    int status;
    running = pid;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    running = 0;
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        raise(WTERMSIG(status));
    }
    return WEXITSTATUS(status);
}

int tool_run(struct arguments *a)
{
    show(a);
    fflush(NULL);
    pid_t pid = vfork();
    if (pid == 0) {
        execvp(a->list[0], a->list);
        _exit(127);
    }
    int status = pid < 0 ? 127 : wait_for(pid);
    if (status == 127)
        fail("cannot run %s", a->list[0]);
    return status;
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
    show(a);
    if (pipe2(ends, O_CLOEXEC) < 0)
        fail("cannot make a pipe: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execvp(a->list[0], a->list);
        fprintf(stderr, "hypecc: error: cannot run %s: %s\n", a->list[0], strerror(errno));
        _exit(127);
    }
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

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    remove(path);
    return 0;
}

static void remove_folder(void)
{
    if (folder)
        nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    folder = NULL;
}

void tool_forget_folder(void)
{
    remove_folder();
}

/* Files of a folder this small are removed in a handler too; no locks are held, since nothing but waiting is going on
 * when a signal comes. */
static void on_signal(int number)
{
    if (running > 0)
        kill(running, number);
    remove_folder();
    signal(number, SIG_DFL);
    raise(number);
}

const char *tool_folder(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    if (folder)
        return folder;
    const char *parent = getenv("TMPDIR");
    folder = format("%s/hypecc-XXXXXX", parent && *parent ? parent : "/tmp");
    if (!mkdtemp(folder))
        fail("cannot make a temporary folder %s: %s", folder, strerror(errno));
    atexit(remove_folder);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], on_signal);
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
