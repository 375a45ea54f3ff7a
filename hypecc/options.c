/* options.c: the option table and the command line parser. */
#include "options.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sorted by strcmp. A joined option matches as a prefix; the longest name that matches counts. */
static const struct option table[] = {
    {"-###", ARITY_NONE, EFFECT_PLAIN},
    {"--analyze", ARITY_NONE, EFFECT_PLAIN},
    {"--assemble", ARITY_NONE, EFFECT_ASSEMBLE},
    {"--compile", ARITY_NONE, EFFECT_COMPILE},
    {"--config", ARITY_SEPARATE, EFFECT_PASS},
    {"--config=", ARITY_JOINED, EFFECT_PASS},
    {"--coverage", ARITY_NONE, EFFECT_PASS},
    {"--define-macro", ARITY_SEPARATE, EFFECT_READING},
    {"--define-macro=", ARITY_JOINED, EFFECT_READING},
    {"--dependencies", ARITY_NONE, EFFECT_PLAIN},
    {"--entry", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"--entry=", ARITY_JOINED, EFFECT_PROGRAM_ONLY},
    {"--for-linker", ARITY_SEPARATE, EFFECT_LINKER},
    {"--for-linker=", ARITY_JOINED, EFFECT_LINKER},
    {"--gcc-toolchain=", ARITY_JOINED, EFFECT_PASS},
    {"--help", ARITY_JOINED, EFFECT_PLAIN},
    {"--imacros", ARITY_SEPARATE, EFFECT_READING},
    {"--imacros=", ARITY_JOINED, EFFECT_READING},
    {"--include", ARITY_SEPARATE, EFFECT_READING},
    {"--include-directory", ARITY_SEPARATE, EFFECT_INCLUDE_FOLDER},
    {"--include-directory-after", ARITY_SEPARATE, EFFECT_INCLUDE_FOLDER},
    {"--include-directory-after=", ARITY_JOINED, EFFECT_INCLUDE_FOLDER},
    {"--include-directory=", ARITY_JOINED, EFFECT_INCLUDE_FOLDER},
    {"--include=", ARITY_JOINED, EFFECT_READING},
    {"--language", ARITY_SEPARATE, EFFECT_LANGUAGE},
    {"--language=", ARITY_JOINED, EFFECT_LANGUAGE},
    {"--ld-path=", ARITY_JOINED, EFFECT_LINK},
    {"--library-directory", ARITY_SEPARATE, EFFECT_LIBRARY_FOLDER},
    {"--library-directory=", ARITY_JOINED, EFFECT_LIBRARY_FOLDER},
    {"--no-pie", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"--no-standard-includes", ARITY_NONE, EFFECT_READING},
    {"--optimize", ARITY_NONE, EFFECT_READING},
    {"--optimize=", ARITY_JOINED, EFFECT_READING},
    {"--output", ARITY_SEPARATE, EFFECT_OUTPUT},
    {"--output=", ARITY_JOINED, EFFECT_OUTPUT},
    {"--param", ARITY_SEPARATE, EFFECT_PASS},
    {"--param=", ARITY_JOINED, EFFECT_PASS},
    {"--pie", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"--prefix", ARITY_SEPARATE, EFFECT_PASS},
    {"--prefix=", ARITY_JOINED, EFFECT_PASS},
    {"--preprocess", ARITY_NONE, EFFECT_PREPROCESS},
    {"--print-", ARITY_JOINED, EFFECT_PLAIN},
    {"--rtlib=", ARITY_JOINED, EFFECT_LINK},
    {"--save-temps", ARITY_NONE, EFFECT_PASS},
    {"--serialize-diagnostics", ARITY_SEPARATE, EFFECT_PASS},
    {"--shared", ARITY_NONE, EFFECT_SHARED},
    {"--static", ARITY_NONE, EFFECT_STATIC},
    {"--static-pie", ARITY_NONE, EFFECT_STATIC},
    {"--std", ARITY_SEPARATE, EFFECT_READING},
    {"--std=", ARITY_JOINED, EFFECT_READING},
    {"--sysroot", ARITY_SEPARATE, EFFECT_READING},
    {"--sysroot=", ARITY_JOINED, EFFECT_READING},
    {"--target", ARITY_SEPARATE, EFFECT_READING},
    {"--target=", ARITY_JOINED, EFFECT_READING},
    {"--undefine-macro", ARITY_SEPARATE, EFFECT_READING},
    {"--undefine-macro=", ARITY_JOINED, EFFECT_READING},
    {"--user-dependencies", ARITY_NONE, EFFECT_PLAIN},
    {"--verbose", ARITY_NONE, EFFECT_PASS},
    {"--version", ARITY_NONE, EFFECT_PLAIN},
    {"--write-dependencies", ARITY_NONE, EFFECT_DEPENDENCIES},
    {"--write-user-dependencies", ARITY_NONE, EFFECT_DEPENDENCIES},
    {"-A", ARITY_EITHER, EFFECT_PASS},
    {"-B", ARITY_EITHER, EFFECT_PASS},
    {"-C", ARITY_NONE, EFFECT_PASS},
    {"-CC", ARITY_NONE, EFFECT_PASS},
    {"-D", ARITY_EITHER, EFFECT_READING},
    {"-E", ARITY_NONE, EFFECT_PREPROCESS},
    {"-F", ARITY_EITHER, EFFECT_PASS},
    {"-G", ARITY_EITHER, EFFECT_PASS},
    {"-H", ARITY_NONE, EFFECT_PASS},
    {"-I", ARITY_EITHER, EFFECT_INCLUDE_FOLDER},
    {"-L", ARITY_EITHER, EFFECT_LIBRARY_FOLDER},
    {"-M", ARITY_NONE, EFFECT_PLAIN},
    {"-MD", ARITY_NONE, EFFECT_DEPENDENCIES},
    {"-MF", ARITY_EITHER, EFFECT_DEPENDENCY_FILE},
    {"-MG", ARITY_NONE, EFFECT_PASS},
    {"-MJ", ARITY_EITHER, EFFECT_PASS},
    {"-MM", ARITY_NONE, EFFECT_PLAIN},
    {"-MMD", ARITY_NONE, EFFECT_DEPENDENCIES},
    {"-MP", ARITY_NONE, EFFECT_PASS},
    {"-MQ", ARITY_EITHER, EFFECT_PASS},
    {"-MT", ARITY_EITHER, EFFECT_PASS},
    {"-O", ARITY_JOINED, EFFECT_READING},
    {"-P", ARITY_NONE, EFFECT_PASS},
    {"-Q", ARITY_NONE, EFFECT_PASS},
    {"-R", ARITY_EITHER, EFFECT_PASS},
    {"-S", ARITY_NONE, EFFECT_ASSEMBLE},
    {"-T", ARITY_EITHER, EFFECT_PROGRAM_ONLY},
    {"-Tbss", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"-Tdata", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"-Ttext", ARITY_SEPARATE, EFFECT_PROGRAM_ONLY},
    {"-U", ARITY_EITHER, EFFECT_READING},
    {"-W", ARITY_JOINED, EFFECT_PASS},
    {"-Wa,", ARITY_JOINED, EFFECT_PASS},
    {"-Werror=hype-", ARITY_JOINED, EFFECT_OWN},
    {"-Whype-", ARITY_JOINED, EFFECT_OWN},
    {"-Wl,", ARITY_JOINED, EFFECT_LINKER},
    {"-Wno-error=hype-", ARITY_JOINED, EFFECT_OWN},
    {"-Wno-hype-", ARITY_JOINED, EFFECT_OWN},
    {"-Wp,", ARITY_JOINED, EFFECT_PREPROCESSOR},
    {"-Xanalyzer", ARITY_SEPARATE, EFFECT_PASS},
    {"-Xassembler", ARITY_SEPARATE, EFFECT_PASS},
    {"-Xclang", ARITY_SEPARATE, EFFECT_HANDED_ON},
    {"-Xlinker", ARITY_SEPARATE, EFFECT_LINKER},
    {"-Xopenmp-target", ARITY_SEPARATE, EFFECT_PASS},
    {"-Xpreprocessor", ARITY_SEPARATE, EFFECT_HANDED_ON},
    {"-ansi", ARITY_NONE, EFFECT_READING},
    {"-arch", ARITY_SEPARATE, EFFECT_PLAIN},
    {"-aux-info", ARITY_SEPARATE, EFFECT_PASS},
    {"-c", ARITY_NONE, EFFECT_COMPILE},
    {"-cc1", ARITY_NONE, EFFECT_PLAIN},
    {"-cxx-isystem", ARITY_EITHER, EFFECT_PASS},
    {"-d", ARITY_JOINED, EFFECT_PASS},
    {"-dumpbase", ARITY_SEPARATE, EFFECT_PASS},
    {"-dumpbase-ext", ARITY_SEPARATE, EFFECT_PASS},
    {"-dumpdir", ARITY_SEPARATE, EFFECT_PASS},
    {"-dumpfullversion", ARITY_NONE, EFFECT_PLAIN},
    {"-dumpmachine", ARITY_NONE, EFFECT_PLAIN},
    {"-dumpspecs", ARITY_NONE, EFFECT_PLAIN},
    {"-dumpversion", ARITY_NONE, EFFECT_PLAIN},
    {"-e", ARITY_EITHER, EFFECT_PROGRAM_ONLY},
    {"-emit-ast", ARITY_NONE, EFFECT_PLAIN},
    {"-emit-llvm", ARITY_NONE, EFFECT_PASS},
    {"-f", ARITY_JOINED, EFFECT_PASS},
    {"-fPIC", ARITY_NONE, EFFECT_POSITION},
    {"-fPIE", ARITY_NONE, EFFECT_PIE},
    {"-fblocks", ARITY_NONE, EFFECT_READING},
    {"-fdebug-compilation-dir", ARITY_SEPARATE, EFFECT_PASS},
    {"-fdebug-compilation-dir=", ARITY_JOINED, EFFECT_PASS},
    {"-fexceptions", ARITY_NONE, EFFECT_READING},
    {"-ffast-math", ARITY_NONE, EFFECT_READING},
    {"-ffreestanding", ARITY_NONE, EFFECT_READING},
    {"-fgnu89-inline", ARITY_NONE, EFFECT_READING},
    {"-fhosted", ARITY_NONE, EFFECT_READING},
    {"-fms-extensions", ARITY_NONE, EFFECT_READING},
    {"-fno-PIC", ARITY_NONE, EFFECT_POSITION},
    {"-fno-PIE", ARITY_NONE, EFFECT_POSITION},
    {"-fno-gnu89-inline", ARITY_NONE, EFFECT_READING},
    {"-fno-pic", ARITY_NONE, EFFECT_POSITION},
    {"-fno-pie", ARITY_NONE, EFFECT_POSITION},
    {"-fno-short-enums", ARITY_NONE, EFFECT_READING},
    {"-fno-short-wchar", ARITY_NONE, EFFECT_READING},
    {"-fno-signed-char", ARITY_NONE, EFFECT_READING},
    {"-fno-unsigned-char", ARITY_NONE, EFFECT_READING},
    {"-fopenmp", ARITY_JOINED, EFFECT_MACHINE},
    {"-fpack-struct", ARITY_JOINED, EFFECT_READING},
    {"-fpic", ARITY_NONE, EFFECT_POSITION},
    {"-fpie", ARITY_NONE, EFFECT_PIE},
    {"-fplan9-extensions", ARITY_NONE, EFFECT_READING},
    {"-fplugin=", ARITY_JOINED, EFFECT_PASS},
    {"-framework", ARITY_SEPARATE, EFFECT_PASS},
    {"-fsanitize=", ARITY_JOINED, EFFECT_MACHINE},
    {"-fshort-enums", ARITY_NONE, EFFECT_READING},
    {"-fshort-wchar", ARITY_NONE, EFFECT_READING},
    {"-fsigned-char", ARITY_NONE, EFFECT_READING},
    {"-fsyntax-only", ARITY_NONE, EFFECT_PLAIN},
    {"-funsigned-char", ARITY_NONE, EFFECT_READING},
    {"-fuse-ld=", ARITY_JOINED, EFFECT_LINK},
    {"-g", ARITY_JOINED, EFFECT_PASS},
    {"-gcc-toolchain", ARITY_SEPARATE, EFFECT_PASS},
    {"-h", ARITY_EITHER, EFFECT_PROGRAM_ONLY},
    {"-idirafter", ARITY_EITHER, EFFECT_INCLUDE_FOLDER},
    {"-iframework", ARITY_EITHER, EFFECT_PASS},
    {"-imacros", ARITY_EITHER, EFFECT_READING},
    {"-imultiarch", ARITY_SEPARATE, EFFECT_PASS},
    {"-imultilib", ARITY_SEPARATE, EFFECT_PASS},
    {"-include", ARITY_EITHER, EFFECT_READING},
    {"-include-pch", ARITY_SEPARATE, EFFECT_PASS},
    {"-iprefix", ARITY_EITHER, EFFECT_READING},
    {"-iquote", ARITY_EITHER, EFFECT_INCLUDE_FOLDER},
    {"-isysroot", ARITY_EITHER, EFFECT_READING},
    {"-isystem", ARITY_EITHER, EFFECT_INCLUDE_FOLDER},
    {"-ivfsoverlay", ARITY_SEPARATE, EFFECT_PASS},
    {"-iwithprefix", ARITY_EITHER, EFFECT_READING},
    {"-iwithprefixbefore", ARITY_EITHER, EFFECT_READING},
    {"-iwithsysroot", ARITY_EITHER, EFFECT_READING},
    {"-l", ARITY_EITHER, EFFECT_LIBRARY},
    {"-m", ARITY_JOINED, EFFECT_MACHINE},
    {"-m32", ARITY_NONE, EFFECT_READING},
    {"-m64", ARITY_NONE, EFFECT_READING},
    {"-mcmodel=kernel", ARITY_NONE, EFFECT_POSITION},
    {"-mllvm", ARITY_SEPARATE, EFFECT_PASS},
    {"-mlong-double-", ARITY_JOINED, EFFECT_READING},
    {"-mx32", ARITY_NONE, EFFECT_READING},
    {"-no-pie", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"-nodefaultlibs", ARITY_NONE, EFFECT_LINK},
    {"-nolibc", ARITY_NONE, EFFECT_LINK},
    {"-nopie", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"-nostartfiles", ARITY_NONE, EFFECT_LINK},
    {"-nostdinc", ARITY_NONE, EFFECT_READING},
    {"-nostdlib", ARITY_NONE, EFFECT_LINK},
    {"-o", ARITY_EITHER, EFFECT_OUTPUT},
    {"-p", ARITY_NONE, EFFECT_PASS},
    {"-pedantic", ARITY_NONE, EFFECT_PASS},
    {"-pedantic-errors", ARITY_NONE, EFFECT_PASS},
    {"-pg", ARITY_NONE, EFFECT_PASS},
    {"-pie", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"-pipe", ARITY_NONE, EFFECT_PASS},
    {"-print-", ARITY_JOINED, EFFECT_PLAIN},
    {"-pthread", ARITY_NONE, EFFECT_READING},
    {"-r", ARITY_NONE, EFFECT_RELOCATABLE},
    {"-rdynamic", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"-remap", ARITY_NONE, EFFECT_PASS},
    {"-resource-dir", ARITY_SEPARATE, EFFECT_PASS},
    {"-resource-dir=", ARITY_JOINED, EFFECT_PASS},
    {"-rtlib=", ARITY_JOINED, EFFECT_LINK},
    {"-s", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"-save-temps", ARITY_NONE, EFFECT_PASS},
    {"-save-temps=", ARITY_JOINED, EFFECT_PASS},
    {"-shared", ARITY_NONE, EFFECT_SHARED},
    {"-shared-libgcc", ARITY_NONE, EFFECT_LINK},
    {"-specs", ARITY_SEPARATE, EFFECT_PASS},
    {"-specs=", ARITY_JOINED, EFFECT_PASS},
    {"-static", ARITY_NONE, EFFECT_STATIC},
    {"-static-libasan", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"-static-libgcc", ARITY_NONE, EFFECT_LINK},
    {"-static-libstdc++", ARITY_NONE, EFFECT_LINK},
    {"-static-libtsan", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"-static-libubsan", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"-static-pie", ARITY_NONE, EFFECT_STATIC},
    {"-std=", ARITY_JOINED, EFFECT_READING},
    {"-symbolic", ARITY_NONE, EFFECT_PROGRAM_ONLY},
    {"-target", ARITY_SEPARATE, EFFECT_READING},
    {"-traditional", ARITY_NONE, EFFECT_PASS},
    {"-traditional-cpp", ARITY_NONE, EFFECT_PASS},
    {"-trigraphs", ARITY_NONE, EFFECT_READING},
    {"-u", ARITY_EITHER, EFFECT_PASS},
    {"-undef", ARITY_NONE, EFFECT_READING},
    {"-unwindlib=", ARITY_JOINED, EFFECT_LINK},
    {"-v", ARITY_NONE, EFFECT_PASS},
    {"-w", ARITY_NONE, EFFECT_PASS},
    {"-working-directory", ARITY_SEPARATE, EFFECT_READING},
    {"-working-directory=", ARITY_JOINED, EFFECT_READING},
    {"-wrapper", ARITY_SEPARATE, EFFECT_PASS},
    {"-x", ARITY_EITHER, EFFECT_LANGUAGE},
    {"-z", ARITY_EITHER, EFFECT_KEYWORD},
};
enum { TABLE_SIZE = sizeof table / sizeof table[0] };

