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

/* Is the argument a compiler to be launched, and not a file to be compiled? */
static bool names_compiler(const char *argument)
{
    static const char *const names[] = {"cc",     "gcc",    "clang",   "g++",   "clang++", "c++",
                                        "ccache", "distcc", "sccache", "icecc", "c99",     "c11"};
    const char *slash = strrchr(argument, '/'), *base = slash ? slash + 1 : argument;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i]);
        const char *found = strstr(base, names[i]);
        /* "gcc", "gcc-12", "x86_64-linux-gnu-gcc-12" */
        if (found && (found == base || found[-1] == '-') && (!found[n] || found[n] == '-'))
            return true;
    }
    return false;
}

/* The words before the options: the wrapped compiler of the launcher form, or HYPECC_CC. */
static char **take_wrapped(char **arguments)
{
    const char *chosen = getenv("HYPECC_CC");
    if (*arguments && names_compiler(*arguments)) {
        while (*arguments && names_compiler(*arguments))
            arguments_add(&wrapped, *arguments++);
        return arguments;
    }
    char *words = format("%s", chosen && *chosen ? chosen : "cc");
    for (char *word; (word = strsep(&words, " "));)
        if (*word)
            arguments_add(&wrapped, word);
    return arguments;
}

_Noreturn static void run_plain(char **arguments, const struct command *command)
{
    struct arguments plain = {.n = 0};
    for (size_t i = 0; i < wrapped.n; i++)
        arguments_add(&plain, wrapped.list[i]);
    for (; *arguments; arguments++)
        arguments_add(&plain, *arguments);
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
        if (compile_heeds(word) && targets_heeds(target, word) && !(target && of_dependencies) &&
            effect != EFFECT_LANGUAGE && !(effect == EFFECT_DEPENDENCY_FILE && dependencies))
            arguments_add_word(&compile, word);
    }
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

static int compile_one(const struct command *command, const struct word *source, const char *output)
{
    const char *dependencies = dependency_file(command, source->argument, output);
    bool entries = source->c_source && compile_may_define(command, source);
    char *generated = entries ? compile_generate(command, source, "--emit") : NULL;
    int status = generated ? compile_unit(command, source, generated, output, dependencies, NULL)
                           : compile_plain(command, source, output, dependencies, NULL);
    size_t n;
    const struct target *targets = targets_wanted(&n);
    for (size_t i = 0; i < n && status == 0 && !command->assemble && targets_fit(output); i++) {
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
    if (command->n_c_sources != 1 || command->n_inputs != 1 || !any_mentions(command, "HYPE_FN"))
        run_plain(arguments, command);
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        char *generated = word->c_source ? compile_generate(command, word, "--emit") : NULL;
        if (generated)
            return compile_unit(command, word, generated, command->output,
                                dependency_file(command, word->argument, command->output ? command->output : "-"),
                                NULL);
    }
    run_plain(arguments, command);
}

/* -c and -S. */
static int compile_sources(const struct command *command, char **arguments)
{
    if (command->n_c_sources == 0 || command->n_c_sources != command->n_inputs ||
        !(any_targets() || any_mentions(command, "HYPE_FN")))
        run_plain(arguments, command);
    if (command->n_inputs > 1 && command->output)
        run_plain(arguments, command); /* which the compiler refuses */
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
        run_plain(arguments, command);
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
        char *generated = compile_generate(command, &command->words[i], mode);
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
        run_plain(arguments, NULL);
    if (emit || explain)
        return print_generated(&command, emit ? "--emit" : "--explain");
    if (command.plain || command.relocatable)
        run_plain(arguments, &command);
    keep_standard_input(&command);
    if (command.preprocess)
        return preprocess_sources(&command, arguments);
    if (command.compile || command.assemble)
        return compile_sources(&command, arguments);
    return link_sources(&command, arguments, sidecar);
}
