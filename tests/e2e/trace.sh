#!/bin/sh
# HYPE_TRACE writes a trace that viewers read, also of a program that is killed; trace contexts are passed on.
# Usage: trace.sh BIN COMPILE_OPTION...
set -eu
bin=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "trace.sh: $1" >&2; exit 1; }
HOME=$work
export HOME
check() { python3 "$here/../trace/check.py" "$@" || fail "$*"; }

phases="capture schedule fetch load run return decode"
HYPE_TRACE=$work/process.json HYPE_SUBMITTER=process: "$bin/hello" > /dev/null
check "$work/process.json" $phases hash upload start
[ "$(stat -c %a "$work/process.json")" = 600 ] || fail "others may read the trace"
HYPE_TRACE=$work/staged.json HYPE_SUBMITTER="process:?staging=file://$work/stage" "$bin/hello" > /dev/null
check "$work/staged.json" capture hash upload start fetch load run return decode
grep -q '"bytes staged":[1-9]' "$work/staged.json" || fail "nothing was staged"

cat > "$work/many.c" <<'END'
#include <hype/hype.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
HYPE_FN int work(int milliseconds) { usleep((useconds_t)milliseconds * 1000); return milliseconds; }
HYPE_FN int crash(int x) { abort(); return x; }
int main(int argc, char **argv)
{
    hype_future *calls[20];
    int value;
    (void)argv;
    for (int i = 0; i < 20; i++)
        calls[i] = hype_start(NULL, hype_default_env, i == 7 ? hype_bind(crash, i) : hype_bind(work, i % 3));
    for (int i = 0; i < 20; i++)
        hype_await(calls[i], &value);
    if (argc > 1)
        raise(SIGKILL);
    return 0;
}
END
"$bin/hypecc" "$@" "$work/many.c" -o "$work/many"
HYPE_TRACE=$work/many.json "$work/many" 2> /dev/null
check "$work/many.json" capture schedule fetch load run return decode
[ "$(grep -c '"cat":"call"' "$work/many.json")" = 20 ] || fail "not every call is there"
grep -q '"status":"HYPE_CRASHED"' "$work/many.json" || fail "the call that crashed is not told of"
HYPE_TRACE=$work/killed.json "$work/many" killed 2> /dev/null && fail "was not killed"
check "$work/killed.json" --killed capture schedule fetch load run return decode

context=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
TRACEPARENT=$context TRACESTATE=vendor=1 "$bin/extract_env" > "$work/said"
grep -q '^TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]*-01$' "$work/said" || fail "no trace context: $(cat "$work/said")"
! grep -q b7ad6b7169203331 "$work/said" || fail "the call has no span of its own"
grep -q '^TRACESTATE=vendor=1$' "$work/said" || fail "no trace state"
TRACEPARENT=00-nonsense TRACESTATE=vendor=1 "$bin/extract_env" > "$work/said"
! grep -q TRACE "$work/said" || fail "nonsense is passed on"
HYPE_TRACE=$work/t.json "$bin/extract_env" > "$work/said"
parent=$(sed -n 's/^TRACEPARENT=//p' "$work/said")
[ -n "$parent" ] && grep -q "\"traceparent\":\"$parent\"" "$work/t.json" || fail "a trace of one's own has no context"

HYPE_TRACE=$work/no/such/folder.json "$bin/hello" > /dev/null 2> "$work/said"
grep -q 'HYPE_TRACE=.*cannot be written' "$work/said" || fail "an unwritable trace is not told of"
echo "trace.sh: passed"
