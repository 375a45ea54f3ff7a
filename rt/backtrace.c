/*
 * backtrace.c: from addresses in staged files to functions and lines, by libdw.
 *
 * A remote object is put together again from the part that travels and the part that stayed in the program's section
 * .debug_hype_DIGEST (hypecc/remote.c); a library is the file that the program itself has loaded. Either becomes a
 * module of libdwfl, which also finds separate debug files, and is kept.
 */
#include "backtrace.h"

#include "debug_library.h"
#include "fork.h"
#include "module.h"
#include "util.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* A staged file, or what was looked for and not found. */
struct resolved {
    char sha256[SHA256_HEX_SIZE];
    char *name; /* "hello.so" */
    Dwfl *dwfl;
    Dwfl_Module *module;
    struct resolved *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all of the below; libdw is not thread-safe */
static const struct dwarf_table *dw;
static struct resolved *known;

static void after_fork_in_child(void)
{
    pthread_mutex_init(&lock, NULL);
    known = NULL;
}
IN_FORKED_CHILD(after_fork_in_child);

/* ---- Files ---- */

/* PATH tells where a separate file of debug information may lie. */
static int open_module(struct resolved *file, const char *path, int fd)
{
    static Dwfl_Callbacks callbacks;
    callbacks = (Dwfl_Callbacks){.find_elf = dw->dwfl_build_id_find_elf,
                                 .find_debuginfo = dw->dwfl_standard_find_debuginfo,
                                 .section_address = dw->dwfl_offline_section_address};
    file->dwfl = dw->dwfl_begin(&callbacks);
    if (!file->dwfl)
        return -1;
    dw->dwfl_report_begin(file->dwfl);
    file->module = dw->dwfl_report_elf(file->dwfl, file->name, path, dup(fd), 0, true);
    return dw->dwfl_report_end(file->dwfl, NULL, NULL);
}

/* The contents of a section of the file PATH into FD. */
static int copy_section(const char *path, const char *wanted, int fd)
{
    cleanup_close int in = open(path, O_RDONLY | O_CLOEXEC);
    size_t names;
    int status = -1;
    Elf *elf = in >= 0 && dw->elf_version(EV_CURRENT) != EV_NONE ? dw->elf_begin(in, ELF_C_READ, NULL) : NULL;
    if (elf && dw->elf_getshdrstrndx(elf, &names) == 0)
        for (Elf_Scn *section = NULL; (section = dw->elf_nextscn(elf, section));) {
            GElf_Shdr header;
            const char *name = dw->gelf_getshdr(section, &header) ? dw->elf_strptr(elf, names, header.sh_name) : NULL;
            if (!name || strcmp(name, wanted) != 0)
                continue;
            if (header.sh_flags & SHF_COMPRESSED) /* by -gz, as all sections of that prefix */
                dw->elf_compress(section, 0, 0);
            const Elf_Data *data = dw->elf_getdata(section, NULL);
            status = data ? write_all(fd, data->d_buf, data->d_size) : -1;
            break;
        }
    dw->elf_end(elf);
    return status;
}

/* The file as it was linked: what the section begins with is its own header, what follows lies behind what travels. */
static int join(const struct hype_remote *remote, int rest, int whole)
{
    enum { HEADER = 64 };
    char header[HEADER];
    if (read(rest, header, HEADER) != HEADER || remote->size < HEADER || write_all(whole, header, HEADER) < 0 ||
        write_all(whole, remote->bytes + HEADER, remote->size - HEADER) < 0)
        return -1;
    char buffer[64 * 1024];
    for (ssize_t n; (n = read(rest, buffer, sizeof buffer)) != 0;)
        if (n < 0 || write_all(whole, buffer, (size_t)n) < 0)
            return -1;
    return 0;
}

static int open_remote(struct resolved *file, const struct hype_unit *unit, const struct hype_remote *remote)
{
    struct module program;
    cleanup_close int rest = memfd_create("hype-debug", MFD_CLOEXEC), whole = memfd_create("hype-debug", MFD_CLOEXEC);
    cleanup_free char *section = text_format(".debug_hype_%.16s", remote->sha256);
    file->name = text_format("%s.so", remote->name);
    if (rest < 0 || whole < 0 || !section || !file->name || !remote->bytes)
        return -1;
    if (!module_find((uint64_t)(uintptr_t)unit->entries, &program) || copy_section(program.path, section, rest) < 0)
        return -1; /* a stripped program */
    return lseek(rest, 0, SEEK_SET) == 0 && join(remote, rest, whole) == 0 ? open_module(file, program.path, whole)
                                                                           : -1;
}

/* A sidecar is mapped for a while. */
static int open_sidecar(struct resolved *file, const struct hype_unit *unit, const struct hype_remote *remote)
{
    cleanup_free char *beside = module_beside(unit->entries, remote->sidecar);
    cleanup_close int fd = beside ? open(beside, O_RDONLY | O_CLOEXEC) : -1;
    char digest[SHA256_HEX_SIZE];
    if (fd < 0 || sha256_hex_fd(fd, digest, NULL) < 0 || strcmp(digest, remote->sha256) != 0)
        return -1;
    void *bytes = mmap(NULL, remote->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return -1;
    struct hype_remote mapped = *remote;
    mapped.bytes = bytes;
    int status = open_remote(file, unit, &mapped);
    munmap(bytes, remote->size);
    return status;
}

static int open_library(struct resolved *file, const char *name)
{
    char path[sizeof((struct module *)0)->path], digest[SHA256_HEX_SIZE];
    if (!module_path(name, path))
        return -1;
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    const char *slash = strrchr(path, '/');
    if (fd < 0 || sha256_hex_fd(fd, digest, NULL) < 0 || strcmp(digest, file->sha256) != 0)
        return -1;
    file->name = strdup(slash ? slash + 1 : path);
    return file->name ? open_module(file, path, fd) : -1;
}

static void open_file(struct resolved *file, const struct hype_unit *unit)
{
    for (const struct hype_remote *remote = unit->remote; remote; remote = remote->next) {
        if (strcmp(remote->sha256, file->sha256) == 0) {
            if (remote->bytes)
                open_remote(file, unit, remote);
            else
                open_sidecar(file, unit, remote);
            return;
        }
        for (size_t i = 0; remote->libraries && remote->libraries[i]; i++)
            if (open_library(file, remote->libraries[i]) == 0)
                return;
    }
}

static const struct resolved *find_file(const char *sha256, const struct hype_unit *unit)
{
    for (const struct resolved *file = known; file; file = file->next)
        if (strcmp(file->sha256, sha256) == 0)
            return file;
    struct resolved *file = calloc(1, sizeof *file);
    if (!file)
        return NULL;
    memcpy(file->sha256, sha256, SHA256_HEX_SIZE);
    open_file(file, unit);
    file->next = known;
    known = file;
    return file;
}

/* ---- Addresses ---- */

/* The lines so far. */
struct text {
    char *lines;
    size_t number;
    bool out_of_memory;
};

static void add(struct text *text, char *line) /* takes LINE */
{
    char *longer = line && !text->out_of_memory
                       ? text_format("%s#%zu %s\n", text->lines ? text->lines : "", text->number++, line)
                       : NULL;
    free(line);
    free(text->lines);
    text->lines = longer;
    text->out_of_memory = !longer;
}

/* The generated code below the user's function. */
static bool is_generated(const char *name)
{
    return text_starts_with(name, "hype_invoke_");
}

/* The unit that has code at ADDRESS; clang writes no table of them. */
static Dwarf_Die *find_unit(Dwfl_Module *module, uint64_t address, Dwarf_Addr *bias)
{
    Dwarf_Die *unit = dw->dwfl_module_addrdie(module, address, bias);
    if (unit)
        return unit;
    while ((unit = dw->dwfl_module_nextcu(module, unit, bias)))
        if (dw->dwarf_haspc(unit, address - *bias) > 0)
            return unit;
    return NULL;
}

enum { SCOPES = 64 /* that many functions may be inlined into each other */ };

/* The functions that have code at ADDRESS, from the outermost, which is a real one, to what is inlined in it. What
 * dwarf_getscopes() finds ends at functions that were inlined from another unit, as link time optimization does. */
static size_t find_functions(Dwarf_Die *around, Dwarf_Addr address, Dwarf_Die functions[SCOPES], size_t n)
{
    Dwarf_Die die;
    if (n == SCOPES || dw->dwarf_child(around, &die) != 0)
        return n;
    do {
        int tag = dw->dwarf_tag(&die);
        bool function = tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
        bool has_code = function || tag == DW_TAG_lexical_block;
        if (tag != DW_TAG_namespace && (!has_code || dw->dwarf_haspc(&die, address) <= 0))
            continue;
        if (function)
            functions[n] = die;
        size_t found = find_functions(&die, address, functions, n + function);
        if (found > n || has_code)
            return found;
    } while (dw->dwarf_siblingof(&die, &die) == 0);
    return n;
}

static uint64_t number_of(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    if (dw->dwarf_formudata(dw->dwarf_attr(die, name, &attribute), &value) < 0)
        return 0;
    return value;
}

/* With split debug information a unit's description lies in a file of its own. */
static Dwarf_Die *description_of(Dwarf_Die *unit, Dwarf_Die *split)
{
    memset(split, 0, sizeof *split);
    bool found = dw->dwarf_cu_info(unit->cu, NULL, NULL, NULL, split, NULL, NULL, NULL) == 0 && split->addr;
    return found ? split : unit;
}

/* "crash at /src/crash.c:14" for the function at ADDRESS and each that it was inlined into: how many. */
static size_t add_functions(struct text *text, Dwfl_Module *module, uint64_t address)
{
    Dwarf_Addr bias = 0;
    Dwarf_Die *unit = find_unit(module, address, &bias), split, functions[SCOPES];
    if (!unit)
        return 0;
    Dwarf_Die *description = description_of(unit, &split);
    Dwarf_Line *line = dw->dwarf_getsrc_die(unit, address - bias);
    const char *file = line ? dw->dwarf_linesrc(line, NULL, NULL) : NULL;
    Dwarf_Files *files = NULL;
    size_t n = find_functions(description, address - bias, functions, 0), n_files;
    int number = 0;
    if (line)
        dw->dwarf_lineno(line, &number);
    dw->dwarf_getsrcfiles(description, &files, &n_files);
    for (size_t i = n; i-- > 0;) {
        bool inlined = dw->dwarf_tag(&functions[i]) == DW_TAG_inlined_subroutine;
        const char *name = dw->dwarf_diename(&functions[i]);
        if (name && !is_generated(name))
            add(text,
                file ? text_format("%s at %s:%d%s", name, file, number, inlined ? " (inlined)" : "") : strdup(name));
        file = files ? dw->dwarf_filesrc(files, number_of(&functions[i], DW_AT_call_file), NULL, NULL) : NULL;
        number = (int)number_of(&functions[i], DW_AT_call_line);
    }
    return n;
}

/* "crash+0x12 (hello.so)" from the table of symbols. */
static bool add_symbol(struct text *text, const struct resolved *file, uint64_t address)
{
    GElf_Off inside;
    GElf_Sym symbol;
    const char *name = dw->dwfl_module_addrinfo(file->module, address, &inside, &symbol, NULL, NULL, NULL);
    if (name && !is_generated(name))
        add(text, text_format("%s+0x%llx (%s)", name, (unsigned long long)inside, file->name));
    return name != NULL;
}

static void resolve(hype_error *error, const struct hype_unit *unit)
{
    struct text text = {0};
    size_t n;
    const struct error_frame *frames = error_frames(error, &n);
    for (size_t i = 0; i < n; i++) {
        const struct resolved *file = frames[i].sha256 ? find_file(frames[i].sha256, unit) : NULL;
        if (!file || !file->module ||
            (add_functions(&text, file->module, frames[i].offset) == 0 && !add_symbol(&text, file, frames[i].offset)))
            add(&text, strdup(frames[i].text));
    }
    if (text.lines)
        error_set_backtrace(error, text.lines);
    free(text.lines);
}

void backtrace_resolve(hype_error *error, const struct hype_unit *unit)
{
    pthread_mutex_lock(&lock);
    for (; error && (dw = dwarf_load()); error = (hype_error *)(uintptr_t)error->cause)
        resolve(error, unit);
    pthread_mutex_unlock(&lock);
}
