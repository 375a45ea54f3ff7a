/*
 * gc.c: hype gc: removes from a staging place what was put there long ago.
 *
 * Only names that staging itself makes are looked at (docs/format.md): folders of calls, manifests, and code with its
 * hash; whatever else lies in the place is somebody's. Code that calls still use is as old as its last use. What a
 * later call needs again is then staged again.
 */
#include "cli.h"

#include "stage.h"
#include "store/store.h"
#include "submit/submitter.h"
#include "task.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct found {
    char *name;
    uint64_t size;
    int64_t modified; /* seconds since 1970 */
};

struct gc {
    const char *place;
    double days;
    bool delete;
    struct found *found;
    size_t n, capacity;
    size_t old; /* things in a cluster whose owners are unknown here */
    int status;
    hype_error *error;
};

static size_t hex_digits(const char *text)
{
    return strspn(text, "0123456789abcdef");
}

/* "hype-run-XXXXXXXX/…", "stem-HASH.ext" with 32 digits of hash, and either with ".part-XXXXXXXX" behind it, which is
 * what a write leaves that was killed. */
static bool is_staged(const char *name)
{
    static const char folder[] = "hype-run-";
    if (text_starts_with(name, folder))
        return strspn(name + strlen(folder), "abcdefghijklmnopqrstuvwxyz0123456789") == 8 &&
               name[strlen(folder) + 8] == '/';
    if (strchr(name, '/'))
        return false;
    for (const char *dash = strchr(name, '-'); dash; dash = strchr(dash + 1, '-'))
        if (hex_digits(dash + 1) == 32 && (dash[33] == 0 || dash[33] == '.'))
            return true;
    return false;
}

static int remember(const struct store_entry *entry, void *context)
{
    struct gc *gc = context;
    if (!is_staged(entry->name))
        return 0;
    if (gc->n == gc->capacity) {
        size_t capacity = gc->capacity ? gc->capacity * 2 : 64;
        struct found *more = realloc(gc->found, capacity * sizeof *more);
        if (!more)
            return error_memory(&gc->error);
        gc->found = more;
        gc->capacity = capacity;
    }
    char *name = strdup(entry->name);
    if (!name)
        return error_memory(&gc->error);
    gc->found[gc->n++] = (struct found){name, entry->size, entry->modified};
    return 0;
}

static int by_age(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    return x->modified != y->modified ? (x->modified < y->modified ? -1 : 1) : strcmp(x->name, y->name);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct found *)a)->name, ((const struct found *)b)->name);
}

/* A file is as old as its last use that was noted (stage.h). */
static void apply_uses(struct gc *gc)
{
    qsort(gc->found, gc->n, sizeof *gc->found, by_name);
    for (size_t i = 0; i < gc->n; i++) {
        size_t length = strlen(gc->found[i].name), end = strlen(STAGE_USED);
        if (length <= end || strcmp(gc->found[i].name + length - end, STAGE_USED) != 0)
            continue;
        cleanup_free char *name = strndup(gc->found[i].name, length - end);
        struct found *file =
            name ? bsearch(&(struct found){.name = name}, gc->found, gc->n, sizeof *file, by_name) : NULL;
        if (file && file->modified < gc->found[i].modified)
            file->modified = gc->found[i].modified;
    }
}

static void keep_old(struct gc *gc)
{
    size_t kept = 0;
    for (size_t i = 0; i < gc->n; i++)
        if ((double)(time(NULL) - gc->found[i].modified) < gc->days * 86400)
            free(gc->found[i].name);
        else
            gc->found[kept++] = gc->found[i];
    gc->n = kept;
}

struct deletion {
    struct store *store;
    const char *name;
};

static int delete_one(void *context, hype_error **error)
{
    struct deletion *deletion = context;
    return deletion->store->operations->delete(deletion->store, deletion->name, error);
}

static int delete_all(struct store *store, struct gc *gc)
{
    struct task_group group = {.limit = 32};
    struct deletion *deletions = calloc(gc->n + 1, sizeof *deletions);
    if (!deletions)
        return error_memory(&gc->error);
    for (size_t i = 0; i < gc->n; i++) {
        deletions[i] = (struct deletion){store, gc->found[i].name};
        if (task_group_start(&group, delete_one, &deletions[i]) < 0)
            break;
    }
    int status = task_group_wait(&group, &gc->error);
    free(deletions);
    return status;
}

