#!/bin/sh
# Runs a program with a submitter, in folders of its own, and looks for what is left behind.
# Usage: run.sh process|staged PROGRAM [arguments]
set -eu
mode=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp" "$work/home"
HOME=$work/home TMPDIR=$work/tmp
export HOME TMPDIR
unset XDG_CACHE_HOME || true
case $mode in
process)
    HYPE_SUBMITTER="process:?workers=4" # some tests need several calls that run at once
    staging=$work/home/.cache/hype/staging
    ;;
staged)
    HYPE_SUBMITTER="process:?workers=4&staging=file://$work/staging"
    staging=$work/staging
    ;;
esac
export HYPE_SUBMITTER
"$@"
# A server that was just told to stop, or whose program was killed, may still be making its folder, or removing it.
end=$(($(date +%s) + 60))
while left=$(ls -A "$TMPDIR") && [ -n "$left" ] && [ "$(date +%s)" -lt "$end" ]; do sleep 0.1; done
[ -z "$left" ] || { echo "run.sh: left in the temporary folder: $left" >&2; exit 1; }
left=$(find "$staging" -type f ! -name '*.so' ! -name 'hype-data-*' ! -name 'shared-*')
[ -z "$left" ] || { echo "run.sh: left in the staging folder: $left" >&2; exit 1; }
