/*
 * options.h: what a gcc or clang command line asks for.
 *
 * Only what hypecc acts on is understood; everything is passed on. The table in options.c tells which options take an
 * argument of their own, so that an argument is never taken for an input file.
 */
#ifndef HYPECC_OPTIONS_H
#define HYPECC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* How an option's argument is given. */
enum option_arity {
    ARITY_NONE,     /* -c */
    ARITY_JOINED,   /* -std=c11, -Wl,… */
    ARITY_SEPARATE, /* -include FILE */
    ARITY_EITHER    /* -I DIR, -IDIR */
};

enum option_effect {
    EFFECT_PASS,            /* nothing that concerns hypecc */
    EFFECT_READING,         /* changes how a unit is read: libclang must know it */
    EFFECT_MACHINE,         /* likewise, but may be one that libclang does not know */
    EFFECT_HANDED_ON,       /* -Xclang, -Xpreprocessor: the value is an option of its own */
    EFFECT_OWN,             /* -Whype-...: nothing that the compiler knows */
    EFFECT_PLAIN,           /* the whole command is the wrapped compiler's own affair */
    EFFECT_COMPILE,         /* -c */
    EFFECT_PREPROCESS,      /* -E */
    EFFECT_ASSEMBLE,        /* -S */
    EFFECT_OUTPUT,          /* -o */
    EFFECT_LANGUAGE,        /* -x */
    EFFECT_INCLUDE_FOLDER,  /* a folder that headers of the project may lie in */
    EFFECT_DEPENDENCIES,    /* -MD, -MMD */
    EFFECT_DEPENDENCY_FILE, /* -MF */
    EFFECT_POSITION,        /* the user has chosen about position-independent code */
    EFFECT_PIE,             /* -fpie, -fPIE: position-independent for programs only */
    EFFECT_SHARED,          /* -shared */
    EFFECT_STATIC,          /* -static, -static-pie: of programs; the remote object is always shared */
    EFFECT_RELOCATABLE,     /* -r */
    EFFECT_PROGRAM_ONLY,    /* linking: for programs, not for shared objects */
    EFFECT_LINK,            /* linking, of shared objects too */
    EFFECT_LINKER,          /* -Wl,… and -Xlinker …: words of their own, with the effects of the linker's options */
    EFFECT_LIBRARY,         /* -l */
    EFFECT_LIBRARY_FOLDER,  /* -L */
    EFFECT_KEYWORD,         /* -z */
    EFFECT_PREPROCESSOR,    /* -Wp,… */
    /* Of the linker's own options only: */
    EFFECT_STATE,              /* how inputs behind it are taken: --whole-archive, -Bstatic, --push-state, … */
    EFFECT_RUN_FOLDER,         /* -rpath, -rpath-link */
    EFFECT_LINKER_FILE,        /* no option, an input */
    EFFECT_LINKER_DEPENDENCIES /* --dependency-file */
};

struct option {
    const char *name;
    enum option_arity arity;
    enum option_effect effect;
};

/* The entry for an argument, or NULL for what is in no table (and takes no argument). *VALUE: the joined part, or
 * NULL when the value is the next argument or there is none. */
const struct option *option_find(const char *argument, const char **value);
/* The same for an argument of the linker; never NULL. */
const struct option *linker_option_find(const char *argument, const char **value);
/* Is the next argument the value of an option (NULL: none) for which option_find() gave VALUE? */
bool option_wants_next(const struct option *option, const char *value);

/* Does the name say, by its suffix, that a compiler reads or links this file? */
bool options_name_input(const char *path);

/* One argument or pair of arguments of a command line. */
struct word {
    const struct option *option; /* NULL: an input file, or an unknown option */
    const char *argument;        /* as given; of an input, the file to read */
    const char *name;            /* of an input: what messages call it, when that is not ARGUMENT */
    const char *value;           /* of an option that has one */
    const char *language;        /* of an input: -x, or NULL */
    bool separate;               /* VALUE was an argument of its own */
    bool input;                  /* ARGUMENT is a file */
    bool c_source;               /* it is compiled as C */
    bool source;                 /* it is compiled as C, C++ or the like, preprocessed or not */
    bool linker;                 /* the linker's: of -Wl, or -Xlinker */
    bool bound;                  /* of a library: behind -Bstatic */
};

struct command {
    struct word *words;
    size_t n_words;
    bool plain; /* nothing for hypecc to do */
    bool compile, assemble, preprocess, shared, is_static, relocatable, dependencies;
    bool position_chosen, pie;
    const char *output, *dependency_file;
    size_t n_inputs, n_c_sources, n_sources;
    char *linker_text; /* the arguments that stood in one -Wl, */
};

/* ARGUMENTS ends with NULL and lives as long as the command. 0, or -1 when memory is out. @FILE arguments have been
 * replaced by options_expand(). */
int command_parse(char **arguments, struct command *command);
void command_free(struct command *command);

/* Replaces @FILE arguments by what the files hold, as gcc does. NULL when one cannot be read: the wrapped compiler
 * then says so. The result is never freed. */
char **options_expand(char **arguments);

#endif
