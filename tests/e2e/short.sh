#!/bin/sh
# A program that is short of descriptors, of room on its disks, or has nobody to print to: the value, or an error that
# says so, in bounded time, and nothing stays. Usage: short.sh BIN_DIR
set -eu
bin=$1
work=$(mktemp -d)
trap 'umount "$work/small" 2> /dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/tmp" "$work/home" "$work/small"
export HOME="$work/home" TMPDIR="$work/tmp"
unset XDG_CACHE_HOME || true

fail() {
    echo "short.sh: $1: $(cat "$work/err")" >&2
    exit 1
}
# The call's value in the output and status 0, or an error that has the text.
ends() { # what, text, status
    if [ "$3" = 0 ]; then
        grep -q "." "$work/out" || fail "$1: no value and no error"
    else
        grep -q "$2" "$work/err" || fail "$1 (status $3)"
    fi
    left=$(ls -A "$work/tmp")
    [ -z "$left" ] || fail "$1: left in the temporary folder: $left"
}

for submitter in process: "process:?staging=file://$work/staging"; do
    export HYPE_SUBMITTER="$submitter"
    "$bin/hello" > "$work/out" 2> "$work/err" || fail "$submitter"

    n=3
    while [ "$n" -le 60 ]; do
        status=0
        (ulimit -n "$n" && exec timeout 300 "$bin/hello") > "$work/out" 2> "$work/err" || status=$?
        ends "$n descriptors, $submitter" "Too many open files\|error while loading shared libraries" "$status"
        n=$((n + (n < 20 ? 1 : 7)))
    done

    timeout 300 "$bin/hello" > /dev/full 2> "$work/err" || [ $? = 1 ] || fail "full standard output, $submitter"
    HYPE_LOG=debug timeout 300 "$bin/hello" > "$work/out" 2> /dev/full || fail "full log, $submitter"
    [ -s "$work/out" ] || fail "full log, $submitter"
    timeout 300 "$bin/hello" >&- 2> "$work/err" || [ $? = 1 ] || fail "closed standard output, $submitter"
    timeout 300 "$bin/hello" > "$work/out" 2>&- < /dev/null || fail "closed standard error, $submitter"
    ends "closed standard streams, $submitter" . 0
done

# A disk that is full at any point: the staging place, TMPDIR with the function's folder, both.
if mount -t tmpfs -o size=256k none "$work/small" 2> /dev/null; then
    for filled in 0 40 80 120 160 200 240 252; do
        for place in staging tmp; do
            rm -rf "$work"/small/* "$work/staging"
            mkdir "$work/small/tmp"
            head -c "${filled}k" /dev/zero > "$work/small/filling"
            status=0
            if [ "$place" = staging ]; then
                HYPE_SUBMITTER="process:?staging=file://$work/small/staging" timeout 300 "$bin/hello" > "$work/out" 2> "$work/err" || status=$?
            else
                TMPDIR="$work/small/tmp" HYPE_SUBMITTER="process:?staging=file://$work/staging" timeout 300 "$bin/hello" > "$work/out" 2> "$work/err" || status=$?
            fi
            ends "$filled kB of 256 taken, $place" "No space left on device" "$status"
            left=$(ls -A "$work/small/tmp"; find "$work/small" -name "*part-*" -o -name "hype-run-*" -o -name "manifest-*")
            [ -z "$left" ] || fail "$filled kB of 256 taken, $place: left there: $left"
        done
    done
else
    echo "short.sh: full disks were not tried: it takes root to mount a small one"
    [ "${CI:-}" != true ] || exit 1
fi
echo "short.sh: passed"
