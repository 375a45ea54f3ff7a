# Checks in shell scripts, sourced. Expects $work, a folder for scratch, and $bin, that of the samples. Only the checks
# are made whose names match CHECK_ONLY.
failures=0
check() { # name, commands
    name=$1
    shift
    echo "$name" | grep -Eq "${CHECK_ONLY:-}" || return 0
    set +e # in an `if`, no command that fails would end the subshell
    (set -e; eval "$*") > "$work/out" 2>&1
    status=$?
    set -e
    if [ $status = 0 ]; then
        echo "ok   $name"
    else
        echo "FAIL $name: $*"
        tail -n 15 "$work/out" | cut -c1-300 | sed 's/^/     /'
        failures=$((failures + 1))
    fi
}
on() { # submitter, command
    HYPE_SUBMITTER=$1
    export HYPE_SUBMITTER
    shift
    timeout 900 "$@"
}
says() { # words, submitter, command that fails and says them
    words=$1
    shift
    ! on "$@" > "$work/said" 2>&1 && cat "$work/said" && grep -q -- "$words" "$work/said"
}
looks_around() { # submitter, arguments of extract_env: where it ran, it sees a container
    on "$1" "$bin/extract_env" ${2:+"$2"} > "$work/env" && grep -q '^HYPE_EXECUTION_ID=hype-run-' "$work/env" &&
        grep -q '^overlay / overlay' "$work/env"
}
finish() {
    [ $failures = 0 ] || echo "$failures failed"
    [ $failures = 0 ]
}
