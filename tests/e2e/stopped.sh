#!/bin/sh
# hype-run is told to stop while it fetches: the function is not started. Two of its data files have become FIFOs: that
# somebody reads the first tells that the fetch has begun, and it ends when somebody writes to the second.
# Usage: stopped.sh BIN COMPILE_OPTION...
set -eu
bin=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "stopped.sh: $1" >&2; cat "$work/log" >&2; exit 1; }
cat > "$work/start.c" <<'END'
#include <fcntl.h>
#include <hype/hype.h>
#include <unistd.h>
HYPE_FN int start(const char *path)
{
    return close(open(path, O_WRONLY | O_CREAT, 0600));
}
int main(int argc, char **argv)
{
    int result;
    hype_env env = hype_with_file(hype_with_file(hype_default_env, argv[2]), argv[3]);
    return argc == 4 && hype_submit(NULL, env, hype_bind(start, argv[1]), &result) == 0 ? result : 1;
}
END
"$bin/hypecc" "$@" "$work/start.c" -o "$work/start" 2> "$work/log" || fail "cannot be built"
: > "$work/first"
: > "$work/second"
HYPE_KEEP_STAGED=1 HYPE_SUBMITTER="process:?staging=file://$work/stage" "$work/start" "$work/started" "$work/first" "$work/second" 2> "$work/log" ||
    fail "the call failed"
rm "$work/started" "$work"/stage/hype-run-*/*-return.bin
manifest=$(ls "$work"/stage/manifest-*)
first=$(ls "$work"/stage/first-*) second=$(ls "$work"/stage/second-*)
rm "$first" "$second"
mkfifo "$first" "$second"
HYPE_TERMINATION_LOG=$work/end "$bin/hype-run" "file://$manifest#sha256=$(sha256sum < "$manifest" | cut -d' ' -f1)" 2> "$work/log" &
timeout 300 cp /dev/null "$first" || fail "nothing is fetched"
kill -TERM $!
timeout 300 cp /dev/null "$second" || fail "the fetch has not gone on"
! wait $! || fail "it has succeeded"
grep -q '^error: HYPE_CANCELLED: hype-run was told to stop$' "$work/end" || fail "another error: $(cat "$work/end")"
[ ! -e "$work/started" ] || fail "the function was started"
