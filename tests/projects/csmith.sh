#!/bin/sh
# Random C programs: the checksum that one prints must be the same from the wrapped compiler, from hypecc, and from the
# program's main() called remotely as a HYPE_FN function, at -O0 and -O2.
#
#   csmith.sh BIN SEED PROGRAMS
set -eu
bin=$1 seed=$2 n=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v csmith > /dev/null || { echo "skip: csmith is not installed (Debian: csmith, libcsmith-dev)"; exit 77; }
wrapped=${HYPECC_CC:-gcc}
export HYPECC_CC="$wrapped"
failures=0 compared=0 left_out=0
for s in $(seq "$seed" $((seed + n - 1))); do
    csmith --seed "$s" -o plain.c
    { echo '#include <hype/hype.h>'; echo '#define main csmith_main'; cat plain.c; echo '#undef main'
      cat <<'END'
HYPE_FN int run(void);
int run(void)
{
    char name[] = "csmith", *arguments[] = {name, 0};
    int status = csmith_main(1, arguments);
    fflush(stdout);
    return status;
}
int main(void)
{
    int status;
    if (hype_call(&status, run) < 0)
        return hype_perror("run"), 1;
    return status;
}
END
    } > remote.c
    for level in -O0 -O2; do
        $wrapped -w $level -I/usr/include/csmith plain.c -o plain
        if ! timeout 5 ./plain > plain.txt; then # csmith's programs need not end
            left_out=$((left_out + 1))
            continue
        fi
        "$bin/hypecc" -w $level -I/usr/include/csmith plain.c -o hype
        "$bin/hypecc" -w -Wno-hype-global $level -I/usr/include/csmith remote.c -o remote
        timeout 120 ./hype > hype.txt || :
        timeout 300 ./remote 2>&1 | sed 's/^\[[^]]*\] //' > remote.txt || :
        compared=$((compared + 1))
        for result in hype remote; do
            cmp -s plain.txt $result.txt || {
                echo "csmith --seed $s, $level: $result says $(head -c 200 $result.txt) and not $(cat plain.txt)"
                failures=$((failures + 1))
            }
        done
    done
done
echo "$compared programs compared, $left_out left out (no end within 5 s), $failures differ"
[ $failures = 0 ] && [ $compared -gt 0 ]
