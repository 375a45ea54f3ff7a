#!/bin/sh
# Every way in which entries come into a program: archives, shared libraries, plugins, -r, LTO, static programs, and
# the linkers that there are. Each program makes a remote call and checks its value.
#
#   link.sh BIN [OPTIONS...]      OPTIONS are for every compile and link (sanitizers)
set -eu
bin=$1
shift
common="$*"
hypecc=$bin/hypecc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$(dirname "$0")/../check.sh"
cd "$work"
wrapped=${HYPECC_CC:-cc}

cat > work.c <<'END'
#include <hype/hype.h>
static int helper(int x) { return x * 2; }
HYPE_FN int twice(int x) { return helper(x); }
END
cat > more.c <<'END'
#include <hype/hype.h>
int twice(int x);
int unused_here(void) { return 5; }
HYPE_FN int four_times(int x) { return twice(twice(x)); }
END
cat > main.c <<'END'
#include <hype/hype.h>
#include <stdio.h>
int twice(int x);
int main(void)
{
    int r = 0;
    if (hype_call(&r, twice, 21) < 0)
        return hype_perror("twice"), 1;
    printf("%d\n", r);
    return r != 42;
}
END
cat > both.c <<'END'
#include <hype/hype.h>
#include <stdio.h>
int twice(int x), four_times(int x);
HYPE_FN int own(int x) { return four_times(x) + 1; }
int main(void)
{
    int r = 0, s = 0, t = 0;
    if (hype_call(&r, twice, 21) < 0 || hype_call(&s, four_times, 2) < 0 || hype_call(&t, own, 1) < 0)
        return hype_perror("both"), 1;
    return r != 42 || s != 8 || t != 5;
}
END
cat > plugin_host.c <<'END'
#include <dlfcn.h>
#include <hype/hype.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        void *plugin = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
        if (!plugin)
            return fprintf(stderr, "%s\n", dlerror()), 1;
        int (*run)(int);
        *(void **)&run = dlsym(plugin, "run");
        int r = 0;
        if (hype_call(&r, run, 10) < 0)
            return hype_perror("run"), 1;
        if (r != 10 * i || run(10) != r)
            return 1;
        if (argc == 2 && dlclose(plugin) != 0)
            return 1;
    }
    return 0;
}
END
mkdir alone
cp "$bin/hype-run" alone # libraries beside it are none
h="$hypecc $common"

$h -c work.c -o work.o
$h -c main.c -o main.o
$h -c more.c -o more.o
$h -c both.c -o both.o

