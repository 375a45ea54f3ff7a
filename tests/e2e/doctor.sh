#!/bin/sh
# hype doctor tells what calls need and have, what they have not, and by its status whether they can run. Usage: doctor.sh BIN
set -eu
bin=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "doctor.sh: $1: $(cat "$work/said")" >&2; exit 1; }
place=file://$work/stage
fails() { # words, arguments
    words=$1
    shift
    ! "$bin/hype" doctor "$@" > "$work/said" 2>&1 || fail "'$*' is not found wanting"
    grep -q "$words" "$work/said" || fail "'$*' does not say '$words'"
}

XDG_CACHE_HOME=$work/cache "$bin/hype" doctor > "$work/said" || fail "process:"
"$bin/hype" doctor "process:?staging=$place" > "$work/said" || fail "process: with a store"
[ "$(grep -c '^ok ' "$work/said")" = 5 ] || fail "five things are in order"
grep -qx "ok     processor: $(uname -m)" "$work/said" || fail "the processor"
[ -z "$(find "$work/stage" -type f)" ] || fail "something was left in the store"
HYPE_SUBMITTER="process:?staging=$place" "$bin/hype" doctor > "$work/said" || fail "HYPE_SUBMITTER"
grep -q "staging: $place" "$work/said" || fail "HYPE_SUBMITTER is not used"

HYPE_RUN=/bin/false fails '^FAILS  probe: .*left no word' "process:?staging=$place"
fails '^FAILS  staging: ' process:?staging=file:///proc/none
fails '^note   probe: not sent' process:?staging=file:///proc/none
DOCKER_HOST=unix:///nowhere.sock fails '^FAILS  daemon: no Docker daemon listens at /nowhere.sock' docker:
KUBECONFIG=$work/none fails '^FAILS  submitter: .*there is no kubeconfig in ' k8s:
fails '^FAILS  submitter: .*is no submitter' nonsense:
fails 'one submitter at a time' process: docker:

# Interrupted while its probe runs, which says so and then keeps the pipe open.
mkfifo "$work/probe"
printf '#!/bin/sh\nexec > %s\necho begun\nexec sleep 1000\n' "$work/probe" > "$work/hype-run"
chmod +x "$work/hype-run"
HYPE_RUN=$work/hype-run "$bin/hype" doctor "process:?staging=$place" > "$work/said" 2>&1 &
exec 3< "$work/probe"
read -r begun <&3
kill -TERM $!
status=0
wait $! || status=$?
[ $status = 143 ] || fail "an interrupt ended it with status $status"
[ -z "$(cat <&3)" ] # once the probe has ended
! grep ^FAILS "$work/said" || fail "what was interrupted has failed"
[ -z "$(find "$work/stage" -type f)" ] || fail "an interrupt left something in the store"
echo "doctor.sh: passed"
