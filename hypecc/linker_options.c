/* linker_options.c: the linker's own options, which come by -Wl, and -Xlinker. */
#include "options.h"

#include <string.h>

static const struct option file = {"", ARITY_NONE, EFFECT_LINKER_FILE};

/* Words first, which have one dash or two and their value behind '=' or in the next argument; then letters. What is in
 * no row has no argument of its own. Values by ld(1). */
static const struct option table[] = {
    {"--Bdynamic", ARITY_NONE, EFFECT_STATE},
    {"--Bstatic", ARITY_NONE, EFFECT_STATE},
    {"--Map", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--Tbss", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--Tdata", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--Tldata-segment", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--Trodata-segment", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--Ttext", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--Ttext-segment", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--architecture", ARITY_SEPARATE, EFFECT_LINK},
    {"--as-needed", ARITY_NONE, EFFECT_STATE},
    {"--assert", ARITY_SEPARATE, EFFECT_LINK},
    {"--audit", ARITY_SEPARATE, EFFECT_LINK},
    {"--auxiliary", ARITY_SEPARATE, EFFECT_LINK},
    {"--call_shared", ARITY_NONE, EFFECT_STATE},
    {"--default-script", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--defsym", ARITY_SEPARATE, EFFECT_LINK},
    {"--depaudit", ARITY_SEPARATE, EFFECT_LINK},
    {"--dependency-file", ARITY_SEPARATE, EFFECT_LINKER_DEPENDENCIES},
    {"--dn", ARITY_NONE, EFFECT_STATE},
    {"--dy", ARITY_NONE, EFFECT_STATE},
    {"--dynamic-linker", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--dynamic-list", ARITY_SEPARATE, EFFECT_LINK},
    {"--end-group", ARITY_NONE, EFFECT_STATE},
    {"--entry", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--exclude-libs", ARITY_SEPARATE, EFFECT_LINK},
    {"--export-dynamic-symbol", ARITY_SEPARATE, EFFECT_LINK},
    {"--export-dynamic-symbol-list", ARITY_SEPARATE, EFFECT_LINK},
    {"--filter", ARITY_SEPARATE, EFFECT_LINK},
    {"--fini", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--format", ARITY_SEPARATE, EFFECT_LINK},
    {"--hash-style", ARITY_SEPARATE, EFFECT_LINK},
    {"--ignore-unresolved-symbol", ARITY_SEPARATE, EFFECT_LINK},
    {"--init", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--just-symbols", ARITY_SEPARATE, EFFECT_LINK},
    {"--library", ARITY_SEPARATE, EFFECT_LIBRARY},
    {"--library-path", ARITY_SEPARATE, EFFECT_LIBRARY_FOLDER},
    {"--mri-script", ARITY_SEPARATE, EFFECT_LINK},
    {"--no-allow-shlib-undefined", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"--no-as-needed", ARITY_NONE, EFFECT_STATE},
    {"--no-pie", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"--no-undefined", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"--no-whole-archive", ARITY_NONE, EFFECT_STATE},
    {"--non_shared", ARITY_NONE, EFFECT_STATE},
    {"--oformat", ARITY_SEPARATE, EFFECT_LINK},
    {"--out-implib", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--output", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--pic-executable", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"--pie", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"--plugin", ARITY_SEPARATE, EFFECT_LINK},
    {"--plugin-opt", ARITY_SEPARATE, EFFECT_LINK},
    {"--pop-state", ARITY_NONE, EFFECT_STATE},
    {"--push-state", ARITY_NONE, EFFECT_STATE},
    {"--relocatable", ARITY_NONE, EFFECT_RELOCATABLE},
    {"--require-defined", ARITY_SEPARATE, EFFECT_LINK},
    {"--retain-symbols-file", ARITY_SEPARATE, EFFECT_LINK},
    {"--rpath", ARITY_SEPARATE, EFFECT_RUN_FOLDER},
    {"--rpath-link", ARITY_SEPARATE, EFFECT_RUN_FOLDER},
    {"--script", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--section-start", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--soname", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--sort-section", ARITY_SEPARATE, EFFECT_LINK},
    {"--start-group", ARITY_NONE, EFFECT_STATE},
    {"--static", ARITY_NONE, EFFECT_STATE},
    {"--strip-all", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"--task-link", ARITY_SEPARATE, EFFECT_LINK},
    {"--trace-symbol", ARITY_SEPARATE, EFFECT_LINK},
    {"--undefined", ARITY_SEPARATE, EFFECT_LINK},
    {"--unresolved-symbols", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--version-script", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--whole-archive", ARITY_NONE, EFFECT_STATE},
    {"--wrap", ARITY_SEPARATE, EFFECT_LINK},
    {"-(", ARITY_NONE, EFFECT_STATE},
    {"-)", ARITY_NONE, EFFECT_STATE},
    {"-A", ARITY_EITHER, EFFECT_LINK},
    {"-F", ARITY_EITHER, EFFECT_LINK},
    {"-G", ARITY_EITHER, EFFECT_LINK},
    {"-I", ARITY_EITHER, EFFECT_PROGRAM_ONLY},
    {"-L", ARITY_EITHER, EFFECT_LIBRARY_FOLDER},
    {"-O", ARITY_EITHER, EFFECT_LINK},
    {"-P", ARITY_EITHER, EFFECT_LINK},
    {"-R", ARITY_EITHER, EFFECT_RUN_FOLDER},
    {"-T", ARITY_EITHER, EFFECT_PROGRAM_ONLY},
    {"-Y", ARITY_EITHER, EFFECT_LINK},
    {"-a", ARITY_EITHER, EFFECT_LINK},
    {"-b", ARITY_EITHER, EFFECT_LINK},
    {"-c", ARITY_EITHER, EFFECT_LINK},
    {"-e", ARITY_EITHER, EFFECT_PROGRAM_ONLY},
    {"-f", ARITY_EITHER, EFFECT_LINK},
    {"-h", ARITY_EITHER, EFFECT_PROGRAM_ONLY},
    {"-i", ARITY_NONE, EFFECT_RELOCATABLE},
    {"-l", ARITY_EITHER, EFFECT_LIBRARY},
    {"-m", ARITY_EITHER, EFFECT_LINK},
    {"-o", ARITY_EITHER, EFFECT_PROGRAM_ONLY},
    {"-r", ARITY_NONE, EFFECT_RELOCATABLE},
    {"-s", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"-u", ARITY_EITHER, EFFECT_LINK},
    {"-y", ARITY_EITHER, EFFECT_LINK},
    {"-z", ARITY_EITHER, EFFECT_KEYWORD},
    {"", ARITY_JOINED, EFFECT_LINK},
};

const struct option *linker_option_find(const char *argument, const char **value)
{
    *value = NULL;
    if (*argument != '-')
        return &file;
    const char *name = argument + (argument[1] == '-' ? 2 : 1);
    const struct option *option = table;
    for (; strncmp(option->name, "--", 2) == 0; option++) {
        size_t length = strlen(option->name + 2);
        if (strncmp(name, option->name + 2, length) != 0 || (name[length] && name[length] != '='))
            continue;
        *value = name[length] ? name + length + 1 : NULL;
        return option;
    }
    for (; *option->name; option++) {
        if (argument[1] != option->name[1] || (argument[2] && option->arity == ARITY_NONE))
            continue;
        *value = argument[2] ? argument + 2 : NULL;
        return option;
    }
    return option;
}
