/*
 * scan_main.c: hypecc-scan [--emit | --explain] --unit NAME -- ARGUMENTS... SOURCE
 *
 * Reads the C unit SOURCE as a compiler would that got ARGUMENTS, and writes to stdout the C that belongs behind it
 * (--emit, the default) or what a person wants to know of it (--explain). NAME is the unit's name in messages at run
 * time. The exit status is 0, 1 after errors about HYPE_FN functions, 2 for a wrong use of this program, and 3 when
 * the unit has errors of its own, the first of which is then on stdout: the compiler may tell better.
 */
#include "diagnose.h"
#include "emit.h"
#include "scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_DIAGNOSED = 1, EXIT_USAGE = 2, EXIT_NOT_C = 3 };

struct command_line {
    bool explain;
    const char *unit;
    int n_arguments;
    const char *const *arguments;
};

static bool parse_command_line(int argc, char **argv, struct command_line *command)
{
    *command = (struct command_line){0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--explain") == 0) {
            command->explain = true;
        } else if (strcmp(argv[i], "--emit") == 0) {
            command->explain = false;
        } else if (strcmp(argv[i], "--unit") == 0 && i + 1 < argc) {
            command->unit = argv[++i];
        } else if (strcmp(argv[i], "--") == 0) {
            command->n_arguments = argc - i - 1;
            command->arguments = (const char *const *)argv + i + 1;
            break;
        } else {
            return false;
        }
    }
    return command->unit && command->n_arguments > 0;
}

static int write_result(const struct model_unit *unit, bool explain)
{
    int failed = 0;
    if (explain)
        explain_unit(unit, stdout);
    else
        failed = emit_unit(unit, stdout);
    if (failed || fflush(stdout) || ferror(stdout)) {
        perror("hypecc-scan: cannot write the generated code");
        return EXIT_DIAGNOSED;
    }
    return EXIT_SUCCESS;
}

/* The text and the macros of a unit make it: two of the same text are the same. Names of folders stay out, so that the
 * generated code does not depend on where it is made. */
static void identify(struct model_unit *unit, const struct command_line *command)
{
    FILE *file = fopen(command->arguments[command->n_arguments - 1], "r");
    char *text = NULL;
    size_t capacity = 0;
    if (file && getdelim(&text, &capacity, 0, file) > 0)
        model_identify(unit, text);
    free(text);
    if (file)
        fclose(file);
    model_identify(unit, unit->source);
    for (int i = 0; i < command->n_arguments - 1; i++) {
        const char *argument = command->arguments[i];
        if (strncmp(argument, "-D", 2) != 0 && strncmp(argument, "-U", 2) != 0)
            continue;
        model_identify(unit, argument);
        if (!argument[2])
            model_identify(unit, command->arguments[i + 1]);
    }
}

int main(int argc, char **argv)
{
    struct command_line command;
    if (!parse_command_line(argc, argv, &command)) {
        fputs("usage: hypecc-scan [--emit | --explain] --unit NAME -- ARGUMENTS... SOURCE\n", stderr);
        return EXIT_USAGE;
    }

    struct arena arena = {0};
    struct diagnostics diagnostics;
    struct model_unit unit = {.arena = &arena, .source = command.unit};
    identify(&unit, &command);
    const char *reason;
    int status = EXIT_NOT_C;
    diagnostics_open(&diagnostics, stderr, command.n_arguments, command.arguments);
    if (scan_unit(command.n_arguments, command.arguments, &diagnostics, &unit, &reason) == SCAN_DONE)
        status = diagnostics.n_errors ? EXIT_DIAGNOSED : write_result(&unit, command.explain);
    else
        printf("%s\n", reason ? reason : "libclang cannot read this unit");
    arena_free(&arena);
    return status;
}
