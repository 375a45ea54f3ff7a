#!/bin/sh
# The whole test suite. Parts whose requirements are missing are skipped and say so; with CI=true that is a failure.
#
#   sh scripts/test.sh [ctest options]
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
# shellcheck disable=SC2086
install_packages $HYPE_BUILD_PACKAGES $HYPE_TEST_PACKAGES
install_servers
sh scripts/libcurl.sh || [ "${CI:-}" != true ] # without it hype-run needs libcurl4 where it runs

# Sanitizers of gcc 12 do not stand addresses as random as they may be; then they are not random at all.
fixed=
[ "$(cat /proc/sys/vm/mmap_rnd_bits)" -le 28 ] || fixed="setarch -R"

suite() { # preset, ctest options
    preset=$1
    shift
    echo "== $preset"
    cmake --preset "$preset" > /dev/null
    case $preset in asan) with=$fixed ;; *) with= ;; esac
    $with cmake --build --preset "$preset" > "build/$preset/build.log" 2>&1 || { cat "build/$preset/build.log"; exit 1; }
    $with ctest --preset "$preset" "$@"
}

# The sanitizers first: what they find is better told by them than by a failure later on.
suite asan "$@"
suite clang -LE slow "$@"
suite dev -LE slow "$@"
ctest --preset dev -L slow -j 2 "$@" # containers and clusters wait more than they compute

echo "== tsan" # what runs in one process: the loop, tasks, futures, maps
cmake --preset tsan > /dev/null
$fixed cmake --build --preset tsan --target unit-task unit-futures > build/tsan/build.log 2>&1 || { cat build/tsan/build.log; exit 1; }
$fixed ctest --preset tsan -R '^unit-(task|futures)$'
