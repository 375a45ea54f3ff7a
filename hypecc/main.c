/*
 * main.c: hypecc's command line.
 *
 * hypecc stands where a C compiler stands. A command that has nothing to do with HYPE_FN functions becomes the
 * wrapped compiler's by exec, as soon as that is clear; so does every command that hypecc is not sure about.
 */
#include "hypecc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
    "usage: hypecc [compiler options] file...\n"
    "       hypecc COMPILER [compiler options] file...     (as CMAKE_C_COMPILER_LAUNCHER)\n"
    "\n"
    "A C compiler that understands HYPE_FN: it wraps gcc or clang, passes every option on, and adds to units and\n"
    "programs with HYPE_FN functions what it takes to run them elsewhere.\n"
    "\n"
    "  --emit FILE.c [options]     print the code that is generated for a unit\n"
    "  --explain FILE.c [options]  say for each HYPE_FN function what is captured, and how\n"
    "  --remote=sidecar            linking: write the remote object beside the program, not into it\n"
    "  --help-hype                 this text\n"
    "\n"
    "  HYPECC_CC        the wrapped compiler (default: cc)\n"
    "  HYPECC_TARGETS   compilers for other processors, with commas between: remote objects for them ride along\n"
    "  HYPE_STAGE_LIBS  which shared libraries travel: patterns with commas between, '!' before what stays\n"
    "  HYPECC_VERBOSE=1 say what is run, and why a command is left alone\n";

static bool is_program(const char *name)
{
    struct stat status;
    if (strchr(name, '/'))
        return stat(name, &status) == 0 && S_ISREG(status.st_mode) && access(name, X_OK) == 0;
    const char *folders = getenv("PATH");
    for (char *rest = format("%s", folders ? folders : ""), *folder; (folder = strsep(&rest, ":"));)
        if (is_program(format("%s/%s", *folder ? folder : ".", name)))
            return true;
    return false;
}

/* Is the argument a program to be run, and not a file to be compiled? Shared libraries may be executable. A FIRST one
 * that is no file at all is a compiler that is missing: no other may step in for it. */
static bool names_compiler(const char *argument, bool first)
{
    if (*argument == '-' || *argument == '@' || options_name_input(argument))
        return false;
    return is_program(argument) || (first && access(argument, F_OK) != 0);
}

/* The words before the options: the wrapped compiler of the launcher form, behind launchers of its own; or HYPECC_CC:
 * words too, unless the whole is a program. */
static char **take_wrapped(char **arguments)
{
    const char *chosen = getenv("HYPECC_CC");
    while (*arguments && names_compiler(*arguments, wrapped.n == 0))
        arguments_add(&wrapped, *arguments++);
    if (wrapped.n > 0)
        return arguments;
    if (!chosen || !*chosen)
        chosen = "cc";
    if (is_program(chosen))
        arguments_add(&wrapped, chosen);
    else
        for (char *words = format("%s", chosen), *word; (word = strsep(&words, " "));)
            if (*word)
                arguments_add(&wrapped, word);
    return arguments;
}

#define NO_ENTRIES "neither the sources nor headers of theirs have HYPE_FN in them"

_Noreturn static void run_plain(char **arguments, const struct command *command, const char *why)
{
    say("left to the wrapped compiler: %s", why);
    struct arguments plain = {.n = 0};
    for (size_t i = 0; i < wrapped.n; i++)
        arguments_add(&plain, wrapped.list[i]);
    arguments_add_plain(&plain, arguments);
    if (command && command->n_sources > 0)
        compile_add_common(&plain, command);
    tool_exec(&plain);
}

static char *stem_of(const char *source)
{
    const char *slash = strrchr(source, '/'), *base = slash ? slash + 1 : source, *dot = strrchr(base, '.');
    return format("%.*s", dot ? (int)(dot - base) : (int)strlen(base), base);
}

/* Where gcc and clang put dependencies when -MF does not say. */
static const char *dependency_file(const struct command *command, const char *source, const char *output)
{
    if (!command->dependencies || command->dependency_file)
        return command->dependency_file;
    if (!command->compile && !command->assemble && !command->preprocess)
        output = command->output;
    if (!output)
        return format("%s.d", stem_of(source));
    const char *slash = strrchr(output, '/'), *dot = strrchr(slash ? slash : output, '.');
    return format("%.*s.d", dot ? (int)(dot - output) : (int)strlen(output), output);
}

