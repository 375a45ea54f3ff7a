/*
 * load.c: checks and loads the remote object and the libraries that travel with it.
 *
 * What cannot be loaded is refused with the reason that a person can act on: another architecture, a C library that
 * is too old. Undefined hype_* symbols of a remote object resolve against hype-run itself, so that a function there
 * can submit calls in its turn.
 */
#include "runner.h"

#include "registry.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>

static int check_machine(const char *path, int fd, hype_error **error)
{
    unsigned char header[sizeof(Elf64_Ehdr)], own[sizeof(Elf64_Ehdr)];
    cleanup_close int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (pread(fd, header, sizeof header, 0) != sizeof header || memcmp(header, ELFMAG, SELFMAG) != 0)
        return error_set(error, HYPE_NOT_LOADED, "%s is no ELF file", path);
    if (self < 0 || pread(self, own, sizeof own, 0) != sizeof own)
        return 0;
    const Elf64_Ehdr *theirs = (const void *)header, *ours = (const void *)own;
    if (header[EI_CLASS] == own[EI_CLASS] && theirs->e_machine == ours->e_machine)
        return 0;
    return error_set(error, HYPE_INCOMPATIBLE,
                     "%s is for another processor (ELF class %u, machine %u) than this image (class %u, machine %u): "
                     "use an image of the program's architecture",
                     path, header[EI_CLASS], theirs->e_machine, own[EI_CLASS], ours->e_machine);
}

static int check_file(const struct object_file *file, hype_error **error)
{
    char digest[SHA256_HEX_SIZE];
    cleanup_close int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_system(error, errno, "cannot read the remote object %s", file->path);
    if (file->sha256 && !file->checked) {
        int status = sha256_hex_fd(fd, digest, error);
        if (status < 0)
            return status;
        if (strcmp(digest, file->sha256) != 0)
            return error_set(error, HYPE_FORMAT,
                             "%s is not the file that was staged: its SHA-256 is %s where %s is expected; delete it, "
                             "and it will be staged again",
                             file->path, digest, file->sha256);
    }
    return check_machine(file->path, fd, error);
}

static int load_one(const struct object_file *file, hype_error **error)
{
    int status = check_file(file, error);
    if (status < 0)
        return status;
    if (dlopen(file->path, RTLD_NOW | RTLD_GLOBAL))
        return 0;
    const char *why = dlerror();
    bool libc = why && strstr(why, "GLIBC_");
    return error_set(error, HYPE_NOT_LOADED, "the remote object cannot be loaded: %s%s%s%s", why ? why : "no reason",
                     libc ? "; the C library here is glibc " : "", libc ? gnu_get_libc_version() : "",
                     libc ? ": use an image whose glibc is as new as the one the program was built with" : "");
}

/*
 * A library of the user's that has entries of its own was linked with libhype. Here hype-run itself is the runtime: a
 * second one would have a registry of its own, and most images have none. An empty library of that name takes its
 * place.
 */
__asm__(".pushsection .rodata.stub,\"a\",%progbits\n"
        ".local stub_start\nstub_start: .incbin \"" HYPE_STUB "\"\n"
        ".local stub_end\nstub_end: .byte 0\n"
        ".popsection");
extern const char stub_start[] __attribute__((visibility("hidden"))), stub_end[] __attribute__((visibility("hidden")));

static int load_stub(hype_error **error)
{
    char path[32];
    cleanup_close int fd = memfd_create("libhype.so.0", MFD_CLOEXEC);
    if (fd < 0 || write_all(fd, stub_start, (size_t)(stub_end - stub_start)) < 0)
        return error_system(error, errno, "cannot make a memory file");
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (!dlopen(path, RTLD_NOW | RTLD_GLOBAL))
        return error_set(error, HYPE_NOT_LOADED, "hype-run cannot stand in for libhype: %s", dlerror());
    return 0;
}

/* ---- What has been loaded, for backtraces and for calls that a function makes in its turn ---- */

static struct object_file *loaded; /* strings owned */
static size_t n_loaded;

static int remember(const struct object_file *files, size_t n, hype_error **error)
{
    loaded = calloc(n + 1, sizeof *loaded);
    for (; loaded && n_loaded < n; n_loaded++) {
        const struct object_file *file = &files[n_loaded];
        loaded[n_loaded] = (struct object_file){strdup(file->path), file->sha256 ? strdup(file->sha256) : NULL, true};
        if (!loaded[n_loaded].path || (file->sha256 && !loaded[n_loaded].sha256))
            break;
    }
    return n_loaded < n ? error_memory(error) : 0;
}

const char *load_digest(const char *path)
{
    for (size_t i = 0; i < n_loaded; i++)
        if (strcmp(loaded[i].path, path) == 0)
            return loaded[i].sha256;
    return NULL;
}

/* Units of the remote object have no other inside them: for their own calls it is the file that they came from. */
static int offer_remote(hype_error **error)
{
    static struct hype_remote remote;
    static struct utsname machine;
    const struct object_file *file = &loaded[n_loaded - 1];
    const char *slash = strrchr(file->path, '/'), *base = slash ? slash + 1 : file->path, *dot = strrchr(base, '.');
    struct stat status;
    if (!file->sha256)
        return error_set(error, HYPE_NOT_LOADED, "the digest of the remote object %s is not told", file->path);
    const char **libraries = calloc(n_loaded, sizeof *libraries);
    char *name = strndup(base, dot ? (size_t)(dot - base) : strlen(base));
    cleanup_close int fd = open(file->path, O_RDONLY | O_CLOEXEC);
    if (!libraries || !name || fd < 0 || fstat(fd, &status) < 0 || uname(&machine) < 0) {
        int failure = !libraries || !name ? ENOMEM : errno;
        free(libraries);
        free(name);
        return error_system(error, failure, "cannot read the remote object %s", file->path);
    }
    for (size_t i = 0; i + 1 < n_loaded; i++)
        libraries[i] = loaded[i].path;
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    remote = (struct hype_remote){.name = name,
                                  .bytes = bytes == MAP_FAILED ? NULL : bytes,
                                  .size = (uint64_t)status.st_size,
                                  .sha256 = file->sha256,
                                  .libraries = libraries,
                                  .machine = machine.machine};
    registry_offer_remote(&remote);
    return remote.bytes ? 0 : error_memory(error);
}

int load_objects(const struct object_file *files, size_t n, hype_error **error)
{
    int stub = n > 1 ? load_stub(error) : 0; /* only libraries that travel along can need it */
    int status = stub < 0 ? stub : remember(files, n, error);
    for (size_t i = 0; i < n && status == 0; i++) {
        if (i + 1 == n)
            status = offer_remote(error);
        if (status == 0)
            status = load_one(&files[i], error);
    }
    return status;
}
