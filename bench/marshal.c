/*
 * marshal.c: encoding and decoding of arguments, against protobuf-c and msgpack-c (and memcpy) on the same values.
 *
 * Each side gets its values in its own structs, ready made. Encoding ends with the bytes in memory, decoding with
 * structs that can be read (msgpack-c: its object tree). Times are medians; hype's decoding includes the checksum of
 * the image and the check of every reference.
 */
#include "closure.h"
#include "image.h"
#include "marshal.pb-c.h"

#include <hype/hype.h>
#include <msgpack.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { DOUBLES = 100000000 / 8, NODES = 1000000, RECORDS = 1000000, FIELDS = 20, RUNS = 5 };

struct list {
    int64_t value;
    const char *text;
    struct list *next;
};
struct record {
    int fields[FIELDS];
};
struct small {
    const char *first, *second;
    int64_t number;
};

HYPE_FN void take_doubles(size_t n, const double values[n])
{
    (void)values;
}
HYPE_FN void take_list(const struct list *list)
{
    (void)list;
}
HYPE_FN void take_records(size_t n, const struct record records[n])
{
    (void)records;
}
HYPE_FN void take_small(const struct small *small)
{
    (void)small;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct times {
    double encode[RUNS], decode[RUNS];
};

static double median(double *times)
{
    qsort(times, RUNS, sizeof *times, compare);
    return times[RUNS / 2];
}

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "marshal: %s failed\n", what);
    exit(1);
}

/* ---- hype ---- */

static void decode_once(const struct capture *c, const void *source, void *working)
{
    struct image image;
    void *frame;
    if (image_decode_arguments(source, working, c->image.size, NULL, NULL, c->unit, c->entry, &image, &frame, NULL) < 0)
        fail("decoding");
    image_free(&image);
}

static void hype_times(struct times *t, hype_closure *(*bind)(const void *value), const void *value, int repeat)
{
    for (int run = 0; run < RUNS; run++) {
        hype_closure *closure = NULL;
        double start = now();
        for (int i = 0; i < repeat; i++) {
            hype_closure_free(closure);
            closure = bind(value);
        }
        t->encode[run] = (now() - start) / repeat;
        struct capture *c = &closure->capture;
        size_t size = c->image.size;
        if (c->image.fd >= 0) { /* as hype-run does it: two private views of the file */
            start = now();
            void *source = mmap(NULL, size, PROT_READ, MAP_PRIVATE, c->image.fd, 0);
            void *working = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, c->image.fd, 0);
            decode_once(c, source, working);
            t->decode[run] = now() - start;
            munmap(source, size);
            munmap(working, size);
        } else {
            void *working = malloc(size);
            start = now();
            for (int i = 0; i < repeat; i++) {
                memcpy(working, c->image.data, size);
                decode_once(c, c->image.data, working);
            }
            t->decode[run] = (now() - start) / repeat;
            free(working);
        }
        hype_closure_free(closure);
    }
}

static size_t doubles_count = DOUBLES;
static hype_closure *bind_doubles(const void *v)
{
    return (hype_closure *)hype_bind(take_doubles, doubles_count, (const double *)v);
}
static hype_closure *bind_list(const void *v)
{
    return (hype_closure *)hype_bind(take_list, (const struct list *)v);
}
static hype_closure *bind_records(const void *v)
{
    return (hype_closure *)hype_bind(take_records, RECORDS, (const struct record *)v);
}
static hype_closure *bind_small(const void *v)
{
    return (hype_closure *)hype_bind(take_small, (const struct small *)v);
}

/* ---- protobuf-c ---- */

static void protobuf_times(struct times *t, const ProtobufCMessage *message, int repeat)
{
    for (int run = 0; run < RUNS; run++) {
        uint8_t *bytes = NULL;
        size_t size = 0;
        double start = now();
        for (int i = 0; i < repeat; i++) {
            free(bytes);
            size = protobuf_c_message_get_packed_size(message);
            bytes = malloc(size);
            protobuf_c_message_pack(message, bytes);
        }
        t->encode[run] = (now() - start) / repeat;
        start = now();
        for (int i = 0; i < repeat; i++) {
            ProtobufCMessage *read = protobuf_c_message_unpack(message->descriptor, NULL, size, bytes);
            if (!read)
                fail("protobuf-c");
            if (i + 1 == repeat)
                t->decode[run] = (now() - start) / repeat;
            protobuf_c_message_free_unpacked(read, NULL);
        }
        free(bytes);
    }
}

/* ---- msgpack-c ---- */

static void pack_text(msgpack_packer *packer, const char *text)
{
    size_t n = strlen(text);
    msgpack_pack_str(packer, n);
    msgpack_pack_str_body(packer, text, n);
}
static void pack_doubles(msgpack_packer *packer, const void *v)
{
    msgpack_pack_array(packer, DOUBLES);
    for (size_t i = 0; i < DOUBLES; i++)
        msgpack_pack_double(packer, ((const double *)v)[i]);
}
static void pack_list(msgpack_packer *packer, const void *v)
{
    msgpack_pack_array(packer, NODES);
    for (const struct list *n = v; n; n = n->next) {
        msgpack_pack_array(packer, 2);
        msgpack_pack_int64(packer, n->value);
        pack_text(packer, n->text);
    }
}
static void pack_records(msgpack_packer *packer, const void *v)
{
    msgpack_pack_array(packer, RECORDS);
    for (size_t i = 0; i < RECORDS; i++) {
        msgpack_pack_array(packer, FIELDS);
        for (int f = 0; f < FIELDS; f++)
            msgpack_pack_int(packer, ((const struct record *)v)[i].fields[f]);
    }
}
static void pack_small(msgpack_packer *packer, const void *v)
{
    const struct small *s = v;
    msgpack_pack_array(packer, 3);
    pack_text(packer, s->first);
    pack_text(packer, s->second);
    msgpack_pack_int64(packer, s->number);
}

