#!/bin/sh
# Builds real projects twice in the same folder, with the plain compiler and with hypecc in its place, by their own build
# systems; runs their own tests; and compares exit codes, messages, symbols and dependency files. Then a program with
# HYPE_FN functions around those very libraries runs remotely.
#
#   run.sh BIN [PROJECT...]           BIN: the folder of hypecc
#   run.sh --fetch                    only fetches the sources
#
# The sources are Debian's, fetched once into $HYPE_PROJECTS (default: ~/.cache/hype-projects).
set -eu
if [ "$1" = --fetch ]; then
    fetch_only=yes
else
    fetch_only=
    bin=$(cd "$1" && pwd)
fi
shift
here=$(cd "$(dirname "$0")" && pwd)
cache=${HYPE_PROJECTS:-${XDG_CACHE_HOME:-$HOME/.cache}/hype-projects}
all="zlib lz4 xxhash cjson jansson lua5.4 sqlite3"
[ $# -gt 0 ] || set -- $all
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HYPECC_CC="${HYPECC_CC:-gcc}"
jobs=$(nproc)

fetch() {
    mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial" "$cache/apt/parts"
    cat /etc/apt/sources.list.d/*.sources 2> /dev/null | sed 's/^Types:.*/Types: deb-src/' > "$cache/apt/parts/src.sources"
    sed -n 's/^deb /deb-src /p' /etc/apt/sources.list > "$cache/apt/parts/src.list" 2> /dev/null || :
    cat > "$cache/apt/conf" <<END
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$cache/apt/parts";
Dir::State::lists "$cache/apt/lists";
Dir::Cache "$cache/apt";
APT::Sandbox::User "root";
END
    (cd "$cache" && export APT_CONFIG="$cache/apt/conf" && apt-get update -qq && apt-get source -qq --download-only $all) > "$cache/log" 2>&1 ||
        { tail -n 5 "$cache/log"; echo "skip: the projects' sources cannot be fetched with apt-get source"; exit 77; }
}
for project in $all; do
    ls "$cache/${project}"_*.orig.tar.* > /dev/null 2>&1 || { fetch; break; }
done

[ -z "$fetch_only" ] || exit 0

unpack() { # project, folder
    rm -rf "$2"
    mkdir -p "$2"
    tar -xf "$(ls "$cache/$1"_*.orig.tar.* | head -n 1)" -C "$2" --strip-components=1
}

# Each is run in the project's folder with CC set; standard output and error are compared.
build_zlib() { ./configure && make -j$jobs && make test; }
build_lz4() {
    make -j$jobs CC="$CC" -C lib && make -C programs CC="$CC" lz4 && make -C tests -j$jobs CC="$CC" fuzzer frametest &&
        tests/fuzzer -i300 -s1 && tests/frametest -i100 -s1
}
build_xxhash() { make -j$jobs CC="$CC" && make CC="$CC" check; }
build_cjson() {
    cmake -S . -B out -DCMAKE_C_COMPILER="$CC" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_AND_STATIC_LIBS=ON &&
        cmake --build out -j$jobs && ctest --test-dir out
}
build_jansson() {
    cmake -S . -B out -G Ninja -DCMAKE_C_COMPILER="$CC" -DCMAKE_BUILD_TYPE=Release -DJANSSON_BUILD_DOCS=OFF &&
        ninja -C out && ctest --test-dir out
}
build_lua5_4() {
    make -j$jobs linux CC="$CC -std=gnu99" && make test CC="$CC" &&
        src/lua -e 'local t = {} for i = 1, 1000 do t[i] = i * i end print(#t, t[31], ("x"):rep(3), string.format("%.3f", math.pi))'
}
build_sqlite3() {
    ./configure --disable-tcl --disable-readline && make sqlite3.c && make -j$jobs sqlite3 fuzzcheck && $CC -O2 -Wall -c sqlite3.c -o sqlite3.o &&
        ./fuzzcheck -q test/fuzzdata1.db &&
        ./sqlite3 :memory: 'create table t(a, b); insert into t values (1, 2), (3, 4); select sum(a * b) from t'
}

# What may differ between two builds: times, the compiler's name, and the order in which parallel jobs print.
normalize() {
    tr '\r' '\n' | sed -e 's/[0-9.]* *\(sec\|seconds\|ms\|MB\/s\|s\)\b//g' -e "s|$CC|CC|g" -e 's/[0-9]*%//g' -e '/[Tt]ime\|elapsed\|make\[/d' \
        -e 's|^\[[0-9]*/[0-9]*\] *||' -e 's/  */ /g' -e '/ -- Detecting\|compiler identification\|Check for working\|ABI info\|pid /d' |
        grep -a -i 'warning\|error\|passed\|failed\|ok\|test' | sort
}

# Names and kinds of what an object or a program defines and of what it needs. -fPIC adds the name of a table, and a program
# of such objects uses stderr and the like of the C library in place, where it would copy them at start.
symbols() {
    find . -name '*.o' -o -name '*.lo' -o -name '*.a' -o -name "*.so*" -type f -o -type f -perm -u+x | sort | while read -r file; do
        echo "$file"
        nm -g "$file" 2> /dev/null | awk 'NF == 3 { print $2, $3 } NF == 2 && $2 != "_GLOBAL_OFFSET_TABLE_" { print $1, $2 }' |
            sed 's/^B \(.*@\)/U \1/' | grep -v ' _\(DYNAMIC\|init\|fini\|edata\|end\|_bss_start\)$' | sort -u
    done
}

dependencies() {
    find . -name '*.d' -type f | sort | while read -r file; do
        echo "$file"
        tr -s ' \\\n' '\n\n\n' < "$file" | grep -v '/hype/'
    done
}

one() { # project, compiler, name of the results
    unpack "$1" "$work/src"
    (
        cd "$work/src"
        export CC="$2"
        start=$(date +%s)
        status=0
        build_"$(echo "$1" | tr . _)" > ../log 2>&1 || status=$?
        echo "exit $status" > "../$3.exit"
        normalize < ../log > "../$3.messages"
        symbols > "../$3.symbols"
        dependencies > "../$3.dependencies"
        cp ../log "../$3.log"
        echo "$(($(date +%s) - start)) s" > "../$3.time"
    )
    rm -rf "$work/$3"
    mv "$work/src" "$work/$3"
}

failures=0
printf '%-10s %-8s %-9s %-9s %s\n' project exit messages symbols dependencies
for project; do
    one "$project" "$HYPECC_CC" plain
    one "$project" "$bin/hypecc" hype
    row=
    for kind in exit messages symbols dependencies; do
        if diff "$work/plain.$kind" "$work/hype.$kind" > "$work/diff" 2>&1; then
            row="$row same"
        else
            row="$row DIFFER"
            echo "$project: $kind differ"
            head -n 20 "$work/diff"
            failures=1
        fi
    done
    [ "$(cat "$work/hype.exit")" = "exit 0" ] || { echo "$project: $(cat "$work/plain.exit") / $(cat "$work/hype.exit")"; tail -n 30 "$work/hype.log"; failures=1; }
    # shellcheck disable=SC2086
    printf '%-10s %-8s %-9s %-9s %s    (%s, %s symbol lines)\n' "$project" $row "$(cat "$work/plain.time") and $(cat "$work/hype.time")" "$(wc -l < "$work/hype.symbols")"
    mv "$work/hype" "$work/built-$project"
done

# The libraries as hypecc has built them, called remotely.
if [ "$*" = "$all" ]; then
    cd "$work"
    cp "$here/wrap.c" .
    "$bin/hypecc" -O2 -Wall -Wextra -Werror wrap.c -o wrap -Ibuilt-zlib -Ibuilt-lz4/lib -Ibuilt-xxhash -Ibuilt-cjson -Ibuilt-lua5.4/src \
        -Ibuilt-sqlite3 built-zlib/libz.a built-lz4/lib/liblz4.a built-xxhash/libxxhash.a built-cjson/out/libcjson.a \
        built-lua5.4/src/liblua.a built-sqlite3/sqlite3.o -lm || failures=1
    built-sqlite3/sqlite3 data.db 'create table fruit(name, n); insert into fruit values ("apple", 3), ("pear", 4)'
    if ./wrap data.db && HYPE_SUBMITTER="process:?staging=file://$work/stage" ./wrap data.db; then
        echo "functions of these libraries, called remotely: same results"
    else
        echo "wrap failed"
        failures=1
    fi
fi
exit $failures
