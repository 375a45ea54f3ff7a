/* types.c: values of every kind, there and back, with the same effects as a local call. */
#include "check.h"

#include <complex.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

/* ---- Scalars ---- */

enum colour { RED = -7, GREEN, BLUE = 1 << 20 };

HYPE_FN pid_t process(void) { return getpid(); }
HYPE_FN double twice(double x) { return 2 * x; }
HYPE_FN enum colour next_colour(enum colour c) { return c == RED ? GREEN : BLUE; }
HYPE_FN bool negate(bool b) { return !b; }
HYPE_FN unsigned char increment(unsigned char c) { return (unsigned char)(c + 1); }
HYPE_FN long double third(long double x) { return x / 3; }
HYPE_FN __int128 wide(__int128 x) { return x * 3; }
HYPE_FN float _Complex rotate(float _Complex z) { return z * I; }
HYPE_FN void nothing(void) {}
static int64_t sum8(int8_t a, int16_t b, int32_t c, int64_t d, uint8_t e, uint16_t f, uint32_t g, uint64_t h)
{
    return a + b + c + d + e + f + (int64_t)g + (int64_t)h;
}
HYPE_FN int64_t sum_of_widths(int8_t a, int16_t b, int32_t c, int64_t d, uint8_t e, uint16_t f, uint32_t g, uint64_t h)
{
    return sum8(a, b, c, d, e, f, g, h);
}

typedef float four __attribute__((vector_size(16)));
struct unusual {
    _Atomic int atomic;
    volatile short changing;
    four lanes;
};
HYPE_FN four add_lanes(four a, four b) { return a + b; }
#ifdef HAVE_FLOAT128
HYPE_FN _Float128 quad(_Float128 x) { return x / 3; }
#endif
HYPE_FN int unusual(struct unusual *u)
{
    u->lanes += (four){1, 1, 1, 1};
    return u->atomic++ + u->changing;
}

static void unusual_types(void)
{
    four lanes = {1, 2, 3, 4};
    struct unusual u = {5, 6, {1, 2, 3, 4}};
    int sum;
    CALL(&lanes, add_lanes, lanes, ((four){10, 20, 30, 40}));
    CHECK(lanes[0] == 11 && lanes[3] == 44);
#ifdef HAVE_FLOAT128
    _Float128 q;
    CALL(&q, quad, 1);
    CHECK(q == (_Float128)1 / 3);
#endif
    CALL(&sum, unusual, &u);
    CHECK(sum == 11 && u.atomic == 6 && u.lanes[3] == 5);
}

static void scalars(void)
{
    pid_t pid;
    double d;
    enum colour c;
    bool b;
    unsigned char u;
    long double l;
    __int128 w;
    float _Complex z;
    int64_t s;
    CALL(&pid, process);
    CHECK(pid > 0 && pid != getpid());
    CALL(&d, twice, 5); /* converted, as in the local call */
    CHECK(d == 10);
    CALL(&c, next_colour, RED);
    CHECK(c == GREEN);
    CALL(&b, negate, 12);
    CHECK(b == false);
    CALL(&u, increment, 255);
    CHECK(u == 0);
    CALL(&l, third, 1.0L);
    CHECK(l == 1.0L / 3);
    CALL(&w, wide, (__int128)1 << 100);
    CHECK(w == ((__int128)3 << 100));
    CALL(&z, rotate, 1 + 2 * I);
    CHECK(crealf(z) == -2 && cimagf(z) == 1);
    CALL(NULL, nothing);
    CALL(&s, sum_of_widths, -1, -2, -3, -4, 5, 6, 7, 8);
    CHECK(s == sum8(-1, -2, -3, -4, 5, 6, 7, 8));
    double (*pointer)(double) = twice;
    CALL(&d, pointer, 1.5);
    CHECK(d == 3);
    CALL(NULL, twice, 1); /* a value that nobody wants */
}

/* ---- Strings ---- */