static bool matches(const struct option *option, const char *argument)
{
    size_t length = strlen(option->name);
    if (strncmp(argument, option->name, length) != 0)
        return false;
    return argument[length] == 0 || option->arity == ARITY_JOINED || option->arity == ARITY_EITHER;
}

const struct option *option_find(const char *argument, const char **value)
{
    /* Names that are prefixes of ARGUMENT sort before it: the nearest one below that matches is the longest. */
    size_t low = 0, high = TABLE_SIZE;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(table[middle].name, argument) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    *value = NULL;
    while (low > 0 && table[low - 1].name[1] == argument[1]) {
        const struct option *option = &table[--low];
        if (!matches(option, argument))
            continue;
        const char *rest = argument + strlen(option->name);
        *value = *rest ? rest : NULL;
        return option;
    }
    return NULL;
}

bool option_wants_next(const struct option *option, const char *value)
{
    return option && !value && (option->arity == ARITY_SEPARATE || option->arity == ARITY_EITHER);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static void apply(struct command *c, const struct word *word, const char **language)
{
    switch (word->option ? word->option->effect : EFFECT_PASS) {
    case EFFECT_PLAIN:
        c->plain = true;
        break;
    case EFFECT_COMPILE:
        c->compile = true;
        break;
    case EFFECT_ASSEMBLE:
        c->assemble = true;
        break;
    case EFFECT_PREPROCESS:
        c->preprocess = true;
        break;
    case EFFECT_OUTPUT:
        c->output = word->value;
        break;
    case EFFECT_LANGUAGE:
        *language = word->value && strcmp(word->value, "none") != 0 ? word->value : NULL;
        break;
    case EFFECT_DEPENDENCIES:
        c->dependencies = true;
        break;
    case EFFECT_DEPENDENCY_FILE:
        c->dependency_file = word->value;
        break;
    case EFFECT_POSITION:
        c->position_chosen = true;
        c->pie = false;
        break;
    case EFFECT_PIE:
        c->pie = true;
        break;
    case EFFECT_SHARED:
        c->shared = true;
        break;
    case EFFECT_STATIC:
        c->is_static = true;
        break;
    case EFFECT_RELOCATABLE:
        c->relocatable = true;
        break;
    default:
        break;
    }
}

/* ---- Languages ---- */

enum input_kind {
    INPUT_OTHER,  /* assembly, objects, libraries, languages that have nothing to do with C */
    INPUT_C,      /* may have HYPE_FN functions */
    INPUT_C_LIKE, /* C++, Objective-C, what was preprocessed: is not read for them, but may be linked with units that
                     have them, and may use hype's header: it gets the same options */
    INPUT_HEADER  /* becomes a precompiled one, which must have been made with the options of the units that use it */
};

/* How compilers read a file by its suffix. */
static const struct {
    const char *suffix;
    enum input_kind kind;
} suffixes[] = {
    {".c", INPUT_C},        {".i", INPUT_C_LIKE},   {".ii", INPUT_C_LIKE},  {".C", INPUT_C_LIKE},
    {".cc", INPUT_C_LIKE},  {".cp", INPUT_C_LIKE},  {".cpp", INPUT_C_LIKE}, {".CPP", INPUT_C_LIKE},
    {".cxx", INPUT_C_LIKE}, {".c++", INPUT_C_LIKE}, {".m", INPUT_C_LIKE},   {".M", INPUT_C_LIKE},
    {".mi", INPUT_C_LIKE},  {".mm", INPUT_C_LIKE},  {".mii", INPUT_C_LIKE}, {".h", INPUT_HEADER},
    {".H", INPUT_HEADER},   {".hh", INPUT_HEADER},  {".hp", INPUT_HEADER},  {".hpp", INPUT_HEADER},
    {".HPP", INPUT_HEADER}, {".hxx", INPUT_HEADER}, {".h++", INPUT_HEADER}, {".tcc", INPUT_HEADER},
    {".s", INPUT_OTHER},    {".S", INPUT_OTHER},    {".sx", INPUT_OTHER},   {".o", INPUT_OTHER},
    {".a", INPUT_OTHER},    {".so", INPUT_OTHER},   {".lo", INPUT_OTHER},   {".la", INPUT_OTHER},
    {".obj", INPUT_OTHER},  {".bc", INPUT_OTHER},   {".ll", INPUT_OTHER},   {".ld", INPUT_OTHER},
};

/* NULL: one that is not in the table. */
static const enum input_kind *kind_by_suffix(const char *path)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (ends_with(path, suffixes[i].suffix))
            return &suffixes[i].kind;
    return NULL;
}

