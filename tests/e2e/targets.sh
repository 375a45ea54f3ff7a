#!/bin/sh
# One program with remote objects for two processors: hype-run takes its own. The other processor is aarch64, by Debian's
# cross compiler and qemu-user; its hype-run is built here with libraries from Debian's archive.
#
#   targets.sh BIN SOURCE
set -eu
bin=$1 source=$2
for program in aarch64-linux-gnu-gcc qemu-aarch64; do
    command -v $program > /dev/null || { echo "skip: $program is missing (apt-get install gcc-aarch64-linux-gnu qemu-user)"; exit 77; }
done
cache=${HYPE_ARM64:-${XDG_CACHE_HOME:-$HOME/.cache}/hype-arm64}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "targets.sh: $1" >&2
    exit 1
}

if [ ! -f "$cache/root/complete-4" ]; then
    mkdir -p "$cache/lists/partial" "$cache/archives/partial" "$cache/debs" "$cache/root"
    touch "$cache/status"
    cat > "$cache/conf" <<END
APT::Architecture "arm64";
APT::Architectures "arm64";
Dir::State::lists "$cache/lists";
Dir::State::status "$cache/status";
Dir::Cache "$cache";
APT::Sandbox::User "root";
END
    (cd "$cache/debs" && export APT_CONFIG="$cache/conf" && apt-get update -qq &&
        apt-get download -qq libjansson-dev libssl-dev libffi-dev libelf-dev libdw-dev zlib1g-dev libxxhash-dev libcurl4-openssl-dev libexpat1-dev libyaml-dev) > "$cache/log" 2>&1 ||
        { tail -n 5 "$cache/log"; echo "skip: arm64 libraries cannot be fetched with apt-get download"; exit 77; }
    for deb in "$cache"/debs/*.deb; do dpkg -x "$deb" "$cache/root"; done
    touch "$cache/root/complete-4"
fi

root=$cache/root
PKG_CONFIG_LIBDIR=$root/usr/lib/aarch64-linux-gnu/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root \
    cmake -G Ninja -S "$source" -B "$work/arm64" -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DBUILD_TESTING=OFF \
    -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc -DCMAKE_BUILD_TYPE=Release -DHYPE_RUN_ONLY=ON \
    -DCMAKE_C_FLAGS="-I$root/usr/include -I$root/usr/include/aarch64-linux-gnu" -DCMAKE_FIND_ROOT_PATH="$root" \
    -DCMAKE_LIBRARY_PATH="$root/usr/lib/aarch64-linux-gnu" -DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER > "$work/log" 2>&1 &&
    ninja -C "$work/arm64" hype-run >> "$work/log" 2>&1 || { tail -n 20 "$work/log"; fail "hype-run for aarch64 cannot be built"; }
printf '#!/bin/sh\nexec qemu-aarch64 -L /usr/aarch64-linux-gnu %s/arm64/bin/hype-run "$@"\n' "$work" > "$work/hype-run"
chmod +x "$work/hype-run"

cd "$work"
cat > work.c <<'END'
#include <hype/hype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
struct node { int value; char sign; struct node *next; };
struct answer { char *machine; long sum; double *squares HYPE_COUNTED_BY(n); size_t n; };
HYPE_FN struct answer ask(const struct node *list, size_t n, double out[n]);
struct answer ask(const struct node *list, size_t n, double out[n])
{
    struct utsname system;
    struct answer answer = {NULL, 0, NULL, n};
    uname(&system);
    answer.machine = strdup(system.machine);
    answer.squares = malloc(n * sizeof *answer.squares);
    for (; list; list = list->next)
        answer.sum += list->value + list->sign;
    for (size_t i = 0; i < n; i++)
        answer.squares[i] = (double)i * (double)i, out[i] /= 3;
    return answer;
}
HYPE_FN long double precise(long double x) { return x; }
END
cat > main.c <<'END'
#include <hype/hype.h>
#include <stdio.h>
#include <string.h>
struct node { int value; char sign; struct node *next; };
struct answer { char *machine; long sum; double *squares HYPE_COUNTED_BY(n); size_t n; };
HYPE_FN struct answer ask(const struct node *list, size_t n, double out[n]);
int main(void)
{
    struct node second = {40, (char)-1, NULL}, first = {2, 0, &second};
    double out[3] = {3, 6, 1};
    struct answer answer;
    if (hype_call(&answer, ask, &first, 3, out) < 0)
        return hype_perror("ask"), 1;
    printf("%s %ld %g %g %.17g\n", answer.machine, answer.sum, answer.squares[2], out[1], out[2]);
    return 0;
}
END
sed '/precise/d' work.c > plain.c
export HYPECC_TARGETS="aarch64-linux-gnu-gcc"
staged="process:?staging=file://$work/stage"
host=$(uname -m)
compile() { "$bin/hypecc" -O2 -Wall "$@"; }
compile -c main.c -o main.o
compile -c plain.c -o plain.o
expected="41 4 2 0.33333333333333331"
run() { # program
    [ "$("$1")" = "$host $expected" ] || fail "$1 here"
    [ "$(HYPE_SUBMITTER=$staged "$1")" = "$host $expected" ] || fail "$1 here, staged"
    [ "$(HYPE_RUN=$work/hype-run HYPE_SUBMITTER=$staged "$1")" = "aarch64 $expected" ] || fail "$1 on aarch64"
    rm -rf stage
}
compile main.o plain.o -o objects
run ./objects
ar rc libplain.a plain.o
compile main.o -L. -lplain -lm -o archive
run ./archive
compile main.c plain.c -o sources
run ./sources
compile -r -nostdlib main.o plain.o -o merged.o
compile merged.o -o merged
run ./merged
readelf -SW sources | grep -q 'hype.target' && fail "the program keeps its units' code for other processors"

# Outputs that are no object are left alone, and values of options that look like the options of a processor.
mkdir target
echo '#define SEVEN 7' > target/seven.h
printf '#include "seven.h"\nint seven(void) { return SEVEN; }\n' > seven.c
compile -c seven.c -Itarget -o /dev/null && [ -c /dev/null ] || fail "/dev/null as output"
compile -c seven.c -Itarget -o seven.o && readelf -SW seven.o | grep -q 'hype.target' || fail "-Itarget"
if command -v clang-19 > /dev/null; then
    "$bin/hypecc" clang-19 -flto -Itarget -c seven.c -o seven-lto.o || fail "LTO by clang"
fi

# What cannot be is refused, with what to do.
(unset HYPECC_TARGETS && compile main.c plain.c -o single)
HYPE_RUN=$work/hype-run HYPE_SUBMITTER=$staged ./single 2> message && fail "a program for one processor ran on another"
grep -q "was built for $host, and this image is for aarch64.*HYPECC_TARGETS" message || fail "$(cat message)"
(unset HYPECC_TARGETS && compile -c plain.c -o single.o)
compile main.o single.o -o missing 2> message && fail "linked without code for aarch64"
grep -q "single.o has no code for aarch64-linux-gnu-gcc" message || fail "$(cat message)"
compile main.c work.c -o wide # long double differs between the two
HYPE_RUN=$work/hype-run HYPE_SUBMITTER=$staged ./wide 2> message && fail "long double went to another format"
grep -q "long double is .* there and .* here" message || fail "$(cat message)"
echo "targets.sh: passed"
