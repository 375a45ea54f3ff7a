/* stage_record.c: a file of three lines for each call: the store, the call's folder there, and its manifest. */
#include "stage_record.h"

#include "leftovers.h"
#include "log.h"
#include "owner.h"

#include <string.h>

#define KIND "staged"

void stage_record_write(struct staged *staged)
{
    cleanup_error hype_error *error = NULL;
    cleanup_free char *text = text_format("%s\n%s\n%s\n", staged->store->uri, staged->folder, staged->manifest_name);
    if (!text || leftover_create(KIND, staged->folder, text, &staged->record, &error) < 0)
        log_warning("Staging", "%s", error ? error->message : "out of memory");
}

void stage_record_remove(struct staged *staged)
{
    if (staged->record)
        unlink(staged->record);
}

/* 0 when nothing of the call is left; what is in another store stays noted. */
static int sweep_call(const char *path, void *context)
{
    struct store *store = context;
    cleanup_free char *text = NULL;
    size_t size;
    if (file_read(path, 65536, &text, &size, NULL) < 0)
        return -1;
    char *rest = text, *uri = strsep(&rest, "\n"), *folder = strsep(&rest, "\n"), *manifest = strsep(&rest, "\n");
    if (!manifest || !stage_names_valid(folder, manifest))
        return 0; /* its program was killed while it wrote this, before anything was sent */
    if (strcmp(uri, store->uri) != 0)
        return -1;
    struct staged staged = {.store = store, .folder = strdup(folder), .manifest_name = strdup(manifest)};
    log_info("Staging", "Removing %s/%s of a program that has ended", uri, folder);
    if (stage_remove(&staged) < 0)
        return -1;
    cleanup_free char *local = text_format("%s/%s", store->uri + strlen("file://"), folder);
    if (local && store->operations == &store_file)
        rmdir(local); /* it was made, and nothing was put into it */
    return 0;
}

struct partials {
    struct store *store;
    const struct leftovers *old;
};

/* A file that is only partly there bears its writer's name. Other stores show nothing of the kind. */
static int sweep_partial(const struct store_entry *entry, void *context)
{
    const struct partials *partials = context;
    struct store *store = partials->store;
    const char *part = strstr(entry->name, STORE_PARTIAL);
    if (part &&
        leftover_unwanted(partials->old, part + strlen(STORE_PARTIAL), store->uri, entry->name, "", entry->modified))
        store->operations->delete(store, entry->name, NULL);
    return 0;
}

bool stage_names_valid(const char *folder, const char *manifest)
{
    return text_starts_with(folder, "hype-run-") && store_name_valid(folder) &&
           text_starts_with(manifest, "manifest-") && store_name_valid(manifest);
}

void stage_sweep(struct store *store, const struct leftovers *old)
{
    leftovers_sweep(KIND, old, sweep_call, store);
    leftovers_sweep(TERMINATION_LOGS, old, NULL, NULL);
    if (store->operations == &store_file)
        store->operations->list(store, "", sweep_partial, &(struct partials){store, old}, NULL);
}