bool options_name_input(const char *path)
{
    return kind_by_suffix(path) || strstr(path, ".so.");
}

static enum input_kind kind_of(const char *path, const char *language)
{
    const enum input_kind *kind = kind_by_suffix(path);
    if (!language)
        return kind ? *kind : INPUT_OTHER;
    if (strcmp(language, "c") == 0)
        return INPUT_C;
    if (ends_with(language, "-header"))
        return INPUT_HEADER;
    return *language == 'c' || strncmp(language, "objective-c", 11) == 0 ? INPUT_C_LIKE : INPUT_OTHER;
}

/* ---- The linker's own arguments, which may be spread over several -Wl, and -Xlinker ---- */

struct linker_line {
    struct word *incomplete; /* the next argument is its value */
    unsigned bound;          /* the last bit: -Bstatic; those before it: what --push-state has kept */
    char *text;              /* room for what stood in -Wl, */
};

static void apply_state(struct linker_line *line, const char *name)
{
    static const char *const bound[] = {"--Bstatic", "--dn", "--non_shared", "--static"};
    static const char *const unbound[] = {"--Bdynamic", "--dy", "--call_shared"};
    if (strcmp(name, "--push-state") == 0)
        line->bound = line->bound << 1 | (line->bound & 1);
    if (strcmp(name, "--pop-state") == 0)
        line->bound >>= 1;
    for (size_t i = 0; i < sizeof bound / sizeof *bound; i++)
        if (strcmp(name, bound[i]) == 0)
            line->bound |= 1;
    for (size_t i = 0; i < sizeof unbound / sizeof *unbound; i++)
        if (strcmp(name, unbound[i]) == 0)
            line->bound &= ~1U;
}

