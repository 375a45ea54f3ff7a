/*
 * hypecc.h: the parts of the compiler wrapper.
 *
 * main.c decides; compile.c turns one unit with HYPE_FN functions into an object; link.c links a program together
 * with its remote object; libclang is in a program of its own (hypecc-scan), so that a unit without HYPE_FN never
 * pays for loading it.
 */
#ifndef HYPECC_H
#define HYPECC_H

#include "options.h"

#include <stdbool.h>
#include <stddef.h>

/* A growing list of arguments, ending with NULL. Strings are borrowed and live until the process ends: so does
 * everything that a wrapper of one command allocates. */
struct arguments {
    char **list;
    size_t n, capacity;
};
void arguments_add(struct arguments *arguments, const char *argument);
void arguments_add_word(struct arguments *arguments, const struct word *word);
/* All of a command line as the wrapped compiler can have it: without -Whype-... */
void arguments_add_plain(struct arguments *arguments, char **command_line);
/* A word of a link: each input gets its own -x, since some have become objects. */
void arguments_add_link_word(struct arguments *arguments, const struct word *word);

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say(const char *format, ...) __attribute__((format(printf, 1, 2))); /* with HYPECC_VERBOSE=1 only */
char *format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- tool.c: processes and files ---- */

/* The wrapped compiler, one or more words ("ccache gcc"). */
extern struct arguments wrapped;

_Noreturn void tool_exec(struct arguments *arguments);
/* Runs to the end; its exit status. A compiler that is killed by a signal ends this process by the same one. */
int tool_run(struct arguments *arguments);
/* The same, with another standard input. */
int tool_run_from(struct arguments *arguments, int input);
/* The same for what may be too long for a command line: then all but its first N words go by a response file. */
int tool_run_long(struct arguments *arguments, size_t n_words);
/* As tool_run, its standard output as a new string. */
int tool_capture(struct arguments *arguments, char **output, size_t *size);

/* A private folder that is removed when this process ends, also by a signal. */
const char *tool_folder(void);
/* Removes it at once: for a command that ends as the wrapped compiler. */
void tool_forget_folder(void);
void tool_make_folder(const char *path);
void tool_write(const char *path, const void *data, size_t size);
/* NULL when the file cannot be read. */
char *tool_read(const char *path, size_t *size);

/* ---- Where things are, relative to this program: an installation, or the build tree. */
const char *place_include(void); /* NULL when the compiler looks there anyway */
const char *place_library(void);
const char *place_scan(void);
const char *place_run(void); /* hype-run */

struct target;

/* ---- compile.c ---- */

/* Does the C source, or a header of its project, have TEXT in it? */
bool compile_mentions(const struct command *command, const struct word *source, const char *text);
/* Might it define HYPE_FN functions? */
bool compile_may_define(const struct command *command, const struct word *source);
/* Does an option mean anything to one compile, or only to a link? Inputs and what chooses the step do not. */
bool compile_heeds(const struct word *word);
/* The code that goes with SOURCE, or NULL when there is none to add, or when libclang cannot read the unit: then
 * *UNREAD is its first error. Exits when hypecc-scan has found errors. */
char *compile_generate(const struct command *command, const struct word *source, const char *mode, char **unread);
/* What every C compile gets: hype's headers, and position-independent code. */
void compile_add_common(struct arguments *arguments, const struct command *command);
/* In a linking command objects are temporary: dependency files, and others that a compile leaves, are named as the
 * wrapped compiler names them there. */
void compile_add_names(struct arguments *arguments, const struct command *command, const char *source);
/* Compiles, or preprocesses, SOURCE with GENERATED behind it into OUTPUT (NULL: standard output), by the wrapped
 * compiler or for TARGET; the exit status. */
int compile_unit(const struct command *command, const struct word *source, const char *generated, const char *output,
                 const char *dependency_file, const struct target *target);

/* ---- link.c ---- */
/* Does an input hold entries, or call them? Sources are read as they stand. */
bool link_concerns_hype(const struct command *command);
/* Links what COMMAND says, whose sources have become objects; the exit status. Executes the wrapped compiler with the
 * command's ARGUMENTS where no input holds entries. */
int link_program(const struct command *command, char **arguments, bool sidecar);
/* The file that WORD brings into the link: an input, or the archive in a -L folder that is meant by -l; or NULL. */
const char *link_file(const struct command *command, const struct word *word);
/* Are the archives there that make backtraces of static programs tell files and lines? */
bool link_has_dwarf(void);
/* The name of the output without its folder and extension. */
char *link_stem(const struct command *command);

/* ---- remote.c ---- */
/* An object file that embeds the remote object at PATH, and those for other processors at OTHERS. With SIDECAR, a path,
 * what travels is written there. */
char *remote_embed(const struct command *command, const char *path, const char *name, const char *sidecar,
                   const struct arguments *others);

/* ---- targets.c ---- */
/* Another processor that the remote object is built for besides: a word or more of HYPECC_TARGETS. */
struct target {
    const char *name; /* "aarch64-linux-gnu-gcc" */
    struct arguments compiler;
};
const struct target *targets_wanted(size_t *n);
/* The target's compiler in place of the wrapped one. */
void targets_add_compiler(struct arguments *arguments, const struct target *target);
/* Is the option one for this target? NULL is the program's own processor, and heeds all. */
bool targets_heeds(const struct target *target, const struct word *word);
/* Can OBJECT take what is made for targets? Not a device, nor LLVM's bitcode. */
bool targets_fit(const char *object);
/* Puts the object OTHER, made for the target, into OBJECT. */
void targets_attach(const struct target *target, const char *object, const char *other);
/* The remote object for the target of what COMMAND links. */
const char *targets_link(const struct command *command, const struct target *target);

/* ---- libraries.c ---- */
/* Is there a file NAME in one of the folders of the base system's libraries? */
bool libraries_in_system(const char *name);
/* The names of the shared libraries that must travel with the remote object at PATH, in the order in which they can be
 * loaded: what it needs, and what those need in turn. */
void libraries_of(const struct command *command, const char *path, struct arguments *names);

#endif
