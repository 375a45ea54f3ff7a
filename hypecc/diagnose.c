/*
 * diagnose.c: the layout of gcc's and clang's messages: place, severity, text, source line, caret.
 */
#include "diagnose.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The colours of gcc's default GCC_COLORS. */
#define COLOR_PLACE "\33[01m"
#define COLOR_END   "\33[m"
static const char *const severity_colors[] = {"\33[01;36m", "\33[01;35m", "\33[01;31m"};
static const char *const severity_names[] = {"note", "warning", "error"};

void diagnostics_open(struct diagnostics *diagnostics, FILE *out, int n_arguments, const char *const *arguments)
{
    const char *terminal = getenv("TERM");
    bool automatic = isatty(fileno(out)) && terminal && strcmp(terminal, "dumb") != 0;
    bool all_errors = false, hype_error = false, no_hype_error = false;

    *diagnostics = (struct diagnostics){.color = automatic, .show_source = true, .global_warning = true, .out = out};
    for (int i = 0; i < n_arguments; i++) {
        const char *argument = arguments[i];
        if (strcmp(argument, "-fdiagnostics-color") == 0 || strcmp(argument, "-fdiagnostics-color=always") == 0 ||
            strcmp(argument, "-fcolor-diagnostics") == 0)
            diagnostics->color = true;
        else if (strcmp(argument, "-fno-diagnostics-color") == 0 ||
                 strcmp(argument, "-fdiagnostics-color=never") == 0 || strcmp(argument, "-fno-color-diagnostics") == 0)
            diagnostics->color = false;
        else if (strcmp(argument, "-fdiagnostics-color=auto") == 0)
            diagnostics->color = automatic;
        else if (strcmp(argument, "-fno-diagnostics-show-caret") == 0 ||
                 strcmp(argument, "-fno-caret-diagnostics") == 0)
            diagnostics->show_source = false;
        else if (strcmp(argument, "-w") == 0 || strcmp(argument, "-Wno-hype-global") == 0)
            diagnostics->global_warning = false;
        else if (strcmp(argument, "-Whype-global") == 0)
            diagnostics->global_warning = true;
        else if (strcmp(argument, "-Werror") == 0)
            all_errors = true;
        else if (strcmp(argument, "-Wno-error") == 0)
            all_errors = false;
        else if (strcmp(argument, "-Werror=hype-global") == 0)
            diagnostics->global_warning = hype_error = true, no_hype_error = false;
        else if (strcmp(argument, "-Wno-error=hype-global") == 0)
            hype_error = false, no_hype_error = true;
    }
    diagnostics->global_error = hype_error || (all_errors && !no_hype_error);
}

/* The source line, and under it the caret; tabs are kept so that the caret stands where the terminal puts the text. */
static void show_source(const struct diagnostics *diagnostics, enum diagnostic_severity severity,
                        const struct source_place *place)
{
    const char *color = diagnostics->color ? severity_colors[severity] : "";
    const char *end = diagnostics->color ? COLOR_END : "";
    FILE *out = diagnostics->out;

    size_t start = place->column - 1 < place->text_length ? place->column - 1 : place->text_length;
    size_t length = place->length;
    if (length > place->text_length - start)
        length = place->text_length - start;
    fprintf(out, "%5u | ", place->line);
    fwrite(place->text, 1, start, out);
    fputs(color, out);
    fwrite(place->text + start, 1, length, out);
    fputs(end, out);
    fwrite(place->text + start + length, 1, place->text_length - start - length, out);
    fputs("\n      | ", out);
    for (size_t i = 0; i < start; i++) {
        if ((place->text[i] & 0xc0) != 0x80) /* one column for each UTF-8 sequence */
            putc(place->text[i] == '\t' ? '\t' : ' ', out);
    }
    fprintf(out, "%s^", color);
    for (size_t i = 1; i < length; i++) {
        if ((place->text[start + i] & 0xc0) != 0x80)
            putc('~', out);
    }
    fprintf(out, "%s\n", end);
}

void diagnose(struct diagnostics *diagnostics, enum diagnostic_severity severity, const struct source_place *place,
              const char *option, const char *message)
{
    const char *flag = "-W";
    if (severity == DIAGNOSTIC_WARNING && option && diagnostics->global_error) {
        severity = DIAGNOSTIC_ERROR;
        flag = "-Werror=";
    }
    diagnostics->n_errors += severity == DIAGNOSTIC_ERROR;

    bool color = diagnostics->color;
    FILE *out = diagnostics->out;
    if (place->file)
        fprintf(out, "%s%s:%u:%u:%s ", color ? COLOR_PLACE : "", place->file, place->line, place->column,
                color ? COLOR_END : "");
    else
        fprintf(out, "%shypecc:%s ", color ? COLOR_PLACE : "", color ? COLOR_END : "");
    fprintf(out, "%s%s:%s %s", color ? severity_colors[severity] : "", severity_names[severity], color ? COLOR_END : "",
            message);
    if (option)
        fprintf(out, " [%s%s%s%s]", color ? severity_colors[severity] : "", flag, option, color ? COLOR_END : "");
    putc('\n', out);
    if (place->text && diagnostics->show_source)
        show_source(diagnostics, severity, place);
}
