#include <hype/hype.h>
#include <wchar.h>

typedef char letter;
typedef char *string;
typedef const char *const *HYPE_NULL_TERMINATED words;

HYPE_FN char *strings(char *a, const char *b, letter *c, string d, char e[], const string f, signed char *not_a_string);
HYPE_FN wchar_t *wide(const wchar_t *text HYPE_STRING, unsigned char *octets HYPE_STRING, wchar_t *lone,
                      uint16_t *HYPE_STRING *const HYPE_NULL_TERMINATED lines);
HYPE_FN int arguments(char *argv[] HYPE_NULL_TERMINATED, char **names HYPE_COUNTED_BY(2), words typedefed, words *more,
                      char *buffer HYPE_COUNTED_BY(16) HYPE_OUT);

char *strings(char *a, const char *b, letter *c, string d, char e[], const string f, signed char *not_a_string)
{
    (void)a, (void)b, (void)c, (void)d, (void)e, (void)not_a_string;
    return f;
}

wchar_t *wide(const wchar_t *text, unsigned char *octets, wchar_t *lone, uint16_t **const lines)
{
    (void)text, (void)octets, (void)lines;
    return lone;
}

int arguments(char *argv[], char **names, words typedefed, words *more, char *buffer)
{
    (void)argv, (void)names, (void)typedefed, (void)more, (void)buffer;
    return 0;
}
