#!/bin/sh
# Random programs: every call made here and remotely must agree. See generate.c.
#
#   sh tests/property/run.sh HYPECC FIRST_SEED PROGRAMS [FUNCTIONS [compiler options]]
#
# Says the seed of what differs, and leaves its program in the current folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
hypecc=$1 first=$2 programs=$3 functions=${4:-40}
[ $# -lt 4 ] || shift 1
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -O1 "$here/generate.c" -o "$work/generate"
# What the random functions replace, nobody frees.
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS

calls=0
seed=$first
while [ "$seed" -lt $((first + programs)) ]; do
    "$work/generate" "$seed" "$functions" > "$work/program.c"
    if ! "$hypecc" -w "$@" "$work/program.c" -o "$work/program" > "$work/log" 2>&1 ||
        ! "$work/program" > "$work/out" 2> "$work/log"; then
        cp "$work/program.c" "./property-$seed.c"
        tail -n 20 "$work/log" >&2
        echo "property: seed $seed differs or does not build: see property-$seed.c" >&2
        exit 1
    fi
    calls=$((calls + $(sed -n 's/.* \([0-9]*\) calls.*/\1/p' "$work/out")))
    seed=$((seed + 1))
done
echo "property: $((programs * functions)) functions of $programs programs, $calls calls, none differs"
