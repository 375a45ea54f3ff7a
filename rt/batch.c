/* batch.c: packs of results, from their announcement to the calls they answer. */
#include "batch.h"

#include "log.h"
#include "manifest.h"
#include "stage.h"
#include "store/store.h"

#include <string.h>

#define PACK_LIMIT (UINT64_C(1) << 40) /* bytes */

/* ---- Names ---- */

static bool add_name(char ***names, size_t *n, const char *name)
{
    char **more = realloc(*names, (*n + 1) * sizeof *more);
    if (!more)
        return false;
    *names = more;
    if (!(more[*n] = strdup(name)))
        return false;
    ++*n;
    return true;
}

static bool has_name(char *const *names, size_t n, const char *name)
{
    for (size_t i = n; i > 0; i--)
        if (strcmp(names[i - 1], name) == 0)
            return true;
    return false;
}

static void free_names(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
}

/* ---- Packs ---- */

/* Only in the job's own folder. */
static int split_name(const struct batch *batch, const char *name, char **object, const char **sha256,
                      hype_error **error)
{
    const char *digest = strstr(name, "#sha256=");
    size_t folder = strlen(batch->staged->folder);
    *object = digest ? strndup(name, (size_t)(digest - name)) : NULL;
    if (digest && !*object)
        return error_memory(error);
    *sha256 = digest ? digest + strlen("#sha256=") : NULL;
    if (!digest || !sha256_hex_valid(*sha256) || !store_name_valid(*object) ||
        strncmp(*object, batch->staged->folder, folder) != 0 || (*object)[folder] != '/')
        return error_set(error, HYPE_FORMAT, "'%.200s' is no place where results of %s can be", name,
                         batch->staged->folder);
    return 0;
}

static int fetch_pack(struct batch *batch, const char *name, struct buffer *pack, hype_error **error)
{
    cleanup_free char *object = NULL;
    const char *sha256 = NULL;
    int status = split_name(batch, name, &object, &sha256, error);
    return status < 0 ? status : stage_fetch(batch->staged->store, object, PACK_LIMIT, sha256, pack, error);
}

/* *PREVIOUS becomes the name of the pack before, a new string, or NULL. */
static int take_pack(struct batch *batch, const char *name, char **previous, hype_error **error)
{
    struct buffer data = BUFFER_EMPTY;
    struct pack pack;
    *previous = NULL;
    int status = fetch_pack(batch, name, &data, error);
    if (status == 0)
        status = pack_read(data.data, data.size, &pack, error);
    for (size_t i = 0; status == 0 && i < pack.n; i++) {
        const struct pack_entry *entry = &pack.entries[i];
        batch->take(batch, entry->number, data.data + entry->offset, entry->size);
    }
    if (status == 0 && *pack.previous && !(*previous = strdup(pack.previous)))
        status = error_memory(error);
    buffer_free(&data);
    return status;
}

/* With the lock: a pack, and those before it as far as they are not known. None is known before all are: where one
 * fails, the next attempt at the last must come by it again. */
static int take_chain(struct batch *batch, const char *last, hype_error **error)
{
    cleanup_free char *name = strdup(last);
    size_t known = batch->n_taken;
    int status = name ? 0 : error_memory(error);
    while (status == 0 && name && !has_name(batch->taken, batch->n_taken, name)) {
        char *previous;
        status = take_pack(batch, name, &previous, error);
        if (status == 0 && !add_name(&batch->taken, &batch->n_taken, name))
            status = error_memory(error);
        free(name);
        name = previous;
    }
    while (status < 0 && batch->n_taken > known)
        free(batch->taken[--batch->n_taken]);
    return status;
}

int batch_collect(struct batch *batch, const char *name, hype_error **error)
{
    int status = task_lock(&batch->collecting);
    if (status < 0)
        return error_set(error, (hype_status)-status, "cancelled");
    status = take_chain(batch, name, error);
    task_unlock(&batch->collecting);
    return status;
}

/* ---- Announcements ---- */

static void collector_main(void *context)
{
    struct batch *batch = context;
    while (batch->n_announced > 0) {
        cleanup_free char *name = batch->announced[0];
        cleanup_error hype_error *error = NULL;
        memmove(batch->announced, batch->announced + 1, --batch->n_announced * sizeof *batch->announced);
        if (batch_collect(batch, name, &error) < 0) /* it is tried again when hype-run has ended */
            log_info("Map", "%s", error ? error->message : name);
    }
    batch->collector = NULL;
    task_event_set(&batch->idle);
}

static void announced(void *context, const char *name)
{
    struct batch *batch = context;
    log_debug("Map", "Results %s", name);
    if (!batch->staged || !add_name(&batch->announced, &batch->n_announced, name) || batch->collector)
        return;
    batch->idle.set = false;
    task_start(collector_main, batch, &batch->collector, NULL);
}

/* ---- Its life ---- */

void batch_open(struct batch *batch)
{
    text_random(batch->nonce, sizeof batch->nonce - 1);
}

void batch_follow(struct batch *batch, struct job *job, struct staged *staged)
{
    batch->staged = staged;
    staged->batch = batch;
    output_announce(&job->output, BATCH_MARK, batch->nonce, announced, batch);
}

void batch_close(struct batch *batch)
{
    task_shield_begin();
    while (batch->collector) {
        batch->idle.set = false;
        task_event_wait(&batch->idle, NO_DEADLINE);
    }
    task_shield_end();
    free_names(batch->announced, batch->n_announced);
    free_names(batch->taken, batch->n_taken);
    batch->announced = batch->taken = NULL;
    batch->n_announced = batch->n_taken = 0;
    batch->staged = NULL;
}