static int compile_plain(const struct command *command, const struct word *source, const char *output,
                         const char *dependencies, const struct target *target)
{
    struct arguments compile = {.n = 0};
    if (target)
        targets_add_compiler(&compile, target);
    for (size_t i = 0; i < wrapped.n && !target; i++)
        arguments_add(&compile, wrapped.list[i]);
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        enum option_effect effect = word->option ? word->option->effect : EFFECT_PASS;
        bool of_dependencies = effect == EFFECT_DEPENDENCIES || effect == EFFECT_DEPENDENCY_FILE;
        if (compile_heeds(word) && effect != EFFECT_LANGUAGE && targets_heeds(target, word) &&
            !(target && of_dependencies) && !(effect == EFFECT_DEPENDENCY_FILE && dependencies))
            arguments_add_word(&compile, word);
    }
    if (source->source)
        compile_add_common(&compile, command);
    if (!target)
        compile_add_names(&compile, command, source->argument);
    if (dependencies) {
        arguments_add(&compile, "-MF");
        arguments_add(&compile, dependencies);
    }
    arguments_add(&compile, command->assemble ? "-S" : "-c");
    if (source->language) {
        arguments_add(&compile, "-x");
        arguments_add(&compile, source->language);
    }
    arguments_add(&compile, source->name ? "-" : source->argument);
    arguments_add(&compile, "-o");
    arguments_add(&compile, output);
    return tool_run(&compile);
}

/* HYPE_FN functions must not get lost unseen. Not one of them may be in the unit, so that -Werror alone leaves it a
 * warning. */
static int warn_unread(const struct command *command, const struct word *source, const char *output, const char *unread)
{
    bool warn = true, error = false;
    for (size_t i = 0; i < command->n_words; i++) {
        const char *option = command->words[i].argument;
        if (strcmp(option, "-w") == 0 || strcmp(option, "-Wno-hype-unread") == 0)
            warn = false;
        else if (strcmp(option, "-Whype-unread") == 0)
            warn = true;
        else if (strcmp(option, "-Werror=hype-unread") == 0)
            warn = error = true;
    }
    if (!warn)
        return 0;
    fprintf(stderr,
            "%s: %s: libclang cannot read this unit: its HYPE_FN functions, if it has any, cannot run elsewhere [%s]\n"
            "%s: note: libclang says: %s",
            source->name ? source->name : source->argument, error ? "error" : "warning",
            error ? "-Werror=hype-unread" : "-Whype-unread", source->name ? source->name : source->argument, unread);
    if (error)
        unlink(output);
    return error;
}

static int compile_one(const struct command *command, const struct word *source, const char *output)
{
    const char *dependencies = dependency_file(command, source->argument, output);
    char *unread = NULL;
    bool may_define = source->c_source && compile_may_define(command, source);
    char *generated = may_define ? compile_generate(command, source, "--emit", &unread) : NULL;
    int status = generated ? compile_unit(command, source, generated, output, dependencies, NULL)
                           : compile_plain(command, source, output, dependencies, NULL);
    if (status == 0 && unread)
        status = warn_unread(command, source, output, unread);
    size_t n;
    const struct target *targets = targets_wanted(&n);
    for (size_t i = 0; i < n && status == 0 && source->source && !command->assemble && targets_fit(output); i++) {
        const char *other = format("%s/target.o", tool_folder());
        status = generated ? compile_unit(command, source, generated, other, NULL, &targets[i])
                           : compile_plain(command, source, other, NULL, &targets[i]);
        if (status == 0)
            targets_attach(&targets[i], output, other);
    }
    return status;
}

/* Must each unit be looked after, also one without entries? */
static bool any_targets(void)
{
    size_t n;
    targets_wanted(&n);
    return n > 0;
}

static bool any_mentions(const struct command *command, const char *text)
{
    for (size_t i = 0; i < command->n_words; i++)
        if (command->words[i].source && compile_mentions(command, &command->words[i], text))
            return true;
    return false;
}

/* Standard input can be read once: it becomes a file to look at, and is standard input still for the compiler. */
static void keep_standard_input(struct command *command)
{
    for (size_t i = 0; i < command->n_words; i++) {
        struct word *word = &command->words[i];
        if (!word->input || !word->name || !word->c_source)
            continue;
        char buffer[65536];
        const char *path = format("%s/stdin.c", tool_folder());
        int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        for (ssize_t n; file >= 0 && (n = read(STDIN_FILENO, buffer, sizeof buffer)) > 0;)
            if (write(file, buffer, (size_t)n) != n)
                fail("cannot keep standard input in %s: %s", path, strerror(errno));
        if (file < 0 || lseek(file, 0, SEEK_SET) < 0 || dup2(file, STDIN_FILENO) < 0)
            fail("cannot keep standard input in %s: %s", path, strerror(errno));
        close(file);
        word->argument = path;
        if (!any_mentions(command, "hype/")) {
            tool_forget_folder();
            word->argument = "-";
        }
        return;
    }
}

