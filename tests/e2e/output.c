/* output.c: what remote functions print arrives: every line, in order, where it belongs, and nobody else waits for it.
 */
#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

HYPE_FN void count_up(int n, int both)
{
    for (int i = 0; i < n; i++)
        fprintf(both && i % 2 ? stderr : stdout, "line %d of a flood that takes some bytes\n", i);
}
HYPE_FN int twice(int x)
{
    return 2 * x;
}
HYPE_FN void print_bytes(size_t n, const char bytes[n], int fd)
{
    for (ssize_t done; n > 0 && (done = write(fd, bytes, n)) > 0; bytes += done)
        n -= (size_t)done;
}
HYPE_FN void print_two(const char *first, const char *second)
{
    printf("%s\n%s", first, second);
}

/* ---- This program's own stdout, in a pipe ---- */

static int kept_stdout, reading_end;

static void take_stdout(int writing_end)
{
    fflush(stdout);
    kept_stdout = dup(STDOUT_FILENO);
    dup2(writing_end, STDOUT_FILENO);
    close(writing_end);
}

static void into_pipe(void)
{
    int ends[2];
    CHECK(pipe(ends) == 0);
    reading_end = ends[0];
    take_stdout(ends[1]);
}

static void give_back(void)
{
    fflush(stdout);
    dup2(kept_stdout, STDOUT_FILENO);
    close(kept_stdout);
}

struct text {
    char *data;
    size_t size;
};

#define END "this is the end\n" /* servers of the process submitter keep the pipe open */

static void *read_all(void *unused)
{
    static struct text text;
    FILE *memory = open_memstream(&text.data, &text.size);
    char buffer[65536];
    (void)unused;
    do {
        ssize_t n = read(reading_end, buffer, sizeof buffer);
        CHECK(n > 0);
        fwrite(buffer, 1, (size_t)n, memory);
        fflush(memory);
    } while (text.size < strlen(END) || memcmp(text.data + text.size - strlen(END), END, strlen(END)) != 0);
    fclose(memory);
    text.size -= strlen(END);
    text.data[text.size] = 0;
    close(reading_end);
    return &text;
}

static void begin_text(pthread_t *reader)
{
    into_pipe();
    CHECK(pthread_create(reader, NULL, read_all, NULL) == 0);
}

static struct text *end_text(pthread_t reader)
{
    void *text;
    fputs(END, stdout);
    give_back();
    CHECK(pthread_join(reader, &text) == 0);
    return text;
}

/* ---- Everything arrives ---- */

static void check_flood(const struct text *text, int n)
{
    char *next = text->data, *prefix_end = strstr(next, "] ");
    CHECK(strncmp(next, "[count_up ", 10) == 0 && prefix_end);
    size_t prefix = (size_t)(prefix_end + 2 - next);
    for (int i = 0; i < n; i++) {
        char wanted[64], *newline = strchr(next, '\n');
        snprintf(wanted, sizeof wanted, "line %d of a flood that takes some bytes", i);
        CHECK(newline);
        *newline = 0;
        CHECK(strncmp(next, "[count_up ", 10) == 0 && strcmp(next + prefix, wanted) == 0);
        next = newline + 1;
    }
    CHECK(*next == 0);
}

static void floods_lose_nothing(void)
{
    enum { LINES = 200000 };
    pthread_t reader;
    begin_text(&reader);
    int status = hype_call(NULL, count_up, LINES, 0);
    struct text *text = end_text(reader);
    CHECK(status == 0);
    check_flood(text, LINES);
    free(text->data);
}

/* Sanitizers keep what is freed, and print warnings. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static long resident_pages(void)
{
    long size, resident;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fscanf(file, "%ld %ld", &size, &resident) == 2);
    fclose(file);
    return resident;
}

/* Nobody reads the pipe: the function that prints has to wait, and only it. */
static void who_prints_waits_and_nobody_else(void)
{
    enum { LINES = 400000 }; /* some 20 MB */
    pthread_t reader;
    int result;
    into_pipe();
    long before = resident_pages();
    hype_submitter *submitter = hype_submitter_open("process:?workers=3");
    hype_future *flood = hype_start(submitter, hype_default_env, hype_bind(count_up, LINES, 0));
    for (int i = 0; i < 300; i++) {
        int status = hype_submit(submitter, hype_default_env, hype_bind(twice, i), &result);
        CHECK(status == 0 && result == 2 * i);
    }
    if (!SANITIZED)
        CHECK(resident_pages() - before < (12 << 20) / getpagesize());
    CHECK(pthread_create(&reader, NULL, read_all, NULL) == 0);
    CHECK(hype_await(flood, NULL) == 0);
    hype_submitter_close(submitter);
    struct text *text = end_text(reader);
    check_flood(text, LINES);
    free(text->data);
}

/* The text behind the prefixes of one call, and how many there were. */
static size_t without_prefixes(struct text *text, size_t *n_lines)
{
    char *to = text->data, *end = text->data + text->size;
    *n_lines = 0;
    for (char *from = text->data; from < end; (*n_lines)++) {
        char *start = (char *)memchr(from, ']', (size_t)(end - from)) + 2;
        char *newline = memchr(start, '\n', (size_t)(end - start));
        CHECK(newline);
        memmove(to, start, (size_t)(newline - start));
        to += newline - start;
        from = newline + 1;
    }
    return (size_t)(to - text->data);
}

