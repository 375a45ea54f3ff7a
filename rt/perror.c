/* perror.c: errors for people: hype_perror(), and hype_fail() where nobody takes the error. */
#include "terminal.h"
#include "util.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { STEP = 2 /* columns to the right, each level */ };

/* TEXT's lines, each behind COLUMNS blanks and MARK. */
static void print_lines(int columns, const char *mark, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fprintf(stderr, "%*s%s%.*s\n", columns, "", mark, (int)length, text);
        text += length + (text[length] == '\n');
    }
}

/* "[HYPE_CRASHED, signal 11]": the numbers of an error. */
static void print_numbers(const hype_error *error)
{
    fprintf(stderr, " [%s", hype_status_name(error->status));
    if (error->code)
        fprintf(stderr, ", code %d", error->code);
    if (error->exit_status)
        fprintf(stderr, ", exit status %d", error->exit_status);
    if (error->signal)
        fprintf(stderr, ", signal %d", error->signal);
    if (error->error_number)
        fprintf(stderr, ", errno %d: %s", error->error_number, strerror(error->error_number));
    fputs("]\n", stderr);
}

static void print_error(const hype_error *error, const struct terminal_style *style)
{
    for (int columns = STEP;; columns += STEP) {
        fprintf(stderr, "%s%s%s", style->failure, error->message, style->plain);
        print_numbers(error);
        fputs(style->quiet, stderr);
        if (error->backtrace)
            print_lines(columns, "", error->backtrace);
        fputs(style->plain, stderr);
        if (error->output) {
            fprintf(stderr, "%*slast lines of its stderr:\n", columns, "");
            print_lines(columns, "| ", error->output);
        }
        error = error->cause;
        if (!error)
            break;
        fprintf(stderr, "%*s%scaused by: %s", columns, "", style->strong, style->plain);
    }
}

void hype_perror(const char *prefix)
{
    const hype_error *error = hype_last_error();
    flockfile(stderr);
    if (prefix && *prefix)
        fprintf(stderr, "%s: ", prefix);
    if (error)
        print_error(error, terminal_style(fileno(stderr)));
    else
        fputs("no error\n", stderr);
    funlockfile(stderr);
}

void hype_fail(int code, const char *format, ...)
{
    int error_number = errno;
    hype_error *error = NULL, *cause = error_take_last();
    cleanup_free char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    if (text)
        text[strcspn(text, "\n")] = 0;
    error_set(&error, HYPE_FAILED, "%s", text ? text : format);
    error_set_cause(error, cause);
    if (error->status == -HYPE_FAILED) {
        error->code = code;
        error->error_number = error_number;
    }
    if (error_on_fail)
        error_on_fail(error, __builtin_return_address(0));
    error_publish(error);
    hype_perror("hype_fail");
    abort();
}
