/* perror.c: errors for people: hype_perror(), and hype_fail() where nobody takes the error. */
#include "terminal.h"
#include "util.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { STEP = 2 /* columns to the right, each level */ };

/* TEXT's lines, each behind COLUMNS blanks and MARK. */
static void print_lines(FILE *out, int columns, const char *mark, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fprintf(out, "%*s%s%.*s\n", columns, "", mark, (int)length, text);
        text += length + (text[length] == '\n');
    }
}

/* "[HYPE_CRASHED, signal 11]": the numbers of an error. */
static void print_numbers(FILE *out, const hype_error *error)
{
    fprintf(out, " [%s", hype_status_name(error->status));
    if (error->code)
        fprintf(out, ", code %d", error->code);
    if (error->exit_status)
        fprintf(out, ", exit status %d", error->exit_status);
    if (error->signal)
        fprintf(out, ", signal %d", error->signal);
    if (error->error_number)
        fprintf(out, ", errno %d: %s", error->error_number, strerror(error->error_number));
    fputs("]\n", out);
}

static void print_error(FILE *out, const hype_error *error, const struct terminal_style *style)
{
    for (int columns = STEP;; columns += STEP) {
        fprintf(out, "%s%s%s", style->failure, error->message, style->plain);
        print_numbers(out, error);
        if (error->backtrace) {
            fputs(style->quiet, out);
            print_lines(out, columns, "", error->backtrace);
            fputs(style->plain, out);
        }
        if (error->output) {
            fprintf(out, "%*slast lines of its stderr:\n", columns, "");
            print_lines(out, columns, "| ", error->output);
        }
        error = error->cause;
        if (!error)
            break;
        fprintf(out, "%*s%scaused by: %s", columns, "", style->strong, style->plain);
    }
}

/* In one piece, so that what others write does not come between. */
void hype_perror(const char *prefix)
{
    const hype_error *error = hype_last_error();
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size), *out = memory ? memory : stderr;
    if (prefix && *prefix)
        fprintf(out, "%s: ", prefix);
    if (error)
        print_error(out, error, terminal_style(fileno(stderr)));
    else
        fputs("no error\n", out);
    if (memory) {
        fclose(memory);
        fwrite(text, 1, size, stderr);
        free(text);
    }
}

void hype_fail(int code, const char *format, ...)
{
    int error_number = errno;
    hype_error *error = NULL, *cause = error_take_last();
    cleanup_free char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    text = text_format_list(format, arguments);
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
