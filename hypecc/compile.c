/*
 * compile.c: from a source with HYPE_FN functions to its object.
 *
 * The generated code needs the unit's own types and static functions, so it is compiled behind the user's text, in one
 * run of the compiler: a private file gets "#line 1", the user's bytes and the generated code. Options make the
 * compiler believe that this file is the user's: where quoted includes are looked for, what __FILE__, debug
 * information and dependency files say.
 */
#include "hypecc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- The quick look ---- */

enum { LOOK_LIMIT = 512 /* headers */ };

struct look {
    const struct command *command;
    const char *wanted; /* the text that is looked for */
    char *seen[LOOK_LIMIT];
    size_t n_seen;
};

static bool look_at_file(struct look *look, const char *path);

/* The compiler looks there behind all -I folders: names and files that the user's options cannot show. */
static bool look_in_environment(struct look *look, const char *name)
{
    static const char *const variables[] = {"CPATH", "C_INCLUDE_PATH"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        char *folders = getenv(variables[i]);
        for (char *rest = folders ? format("%s", folders) : NULL, *folder; (folder = strsep(&rest, ":"));) {
            char *path = format("%s/%s", *folder ? folder : ".", name);
            if (access(path, R_OK) == 0)
                return look_at_file(look, path);
            free(path);
        }
    }
    return false;
}

static bool look_in_folders(struct look *look, const char *name, const char *includer, bool quoted)
{
    const char *slash = strrchr(includer, '/');
    if (quoted) {
        char *path = slash ? format("%.*s/%s", (int)(slash - includer), includer, name) : format("%s", name);
        if (access(path, R_OK) == 0)
            return look_at_file(look, path);
    }
    for (size_t i = 0; i < look->command->n_words; i++) {
        const struct word *word = &look->command->words[i];
        if (!word->option || word->option->effect != EFFECT_INCLUDE_FOLDER || !word->value)
            continue;
        if (!quoted && strcmp(word->option->name, "-iquote") == 0)
            continue;
        char *path = format("%s/%s", word->value, name);
        if (access(path, R_OK) == 0)
            return look_at_file(look, path);
        free(path);
    }
    return look_in_environment(look, name); /* or it is a system header, or one that does not exist */
}

/* Each #include of a text, taken as such also where the preprocessor would skip it. */
static bool look_at_includes(struct look *look, const char *text, const char *includer)
{
    for (const char *at = text; (at = strstr(at, "include"));) {
        const char *before = at;
        at += strlen("include");
        while (before > text && (before[-1] == ' ' || before[-1] == '\t'))
            before--;
        if (before == text || before[-1] != '#')
            continue;
        while (*at == ' ' || *at == '\t')
            at++;
        char close = *at == '"' ? '"' : *at == '<' ? '>' : 0;
        const char *end = close ? strpbrk(at + 1, close == '"' ? "\"\n" : ">\n") : NULL;
        if (!end || *end != close)
            continue;
        char *name = format("%.*s", (int)(end - at - 1), at + 1);
        if (strncmp(name, "hype/", 5) != 0 && look_in_folders(look, name, includer, close == '"'))
            return true;
        free(name);
    }
    return false;
}

static bool look_at_file(struct look *look, const char *path)
{
    size_t size;
    for (size_t i = 0; i < look->n_seen; i++)
        if (strcmp(look->seen[i], path) == 0)
            return false;
    if (look->n_seen == LOOK_LIMIT)
        return true; /* too much to look through: let libclang find out */
    look->seen[look->n_seen++] = format("%s", path);
    char *text = tool_read(path, &size);
    if (!text)
        return false;
    bool found = memmem(text, size, look->wanted, strlen(look->wanted)) || look_at_includes(look, text, path);
    free(text);
    return found;
}

static bool brings_file(const char *option)
{
    static const char *const options[] = {"-include", "--include", "--include=", "-imacros", "--imacros", "--imacros="};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (strcmp(option, options[i]) == 0)
            return true;
    return false;
}

