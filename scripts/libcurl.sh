#!/bin/sh
# Builds a libcurl.a that knows nothing but HTTP and HTTPS from the Debian source package, and collects Debian's
# certificate authorities. Linked into hype-run, they let it reach gs:// and s3:// from images that have neither.
#
#   libcurl.sh [FOLDER]     (default: build/libcurl, where CMakeLists.txt looks; nothing is done when it is there)
set -eu
folder=${1:-$(dirname "$0")/../build/libcurl}
[ ! -f "$folder/libcurl.a" ] || exit 0
mkdir -p "$folder/work/lists/partial" "$folder/work/cache/archives/partial"
folder=$(cd "$folder" && pwd)
cd "$folder/work"
fail() {
    tail -n 5 log >&2
    echo "libcurl.sh: $1" >&2
    exit 1
}

# The sources that belong to the packages of this machine.
apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) main $(ORIGIN)' 'Created-By: Packages' |
    sed -n 's/ Debian$//p' | sort -u > sources.list
[ -s sources.list ] || { : > log; fail "apt-get knows no Debian archive; run apt-get update"; }
apt() {
    apt-get -q -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$PWD/lists" \
        -o Dir::Cache="$PWD/cache" -o APT::Sandbox::User= "$@"
}
rm -rf curl-*/
apt update > log 2>&1 || fail "the list of Debian's source packages cannot be fetched"
apt source curl >> log 2>&1 || fail "Debian's source of curl cannot be fetched or unpacked"
cmake -S curl-*/ -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
    -DCMAKE_C_VISIBILITY_PRESET=hidden -DBUILD_SHARED_LIBS=OFF -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DHTTP_ONLY=ON \
    -DCURL_USE_OPENSSL=ON -DUSE_NGHTTP2=ON -DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none -DCURL_USE_LIBPSL=OFF \
    -DCURL_USE_LIBSSH2=OFF -DUSE_LIBIDN2=OFF -DCURL_ZLIB=OFF -DCURL_DISABLE_ALTSVC=ON -DCURL_DISABLE_HSTS=ON \
    -DCURL_DISABLE_COOKIES=ON -DCURL_DISABLE_DOH=ON -DCURL_DISABLE_MIME=ON -DCURL_DISABLE_NETRC=ON \
    -DCURL_DISABLE_NTLM=ON >> log 2>&1 || fail "curl cannot be configured (apt-get install libssl-dev libnghttp2-dev)"
cmake --build build >> log 2>&1 || fail "curl cannot be built"
cat /usr/share/ca-certificates/mozilla/*.crt > "$folder/authorities.pem" 2>> log ||
    fail "there are no certificate authorities (apt-get install ca-certificates)"
cp build/lib/libcurl.a "$folder/"
cd "$folder"
rm -rf work
