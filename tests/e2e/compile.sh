#!/bin/sh
# What the compiler says: wrong arguments and results at the user's line, a plain compiler that knows nothing of
# HYPE_FN, and what is printed where. Usage: compile.sh BIN_DIR INCLUDE_DIR WRAPPED_COMPILER [options for programs]
set -eu
bin=$1 include=$2 HYPECC_CC=$3
shift 3
export HYPECC_CC
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "compile.sh: $1" >&2
    exit 1
}

cat > f.h <<'C'
#include <hype/hype.h>
struct point { double x, y; };
HYPE_FN double f(double x, const char *s);
C
cat > f.c <<'C'
#include "f.h"
double f(double x, const char *s) { return x + (s != 0); }
C
program() { # body
    printf '#include "f.h"\nint main(void)\n{\n    double d; struct point p; int i;\n    (void)&d, (void)&p, (void)&i;\n%s\n}\n' "$1"
}
refused() {
    program "$2" > main.c
    if "$bin/hypecc" -c main.c -o main.o 2> errors; then fail "accepted: $1"; fi
    grep -q '^main.c:6:[0-9]*: error:' errors || { cat errors; fail "no error at the user's line: $1"; }
}

refused "a pointer for a double" 'return hype_call(&d, f, &p, "x");'
refused "a number for a pointer" 'return hype_call(&d, f, 1, 5);'
refused "another pointer" 'return hype_call(&d, f, 1, &p);'
refused "too few arguments" 'return hype_call(&d, f, 1);'
refused "too many arguments" 'return hype_call(&d, f, 1, "x", 2);'
refused "a struct for a number" 'return hype_call(&d, f, p, "x");'
refused "a result of another type" 'return hype_call(&i, f, 1, "x");'
refused "a result of another type by submit" 'return hype_submit(NULL, hype_default_env, hype_bind(f, 1, "x"), &p);'

# A header declares it, another unit defines it, no warning at all.
program 'return hype_call(&d, f, 5, "x") < 0 || d != 6;' > main.c
"$bin/hypecc" "$@" -std=gnu11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror main.c f.c -o program
./program || fail "a program of two units"

# Without hypecc the header still compiles, and the call says what to do.
"$HYPECC_CC" "$@" -I"$include" -Wall -Wextra -Werror main.c f.c -L"$bin/../lib" -Wl,-rpath,"$bin/../lib" -lhype -o plain
cat > main2.c <<'C'
#include "f.h"
int main(void)
{
    double d;
    int status = hype_call(&d, f, 5, "x");
    hype_perror("call");
    return status == -HYPE_NOT_BUILT ? 0 : 1;
}
C
"$HYPECC_CC" "$@" -I"$include" -Wall -Wextra -Werror main2.c f.c -L"$bin/../lib" -Wl,-rpath,"$bin/../lib" -lhype -o plain
./plain 2> message || fail "a plain compiler's program"
grep -q 'hypecc' message || fail "the message does not name hypecc: $(cat message)"

# Compiled by hypecc, linked by a plain compiler.
"$bin/hypecc" "$@" -c main2.c -o main2.o
"$bin/hypecc" "$@" -c f.c -o f.o
"$HYPECC_CC" "$@" main2.o f.o -L"$bin/../lib" -Wl,-rpath,"$bin/../lib" -lhype -o half
./half 2> message || fail "a program that hypecc did not link"
grep -q 'linked' message || fail "the message does not speak of linking: $(cat message)"

# Nothing is left in the tree, and nothing in the temporary folder.
mkdir tmp clean
cp f.h f.c main.c clean
cd clean
TMPDIR=$work/tmp "$bin/hypecc" "$@" main.c f.c -o program
[ "$(ls)" = "$(printf 'f.c\nf.h\nmain.c\nprogram')" ] || fail "left behind: $(ls)"
[ -z "$(ls "$work/tmp")" ] || fail "left behind in TMPDIR: $(ls "$work/tmp")"
echo "compile.sh: passed"