HYPE_FN char *join(const char *a, const char *b)
{
    char *joined = a && b ? malloc(strlen(a) + strlen(b) + 1) : NULL;
    return joined ? strcat(strcpy(joined, a), b) : NULL;
}
HYPE_FN void shout(char *text)
{
    for (; *text; text++)
        if (*text >= 'a' && *text <= 'z')
            *text = (char)(*text - 'a' + 'A');
}
HYPE_FN size_t count_wide(const wchar_t *HYPE_STRING text) { return wcslen(text); }
HYPE_FN int sum_arguments(const char *const *HYPE_NULL_TERMINATED argv)
{
    int sum = 0;
    for (; *argv; argv++)
        sum += atoi(*argv);
    return sum;
}

static void strings(void)
{
    char *joined, text[] = "Loud and clear";
    size_t n;
    int sum;
    CALL(&joined, join, "ab", "cd");
    CHECK(strcmp(joined, "abcd") == 0);
    free(joined);
    CALL(&joined, join, NULL, "cd");
    CHECK(joined == NULL);
    CALL(&joined, join, "", "");
    CHECK(strcmp(joined, "") == 0);
    free(joined);
    CALL(NULL, shout, text);
    CHECK(strcmp(text, "LOUD AND CLEAR") == 0);
    CALL(&n, count_wide, L"wide \x20ac");
    CHECK(n == 6);
    const char *const argv[] = {"1", "20", "300", NULL};
    CALL(&sum, sum_arguments, argv);
    CHECK(sum == 321);
}

/* ---- Structs ---- */

struct point {
    double x, y;
};
struct flags {
    unsigned a : 3, b : 5;
    int c : 20;
    struct point p;
};
typedef struct {
    const char *name;
    struct point corners[2];
    struct point *centre;
    size_t n_tags;
    char **tags HYPE_COUNTED_BY(n_tags);
} shape;

HYPE_FN struct point middle(struct point a, struct point b)
{
    return (struct point){(a.x + b.x) / 2, (a.y + b.y) / 2};
}
HYPE_FN struct flags turn(struct flags f)
{
    struct flags r = {.a = f.b & 7u, .b = f.a, .c = -f.c, .p = {f.p.y, f.p.x}};
    return r;
}
HYPE_FN void move(struct point *p, double by) { p->x += by; }
HYPE_FN shape grow(const shape *s, const char *tag)
{
    shape r = *s;
    r.name = strdup(s->name);
    r.centre = malloc(sizeof *r.centre);
    *r.centre = middle(s->corners[0], s->corners[1]);
    r.n_tags = s->n_tags + 1;
    r.tags = calloc(r.n_tags, sizeof *r.tags);
    for (size_t i = 0; i < s->n_tags; i++)
        r.tags[i] = strdup(s->tags[i]);
    r.tags[s->n_tags] = strdup(tag);
    return r;
}
HYPE_FN struct tm broken_down(struct timespec t)
{
    struct tm tm;
    return *gmtime_r(&t.tv_sec, &tm);
}

static void shape_free(shape *s)
{
    for (size_t i = 0; i < s->n_tags; i++)
        free(s->tags[i]);
    free(s->tags);
    free(s->centre);
    free((char *)s->name);
}

static void structs(void)
{
    struct point p = {1, 2};
    struct flags f = {5, 17, -1000, {3, 4}}, g;
    char *tags[] = {"round", "red"};
    shape s = {"disk", {{0, 0}, {4, 6}}, NULL, 2, tags}, r;
    CALL(&p, middle, p, ((struct point){3, 4}));
    CHECK(p.x == 2 && p.y == 3);
    CALL(&g, turn, f);
    CHECK(g.a == 1 && g.b == 5 && g.c == 1000 && g.p.x == 4 && g.p.y == 3);
    CALL(NULL, move, &p, 10);
    CHECK(p.x == 12 && p.y == 3);
    CALL(&r, grow, &s, "new");
    CHECK(strcmp(r.name, "disk") == 0 && r.centre->x == 2 && r.centre->y == 3 && r.corners[1].y == 6);
    CHECK(r.n_tags == 3 && strcmp(r.tags[0], "round") == 0 && strcmp(r.tags[2], "new") == 0);
    shape_free(&r);
    struct tm tm;
    CALL(&tm, broken_down, ((struct timespec){86400 * 365, 0}));
    CHECK(tm.tm_year == 71 && tm.tm_mon == 0 && strcmp(tm.tm_zone, "GMT") == 0);
    free((char *)tm.tm_zone);
}