check "objects" "$h main.o work.o -o p1 && ./p1"
check "several units" "$h both.o work.o more.o -o p2 && ./p2"
check "sources in one command" "$h both.c work.c more.c -o p3 && ./p3"
check "archive by path" "ar rc libwork.a work.o more.o && $h main.o libwork.a -o p4 && ./p4"
check "archive by -l" "$h both.o -L. -lwork -o p5 && ./p5"
check "archive by -l:name" "$h both.o -L. -l:libwork.a -o p5b && ./p5b"
check "thin archive" "mkdir -p objects && cp work.o more.o objects && ar rcT libthin.a objects/work.o objects/more.o && $h main.o libthin.a -o p6 && ./p6"
check "whole archive" "$h both.o -Wl,--whole-archive libwork.a -Wl,--no-whole-archive -o p7 && ./p7"
check "merged with -r" "$h -r -nostdlib work.o more.o -o merged.o && $h both.o merged.o -o p8 && ./p8"
check "merged with ld -r" "ld -r work.o more.o -o merged2.o && $h both.o merged2.o -o p9 && ./p9"
check "shared library" "$h -shared work.o more.o -o libshared.so && $h main.o -L. -lshared -Wl,-rpath,. -o p10 && ./p10"
check "the same library in another program" "$h both.o libshared.so -Wl,-rpath,. -o p11 && ./p11"
check "  staged, where no libhype is" "$h both.o libshared.so -Wl,-rpath,$PWD -o p11 && env -u LD_LIBRARY_PATH HYPE_RUN=$PWD/alone/hype-run HYPE_SUBMITTER='process:?staging=file://$PWD/stage' ./p11 && ls stage | grep -q libshared"
check "as-needed" "$h -Wl,--as-needed both.o work.o more.o -lm -o p12 && ./p12"
check "Bsymbolic" "$h -shared -Wl,-Bsymbolic work.o more.o -o libsym.so && $h both.o ./libsym.so -o p13 && ./p13"
check "gc-sections" "$h -ffunction-sections -fdata-sections -Wl,--gc-sections both.c work.c more.c -o p14 && ./p14"
check "hidden visibility" "$h -fvisibility=hidden both.c work.c more.c -o p15 && ./p15"
check "PIE" "$h -fPIE -pie both.c work.c more.c -o p16 && ./p16"
check "not PIE" "$h -no-pie both.c work.c more.c -o p17 && ./p17"
check "no PLT" "$h -fno-plt both.c work.c more.c -o p18 && ./p18"
check "now and relro" "$h -Wl,-z,relro,-z,now -Wl,-O1 both.c work.c more.c -o p19 && ./p19"
check "stripped" "$h -s both.c work.c more.c -o p20 && ./p20"
check "start and end of groups" "$h both.o -Wl,--start-group -L. -lwork -Wl,--end-group -Wl,-Map=p.map -o p21 && ./p21 && test -s p.map"
check "Xlinker" "$h both.o work.o more.o -Xlinker -rpath -Xlinker /nowhere -Xlinker --no-undefined -o p22 && ./p22"
check "response file" "echo both.o work.o more.o '-o p23' > args && $h @args && ./p23"
check "debug sections compressed" "$h -g -gz both.c work.c more.c -o p24 && ./p24"
check "split debug information" "$h -g -gsplit-dwarf both.c work.c more.c -o p25 && ./p25"
check "coverage" "mkdir -p cov && cd cov && cp ../*.c . && $h --coverage -c work.c && $h --coverage -c main.c && $h --coverage main.o work.o -o p26 && ./p26 && test -f work.gcno"
check "linked by hand with the runtime" "$h main.o work.o -lhype -o p27 && ./p27"
check "nothing of hype" "echo 'int main(void) { return 0; }' > none.c && $h none.c -o p28 && ./p28 && ! readelf -d p28 | grep -q hype"
check "save-temps" "mkdir -p save && cd save && cp ../*.c . && $h -save-temps -c work.c -o work.o && test -f work.i && test -f work.s && $h main.c work.o -o p && ./p"
check "-E is what is compiled" "$h -E work.c -o work.i && $h -c work.i -o work-i.o && $h main.o work-i.o -o p29 && ./p29"
check "-S" "$h -S work.c -o work.s && $h -c work.s -o work-s.o && $h main.o work-s.o -o p30 && ./p30"
check "from standard input" "$h -xc - -o p31 < none.c && ./p31"
check "entries from standard input" "cat work.c main.c | grep -v '^int twice' > stdin.c && $h -I. -xc - -o p32 < stdin.c && ./p32"
check "-x c with another name" "cp work.c work.inc && $h -c -x c work.inc -o inc.o && $h main.o inc.o -o p33 && ./p33"
check "/dev/null" "$h -c work.c -o /dev/null && test -c /dev/null && $h main.o work.o -o /dev/null && test -c /dev/null"
check "assembly beside" "printf '.globl zero\nzero: ret\n.section .note.GNU-stack,\"\",%%progbits\n' > z.s && $h both.c work.c z.s more.c -o p34 && ./p34"

# Words of the linker's, in all forms that there are.
check "libtool's soname" "$h -shared work.o more.o -Wl,-soname -Wl,libso.so.1 -o libso.so.1 && readelf -d libso.so.1 | grep -q 'SONAME.*libso.so.1' && $h main.o ./libso.so.1 -Wl,-rpath,. -o k1 && ./k1"
check "options in several words" "$h both.o work.o more.o -Wl,-z -Wl,now -Wl,-Map -Xlinker k2.map -Xlinker --defsym -Wl,zero=0 -o k2 && ./k2 && test -s k2.map"
check "options without a value" "$h both.o -Wl,--no-undefined,--start-group,libwork.a,--end-group -Wl,-pie,-z,now -Wl,--no-undefined,-rpath,/nowhere -z defs -o k3 && ./k3"
check "an address" "$h -no-pie both.o work.o more.o -Wl,-Ttext -Wl,0x900000 -o k4 && ./k4"
check "archive among the linker's words" "$h main.o -Xlinker libwork.a -o k5 && ./k5 && $h main.o -Wl,-L.,-lwork -o k6 && ./k6"
check "archive beside a shared library" "mkdir bound && cp libwork.a bound && $wrapped -shared -fPIC -xc /dev/null -o bound/libwork.so && $h main.o -Lbound -Wl,-Bstatic -lwork -Wl,-Bdynamic -lm -o k7 && ./k7"
check "archive in LIBRARY_PATH" "rm bound/libwork.so && LIBRARY_PATH=/nowhere:bound $h main.o -lwork -o k8 && ./k8"
check "relocatable by the linker's option" "$h -nostdlib -no-pie -Wl,-r work.o more.o -o merged3.o && $h both.o merged3.o -o k9 && ./k9"
check "dependencies of the link" "$h both.o work.o more.o -Wl,--dependency-file=k10.d -o k10 && ./k10 && grep -q 'work.o' k10.d && ! grep -q /hypecc- k10.d"
check "an input that an option's name is in" "mkdir target && cp main.o target && $h target/main.o work.o -o k11 && ./k11 && ! grep -q unused out"
check "a very long command" "long=\$(printf '%1000s' | sed 's, ,./,g') && ar rc empty.a && yes \${long}empty.a | head -n 1500 > inputs && $h both.o work.o more.o @inputs -o k12 && ./k12 && $h none.c @inputs -o k12 && ./k12"

