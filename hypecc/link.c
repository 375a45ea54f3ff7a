/*
 * link.c: a program, or a shared library, together with its remote object.
 *
 * The same inputs are linked twice: with -shared, which gives the remote object, and then as the user wants it, with
 * one object more that embeds the first result. The user's own code does not notice; options that make sense for
 * programs only are left out of the first link.
 */
#include "hypecc.h"

#include <ar.h>
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* What every unit with entries calls, and therefore names: in objects, in archives, and in the bitcode of LTO. */
#define MARKER "hype_register_unit"

#define MARKER_OF_USE "hype_submit"

static bool holds(const char *path, const char *marker);

/* A thin archive (ar(1), option T) names the files that it stands for: the headers are those of ar(5), and "/N" is the
 * name at offset N of the member "//". */
static bool thin_archive_holds(const char *path, const char *data, size_t size, const char *marker)
{
    const char *slash = strrchr(path, '/'), *names = NULL;
    size_t names_size = 0;
    for (size_t at = SARMAG; at + sizeof(struct ar_hdr) <= size;) {
        const struct ar_hdr *header = (const void *)(data + at);
        size_t member = strtoul(header->ar_size, NULL, 10);
        at += sizeof *header;
        if (header->ar_name[0] == '/' && isdigit((unsigned char)header->ar_name[1])) {
            size_t offset = strtoul(header->ar_name + 1, NULL, 10);
            if (offset >= names_size)
                return false;
            const char *name = names + offset;
            const char *end = memmem(name, names_size - offset, "/\n", 2);
            int whole = end ? (int)(end - name) : 0;
            bool beside = *name != '/' && slash;
            if (holds(beside ? format("%.*s/%.*s", (int)(slash - path), path, whole, name)
                             : format("%.*s", whole, name),
                      marker))
                return true;
            continue; /* no bytes of its own */
        }
        if (strncmp(header->ar_name, "//", 2) == 0) {
            names = data + at;
            names_size = member < size - at ? member : size - at;
        }
        at += member + member % 2;
    }
    return false;
}

