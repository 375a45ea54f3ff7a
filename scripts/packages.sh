# Debian packages, sourced by the other scripts. HYPE_BUILD_PACKAGES builds; HYPE_TEST_PACKAGES is what the tests add.
HYPE_BUILD_PACKAGES="build-essential cmake ninja-build pkgconf clang-19 libclang-19-dev libjansson-dev libffi-dev \
libssl-dev libcurl4-openssl-dev libnghttp2-dev ca-certificates libexpat1-dev libyaml-dev libelf-dev libdw-dev libbz2-dev zlib1g-dev libxxhash-dev"
HYPE_TEST_PACKAGES="libcmocka-dev valgrind lld-19 libclang-rt-19-dev mold ccache distcc meson csmith libcsmith-dev dpkg-dev \
gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user python3 openssl curl docker.io debootstrap docker-registry podman \
containerd runc etcd-server containernetworking-plugins iproute2"

# Up to three times: what cannot be fetched now, or is locked by another, may be had a little later.
tries() { # command
    "$@" || { sleep 10 && "$@"; } || { sleep 60 && "$@"; }
}

# Servers of the tests, built from their Go modules.
install_servers() {
    command -v go > /dev/null || return 0 # the tests that need them say so
    for module in github.com/fsouza/fake-gcs-server@v1.56.1 github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c; do
        name=$(basename "${module%@*}")
        [ -x "$(go env GOPATH)/bin/$name" ] || { echo "Building $name"; tries go install "$module" > /tmp/hype-go.log 2>&1 || tail -n 5 /tmp/hype-go.log; }
    done
    [ -x "${HYPE_CLUSTER:-${XDG_CACHE_HOME:-$HOME/.cache}/hype-cluster}/bin/kubectl" ] ||
        { echo "Building Kubernetes"; tries tests/cluster/cluster build > /tmp/hype-go.log 2>&1 || tail -n 5 /tmp/hype-go.log; }
}

# Installs those of its arguments that are missing, after saying which.
install_packages() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    echo "Installing Debian packages:$missing"
    as_root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo > /dev/null || { echo "Need root (or sudo) to run: apt-get install$missing" >&2; exit 1; }
        as_root=sudo
    fi
    # shellcheck disable=SC2086
    tries $as_root sh -c "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $missing" \
        > /tmp/hype-apt.log 2>&1 || { tail -n 20 /tmp/hype-apt.log >&2; exit 1; }
}
