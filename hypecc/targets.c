/*
 * targets.c: remote objects for other processors (HYPECC_TARGETS).
 *
 * Each unit is compiled by every target's compiler too, and the results ride in the unit's own object file, in sections
 * that linkers leave out of programs: so they pass through archives and build systems like any object. A link collects
 * them again and has each target's compiler link them into one more remote object.
 */
#include "hypecc.h"

#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTION ".hype.target."

static const struct target *list;
static size_t n_list;

const struct target *targets_wanted(size_t *n)
{
    const char *text = getenv("HYPECC_TARGETS");
    struct target *targets = NULL;
    if (!list && text && *text) {
        char *rest = format("%s", text);
        for (char *words; (words = strsep(&rest, ","));) {
            struct target target = {.compiler = {.n = 0}};
            for (char *word; (word = strsep(&words, " "));)
                if (*word)
                    arguments_add(&target.compiler, word);
            if (target.compiler.n == 0)
                continue;
            const char *slash = strrchr(target.compiler.list[0], '/');
            target.name = slash ? slash + 1 : target.compiler.list[0];
            targets = realloc(targets, (n_list + 1) * sizeof *targets);
            if (!targets)
                fail("out of memory");
            targets[n_list++] = target;
        }
        list = targets;
    }
    *n = n_list;
    return list;
}

/* Does an option mean the same to a compiler for another processor? */
static bool portable(const struct word *word)
{
    static const char *const bound[] = {"-m",        "-B",       "--prefix", "-specs",   "--specs", "--sysroot",
                                        "-isysroot", "--target", "-target",  "-fuse-ld", "-flto",   "-fsanitize"};
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
        if (strncmp(word->argument, bound[i], strlen(bound[i])) == 0)
            return false;
    return true;
}

void targets_add_compiler(struct arguments *arguments, const struct target *target)
{
    for (size_t i = 0; i < target->compiler.n; i++)
        arguments_add(arguments, target->compiler.list[i]);
    /* char has one sign, whatever is usual there: captures depend on it. The command may still say otherwise. */
    arguments_add(arguments, (char)-1 < 0 ? "-fsigned-char" : "-funsigned-char");
}

bool targets_heeds(const struct target *target, const struct word *word)
{
    return !target || portable(word);
}

bool targets_fit(const char *object)
{
    struct stat status;
    char magic[SELFMAG] = "";
    int fd = stat(object, &status) == 0 && S_ISREG(status.st_mode) ? open(object, O_RDONLY | O_CLOEXEC) : -1;
    bool elf = fd >= 0 && read(fd, magic, SELFMAG) == SELFMAG && memcmp(magic, ELFMAG, SELFMAG) == 0;
    if (fd >= 0)
        close(fd);
    return elf;
}

void targets_attach(const struct target *target, const char *object, const char *other)
{
    struct arguments copy = {.n = 0};
    const char *section = format(SECTION "%s", target->name);
    arguments_add(&copy, "objcopy");
    arguments_add(&copy, "--add-section");
    arguments_add(&copy, format("%s=%s", section, other));
    arguments_add(&copy, "--set-section-flags");
    arguments_add(&copy, format("%s=exclude,readonly", section));
    arguments_add(&copy, object);
    if (tool_run(&copy) != 0)
        fail("objcopy (of binutils) cannot put the code for %s into %s", target->name, object);
}

/* ---- Collecting ---- */

struct collection {
    const char *section, *folder;
    unsigned count;
    struct arguments objects;
};

/* 'ld -r' puts sections of one name behind each other: an ELF file ends with its section headers. */
static void take_objects(struct collection *c, const char *data, size_t size, const char *from)
{
    while (size >= sizeof(Elf32_Ehdr)) {
        size_t length = 0;
        if (data[EI_CLASS] == ELFCLASS64 && size >= sizeof(Elf64_Ehdr)) {
            Elf64_Ehdr header;
            memcpy(&header, data, sizeof header);
            length = header.e_shoff + (size_t)header.e_shnum * header.e_shentsize;
        } else {
            Elf32_Ehdr header;
            memcpy(&header, data, sizeof header);
            length = header.e_shoff + (size_t)header.e_shnum * header.e_shentsize;
        }
        if (memcmp(data, ELFMAG, SELFMAG) != 0 || length == 0 || length > size)
            fail("%s: what it holds for another processor is damaged: compile it again", from);
        char *path = format("%s/%s-%u.o", c->folder, c->section + strlen(SECTION), c->count++);
        tool_write(path, data, length);
        arguments_add(&c->objects, path);
        data += length;
        size -= length;
    }
}

