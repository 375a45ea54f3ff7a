/*
 * store.h: where files are staged.
 *
 * A store is opened on a URI that ends in a folder ("file:///var/tmp/hype") and
 * holds objects by name. Names are relative, of [A-Za-z0-9._-] with '/' between, and never contain "..". An object
 * is visible whole or not at all. Every function runs in a task and takes retries and timeouts upon itself.
 */
#ifndef HYPE_RT_STORE_H
#define HYPE_RT_STORE_H

#include "../util.h"

struct store;

/* What is put. Bytes in memory (DATA), or SIZE bytes of FD from offset 0 when DATA is NULL. Borrowed for the call. */
struct store_content {
    const void *data;
    int fd;
    uint64_t size;
};

/* Called as bytes of a transfer move, on the loop thread; DONE of TOTAL so far. */
typedef void store_progress(uint64_t done, uint64_t total, void *context);

struct store_entry {
    const char *name;
    uint64_t size;
    int64_t modified; /* seconds since 1970 */
};

struct store_operations {
    const char *scheme; /* "file" */
    /* URI without a trailing '/'. Contacts nothing yet. */
    int (*open)(const char *uri, struct store **store, hype_error **error);
    void (*close)(struct store *store);
    /* The object's size, or -HYPE_NOT_FOUND. */
    int (*head)(struct store *store, const char *name, uint64_t *size, hype_error **error);
    /* Writes the object to FD with pwrite(2) from offset 0, parts in any order. More than LIMIT bytes: -HYPE_FORMAT. */
    int (*get)(struct store *store, const char *name, int fd, uint64_t limit, uint64_t *size, hype_error **error);
    /* *CREATED is false where an object of that name was there already, which is no error and changes nothing. */
    int (*put_if_absent)(struct store *store, const char *name, const struct store_content *content,
                         store_progress *progress, void *progress_context, bool *created, hype_error **error);
    /* Deleting what is not there is no error. */
    int (*delete)(struct store *store, const char *name, hype_error **error);
    /* Every object whose name starts with PREFIX, in any order; EACH returns < 0 to stop. */
    int (*list)(struct store *store, const char *prefix, int (*each)(const struct store_entry *entry, void *context),
                void *context, hype_error **error);
};

/* In names of files that are still being written, before their writer (owner.h). */
#define STORE_PARTIAL ".part-"

/* Every store starts with this. */
struct store {
    const struct store_operations *operations;
    char *uri; /* "file:///dir", no trailing '/'; owned by the store */
};

/* By the URI's scheme. An unknown scheme says which there are. */
int store_open(const char *uri, struct store **store, hype_error **error);
void store_close(struct store *store); /* NULL is allowed */

/* Splits "file:///dir/name" into a store URI and a name; both are new strings. */
int store_split_uri(const char *uri, char **store_uri, char **name, hype_error **error);
bool store_name_valid(const char *name);
/* For stores in buckets: the name of an object that a list has told as WHOLE, in FOLDER ("" or "dir/"). NULL: it is not
 * one that starts with PREFIX, whatever the server was asked for. */
const char *store_listed_name(const char *whole, const char *folder, const char *prefix);

/* The stores there are, one file each. */
extern const struct store_operations store_file, store_gs, store_s3;

#endif
