#!/bin/sh
# A C++ program calls HYPE_FN functions that are written in C. Usage: cxx.sh BIN_DIR [options for programs]
set -eu
bin=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > f.h <<'C'
#include <hype/hype.h>
#ifdef __cplusplus
extern "C" {
#endif
struct pair { int a; char *text; };
HYPE_FN struct pair twice(struct pair p, const double values[3]);
HYPE_FN void bump(int *x);
#ifdef __cplusplus
}
#endif
C
cat > f.c <<'C'
#include "f.h"
#include <stdlib.h>
#include <string.h>
struct pair twice(struct pair p, const double values[3])
{
    struct pair r = {p.a * 2 + (int)values[2], strdup(p.text)};
    return r;
}
void bump(int *x) { ++*x; }
C
cat > main.cpp <<'C'
#include "f.h"
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
int main()
{
    char text[] = "plus plus";
    pair p = {20, text}, r;
    const double values[3] = {0, 1, 2};
    int x = 1;
    if (hype_call(&r, twice, p, values) < 0 || hype_call(nullptr, bump, &x) < 0 || hype_call(NULL, bump, &x) < 0) {
        hype_perror("call");
        return 1;
    }
    std::cout << r.a << " " << std::string(r.text) << " " << x << std::endl;
    free(r.text);
    return 0;
}
C
compilers='g++ clang++-19'
[ $# -eq 0 ] || compilers=g++ # the sanitizers of two compilers do not mix
for compiler in $compilers; do
    command -v "$compiler" > /dev/null || continue
    "$bin/hypecc" "$@" -c f.c -o f.o
    "$bin/hypecc" "$compiler" "$@" -Wall -Wextra -Werror -c main.cpp -o main.o
    "$bin/hypecc" "$compiler" "$@" main.o f.o -o program
    [ "$(./program)" = "42 plus plus 3" ] || { echo "cxx.sh: $compiler: $(./program)" >&2; exit 1; }
    "$bin/hypecc" "$compiler" "$@" -fPIC main.cpp -x c f.c -o program # in one command
    [ "$(./program)" = "42 plus plus 3" ] || { echo "cxx.sh: $compiler, one command: $(./program)" >&2; exit 1; }
done
sed 's/&r, twice/\&x, twice/' main.cpp > wrong.cpp
if "$bin/hypecc" g++ -c wrong.cpp -o wrong.o 2> errors; then
    echo "cxx.sh: a result of another type is accepted" >&2
    exit 1
fi
grep -q '^wrong.cpp:12:' errors || { cat errors >&2; exit 1; }
echo "cxx.sh: passed"
