#!/bin/sh
# What was staged is changed afterwards: hype-run refuses it and says why. Usage: corrupt.sh BIN_DIR
set -eu
bin=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "corrupt.sh: $1" >&2
    exit 1
}

HYPE_KEEP_STAGED=1 HYPE_SUBMITTER="process:?staging=file://$work/staging" HYPE_LOG=info "$bin/hello" > "$work/out" 2> "$work/log"
manifest=$(ls "$work"/staging/manifest-*.json)
uri="file://$manifest#sha256=$(sha256sum "$manifest" | cut -d' ' -f1)"
HYPE_TERMINATION_LOG=$work/termination
export HYPE_TERMINATION_LOG

run() {
    rm -f "$work"/staging/*/*-return.bin
    "$bin/hype-run" "$1" > "$work/out" 2> "$work/err"
}
refuses() { # what, expected
    if run "$uri"; then fail "accepted a changed $1"; fi
    grep -q "^error: $2" "$work/termination" || fail "a changed $1: $(cat "$work/termination")"
}

run "$uri" || fail "the call cannot be run again by hand: $(cat "$work/err")"
grep -q '^file:///.*-return.bin#sha256=' "$work/termination" || fail "no return value: $(cat "$work/termination")"

capture=$(ls "$work"/staging/hype-run-*/*.capture)
cp "$capture" "$work/kept"
size=$(wc -c < "$capture")
for offset in 0 9 40 "$((size / 2))" "$((size - 1))"; do
    cp "$work/kept" "$capture"
    printf '\377' | dd of="$capture" bs=1 seek="$offset" conv=notrunc 2> /dev/null
    refuses "capture (byte $offset)" "HYPE_FORMAT: fetching .*SHA-256"
done
head -c 100 "$work/kept" > "$capture"
refuses "capture (shorter)" "HYPE_FORMAT: fetching "
rm "$capture"
refuses "capture (gone)" "HYPE_NOT_FOUND: fetching "
cp "$work/kept" "$capture"

# With digests that fit: an object for another processor, and one that is no ELF file.
object=$(ls "$work"/staging/hello-*.so)
cp "$object" "$work/object"
cp "$manifest" "$work/manifest"
with_digests() {
    sed "s/$(sha256sum "$work/object" | cut -d' ' -f1)/$(sha256sum "$object" | cut -d' ' -f1)/" "$work/manifest" > "$manifest"
    uri="file://$manifest#sha256=$(sha256sum "$manifest" | cut -d' ' -f1)"
}
sent() { # what the error image says
    run "$uri" || true
    tr -c '[:print:]' '\n' < "$(sed '1!d; s/#.*//; s|^file://||' "$work/termination")" | grep -q "$1" || fail "no '$1' in the error"
}
printf '\267' | dd of="$object" bs=1 seek=18 conv=notrunc 2> /dev/null
with_digests
sent "is for another processor (ELF class 2, machine 183)"
cp "$work/object" "$object"
printf 'not' | dd of="$object" bs=1 conv=notrunc 2> /dev/null
with_digests
sent "is no ELF file"
cp "$work/object" "$object"
cp "$work/manifest" "$manifest"
with_digests

printf '\377' | dd of="$object" bs=1 seek=5000 conv=notrunc 2> /dev/null
refuses "remote object" "HYPE_FORMAT: fetching .*SHA-256"

printf ' ' >> "$manifest"
refuses "manifest" "HYPE_FORMAT: fetching the manifest: .*SHA-256"
uri="file://$manifest"
refuses "manifest without a digest" "HYPE_INVALID: "

# Shared memory: another one, none, and one of another size with a digest that fits.
rm -r "$work/staging"
HYPE_KEEP_STAGED=1 HYPE_SUBMITTER="process:?staging=file://$work/staging" "$bin/e2e-share"
rm "$work"/staging/hype-run-*/*-return.bin
segment_of() { # manifest
    echo "$work/staging/$(sed -n 's/.*"name": "\(shared-[^"]*\)".*/\1/p' "$1")"
}
for manifest in $(grep -c '"segment"' "$work"/staging/manifest-*.json | sed -n 's/:1$//p'); do
    segment=$(segment_of "$manifest")
    [ "$(wc -c < "$segment")" -lt 2000 ] || break
done
cp "$manifest" "$work/manifest"
cp "$segment" "$work/kept"
with_manifest() { # a sed script over its text on one line
    tr '\n' ' ' < "$work/manifest" | sed "$1" > "$manifest"
    uri="file://$manifest#sha256=$(sha256sum "$manifest" | cut -d' ' -f1)"
}
with_manifest ""
printf '\377' | dd of="$segment" bs=1 seek=1000 conv=notrunc 2> /dev/null
refuses "segment" "HYPE_FORMAT: fetching shared-.*SHA-256"
with_manifest 's/{[^{}]*"segment"[^{}]*}, *//'
sent "refer to 1 pieces of shared memory; 0 came"
head -c 1000 "$work/kept" > "$segment"
with_manifest "s/\"size\": [0-9]*\(, *\"sha256\": \"\)$(sha256sum "$work/kept" | cut -d' ' -f1)/\"size\": 1000\1$(sha256sum "$segment" | cut -d' ' -f1)/"
sent "have 1000 bytes where [0-9]* are expected"
echo "corrupt.sh: passed"