/* -E: what is printed is what would be compiled, generated code and all; so compiler caches see every change. */
static int preprocess_sources(const struct command *command, char **arguments)
{
    if (command->n_c_sources != 1 || command->n_inputs != 1)
        run_plain(arguments, command, "what is preprocessed is not one C source");
    for (size_t i = 0; i < command->n_words && any_mentions(command, "HYPE_FN"); i++) {
        const struct word *word = &command->words[i];
        char *unread = NULL;
        char *generated = word->c_source ? compile_generate(command, word, "--emit", &unread) : NULL;
        if (unread)
            run_plain(arguments, command, unread);
        if (generated)
            return compile_unit(command, word, generated, command->output,
                                dependency_file(command, word->argument, command->output ? command->output : "-"),
                                NULL);
    }
    run_plain(arguments, command, NO_ENTRIES);
}

/* -c and -S. */
static int compile_sources(const struct command *command, char **arguments)
{
    if (command->n_c_sources == 0)
        run_plain(arguments, command, "there is no C source");
    if (!any_targets() && !any_mentions(command, "HYPE_FN"))
        run_plain(arguments, command, NO_ENTRIES);
    if (command->n_inputs > 1 && command->output)
        run_plain(arguments, command, "it shall refuse one output of several inputs");
    int result = 0;
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        if (!word->input)
            continue;
        const char *output = command->output ? command->output
                                             : format("%s%s", stem_of(word->argument), command->assemble ? ".s" : ".o");
        int status = compile_one(command, word, output);
        result = result ? result : status;
    }
    return result;
}

/* Sources in a linking command are compiled first, so that both links get the same objects. */
static int link_sources(struct command *command, char **arguments, bool sidecar)
{
    if (command->n_sources > 0 && !any_mentions(command, "hype/") && !link_concerns_hype(command))
        run_plain(arguments, command, "neither sources nor libraries use hype");
    int result = 0;
    for (size_t i = 0; i < command->n_words; i++) {
        struct word *word = &command->words[i];
        if (!word->source)
            continue;
        const char *folder = format("%s/objects-%zu", tool_folder(), i);
        tool_make_folder(folder);
        const char *object = format("%s/%s.o", folder, stem_of(word->argument));
        int status = compile_one(command, word, object);
        result = result ? result : status;
        word->argument = object;
        word->name = word->language = NULL;
        word->source = word->c_source = false;
    }
    return result ? result : link_program(command, arguments, sidecar);
}

/* hypecc's own options come first or anywhere; they are taken out. */
static const char *take_own(char **arguments, const char *wanted)
{
    for (; *arguments; arguments++)
        if (strcmp(*arguments, wanted) == 0) {
            const char *found = *arguments;
            for (char **rest = arguments; (*rest = rest[1]); rest++)
                ;
            return found;
        }
    return NULL;
}

static int print_generated(const struct command *command, const char *mode)
{
    for (size_t i = 0; i < command->n_words; i++) {
        if (!command->words[i].c_source)
            continue;
        char *unread = NULL, *generated = compile_generate(command, &command->words[i], mode, &unread);
        if (unread)
            fail("libclang cannot read %s: %s", command->words[i].argument, unread);
        if (generated)
            fputs(generated, stdout);
    }
    return 0;
}

/* One command, then the end: what was allocated is not freed, and the leak sanitizer need not say so. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}

int main(int argc, char **argv)
{
    struct command command;
    (void)argc;
    if (argv[1] && strcmp(argv[1], "--help-hype") == 0)
        return printf("%s", usage) < 0;
    const char *emit = take_own(argv + 1, "--emit"), *explain = take_own(argv + 1, "--explain");
    bool sidecar = take_own(argv + 1, "--remote=sidecar") != NULL;
    char **arguments = take_wrapped(argv + 1);
    char **expanded = options_expand(arguments);
    if (!expanded || command_parse(expanded, &command) < 0)
        run_plain(arguments, NULL, "a file of arguments cannot be read");
    if (emit || explain)
        return print_generated(&command, emit ? "--emit" : "--explain");
    if (command.plain)
        run_plain(arguments, &command, "it is asked for something else than to compile or link");
    if (command.relocatable)
        run_plain(arguments, &command, "entries stay in what is merged");
    keep_standard_input(&command);
    if (command.preprocess)
        return preprocess_sources(&command, arguments);
    if (command.compile || command.assemble)
        return compile_sources(&command, arguments);
    return link_sources(&command, arguments, sidecar);
}
