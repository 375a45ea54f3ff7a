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

/* Those of the system hold no entries, and no code for other processors. */
char *link_archive(const struct command *command, const char *name)
{
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        if (!word->option || word->option->effect != EFFECT_LIBRARY_FOLDER || !word->value)
            continue;
        if (*name != ':' && !command->is_static && access(format("%s/lib%s.so", word->value, name), F_OK) == 0)
            return NULL;
        char *path = *name == ':' ? format("%s/%s", word->value, name + 1) : format("%s/lib%s.a", word->value, name);
        if (access(path, F_OK) == 0)
            return path;
    }
    return NULL;
}

static bool library_holds(const struct command *command, const char *name, const char *marker)
{
    const char *path = link_archive(command, name);
    return path && holds(path, marker);
}

static bool is_runtime(const char *name)
{
    return strcmp(name, "hype") == 0;
}

static bool any_holds(const struct command *command, const char *marker)
{
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        if (word->input && holds(word->argument, marker))
            return true;
        if (word->option && word->option->effect == EFFECT_LIBRARY && word->value && !is_runtime(word->value) &&
            library_holds(command, word->value, marker))
            return true;
    }
    return false;
}

/* Of the options in a -Wl, list, those that a shared object can have. */
static const char *shared_linker_options(const char *list)
{
    static const char *const dropped[] = {
        "--no-undefined", "-soname", "-h", "--defs",  "-e", "--entry",          "-Map",
        "-pie",           "-no-pie", "-z", "-static", "-T", "--version-script", "-init",
        "-fini"};
    char *kept = format("%s", "");
    char *rest = format("%s", list);
    for (char *part; (part = strsep(&rest, ","));) {
        bool drop = false;
        for (size_t i = 0; i < sizeof dropped / sizeof *dropped && !drop; i++) {
            size_t n = strlen(dropped[i]);
            const char *name = strncmp(part, "--", 2) == 0 && strncmp(dropped[i], "--", 2) != 0 ? part + 1 : part;
            if (strcmp(name, dropped[i]) == 0) {
                char *value = strsep(&rest, ","); /* "-z,VALUE", "-soname,VALUE": the value goes with it */
                bool harmless = strcmp(dropped[i], "-z") == 0 && value && strcmp(value, "defs") != 0;
                if (harmless)
                    kept = format("%s,-z,%s", kept, value);
                drop = true;
            } else if (strncmp(name, dropped[i], n) == 0 && name[n] == '=') {
                drop = true;
            }
        }
        if (!drop && *part)
            kept = format("%s,%s", kept, part);
    }
    return *kept ? format("-Wl%s", kept) : NULL;
}

static void add_remote_word(struct arguments *remote, const struct word *word)
{
    const char *options;
    switch (word->option ? word->option->effect : EFFECT_PASS) {
    case EFFECT_OUTPUT:
    case EFFECT_PROGRAM_ONLY:
    case EFFECT_SHARED:
    case EFFECT_STATIC:
    case EFFECT_POSITION:
    case EFFECT_PIE:
    case EFFECT_DEPENDENCIES:
    case EFFECT_DEPENDENCY_FILE:
        return;
    case EFFECT_LIBRARY:
        if (word->value && is_runtime(word->value))
            return; /* hype-run has it */
        break;
    case EFFECT_LINKER:
        options = word->value ? shared_linker_options(word->value) : NULL;
        if (options)
            arguments_add(remote, options);
        return;
    case EFFECT_XLINKER: /* pairs of these may belong together; only what is surely harmless could be kept */
        return;
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
    for (size_t i = 0; i < command->n_words; i++)
        add_remote_word(&remote, &command->words[i]);
    arguments_add(&remote, "-Wl,--build-id=sha1");
    arguments_add(&remote, "-o");
    arguments_add(&remote, output);
    /* The linker's complaints are kept until it is known whether they concern the user. */
    fflush(NULL);
    int errors = dup(STDERR_FILENO), file = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    dup2(file, STDERR_FILENO);
    int status = tool_run(&remote);
    dup2(errors, STDERR_FILENO);
    close(errors);
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
        arguments_add(program, "-Wl,--push-state,--as-needed,-lhype,--pop-state");
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

int link_program(const struct command *command, bool sidecar)
{
    struct arguments program = {.n = 0};
    bool entries = any_holds(command, MARKER);
    for (size_t i = 0; i < wrapped.n; i++)
        arguments_add(&program, wrapped.list[i]);
    for (size_t i = 0; i < command->n_words; i++)
        arguments_add_link_word(&program, &command->words[i]);
    if (!entries) {
        if (any_holds(command, MARKER_OF_USE)) /* calls what a shared library or a plugin defines */
            add_runtime(&program, command);
        if (command->n_c_sources > 0) /* their objects are temporary: they must outlive the link */
            return tool_run(&program);
        say("left to the wrapped compiler: no input holds HYPE_FN functions");
        tool_exec(&program);
    }
    char *stem = link_stem(command);
    const char *output = command->output ? command->output : "a.out", *slash = strrchr(output, '/');
    char *beside =
        sidecar ? format("%.*s%s.remote.so", slash ? (int)(slash + 1 - output) : 0, output, stem) : NULL;
    char *remote = format("%s/remote.so", tool_folder());
    int status = link_remote(command, remote);
    if (status != 0)
        return status;
    size_t n;
    const struct target *targets = targets_wanted(&n);
    struct arguments others = {.n = 0};
    for (size_t i = 0; i < n; i++)
        arguments_add(&others, targets_link(command, &targets[i]));
    arguments_add(&program, remote_embed(command, remote, stem, beside, &others));
    add_runtime(&program, command);
    return tool_run(&program);
}
