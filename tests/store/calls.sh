#!/bin/sh
# Whole calls through a store, for run.py: its servers may fail (HYPE_TEST_FAULTS). Every call ends in its value, and
# nothing of it stays in the store or here. HYPE_TEST_BIN: where the programs are.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp" "$work/home"
export HOME="$work/home" TMPDIR="$work/tmp" HYPE_SUBMITTER="process:?staging=$HYPE_TEST_STORE"

# hype-run gets a clean environment, as in a container, where the place itself would lend it the keys.
{
    echo "#!/bin/sh"
    env | sed -n "s/^\(AWS_[A-Z_]*\|STORAGE_EMULATOR_HOST\)=\(.*\)/export \1='\2'/p"
    echo "exec '$HYPE_TEST_BIN/hype-run' \"\$@\""
} > "$work/hype-run"
chmod +x "$work/hype-run"
export HYPE_RUN="$work/hype-run"

for program in hello e2e-share; do
    timeout 900 "$HYPE_TEST_BIN/$program" > "$work/out" || { cat "$work/out"; echo "calls.sh: $program failed"; exit 1; }
done
left=$(ls -A "$TMPDIR")
[ -z "$left" ] || { echo "calls.sh: left in the temporary folder: $left"; exit 1; }
"$HYPE_TEST_BIN/hype" gc --days 0 "$HYPE_TEST_STORE" > "$work/left"
! grep "hype-run-\|manifest-" "$work/left" || { echo "calls.sh: left in the store"; exit 1; }
