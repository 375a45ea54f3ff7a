#!/bin/sh
# Runs hypecc-scan over one case and compares what it says with what the case expects.
#
#   run.sh [--update] SCAN INCLUDE CASE [COMPILER...]
#
# A case is a folder with input.c, and with any of
#   arguments     compiler arguments, one line
#   standards     the values of -std= that the unit is compiled with, when not all will do
#   compilers     gcc or clang, when not both will do
#   output.c      the generated code
#   explained     what --explain says
#   diagnostics   errors and warnings
#   unread        libclang's error, where it cannot read the unit
#   status        the exit status, when it is not 0
# What is not there is expected to be empty; 'explained' is asked for where it is there. input.c with the generated
# code behind it must compile without a warning by each COMPILER. --update writes the files instead of comparing.
set -u
update=no
[ "$1" = --update ] && { update=yes; shift; }
scan=$(realpath "$1") include=$(realpath "$2") case=$3
shift 3
cd "$case" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
arguments=
[ -f arguments ] && arguments=$(cat arguments)
compile=$(echo "$arguments" | sed 's/-W[a-z=-]*hype-global//g') # the wrapper keeps these to itself
standards='gnu99 c11 gnu11 gnu17'
[ -f standards ] && standards=$(cat standards)
compilers='gcc clang'
[ -f compilers ] && compilers=$(cat compilers)
failed=0

# check NAME: $work/NAME against the case's NAME
check() {
    if [ $update = yes ]; then
        if [ -s "$work/$1" ]; then cp "$work/$1" "$1"; else rm -f "$1"; fi
        return
    fi
    expected=$1
    [ -f "$1" ] || expected=/dev/null
    diff -u "$expected" "$work/$1" || failed=1
}

# shellcheck disable=SC2086 # arguments are words
"$scan" --emit --unit input.c -- -I"$include" $arguments input.c >"$work/output.c" 2>"$work/diagnostics"
code=$?
: >"$work/status"
[ $code -eq 0 ] || echo $code >"$work/status"
[ $code -eq 3 ] && mv "$work/output.c" "$work/unread" && : >"$work/output.c"
[ -f "$work/unread" ] && check unread
check output.c
check diagnostics
check status
if [ -f explained ]; then
    # shellcheck disable=SC2086
    "$scan" --explain --unit input.c -- -I"$include" $arguments input.c >"$work/explained" 2>/dev/null
    check explained
fi

if [ -s "$work/output.c" ]; then
    for standard in $standards; do
        # The C library's types depend on the standard.
        # shellcheck disable=SC2086
        "$scan" --emit --unit input.c -- -I"$include" $arguments -std=$standard input.c >"$work/output.c" 2>/dev/null
        { cat input.c; echo '#line 1 "generated.c"'; cat "$work/output.c"; } >"$work/unit.c"
        for compiler; do
            case " $compilers " in *" $(basename "${compiler%%-[0-9]*}") "*) ;; *) continue ;; esac
            # shellcheck disable=SC2086
            "$compiler" -std=$standard -I"$include" -I. -Werror -Wall -Wextra -Wpedantic -Wconversion -Wshadow \
                -Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition -Wredundant-decls -Wcast-qual -Wunused \
                -Wdeclaration-after-statement -Wundef -Wwrite-strings $compile -O1 -c "$work/unit.c" \
                -o "$work/unit.o" ||
                { echo "$compiler -std=$standard does not accept the generated code"; failed=1; }
        done
    done
fi
exit $failed
