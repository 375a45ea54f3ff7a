#!/bin/sh
# Installs what is needed on Debian 12, builds, and runs two samples through the process submitter.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
# shellcheck disable=SC2086
install_packages $HYPE_BUILD_PACKAGES

cmake --preset release -DBUILD_TESTING=OFF > /dev/null
cmake --build --preset release
bin=build/release/bin

echo
echo "\$ $bin/hello"
"$bin/hello"
echo
echo "\$ $bin/extract_env"
"$bin/extract_env"
echo
echo "These functions ran in processes of their own. HYPE_LOG=info $bin/hello tells how."
