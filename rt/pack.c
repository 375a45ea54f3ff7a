/* pack.c: a header, images, the table of entries, the name of the pack before. */
#include "pack.h"

#include <string.h>

#define PACK_MAGIC "\x89HYPEPK\n"
enum { ALIGNMENT = 64 };

struct pack_header {
    char magic[8];
    uint64_t size;    /* of the whole pack, bytes */
    uint64_t n;       /* entries */
    uint64_t entries; /* their offset; behind them comes the name of the pack before, with a NUL */
    uint64_t unused[4];
};
_Static_assert(sizeof(struct pack_header) == ALIGNMENT, "the first image is aligned");

static int pad(struct buffer *data, hype_error **error)
{
    size_t more = (ALIGNMENT - data->size % ALIGNMENT) % ALIGNMENT;
    int status = buffer_reserve(data, more, error);
    if (status < 0)
        return status;
    memset(data->data + data->size, 0, more);
    data->size += more;
    return 0;
}

static int begin(struct pack_writer *writer, hype_error **error)
{
    int status = buffer_reserve(&writer->data, sizeof(struct pack_header), error);
    if (status == 0)
        writer->data.size = sizeof(struct pack_header);
    return status;
}

int pack_add(struct pack_writer *writer, uint64_t number, uint64_t size, void **image, hype_error **error)
{
    int status = writer->data.size == 0 ? begin(writer, error) : pad(&writer->data, error);
    if (status == 0)
        status = buffer_reserve(&writer->data, size, error);
    if (status < 0)
        return status;
    if (writer->n == writer->capacity) {
        size_t capacity = writer->capacity ? writer->capacity * 2 : 64;
        struct pack_entry *more = realloc(writer->entries, capacity * sizeof *more);
        if (!more)
            return error_memory(error);
        writer->entries = more;
        writer->capacity = capacity;
    }
    writer->entries[writer->n++] = (struct pack_entry){number, writer->data.size, size};
    *image = writer->data.data + writer->data.size;
    writer->data.size += size;
    return 0;
}

int pack_end(struct pack_writer *writer, const char *previous, hype_error **error)
{
    struct buffer *data = &writer->data;
    size_t table = writer->n * sizeof *writer->entries, name = strlen(previous) + 1;
    int status = data->size == 0 ? begin(writer, error) : pad(data, error);
    if (status == 0)
        status = buffer_reserve(data, table + name, error);
    if (status < 0)
        return status;
    struct pack_header header = {.size = data->size + table + name, .n = writer->n, .entries = data->size};
    memcpy(header.magic, PACK_MAGIC, sizeof header.magic);
    if (table > 0)
        memcpy(data->data + data->size, writer->entries, table);
    memcpy(data->data + data->size + table, previous, name);
    data->size += table + name;
    memcpy(data->data, &header, sizeof header);
    return 0;
}

void pack_writer_free(struct pack_writer *writer)
{
    buffer_free(&writer->data);
    free(writer->entries);
    *writer = (struct pack_writer)PACK_WRITER_EMPTY;
}

static int refuse(hype_error **error, const char *why)
{
    return error_set(error, HYPE_FORMAT, "the pack of a batch is not valid: %s", why);
}

int pack_read(const void *data, size_t size, struct pack *pack, hype_error **error)
{
    const struct pack_header *header = data;
    if (size < sizeof *header || memcmp(header->magic, PACK_MAGIC, sizeof header->magic) != 0)
        return refuse(error, "it does not begin as one");
    if (header->size != size || header->entries < sizeof *header || header->entries >= size ||
        header->entries % ALIGNMENT || header->n > (size - header->entries) / sizeof(struct pack_entry))
        return refuse(error, "it is cut short");
    const struct pack_entry *entries = (const void *)((const char *)data + header->entries);
    for (uint64_t i = 0; i < header->n; i++)
        if (entries[i].offset < sizeof *header || entries[i].offset % ALIGNMENT ||
            entries[i].offset > header->entries || entries[i].size > header->entries - entries[i].offset)
            return refuse(error, "an image lies outside of it");
    const char *previous = (const char *)(entries + header->n), *end = (const char *)data + size;
    if (previous == end || !memchr(previous, 0, (size_t)(end - previous)))
        return refuse(error, "the name of the one before has no end");
    *pack = (struct pack){entries, header->n, previous};
    return 0;
}
