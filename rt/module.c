/* module.c: asks the dynamic linker, which works in static programs too. */
#include "module.h"

#include "util.h"

#include <link.h>
#include <stdio.h>
#include <string.h>

struct search {
    uint64_t address;
    const char *name;
    struct module *module;
    char *path;
};

static int match_address(struct dl_phdr_info *info, size_t size, void *context)
{
    struct search *search = context;
    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || search->address - (info->dlpi_addr + segment->p_vaddr) >= segment->p_memsz)
            continue;
        search->module->base = info->dlpi_addr;
        search->module->program = !info->dlpi_name || !*info->dlpi_name;
        snprintf(search->module->path, sizeof search->module->path, "%s",
                 search->module->program ? "/proc/self/exe" : info->dlpi_name);
        return 1;
    }
    return 0;
}

bool module_find(uint64_t address, struct module *module)
{
    struct search search = {.address = address, .module = module};
    return dl_iterate_phdr(match_address, &search) != 0;
}

char *module_beside(const void *address, const char *name)
{
    struct module module;
    cleanup_free char *path = module_find((uint64_t)(uintptr_t)address, &module) ? realpath(module.path, NULL) : NULL;
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? text_format("%.*s/%s", (int)(slash - path), path, name) : NULL;
}

static int match_name(struct dl_phdr_info *info, size_t size, void *context)
{
    struct search *search = context;
    const char *slash = strrchr(info->dlpi_name, '/'), *base = slash ? slash + 1 : info->dlpi_name;
    (void)size;
    if (strcmp(base, search->name) != 0 && strcmp(info->dlpi_name, search->name) != 0)
        return 0;
    snprintf(search->path, sizeof((struct module *)0)->path, "%s", info->dlpi_name);
    return 1;
}

bool module_path(const char *name, char path[4096])
{
    struct search search = {.name = name, .path = path};
    return dl_iterate_phdr(match_name, &search) != 0;
}
