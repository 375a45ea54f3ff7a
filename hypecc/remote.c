/*
 * remote.c: the object file that carries a remote object inside a program.
 *
 * It is written in the assembler's language, which takes a tenth of the time of a run of the C compiler: the
 * bytes by .incbin, and the struct hype_remote of generated.h, whose fields are all pointers or 64-bit numbers.
 *
 * What travels is the part of the remote object that is loaded. Linkers put what is not (debug information, names of
 * static functions, the table of sections) behind it; that part stays in the program, in a section of its debug
 * information, so that backtraces can be read where they arrive (rt/backtrace.c) and strip(1) removes it with the rest.
 */
#include "hypecc.h"

#include "../rt/debug_functions.h"

#include <elf.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

static char *digest_of(const void *data, size_t size)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX context;
    char *hex = format("%064d", 0);
    SHA256_Init(&context);
    SHA256_Update(&context, data, size);
    SHA256_Final(digest, &context);
    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return hex;
}

static void write_string(FILE *file, const char *label, const char *text)
{
    fprintf(file, "%s: .asciz \"", label);
    for (; *text; text++)
        fprintf(file, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    fputs("\"\n", file);
}

enum { HEADER = 64 /* bytes at the start of an ELF file in which its header lies, of either class */ };

/* One remote object, as it is written down. */
struct embedded {
    const char *path, *sidecar;
    const char *machine, *pointer; /* uname(2)'s name of the processor; the assembler's word for a pointer */
    char *data;                    /* of the whole file, with the header of what travels */
    char header[HEADER];           /* as it was */
    size_t file_size, size;        /* bytes: of the file, and of what travels */
    char *digest;                  /* of what travels */
    struct arguments libraries;
};

/* How far the file's segments reach. */
static size_t loaded_size(const char *path, char *data, size_t size)
{
    size_t n = 0, end = HEADER;
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory(data, size);
    if (!elf || elf_getphdrnum(elf, &n) < 0)
        fail("the remote object %s is no ELF file", path);
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr segment;
        if (gelf_getphdr(elf, (int)i, &segment) && segment.p_offset + segment.p_filesz > end)
            end = segment.p_offset + segment.p_filesz;
    }
    elf_end(elf);
    return end < size ? end : size;
}

/* The header of the part that is loaded: it has no sections. */
static void forget_sections(char *data)
{
    if (data[EI_CLASS] == ELFCLASS64) {
        Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)data;
        header->e_shoff = header->e_shnum = header->e_shstrndx = 0;
    } else {
        Elf32_Ehdr *header = (Elf32_Ehdr *)(void *)data;
        header->e_shoff = header->e_shnum = header->e_shstrndx = 0;
    }
}

static struct embedded examine(const char *path)
{
    static const struct {
        unsigned machine;
        const char *name;
    } machines[] = {{EM_X86_64, "x86_64"}, {EM_AARCH64, "aarch64"}, {EM_386, "i686"},  {EM_ARM, "armv7l"},
                    {EM_RISCV, "riscv64"}, {EM_PPC64, "ppc64le"},   {EM_S390, "s390x"}};
    struct embedded e = {.path = path};
    Elf64_Ehdr header; /* as far as e_machine the same for both classes */
    e.data = tool_read(path, &e.file_size);
    if (!e.data || e.file_size < HEADER)
        fail("cannot read the remote object %s", path);
    memcpy(&header, e.data, sizeof header);
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++)
        if (machines[i].machine == header.e_machine)
            e.machine = machines[i].name;
    if (!e.machine)
        fail("the remote object %s is for a processor that hypecc does not know (ELF machine %u)", path,
             header.e_machine);
    e.pointer = e.data[EI_CLASS] == ELFCLASS64 ? ".quad" : ".long";
    e.size = loaded_size(path, e.data, e.file_size);
    memcpy(e.header, e.data, HEADER);
    forget_sections(e.data);
    e.digest = digest_of(e.data, e.size);
    return e;
}

static void write_bytes(FILE *file, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(file, "%s%u", i % 16 ? "," : "\n\t.byte ", (unsigned char)bytes[i]);
    fputc('\n', file);
}

/* What stays here: the file's own header, and what lies behind the part that travels. */
static void write_rest(FILE *file, const struct embedded *e)
{
    fprintf(file, "\t.section .debug_hype_%.16s,\"\",%%progbits", e->digest);
    write_bytes(file, e->header, HEADER);
    fprintf(file, "\t.incbin \"%s\", %zu\n", e->path, e->size);
}

/* A struct hype_remote and what it points to, for the number-th remote object; 0 is the program's own. POINTER is the
 * program's. */
