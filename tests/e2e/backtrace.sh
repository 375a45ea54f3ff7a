#!/bin/sh
# Backtraces name functions, files and lines as addr2line would, whatever compiler, options and kind of program, and
# nothing is staged for it. Usage: backtrace.sh BIN_DIR COMPILER [options for programs]
set -eu
bin=$1 HYPECC_CC=$2
shift 2
common=$*
export HYPECC_CC
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir tmp home library
HOME=$work/home TMPDIR=$work/tmp HYPE_SUBMITTER="process:?staging=file://$work/stage"
export HOME TMPDIR HYPE_SUBMITTER
unset XDG_CACHE_HOME || true
failures=0

# Lines are found by their marks. What is inlined is forced to be, so that -O0 and -O2 tell the same.
cat > crash.h <<'C'
static inline __attribute__((always_inline)) int in_header(volatile int *p)
{
    return *p + 1; /* MARK header */
}
C
cat > crash.c <<'C'
#include "crash.h"
#include <hype/hype.h>
#include <stdio.h>
#include <stdlib.h>
int visit(int (*f)(int), int x);

static __attribute__((noinline)) int deepest(int x)
{
    return in_header((volatile int *)(size_t)16) + x; /* MARK deepest */
}
static inline __attribute__((always_inline)) int between(int x)
{
    int y = deepest(x); /* MARK between */
    return y * 2;
}
HYPE_FN __attribute__((noinline)) int crash(int x)
{
    int y = between(x + 1); /* MARK crash */
    return y + 3;
}
static __attribute__((noinline)) int give_up(int x)
{
    hype_fail(7, "gave up at %d", x); /* MARK give_up */
}
HYPE_FN __attribute__((noinline)) int through_library(int x)
{
    return visit(give_up, x) + 1; /* MARK through_library */
}
HYPE_FN __attribute__((noinline)) int leave(int x)
{
    if (x)
        exit(x); /* MARK leave */
    return x;
}
int main(void)
{
    int result;
    if (hype_call(&result, crash, 1) < 0)
        fputs(hype_last_error()->backtrace, stdout);
    puts("--");
    if (hype_call(&result, through_library, 2) < 0)
        fputs(hype_last_error()->backtrace, stdout);
    puts("--");
    if (hype_call(&result, leave, 3) < 0)
        fputs(hype_last_error()->backtrace, stdout);
    return 0;
}
C
cat > visit.c <<'C'
__attribute__((noinline)) int visit(int (*f)(int), int x);
int visit(int (*f)(int), int x)
{
    return f(x + 1) + 1; /* MARK visit */
}
C
line() { # mark, file
    sed -n "/MARK $1 /=" "$2"
}
cat > wanted <<END
#0 in_header at $work/./crash.h:$(line header crash.h) (inlined)
#1 deepest at $work/crash.c:$(line deepest crash.c)
#2 between at $work/crash.c:$(line between crash.c) (inlined)
#3 crash at $work/crash.c:$(line crash crash.c)
--
#0 give_up at $work/crash.c:$(line give_up crash.c)
#1 visit at $work/visit.c:$(line visit visit.c)
#2 through_library at $work/crash.c:$(line through_library crash.c)
--
#0 leave at $work/crash.c:$(line leave crash.c)
END

check() { # name, commands that make ./program
    name=$1
    shift
    rm -rf program* stage
    set +e # in an `if`, no command that fails would end the subshell
    (set -e; eval "$*"; ./program > got) > log 2>&1
    status=$?
    set -e
    if [ $status != 0 ]; then
        echo "FAIL $name"
        tail -n 10 log
        failures=$((failures + 1))
        return
    fi
    sed -i 's|/\./|/|' got wanted
    if ! diff wanted got > log; then
        echo "FAIL $name"
        cat log
        failures=$((failures + 1))
        return
    fi
    if find stage home -name '*.so' -exec readelf -SW {} + 2> /dev/null | grep -E '\.debug|\.symtab'; then
        echo "FAIL $name: debug information was staged"
        failures=$((failures + 1))
        return
    fi
    echo "ok   $name"
}

h="$bin/hypecc $common"
tail="-fno-optimize-sibling-calls"
for options in -O0 -O1 -O2 "-O3 -no-pie" "-O2 -gdwarf-4" "-O2 -gz"; do
    check "$options" "$h -g $options $tail crash.c visit.c -o program"
done
check "one object each" "$h -g -O2 $tail -c crash.c && $h -g -O2 $tail -c visit.c && $h crash.o visit.o -o program"
check "split debug information" "$h -g -O2 -gsplit-dwarf $tail -c crash.c && $h -g -O2 -gsplit-dwarf $tail -c visit.c && $h crash.o visit.o -o program"
check "a sidecar" "$h -g -O2 $tail --remote=sidecar crash.c visit.c -o program"
check "without staging" "HYPE_SUBMITTER=process:; $h -g -O2 $tail crash.c visit.c -o program"
check "a library whose debug information lies apart" "$HYPECC_CC $common -g -O2 $tail -shared -fPIC visit.c -o library/libvisit.so \
        -Wl,-soname,libvisit.so,--build-id &&
    objcopy --only-keep-debug library/libvisit.so library/libvisit.so.debug && strip -g library/libvisit.so &&
    objcopy --add-gnu-debuglink=library/libvisit.so.debug library/libvisit.so && strip library/libvisit.so &&
    $h -g -O2 $tail crash.c -Llibrary -lvisit -Wl,-rpath,$work/library -o program"
case " $common " in
*sanitize*) ;;
*)
    check "a static program" "$h -g -O2 $tail -static crash.c visit.c -o program"
    check "a static PIE" "$h -g -O2 $tail -static-pie crash.c visit.c -o program"
    check "LTO" "$h -g -O2 $tail -flto crash.c visit.c -o program"
    ;;
esac

# Without debug information names remain, of static functions too, as long as the program has its symbols; of a stripped
# program those that the remote object exports.
names() { # first line, second line
    ./program > got && grep -q "^#0 $1" got && grep -q "^#[01] $2" got && ! grep -q '\.c:' got && return
    echo "FAIL names: $1 $2"
    cat got
    failures=$((failures + 1))
}
$h -O2 $tail crash.c visit.c -o program
names deepest+0x crash+0x
strip program
names 0x crash+0x
[ $failures = 0 ] || { echo "$failures failed"; exit 1; }