static bool holds(const char *path, const char *marker)
{
    size_t n = strlen(path);
    struct stat status;
    if (strstr(path, ".so.") || (n > 3 && strcmp(path + n - 3, ".so") == 0))
        return false; /* has a remote object of its own */
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t size = fstat(fd, &status) == 0 ? (size_t)status.st_size : 0;
    void *data = size > 0 ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    close(fd);
    if (data == MAP_FAILED)
        return false;
    bool thin = size > SARMAG && memcmp(data, "!<thin>\n", SARMAG) == 0;
    bool found =
        thin ? thin_archive_holds(path, data, size, marker) : memmem(data, size, marker, strlen(marker)) != NULL;
    munmap(data, size);
    return found;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The archive that LIBRARY, a -l, means in FOLDER. *SHARED: there is a shared library, and it goes first. */
static char *archive_in(const char *folder, const struct word *library, bool is_static, bool *shared)
{
    const char *name = library->value;
    *shared = *name != ':' && !library->bound && !is_static && exists(format("%s/lib%s.so", folder, name));
    char *path = *name == ':' ? format("%s/%s", folder, name + 1) : format("%s/lib%s.a", folder, name);
    return !*shared && exists(path) ? path : NULL;
}

/* Those of the system hold no entries, and no code for other processors. */
static char *archive(const struct command *command, const struct word *library)
{
    const char *environment = getenv("LIBRARY_PATH");
    char *path = NULL, *rest = environment ? format("%s", environment) : NULL;
    bool shared = false;
    for (size_t i = 0; i < command->n_words && !path && !shared; i++) {
        const struct word *word = &command->words[i];
        if (word->option && word->option->effect == EFFECT_LIBRARY_FOLDER && word->value)
            path = archive_in(word->value, library, command->is_static, &shared);
    }
    for (char *folder; !path && !shared && (folder = strsep(&rest, ":"));)
        path = archive_in(*folder ? folder : ".", library, command->is_static, &shared);
    return path;
}

static bool is_runtime(const struct word *word)
{
    return word->option && word->option->effect == EFFECT_LIBRARY && word->value && strcmp(word->value, "hype") == 0;
}

const char *link_file(const struct command *command, const struct word *word)
{
    enum option_effect effect = word->option ? word->option->effect : EFFECT_PASS;
    if (word->input || (effect == EFFECT_LINKER_FILE && exists(word->argument)))
        return word->argument;
    return effect == EFFECT_LIBRARY && word->value && !is_runtime(word) ? archive(command, word) : NULL;
}

static bool any_holds(const struct command *command, const char *marker)
{
    for (size_t i = 0; i < command->n_words; i++) {
        const char *path = link_file(command, &command->words[i]);
        if (path && holds(path, marker))
            return true;
    }
    return false;
}

bool link_concerns_hype(const struct command *command)
{
    return any_holds(command, MARKER) || any_holds(command, MARKER_OF_USE);
}

static void add_remote_word(struct arguments *remote, const struct word *word)
{
    switch (word->option ? word->option->effect : EFFECT_PASS) {
    case EFFECT_OUTPUT:
    case EFFECT_PROGRAM_ONLY:
    case EFFECT_SHARED:
    case EFFECT_STATIC:
    case EFFECT_POSITION:
    case EFFECT_PIE:
    case EFFECT_DEPENDENCIES:
    case EFFECT_DEPENDENCY_FILE:
    case EFFECT_LINKER:
    case EFFECT_LINKER_DEPENDENCIES:
        return;
    case EFFECT_KEYWORD: /* hype-run loads it, and has what is undefined */
        if (word->value && (strcmp(word->value, "defs") == 0 || strcmp(word->value, "nodlopen") == 0))
            return;
        break;
    case EFFECT_LIBRARY:
        if (is_runtime(word))
            return; /* hype-run has it */
        break;
    default:
        break;
    }
    arguments_add_link_word(remote, word);
}

char *link_stem(const struct command *command)
{
    const char *output = command->output ? command->output : "a.out";
    const char *slash = strrchr(output, '/'), *base = slash ? slash + 1 : output, *dot = strchr(base, '.');
    return format("%.*s", dot && dot != base ? (int)(dot - base) : (int)strlen(base), base);
}

/* The linker's own words about code that is not position independent, and what to do. */
static void explain_failure(const char *log)
{
    const char *hint = strstr(log, "recompile with -fPIC");
    if (!hint)
        hint = strstr(log, "can not be used when making a shared object");
    if (!hint)
        hint = strstr(log, "recompile with -fPIE");
    if (!hint)
        return;
    const char *start = hint;
    while (start > log && start[-1] != '\n')
        start--;
    fprintf(stderr,
            "hypecc: error: code that is not position independent cannot travel: %.*s\n"
            "hypecc: note: the remote object is a shared one; compile that file with hypecc, or with -fPIC\n",
            (int)strcspn(start, "\n"), start);
}

static int link_remote(const struct command *command, const char *output)
{
    struct arguments remote = {.n = 0};
    char *log = format("%s/remote.log", tool_folder());
    for (size_t i = 0; i < wrapped.n; i++)
        arguments_add(&remote, wrapped.list[i]);
    arguments_add(&remote, "-shared");
    arguments_add(&remote, "-fPIC"); /* for inputs that are not objects yet: assembly, Fortran */
    for (size_t i = 0; i < command->n_words; i++)
        add_remote_word(&remote, &command->words[i]);
    arguments_add(&remote, "-Wl,-Bdynamic,--build-id=sha1"); /* an open -Bstatic does not concern the C library */
    arguments_add(&remote, "-o");
    arguments_add(&remote, output);
    /* What the linker says is kept until it is known whether it concerns the user. */
    fflush(NULL);
    int streams[] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
    int file = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    dup2(file, STDOUT_FILENO);
    dup2(file, STDERR_FILENO);
    int status = tool_run_long(&remote, wrapped.n);
    dup2(streams[0], STDOUT_FILENO);
    dup2(streams[1], STDERR_FILENO);
    close(streams[0]);
    close(streams[1]);
    close(file);
    size_t size;
    char *text = tool_read(log, &size);
    if (status != 0 && text) {
        fputs(text, stderr);
        explain_failure(text);
        fputs("hypecc: note: this was the link of the remote object; the program itself has not been linked\n", stderr);
    }
    return status;
}

/* Archives that static programs need to read backtraces; without them they do without. */
static const char *const dwarf_archives[] = {"dw", "elf", "lzma", "bz2", "z"};

bool link_has_dwarf(void)
{
    for (size_t i = 0; i < sizeof dwarf_archives / sizeof *dwarf_archives; i++)
        if (!libraries_in_system(format("lib%s.a", dwarf_archives[i])))
            return false;
    return true;
}

static void add_runtime(struct arguments *program, const struct command *command)
{
    static const char *const system_folders[] = {"/usr/lib", "/usr/local/lib", "/lib"};
    const char *library = place_library();
    bool system_folder = false;
    for (size_t i = 0; i < sizeof system_folders / sizeof *system_folders; i++)
        system_folder = system_folder || strncmp(library, system_folders[i], strlen(system_folders[i])) == 0;
    arguments_add(program, format("-L%s", library));
    if (!system_folder && !command->is_static)
        arguments_add(program, format("-Wl,-rpath,%s", library));
    if (!command->is_static) {
        arguments_add(program, "-Wl,--push-state,-Bdynamic,--as-needed,-lhype,--pop-state");
        return;
    }
    arguments_add(program, "-lhype");
    arguments_add(program, "-ljansson");
    arguments_add(program, "-lexpat");
    arguments_add(program, "-lcrypto");
    for (size_t i = 0; i < sizeof dwarf_archives / sizeof *dwarf_archives && link_has_dwarf(); i++)
        arguments_add(program, format("-l%s", dwarf_archives[i]));
    arguments_add(program, "-ldl");
    arguments_add(program, "-lpthread");
}

/* Dependencies on temporary files would be out of date at once. */
static void correct_dependencies(const struct command *command)
{
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        size_t size;
        char *text = word->option && word->option->effect == EFFECT_LINKER_DEPENDENCIES && word->value
                         ? tool_read(word->value, &size)
                         : NULL;
        if (!text)
            continue;
        for (char *at = text; (at = strstr(at, tool_folder()));) {
            size_t length = strcspn(at, " \n");
            memmove(at, at + length, strlen(at + length) + 1);
        }
        tool_write(word->value, text, strlen(text));
    }
}