static void print_date(int64_t when)
{
    char date[32];
    struct tm parts;
    time_t seconds = (time_t)when;
    localtime_r(&seconds, &parts);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M", &parts);
    printf("%s ", date);
}

static void list(const struct gc *gc)
{
    uint64_t total = 0;
    for (size_t i = 0; i < gc->n; i++) {
        print_date(gc->found[i].modified);
        printf("%12llu  %s\n", (unsigned long long)gc->found[i].size, gc->found[i].name);
        total += gc->found[i].size;
    }
    printf("%zu files, %llu bytes, not used for %g days in %s\n", gc->n, (unsigned long long)total, gc->days,
           gc->place);
    fflush(stdout);
}

static void collect_store(void *context)
{
    struct gc *gc = context;
    struct store *store = NULL;
    gc->status = store_open(gc->place, &store, &gc->error);
    if (gc->status == 0)
        gc->status = store->operations->list(store, "", remember, gc, &gc->error);
    if (gc->status == 0 && gc->n > 0) {
        apply_uses(gc);
        keep_old(gc);
        qsort(gc->found, gc->n, sizeof *gc->found, by_age);
    }
    if (gc->status == 0) {
        list(gc);
        if (gc->delete)
            gc->status = delete_all(store, gc);
    }
    store_close(store);
}

static void list_old(const char *kind, const char *name, const char *state, int64_t made, void *context)
{
    struct gc *gc = context;
    gc->old++;
    print_date(made);
    printf("%12s  %s/%s\n", state, kind, name);
}

static void sweep_submitter(void *context)
{
    struct gc *gc = context;
    struct leftovers old = {.days = gc->days, .remove = gc->delete, .tell = list_old, .context = gc};
    hype_submitter *submitter = submitter_open(gc->place, &gc->error);
    if (!submitter) {
        gc->status = gc->error ? gc->error->status : -HYPE_INVALID;
        return;
    }
    if (submitter->operations->sweep)
        gc->status = submitter->operations->sweep(submitter, &old, &gc->error);
    else
        gc->status = error_set(&gc->error, HYPE_INVALID, "%s leaves nothing that would have to be swept", gc->place);
    if (gc->old > 0)
        printf("%zu things, made more than %g days ago by programs that are not seen from here, in %s\n", gc->old,
               gc->days, gc->place);
    task_shield_begin();
    submitter->operations->close(submitter);
    task_shield_end();
}

static int take(int key, char *value, struct argp_state *state)
{
    struct gc *gc = state->input;
    char *end;
    switch (key) {
    case 'n':
        gc->days = strtod(value, &end);
        if (*end || end == value || !(gc->days >= 0))
            argp_error(state, "--days=%s is no number of days", value);
        return 0;
    case 'd':
        gc->delete = true;
        return 0;
    case ARGP_KEY_ARG:
        if (gc->place)
            argp_error(state, "one place at a time");
        gc->place = value;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state,
                   "name the place: file:///DIR, gs://BUCKET/DIR, s3://BUCKET/DIR, docker: or k8s://CONTEXT/NAMESPACE");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static bool is_store(const char *place)
{
    static const char *const schemes[] = {"file:", "gs:", "s3:"};
    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
        if (text_starts_with(place, schemes[i]))
            return true;
    return false;
}

int gc_main(int argc, char **argv)
{
    static const struct argp_option options[] = {{"days", 'n', "N", 0, "what no call has used for N days (7)", 0},
                                                 {"delete", 'd', NULL, 0, "remove what is listed", 0},
                                                 {0}};
    static const struct argp argp = {
        options, take, "PLACE", "Lists, and with --delete removes, what calls have left in a place.", NULL, NULL, NULL};
    struct gc gc = {.days = 7};
    argv[0] = (char[]){"hype gc"};
    argp_parse(&argp, argc, argv, 0, NULL, &gc);
    bool store = is_store(gc.place);
    int status = task_run(store ? collect_store : sweep_submitter, &gc, &gc.error);
    if (status == 0)
        status = gc.status;
    if (status < 0)
        fprintf(stderr, "hype gc: %s\n", gc.error ? gc.error->message : hype_status_name(-status));
    else if (!gc.delete && gc.n + gc.old > 0)
        puts("Nothing was removed; --delete does.");
    for (size_t i = 0; i < gc.n; i++)
        free(gc.found[i].name);
    free(gc.found);
    error_free(gc.error);
    return status < 0;
}
