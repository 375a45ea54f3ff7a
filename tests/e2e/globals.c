/* globals.c: captured globals arrive with the value that they have when the call is bound; counts are checked. */
#include "check.h"

struct node {
    int value;
    struct node *next;
};
struct settings {
    double scale;
    const char *name;
};

static struct settings settings HYPE_CAPTURE = {1.5, "first"};
static int table[4] HYPE_CAPTURE = {1, 2, 3, 4};
static struct node *graph HYPE_CAPTURE;
static const char *word HYPE_CAPTURE = "word";
static _Float16 half HYPE_CAPTURE = 0.5f16;

static int sum_of_graph(void)
{
    int sum = 0;
    for (const struct node *n = graph; n; n = n->next == graph ? NULL : n->next)
        sum += n->value;
    return sum;
}
HYPE_FN double everything(int index)
{
    return settings.scale * table[index] + sum_of_graph() + (double)strlen(settings.name) + (double)strlen(word) +
           (double)half;
}
/* What it does to captured globals stays there. */
HYPE_FN int change_table(void)
{
    table[0] = 1000;
    return table[0];
}
HYPE_FN int counted(const int *values HYPE_COUNTED_BY(rows *columns), size_t rows, size_t columns)
{
    return values[rows * columns - 1];
}

int main(void)
{
    struct node second = {20, NULL}, first = {10, &second};
    double there;
    int result, values[6] = {1, 2, 3, 4, 5, 6};
    CALL(&there, everything, 3);
    CHECK(there == everything(3));
    second.next = &first;
    graph = &first;
    settings = (struct settings){-2, "another name"};
    table[1] = 77;
    word = "longer word";
    half = 0.25f16;
    hype_future *future = hype_start(NULL, hype_default_env, hype_bind(everything, 1));
    double here = everything(1);
    table[1] = 0; /* after the call was bound */
    CHECK(hype_await(future, &there) == 0);
    CHECK(there == here);
    CALL(&result, change_table);
    CHECK(result == 1000 && table[0] == 1);
    CALL(&result, counted, values, 2, 3);
    CHECK(result == 6);
    FAILS(HYPE_INVALID, "values", &result, counted, values, SIZE_MAX / 2, 3);
    FAILS(HYPE_INVALID, "values", &result, counted, values, SIZE_MAX, 1);
    FAILS(HYPE_INVALID, "values", &result, counted, values, 1u << 31, 1u << 31);
    return 0;
}
