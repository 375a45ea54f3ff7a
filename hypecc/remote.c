/*
 * remote.c: the object file that carries a remote object inside a program.
 *
 * It is written in the assembler's language, which takes a tenth of the time of a run of the C compiler: the
 * bytes by .incbin, and the struct hype_remote of generated.h, whose fields are all pointers or 64-bit numbers.
 */
#include "hypecc.h"

#include <elf.h>
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

static void write_assembly(FILE *file, const char *path, size_t size, const char *digest, const char *name,
                           const char *sidecar, const struct arguments *libraries, const char *pointer, const char *run)
{
    fputs("\t.section .rodata.hype,\"a\"\n", file);
    write_string(file, ".Lname", name);
    write_string(file, ".Lsha256", digest);
    if (sidecar)
        write_string(file, ".Lsidecar", sidecar);
    for (size_t i = 0; i < libraries->n; i++)
        write_string(file, format(".Llibrary%zu", i), libraries->list[i]);
    if (!sidecar)
        fprintf(file, "\t.section .hype.remote,\"a\"\n\t.balign 64\n.Lbytes: .incbin \"%s\"\n", path);
    fprintf(file, "\t.section .data.rel.ro.hype,\"aw\"\n\t.balign 16\n.Llibraries:\n");
    for (size_t i = 0; i < libraries->n; i++)
        fprintf(file, "\t%s .Llibrary%zu\n", pointer, i);
    fprintf(file, "\t%s 0\n\t.balign 16\n", pointer);
    fprintf(file, "\t.globl hype_remote_object\n\t.hidden hype_remote_object\n\t.type hype_remote_object, %%object\n"
                  "hype_remote_object:\n");
    fprintf(file, "\t%s .Lname\n\t%s %s\n\t.balign 8\n\t.quad %zu\n\t%s .Lsha256\n\t%s %s\n\t%s .Llibraries\n", pointer,
            pointer, sidecar ? "0" : ".Lbytes", size, pointer, pointer, sidecar ? ".Lsidecar" : "0", pointer);
    fputs("\t.size hype_remote_object, . - hype_remote_object\n", file);
    if (run) { /* a static program has no library beside which hype-run would be found */
        fputs("\t.section .rodata.hype,\"a\"\n\t.globl hype_run_path\n\t.hidden hype_run_path\n", file);
        write_string(file, "hype_run_path", run);
    }
    fputs("\t.section .note.GNU-stack,\"\",%progbits\n", file);
}

char *remote_embed(const struct command *command, const char *path, const char *name, const char *sidecar)
{
    size_t size;
    char *data = tool_read(path, &size);
    if (!data || size < EI_NIDENT)
        fail("cannot read the remote object %s", path);
    struct arguments libraries = {.n = 0}, assemble = {.n = 0};
    libraries_of(command, path, &libraries);
    char *source = format("%s/embed.s", tool_folder()), *object = format("%s/embed.o", tool_folder());
    FILE *file = fopen(source, "w");
    if (!file)
        fail("cannot write %s", source);
    write_assembly(file, path, size, digest_of(data, size), name, sidecar, &libraries,
                   data[EI_CLASS] == ELFCLASS64 ? ".quad" : ".long", command->is_static ? place_run() : NULL);
    free(data);
    if (fclose(file) != 0)
        fail("cannot write %s", source);
    for (size_t i = 0; i < wrapped.n; i++)
        arguments_add(&assemble, wrapped.list[i]);
    for (size_t i = 0; i < command->n_words; i++) { /* -m32, --target=… */
        const struct word *word = &command->words[i];
        if (strncmp(word->argument, "-m", 2) == 0 || strstr(word->argument, "target"))
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