static void add_linker_argument(struct command *c, struct linker_line *line, const char *argument)
{
    if (line->incomplete) {
        line->incomplete->value = argument;
        line->incomplete->separate = true;
        line->incomplete = NULL;
        return;
    }
    struct word *word = &c->words[c->n_words++];
    *word = (struct word){.argument = argument, .linker = true, .bound = line->bound & 1};
    word->option = linker_option_find(argument, &word->value);
    line->incomplete = option_wants_next(word->option, word->value) ? word : NULL;
    c->relocatable = c->relocatable || word->option->effect == EFFECT_RELOCATABLE;
    if (word->option->effect == EFFECT_STATE)
        apply_state(line, word->option->name);
}

/* "-z,now" of -Wl,-z,now. */
static void add_linker_list(struct command *c, struct linker_line *line, const char *list)
{
    char *rest = strcpy(line->text, list);
    line->text += strlen(list) + 1;
    for (char *part; (part = strsep(&rest, ","));)
        if (*part)
            add_linker_argument(c, line, part);
}

/* ---- The command ---- */

static void add_input(struct command *c, const char *argument, const char *language)
{
    struct word *word = &c->words[c->n_words++];
    *word = (struct word){.argument = argument, .input = true, .language = language};
    enum input_kind kind = kind_of(argument, language);
    word->source = kind != INPUT_OTHER;
    word->c_source = kind == INPUT_C;
    c->plain |= kind == INPUT_HEADER; /* is to be precompiled */
    if (argument[0] == '-')
        word->name = "<stdin>";
    c->n_inputs++;
    c->n_c_sources += word->c_source;
    c->n_sources += word->source;
}