/* ---- Arrays ---- */

HYPE_FN int smooth(size_t n, const double in[n], HYPE_OUT double out[n], double sigma)
{
    for (size_t i = 0; i < n; i++)
        out[i] = in[i] * sigma;
    return (int)n;
}
HYPE_FN double trace(size_t n, const double m[n][n])
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += m[i][i];
    return sum;
}
HYPE_FN void reverse(int *values HYPE_COUNTED_BY(n), int n)
{
    for (int i = 0; i < n / 2; i++) {
        int kept = values[i];
        values[i] = values[n - 1 - i];
        values[n - 1 - i] = kept;
    }
}
HYPE_FN int third_of(const int values[static 3]) { return values[2]; }
HYPE_FN uint32_t checksum(const void *data HYPE_SIZED_BY(size), size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i++)
        sum = sum * 31 + ((const unsigned char *)data)[i];
    return sum;
}
HYPE_FN int make(size_t n, HYPE_OUT double *HYPE_COUNTED_BY(*length) *HYPE_OUT values, HYPE_OUT size_t *length)
{
    *values = malloc(n * sizeof **values);
    for (size_t i = 0; i < n; i++)
        (*values)[i] = (double)i / 2;
    *length = n;
    return 0;
}

static void arrays(void)
{
    double in[] = {1, 2, 3}, out[] = {-1, -1, -1}, sum, m[2][2] = {{1, 2}, {3, 4}};
    int rc, values[] = {1, 2, 3, 4, 5};
    uint32_t c;
    CALL(&rc, smooth, 3, in, out, 2.0);
    CHECK(rc == 3 && out[0] == 2 && out[1] == 4 && out[2] == 6);
    CALL(&rc, smooth, 0, in, out, 2.0);
    CHECK(rc == 0 && out[0] == 2);
    CALL(&sum, trace, 2, m);
    CHECK(sum == 5);
    CALL(NULL, reverse, values, 5);
    CHECK(values[0] == 5 && values[4] == 1);
    CALL(&rc, third_of, values);
    CHECK(rc == 3);
    CALL(&c, checksum, "abc", 3);
    CHECK(c == ('a' * 31u + 'b') * 31u + 'c');
    double *made;
    size_t length = 0;
    CALL(&rc, make, 1000, &made, &length);
    CHECK(length == 1000 && made[999] == 499.5);
    free(made);
    FAILS(HYPE_INVALID, "values", NULL, reverse, values, -1);
}

/* ---- Graphs ---- */

struct node {
    int64_t value;
    struct node *next, *previous;
};

HYPE_FN int64_t sum_list(const struct node *first)
{
    int64_t sum = 0;
    for (const struct node *n = first; n; n = n->next == first ? NULL : n->next)
        sum += n->value;
    return sum;
}
/* Takes the node behind FIRST out and gives it to free(), puts a new one in its place. */
HYPE_FN struct node *replace_second(struct node *first)
{
    struct node *old = first->next, *made = malloc(sizeof *made);
    *made = (struct node){old->value * 10, old->next, first};
    old->next->previous = made;
    first->next = made;
    free(old);
    return made;
}
HYPE_FN bool same(const int *a, const int *b) { return a == b; }
HYPE_FN long distance(const int *cursor, const int *array HYPE_COUNTED_BY(n), size_t n)
{
    return array + n - cursor;
}
struct vector {
    size_t n, capacity;
    int *items HYPE_COUNTED_BY(capacity);
};
HYPE_FN void push(struct vector *v, int item)
{
    if (v->n == v->capacity) {
        v->capacity = v->capacity ? v->capacity * 2 : 2;
        v->items = realloc(v->items, v->capacity * sizeof *v->items);
        memset(v->items + v->n, 0, (v->capacity - v->n) * sizeof *v->items);
    }
    v->items[v->n++] = item;
}

