#!/bin/sh
# The samples do what their comments say. Usage: samples.sh BIN_DIR
set -eu
bin=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "samples.sh: $1" >&2
    exit 1
}

HYPE_LOG=info "$bin/hello" > "$work/out" 2> "$work/log"
grep -q '^\[greet [a-z0-9]*\] greeting from process' "$work/out" || fail "what greet prints does not arrive: $(cat "$work/out")"
grep -q '^hello world! (said process [0-9]* to process [0-9]*)$' "$work/out" || fail "hello says: $(cat "$work/out")"
[ "$(sed -n 's/.*said process \([0-9]*\) to.*/\1/p' "$work/out")" != "$(sed -n 's/.*to process \([0-9]*\).*/\1/p' "$work/out")" ] ||
    fail "hello ran in its own process"
for line in 'Staging |> Uploading 1 files to staging location file:///' 'Staging |> Uploading complete: [01] files newly uploaded' \
    'Submitter |> Submitting greet() to process hype-run-' 'exited with status Succeeded'; do
    grep -q "$line" "$work/log" || fail "the log lacks '$line': $(cat "$work/log")"
done

"$bin/hello" > "$work/out" 2> "$work/log"
! grep -v 'ASan does' "$work/log" || fail "a library that is not asked to log says: $(cat "$work/log")"

HYPE_SUBMITTER="process:?staging=file://$work/staging" HYPE_LOG=info "$bin/hello" > "$work/out" 2> "$work/log"
for line in 'Uploading 2 files to staging location' 'Uploading complete: 2 files newly uploaded, 0 files cached' \
    'Submitting file:///.*/manifest-[0-9a-f]*.json to' 'exited with status Succeeded' \
    'Got termination message: file:///.*-return.bin#sha256='; do
    grep -q "$line" "$work/log" || fail "the log lacks '$line': $(cat "$work/log")"
done

"$bin/extract_env" > "$work/out"
grep -q "^HYPE_EXECUTION_ID=hype-run-" "$work/out" || fail "extract_env has no execution id"
grep -q "^$(uname -s) " "$work/out" || fail "extract_env has no output of uname"
grep -q '^proc ' "$work/out" || fail "extract_env has no mounts"

"$bin/blur" > "$work/out" || fail "blur: $(cat "$work/out")"
echo "samples.sh: passed"
