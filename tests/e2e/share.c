/* share.c: shared memory arrives as what it was when it was shared, whatever points into it, and is sent once. */
#include "check.h"

#include <dirent.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { N = 1 << 19 }; /* 4 MB of doubles */

HYPE_FN double sum(size_t n, const double values[n])
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += values[i];
    return total;
}

struct row {
    size_t n;
    const double *values HYPE_COUNTED_BY(n);
};
struct table {
    size_t n_rows;
    struct row *rows HYPE_COUNTED_BY(n_rows);
    const char *title;
};

enum { ROWS = 20 };

/* Where the rows lie, relative to the first, and what they hold. */
HYPE_FN double rows(const struct table *t, const double *all HYPE_COUNTED_BY(n), size_t n, int64_t offsets[ROWS])
{
    double total = (double)strlen(t->title);
    for (size_t r = 0; r < t->n_rows; r++) {
        offsets[r] = t->rows[r].values - all;
        total += sum(t->rows[r].n, t->rows[r].values);
    }
    return total + all[n - 1];
}

HYPE_FN const double *find(size_t n, const double values[n], double wanted)
{
    for (size_t i = 0; i < n; i++)
        if (values[i] == wanted)
            return &values[i];
    return NULL;
}

HYPE_FN double add_to(size_t n, double values[n], const double *first)
{
    values[0] += 1;
    return *first;
}

HYPE_FN int alignment(const char *bytes HYPE_COUNTED_BY(n), size_t n)
{
    return bytes[n - 1] == 'x' ? (int)((uintptr_t)bytes % 64) : -1;
}

HYPE_FN double scribble(double *values HYPE_IN HYPE_COUNTED_BY(n), size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] = -1;
    return values[n - 1];
}

static double *values;

static void whole_and_parts(void)
{
    double total;
    int64_t offsets[ROWS];
    struct row r[2] = {{10, values + 100}, {20, values + 105}}; /* they overlap, which captured memory could not */
    struct table t = {2, r, "title"};
    CALL(&total, sum, N, values);
    CHECK(total == (double)N * (N - 1) / 2);
    CALL(&total, rows, &t, values, N, offsets);
    CHECK(offsets[0] == 100 && offsets[1] == 105);
    CHECK(total == 5 + sum(10, values + 100) + sum(20, values + 105) + N - 1);
}

static void references_come_home(void)
{
    const double *found;
    CALL(&found, find, N, values, 4711);
    CHECK(found == values + 4711);
    CALL(&found, find, N, values, -1);
    CHECK(!found);
}

/* What is written back travels as ever, and the shared memory with it, so that both pointers lead to one block. */
static void written_memory_is_captured(void)
{
    double first;
    CALL(&first, add_to, 8, values, values);
    CHECK(first == 1 && values[0] == 1);
    values[0] = 0;
}

static void writes_stay_there(void)
{
    double last;
    CALL(&last, scribble, values, N);
    CHECK(last == -1);
    CALL(&last, sum, N, values);
    CHECK(last == (double)N * (N - 1) / 2);
}

static void any_alignment(void)
{
    static _Alignas(64) char memory[300000];
    memory[200] = memory[100 + 200000 - 1] = 'x';
    for (size_t i = 0; i < 3; i++) {
        int got;
        size_t start = (size_t[]){0, 7, 100}[i], n = (size_t[]){201, 201 - 7, 200000}[i];
        CHECK(hype_share(memory + start, n) == 0);
        CALL(&got, alignment, memory + start, n);
        CHECK(got == (int)(start % 64));
        hype_unshare(memory + start);
    }
}

/* More than one call refers to: what is beyond travels as other memory does. And a closure keeps what it was bound
 * with. */
static void many_pieces(void)
{
    static double pieces[ROWS][2];
    struct row r[ROWS];
    struct table t = {ROWS, r, ""};
    int64_t offsets[ROWS];
    double total;
    for (int i = 0; i < ROWS; i++) {
        pieces[i][0] = i;
        r[i] = (struct row){1, pieces[i]};
        CHECK(hype_share(pieces[i], sizeof(double)) == 0);
    }
    hype_future *future = hype_start(NULL, hype_default_env, hype_bind(rows, &t, pieces[3], 1, offsets));
    for (int i = 0; i < ROWS; i++) {
        hype_unshare(pieces[i]);
        pieces[i][0] = -1;
    }
    CHECK(hype_await(future, &total) == 0);
    CHECK(total == ROWS * (ROWS - 1) / 2 + 3 && offsets[3] == 0);
}

static void what_cannot_be_shared(void)
{
    CHECK(hype_share(values, 8) == -HYPE_INVALID && strstr(hype_last_error()->message, "shared already"));
    CHECK(hype_share(values + 10, 8) == -HYPE_INVALID);
    CHECK(hype_share(NULL, 8) == -HYPE_INVALID);
    CHECK(hype_share(values, 0) == -HYPE_INVALID);
    hype_unshare(NULL);
    hype_unshare(values + 1);
}

/* Of a staging folder: how many objects of shared memory there are. */
static void sent_once(void)
{
    const char *submitter = getenv("HYPE_SUBMITTER"), *place = submitter ? strstr(submitter, "file://") : NULL;
    size_t n = 0, size = 0;
    if (!place)
        return;
    DIR *folder = opendir(place + strlen("file://"));
    CHECK(folder);
    for (struct dirent *found; (found = readdir(folder));) {
        struct stat status;
        if (strncmp(found->d_name, "shared-", 7) != 0)
            continue;
        CHECK(fstatat(dirfd(folder), found->d_name, &status, 0) == 0);
        size += (size_t)status.st_size;
        n++;
    }
    closedir(folder);
    CHECK(n == 1 && size >= N * sizeof(double) && size < N * sizeof(double) + 64);
}

static void at_once(void)
{
    hype_future *futures[8];
    double total;
    for (int i = 0; i < 8; i++)
        futures[i] = hype_start(NULL, hype_default_env, hype_bind(sum, (size_t)N - (size_t)i, values + i));
    hype_unshare(values); /* calls that are bound keep theirs */
    for (int i = 0; i < 8; i++) {
        CHECK(hype_await(futures[i], &total) == 0);
        CHECK(total == sum((size_t)N - (size_t)i, values + i));
    }
}

int main(void)
{
    values = malloc(N * sizeof *values);
    CHECK(values);
    for (size_t i = 0; i < N; i++)
        values[i] = (double)i;
    CHECK(hype_share(values, N * sizeof *values) == 0);
    whole_and_parts();
    references_come_home();
    written_memory_is_captured();
    writes_stay_there();
    what_cannot_be_shared();
    sent_once();
    any_alignment();
    many_pieces();
    at_once();
    double total;
    CALL(&total, sum, N, values); /* no longer shared */
    CHECK(total == (double)N * (N - 1) / 2);
    free(values);
    return 0;
}
