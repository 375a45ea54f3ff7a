/*
 * portable.c: lets a hype-run that was linked with a newer glibc start where there is glibc 2.31.
 *
 * Since glibc 2.34 what was in libpthread and libdl is in libc.so.6, under a newer version; the old versions of the
 * same functions are still there. The linker (--wrap, see CMakeLists.txt) hands every use of these names to this file,
 * also those in archives, and here they are taken by their old versions. libpthread.so.0 and libdl.so.2, where they
 * used to be, are named as needed; newer systems have empty ones.
 */
#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#if defined(__x86_64__)
#define OLD          "GLIBC_2.2.5"
#define OLD_SETCLOCK "GLIBC_2.3.3"
#define JUMP(to)     "jmp *" to "@GOTPCREL(%rip)"
enum { STAT_VERSION = 1 };
#elif defined(__aarch64__)
#define OLD          "GLIBC_2.17"
#define OLD_SETCLOCK OLD
#define JUMP(to)     "b " to
enum { STAT_VERSION = 0 };
#else
#error "which version of glibc was the first for this processor?"
#endif

#define TAKE(name, version)                                                                                            \
    __asm__(".symver old_" #name ", " #name "@" version "\n"                                                           \
            ".globl __wrap_" #name "\n.hidden __wrap_" #name "\n.type __wrap_" #name ", %function\n"                   \
            "__wrap_" #name ": " JUMP("old_" #name) "\n");
#define TAKE_OLD(name) TAKE(name, OLD)
TAKE_OLD(__pthread_key_create)
TAKE_OLD(dladdr)
TAKE_OLD(dlclose)
TAKE_OLD(dlerror)
TAKE_OLD(dlopen)
TAKE_OLD(dlsym)
TAKE_OLD(pthread_create)
TAKE_OLD(pthread_detach)
TAKE_OLD(pthread_getspecific)
TAKE_OLD(pthread_join)
TAKE_OLD(pthread_key_create)
TAKE_OLD(pthread_key_delete)
TAKE_OLD(pthread_once)
TAKE_OLD(pthread_rwlock_destroy)
TAKE_OLD(pthread_rwlock_init)
TAKE_OLD(pthread_rwlock_rdlock)
TAKE_OLD(pthread_rwlock_unlock)
TAKE_OLD(pthread_rwlock_wrlock)
TAKE_OLD(pthread_setspecific)
TAKE_OLD(pthread_sigmask)
TAKE_OLD(sem_destroy)
TAKE_OLD(sem_init)
TAKE_OLD(sem_post)
TAKE_OLD(sem_wait)
TAKE(pthread_condattr_setclock, OLD_SETCLOCK)

/* Before 2.33 these were inline functions around others. */
int old_xstat(int version, const char *path, struct stat *status);
int old_lxstat(int version, const char *path, struct stat *status);
int old_fxstat(int version, int fd, struct stat *status);
__asm__(".symver old_xstat, __xstat@" OLD "\n.symver old_lxstat, __lxstat@" OLD "\n.symver old_fxstat, __fxstat@" OLD);
int __wrap_stat(const char *path, struct stat *status);
int __wrap_lstat(const char *path, struct stat *status);
int __wrap_fstat(int fd, struct stat *status);

int __wrap_stat(const char *path, struct stat *status)
{
    return old_xstat(STAT_VERSION, path, status);
}

int __wrap_lstat(const char *path, struct stat *status)
{
    return old_lxstat(STAT_VERSION, path, status);
}

int __wrap_fstat(int fd, struct stat *status)
{
    return old_fxstat(STAT_VERSION, fd, status);
}

/* Of 2.36; expat seeds its hash tables with it. */
void __wrap_arc4random_buf(void *data, size_t size);
void __wrap_arc4random_buf(void *data, size_t size)
{
    for (char *at = data; size > 0;) {
        ssize_t n = getrandom(at, size, 0);
        at += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
}

#ifdef DLFO_STRUCT_HAS_EH_DBASE
/* Of 2.35: libgcc's unwinder finds the frames of the object that an address lies in with it. Where there is one it is
 * used, since it takes no lock and may be called in any signal handler. */
typedef int find_object(void *address, struct dl_find_object *found);
static find_object *real_find_object;

__attribute__((constructor)) static void take_find_object(void)
{
    void *function = dlsym(RTLD_DEFAULT, "_dl_find_object");
    memcpy(&real_find_object, &function, sizeof function);
}

struct object_search {
    uintptr_t address;
    struct dl_find_object *found;
};

static int match_object(struct dl_phdr_info *info, size_t size, void *context)
{
    const struct object_search *search = context;
    (void)size;
    *search->found = (struct dl_find_object){0};
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_GNU_EH_FRAME)
            search->found->dlfo_eh_frame = (void *)start;
        if (segment->p_type == PT_LOAD && search->address - start < segment->p_memsz) {
            search->found->dlfo_map_start = (void *)start;
            search->found->dlfo_map_end = (void *)(start + segment->p_memsz);
        }
    }
    return search->found->dlfo_map_start && search->found->dlfo_eh_frame;
}

find_object __wrap__dl_find_object;
int __wrap__dl_find_object(void *address, struct dl_find_object *found)
{
    struct object_search search = {(uintptr_t)address, found};
    if (real_find_object)
        return real_find_object(address, found);
    return dl_iterate_phdr(match_object, &search) ? 0 : -1;
}
#endif

/* Since 2.34 the C library runs a program's constructors itself, and a program says so by having no init function. The
 * old entry calls the one that it is given, in old and new libraries. */
typedef void initializer(int argc, char **argv, char **environment);
extern initializer *__preinit_array_start[] __attribute__((visibility("hidden"))),
    *__preinit_array_end[] __attribute__((visibility("hidden"))),
    *__init_array_start[] __attribute__((visibility("hidden"))),
    *__init_array_end[] __attribute__((visibility("hidden")));
typedef void finalizer(void);

static void initialize(int argc, char **argv, char **environment)
{
    for (initializer **each = __preinit_array_start; each < __preinit_array_end; each++)
        (*each)(argc, argv, environment);
    for (initializer **each = __init_array_start; each < __init_array_end; each++)
        (*each)(argc, argv, environment);
}

int old_start(int (*entry)(int, char **, char **), int argc, char **argv, initializer *init, finalizer *fini,
              finalizer *loader_fini, void *stack_end);
__asm__(".symver old_start, __libc_start_main@" OLD);
int __wrap___libc_start_main(int (*entry)(int, char **, char **), int argc, char **argv, initializer *init,
                             finalizer *fini, finalizer *loader_fini, void *stack_end);

int __wrap___libc_start_main(int (*entry)(int, char **, char **), int argc, char **argv, initializer *init,
                             finalizer *fini, finalizer *loader_fini, void *stack_end)
{
    /* Destructors are the dynamic linker's affair (loader_fini), then as now. */
    return old_start(entry, argc, argv, init ? init : initialize, fini, loader_fini, stack_end);
}
