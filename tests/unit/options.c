/* options.c: the option table, option by option, and whole command lines. */
#include "testing.h"

#include "options.h"

#include <string.h>

static void finds(const char *argument, const char *name, const char *value)
{
    const char *found_value;
    const struct option *option = option_find(argument, &found_value);
    if (!name) {
        if (option)
            fail_msg("'%s' was taken for '%s'", argument, option->name);
        return;
    }
    if (!option)
        fail_msg("'%s' was not found", argument);
    else
        assert_string_equal(option->name, name);
    if (value)
        assert_string_equal(found_value, value);
    else
        assert_null(found_value);
}

static void options_by_name(void **state)
{
    (void)state;
    finds("-c", "-c", NULL);
    finds("-S", "-S", NULL);
    finds("-E", "-E", NULL);
    finds("-o", "-o", NULL);
    finds("-ofile", "-o", "file");
    finds("-x", "-x", NULL);
    finds("-xc", "-x", "c");
    finds("-I", "-I", NULL);
    finds("-Idir", "-I", "dir");
    finds("-iquotedir", "-iquote", "dir");
    finds("-isystem", "-isystem", NULL);
    finds("-include", "-include", NULL);
    finds("-include-pch", "-include-pch", NULL);
    finds("-imacros", "-imacros", NULL);
    finds("-DX=1", "-D", "X=1");
    finds("-UX", "-U", "X");
    finds("-M", "-M", NULL);
    finds("-MM", "-MM", NULL);
    finds("-MD", "-MD", NULL);
    finds("-MMD", "-MMD", NULL);
    finds("-MF", "-MF", NULL);
    finds("-MFx.d", "-MF", "x.d");
    finds("-MT", "-MT", NULL);
    finds("-MQ", "-MQ", NULL);
    finds("-MP", "-MP", NULL);
    finds("-Wl,-z,now", "-Wl,", "-z,now");
    finds("-Wp,-MD,x.d", "-Wp,", "-MD,x.d");
    finds("-Wa,-a", "-Wa,", "-a");
    finds("-Wall", "-W", "all");
    finds("-Wno-error=hype-global", "-Wno-error=hype-", "global");
    finds("-fuse-ld=mold", "-fuse-ld=", "mold");
    finds("-fplugin=x.so", "-fplugin=", "x.so");
    finds("-fPIC", "-fPIC", NULL);
    finds("-march=native", "-m", "arch=native");
    finds("--entry=x", "--entry=", "x");
    finds("--language=c", "--language=", "c");
    finds("-Xlinker", "-Xlinker", NULL);
    finds("-Xclang", "-Xclang", NULL);
    finds("-lm", "-l", "m");
    finds("-l", "-l", NULL);
    finds("-L/x", "-L", "/x");
    finds("-O2", "-O", "2");
    finds("-std=c11", "-std=", "c11");
    finds("-fPIE", "-fPIE", NULL);
    finds("-fno-pie", "-fno-pie", NULL);
    finds("-flto=thin", "-f", "lto=thin");
    finds("-fsyntax-only", "-fsyntax-only", NULL);
    finds("-save-temps", "-save-temps", NULL);
    finds("-shared", "-shared", NULL);
    finds("-shared-libgcc", "-shared-libgcc", NULL);
    finds("-static", "-static", NULL);
    finds("-static-pie", "-static-pie", NULL);
    finds("-static-libgcc", "-static-libgcc", NULL);
    finds("-r", "-r", NULL);
    finds("-rdynamic", "-rdynamic", NULL);
    finds("-pthread", "-pthread", NULL);
    finds("-pipe", "-pipe", NULL);
    finds("-pie", "-pie", NULL);
    finds("-specs=x", "-specs=", "x");
    finds("-B", "-B", NULL);
    finds("--sysroot=/x", "--sysroot=", "/x");
    finds("--sysroot", "--sysroot", NULL);
    finds("-target", "-target", NULL);
    finds("--target=x", "--target=", "x");
    finds("-###", "-###", NULL);
    finds("--version", "--version", NULL);
    finds("-v", "-v", NULL);
    finds("-print-search-dirs", "-print-", "search-dirs");
    finds("-dumpmachine", "-dumpmachine", NULL);
    finds("--coverage", "--coverage", NULL);
    finds("-g3", "-g", "3");
    finds("-m32", "-m32", NULL);
    finds("-mcmodel=kernel", "-mcmodel=kernel", NULL);
    finds("-mllvm", "-mllvm", NULL);
    finds("-fdebug-compilation-dir", "-fdebug-compilation-dir", NULL);
    finds("-fdebug-compilation-dir=x", "-fdebug-compilation-dir=", "x");
    finds("-Xopenmp-target", "-Xopenmp-target", NULL);
    finds("-resource-dir", "-resource-dir", NULL);
    finds("-working-directory", "-working-directory", NULL);
    finds("-iwithsysroot", "-iwithsysroot", NULL);
    finds("-iframework", "-iframework", NULL);
    finds("-imultiarch", "-imultiarch", NULL);
    finds("--config", "--config", NULL);
    finds("--config=x", "--config=", "x");
    finds("--include-directory-after", "--include-directory-after", NULL);
    finds("-Ttext", "-Ttext", NULL);
    finds("-Tlink.ld", "-T", "link.ld");
}

