/* printer.c: the queue, its thread, and where text goes: a terminal, a file for each call, a function of the program's.
 */
#include "printer.h"

#include "fork.h"
#include "log.h"
#include "task.h"
#include "terminal.h"
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    QUEUE_LIMIT = 1 << 20, /* bytes that may wait; what one reader has in its hands comes on top */
    QUEUE_LOW = 1 << 18,   /* from here on there is room again */
    BLOCK = 64 * 1024,     /* bytes written at once */
};

struct printer_source {
    char *function, *id;
    char *path; /* of its file, or NULL */
    char prefix[96];
    size_t colour;
    unsigned references; /* its owner's, and one for each piece of its that waits */
    uint64_t last_put;
};

struct piece {
    struct printer_source *source;
    enum output_stream stream;
    uint64_t number;
    size_t size;
    struct piece *next;
    char text[]; /* and a NUL */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER, advanced = PTHREAD_COND_INITIALIZER;
static struct {
    bool started;
    pthread_t thread;
    struct piece *first, **last;
    size_t size; /* bytes that wait or are being written */
    uint64_t n_put, n_written;
    bool room_wanted;
    hype_output_function *function;
    void *context;
} queue = {.last = &queue.first};
static struct printer_waiter *waiters; /* the loop thread's own */

void hype_set_output(hype_output_function *function, void *context)
{
    pthread_mutex_lock(&lock);
    queue.function = function;
    queue.context = context;
    pthread_mutex_unlock(&lock);
}

/* ---- Sources ---- */

static size_t hash_of(const char *text)
{
    size_t hash = 5381;
    for (; *text; text++)
        hash = hash * 33 + (unsigned char)*text;
    return hash;
}

struct printer_source *printer_source_new(const char *function, const char *id, const char *logs)
{
    const char *unique = strrchr(id, '-'), *folder = logs ? logs : getenv("HYPE_LOGS");
    struct printer_source *source = calloc(1, sizeof *source);
    if (!source)
        return NULL;
    unique = unique ? unique + 1 : id;
    source->references = 1;
    source->function = strdup(function);
    source->id = strdup(id);
    source->colour = hash_of(unique);
    snprintf(source->prefix, sizeof source->prefix, "[%.64s %s] ", function, unique);
    bool with_file = folder && *folder;
    if (with_file)
        source->path = text_format("%s/%.64s-%s.log", folder, function, unique);
    if (source->function && source->id && (source->path || !with_file))
        return source;
    printer_source_free(source);
    return NULL;
}

/* With the lock held. */
static void release(struct printer_source *source)
{
    if (--source->references > 0)
        return;
    free(source->function);
    free(source->id);
    free(source->path);
    free(source);
}

void printer_source_free(struct printer_source *source)
{
    if (!source)
        return;
    pthread_mutex_lock(&lock);
    release(source);
    pthread_mutex_unlock(&lock);
}

/* ---- This program's stdout and stderr ---- */

/* What is about to be written. */
struct block {
    FILE *file;
    char *data;
    size_t size, capacity;
};

/* Also where the terminal is set not to block, as some programs leave it. */
static void write_patiently(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(fd, data, size);
        struct pollfd room = {fd, POLLOUT, 0};
        if (n < 0 && errno == EAGAIN)
            poll(&room, 1, -1);
        else if (n < 0 && errno != EINTR)
            return; /* nobody is there to read it */
        data += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
}

static void block_write(struct block *block)
{
    if (block->size == 0)
        return;
    flockfile(block->file); /* between what the program itself prints, not in the midst of it */
    fflush(block->file);
    if (fileno(block->file) >= 0)
        write_patiently(fileno(block->file), block->data, block->size);
    else
        fwrite(block->data, 1, block->size, block->file);
    fflush(block->file);
    funlockfile(block->file);
    block->size = 0;
}

static void block_add(struct block *block, const char *data, size_t size)
{
    if (block->size + size > block->capacity)
        block_write(block);
    if (size > block->capacity) {
        struct block large = {block->file, (char *)(uintptr_t)data, size, size};
        block_write(&large);
        return;
    }
    memcpy(block->data + block->size, data, size);
    block->size += size;
}

static void block_add_text(struct block *block, const char *text)
{
    block_add(block, text, strlen(text));
}

/* Each line behind the prefix. */
static void show(struct block *block, const struct piece *piece)
{
    FILE *file = piece->stream == OUTPUT_STDERR ? stderr : stdout;
    if (file != block->file)
        block_write(block);
    block->file = file;
    const char *colour = terminal_colour(fileno(file), piece->source->colour), *plain = *colour ? "\033[0m" : "";
    for (const char *next = piece->text, *end = next + piece->size; next < end;) {
        const char *newline = memchr(next, '\n', (size_t)(end - next)), *stop = newline ? newline : end;
        block_add_text(block, colour);
        block_add_text(block, piece->source->prefix);
        block_add_text(block, plain);
        block_add(block, next, (size_t)(stop - next));
        block_add(block, "\n", 1);
        next = stop + 1;
    }
}

/* ---- Files ---- */

static int make_parents(const char *path)
{
    char *copy = strdup(path), *slash = copy;
    int status = copy ? 0 : -1;
    while (status == 0 && (slash = strchr(slash + 1, '/'))) {
        *slash = 0;
        status = mkdir(copy, 0777) < 0 && errno != EEXIST ? -1 : 0;
        *slash = '/';
    }
    free(copy);
    return status;
}

static int open_log(const char *path)
{
    int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, fd = open(path, flags, 0600);
    if (fd < 0 && errno == ENOENT && make_parents(path) == 0)
        fd = open(path, flags, 0600);
    return fd;
}

/* The first pieces of one source; the file is open no longer than that, since there may be thousands. What follows. */
static const struct piece *write_to_file(struct block *block, const struct piece *piece)
{
    const struct printer_source *source = piece->source;
    cleanup_close int fd = open_log(source->path);
    if (fd < 0) {
        log_warning("Logs", "cannot write %s: %s", source->path, strerror(errno));
        show(block, piece);
        return piece->next;
    }
    for (; piece && piece->source == source; piece = piece->next)
        if (write_all(fd, piece->text, piece->size) < 0)
            log_warning("Logs", "cannot write %s: %s", source->path, strerror(errno));
    return piece;
}

/* ---- The program's function ---- */

static void hand_over(hype_output_function *function, void *context, struct piece *piece)
{
    hype_line line = {
        .function = piece->source->function, .id = piece->source->id, .from_stderr = piece->stream == OUTPUT_STDERR};
    for (char *next = piece->text, *end = next + piece->size; next < end;) {
        char *newline = memchr(next, '\n', (size_t)(end - next)), *stop = newline ? newline : end;
        *stop = 0;
        line.text = next;
        line.length = (size_t)(stop - next);
        function(&line, context);
        next = stop + 1;
    }
}

/* ---- The thread ---- */

static void write_pieces(struct piece *first, struct block *block, hype_output_function *function, void *context)
{
    for (const struct piece *piece = first; piece;) {
        if (function) {
            hand_over(function, context, (struct piece *)(uintptr_t)piece);
            piece = piece->next;
        } else if (piece->source->path) {
            piece = write_to_file(block, piece);
        } else {
            show(block, piece);
            piece = piece->next;
        }
    }
    block_write(block);
}

/* On the loop thread. */
static void resume_waiters(void *unused)
{
    (void)unused;
    struct printer_waiter *list = waiters;
    waiters = NULL;
    for (struct printer_waiter *waiter = list; waiter; waiter = waiter->next)
        waiter->waiting = false;
    while (list) {
        struct printer_waiter *waiter = list;
        list = waiter->next;
        waiter->resume(waiter);
    }
}

/* With the lock held: PIECES are written. */
static void finish_pieces(struct piece *pieces)
{
    while (pieces) {
        struct piece *next = pieces->next;
        queue.size -= pieces->size;
        queue.n_written = pieces->number;
        release(pieces->source);
        free(pieces);
        pieces = next;
    }
    pthread_cond_broadcast(&advanced);
    if (queue.room_wanted && queue.size <= QUEUE_LOW) {
        queue.room_wanted = false;
        while (task_post(resume_waiters, NULL, NULL) < 0) /* memory is out: there is no other way to tell them */
            sched_yield();
    }
}

static void *printer_main(void *unused)
{
    static char data[BLOCK];
    struct block block = {stdout, data, 0, sizeof data};
    pthread_mutex_lock(&lock);
    for (;;) {
        while (!queue.first)
            pthread_cond_wait(&arrived, &lock);
        struct piece *pieces = queue.first;
        hype_output_function *function = queue.function;
        void *context = queue.context;
        queue.first = NULL;
        queue.last = &queue.first;
        pthread_mutex_unlock(&lock);
        write_pieces(pieces, &block, function, context);
        pthread_mutex_lock(&lock);
        finish_pieces(pieces);
    }
    return unused;
}

/* With the lock held. A function that takes lines may make calls, and then does not wait for itself. */
static void wait_for(uint64_t number)
{
    if (queue.started && !pthread_equal(pthread_self(), queue.thread))
        while (queue.n_written < number)
            pthread_cond_wait(&advanced, &lock);
}

void printer_drain_all(void)
{
    pthread_mutex_lock(&lock);
    wait_for(queue.n_put);
    pthread_mutex_unlock(&lock);
}

/* A child of fork() has no such thread, and its parent writes what waits. */
static void after_fork_in_child(void)
{
    pthread_mutex_init(&lock, NULL);
    pthread_cond_init(&arrived, NULL);
    pthread_cond_init(&advanced, NULL);
    queue.started = queue.room_wanted = false;
    queue.first = NULL;
    queue.last = &queue.first;
    queue.size = 0;
    queue.n_written = queue.n_put;
    waiters = NULL;
}
IN_FORKED_CHILD(after_fork_in_child);

/* With the lock held. */
static bool start_thread(void)
{
    static bool prepared;
    sigset_t all, before;
    if (queue.started)
        return true;
    if (!prepared && atexit(printer_drain_all) == 0)
        prepared = true;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* the program's signals are for the program's own threads */
    queue.started = prepared && pthread_create(&queue.thread, NULL, printer_main, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (queue.started)
        pthread_detach(queue.thread);
    return queue.started;
}

/* ---- Its users ---- */

static struct piece *piece_new(struct printer_source *source, enum output_stream stream, const char *a, size_t a_size,
                               const char *b, size_t b_size)
{
    struct piece *piece = malloc(sizeof *piece + a_size + b_size + 1);
    if (!piece)
        return NULL;
    *piece = (struct piece){.source = source, .stream = stream, .size = a_size + b_size};
    if (a_size > 0)
        memcpy(piece->text, a, a_size);
    if (b_size > 0)
        memcpy(piece->text + a_size, b, b_size);
    piece->text[piece->size] = 0;
    return piece;
}

void printer_put(struct printer_source *source, enum output_stream stream, const char *a, size_t a_size, const char *b,
                 size_t b_size)
{
    struct piece *piece = piece_new(source, stream, a, a_size, b, b_size);
    pthread_mutex_lock(&lock);
    if (piece && start_thread()) {
        piece->number = source->last_put = ++queue.n_put;
        source->references++;
        queue.size += piece->size;
        *queue.last = piece;
        queue.last = &piece->next;
        pthread_cond_signal(&arrived);
        pthread_mutex_unlock(&lock);
        return;
    }
    pthread_mutex_unlock(&lock);
    /* No memory or no thread: at once, even if it takes a while. */
    FILE *file = stream == OUTPUT_STDERR ? stderr : stdout;
    if (a_size > 0)
        fwrite(a, 1, a_size, file);
    if (b_size > 0)
        fwrite(b, 1, b_size, file);
    fflush(file);
    free(piece);
}

void printer_drain(struct printer_source *source)
{
    pthread_mutex_lock(&lock);
    wait_for(source->last_put);
    pthread_mutex_unlock(&lock);
}

bool printer_has_room(struct printer_waiter *waiter)
{
    pthread_mutex_lock(&lock);
    bool full = queue.size >= QUEUE_LIMIT;
    queue.room_wanted = queue.room_wanted || full;
    pthread_mutex_unlock(&lock);
    if (full && !waiter->waiting) {
        waiter->waiting = true;
        waiter->next = waiters;
        waiters = waiter;
    }
    return !full;
}

void printer_forget(struct printer_waiter *waiter)
{
    for (struct printer_waiter **where = &waiters; *where && waiter->waiting; where = &(*where)->next)
        if (*where == waiter) {
            *where = waiter->next;
            break;
        }
    waiter->waiting = false;
}
