#!/bin/sh
# Where hype-run is asked to, it marks its lines on stderr, all of them, also those that a crash leaves, and none on stdout;
# a process that the function has left behind holds nothing up. The two streams go to a file each, as container runtimes
# take them: in one file a line of one could begin inside a line of the other.
# Usage: mark.sh BIN COMPILE_OPTION...
set -eu
bin=$1
shift
work=$(mktemp -d)
trap 'xargs -r kill < "$work/left" || :; rm -rf "$work"' EXIT
fail() { echo "mark.sh: $1" >&2; cat "$work/log" >&2; exit 1; }
mark=$(printf '\037')
cat > "$work/talk.c" <<'END'
#include <hype/hype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
HYPE_FN int talk(int lines, const char *left)
{
    FILE *file = fopen(left, "a");
    pid_t pid = fork();
    if (pid == 0) {
        setsid(); /* what stays in the group ends with the call */
        execlp("sleep", "sleep", "60", (char *)0);
        _exit(1);
    }
    fprintf(file, "%d\n", (int)pid);
    fclose(file);
    for (int i = 0; i < lines; i++) {
        printf("out %d\n", i);
        fprintf(stderr, "err %d %s\n", i, getenv("HYPE_MARK_STDERR") ? "told" : "");
    }
    fputs("the end has no end", stderr);
    abort();
    return lines;
}
int main(int argc, char **argv)
{
    int n;
    return argc == 2 && hype_call(&n, talk, 5000, argv[1]) == -HYPE_CRASHED ? 0 : 1;
}
END
"$bin/hypecc" "$@" "$work/talk.c" -o "$work/talk"
HYPE_KEEP_STAGED=1 HYPE_SUBMITTER="process:?staging=file://$work/stage" "$work/talk" "$work/left" > /dev/null 2>&1 || fail "the call did not crash"
manifest=$(ls "$work"/stage/manifest-*)
uri="file://$manifest#sha256=$(sha256sum < "$manifest" | cut -d' ' -f1)"
rm "$work"/stage/hype-run-*/*-return.bin
(HYPE_MARK_STDERR=1 HYPE_TERMINATION_LOG=$work/end "$bin/hype-run" "$uri" > "$work/out" 2> "$work/log") || :
grep -q '^file://' "$work/end" || fail "no return image: $(cat "$work/end")"
[ "$(grep -c "^${mark}err [0-9]* $" "$work/log")" = 5000 ] || fail "lines of stderr are not as they should be"
grep -qx "${mark}the end has no end" "$work/log" || fail "the last line is missing"
grep -qx "out 0" "$work/out" || fail "lines of stdout are missing"
! grep -q "$mark" "$work/out" || fail "lines of stdout are marked"
rm "$work"/stage/hype-run-*/*-return.bin
HYPE_TERMINATION_LOG=$work/end "$bin/hype-run" "$uri" > /dev/null 2> "$work/log" || :
! grep -q "$mark" "$work/log" || fail "marks that nobody asked for"
