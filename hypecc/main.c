/*
 * main.c: hypecc's command line.
 *
 * hypecc stands where a C compiler stands. A command that has nothing to do with HYPE_FN functions becomes the
 * wrapped compiler's by exec, as soon as that is clear; so does every command that hypecc is not sure about.
 */
#include "hypecc.h"

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
    if (command && command->n_c_sources + command->n_cxx_sources > 0)
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
    if (command->compile || command->assemble) {
        const char *slash = strrchr(output, '/'), *dot = strrchr(slash ? slash : output, '.');
        return format("%.*s.d", dot ? (int)(dot - output) : (int)strlen(output), output);
    }
    return command->output ? format("%s-%s.d", command->output, stem_of(source)) : format("%s.d", stem_of(source));
}

static int compile_plain(const struct command *command, const struct word *source, const char *output,
                         const char *dependencies)
{
    struct arguments compile = {.n = 0};
    for (size_t i = 0; i < wrapped.n; i++)
        arguments_add(&compile, wrapped.list[i]);
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        enum option_effect effect = word->option ? word->option->effect : EFFECT_PASS;
        if (!word->input && effect != EFFECT_OUTPUT && effect != EFFECT_LIBRARY &&
            !(effect == EFFECT_DEPENDENCY_FILE && dependencies))
            arguments_add_word(&compile, word);
    }
    compile_add_common(&compile, command);
    compile_add_target(&compile, command, source->argument);
    if (dependencies) {
        arguments_add(&compile, "-MF");
        arguments_add(&compile, dependencies);
    }
    if (!command->assemble)
        arguments_add(&compile, "-c");
    arguments_add(&compile, source->argument);
    arguments_add(&compile, "-o");
    arguments_add(&compile, output);
    return tool_run(&compile);
}

static int compile_one(const struct command *command, const struct word *source, const char *output)
{
    const char *dependencies = dependency_file(command, source->argument, output);
    char *generated =
        compile_may_define(command, source->argument) ? compile_generate(command, source->argument, "--emit") : NULL;
    return generated ? compile_unit(command, source, generated, output, dependencies)
                     : compile_plain(command, source, output, dependencies);
}

static bool any_may_define(const struct command *command)
{
    for (size_t i = 0; i < command->n_words; i++)
        if (command->words[i].c_source && compile_may_define(command, command->words[i].argument))
            return true;
    return false;
}

/* -c and -S. */
static int compile_sources(const struct command *command, char **arguments)
{
    if (command->n_c_sources == 0 || command->n_c_sources != command->n_inputs || !any_may_define(command))
        run_plain(arguments, command);
    if (command->n_inputs > 1 && command->output)
        run_plain(arguments, command); /* which the compiler refuses */
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        if (!word->input)
            continue;
        const char *output = command->output ? command->output
                                             : format("%s%s", stem_of(word->argument), command->assemble ? ".s" : ".o");
        int status = compile_one(command, word, output);
        if (status != 0)
            return status;
    }
    return 0;
}

/* Sources in a linking command are compiled first, so that both links get the same objects. */
static int link_sources(struct command *command, char **arguments, bool sidecar)
{
    if (command->n_c_sources > 0 && !any_may_define(command) && command->n_c_sources == command->n_inputs)
        run_plain(arguments, command);
    unsigned count = 0;
    for (size_t i = 0; i < command->n_words; i++) {
        struct word *word = &command->words[i];
        if (!word->c_source)
            continue;
        const char *object = format("%s/%u-%s.o", tool_folder(), count++, stem_of(word->argument));
        int status = compile_one(command, word, object);
        if (status != 0)
            return status;
        word->argument = object;
        word->c_source = false;
    }
    return link_program(command, sidecar);
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
        char *generated = compile_generate(command, command->words[i].argument, mode);
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
    if (command.compile || command.assemble)
        return compile_sources(&command, expanded);
    return link_sources(&command, expanded, sidecar);
}
