#!/bin/sh
# A program that is killed while its call runs from a store: its processes end, and the next program removes what it has
# left. Usage: killed.sh BIN [OPTIONS FOR PROGRAMS]
set -eu
bin=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "killed.sh: $1" >&2; exit 1; }
export XDG_CACHE_HOME="$work/cache" HYPE_SUBMITTER="process:?staging=file://$work/stage"
cat > "$work/doze.c" <<'C'
#include <hype/hype.h>
#include <stdio.h>
#include <unistd.h>
HYPE_FN int doze(const char *here)
{
    FILE *file = fopen(here, "w");
    if (file) {
        fprintf(file, "%d\n", (int)getpid());
        fclose(file);
    }
    return (int)sleep(60);
}
int main(int argc, char **argv)
{
    int left;
    return argc < 2 || hype_call(&left, doze, argv[1]) < 0;
}
C
"$bin/hypecc" "$@" "$work/doze.c" -o "$work/doze"
"$work/doze" "$work/here" &
pid=$!
until [ -s "$work/here" ]; do
    kill -0 $pid || fail "the program has ended"
    sleep 0.05
done
[ -n "$(find "$work/stage" -name '*.capture')" ] || fail "nothing is staged"
kill -9 $pid
wait $pid 2> /dev/null || :
function=/proc/$(cat "$work/here")/status
while grep -q '^State:.[^ZX]' "$function" 2> /dev/null; do sleep 0.05; done # the function's process ends, too
"$bin/hello" > /dev/null
left=$(find "$XDG_CACHE_HOME" -type f; find "$work/stage" -name 'hype-run-*' -o -name 'manifest-*')
[ -z "$left" ] || fail "left: $left"
echo "killed.sh: passed"
