#!/bin/sh
# A capture from a program of one data layout meets the remote object of another: refused by the name of the difference.
# Usage: abi.sh BIN_DIR
set -eu
bin=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > program.c <<'C'
#include <hype/hype.h>
#include <stdio.h>
enum kind { SMALL, LARGE };
struct record { char c; enum kind kind; long double x; double d; };
HYPE_FN int look(const struct record *r, char c) { return r->kind == LARGE && r->c < 0 && c < 0; }
int main(void)
{
    struct record r = {(char)-1, LARGE, 1, 2};
    int result;
    if (hype_call(&result, look, &r, (char)-1) < 0) {
        hype_perror("look");
        return 1;
    }
    return 0;
}
C
stage() { # folder, options
    folder=$1
    shift
    "$bin/hypecc" "$@" program.c -o program
    HYPE_KEEP_STAGED=1 HYPE_SUBMITTER="process:?staging=file://$work/$folder" ./program
}
digest() {
    sha256sum "$1" | cut -d' ' -f1
}
stage plain
HYPE_TERMINATION_LOG=$work/log
export HYPE_TERMINATION_LOG
theirs=$(ls plain/program-*.so)
manifest=$(ls plain/manifest-*.json)
rm -f plain/*/*-return.bin
while read -r option expected; do
    rm -rf other
    stage other "$option" # with its own captures it works
    object=$(ls other/program-*.so)
    cp "$object" plain
    sed -e "s/$(basename "$theirs")/$(basename "$object")/; s/$(digest "$theirs")/$(digest "$object")/" \
        -e "s/\"size\": $(wc -c < "$theirs")/\"size\": $(wc -c < "$object")/" "$manifest" > plain/mixed.json
    "$bin/hype-run" "file://$work/plain/mixed.json#sha256=$(digest plain/mixed.json)" 2> err > out || true
    sent=$(sed '1!d; s/#.*//; s|^file://||' "$work/log")
    grep -q -a "$expected" "$sent" || { echo "abi.sh: $option: $(cat "$work/log")" >&2; strings "$sent" >&2; exit 1; }
    rm -f plain/*/*-return.bin
done <<'LIST'
-fshort-enums size of enumerations is 4 there and 1 here
-mlong-double-64 size of long double is 16 there and 8 here
-fpack-struct alignment of double is 8 there and 1 here
-funsigned-char signedness of char is 1 there and 0 here
LIST
echo "abi.sh: passed"

# A remote object that needs a newer C library than there is: refused with both versions.
mkdir future
printf 'int from_the_future(void) { return 1; }\n' > future/libc.c
printf 'GLIBC_2.99 { global: from_the_future; };\n' > future/libc.map
cc -shared -fPIC -nostdlib future/libc.c -Wl,--version-script=future/libc.map -Wl,-soname,libc.so.6 -o future/libc-new.so
printf 'int from_the_future(void);\nint look(void) { return from_the_future(); }\n' > future/look.c
cc -shared -fPIC future/look.c future/libc-new.so -o plain/future.so
sed -e "s/$(basename "$theirs")/future.so/; s/$(digest "$theirs")/$(digest plain/future.so)/" \
    -e "s/\"size\": $(wc -c < "$theirs")/\"size\": $(wc -c < plain/future.so)/" "$manifest" > plain/future.json
"$bin/hype-run" "file://$work/plain/future.json#sha256=$(digest plain/future.json)" 2> err > out || true
sent=$(sed '1!d; s/#.*//; s|^file://||' "$work/log")
for words in "GLIBC_2.99" "the C library here is glibc $(getconf GNU_LIBC_VERSION | cut -d' ' -f2)" "use an image whose glibc"; do
    grep -q -a "$words" "$sent" || { echo "abi.sh: newer glibc: $(cat "$work/log")"; strings "$sent"; exit 1; } >&2
done
echo "abi.sh: newer C library: passed"
