/* store.c: the table of stores, and what every store's names and URIs have in common. */
#include "store.h"

#include <string.h>

static const struct store_operations *const stores[] = {&store_file, &store_gs, &store_s3};

int store_open(const char *uri, struct store **store, hype_error **error)
{
    for (size_t i = 0; i < ARRAY_SIZE(stores); i++) {
        size_t length = strlen(stores[i]->scheme);
        if (strncmp(uri, stores[i]->scheme, length) != 0 || !text_starts_with(uri + length, "://"))
            continue;
        cleanup_free char *trimmed = strdup(uri);
        if (!trimmed)
            return error_memory(error);
        for (size_t end = strlen(trimmed); end > length + 3 && trimmed[end - 1] == '/'; end--)
            trimmed[end - 1] = 0;
        return stores[i]->open(trimmed, store, error);
    }
    cleanup_free char *known = strdup("");
    for (size_t i = 0; known && i < ARRAY_SIZE(stores); i++) {
        char *longer = text_format("%s%s%s://", known, i ? ", " : "", stores[i]->scheme);
        free(known);
        known = longer;
    }
    return error_set(error, HYPE_INVALID, "'%s' is no staging location: it must start with one of %s", uri,
                     known ? known : "the known schemes");
}

void store_close(struct store *store)
{
    if (store)
        store->operations->close(store);
}

bool store_name_valid(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    if (strlen(name) > 512)
        return false;
    for (;;) {
        size_t part = strspn(name, allowed);
        if (part == 0 || (part <= 2 && strncmp(name, "..", part) == 0))
            return false;
        name += part;
        if (*name == 0)
            return true;
        if (*name++ != '/')
            return false;
    }
}

const char *store_listed_name(const char *whole, const char *folder, const char *prefix)
{
    const char *name = whole && text_starts_with(whole, folder) ? whole + strlen(folder) : NULL;
    return name && store_name_valid(name) && text_starts_with(name, prefix) ? name : NULL;
}

int store_split_uri(const char *uri, char **store_uri, char **name, hype_error **error)
{
    const char *start = strstr(uri, "://");
    const char *slash = start ? strrchr(start + 3, '/') : NULL;
    if (!slash || slash[1] == 0 || !store_name_valid(slash + 1))
        return error_set(error, HYPE_INVALID, "'%s' is no location of a file in a store, such as file:///dir/name",
                         uri);
    *store_uri = strndup(uri, (size_t)(slash - uri));
    *name = strdup(slash + 1);
    if (*store_uri && *name)
        return 0;
    free(*store_uri);
    free(*name);
    *store_uri = *name = NULL;
    return error_memory(error);
}
