/* wrap.c: HYPE_FN functions around well-known libraries; each is called here and remotely, and must say the same. */
#include <cJSON.h>
#include <hype/hype.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <lz4.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>
#include <zlib.h>

HYPE_FN int deflate_bytes(size_t n, const unsigned char in[n], size_t *out_n,
                          HYPE_OUT unsigned char *out HYPE_COUNTED_BY(*out_n))
{
    uLongf size = *out_n;
    int status = compress2(out, &size, in, n, 9);
    memset(out + size, 0, *out_n - size);
    *out_n = size;
    return status;
}

HYPE_FN int lz4_bytes(int n, const char *in HYPE_COUNTED_BY(n), int capacity,
                      HYPE_OUT char *out HYPE_COUNTED_BY(capacity))
{
    return LZ4_compress_default(in, out, n, capacity);
}

HYPE_FN uint64_t hash_bytes(size_t n, const char in[n], uint64_t seed)
{
    return XXH64(in, n, seed);
}

HYPE_FN char *pretty_json(const char *text)
{
    cJSON *value = cJSON_Parse(text);
    char *printed = value ? cJSON_Print(value) : NULL;
    cJSON_Delete(value);
    return printed;
}

HYPE_FN char *lua_evaluate(const char *program)
{
    lua_State *lua = luaL_newstate();
    luaL_openlibs(lua);
    char *result = NULL;
    if (luaL_dostring(lua, program) == LUA_OK && lua_gettop(lua) > 0)
        result = strdup(luaL_tolstring(lua, -1, NULL));
    lua_close(lua);
    return result;
}

typedef struct {
    char *name;
    long long n;
} fruit;

typedef struct {
    size_t n;
    fruit *rows HYPE_COUNTED_BY(n);
    char *error;
} fruits;

/* The database is a data file of the call: remotely it lies in the working folder. */
HYPE_FN fruits query_fruit(const char *file, const char *sql)
{
    fruits result = {0, NULL, NULL};
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_open_v2(file, &database, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK) {
        result.error = strdup(sqlite3_errmsg(database));
    } else {
        while (sqlite3_step(statement) == SQLITE_ROW) {
            result.rows = realloc(result.rows, (result.n + 1) * sizeof *result.rows);
            result.rows[result.n].name = strdup((const char *)sqlite3_column_text(statement, 0));
            result.rows[result.n++].n = sqlite3_column_int64(statement, 1);
        }
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return result;
}

static int failures;

static void check(const char *what, int status, bool same)
{
    if (status < 0)
        hype_perror(what);
    else if (!same)
        fprintf(stderr, "%s: the remote result differs\n", what);
    failures += status < 0 || !same;
}

static bool same_text(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

int main(int argc, char **argv)
{
    enum { N = 100000 };
    static unsigned char in[N], here[N + 4096], there[N + 4096];
    for (size_t i = 0; i < N; i++)
        in[i] = (unsigned char)((i * i) >> 7);

    size_t here_n = sizeof here, there_n = sizeof there;
    int here_status = deflate_bytes(N, in, &here_n, here), there_status = -1;
    int status = hype_call(&there_status, deflate_bytes, N, in, &there_n, there);
    check("zlib", status, here_status == there_status && here_n == there_n && memcmp(here, there, here_n) == 0);

    memset(here, 0, sizeof here);
    memset(there, 0, sizeof there);
    here_status = lz4_bytes(N, (const char *)in, (int)sizeof here, (char *)here);
    status = hype_call(&there_status, lz4_bytes, N, (const char *)in, (int)sizeof there, (char *)there);
    check("lz4", status, here_status == there_status && memcmp(here, there, (size_t)here_status) == 0);

    uint64_t hash = 0;
    status = hype_call(&hash, hash_bytes, N, (const char *)in, 7);
    check("xxHash", status, hash == hash_bytes(N, (const char *)in, 7));

    const char *json = "{\"list\":[1,2.5,null,true,\"\\u00e9\"],\"empty\":{}}";
    char *printed = NULL, *printed_here = pretty_json(json);
    status = hype_call(&printed, pretty_json, json);
    check("cJSON", status, same_text(printed, printed_here));
    free(printed);
    free(printed_here);

    const char *lua = "local a, b = 0, 1 for i = 1, 90 do a, b = b, a + b end return a";
    char *value = NULL;
    status = hype_call(&value, lua_evaluate, lua);
    check("Lua", status, same_text(value, "2880067194370816120"));
    free(value);

    fruits found;
    const char *file = argc > 1 ? argv[1] : "data.db";
    hype_env env = hype_with_file(hype_default_env, file);
    hype_submitter *submitter = hype_default_submitter();
    status = hype_submit(submitter, env, hype_bind(query_fruit, "data.db", "select name, n from fruit order by n desc"),
                         &found);
    check("SQLite", status,
          status == 0 && found.n == 2 && strcmp(found.rows[0].name, "pear") == 0 && found.rows[1].n == 3);
    if (status == 0 && found.error)
        fprintf(stderr, "SQLite: %s\n", found.error);
    if (failures == 0)
        puts("zlib, lz4, xxHash, cJSON, Lua, SQLite: same here and there");
    return failures != 0;
}
