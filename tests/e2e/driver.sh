#!/bin/sh
# hypecc in the place of a compiler: which one it runs and how, where HYPE_FN hides from a quick look, and that nothing
# of its own is seen in what is made. With every compiler that is installed.
#
#   driver.sh BIN
set -eu
bin=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp" "$work/src"
. "$(dirname "$0")/../check.sh"
cd "$work/src"
unset HYPECC_CC HYPECC_VERBOSE CPATH C_INCLUDE_PATH || :
export TMPDIR="$work/tmp"
nothing_left() { [ -z "$(ls "$work/tmp")" ]; }

cat > w.c <<'END'
#include <hype/hype.h>
int in_w = 3;
HYPE_FN int add(int a, int b) { return a + b; }
END
cat > main.c <<'END'
#include <hype/hype.h>
int add(int a, int b);
int main(void)
{
    int r = 0;
    if (hype_call(&r, add, 40, 2) < 0)
        return hype_perror("add"), 1;
    return r != 42;
}
END
printf 'int f(void) { return 1; }\n' > plain.c

# ---- Which compiler ----
# A wrapper leaves a trace; it is executable and has a name that says nothing.
mkdir "$work/a b"
for name in mpicc icx x.y; do
    printf '#!/bin/sh\necho %s >> "%s/ran"\nexec cc "$@"\n' $name "$work" > "$work/a b/$name"
    chmod +x "$work/a b/$name"
done
ran() { # names, command
    wanted=$1
    shift
    rm -f "$work/ran"
    "$@" && [ "$(sort -u "$work/ran" | tr '\n' ' ')" = "$wanted" ]
}
PATH="$work/a b:$PATH"
h=$bin/hypecc
check "any compiler by name" "ran 'mpicc ' $h mpicc -c w.c -o w.o"
check "any compiler by path" "ran 'icx ' $h '$work/a b/icx' -c plain.c -o plain.o"
check "behind a launcher of any name" "ran 'icx ' $h env icx -c plain.c -o plain.o && ran 'x.y ' $h env x.y -c w.c"
check "a compiler that is missing is not replaced" "! $h no-such-cc -c w.c -o none.o > said 2>&1 && grep 'cannot run.*no-such-cc' said && ! test -e none.o"
check "a file that is called like a compiler" "cp plain.c gcc-plugin.c && $h gcc-plugin.c -c && cp plain.o gcc-main.o && chmod +x gcc-main.o && $h cc gcc-main.o -shared -o gcc.so && $h ./gcc.so plain.o -shared -o other.so"
check "HYPECC_CC with a space in its path" "HYPECC_CC='$work/a b/mpicc' ran 'mpicc ' $h -c w.c -o w.o"
check "HYPECC_CC of several words" "HYPECC_CC='env icx' ran 'icx ' $h -c w.c -o w.o"

# ---- Why one is left alone ----
why() { # words, arguments
    words=$1
    shift
    HYPECC_VERBOSE=1 "$h" "$@" 2>&1 | grep "left to the wrapped compiler: .*$words"
}
check "says why it leaves a command alone" "why 'HYPE_FN' -c plain.c && why 'no C source' -c -x c++ plain.c && why 'something else' --version && why 'use hype' -shared plain.c -o p.so && why 'merged' -r plain.o -o r.o && why 'no input holds' plain.o -shared -o p.so && why 'cannot be read' @nowhere -c plain.c"

