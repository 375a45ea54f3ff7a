/*
 * blur: real work on arrays. A Gaussian blur of a picture, cut into bands that are blurred in parallel, each in a
 * process of its own; the bands come back through the array parameter, as from a local call.
 *
 *   hypecc blur.c -o blur -lm && ./blur
 *
 * Prints the sum of the blurred picture, computed remotely and here: they are equal to the last bit.
 */
#include <hype/hype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 640, HEIGHT = 480, BANDS = 4, RADIUS = 6 };

/* Blurs COUNT rows of a picture of ROWS rows from row FIRST on. */
HYPE_FN int blur(size_t rows, const double in[rows][WIDTH], size_t first, size_t count,
                 HYPE_OUT double out[count][WIDTH], double sigma)
{
    double kernel[2 * RADIUS + 1], total = 0;
    if (!(sigma > 0) || first + count > rows)
        return -1;
    for (int i = -RADIUS; i <= RADIUS; i++)
        total += kernel[i + RADIUS] = exp(-i * i / (2 * sigma * sigma));
    for (size_t y = 0; y < count; y++) {
        for (int x = 0; x < WIDTH; x++) {
            double sum = 0;
            for (int dy = -RADIUS; dy <= RADIUS; dy++) {
                for (int dx = -RADIUS; dx <= RADIUS; dx++) {
                    long row = (long)(first + y) + dy, column = x + dx;
                    row = row < 0 ? 0 : row >= (long)rows ? (long)rows - 1 : row;
                    column = column < 0 ? 0 : column >= WIDTH ? WIDTH - 1 : column;
                    sum += in[row][column] * kernel[dy + RADIUS] * kernel[dx + RADIUS];
                }
            }
            out[y][x] = sum / (total * total);
        }
    }
    return 0;
}

static double picture[HEIGHT][WIDTH], remote[HEIGHT][WIDTH], local[HEIGHT][WIDTH];

static double sum_of(double p[HEIGHT][WIDTH])
{
    double sum = 0;
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++)
            sum += p[y][x];
    return sum;
}

int main(void)
{
    const size_t band = HEIGHT / BANDS;
    hype_future *futures[BANDS];
    int failed = 0, rc;

    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++)
            picture[y][x] = ((x / 32) ^ (y / 32)) & 1 ? 1.0 : (double)(x * y % 256) / 512;

    for (size_t i = 0; i < BANDS; i++)
        futures[i] = hype_start(NULL, hype_default_env,
                                hype_bind(blur, HEIGHT, picture, i * band, band, remote + i * band, 2));
    for (size_t i = 0; i < BANDS; i++)
        if (hype_await(futures[i], &rc) < 0) {
            hype_perror("blur");
            failed = 1;
        } else if (rc != 0) {
            fprintf(stderr, "blur: band %zu: error %d\n", i, rc);
            failed = 1;
        }

    blur(HEIGHT, picture, 0, HEIGHT, local, 2);
    printf("remote %.17g\nlocal  %.17g\n", sum_of(remote), sum_of(local));
    return failed || memcmp(remote, local, sizeof local) != 0;
}