HYPE_FN void shrink(struct vector *v)
{
    v->n = v->capacity = 0;
    v->items = realloc(v->items, v->capacity * sizeof *v->items);
}

/* As many as there is room for; *N becomes how many there are. */
HYPE_FN void list_values(int *values HYPE_COUNTED_BY(*n), size_t *n)
{
    for (size_t i = 0; i < *n && i < 5; i++)
        values[i] = (int)i + 1;
    *n = 5;
}

static struct node *ring(int n)
{
    struct node *first = NULL, *last = NULL;
    for (int i = 1; i <= n; i++) {
        struct node *made = malloc(sizeof *made);
        *made = (struct node){i, NULL, last};
        if (last)
            last->next = made;
        else
            first = made;
        last = made;
    }
    last->next = first;
    first->previous = last;
    return first;
}

static void graphs(void)
{
    struct node *first = ring(100), *made;
    int64_t sum;
    CALL(&sum, sum_list, first);
    CHECK(sum == 5050);
    CALL(&made, replace_second, first); /* the old second node is freed here too, as the function freed it there */
    CHECK(first->next == made && made->value == 20 && made->previous == first && made->next->value == 3 &&
          made->next->previous == made);
    struct node *n = first->next;
    while (n != first) {
        struct node *next = n->next;
        free(n);
        n = next;
    }
    free(first);
    int a = 1, b = 1, array[10] = {0};
    bool equal;
    long d;
    CALL(&equal, same, &a, &b);
    CHECK(!equal);
    CALL(&equal, same, &a, &a);
    CHECK(equal);
    CALL(&d, distance, array + 3, array, 10);
    CHECK(d == 7);
    struct vector v = {0, 0, NULL};
    for (int i = 0; i < 5; i++)
        CALL(NULL, push, &v, i * i);
    CHECK(v.n == 5 && v.capacity == 8 && v.items[4] == 16 && v.items[0] == 0);
    size_t room = 2;
    CALL(NULL, list_values, array, &room);
    CHECK(room == 5 && array[0] == 1 && array[1] == 2 && array[2] == 0);
    CALL(NULL, shrink, &v);
    CHECK(!v.items); /* of no bytes there is no block, as the C library has it here */
}

/* A long list: neither recursion nor quadratic time there or here. */
static void depth(void)
{
    enum { LONG = 300000 };
    struct node *nodes = calloc(LONG, sizeof *nodes);
    int64_t sum;
    for (int i = 0; i < LONG; i++)
        nodes[i] = (struct node){i, i + 1 < LONG ? &nodes[i + 1] : NULL, i ? &nodes[i - 1] : NULL};
    CALL(&sum, sum_list, nodes);
    CHECK(sum == (int64_t)LONG * (LONG - 1) / 2);
    free(nodes);
}

/* A whole result in one piece. */
struct result {
    size_t n;
    double *values HYPE_COUNTED_BY(n);
    struct node *list;
    char *text;
};
HYPE_FN struct result produce(size_t n, int *calls)
{
    struct result r = {n, malloc(n * sizeof *r.values), NULL, strdup("text")};
    for (size_t i = 0; i < n; i++)
        r.values[i] = (double)i;
    for (int i = 0; i < 3; i++) {
        struct node *made = malloc(sizeof *made);
        *made = (struct node){i, r.list, NULL};
        if (r.list)
            r.list->previous = made;
        r.list = made;
    }
    ++*calls;
    return r;
}