static int link_without_entries(const struct command *command, char **arguments)
{
    struct arguments program = {.n = 0};
    for (size_t i = 0; i < wrapped.n; i++)
        arguments_add(&program, wrapped.list[i]);
    if (command->n_sources == 0)
        arguments_add_plain(&program, arguments);
    for (size_t i = 0; command->n_sources > 0 && i < command->n_words; i++)
        arguments_add_link_word(&program, &command->words[i]);
    if (any_holds(command, MARKER_OF_USE)) /* calls what a shared library or a plugin defines */
        add_runtime(&program, command);
    if (command->n_sources == 0) {
        say("left to the wrapped compiler: no input holds HYPE_FN functions");
        tool_exec(&program);
    }
    int status = tool_run_long(&program, wrapped.n); /* objects of sources are temporary: they must outlive the link */
    correct_dependencies(command);
    return status;
}

int link_program(const struct command *command, char **arguments, bool sidecar)
{
    struct arguments program = {.n = 0};
    if (!any_holds(command, MARKER))
        return link_without_entries(command, arguments);
    char *stem = link_stem(command);
    const char *output = command->output ? command->output : "a.out", *slash = strrchr(output, '/');
    char *beside = sidecar ? format("%.*s%s.remote.so", slash ? (int)(slash + 1 - output) : 0, output, stem) : NULL;
    char *remote = format("%s/remote.so", tool_folder());
    int status = link_remote(command, remote);
    if (status != 0)
        return status;
    size_t n;
    const struct target *targets = targets_wanted(&n);
    struct arguments others = {.n = 0};
    for (size_t i = 0; i < n; i++)
        arguments_add(&others, targets_link(command, &targets[i]));
    for (size_t i = 0; i < wrapped.n; i++)
        arguments_add(&program, wrapped.list[i]);
    for (size_t i = 0; i < command->n_words; i++)
        arguments_add_link_word(&program, &command->words[i]);
    arguments_add(&program, remote_embed(command, remote, stem, beside, &others));
    add_runtime(&program, command);
    status = tool_run_long(&program, wrapped.n);
    correct_dependencies(command);
    return status;
}