/* Room for all words; -1 when memory is out. */
static int prepare(char **arguments, struct command *c, struct linker_line *line)
{
    size_t n = 1, size = 1;
    for (; *arguments; arguments++, n++) {
        if (strncmp(*arguments, "-Wl,", 4) != 0)
            continue;
        size += strlen(*arguments) + 1;
        for (const char *comma = *arguments; (comma = strchr(comma, ',')); comma++)
            n++;
    }
    c->words = calloc(n, sizeof *c->words);
    c->linker_text = line->text = malloc(size);
    return c->words && c->linker_text ? 0 : -1;
}

int command_parse(char **arguments, struct command *c)
{
    const char *language = NULL;
    struct linker_line line = {.bound = 0};
    memset(c, 0, sizeof *c);
    if (prepare(arguments, c, &line) < 0)
        return -1;
    for (; *arguments; arguments++) {
        if (arguments[0][0] != '-' || arguments[0][1] == 0) {
            add_input(c, *arguments, language);
            continue;
        }
        struct word word = {.argument = *arguments, .bound = line.bound & 1};
        word.option = option_find(*arguments, &word.value);
        if (option_wants_next(word.option, word.value) && arguments[1]) {
            word.value = *++arguments;
            word.separate = true;
        }
        if (word.option && word.option->effect == EFFECT_LINKER && word.value) {
            if (word.option->name[1] == 'W')
                add_linker_list(c, &line, word.value);
            else
                add_linker_argument(c, &line, word.value);
            continue;
        }
        apply(c, &word, &language);
        c->words[c->n_words++] = word;
    }
    if (c->n_inputs == 0)
        c->plain = true;
    return 0;
}