/* Macros and files that options bring in, also by "-Xclang -include -Xclang FILE". */
static bool look_at_options(struct look *look)
{
    const char *handed_on = "";
    for (size_t i = 0; i < look->command->n_words; i++) {
        const struct word *word = &look->command->words[i];
        enum option_effect effect = word->option ? word->option->effect : EFFECT_PASS;
        if (!word->value || (effect != EFFECT_READING && effect != EFFECT_HANDED_ON && effect != EFFECT_PREPROCESSOR))
            continue;
        bool file = brings_file(effect == EFFECT_HANDED_ON ? handed_on : word->option->name);
        if (strstr(word->value, look->wanted) || (file && look_in_folders(look, word->value, "", true)))
            return true;
        if (effect == EFFECT_HANDED_ON)
            handed_on = word->value;
    }
    return false;
}

bool compile_mentions(const struct command *command, const struct word *source, const char *text)
{
    struct look look = {.command = command, .wanted = text};
    return look_at_options(&look) || look_at_file(&look, source->argument);
}

bool compile_may_define(const struct command *command, const struct word *source)
{
    return compile_mentions(command, source, "HYPE_FN");
}

/* ---- hypecc-scan ---- */

char *compile_generate(const struct command *command, const struct word *word_, const char *mode, char **unread)
{
    const char *source = word_->argument;
    struct arguments scan = {.n = 0};
    char *output;
    size_t size;
    const char *unit = word_->name ? word_->name : source, *slash = strrchr(unit, '/');
    arguments_add(&scan, place_scan());
    arguments_add(&scan, mode);
    arguments_add(&scan, "--unit");
    arguments_add(&scan, slash ? slash + 1 : unit);
    arguments_add(&scan, "--");
    if (word_->name) { /* the working folder is where standard input lies */
        arguments_add(&scan, "-iquote");
        arguments_add(&scan, ".");
    }
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        if (!word->input && !(word->option && word->option->effect == EFFECT_PIE)) /* as in add_options() */
            arguments_add_word(&scan, word);
    }
    compile_add_common(&scan, command);
    arguments_add(&scan, source);
    int status = tool_capture(&scan, &output, &size);
    *unread = status == 3 ? output : NULL;
    if (*unread)
        return NULL;
    if (status != 0)
        exit(status);
    return size > 0 ? output : NULL;
}

/* ---- The compile ---- */

void compile_add_common(struct arguments *arguments, const struct command *command)
{
    const char *include = place_include();
    if (include) {
        arguments_add(arguments, "-isystem");
        arguments_add(arguments, include);
    }
    if (command->position_chosen)
        return;
    /* The remote object is a shared one, made of the same objects; and still the compiler may optimize as for a
     * program. */
    arguments_add(arguments, "-fPIC");
    arguments_add(arguments, "-fno-semantic-interposition");
}

/* Has the command an option that begins so? */
static bool has_option(const struct command *command, const char *start)
{
    for (size_t i = 0; i < command->n_words; i++)
        if (!command->words[i].linker && strncmp(command->words[i].argument, start, strlen(start)) == 0)
            return true;
    return false;
}

void compile_add_names(struct arguments *arguments, const struct command *command, const char *source)
{
    static const char *const leaving[] = {"--coverage",    "-fprofile",    "-ftest-coverage",  "-gsplit-dwarf",
                                          "-save-temps",   "--save-temps", "-fcallgraph-info", "-fdump-",
                                          "-fstack-usage", "-ftime-trace"};
    if (command->compile || command->assemble || command->preprocess)
        return;
    bool leaves = false;
    for (size_t i = 0; i < sizeof leaving / sizeof *leaving; i++)
        leaves = leaves || has_option(command, leaving[i]);
    if (leaves) { /* of gcc 11, and of clang 17 */
        arguments_add(arguments, "-dumpdir");
        arguments_add(arguments, format("%s-", command->output ? command->output : "a"));
    }
    if (!command->dependencies || has_option(command, "-MT") || has_option(command, "-MQ"))
        return;
    const char *slash = strrchr(source, '/'), *base = slash ? slash + 1 : source, *dot = strrchr(base, '.');
    arguments_add(arguments, "-MQ");
    arguments_add(arguments, command->output ? command->output
                                             : format("%.*s.o", dot ? (int)(dot - base) : (int)strlen(base), base));
}

static char *folder_of(const char *source)
{
    const char *slash = strrchr(source, '/');
    return slash ? format("%.*s", slash == source ? 1 : (int)(slash - source), source) : format(".");
}