# ---- With each compiler ----
for cc in gcc clang; do
    command -v $cc > /dev/null || cc=$(basename "$(command -v $cc-19 || echo $cc)")
    if ! command -v "$cc" > /dev/null; then
        echo "skip $cc: it is not installed"
        [ "${CI:-}" != true ] || failures=$((failures + 1))
        continue
    fi
    h="$bin/hypecc $cc"
    links() { $h "$@" main.c -o program && ./program; }

    # Precompiled headers, with the words of CMake.
    printf '#include <stdio.h>\n#include <hype/hype.h>\n' > pch.h
    echo > pch.h.c
    printf 'HYPE_FN int add(int a, int b) { return printf("") + a + b; }\n' > uses.c
    case $cc in
    clang*)
        make="-Xclang -emit-pch -Xclang -include -Xclang pch.h -x c-header -o pch.h.pch -c pch.h.c"
        use="-Winvalid-pch -Werror -Xclang -include-pch -Xclang pch.h.pch -Xclang -include -Xclang pch.h" ;;
    *)
        make="-x c-header -include pch.h -o pch.h.gch -c pch.h.c"
        use="-Winvalid-pch -Werror -include pch.h" ;;
    esac
    check "$cc: a precompiled header" "$h $make && $h $use -c plain.c && $h $use -c uses.c && links uses.o"
    check "$cc: a precompiled header, without -c" "$h -x c-header pch.h -o other.gch && test -s other.gch"
    rm -f pch.h.*

    # HYPE_FN where the source does not show it.
    printf 'REMOTE int add(int a, int b) { return a + b; }\n' > hidden.c
    printf '#include <hype/hype.h>\n' | cat - hidden.c > named.c
    printf '#include <hype/hype.h>\n#define REMOTE HYPE_FN\n' > remote.h
    echo '#define REMOTE HYPE_FN' > macro.h
    printf '#include <far.h>\n' | cat - hidden.c > far.c
    mkdir -p far && cp remote.h far/far.h
    check "$cc: HYPE_FN in -D" "links -DREMOTE=HYPE_FN named.c && links -D REMOTE=HYPE_FN named.c && links -Wp,-DREMOTE=HYPE_FN named.c && links -Xpreprocessor -DREMOTE=HYPE_FN named.c"
    check "$cc: HYPE_FN in an included file" "links -include remote.h hidden.c && links -imacros macro.h named.c"
    check "$cc: HYPE_FN in a folder of CPATH" "CPATH=far links far.c && C_INCLUDE_PATH=:far links far.c && links -idirafter far far.c"
    printf '.globl g\ng: ret\n.section .note.GNU-stack,"",%%progbits\n' > g.s
    check "$cc: HYPE_FN in one source of several languages" "$h -c w.c g.s plain.c && links w.o g.o plain.o && $h -c -x c w.c -x assembler g.s && links w.o g.o"

    # What libclang cannot read, and the compiler can.
    printf '#include "no-such.h"\n' | cat - w.c > unread.c
    check "$cc: what cannot be read is the compiler's error" "! $h -c unread.c 2> said && grep 'no-such.h' said && ! grep Whype said"
    check "$cc: warnings of hypecc's own are not the compiler's" "$h -Werror=hype-global -c plain.c && $h -Whype-unread -shared plain.c -o p.so && links -Werror=hype-unread -Wno-error=hype-global w.c"
    check "$cc: a byte order mark" "printf '\\357\\273\\277' | cat - w.c > mark.c && links -Werror mark.c"

    # The user's own level of warnings, whatever it is: of the generated code there are none.
    case $cc in
    clang*) strict=-Weverything ;;
    *) strict="-Wall -Wextra -Wpedantic -Wtraditional -Wtraditional-conversion -Wc90-c99-compat -Wc99-c11-compat -Wframe-larger-than=16 -Wstack-usage=16 -Wlarger-than=16" ;;
    esac
    check "$cc: no warning of generated code" "$h $strict -O1 -c w.c 2> said; cat said; ! grep '\.hype>\|generated.h' said"

    # Nothing of the private file is seen.
    printf 'static int own;\n' | cat w.c - > 'src=x.c'
    made() { $h "$@" -c 'src=x.c' -o one.o && $h "$@" -c 'src=x.c' -o two.o && cmp one.o two.o && ! strings -a one.o | grep "$work/tmp"; }
    case $cc in
    clang*) kinds="-flto;-flto=thin;-fsanitize=address;-emit-llvm;-g;-O2 -g -gdwarf-4;-S -g" ;;
    *) kinds="-flto -frandom-seed=1;-fsanitize=address;-g;-O2 -g -gdwarf-4;-S -g" ;;
    esac
    check "$cc: the same bytes each time" "IFS=';'; for kind in \$kinds; do IFS=' '; echo \"\$kind\"; made \$kind || exit 1; done; nothing_left"
    check "$cc: and the source's own name" "$h -g -c 'src=x.c' -o one.o && readelf --debug-dump=info one.o | grep 'DW_AT_name.*src=x.c$' && $h -g -S -o - 'src=x.c' | grep -c /proc/ | grep -x 0 && $h -MD -c 'src=x.c' -o one.o && ! grep /proc one.d && $h -E 'src=x.c' > e && ! grep /proc e"
    printf '#include <hype/hype.h>\n#include "there.h"\nHYPE_FN int add(int a, int b) { return a + b + ZERO; }\n' > "$work/there.c"
    printf '#define ZERO 0\n' > "$work/there.h"
    printf '#error another header of that name\n' > there.h
    check "$cc: headers are looked for beside the source" "$h -c ../there.c && links there.o && ! ls *.i && $h -save-temps -c ../there.c && test -f there.i && rm there.[is]"
    rm -f there.h
