#!/bin/sh
# Calls in pods of a real cluster, which this starts and stops (see `cluster` beside this file).
#
#   run.sh BIN SOURCE [KILLS]
set -eu
bin=$1 source=$2 kills=${3:-20}
here=$source/tests/cluster
cache=${HYPE_CLUSTER:-${XDG_CACHE_HOME:-$HOME/.cache}/hype-cluster}
[ "$(id -u)" = 0 ] || { echo "skip: a cluster can only be started by root: sudo $0 $*"; exit 77; }
PATH=$PATH:$(go env GOPATH 2> /dev/null || echo "$HOME/go")/bin
for program in containerd runc etcd debootstrap ip nsenter openssl curl python3; do
    command -v $program > /dev/null || { echo "skip: $program is missing (apt-get install containerd runc etcd-server" \
        "containernetworking-plugins debootstrap iproute2 util-linux openssl curl python3)"; exit 77; }
done
for program in minio fake-gcs-server; do
    command -v $program > /dev/null || { echo "skip: $program is missing (scripts/test.sh builds it with Go)"; exit 77; }
done
[ -x "$cache/bin/kubectl" ] || command -v go > /dev/null ||
    { echo "skip: Go is missing, with which the Kubernetes programs are built once"; exit 77; }

# One at a time; what a killed run has left, the next one removes.
[ -n "${CLUSTER_LOCKED:-}" ] || CLUSTER_LOCKED=1 exec flock -o /tmp/hype-test.lock sh "$0" "$@"
export CLUSTER_NETNS=hype-test
work=$(mktemp -d)
stop() {
    "$here/cluster" down
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 1' INT TERM
"$here/cluster" up
"$here/cluster" image docker.io/library/hype:test "$bin/hype-run"
"$here/cluster" exec sh "$here/cases.sh" "$bin" "$source" "$work" "$kills"
