/* call.c: one call, from the arguments' image to the return image, in a process of its own. */
#include "runner.h"

#include "registry.h"
#include "submit/submitter.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* The image twice: as it came, and the copy that the function works on; pages of the copy that nothing writes to stay
 * shared with the file. */
static int map_image(const struct call *call, const void **source, void **working, hype_error **error)
{
    static char copy[SERVE_INLINE] __attribute__((aligned(IMAGE_PAGE)));
    struct stat status;
    if (call->image) {
        *source = call->image;
        *working = memcpy(copy, call->image, call->image_size);
        return 0;
    }
    if (fstat(call->image_fd, &status) < 0)
        return error_system(error, errno, "cannot look at the arguments of %s()", call->name);
    if ((uint64_t)status.st_size < call->image_size || call->image_size < sizeof(struct image_header))
        return error_set(error, HYPE_FORMAT, "the arguments of %s() are cut short: %lld bytes of %llu", call->name,
                         (long long)status.st_size, (unsigned long long)call->image_size);
    *source = mmap(NULL, call->image_size, PROT_READ, MAP_PRIVATE, call->image_fd, 0);
    *working = mmap(NULL, call->image_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, call->image_fd, 0);
    if (*source == MAP_FAILED || *working == MAP_FAILED)
        return error_set(error, HYPE_OUT_OF_MEMORY, "no memory there for the arguments of %s(), %llu bytes", call->name,
                         (unsigned long long)call->image_size);
    return 0;
}

/* Zeroed memory for what is only out. Plain data is written straight into the return image's file; a file that has
 * been used before has its pages, and they are taken at once. */
