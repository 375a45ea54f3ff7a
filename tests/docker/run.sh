#!/bin/sh
# Calls in containers of a real Docker daemon, which this starts and stops: samples with staging in a folder, in Cloud
# Storage and in S3; an older base image; volumes and secrets; what goes wrong; and programs that are killed.
#
#   run.sh BIN SOURCE [KILLS]
#
# Base images are made with debootstrap, once, in $HYPE_DOCKER (default: ~/.cache/hype-docker).
set -eu
bin=$1 source=$2 kills=${3:-12}
[ "$(id -u)" = 0 ] || { echo "skip: a Docker daemon can only be started by root: sudo $0 $*"; exit 77; }
for program in dockerd debootstrap; do
    command -v $program > /dev/null || { echo "skip: $program is missing (apt-get install docker.io debootstrap)"; exit 77; }
done
work=$(mktemp -d)
stop() {
    [ ! -f "$work/docker.pid" ] || { kill "$(cat "$work/docker.pid")" 2> /dev/null && while [ -S "$work/docker.sock" ] && kill -0 "$(cat "$work/docker.pid" 2> /dev/null)" 2> /dev/null; do sleep 0.1; done; }
    umount "$work"/data/overlay2/*/merged "$work"/exec/netns/* 2> /dev/null || :
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 1' INT TERM

. "$source/tests/base.sh"
debian_base bookworm
debian_base bullseye
dockerd -H "unix://$work/docker.sock" --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/docker.pid" \
    --iptables=false --bridge=none > "$work/dockerd.log" 2>&1 &
for _ in $(seq 300); do
    curl -sf --unix-socket "$work/docker.sock" http://docker/_ping > /dev/null && break
    sleep 0.1
done
export DOCKER_HOST="unix://$work/docker.sock" DOCKER_BUILDKIT=0
docker version > /dev/null || { tail -n 5 "$work/dockerd.log"; exit 1; }
docker import "$base_images/bookworm.tar" debian:bookworm-slim > /dev/null
docker import "$base_images/bullseye.tar" debian:bullseye-slim > /dev/null
# The image of the project as its Dockerfile makes it; kept for the next run as long as what goes in stays the same.
version=$(cd "$source" && cat Dockerfile CMakeLists.txt scripts/libcurl.sh rt/*.[ch] rt/*/*.[ch] rt/CMakeLists.txt runner/* include/hype/* | sha256sum | cut -c1-16)
if [ -f "$base_images/hype-$version.tar" ]; then
    docker load -q < "$base_images/hype-$version.tar" > /dev/null
else
    docker build --network host -t hype "$source" > "$work/build.log" 2>&1 || { tail -n 30 "$work/build.log"; exit 1; }
    rm -f "$base_images"/hype-*.tar
    docker save hype > "$base_images/hype-$version.tar"
fi
mkdir "$work/old"
docker create --name take hype x > /dev/null
docker cp take:/usr/local/bin/hype-run "$work/old/hype-run"
docker rm take > /dev/null
printf 'FROM debian:bullseye-slim\nCOPY hype-run /bin/\nENTRYPOINT ["hype-run"]\n' > "$work/old/Dockerfile"
docker build -t hype-old "$work/old" > /dev/null 2>&1

. "$source/tests/check.sh"
HYPECC_CC=gcc "$bin/hypecc" -O1 -g "$source/tests/containers.c" -o "$work/calls"
local="docker:?image=hype&network=none&staging=file://$work/stage"

check "hello" "on '$local' '$bin/hello'"
check "extract_env sees the container" "looks_around '$local'"
check "blur" "on '$local' '$bin/blur'"
check "an image with glibc 2.31" "on 'docker:?image=hype-old&network=none' '$bin/hello' && looks_around 'docker:?image=hype-old&network=none'"
staged_in() { # kind, image
    cat > "$work/with-$1" <<END
#!/bin/sh
set -e
export HYPE_SUBMITTER="docker:?image=$2&network=host&staging=\$HYPE_TEST_STORE"
timeout 120 "$bin/extract_env" > "$work/env"
grep -q '^HYPE_EXECUTION_ID=hype-run-' "$work/env"
grep -q '^overlay / overlay' "$work/env"
HYPE_LOG=info timeout 120 "$bin/hello" 2>&1
HYPE_LOG=info timeout 120 "$bin/hello" 2>&1 | grep -q '1 files newly uploaded, 1 files cached'
END
    chmod +x "$work/with-$1"
    code=0
    python3 "$source/tests/store/run.py" "$work/with-$1" "$1" > "$work/out" 2>&1 || code=$?
    case $code in
    0) echo "ok   extract_env in $2, staged in $1://, and a second submit sends the capture only" ;;
    77) cat "$work/out"; [ "${CI:-}" != true ] || failures=$((failures + 1)) ;;
    *) echo "FAIL $2, staged in $1://"; tail -n 15 "$work/out"; failures=$((failures + 1)) ;;
    esac
}
for image in hype hype-old; do # neither has a libcurl or certificate authorities
    staged_in gs $image
    staged_in s3 $image
done
mkdir -p "$work/secrets/key"
echo sesame > "$work/secrets/key/word"
check "secrets, variables, limits, volumes, crashes, exits, memory, timeouts" "on '$local&secrets=$work/secrets' '$work/calls'"
check "an image without hype-run" "says 'entry point is not set; put hype-run into it' 'docker:?image=debian:bookworm-slim' '$bin/hello'"
check "an image that is nowhere" "says 'cannot pull image nowhere.invalid/none' 'docker:?image=nowhere.invalid/none' '$bin/hello'"
check "no image" "says 'no image is named' docker: '$bin/hello'"
check "no daemon" "DOCKER_HOST=unix:///nowhere.sock says 'no Docker daemon listens at /nowhere.sock: start it' '$local' '$bin/hello'"
check "hype doctor finds all that is needed" "'$bin/hype' doctor '$local' | grep -c '^ok ' | grep -qx 6"
check "hype doctor tells that an image has no hype-run" "! '$bin/hype' doctor 'docker:?image=debian:bookworm-slim' > '$work/said' && grep '^FAILS  probe: .*put hype-run into it' '$work/said'"
check "keep-container" "on '$local&keep-container=1' '$bin/hello' && docker ps -aq | grep -q . && docker rm -f \$(docker ps -aq)"

# Whoever is killed leaves things; the next submitter of that machine sweeps them.
remains() {
    docker ps -aq --filter label=hype.owner
    docker volume ls -q --filter label=hype.owner
    ls /tmp | grep '^hype-termination-log-' || :
}
check "nothing remains so far" "test -z \"\$(remains)\""
for i in $(seq "$kills"); do
    HYPE_SUBMITTER="$local" "$work/calls" volume=:/data doze 60 > /dev/null 2>&1 &
    pid=$!
    sleep "$(awk -v seed="$i$$" 'BEGIN { srand(seed); print rand() * 1.2 }')"
    kill -9 $pid 2> /dev/null || :
    wait $pid 2> /dev/null || :
done
check "after kill -9 at $kills random moments and one more call nothing remains" "on '$local' '$bin/hello' && remains && test -z \"\$(remains)\""
HYPE_SUBMITTER="$local" "$work/calls" volume=:/data doze 60 > /dev/null 2>&1 &
pid=$!
sleep 2
kill -9 $pid
wait $pid 2> /dev/null || :
check "hype gc docker: sweeps too" "test -n \"\$(remains)\" && '$bin/hype' gc docker: && test -z \"\$(remains)\""
HYPE_SUBMITTER="$local" "$work/calls" volume=:/data doze 60 > /dev/null 2>&1 &
pid=$!
sleep 0.6
kill -TERM $pid
wait $pid 2> /dev/null || :
check "and after SIGTERM" "on '$local' '$bin/hello' && test -z \"\$(remains)\""
finish
