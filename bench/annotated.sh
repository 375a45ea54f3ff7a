#!/bin/sh
# Prints a unit with 20 HYPE_FN functions of some size: filters and statistics over arrays, structs and strings.
cat <<'END'
#include <hype/hype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sample { char *label; size_t n; double *values HYPE_COUNTED_BY(n); };
struct table { size_t n; struct sample *samples HYPE_COUNTED_BY(n); };
END
for i in 1 2 3 4 5; do
    cat <<END
HYPE_FN double mean_$i(size_t n, const double in[n])
{
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++)
        sum += in[i] * $i, square += in[i] * in[i];
    return n ? sum / (double)n + sqrt(square) : 0;
}
HYPE_FN int smooth_$i(size_t rows, size_t columns, const double in[rows][columns], HYPE_OUT double out[rows][columns])
{
    for (size_t r = $i; r + $i < rows; r++)
        for (size_t c = $i; c + $i < columns; c++) {
            double sum = 0;
            for (size_t y = r - $i; y <= r + $i; y++)
                for (size_t x = c - $i; x <= c + $i; x++)
                    sum += in[y][x] * exp(-(double)((y - r) * (y - r) + (x - c) * (x - c)));
            out[r][c] = sum;
        }
    return (int)rows;
}
HYPE_FN struct table normalize_$i(struct table table, const char *prefix)
{
    for (size_t i = 0; i < table.n; i++) {
        struct sample *s = &table.samples[i];
        double m = mean_$i(s->n, s->values);
        for (size_t j = 0; j < s->n; j++)
            s->values[j] = (s->values[j] - m) / ($i + m);
        char *label = malloc(strlen(prefix) + strlen(s->label) + 1);
        strcpy(label, prefix);
        strcat(label, s->label);
        s->label = label;
    }
    return table;
}
HYPE_FN size_t words_$i(const char *text, size_t n, HYPE_OUT unsigned counts[n])
{
    size_t words = 0, length = 0;
    for (const char *at = text;; at++) {
        if (*at == ' ' || *at == '\n' || !*at) {
            if (length > $i && length < n)
                counts[length]++, words++;
            length = 0;
            if (!*at)
                break;
        } else {
            length++;
        }
    }
    return words;
}
END
done