static bool take_from(struct collection *c, Elf *elf, const char *from)
{
    size_t names;
    bool found = false;
    if (elf_kind(elf) != ELF_K_ELF || elf_getshdrstrndx(elf, &names) < 0)
        return false;
    for (Elf_Scn *section = NULL; (section = elf_nextscn(elf, section));) {
        GElf_Shdr header;
        const char *name = gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
        Elf_Data *data = name && strcmp(name, c->section) == 0 ? elf_rawdata(section, NULL) : NULL;
        if (data) {
            take_objects(c, data->d_buf, data->d_size, from);
            found = true;
        }
    }
    return found;
}

/* What PATH (an object, or an archive's members) holds for the target; false when that is nothing. */
static bool collect(struct collection *c, const char *path)
{
    bool found = false;
    elf_version(EV_CURRENT);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    Elf *file = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
    if (file && elf_kind(file) == ELF_K_AR) {
        Elf_Cmd next = ELF_C_READ;
        for (Elf *member; (member = elf_begin(fd, next, file));) {
            found = take_from(c, member, path) || found;
            next = elf_next(member);
            elf_end(member);
        }
    } else if (file) {
        found = take_from(c, file, path);
    }
    elf_end(file);
    if (fd >= 0)
        close(fd);
    return found;
}

static bool is_archive(const char *path)
{
    size_t n = strlen(path);
    return n > 2 && strcmp(path + n - 2, ".a") == 0;
}

/* An archive of the target's objects, so that only what is needed is linked. */
static const char *archive_of(const struct target *target, struct collection *c, unsigned number)
{
    struct arguments ask = {.n = 0}, make = {.n = 0};
    char *ar;
    size_t size;
    for (size_t i = 0; i < target->compiler.n; i++)
        arguments_add(&ask, target->compiler.list[i]);
    arguments_add(&ask, "-print-prog-name=ar");
    if (tool_capture(&ask, &ar, &size) != 0 || size == 0)
        fail("%s does not tell where its ar is", target->name);
    ar[strcspn(ar, "\n")] = 0;
    char *path = format("%s/%s-%u.a", c->folder, target->name, number);
    arguments_add(&make, ar);
    arguments_add(&make, "rcs");
    arguments_add(&make, path);
    for (size_t i = 0; i < c->objects.n; i++)
        arguments_add(&make, c->objects.list[i]);
    if (tool_run(&make) != 0)
        fail("%s cannot make an archive for %s", ar, target->name);
    return path;
}

/* The input at PATH as the target's linker shall see it. */
static void add_input(struct arguments *link, const struct target *target, const char *path, unsigned number)
{
    struct collection c = {.section = format(SECTION "%s", target->name),
                           .folder = format("%s/%u", tool_folder(), 1000 + number)};
    tool_make_folder(c.folder);
    if (!collect(&c, path))
        fail("%s has no code for %s: compile it by hypecc with the same HYPECC_TARGETS, or link without", path,
             target->name);
    if (is_archive(path)) {
        arguments_add(link, archive_of(target, &c, number));
        return;
    }
    for (size_t i = 0; i < c.objects.n; i++)
        arguments_add(link, c.objects.list[i]);
}

const char *targets_link(const struct command *command, const struct target *target)
{
    struct arguments link = {.n = 0};
    const char *output = format("%s/%s.so", tool_folder(), target->name);
    targets_add_compiler(&link, target);
    arguments_add(&link, "-shared");
    for (size_t i = 0; i < command->n_words; i++) {
        const struct word *word = &command->words[i];
        enum option_effect effect = word->option ? word->option->effect : EFFECT_PASS;
        bool heeded = effect == EFFECT_STATE ||
                      (!word->linker && (effect == EFFECT_PASS || effect == EFFECT_READING || effect == EFFECT_LINK));
        const char *file = link_file(command, word);
        if (file)
            add_input(&link, target, file, (unsigned)i);
        else if (effect == EFFECT_LIBRARY && word->value && strcmp(word->value, "hype") != 0)
            arguments_add(&link, format("-l%s", word->value));
        else if (heeded && portable(word))
            arguments_add_word(&link, word);
    }
    arguments_add(&link, "-Wl,-Bdynamic,--build-id=sha1");
    arguments_add(&link, "-o");
    arguments_add(&link, output);
    if (tool_run_long(&link, target->compiler.n) != 0)
        fail("the remote object for %s cannot be linked", target->name);
    return output;
}