static void long_lines_and_bytes(void)
{
    enum { SIZE = 1 << 20 };
    pthread_t reader;
    size_t n_lines;
    char *bytes = malloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = i % 251 == '\n' ? 0 : (char)(i % 251); /* of all kinds, and no end of a line */
    begin_text(&reader);
    int status = hype_call(NULL, print_bytes, SIZE, bytes, STDOUT_FILENO);
    struct text *text = end_text(reader);
    CHECK(status == 0);
    CHECK(without_prefixes(text, &n_lines) == SIZE && memcmp(text->data, bytes, SIZE) == 0);
    CHECK(n_lines >= 2 && n_lines <= 32); /* cut into pieces, and not into small ones */
    free(text->data);
    free(bytes);
}

static void last_lines_need_no_end(void)
{
    pthread_t reader;
    begin_text(&reader);
    int status = hype_call(NULL, print_two, "first", "second");
    struct text *text = end_text(reader);
    CHECK(status == 0);
    CHECK(strstr(text->data, "] first\n[print_two ") && strcmp(text->data + text->size - 8, " second\n") == 0);
    free(text->data);
}

/* ---- Where it goes ---- */

static char *file_text(const char *path)
{
    static char text[1 << 20];
    FILE *file = fopen(path, "r");
    CHECK(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

static void a_file_each(void)
{
    char folder[] = "/tmp/hype-logs-XXXXXX", logs[64], path[512];
    CHECK(mkdtemp(folder));
    snprintf(logs, sizeof logs, "%s/new/folder", folder);
    hype_env env = hype_with_logs(hype_default_env, logs);
    for (int i = 0; i < 3; i++)
        CHECK(hype_submit(NULL, env, hype_bind(print_two, "first", "second"), NULL) == 0);
    CHECK(hype_submit(NULL, env, hype_bind(count_up, 1000, 1), NULL) == 0);
    CHECK(hype_submit(NULL, env, hype_bind(twice, 1), &(int){0}) == 0); /* prints nothing */
    DIR *directory = opendir(logs);
    int n_two = 0, n_all = 0;
    CHECK(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", logs, entry->d_name);
        char *text = file_text(path);
        n_all++;
        if (strncmp(entry->d_name, "print_two-", 10) == 0) {
            const char *end = strstr(text, "first\n"); /* a sanitizer may have had something to say before */
            n_two++;
            CHECK(end && strcmp(end, "first\nsecond") == 0 && (SANITIZED || end == text));
        } else if (SANITIZED && strncmp(entry->d_name, "twice-", 6) == 0) {
            n_all--;
        } else { /* both streams, each in its order */
            int next[2] = {0, 1}, n = 0, i;
            CHECK(strncmp(entry->d_name, "count_up-", 9) == 0);
            for (char *line = text; (line = strstr(line, "line ")); line++, n++) {
                CHECK(sscanf(line, "line %d", &i) == 1 && i == next[i % 2]);
                next[i % 2] += 2;
            }
            CHECK(n == 1000);
        }
        unlink(path);
    }
    closedir(directory);
    CHECK(n_two == 3 && n_all == 4);
    CHECK(rmdir(logs) == 0);
    *strrchr(logs, '/') = 0;
    CHECK(rmdir(logs) == 0 && rmdir(folder) == 0);
}

struct lines {
    int n, from_stderr, nested;
    char id[32];
};

static void take_line(const hype_line *line, void *context)
{
    struct lines *lines = context;
    int number;
    if (SANITIZED && strncmp(line->text, "line ", 5) != 0)
        return;
    CHECK(strcmp(line->function, "count_up") == 0 && strlen(line->text) == line->length);
    CHECK(sscanf(line->text, "line %d", &number) == 1 && number % 2 == line->from_stderr);
    if (lines->n++ == 0)
        snprintf(lines->id, sizeof lines->id, "%s", line->id);
    CHECK(strcmp(line->id, lines->id) == 0);
    lines->from_stderr += line->from_stderr;
    if (lines->n == 1 && hype_call(&lines->nested, twice, 21) < 0) /* it may make calls itself */
        hype_perror("twice");
}

static void to_a_function(void)
{
    struct lines lines = {0};
    hype_set_output(take_line, &lines);
    CALL(NULL, count_up, 1000, 1);
    hype_set_output(NULL, NULL);
    CHECK(lines.n == 1000 && lines.from_stderr == 500 && lines.nested == 42);
    CHECK(strncmp(lines.id, "hype-run-", 9) == 0);
}

static void on_terminal(char *text, size_t size)
{
    int primary, secondary;
    CHECK(openpty(&primary, &secondary, NULL, NULL, NULL) == 0);
    take_stdout(secondary);
    int status = hype_call(NULL, print_two, "first", "second");
    give_back();
    CHECK(status == 0);
    size_t n = 0;
    for (text[0] = 0; !strstr(text, "second\r\n"); text[n] = 0) {
        ssize_t more = read(primary, text + n, size - 1 - n);
        CHECK(more > 0);
        n += (size_t)more;
    }
    close(primary);
}

static void colours_on_a_terminal_only(void)
{
    char text[1024], colour[16], wanted[64];
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    on_terminal(text, sizeof text);
    CHECK(sscanf(text, "%15[^[]", colour) == 1 && text[0] == '\033');
    snprintf(colour, sizeof colour, "%.*s", (int)(strchr(text, 'm') + 1 - text), text);
    snprintf(wanted, sizeof wanted, "\n%s[print_two ", colour); /* the second line has the same one */
    CHECK(strstr(text, wanted) && strstr(text, "] \033[0mfirst") && strstr(text, "] \033[0msecond"));
    setenv("NO_COLOR", "1", 1);
    on_terminal(text, sizeof text);
    CHECK(text[0] == '[' && !strchr(text, '\033'));
    unsetenv("NO_COLOR");
}

int main(void)
{
    floods_lose_nothing();
    who_prints_waits_and_nobody_else();
    long_lines_and_bytes();
    last_lines_need_no_end();
    a_file_each();
    to_a_function();
    colours_on_a_terminal_only();
    return 0;
}
