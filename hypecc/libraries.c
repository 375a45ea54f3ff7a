/*
 * libraries.c: the shared libraries that travel with a remote object.
 *
 * A library of the base system is expected in every image; any other one is found as the dynamic linker would find it,
 * and so is what it needs in turn. HYPE_STAGE_LIBS decides otherwise where that guess is wrong.
 */
#include "hypecc.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The C library's parts: two of them in one process cannot work. */
static bool of_libc(const char *name)
{
    static const char *const parts[] = {"libc.so.", "libm.so.",      "libpthread.so.", "libdl.so.",  "librt.so.",
                                        "ld-linux", "libresolv.so.", "libutil.so.",    "libhype.so."};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strncmp(name, parts[i], strlen(parts[i])) == 0)
            return true;
    return false;
}

/* Is PATH the file NAME of one of the folders of the base system's libraries? NULL: is there such a file? */
static bool is_of_system(const char *path, const char *name)
{
    static const char *const folders[] = {"/lib", "/usr/lib", "/lib64", "/usr/lib64"};
    static const char *const multiarch[] = {"", "/x86_64-linux-gnu", "/aarch64-linux-gnu", "/i386-linux-gnu"};
    struct stat wanted, found;
    if (path && stat(path, &wanted) < 0)
        return false;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        for (size_t j = 0; j < sizeof multiarch / sizeof *multiarch; j++)
            if (stat(format("%s%s/%s", folders[i], multiarch[j], name), &found) == 0 &&
                (!path || (wanted.st_dev == found.st_dev && wanted.st_ino == found.st_ino)))
                return true;
    return false;
}

bool libraries_in_system(const char *name)
{
    return is_of_system(NULL, name);
}

/* HYPE_STAGE_LIBS: patterns with commas between; '!' before one means that what it matches stays. The first that
 * matches counts. FILE: where the library was found, or NULL. */
static bool travels(const char *name, const char *file)
{
    const char *slash = strrchr(name, '/'), *base = slash ? slash + 1 : name, *chosen = getenv("HYPE_STAGE_LIBS");
    if (of_libc(base))
        return false;
    char *rest = format("%s", chosen ? chosen : "");
    for (char *pattern; (pattern = strsep(&rest, ","));)
        if (*pattern && fnmatch(*pattern == '!' ? pattern + 1 : pattern, base, 0) == 0)
            return *pattern != '!';
    return !is_of_system(file, base);
}

/* What a library's dynamic section says: what it needs, and where that may be. */
static void read_dynamic(const char *path, struct arguments *needed, struct arguments *folders)
{
    elf_version(EV_CURRENT);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
    const char *slash = strrchr(path, '/');
    char *origin = slash ? format("%.*s", (int)(slash - path), path) : format(".");
    for (Elf_Scn *section = NULL; elf && (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_DYNAMIC)
            continue;
        Elf_Data *data = elf_getdata(section, NULL);
        GElf_Dyn entry;
        for (int i = 0; data && gelf_getdyn(data, i, &entry) && entry.d_tag != DT_NULL; i++) {
            bool search = entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH;
            const char *text =
                search || entry.d_tag == DT_NEEDED ? elf_strptr(elf, header.sh_link, entry.d_un.d_val) : NULL;
            if (text && !search)
                arguments_add(needed, format("%s", text));
            char *rest = text && search ? format("%s", text) : NULL;
            for (char *folder; (folder = strsep(&rest, ":"));)
                arguments_add(folders, strncmp(folder, "$ORIGIN", 7) == 0     ? format("%s%s", origin, folder + 7)
                                       : strncmp(folder, "${ORIGIN}", 9) == 0 ? format("%s%s", origin, folder + 9)
                                                                              : folder);
        }
    }
    elf_end(elf);
    if (fd >= 0)
        close(fd);
}

static char *find_in(const struct arguments *folders, const char *name)
{
    for (size_t i = 0; i < folders->n; i++) {
        char *path = format("%s/%s", folders->list[i], name);
        if (access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

static void collect(const char *path, const struct arguments *common, struct arguments *seen, struct arguments *names)
{
    struct arguments needed = {.n = 0}, folders = {.n = 0};
    read_dynamic(path, &needed, &folders);
    for (size_t i = 0; i < common->n; i++)
        arguments_add(&folders, common->list[i]);
    for (size_t i = 0; i < needed.n; i++) {
        const char *name = needed.list[i];
        const char *file = strchr(name, '/') ? name : find_in(&folders, name);
        bool known = !travels(name, file);
        for (size_t j = 0; j < seen->n && !known; j++)
            known = strcmp(seen->list[j], name) == 0;
        if (known)
            continue;
        arguments_add(seen, name);
        if (file)
            collect(file, common, seen, names);
        arguments_add(names, name); /* behind what it needs */
    }
}

/* Folders with colons between; LIST may be NULL. */
static void add_list(struct arguments *folders, const char *list)
{
    char *rest = list ? format("%s", list) : NULL;
    for (char *folder; (folder = strsep(&rest, ":"));)
        if (*folder)
            arguments_add(folders, folder);
}

/* The folders that the linker and the dynamic linker are told of. */
static void add_folders(const struct command *command, struct arguments *folders)
{
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        enum option_effect effect = word->option ? word->option->effect : EFFECT_PASS;
        const char *slash = strrchr(word->argument, '/');
        if (effect == EFFECT_LIBRARY_FOLDER && word->value)
            arguments_add(folders, word->value);
        if ((word->input || effect == EFFECT_LINKER_FILE) && slash) /* given by path: others may lie beside it */
            arguments_add(folders, format("%.*s", (int)(slash - word->argument), word->argument));
        if (effect == EFFECT_RUN_FOLDER)
            add_list(folders, word->value);
    }
    add_list(folders, getenv("LD_LIBRARY_PATH"));
}

void libraries_of(const struct command *command, const char *path, struct arguments *names)
{
    struct arguments folders = {.n = 0}, seen = {.n = 0};
    add_folders(command, &folders);
    collect(path, &folders, &seen, names);
}
