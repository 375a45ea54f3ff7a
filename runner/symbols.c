/*
 * symbols.c: names for program counters, from the symbol tables of the files they lie in.
 *
 * libelf reads .symtab (static functions too), else .dynsym. The addresses are those of a forked child, which has the
 * same files at the same places as this process where they were loaded before forking.
 */
#include "runner.h"

#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

struct module {
    uint64_t address; /* wanted */
    char path[4096];
    uint64_t base;
    bool found;
};

static int match_module(struct dl_phdr_info *info, size_t size, void *context)
{
    struct module *module = context;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || module->address - (info->dlpi_addr + segment->p_vaddr) >= segment->p_memsz)
            continue;
        module->base = info->dlpi_addr;
        module->found = true;
        snprintf(module->path, sizeof module->path, "%s",
                 info->dlpi_name && *info->dlpi_name ? info->dlpi_name : "/proc/self/exe");
        return 1;
    }
    return 0;
}

/* The function symbol that covers OFFSET; its name is copied. */
static bool search_table(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, uint64_t offset, char *name, size_t size,
                         uint64_t *inside)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t n = data && header->sh_entsize ? header->sh_size / header->sh_entsize : 0;
    for (size_t i = 0; i < n; i++) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, (int)i, &symbol) || GELF_ST_TYPE(symbol.st_info) != STT_FUNC)
            continue;
        if (symbol.st_shndx == SHN_UNDEF || offset - symbol.st_value >= (symbol.st_size ? symbol.st_size : 1))
            continue;
        const char *found = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (!found)
            continue;
        snprintf(name, size, "%s", found);
        *inside = offset - symbol.st_value;
        return true;
    }
    return false;
}

static bool search_file(const struct module *module, char *name, size_t size, uint64_t *inside)
{
    elf_version(EV_CURRENT);
    cleanup_close int fd = open(module->path, O_RDONLY | O_CLOEXEC);
    Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
    bool found = false;
    for (int wanted = 0; elf && !found && wanted < 2; wanted++) {
        static const GElf_Word types[] = {SHT_SYMTAB, SHT_DYNSYM};
        for (Elf_Scn *section = NULL; !found && (section = elf_nextscn(elf, section));) {
            GElf_Shdr header;
            if (gelf_getshdr(section, &header) && header.sh_type == types[wanted])
                found = search_table(elf, section, &header, module->address - module->base, name, size, inside);
        }
    }
    elf_end(elf);
    return found;
}

static char *describe_one(size_t number, uint64_t address)
{
    struct module module = {.address = address};
    char name[512];
    uint64_t inside;
    dl_iterate_phdr(match_module, &module);
    if (!module.found)
        return text_format("#%zu 0x%llx\n", number, (unsigned long long)address);
    const char *slash = strrchr(module.path, '/');
    const char *file = strcmp(module.path, "/proc/self/exe") == 0 ? "hype-run" : slash ? slash + 1 : module.path;
    if (!search_file(&module, name, sizeof name, &inside))
        return text_format("#%zu 0x%llx (%s)\n", number, (unsigned long long)(address - module.base), file);
    return text_format("#%zu %s+0x%llx (%s)\n", number, name, (unsigned long long)inside, file);
}

char *symbols_describe(const uint64_t *frames, size_t n)
{
    char *text = NULL;
    for (size_t i = 0; i < n; i++) {
        /* Frames behind the first are return addresses: the call is the instruction before. */
        cleanup_free char *line = describe_one(i, frames[i] - (i > 0));
        if (line && strstr(line, "ffi_call")) /* from here on it is hype-run, not the user's program */
            break;
        char *longer = line ? text_format("%s%s", text ? text : "", line) : NULL;
        if (!longer)
            break;
        free(text);
        text = longer;
    }
    return text;
}
