#!/bin/sh
# Hype beside Ray's C++ API, in one run on one machine; with ITEMS, only Ray's items a second of a map. BIN has hypecc,
# WORK is for temporary files. Usage: run.sh BIN WORK [ITEMS]
#
# Ray comes from PyPI, once, into ~/.cache/hype-bench/ray (700 MB). It is started by each of its programs and stopped again.
set -eu
bin=$1
work=$2
here=$(cd "$(dirname "$0")" && pwd)
venv=${XDG_CACHE_HOME:-$HOME/.cache}/hype-bench/ray
if [ ! -x "$venv/bin/ray" ]; then
    echo "installing ray[cpp] into $venv" >&2
    mkdir -p "$(dirname "$venv")"
    python3 -m venv "$venv"
    "$venv/bin/pip" install -q 'ray[cpp]'
fi
PATH=$venv/bin:$PATH
RAY_USAGE_STATS_ENABLED=0
export PATH RAY_USAGE_STATS_ENABLED
ray=$("$venv/bin/python3" -c 'import ray, os; print(os.path.join(os.path.dirname(ray.__file__), "cpp"))' 2> /dev/null)

# The old ABI of libstdc++ is the one that Ray's library was built with. Its workers load the tasks as a library.
options="-std=c++17 -O2 -D_GLIBCXX_USE_CXX11_ABI=0 -I$ray/include"
link="-Wl,--no-as-needed -L$ray/lib -lray_api -Wl,-rpath,$ray/lib:$work"
g++ $options -fPIC -shared "$here/tasks.cc" -o "$work/tasks.so" $link
g++ $options "$here/ray.cc" -o "$work/with-ray" "$work/tasks.so" $link
if [ $# -gt 2 ]; then
    "$work/with-ray" "$work/tasks.so" map "$3" 2> "$work/ray.log" | grep 'items a second'
    exit
fi
"$bin/hypecc" -O2 "$here/hype.c" -o "$work/with-hype"
cc -O2 "$here/first.c" -o "$work/first"

calls=2000
export HYPE_SUBMITTER=process:
{
    "$work/first" 21 "$work/with-hype" first
    "$work/with-hype" $calls
} > "$work/hype.txt"
{
    "$work/first" 3 "$work/with-ray" "$work/tasks.so" first
    "$work/with-ray" "$work/tasks.so" $calls | grep -E '^(sequential|parallel|doubles) '
} > "$work/ray.txt" 2> "$work/ray.log" || { tail -n 20 "$work/ray.log" >&2; exit 1; }
awk '
    BEGIN {
        text["first"] = "start of the program to its first result, ms"; aim["first"] = 50
        text["sequential"] = "no-op calls one after the other, ms each"; aim["sequential"] = 3
        text["parallel"] = "no-op calls all at once, ms each"; aim["parallel"] = 3
        text["doubles"] = "100 MB of doubles there and back, ms"; aim["doubles"] = 12
        printf "%-48s %10s %10s %8s %6s\n", "", "hype", "Ray", "ratio", "aim"
    }
    FNR == NR { hype[$1] = $2; next }
    { printf "%-48s %10.3f %10.3f %8.1f %6d\n", text[$1], hype[$1], $2, $2 / hype[$1], aim[$1] }
' "$work/hype.txt" "$work/ray.txt"
