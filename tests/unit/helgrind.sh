#!/bin/sh
# Runs a program under helgrind: no data race, no locks taken in different orders.
set -eu
command -v valgrind > /dev/null || { echo "skip: valgrind is missing (apt-get install valgrind)"; exit 77; }
exec valgrind --tool=helgrind --error-exitcode=1 -q --suppressions="$(dirname "$0")/helgrind.supp" "$1"
