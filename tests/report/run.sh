#!/bin/sh
# hype report on recorded traces: the table to the letter, a picture that is well-formed, and errors with a position.
# Usage: run.sh BIN [--update]
set -eu
bin=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "report: $1" >&2; exit 1; }
cp "$here/calls.json" "$work"
cd "$work"
"$bin/hype" report calls.json > table
[ "${2:-}" != --update ] || cp table "$here/calls.txt"
diff -u "$here/calls.txt" table || fail "another table"
python3 - <<'END' || fail "the picture"
import xml.etree.ElementTree as tree
root = tree.parse("calls.svg").getroot()
text = " ".join(root.itertext())
for words in ("calls.json", "2 calls in 2.01 s", "smooth() aaaaaaaa", "sharpen<&> bbbbbbbb", "run 5.00 ms", "schedule"):
    assert words in text, words
rows = [e for e in root.iter("{http://www.w3.org/2000/svg}text") if "label" in e.get("class", "")]
assert ["failed" in e.get("class") for e in rows] == [False, True]
END

# The same without its end, and cut within an event: what there is, is told.
sed '$d' calls.json > killed.json
"$bin/hype" report killed.json > table
sed '1s/calls\.json\(.*\)/killed.json\1; the program was killed/; s/calls\.svg/killed.svg/' "$here/calls.txt" |
    diff -u - table || fail "another table of a trace without its end"
head -n 12 calls.json | head -c -20 > killed.json
"$bin/hype" report -o other.svg killed.json > table
grep -q '^killed.json: 2 calls in 3.00 ms, 2 had not ended; the program was killed$' table || fail "$(cat table)"
grep -q '>smooth() aaaaaaaa …<' other.svg || fail "the call that had not ended has no name"

# Thousands of calls are drawn as charts and some of the rows.
awk 'BEGIN { print "["; for (i = 1; i <= 3000; i++)
    printf "{\"name\":\"run\",\"cat\":\"remote\",\"ph\":\"X\",\"ts\":%d,\"dur\":50,\"pid\":1,\"tid\":%d},\n", i * 10, i
    print "{\"name\":\"x\",\"ph\":\"i\"}]" }' > many.json
"$bin/hype" report many.json > table
grep -q '^many.json: 3000 calls in 30.0 ms, 3000 had not ended$' table || fail "$(head -n 1 table)"
grep -q '48 of 3000 calls' many.svg && grep -q 'Calls at work' many.svg || fail "no chart of many calls"
[ "$(wc -c < many.svg)" -lt 200000 ] || fail "a picture of many calls is large"

refuses() { # text of a file, words
    printf "$1" > bad.json
    ! "$bin/hype" report bad.json > said 2>&1 || fail "accepted $1"
    [ "$(wc -l < said)" = 1 ] && grep -q "^hype report: $2" said || fail "$1: $(cat said)"
    [ ! -e bad.svg ] || fail "a picture of a bad trace"
}
refuses '' 'bad.json:.*the file is empty'
refuses '[\n{"name":"run",\n"ph":}\n]' "bad.json:3:6: this is no trace: unexpected token near '}'"
refuses '[\n\001' 'bad.json:2:1: this is no trace'
refuses '{"words":1}' 'bad.json: this is no trace: an array of events is expected'
refuses '[{"name":"a","ph":"X"}, 7]' 'bad.json: event 2: it needs a name and a kind'
refuses '[{"name":"run","cat":"remote","ph":"X","ts":1}]' "bad.json: event 1: 'run' needs a start (ts) and a duration (dur)"
refuses '[{"name":"run","cat":"remote","ph":"X","ts":1,"dur":-1}]' "bad.json: event 1: 'run' needs"
refuses '[]' 'bad.json: there are no calls in this trace'
! "$bin/hype" report missing.json > said 2>&1 || fail "read a file that is not there"
grep -q 'cannot read missing.json: No such file' said || fail "$(cat said)"
! "$bin/hype" report -o /no/such/folder/a.svg calls.json > said 2>&1 || fail "wrote into a folder that is not there"
grep -q 'cannot write the picture /no/such/folder/a.svg: No such file' said || fail "$(cat said)"
echo "report: passed"