done

# gcc has functions in functions, and libclang does not.
printf '#include <hype/hype.h>\nint outer(int x) { int inner(int y) { return y + x; } return inner(1); }\nHYPE_FN int add(int a, int b) { return a + b; }\n' > nested.c
h="$bin/hypecc gcc"
check "HYPE_FN that cannot be read is not lost unseen" "$h -Werror -c nested.c 2> said && grep '^nested.c: warning: .*-Whype-unread' said && grep 'nested.c:2' said && $h -Wno-hype-unread -c nested.c 2> said && ! test -s said && rm nested.o && ! $h -Werror=hype-unread -c nested.c 2> said && grep '^nested.c: error: .*-Werror=hype-unread' said && ! test -e nested.o && ! $h --explain nested.c"

# ---- Temporary files and signals ----
h="$bin/hypecc"
check "a TMPDIR that does not exist" "TMPDIR=/no/such/folder $h -c w.c && echo 'int x;' | TMPDIR=/no/such/folder $h -c -x c - -o x.o"
# A compiler that kills itself, or that tells by a pipe that it runs and waits to be killed.
cat > "$work/a b/dies" <<'END'
#!/bin/sh
kill -$DEATH $$
END
cat > "$work/a b/waits" <<'END'
#!/bin/sh
echo $PPID > "$STARTED"
exec sleep 1000
END
chmod +x "$work/a b/dies" "$work/a b/waits"
dies() { (ulimit -c 0; DEATH=$1 "$h" dies -c w.c) 2> /dev/null || [ $? = $(($2 + 128)) ]; }
check "nothing is left of a compiler that is killed" "dies KILL 9 && dies XCPU 24 && dies SEGV 11 && nothing_left"
mkfifo started
killed() { # signal: ends hypecc and what it runs
    STARTED=started "$h" waits -c w.c 2> /dev/null &
    read -r pid < started
    kill -"$1" "$pid"
    status=0
    wait $! || status=$?
    [ $status -gt 128 ] && nothing_left
}
check "nothing is left when it is killed itself" "killed TERM && killed ALRM && killed XCPU && killed PIPE"
# A signal that is ignored from the start is ignored still: what the compiler is told ends it by another one.
ignoring() {
    (trap '' HUP; STARTED=started exec "$h" waits -c w.c) 2> /dev/null &
    read -r pid < started
    kill -HUP "$pid" && kill -TERM "$pid"
    status=0
    wait $! || status=$?
    [ $status = 143 ] && nothing_left
}
check "nohup" ignoring
finish