static struct command parse(char **arguments)
{
    struct command command;
    assert_int_equal(command_parse(arguments, &command), 0);
    return command;
}
#define PARSE(...) parse((char *[]){__VA_ARGS__, NULL})

static void command_lines(void **state)
{
    (void)state;
    struct command c = PARSE("-c", "-o", "a.o", "-I", "x.c", "-MD", "-MF", "a.d", "a.c");
    assert_true(c.compile && c.dependencies && !c.plain);
    assert_string_equal(c.output, "a.o");
    assert_string_equal(c.dependency_file, "a.d");
    assert_int_equal(c.n_inputs, 1);
    assert_int_equal(c.n_c_sources, 1);
    command_free(&c);
    c = PARSE("-x", "c", "strange.name", "-x", "none", "b.o", "b.cpp");
    assert_int_equal(c.n_inputs, 3);
    assert_int_equal(c.n_c_sources, 1);
    command_free(&c);
    c = PARSE("-E", "a.c");
    assert_true(c.preprocess && !c.plain);
    command_free(&c);
    c = PARSE("-x", "c", "-");
    assert_true(!c.plain && c.n_c_sources == 1);
    assert_string_equal(c.words[1].name, "<stdin>");
    assert_string_equal(c.words[1].language, "c");
    command_free(&c);
    c = PARSE("-c", "a.i", "-x", "c++", "b.h", "-x", "none", "c.s", "d.o");
    assert_int_equal(c.n_sources, 2);
    assert_int_equal(c.n_c_sources, 0);
    assert_true(!c.plain);
    command_free(&c);
    c = PARSE("-x", "c-header", "a.c", "-o", "a.gch");
    assert_true(c.plain && c.n_sources == 1 && c.n_c_sources == 0);
    command_free(&c);
    c = PARSE("-c", "a.h");
    assert_true(c.plain && c.n_sources == 1);
    command_free(&c);
    assert_true(options_name_input("gcc.c") && options_name_input("x/liba.so.1"));
    assert_false(options_name_input("gcc-12.1") || options_name_input("x.so/cc"));
    c = PARSE("--version");
    assert_true(c.plain);
    command_free(&c);
    c = PARSE("-fno-pie", "-shared", "-static", "a.o");
    assert_true(c.position_chosen && c.shared && c.is_static);
    command_free(&c);
}

static void is_word(const struct word *word, const char *argument, const char *value, enum option_effect effect)
{
    assert_string_equal(word->argument, argument);
    assert_int_equal(word->option->effect, effect);
    if (value)
        assert_string_equal(word->value, value);
    else
        assert_null(word->value);
}

static void words_of_the_linker(void **state)
{
    (void)state;
    struct command c =
        PARSE("-Wl,-soname", "-Wl,libx.so.1,-z,now", "-Xlinker", "--no-undefined", "-Wl,--rpath=/a,lib.a", "-Wl,-hname",
              "-Wl,-Map", "-Xlinker", "x.map", "-Wl,--unheard-of", "a.o");
    assert_int_equal(c.n_words, 9);
    is_word(&c.words[0], "-soname", "libx.so.1", EFFECT_PROGRAM_ONLY);
    is_word(&c.words[1], "-z", "now", EFFECT_KEYWORD);
    is_word(&c.words[2], "--no-undefined", NULL, EFFECT_PROGRAM_ONLY);
    is_word(&c.words[3], "--rpath=/a", "/a", EFFECT_RUN_FOLDER);
    is_word(&c.words[4], "lib.a", NULL, EFFECT_LINKER_FILE);
    is_word(&c.words[5], "-hname", "name", EFFECT_PROGRAM_ONLY);
    is_word(&c.words[6], "-Map", "x.map", EFFECT_PROGRAM_ONLY);
    is_word(&c.words[7], "--unheard-of", NULL, EFFECT_LINK);
    assert_true(c.words[8].input && !c.words[8].linker && c.words[7].linker);
    command_free(&c);
    c = PARSE("-la", "-Wl,--push-state,-Bstatic", "-lb", "-Wl,--pop-state,-lc,-static,-ld", "-Wl,-Bdynamic", "-le",
              "a.o");
    const char *bound = "0..1..0.1.0";
    for (size_t i = 0; i < strlen(bound); i++)
        if (bound[i] != '.')
            assert_int_equal(c.words[i].bound, bound[i] == '1');
    command_free(&c);
    c = PARSE("-Wl,-r", "a.o");
    assert_true(c.relocatable);
    command_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_by_name),
        cmocka_unit_test(command_lines),
        cmocka_unit_test(words_of_the_linker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
