/* memory.c: calls whose environment limits their memory. */
#include "check.h"

enum { MIB = 1 << 20 };

HYPE_FN int allocates(size_t size)
{
    void *volatile block = malloc(size);
    free(block);
    return block != NULL;
}
HYPE_FN void writes(size_t size)
{
    volatile char *block = malloc(size);
    block[0] = 1;
}
HYPE_FN void refuses(size_t size)
{
    void *volatile block = malloc(size);
    if (!block)
        hype_fail(5, "no room for %zu bytes", size);
}
HYPE_FN double first(size_t n, const double values[n])
{
    return n > 0 ? values[0] : 0;
}
static int is_allocated(hype_env env, size_t size)
{
    int result = -1;
    CHECK(hype_submit(NULL, env, hype_bind(allocates, size), &result) == 0);
    return result;
}

static void malloc_fails(void)
{
    hype_env limited = hype_with_limit(hype_default_env, "memory", "64Mi");
    CHECK(is_allocated(limited, MIB) == 1);
    CHECK(is_allocated(limited, 100 * MIB) == 0);
    CHECK(is_allocated(hype_default_env, 100 * MIB) == 1);
    CHECK(hype_submit(NULL, limited, hype_bind(refuses, (size_t)100 * MIB), NULL) == -HYPE_FAILED);
    CHECK(strstr(hype_last_error()->message, "no room for 104857600 bytes"));
}

static void a_request_is_a_limit_unless_there_is_one(void)
{
    hype_env requested = hype_with_request(hype_default_env, "memory", "64M");
    CHECK(is_allocated(requested, 100 * MIB) == 0);
    CHECK(is_allocated(hype_with_limit(requested, "memory", "1Gi"), 100 * MIB) == 1);
}

static void the_error_names_the_limit(void)
{
    hype_env limited = hype_with_limit(hype_default_env, "memory", "64Mi");
    CHECK(hype_submit(NULL, limited, hype_bind(writes, (size_t)100 * MIB), NULL) == -HYPE_OUT_OF_MEMORY);
    CHECK(strstr(hype_last_error()->message, "writes()") && strstr(hype_last_error()->message, "67108864 bytes"));
    CHECK(strstr(hype_last_error()->backtrace, "writes"));
    CHECK(hype_submit(NULL, hype_default_env, hype_bind(writes, (size_t)100 * MIB), NULL) == 0);
}

static void too_large_arguments(void)
{
    size_t n = (size_t)10 * MIB;
    double *values = calloc(n, sizeof *values), result;
    hype_env limited = hype_with_limit(hype_default_env, "memory", "64Mi");
    CHECK(values);
    CHECK(hype_submit(NULL, limited, hype_bind(first, n, values), &result) == -HYPE_OUT_OF_MEMORY);
    CHECK(strstr(hype_last_error()->message, "arguments") && strstr(hype_last_error()->message, "67108864 bytes"));
    free(values);
}

static void each_item_of_a_map(void)
{
    enum { N = 9 };
    hype_env limited = hype_with_limit(hype_default_env, "memory", "64Mi");
    int status[N] = {0};
    hype_map *map = hype_map_open(NULL, limited, (hype_map_options){.limit = 2});
    for (int i = 0; i < N; i++)
        CHECK(hype_map_add(map, hype_bind(writes, (size_t)(i == 4 ? 100 : 40) * MIB), NULL) == 0);
    for (hype_item item; hype_map_next(map, HYPE_FOREVER, &item) == 1;)
        status[item.index] = item.status;
    hype_map_close(map);
    for (int i = 0; i < N; i++)
        CHECK(status[i] == (i == 4 ? -HYPE_OUT_OF_MEMORY : 0));
}

static void no_quantity(void)
{
    int result;
    hype_env env = hype_with_limit(hype_default_env, "memory", "much");
    CHECK(hype_submit(NULL, env, hype_bind(allocates, (size_t)1), &result) == -HYPE_INVALID);
    CHECK(strstr(hype_last_error()->message, "allocates(): memory: 'much'"));
}

int main(void)
{
    malloc_fails();
    a_request_is_a_limit_unless_there_is_one();
    the_error_names_the_limit();
    too_large_arguments();
    each_item_of_a_map();
    no_quantity();
    return 0;
}
