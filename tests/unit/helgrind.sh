#!/bin/sh
# Runs the programs under helgrind: no data race, no locks taken in different orders.
set -eu
command -v valgrind > /dev/null || { echo "skip: valgrind is missing (apt-get install valgrind)"; exit 77; }
for program in "$@"; do
    valgrind --tool=helgrind --error-exitcode=1 -q "$program"
done
