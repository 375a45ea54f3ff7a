/*
 * yaml_scalar.c: plain scalars as go-yaml v2 resolves them, which Kubernetes' tools read YAML with: YAML 1.1 without
 * its base 60, with Go's prefixes for numbers (0x, 0o, 0b, a leading 0 for octal), '_' between digits ignored.
 */
#include "yaml_scalar.h"

#include "util.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <string.h>

static bool one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

/* TEXT without '_'. */
static char *without_underscores(const char *text)
{
    char *copy = malloc(strlen(text) + 1), *out = copy;
    for (; copy && *text; text++)
        if (*text != '_')
            *out++ = *text;
    if (copy)
        *out = 0;
    return copy;
}

/* Go's strconv.ParseInt with base 0. */
static bool read_integer(const char *text, json_int_t *value)
{
    const char *digits = text + (*text == '-' || *text == '+');
    int base = 10;
    if (digits[0] == '0' && digits[1]) {
        char prefix = (char)tolower((unsigned char)digits[1]);
        base = prefix == 'x' ? 16 : prefix == 'b' ? 2 : 8;
        digits += prefix == 'x' || prefix == 'b' || prefix == 'o' ? 2 : 1;
    }
    if (!isalnum((unsigned char)*digits))
        return false;
    char *end;
    errno = 0;
    unsigned long long magnitude = strtoull(digits, &end, base);
    bool negative = *text == '-';
    if (*end || errno == ERANGE || magnitude > (unsigned long long)INT64_MAX + negative)
        return false;
    *value = negative ? (json_int_t)(0 - magnitude) : (json_int_t)magnitude;
    return true;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool looks_real(const char *text)
{
    static const char digits[] = "0123456789";
    text += *text == '-' || *text == '+';
    size_t whole = strspn(text, digits), fraction = 0;
    text += whole;
    if (*text == '.') {
        fraction = strspn(text + 1, digits);
        text += 1 + fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (*text == 'e' || *text == 'E') {
        text += 1 + (text[1] == '-' || text[1] == '+');
        size_t exponent = strspn(text, digits);
        if (exponent == 0)
            return false;
        text += exponent;
    }
    return !*text;
}

/* As Go writes it to JSON: 1e3 is 1000. */
static json_t *real_value(const char *text)
{
    const double most = 9007199254740992; /* 2^53 */
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (!plain)
        return NULL;
    double value = strtod_l(text, NULL, plain);
    freelocale(plain);
    if (value >= -most && value <= most && (double)(json_int_t)value == value)
        return json_integer((json_int_t)value);
    return json_real(value); /* NULL for infinity, which 1e999 then is no name of */
}

static json_t *number(const char *text)
{
    cleanup_free char *plain = without_underscores(text);
    json_int_t integer;
    if (!plain)
        return NULL;
    if (read_integer(plain, &integer))
        return json_integer(integer);
    json_t *real = looks_real(plain) ? real_value(plain) : NULL;
    return real ? real : json_string(text);
}

json_t *yaml_scalar(const char *text)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const truths[] = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", NULL};
    static const char *const lies[] = {"n",     "N",     "no",  "No",  "NO",  "false",
                                       "False", "FALSE", "off", "Off", "OFF", NULL};
    static const char *const no_numbers[] = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF", "+.inf",
                                             "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", NULL};
    if (one_of(text, nulls))
        return json_null();
    if (one_of(text, truths))
        return json_true();
    if (one_of(text, lies))
        return json_false();
    if (one_of(text, no_numbers))
        return NULL;
    bool digits_follow = isdigit((unsigned char)*text) || *text == '-' || *text == '+' || *text == '.';
    return digits_follow ? number(text) : json_string(text);
}