static void write_remote(FILE *file, const struct embedded *e, size_t number, bool last, const char *name,
                         const char *pointer)
{
    fputs("\t.section .rodata.hype,\"a\"\n", file);
    write_string(file, format(".Lname%zu", number), name);
    write_string(file, format(".Lsha256%zu", number), e->digest);
    write_string(file, format(".Lmachine%zu", number), e->machine);
    if (e->sidecar)
        write_string(file, format(".Lsidecar%zu", number), e->sidecar);
    for (size_t i = 0; i < e->libraries.n; i++)
        write_string(file, format(".Llibrary%zu_%zu", number, i), e->libraries.list[i]);
    if (!e->sidecar) {
        fprintf(file, "\t.section .hype.remote,\"a\"\n\t.balign 64\n.Lbytes%zu:", number);
        write_bytes(file, e->data, HEADER);
        fprintf(file, "\t.incbin \"%s\", %d, %zu\n", e->path, HEADER, e->size - HEADER);
    }
    fprintf(file, "\t.section .data.rel.ro.hype,\"aw\"\n\t.balign 16\n.Llibraries%zu:\n", number);
    for (size_t i = 0; i < e->libraries.n; i++)
        fprintf(file, "\t%s .Llibrary%zu_%zu\n", pointer, number, i);
    fprintf(file, "\t%s 0\n\t.balign 16\n.Lremote%zu:\n", pointer, number);
    if (number == 0)
        fputs("\t.globl hype_remote_object\n\t.hidden hype_remote_object\n\t.type hype_remote_object, %object\n"
              "hype_remote_object:\n",
              file);
    fprintf(file, "\t%s .Lname%zu\n\t%s %s\n\t.balign 8\n\t.quad %zu\n\t%s .Lsha256%zu\n", pointer, number, pointer,
            e->sidecar ? "0" : format(".Lbytes%zu", number), e->size, pointer, number);
    fprintf(file, "\t%s %s\n\t%s .Llibraries%zu\n\t%s .Lmachine%zu\n\t%s %s\n", pointer,
            e->sidecar ? format(".Lsidecar%zu", number) : "0", pointer, number, pointer, number, pointer,
            last ? "0" : format(".Lremote%zu", number + 1));
    if (number == 0)
        fputs("\t.size hype_remote_object, . - hype_remote_object\n", file);
    if (e->file_size > e->size)
        write_rest(file, e);
}

/* What a static program cannot find out at run time. */
static void write_static(FILE *file, const char *pointer)
{
    fputs("\t.section .rodata.hype,\"a\"\n\t.globl hype_run_path\n\t.hidden hype_run_path\n", file);
    write_string(file, "hype_run_path", place_run());
    if (!link_has_dwarf())
        return;
    fputs("\t.section .data.rel.ro.hype,\"aw\"\n\t.balign 16\n\t.globl hype_dwarf_table\n"
          "\t.hidden hype_dwarf_table\nhype_dwarf_table:\n",
          file);
#define WRITE_FUNCTION(name) fprintf(file, "\t%s " #name "\n", pointer);
    DWARF_FUNCTIONS(WRITE_FUNCTION)
#undef WRITE_FUNCTION
}

char *remote_embed(const struct command *command, const char *path, const char *name, const char *sidecar,
                   const struct arguments *others)
{
    struct arguments assemble = {.n = 0};
    struct embedded own = examine(path);
    if (sidecar) {
        const char *slash = strrchr(sidecar, '/');
        own.sidecar = slash ? slash + 1 : sidecar;
        tool_write(sidecar, own.data, own.size);
    }
    libraries_of(command, path, &own.libraries);
    char *source = format("%s/embed.s", tool_folder()), *object = format("%s/embed.o", tool_folder());
    FILE *file = fopen(source, "w");
    if (!file)
        fail("cannot write %s", source);
    write_remote(file, &own, 0, others->n == 0, name, own.pointer);
    for (size_t i = 0; i < others->n; i++) {
        struct embedded other = examine(others->list[i]);
        write_remote(file, &other, i + 1, i + 1 == others->n, name, own.pointer);
    }
    if (command->is_static)
        write_static(file, own.pointer);
    fputs("\t.section .note.GNU-stack,\"\",%progbits\n", file);
    if (fclose(file) != 0)
        fail("cannot write %s", source);
    for (size_t i = 0; i < wrapped.n; i++)
        arguments_add(&assemble, wrapped.list[i]);
    for (size_t i = 0; i < command->n_words; i++) { /* -m32, --target=… */
        const struct word *word = &command->words[i];
        bool target = strncmp(word->argument, "--target", 8) == 0 || strcmp(word->argument, "-target") == 0;
        if (!word->linker && (target || strncmp(word->argument, "-m", 2) == 0))
            arguments_add_word(&assemble, word);
    }
    arguments_add(&assemble, "-c");
    arguments_add(&assemble, source);
    arguments_add(&assemble, "-o");
    arguments_add(&assemble, object);
    if (tool_run(&assemble) != 0)
        fail("cannot embed the remote object");
    return object;
}