# What a command leaves beside its program is what it leaves without hypecc.
cat > none.c <<'END'
int plain(void);
int main(void) { return plain(); }
END
echo 'int plain(void) { return 0; }' > plain.c
leaves() { # folder, compiler, arguments: the names of the files, and the first rule of dependency files
    rm -rf "$1" && mkdir "$1" && cd "$1" && cp ../*.c ../plain.o ../work.o . && shift
    "$@" && ls && { ! ls | grep '[.]d$' > /dev/null || head -n 1 ./*.d; }
    cd "$work"
}
alike() { # name, arguments
    name=$1
    shift
    check "left behind: $name" "leaves there $h $* > there.txt && leaves here $wrapped $common $* > here.txt && diff here.txt there.txt"
}
$wrapped -c plain.c -o plain.o
ar rc libplain.a plain.o
alike "coverage" --coverage none.c plain.o -o x
alike "an archive beside" --coverage -MMD none.c ../libplain.a -o x
alike "all sorts" -save-temps -gsplit-dwarf -fstack-usage -MMD none.c plain.c -o x.exe
check "left behind, with entries" "rm -rf there && mkdir there && cd there && cp ../main.c ../work.c . && $h --coverage -MMD main.c work.c -o x && ./x && test -f x-main.gcno && test -f x-work.gcda && grep -q '^x:' x.d && test ! -e main.gcno"
check "one source fails, the others are compiled" "echo error > bad.c && rm -f plain.o work.o && ! $h -c bad.c plain.c work.c && test -f plain.o && test -f work.o"
check "-x of another input" "cp plain.c plain.txt && $h -x c plain.txt -x none main.c work.c -o k13 && ./k13 && ! grep -q unused out"

# Duplicates are the linker's error, as for any function; of static functions there may be several.
sed 's/twice/other/' work.c > dup.c && cp dup.c dup2.c
check "duplicate entry" "$h -c dup.c && $h -c dup2.c && ! $h main.o work.o dup.o dup2.o -o dup && grep -q 'multiple definition\|duplicate symbol' out"
sed 's/HYPE_FN int twice/HYPE_FN static int twice/; s/$/ /' work.c > s1.c
printf 'int s1(int x) { int r = 0; return hype_call(\\&r, twice, x) < 0 ? -1 : r; }\n' | sed 's/\\&/\&/' >> s1.c
sed 's/s1/s2/; s/x \* 2/x * 3/' s1.c > s2.c
printf 'int s1(int), s2(int);\nint main(void) { return s1(1) != 2 || s2(1) != 3; }\n' > s.c
check "static entries of one name in two units" "$h s.c s1.c s2.c -o p35 && ./p35"

# Plugins.
for n in 1 2; do
    printf '#include <hype/hype.h>\nstatic int factor = %s;\nHYPE_FN int run(int x);\nHYPE_FN int run(int x) { return x * %s; }\n' $n $n > plugin$n.c
done
check "plugins with entries" "$h -Wno-hype-global -shared -fPIC plugin1.c -o plugin1.so && $h -shared -fPIC plugin2.c -o plugin2.so && $h plugin_host.c -o host -ldl && ./host ./plugin1.so && ./host ./plugin1.so ./plugin2.so"

# Linkers. Debian's lld-19 has its plain names in a folder of its own.
PATH=$PATH:$(ls -d /usr/lib/llvm-*/bin 2> /dev/null | tail -n 1)
skip() { # what: where every requirement is installed, that is a failure
    echo "skip $1: the wrapped compiler cannot use it here"
    [ "${CI:-}" != true ] || failures=$((failures + 1))
}
for linker in bfd gold lld mold; do
    if ! printf 'int main(void){return 0;}' | $wrapped -fuse-ld=$linker -xc - -o /dev/null 2> /dev/null; then
        skip "$linker"
        continue
    fi
    check "linker $linker" "$h -fuse-ld=$linker both.o work.o more.o -o l-$linker && ./l-$linker"
    check "linker $linker, shared library" "$h -fuse-ld=$linker -shared work.o more.o -o libl.so && $h -fuse-ld=$linker main.o ./libl.so -o ls-$linker && ./ls-$linker"
