/* stage.c: puts a file into a store under a new name: stage STORE FILE. */
#include "store/store.h"
#include "task.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static char **arguments;

static void put(void *context)
{
    hype_error **error = context;
    struct store *store;
    struct stat status;
    char name[9];
    bool created;
    text_random(name, 8);
    struct store_content content = {.fd = open(arguments[2], O_RDONLY | O_CLOEXEC)};
    if (content.fd < 0 || fstat(content.fd, &status) < 0) {
        error_set(error, HYPE_NOT_FOUND, "cannot read %s", arguments[2]);
        return;
    }
    content.size = (uint64_t)status.st_size;
    if (store_open(arguments[1], &store, error) < 0)
        return;
    store->operations->put_if_absent(store, name, &content, NULL, NULL, &created, error);
    store->operations->delete(store, name, NULL);
    store_close(store);
}

int main(int argc, char **argv)
{
    hype_error *error = NULL;
    arguments = argv;
    if (argc != 3)
        return 2;
    task_run(put, &error, &error);
    if (error)
        fprintf(stderr, "stage: %s\n", error->message);
    return error != NULL;
}
