#!/bin/sh
# hype gc lists what was staged long ago, removes it when it is told to, and touches nothing else. Usage: gc.sh BIN
set -eu
bin=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "gc.sh: $1" >&2; exit 1; }
place=file://$work/stage
HYPE_KEEP_STAGED=1 HYPE_SUBMITTER="process:?staging=$place" "$bin/hello" > /dev/null
find "$work/stage" -type f -exec touch -d '10 days ago' {} +
HYPE_KEEP_STAGED=1 HYPE_SUBMITTER="process:?staging=$place" "$bin/extract_env" > /dev/null
echo mine > "$work/stage/notes-of-mine.txt"
touch -d '100 days ago' "$work/stage/notes-of-mine.txt"
recent=$(find "$work/stage" -type f -mtime -5 | sort)
all=$(find "$work/stage" -type f | sort)
"$bin/hype" gc "$place" > "$work/list"
[ "$(find "$work/stage" -type f | sort)" = "$all" ] || fail "listing removes"
grep -q '^4 files' "$work/list" || fail "$(cat "$work/list")" # code, manifest, capture, return image
! grep -q extract_env "$work/list" || fail "recent files are listed"
"$bin/hype" gc --delete --days=9 "$place" > /dev/null
[ "$(find "$work/stage" -type f ! -name 'notes*' | sort)" = "$recent" ] || fail "not what was listed: $(find "$work/stage" -type f)"
[ -f "$work/stage/notes-of-mine.txt" ] || fail "a file of somebody else's was removed"
find "$work/stage" -type f -exec touch -d '10 days ago' {} +
HYPE_SUBMITTER="process:?staging=$place" "$bin/extract_env" > /dev/null
"$bin/hype" gc "$place" > "$work/list"
! grep -q 'extract_env-.*\.so$' "$work/list" || fail "what was used today is listed"
grep -q 'extract_env-.*capture$' "$work/list" || fail "what was not used is not listed: $(cat "$work/list")"
"$bin/hype" gc --days=0 --delete "$place" > /dev/null
[ "$(find "$work/stage" -type f)" = "$work/stage/notes-of-mine.txt" ] || fail "left: $(find "$work/stage" -type f)"
[ "$(HYPE_SUBMITTER="process:?staging=$place" "$bin/hello" 2>&1 | grep -c 'hello world')" = 1 ] || fail "a call after gc"
! "$bin/hype" gc nonsense: 2> "$work/said" || fail "took nonsense"
grep -q "is no submitter" "$work/said" || fail "$(cat "$work/said")"
! "$bin/hype" gc --days=x "$place" 2> "$work/said" || fail "took --days=x"
grep -q "is no number of days" "$work/said" || fail "$(cat "$work/said")"
echo "gc.sh: passed"