void command_free(struct command *c)
{
    free(c->words);
    free(c->linker_text);
    c->words = NULL;
    c->linker_text = NULL;
}

/* ---- @FILE ---- */

struct expansion {
    char **arguments;
    size_t n, capacity;
    unsigned files;
};

static bool add(struct expansion *e, char *argument)
{
    if (e->n + 1 >= e->capacity) {
        size_t capacity = e->capacity ? e->capacity * 2 : 64;
        char **more = realloc(e->arguments, capacity * sizeof *more);
        if (!more)
            return false;
        e->arguments = more;
        e->capacity = capacity;
    }
    e->arguments[e->n++] = argument;
    e->arguments[e->n] = NULL;
    return true;
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (!file)
        return NULL;
    if (getdelim(&text, &size, 0, file) < 0 && text)
        *text = 0;
    fclose(file);
    return text;
}

/* The next argument of a response file: separated by white space, with quotes and backslashes as gcc reads them. */
static char *next_argument(char **rest)
{
    char *in = *rest, quote = 0;
    while (isspace((unsigned char)*in))
        in++;
    if (!*in)
        return NULL;
    char *start = in, *out = in;
    for (; *in && (quote || !isspace((unsigned char)*in)); in++) {
        if (*in == '\\' && in[1])
            *out++ = *++in;
        else if (quote ? *in == quote : *in == '"' || *in == '\'')
            quote = quote ? 0 : *in;
        else
            *out++ = *in;
    }
    *rest = *in ? in + 1 : in;
    *out = 0;
    return start;
}

static bool expand(struct expansion *e, char *argument)
{
    enum { FILES = 200 };
    if (argument[0] != '@')
        return add(e, argument);
    char *text = ++e->files <= FILES ? read_text(argument + 1) : NULL;
    if (!text)
        return false;
    for (char *rest = text, *next; (next = next_argument(&rest));)
        if (!expand(e, next))
            return false;
    return true;
}

char **options_expand(char **arguments)
{
    struct expansion e = {.n = 0};
    if (!add(&e, NULL))
        return NULL;
    e.n = 0;
    for (size_t i = 0; arguments[i]; i++)
        if (!expand(&e, arguments[i]))
            return NULL;
    return e.arguments;
}