done

# Link-time optimization, with what the wrapped compiler brings for it.
case $($wrapped --version) in
*clang*) lto="-flto=full -flto=thin" use=-fuse-ld=lld ;;
*) lto="-flto -flto=auto -ffat-lto-objects" use= ;;
esac
for option in $lto; do
    [ "$option" = -ffat-lto-objects ] && option="-flto -ffat-lto-objects"
    if ! printf 'int main(void){return 0;}' | $wrapped $option $use -xc - -o /dev/null 2> /dev/null; then
        skip "$option"
        continue
    fi
    check "LTO $option" "$h -O2 $option -c both.c -o lb.o && $h -O2 $option -c work.c -o lw.o && $h -O2 $option -c more.c -o lm.o && $h -O2 $option $use lb.o lw.o lm.o -o lto && ./lto"
    check "LTO $option from an archive" "rm -f lto.a && gcc-ar rc lto.a lw.o lm.o && $h -O2 $option $use lb.o lto.a -o lto2 && ./lto2"
done

# A static program; its remote object is a shared one all the same. Sanitizers do not link statically.
case " $common " in
*sanitize*) ;;
*)
    check "static program" "$h -static both.c work.c more.c -o static && ./static && ! readelf -d static | grep -q NEEDED"
    check "static PIE" "$h -static-pie both.c work.c more.c -o static-pie && ./static-pie"
    ;;
esac

# Libraries of the user's own, one needing the other, travel in an order in which they can be loaded.
mkdir -p libs/a libs/b
echo 'int depth(void) { return 7; }' > depth.c
printf 'int depth(void);\nint middle(void) { return depth() * 2; }\n' > middle.c
cat > top.c <<'END'
#include <hype/hype.h>
int middle(void);
HYPE_FN int top(void) { return middle() + 1; }
int main(void)
{
    int r = 0;
    if (hype_call(&r, top) < 0)
        return hype_perror("top"), 1;
    return r != 15;
}
END
$wrapped -shared -fPIC depth.c -o libs/b/libdepth.so
$wrapped -shared -fPIC middle.c -Llibs/b -ldepth -Wl,-soname,libmiddle.so.3 -o libs/a/libmiddle.so.3 -Wl,-rpath,"$work/libs/b"
ln -s libmiddle.so.3 libs/a/libmiddle.so
mkdir -p stage
staged="process:?staging=file://$work/stage"
check "libraries by rpath" "$h top.c -Llibs/a -lmiddle -Wl,-rpath,$work/libs/a -o t1 && ./t1 && HYPE_SUBMITTER='$staged' ./t1"
check "their files are staged" "ls stage | grep '^libmiddle' && ls stage | grep '^libdepth' && ! ls stage | grep '^libc\.'"
check "libraries by LD_LIBRARY_PATH" "$h top.c -Llibs/a -lmiddle -Wl,-rpath-link,libs/b -o t2 && LD_LIBRARY_PATH=libs/a:libs/b HYPE_SUBMITTER='$staged' ./t2"
check "libraries left out on demand" "rm -rf stage/* && HYPE_STAGE_LIBS='!libmiddle*' $h top.c -Llibs/a -lmiddle -Wl,-rpath,$work/libs/a -o t3 && HYPE_SUBMITTER='$staged' ./t3 && ! ls stage | grep '^libmiddle'"
check "libraries of the system on demand" "rm -rf stage/* && HYPE_STAGE_LIBS='libz.so.*' $h main.c work.c -Wl,--no-as-needed -lz -o t4 && HYPE_SUBMITTER='$staged' ./t4 && ls stage | grep '^libz'"

# A library of the user's own that has a name of the system's.
mkdir vendored
sed 's/middle/zfoo/' top.c > vendored.c
echo 'int zfoo(void) { return 14; }' | $wrapped -shared -fPIC -xc - -Wl,-soname,libz.so.1 -o vendored/libz.so.1
ln -s libz.so.1 vendored/libz.so
check "a library with a name of the system's" "rm -rf stage/* && $h vendored.c -Lvendored -lz -Wl,-rpath,$work/vendored -o t5 && HYPE_SUBMITTER='$staged' ./t5 && ls stage | grep '^libz'"

finish
