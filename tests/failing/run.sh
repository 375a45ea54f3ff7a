#!/bin/sh
# Calls with failing requests, in a folder of their own. Usage: run.sh BIN LIBRARIES KIND here|there process|staged|batch [STEP [ONLY]]
set -eu
bin=$1 libraries=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp" "$work/home"
export HOME="$work/home" TMPDIR="$work/tmp" XDG_CACHE_HOME="$work/home/.cache"
if [ "$2" = here ]; then
    export LD_LIBRARY_PATH="$libraries" HYPE_RUN="$bin/hype-run"
else
    export HYPE_RUN="$bin/failing-hype-run"
fi
cd "$work"
"$bin/failing-calls" "$@"