static void msgpack_times(struct times *t, void (*pack)(msgpack_packer *packer, const void *value), const void *value,
                          int repeat)
{
    for (int run = 0; run < RUNS; run++) {
        msgpack_sbuffer buffer;
        msgpack_packer packer;
        msgpack_sbuffer_init(&buffer);
        msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
        double start = now();
        for (int i = 0; i < repeat; i++) {
            msgpack_sbuffer_clear(&buffer);
            pack(&packer, value);
        }
        t->encode[run] = (now() - start) / repeat;
        start = now();
        for (int i = 0; i < repeat; i++) {
            msgpack_unpacked read;
            msgpack_unpacked_init(&read);
            if (msgpack_unpack_next(&read, buffer.data, buffer.size, NULL) != MSGPACK_UNPACK_SUCCESS)
                fail("msgpack-c");
            if (i + 1 == repeat)
                t->decode[run] = (now() - start) / repeat;
            msgpack_unpacked_destroy(&read);
        }
        msgpack_sbuffer_destroy(&buffer);
    }
}

static void print(const char *what, struct times *hype, struct times *protobuf, struct times *msgpack, double unit,
                  const char *name)
{
    double h[] = {median(hype->encode) * unit, median(hype->decode) * unit};
    double p[] = {median(protobuf->encode) * unit, median(protobuf->decode) * unit};
    double m[] = {median(msgpack->encode) * unit, median(msgpack->decode) * unit};
    for (int i = 0; i < 2; i++)
        printf("%-28s %s %9.1f %s   protobuf-c %9.1f   msgpack-c %9.1f   faster peer / hype %6.2f\n", i ? "" : what,
               i ? "decode" : "encode", h[i], name, p[i], m[i], (p[i] < m[i] ? p[i] : m[i]) / h[i]);
    double peer = p[0] + p[1] < m[0] + m[1] ? p[0] + p[1] : m[0] + m[1];
    printf("%-28s both   %9.1f %s%57s %6.2f\n", "", h[0] + h[1], name, "faster peer / hype", peer / (h[0] + h[1]));
}

int main(void)
{
    static struct times h, p, m;
    double *doubles = malloc(DOUBLES * sizeof *doubles), *copy = malloc(DOUBLES * sizeof *copy), copies[RUNS];
    for (size_t i = 0; i < DOUBLES; i++)
        doubles[i] = (double)i * 1.5;
    memcpy(copy, doubles, DOUBLES * sizeof *copy);
    for (int i = 0; i < RUNS; i++) {
        double start = now();
        memcpy(copy, doubles, DOUBLES * sizeof *copy);
        copies[i] = now() - start;
    }
    Doubles message = DOUBLES__INIT;
    message.n_values = DOUBLES;
    message.values = doubles;
    hype_times(&h, bind_doubles, doubles, 1);
    protobuf_times(&p, &message.base, 1);
    msgpack_times(&m, pack_doubles, doubles, 1);
    print("(a) 100 MB of doubles", &h, &p, &m, 1, "ms");
    printf("%-28s memcpy %9.1f ms   hype encode / memcpy %5.2f\n", "", median(copies), median(h.encode) / median(copies));

    struct list *list = NULL;
    Node *nodes = malloc(NODES * sizeof *nodes), **pointers = malloc(NODES * sizeof *pointers);
    for (int i = NODES; i-- > 0;) {
        struct list *made = malloc(sizeof *made);
        char text[32];
        snprintf(text, sizeof text, "node %d", i);
        *made = (struct list){i * 1000, strdup(text), list};
        list = made;
        nodes[i] = (Node)NODE__INIT;
        nodes[i].value = made->value;
        nodes[i].text = (char *)(uintptr_t)made->text;
        pointers[i] = &nodes[i];
    }
    Nodes all = NODES__INIT;
    all.n_nodes = NODES;
    all.nodes = pointers;
    hype_times(&h, bind_list, list, 1);
    protobuf_times(&p, &all.base, 1);
    msgpack_times(&m, pack_list, list, 1);
    print("(b) list of 1 million nodes", &h, &p, &m, 1, "ms");

    struct record *records = malloc(RECORDS * sizeof *records);
    Record *messages = malloc(RECORDS * sizeof *messages), **record_pointers = malloc(RECORDS * sizeof *record_pointers);
    for (int i = 0; i < RECORDS; i++) {
        messages[i] = (Record)RECORD__INIT;
        for (int f = 0; f < FIELDS; f++) {
            records[i].fields[f] = i * f;
            (&messages[i].f0)[f] = i * f;
        }
        record_pointers[i] = &messages[i];
    }
    Records every = RECORDS__INIT;
    every.n_records = RECORDS;
    every.records = record_pointers;
    hype_times(&h, bind_records, records, 1);
    protobuf_times(&p, &every.base, 1);
    msgpack_times(&m, pack_records, records, 1);
    print("(c) 1 million x 20 ints", &h, &p, &m, 1, "ms");

    struct small small = {"a first string", "and a second one", 12345678};
    Small little = SMALL__INIT;
    little.first = (char *)(uintptr_t)small.first;
    little.second = (char *)(uintptr_t)small.second;
    little.number = small.number;
    hype_times(&h, bind_small, &small, 200000);
    protobuf_times(&p, &little.base, 200000);
    msgpack_times(&m, pack_small, &small, 200000);
    print("(d) struct with two strings", &h, &p, &m, 1e6, "ns");
    return 0;
}
