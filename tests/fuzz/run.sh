#!/bin/sh
# Builds the fuzz targets with clang's libFuzzer and runs each for a while over its kept corpus.
#
#   sh tests/fuzz/run.sh HYPECC [SECONDS_EACH [KEEP]]
#
# HYPECC is the built wrapper. With KEEP the corpus grows in tests/fuzz/corpus. A finding ends with an error and leaves
# its input in the current folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
hypecc=$1 seconds=${2:-20} keep=${3:-}
clang=$(command -v clang-19 || command -v clang) || {
    echo "fuzz: skipped: needs clang with libFuzzer (Debian: clang-19 libclang-rt-19-dev)"
    [ "${CI:-}" = true ] && exit 1
    exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -D_GNU_SOURCE -I$root/include -iquote $root/rt"
sources=$(find "$root/rt" -name "*.c")

mkdir "$work/runtime"
for source in $sources; do
    # shellcheck disable=SC2086
    echo "$clang $flags -c $source -o $work/runtime/$(basename "$(dirname "$source")")-$(basename "$source" .c).o"
done | xargs -P 2 -I{} sh -c '{}'
libraries=$(pkg-config --libs jansson libcrypto expat)
# shellcheck disable=SC2086
HYPECC_CC=$clang "$hypecc" $flags -c "$here/image.c" -o "$work/image-target.o"
for target in cluster manifest yaml; do
    # shellcheck disable=SC2086
    $clang $flags -c "$here/$target.c" -o "$work/$target-target.o"
done
for target in cluster image manifest yaml; do
    # shellcheck disable=SC2086
    $clang -fsanitize=fuzzer,address,undefined "$work/$target-target.o" "$work"/runtime/*.o $libraries -o "$work/fuzz-$target"
    mkdir -p "$work/$target" "$here/corpus/$target"
done
# What a forger's images leave nobody to free is leaked; an allocation that they make too large just fails.
ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
export ASAN_OPTIONS
HYPE_FUZZ_SEEDS=$work/image "$work/fuzz-image"

for target in cluster image manifest yaml; do
    if [ -n "$keep" ]; then
        cp "$work/$target"/* "$here/corpus/$target" 2> /dev/null || true
        set -- "$here/corpus/$target"
    else
        set -- "$work/$target" "$here/corpus/$target"
    fi
    "$work/fuzz-$target" -seed=1 -max_total_time="$seconds" -max_len=8192 \
        -rss_limit_mb=4096 -timeout=20 -verbosity=0 -print_final_stats=1 "$@" 2> "$work/log" ||
        { tail -n 60 "$work/log" >&2; echo "fuzz: $target has a finding" >&2; exit 1; }
    sed -n "s/^stat::number_of_executed_units: */fuzz: $target: executed units: /p" "$work/log"
done
