#!/bin/sh
# The installed package as an outside project uses it: CMake with hype_enable() and with CMAKE_C_COMPILER=hypecc, by
# Ninja and by Make, Meson, plain make, pkg-config; ccache in both orders, distcc, parallel and read-only builds, paths
# with spaces and other letters, and the same bytes twice.
#
#   install.sh BUILD SOURCE
set -eu
build=$1 source=$2
unset HYPECC_CC MAKEFLAGS || :
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
. "$source/tests/check.sh"
have() { # command, what is skipped
    command -v "$1" > /dev/null && return
    echo "skip $2: $1 is not installed"
    [ "${CI:-}" != true ] || failures=$((failures + 1))
    return 1
}

prefix="$work/prefix with space"
cmake --install "$build" --prefix "$prefix" > /dev/null
hypecc=$prefix/bin/hypecc
export CMAKE_PREFIX_PATH="$prefix"
outside=$source/samples/outside
runs() { [ "$("$1")" = "mean: 2.5" ]; }
cached() { ccache --print-stats | awk '$1 ~ /_cache_hit$|^local_storage_hit$/ && $1 !~ /storage/ { n += $2 } END { print n + 0 }'; }

for generator in Ninja "Unix Makefiles"; do
    g=$(echo "$generator" | cut -c1)
    check "$generator: hype_enable()" "cmake -G '$generator' -S '$outside' -B '$work/e$g' && cmake --build '$work/e$g' && runs '$work/e$g/outside'"
    check "$generator: CMAKE_C_COMPILER=hypecc" "cmake -G '$generator' -S '$outside' -B '$work/c$g' -DCMAKE_C_COMPILER='$hypecc' && cmake --build '$work/c$g' && runs '$work/c$g/outside'"
    check "$generator: nothing is built twice" "cmake --build '$work/e$g' > '$work/again' && ! grep -q Building '$work/again'"
done
if have ccache "ccache"; then
    export CCACHE_DIR="$work/ccache"
    check "ccache as launcher, behind hypecc" "cmake -G Ninja -S '$outside' -B '$work/cc' -DCMAKE_C_COMPILER_LAUNCHER=ccache && cmake --build '$work/cc' && runs '$work/cc/outside'"
    check "  takes units with HYPE_FN from the cache" "before=\$(cached) && cmake --build '$work/cc' --clean-first && runs '$work/cc/outside' && after=\$(cached) && echo \$before \$after && [ \$after -ge \$((before + 2)) ]"
    check "ccache before hypecc" "cmake -G Ninja -S '$outside' -B '$work/cd' -DCMAKE_C_COMPILER='$hypecc' -DCMAKE_C_COMPILER_LAUNCHER=ccache && cmake --build '$work/cd' && runs '$work/cd/outside'"
    check "  takes units with HYPE_FN from the cache" "before=\$(cached) && cmake --build '$work/cd' --clean-first && runs '$work/cd/outside' && after=\$(cached) && echo \$before \$after && [ \$after -ge \$((before + 2)) ]"
    cp -r "$outside" "$work/changed"
    check "  and not where only an annotation has changed" "cd '$work/changed' && printf '#include <hype/hype.h>\nHYPE_FN double mean(size_t n, double *v HYPE_IN HYPE_COUNTED_BY(n));\ndouble mean(size_t n, double *v) { (void)n; return v[0]; }\n' > a.c && ccache '$hypecc' -c a.c -o a1.o && sed 's/HYPE_COUNTED_BY(n)/HYPE_COUNTED_BY(1)/' a.c > b.c && mv b.c a.c && ccache '$hypecc' -c a.c -o a2.o && ! cmp a1.o a2.o"
fi
if have distcc "distcc"; then
    check "distcc behind hypecc" "cd '$work' && cp '$outside'/*.[ch] . && DISTCC_HOSTS=localhost DISTCC_FALLBACK=1 '$hypecc' distcc gcc -c work.c -o work.o && '$hypecc' -c main.c && '$hypecc' main.o work.o -o d1 && runs ./d1"
fi
if have meson "Meson"; then
    ln -s "$prefix" "$work/prefix" # Meson splits CC at spaces
    check "Meson" "CC='$work/prefix/bin/hypecc' meson setup '$work/meson' '$outside' && meson compile -C '$work/meson' && runs '$work/meson/outside'"
fi
cp -r "$outside" "$work/é ü ß"
PATH="$prefix/bin:$PATH"
check "make -j, names with spaces and other letters" "cd '$work/é ü ß' && make -j8 && runs ./outside && grep -q work.h work.d && make | grep -q 'up to date'"
check "pkg-config" "cd '$work/é ü ß' && export PKG_CONFIG_PATH=\$(dirname \"\$(find '$prefix' -name hype.pc)\") && cc=\$(pkg-config --define-variable=prefix=x --variable=hypecc hype) && test -n \"\$cc\" && pkg-config --cflags --libs hype | grep -q -- -lhype"
cp -r "$outside" "$work/readonly"
chmod a-w "$work/readonly" "$work/readonly"/*
check "a source tree that cannot be written" "cd '$work/readonly' && hypecc -O2 -c work.c -o '$work/ro.o' && cmake -G Ninja -S . -B '$work/ro' && cmake --build '$work/ro' && runs '$work/ro/outside'"
chmod u+w "$work/readonly"
check "the same object in parallel" "cd '$work' && cp '$outside'/*.[ch] . && for i in 1 2 3 4 5 6 7 8; do hypecc -O2 -c work.c -o same.o & done; wait; hypecc main.c same.o -o same && runs ./same"
mkdir -p "$work/one/deep" "$work/two"
cp "$outside"/*.[ch] "$work/one/deep"
cp "$outside"/*.[ch] "$work/two"
twice() { (cd "$work/one/deep" && hypecc "$@" main.c work.c -o out) && (cd "$work/two" && hypecc "$@" main.c work.c -o out) && cmp "$work/one/deep/out" "$work/two/out"; }
check "the same bytes in another folder" "twice -O2 && (cd '$work/two' && strings -a out | grep -c '$work/two' | grep -x 0)"
check "the same bytes with debug information" "twice -O2 -g -ffile-prefix-map='$work/one/deep'=. -ffile-prefix-map='$work/two'=."
clang=$(command -v clang-19 || command -v clang || :)
check "compile_commands.json serves clangd" "for b in eN cN; do cmake -G Ninja -S '$outside' -B '$work/'\$b -DCMAKE_EXPORT_COMPILE_COMMANDS=ON && python3 - '$work/'\$b/compile_commands.json '$clang' <<'END'
import json, shlex, subprocess, sys
for entry in json.load(open(sys.argv[1])):
    words = shlex.split(entry['command'])
    assert not words[1].startswith('/') or words[1].endswith('.c'), words   # a launcher would hide the compiler
    words = [sys.argv[2], '-fsyntax-only', '-Werror'] + words[1:]
    subprocess.run(words, cwd=entry['directory'], check=True)
END
done"

finish