static int map_reserved(const struct call *call, const struct image_header *header, bool in_place, void **reserved,
                        hype_error **error)
{
    struct stat status;
    *reserved = NULL;
    if (header->reserved_size == 0)
        return 0;
    off_t end = (off_t)(IMAGE_RESERVED_START + header->reserved_size);
    bool used = in_place && fstat(call->returned_fd, &status) == 0 && status.st_size >= end;
    if (!in_place)
        *reserved = mmap(NULL, header->reserved_size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    else if (used || ftruncate(call->returned_fd, end) == 0)
        *reserved = mmap(NULL, header->reserved_size, PROT_READ | PROT_WRITE, MAP_SHARED | (used ? MAP_POPULATE : 0),
                         call->returned_fd, IMAGE_RESERVED_START);
    if (!*reserved || *reserved == MAP_FAILED)
        return error_set(error, HYPE_OUT_OF_MEMORY,
                         "no memory there for what %s() returns through pointers, %llu bytes", call->name,
                         (unsigned long long)header->reserved_size);
    if (used)
        memset(*reserved, 0, header->reserved_size);
    return 0;
}

/* One segment at its place in the shared region, whose address space is taken already. */
static int map_segment(const struct call *call, const struct image_object *segment, int fd, char *shared,
                       hype_error **error)
{
    struct stat status;
    uint64_t start = segment->offset / SHARE_ALIGNMENT * SHARE_ALIGNMENT;
    uint64_t size = segment->offset - start + IMAGE_OBJECT_COUNT(segment);
    if (fstat(fd, &status) < 0)
        return error_system(error, errno, "cannot look at the shared arguments of %s()", call->name);
    if ((uint64_t)status.st_size != size)
        return error_set(error, HYPE_FORMAT, "shared arguments of %s() have %lld bytes where %llu are expected",
                         call->name, (long long)status.st_size, (unsigned long long)size);
    if (mmap(shared + start, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED)
        return error_set(error, HYPE_OUT_OF_MEMORY, "no memory there for the shared arguments of %s(), %llu bytes",
                         call->name, (unsigned long long)size);
    return 0;
}

/* The shared region: every segment's file mapped, nothing copied but pages that the function writes to. */
static int map_shared(const struct call *call, const struct image_header *header, void **shared, hype_error **error)
{
    *shared = NULL;
    if (header->n_segments != call->n_segments)
        return error_set(error, HYPE_FORMAT, "the arguments of %s() refer to %llu pieces of shared memory; %zu came",
                         call->name, (unsigned long long)header->n_segments, call->n_segments);
    if (header->n_segments == 0)
        return 0;
    uint64_t size = image_shared_size(header);
    *shared = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (*shared == MAP_FAILED)
        return error_set(error, HYPE_OUT_OF_MEMORY, "no memory there for the shared arguments of %s(), %llu bytes",
                         call->name, (unsigned long long)size);
    for (size_t i = 0; i < call->n_segments; i++) {
        int status = map_segment(call, &image_segments(header)[i], call->segment_fds[i], *shared, error);
        if (status < 0)
            return status;
    }
    return 0;
}

static int copy_file(const char *from, hype_error **error)
{
    const char *slash = strrchr(from, '/');
    const char *name = slash ? slash + 1 : from;
    cleanup_close int in = open(from, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (in < 0 || fstat(in, &status) < 0)
        return error_system(error, errno, "cannot read the data file %s", from);
    cleanup_close int out = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600 | (status.st_mode & 0100));
    if (out < 0)
        return error_system(error, errno, "cannot create the data file %s", name);
    return file_copy(in, out, (uint64_t)status.st_size) < 0
               ? error_system(error, errno, "cannot copy the data file %s", from)
               : 0;
}

int call_enter_folder(const char *path)
{
    return chdir(path) == 0 || (mkdir(path, 0700) == 0 && chdir(path) == 0) ? 0 : -1;
}

static int enter_folder(const struct call *call, hype_error **error)
{
    if (call->folder && call_enter_folder(call->folder) < 0)
        return error_system(error, errno, "cannot use the working folder %s", call->folder);
    for (size_t i = 0; i < call->n_files; i++) {
        int status = copy_file(call->files[i], error);
        if (status < 0)
            return status;
    }
    return 0;
}

void call_answered(struct serve_slot *slot, uint64_t size)
{
    if (size > 0) {
        slot->call = size;
        slot->state = SERVE_ANSWERED;
    }
}

bool call_answer_in_file(const struct call *call, const struct buffer *image)
{
    if (!call_image_in_file(call, image) &&
        (lseek(call->returned_fd, 0, SEEK_SET) < 0 || write_all(call->returned_fd, image->data, image->size) < 0))
        return false;
    call_answered(call->slot, image->size);
    return true;
}

/* ---- Limited memory ---- */

static struct rlimit own_limit; /* before */

/* What this process has of what RLIMIT_DATA counts: it was forked with hype-run's own. */
static uint64_t data_size(void)
{
    cleanup_free char *text = NULL;
    size_t size;
    unsigned long pages = 0; /* also where there is no /proc */
    if (file_read("/proc/self/statm", 256, &text, &size, NULL) == 0)
        sscanf(text, "%*u %*u %*u %*u %*u %lu", &pages);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* RLIMIT_DATA counts the heap and other private writable memory: what a call adds. RLIMIT_AS would count code, files
 * and mere address space too. */
static int limit_memory(const struct call *call, hype_error **error)
{
    call->slot->memory_limit = call->memory_limit;
    if (call->memory_limit == 0)
        return 0;
    int status = getrlimit(RLIMIT_DATA, &own_limit);
    struct rlimit limit = {call->memory_limit + data_size(), own_limit.rlim_max};
    if (status == 0 && limit.rlim_cur < own_limit.rlim_cur)
        status = setrlimit(RLIMIT_DATA, &limit);
    return status < 0 ? error_system(error, errno, "cannot limit the memory of %s()", call->name) : 0;
}

static void unlimit_memory(const struct call *call)
{
    if (call->memory_limit > 0)
        setrlimit(RLIMIT_DATA, &own_limit);
}

/* Memory ran out where there is a limit. */
static void blame_limit(const struct call *call, hype_error **error)
{
    if (call->memory_limit == 0 || ((*error)->status != -HYPE_MEMORY && (*error)->status != -HYPE_OUT_OF_MEMORY))
        return;
    cleanup_error hype_error *before = *error;
    *error = NULL;
    error_set(error, HYPE_OUT_OF_MEMORY,
              "%s: the environment of %s() limits its memory to %llu bytes; allow more with "
              "hype_with_limit(env, \"memory\", …)",
              before->message, call->name, (unsigned long long)call->memory_limit);
}

/* ---- The end of a call ---- */

static const struct call *running;
static bool ending;

/* Whichever thread is first: the others wait for the end of the process. */
static void begin_ending(void)
{
    while (__atomic_exchange_n(&ending, true, __ATOMIC_ACQ_REL))
        pause();
    unlimit_memory(running); /* the answer is not the function's */
}

/* What the function has left open is closed behind the answer, which need not wait for it. */
_Noreturn static void end(const struct buffer *returned)
{
    bool answered = returned->size > 0 && running->answer(running, returned);
    if (!answered) {
        running->slot->error_number = returned->size > 0 ? errno : ENOMEM;
        running->slot->state = SERVE_UNANSWERED;
    }
    submitter_close_all();
    _exit(!answered);
}

_Noreturn static void end_with_error(const hype_error *error)
{
    struct buffer image = BUFFER_EMPTY;
    if (image_encode_error(error, ERROR_CAUSES, &image, NULL) < 0)
        image.size = 0;
    end(&image);
}

/* hype_fail() in the function. */
static void failed(hype_error *error, void *return_address)
{
    void *frames[SERVE_FRAMES];
    uint64_t counters[SERVE_FRAMES];
    size_t n = 0;
    begin_ending();
    fflush(NULL);
    int depth = crash_backtrace(frames, SERVE_FRAMES), first = 0;
    while (first < depth && frames[first] != return_address)
        first++;
    for (int i = first; i < depth; i++)
        counters[n++] = (uint64_t)(uintptr_t)frames[i];
    symbols_set_frames(error, SYMBOLS_RETURN, counters, n);
    end_with_error(error);
}

/* A call of the function's own has failed, or (NULL) succeeded: should the process end now, that is perhaps why. */
static void nested_ended(const hype_error *error)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct serve_slot *slot = running->slot;
    pthread_mutex_lock(&lock);
    slot->cause_size = 0;
    for (unsigned causes = ERROR_CAUSES; error && slot->cause_size == 0; causes /= 2) {
        struct buffer image = BUFFER_EMPTY;
        if (image_encode_error(error, causes, &image, NULL) == 0 && image.size <= SERVE_CAUSE_SIZE) {
            memcpy(slot->cause, image.data, image.size);
            slot->cause_size = (uint32_t)image.size;
        }
        buffer_free(&image);
        if (causes == 0)
            break;
    }
    pthread_mutex_unlock(&lock);
}

/* ---- The call ---- */

static int run(const struct call *call, struct buffer *returned, hype_error **error)
{
    const struct hype_unit *unit;
    const struct hype_entry *entry;
    const void *source = NULL;
    void *working = NULL, *reserved = NULL, *shared = NULL, *frame;
    struct image image;
    int status = limit_memory(call, error);
    if (status == 0)
        status = enter_folder(call, error);
    if (status == 0)
        status = map_image(call, &source, &working, error);
    if (status < 0)
        return status;
    if (!registry_find_name(call->name, call->signature, &unit, &entry))
        return error_set(error, HYPE_INCOMPATIBLE,
                         "the remote object has no function %s() of the signature that the "
                         "program called: rebuild the program and its remote object together",
                         call->name);
    /* The size of the reserved region is read before decoding checks the header, so it is checked first. */
    status = image_check(source, call->image_size, IMAGE_ARGUMENTS, unit, entry, error);
    bool in_place = status == 0 && call->returned_fd >= 0 && image_reserved_in_place(source, unit);
    if (status == 0)
        status = map_reserved(call, source, in_place, &reserved, error);
    if (status == 0)
        status = map_shared(call, source, &shared, error);
    if (status == 0)
        status = image_decode_arguments(source, working, call->image_size, reserved, shared, unit, entry, &image,
                                        &frame, error);
    if (status < 0)
        return error_wrap(error, status, "%s()", call->name);
    image.in_place = in_place;
    status = heap_watch(&image, error);
    if (status < 0)
        return status;
    error_on_publish = nested_ended;
    error_on_fail = failed;
    errno = 0; /* what there is of it later is the function's own */
    call->slot->state = SERVE_RUNNING;
    if (!call->slot->stamps.at[TRACE_AT_RUN]) /* the first of a batch */
        call->slot->stamps.at[TRACE_AT_RUN] = trace_clock();
    status = invoke_entry(entry, frame, error);
    fflush(NULL);
    call->slot->stamps.at[TRACE_AT_RETURN] = trace_clock();
    call->slot->state = SERVE_CALLED;
    if (status == 0 && call->returned_fd >= 0)
        status = buffer_open_file(returned, call->returned_fd, error);
    return status == 0 ? image_encode_return(&image, returned, error) : status;
}

void call_run(const struct call *call)
{
    struct buffer returned = BUFFER_EMPTY;
    cleanup_error hype_error *error = NULL;
    running = call;
    setvbuf(stdout, NULL, _IOLBF, 0); /* lines are shown as they end, and in their order with those of stderr */
    crash_watch(call->slot);
    call->slot->state = SERVE_CALLED;
    int status = run(call, &returned, &error);
    begin_ending();
    if (status < 0) {
        blame_limit(call, &error);
        end_with_error(error);
    }
    end(&returned);
}