static void arenas(void)
{
    for (size_t n = 1; n < 2000000; n *= 100) {
        struct result r;
        hype_arena *arena;
        int calls = 0;
        CHECK(hype_await_arena(hype_start(NULL, hype_default_env, hype_bind(produce, n, &calls)), &r, &arena) == 0);
        CHECK(calls == 1 && r.n == n && r.values[n - 1] == (double)(n - 1) && strcmp(r.text, "text") == 0);
        CHECK(r.list->value == 2 && r.list->next->next->value == 0 && r.list->next->previous == r.list);
        r.values[0] = 5; /* it is the caller's to write to */
        CALL(&r.n, count_wide, L"another call uses other memory");
        CHECK(r.values[0] == 5 && r.values[n - 1] == (double)(n - 1 ? n - 1 : 5));
        hype_arena_free(arena);
    }
    hype_arena *arena;
    int one = 1;
    CHECK(hype_await_arena(hype_start(NULL, hype_default_env, hype_bind(reverse, &one, -1)), NULL, &arena) < 0);
    CHECK(arena == NULL);
}

/* ---- Unions, flexible arrays, functions, globals ---- */

struct variant {
    enum { NUMBER, TEXT } kind;
    union {
        double number HYPE_TAG(kind, NUMBER);
        char *text HYPE_TAG(kind, TEXT);
    };
};
struct packet {
    unsigned length;
    struct point points[] HYPE_COUNTED_BY(length);
};
struct cache {
    int key;
    void *handle HYPE_SKIP;
    int value;
};
static int factor HYPE_CAPTURE = 3;
static const char *label HYPE_CAPTURE = "none";

HYPE_FN struct variant describe(struct variant v)
{
    struct variant r = {.kind = TEXT};
    char text[64] = "";
    if (v.kind == NUMBER)
        snprintf(text, sizeof text, "%g", v.number);
    r.text = strdup(v.kind == NUMBER ? text : v.text);
    return r;
}
HYPE_FN double sum_points(const struct packet *p)
{
    double sum = 0;
    for (unsigned i = 0; i < p->length; i++)
        sum += p->points[i].x + p->points[i].y;
    return sum;
}
HYPE_FN void fill(struct cache *c)
{
    c->value = c->handle == NULL ? c->key * 2 : -1;
}
HYPE_FN double apply(double (*f)(double), double x) { return f(x); }
HYPE_FN int scaled(int x) { return x * factor + (int)strlen(label); }
static double not_remote(double x) { return x; }

static void the_rest(void)
{
    struct variant v = {.kind = NUMBER, .number = 2.5}, r;
    CALL(&r, describe, v);
    CHECK(r.kind == TEXT && strcmp(r.text, "2.5") == 0);
    CALL(&v, describe, r);
    CHECK(v.kind == TEXT && strcmp(v.text, "2.5") == 0 && v.text != r.text);
    free(v.text);
    free(r.text);
    struct packet *p = malloc(sizeof *p + 3 * sizeof *p->points);
    double sum;
    p->length = 3;
    for (unsigned i = 0; i < 3; i++)
        p->points[i] = (struct point){i, 1};
    CALL(&sum, sum_points, p);
    CHECK(sum == 6);
    free(p);
    struct cache c = {21, stderr, 0};
    CALL(NULL, fill, &c);
    CHECK(c.value == 42 && c.handle == stderr);
    CALL(&sum, apply, twice, 4);
    CHECK(sum == 8);
    FAILS(HYPE_INVALID, "not HYPE_FN", &sum, apply, not_remote, 4);
    int scaled_value;
    factor = 7;
    label = "four";
    CALL(&scaled_value, scaled, 2);
    CHECK(scaled_value == 18);
    v = (struct variant){.kind = 9};
    FAILS(HYPE_INVALID, "tag", &r, describe, v);
}

int main(void)
{
    scalars();
    unusual_types();
    strings();
    structs();
    arrays();
    graphs();
    depth();
    arenas();
    the_rest();
    return 0;
}