static char *quote(const char *text)
{
    char *quoted = format("%s%s", text, text), *out = quoted;
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *out++ = '\\';
        *out++ = *text;
    }
    *out = 0;
    return quoted;
}

/* The user's text and the generated code: a file of the same base name and time of modification. */
struct combined {
    char *place; /* the folder as the compiler shall name it, with a slash behind */
    char *path;
    int folder; /* what the compiler gets as standard input, or -1 */
};

/* Of the folder's own name, which is another each time, something stays in what sanitizers and LTO make. A compiler
 * that reads a file leaves its standard input alone, and hands it down to all that it runs: by that the folder has one
 * name always. Except where a server compiles, which has an input of its own. */
static void name_combined(struct combined *combined, const char *folder, const char *base)
{
    bool server = false;
    for (size_t i = 0; i < wrapped.n; i++)
        server = server || strcmp(basename(wrapped.list[i]), "sccache") == 0;
    combined->folder = server ? -1 : open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (combined->folder >= 0 && access(format("/proc/self/fd/%d/%s", combined->folder, base), F_OK) < 0)
        combined->folder = -1; /* there is no /proc */
    combined->place = format("%s/", combined->folder >= 0 ? "/proc/self/fd/0" : folder);
    combined->path = format("%s%s", combined->place, base);
}

static struct combined combine(const char *source, const char *shown, const char *generated)
{
    static unsigned count;
    static const char mark[] = "\357\273\277"; /* of UTF-8: only where a file begins */
    size_t size;
    struct stat status;
    struct combined combined;
    const char *slash = strrchr(shown, '/'), *base = slash ? slash + 1 : shown;
    char *text = tool_read(source, &size), *folder = format("%s/%u", tool_folder(), count++);
    char *path = format("%s/%s", folder, base), *name = quote(shown);
    if (!text || stat(source, &status) < 0)
        fail("cannot read %s: %s", source, strerror(errno));
    size_t marked = size >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
    tool_make_folder(folder);
    FILE *file = fopen(path, "w");
    if (!file || fprintf(file, "#line 1 \"%s\"\n", name) < 0 ||
        fwrite(text + marked, 1, size - marked, file) != size - marked ||
        fprintf(file, "\n#line 1 \"<%s.hype>\"\n%s", name, generated) < 0 || fclose(file) != 0)
        fail("cannot write %s: %s", path, strerror(errno));
    struct timespec times[2] = {status.st_mtim, status.st_mtim};
    utimensat(AT_FDCWD, path, times, 0);
    name_combined(&combined, folder, base);
    return combined;
}

/* Where the private file's name stands, the user's takes its place. */
static void correct_names(const char *file, const char *combined, const char *source)
{
    size_t size;
    char *text = file ? tool_read(file, &size) : NULL;
    if (!text)
        return;
    size_t length = strlen(combined);
    FILE *out = fopen(file, "w");
    if (!out)
        fail("cannot write %s: %s", file, strerror(errno));
    for (const char *rest = text;;) {
        const char *found = strstr(rest, combined);
        if (!found) {
            fputs(rest, out);
            break;
        }
        fwrite(rest, 1, (size_t)(found - rest), out);
        fputs(strncmp(source, "./", 2) == 0 ? source + 2 : source, out);
        rest = found + length;
    }
    if (fclose(out) != 0)
        fail("cannot write %s: %s", file, strerror(errno));
    free(text);
}

/* make's dependency files escape spaces, '#' and '$'. */
static char *make_escape(const char *path)
{
    char *escaped = format("%s%s", path, path), *out = escaped;
    for (; *path; path++) {
        if (*path == ' ' || *path == '#')
            *out++ = '\\';
        if (*path == '$')
            *out++ = '$';
        *out++ = *path;
    }
    *out = 0;
    return escaped;
}

/* -Wp,-MD,FILE and -Wp,-MMD,FILE. */
static const char *preprocessor_dependencies(const struct command *command)
{
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        if (!word->option || word->option->effect != EFFECT_PREPROCESSOR || !word->value)
            continue;
        const char *file = strncmp(word->value, "-MD,", 4) == 0    ? word->value + 4
                           : strncmp(word->value, "-MMD,", 5) == 0 ? word->value + 5
                                                                   : NULL;
        if (file)
            return format("%.*s", (int)strcspn(file, ","), file);
    }
    return NULL;
}

