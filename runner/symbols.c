/*
 * symbols.c: what a backtrace's program counters are called here, and where the submitting side finds more.
 *
 * That side has the debug information of what was staged, so a frame in a staged file travels as the file's digest and
 * an address. Its name here, and those of the system's libraries, come from symbol tables: libelf reads .symtab where a
 * file has one, else the dynamic linker knows exported ones. The counters are those of a forked child, which has the
 * same files at the same places as this process where they were loaded before forking.
 */
#include "runner.h"

#include "module.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <string.h>

struct symbol {
    char name[512];
    uint64_t inside; /* bytes from its start */
};

/* The function symbol that covers OFFSET. */
static bool search_table(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, uint64_t offset, struct symbol *found)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t n = data && header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
    for (size_t i = 0; i < n; i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, (int)i, &symbol) || GELF_ST_TYPE(symbol.st_info) != STT_FUNC)
            continue;
        if (symbol.st_shndx == SHN_UNDEF || offset - symbol.st_value >= (symbol.st_size ? symbol.st_size : 1))
            continue;
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (!name)
            continue;
        snprintf(found->name, sizeof found->name, "%s", name);
        found->inside = offset - symbol.st_value;
        return true;
    }
    return false;
}

static bool search_file(const struct module *module, uint64_t offset, struct symbol *symbol)
{
    elf_version(EV_CURRENT);
    cleanup_close int fd = open(module->path, O_RDONLY | O_CLOEXEC);
    Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
    bool found = false;
    for (Elf_Scn *section = NULL; elf && !found && (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
            found = search_table(elf, section, &header, offset, symbol);
    }
    elf_end(elf);
    return found;
}

static bool search_exported(uint64_t address, struct symbol *symbol)
{
    Dl_info info;
    if (!dladdr((void *)(uintptr_t)address, &info) || !info.dli_sname)
        return false;
    snprintf(symbol->name, sizeof symbol->name, "%s", info.dli_sname);
    symbol->inside = address - (uint64_t)(uintptr_t)info.dli_saddr;
    return true;
}

/* "hello.so" for "/staging/hello-HASH.so". */
static char *shown_name(const struct module *module, const char *sha256)
{
    const char *slash = strrchr(module->path, '/'), *base = slash ? slash + 1 : module->path;
    cleanup_free char *hash = sha256 ? text_format("-%.32s", sha256) : NULL;
    const char *at = hash ? strstr(base, hash) : NULL;
    if (module->program)
        return strdup("hype-run");
    return at ? text_format("%.*s%s", (int)(at - base), base, at + strlen(hash)) : strdup(base);
}

static char *describe(const struct module *module, uint64_t address, const char *sha256)
{
    struct symbol symbol;
    uint64_t offset = address - module->base;
    cleanup_free char *file = shown_name(module, sha256);
    if (!search_file(module, offset, &symbol) && !search_exported(address, &symbol))
        return text_format("0x%llx (%s)", (unsigned long long)offset, file ? file : "?");
    return text_format("%s+0x%llx (%s)", symbol.name, (unsigned long long)symbol.inside, file ? file : "?");
}

void symbols_set_frames(hype_error *error, enum symbols_first first, const uint64_t *counters, size_t n)
{
    struct error_frame frames[SERVE_FRAMES] = {{0}};
    size_t n_frames = 0;
    for (size_t i = 0; i < n && n_frames < SERVE_FRAMES; i++) {
        /* A return address: the call is the instruction before. */
        uint64_t address = counters[i] - (i > 0 || first == SYMBOLS_RETURN);
        struct module module;
        if (!module_find(address, &module)) {
            frames[n_frames++] = (struct error_frame){.text = text_format("0x%llx", (unsigned long long)address)};
            continue;
        }
        const char *sha256 = load_digest(module.path);
        char *text = describe(&module, address, sha256);
        if (text && text_starts_with(text, "ffi_call")) { /* from here on it is hype-run, not the user's program */
            free(text);
            break;
        }
        frames[n_frames++] = (struct error_frame){text, sha256, address - module.base};
    }
    error_set_frames(error, frames, n_frames);
    while (n_frames > 0)
        free((char *)(uintptr_t)frames[--n_frames].text);
}
