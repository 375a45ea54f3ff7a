#!/bin/sh
# hype-run can be copied into any image with glibc 2.31 or newer: it needs no younger symbol and no other library.
# Usage: portable.sh HYPE_RUN
set -eu
newest=$(objdump -T "$1" | sed -n 's/.*[( ]GLIBC_\([0-9.]*\).*/\1/p' | sort -uV | tail -n 1)
[ "$(printf '%s\n2.31\n' "$newest" | sort -V | tail -n 1)" = 2.31 ] || {
    objdump -T "$1" | grep "GLIBC_$newest"
    echo "portable.sh: hype-run needs glibc $newest; see runner/portable.c" >&2
    exit 1
}
others=$(objdump -p "$1" | sed -n 's/ *NEEDED *//p' | grep -vE '^(libc|libpthread|libdl)\.so\.[0-9]$|^ld-linux' || :)
[ -z "$others" ] || { echo "portable.sh: hype-run needs $others" >&2; exit 1; }
echo "portable.sh: passed: glibc $newest"