bool compile_heeds(const struct word *word)
{
    switch (word->option ? word->option->effect : EFFECT_PASS) {
    case EFFECT_OWN:
    case EFFECT_OUTPUT:
    case EFFECT_COMPILE:
    case EFFECT_ASSEMBLE:
    case EFFECT_PREPROCESS:
    case EFFECT_LINK:
    case EFFECT_LINKER:
    case EFFECT_LIBRARY:
    case EFFECT_LIBRARY_FOLDER:
    case EFFECT_KEYWORD:
    case EFFECT_PROGRAM_ONLY:
    case EFFECT_SHARED:
    case EFFECT_STATIC:
    case EFFECT_RELOCATABLE:
        return false;
    default:
        return !word->input && !word->linker;
    }
}

static void add_options(struct arguments *arguments, const struct command *command, const char *dependency_file,
                        const struct target *target)
{
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        enum option_effect effect = word->option ? word->option->effect : EFFECT_PASS;
        bool dropped = effect == EFFECT_LANGUAGE || effect == EFFECT_PIE ||
                       (effect == EFFECT_DEPENDENCY_FILE && dependency_file) || !targets_heeds(target, word) ||
                       (target && (effect == EFFECT_DEPENDENCIES || effect == EFFECT_DEPENDENCY_FILE));
        if (!dropped && compile_heeds(word))
            arguments_add_word(arguments, word);
    }
}

static const char *step_option(const struct command *command)
{
    return command->preprocess ? "-E" : command->assemble ? "-S" : "-c";
}

/* Line markers of what the user sees: compiler caches look for the files that they name. */
static void print_preprocessed(const char *file, const char *combined, const char *shown, const char *output)
{
    size_t size;
    correct_names(file, quote(combined), quote(shown));
    char *text = tool_read(file, &size);
    FILE *out = output && strcmp(output, "-") != 0 ? fopen(output, "w") : stdout;
    if (!text || !out || fwrite(text, 1, size, out) != size || (out == stdout ? fflush(out) : fclose(out)) != 0)
        fail("cannot write what was preprocessed%s%s", output ? " to " : "", output ? output : "");
}

int compile_unit(const struct command *command, const struct word *source, const char *generated, const char *output,
                 const char *dependency_file, const struct target *target)
{
    const char *path = source->argument, *shown = source->name ? source->name : path;
    struct combined combined = combine(path, shown, generated);
    const char *slash = strrchr(shown, '/');
    struct arguments compile = {.n = 0};
    if (target)
        targets_add_compiler(&compile, target);
    for (size_t i = 0; i < wrapped.n && !target; i++)
        arguments_add(&compile, wrapped.list[i]);
    arguments_add(&compile, "-iquote");
    arguments_add(&compile, folder_of(shown));
    add_options(&compile, command, dependency_file, target);
    compile_add_common(&compile, command);
    if (!target)
        compile_add_names(&compile, command, shown);
    arguments_add(&compile,
                  format("-ffile-prefix-map=%s=%.*s", combined.place, slash ? (int)(slash + 1 - shown) : 0, shown));
    if (!slash) /* headers beside the source are then "x.h" and not "./x.h" */
        arguments_add(&compile, "-ffile-prefix-map=./=");
    if (dependency_file) {
        arguments_add(&compile, "-MF");
        arguments_add(&compile, dependency_file);
    }
    arguments_add(&compile, step_option(command));
    arguments_add(&compile, "-x");
    arguments_add(&compile, "c");
    arguments_add(&compile, combined.path);
    const char *preprocessed = command->preprocess ? format("%s/preprocessed", tool_folder()) : NULL;
    arguments_add(&compile, "-o");
    arguments_add(&compile, preprocessed ? preprocessed : output);
    int status = tool_run_from(&compile, combined.folder);
    if (combined.folder >= 0)
        close(combined.folder);
    if (status == 0 && preprocessed)
        print_preprocessed(preprocessed, combined.path, shown, output);
    if (status == 0) {
        correct_names(dependency_file, make_escape(combined.path), make_escape(shown));
        correct_names(preprocessor_dependencies(command), make_escape(combined.path), make_escape(shown));
    }
    return status;
}
