#!/bin/sh
# Calls in containers of a real Docker daemon, which this starts and stops: samples with staging in a folder, in Cloud
# Storage and in S3; an older base image; volumes and secrets; a registry; TLS; what goes wrong; programs that are killed;
# and the same on Podman.
#
#   run.sh BIN SOURCE [KILLS]
#
# Base images are made with debootstrap, once, in $HYPE_DOCKER (default: ~/.cache/hype-docker).
set -eu
bin=$(cd "$1" && pwd) source=$(cd "$2" && pwd) kills=${3:-50}
here=$source/tests/docker
[ "$(id -u)" = 0 ] || { echo "skip: a Docker daemon can only be started by root: sudo $0 $*"; exit 77; }
for program in dockerd debootstrap docker-registry podman openssl script; do
    command -v $program > /dev/null || { echo "skip: $program is missing (apt-get install docker.io debootstrap docker-registry podman openssl bsdutils)"; exit 77; }
done
work=$(mktemp -d)
stop() {
    for name in podman registry private slow; do
        [ ! -f "$work/$name.pid" ] || { kill "$(cat "$work/$name.pid")" && wait "$(cat "$work/$name.pid")"; } 2> /dev/null || :
    done
    [ ! -f "$work/docker.pid" ] || { kill "$(cat "$work/docker.pid")" 2> /dev/null && while [ -S "$work/docker.sock" ] && kill -0 "$(cat "$work/docker.pid" 2> /dev/null)" 2> /dev/null; do sleep 0.1; done; }
    umount "$work"/data/overlay2/*/merged "$work"/exec/netns/* "$work"/podman/overlay/*/merged "$work/podman/overlay" 2> /dev/null || :
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 1' INT TERM

. "$source/tests/base.sh"
debian_base bookworm
debian_base bullseye
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY # from here on all servers are on this machine
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
until_answers() { # curl's arguments
    end=$(($(date +%s) + 300))
    until curl -s -o "$work/answer" "$@" && return; do
        [ "$(date +%s)" -lt "$end" ] || break
        sleep 0.1
    done
    echo "nothing answers: $*"
    exit 1
}
sh "$here/certificates.sh" "$work/tls" > "$work/openssl.log" 2>&1
tls_port=$(free_port)
start_dockerd() {
    dockerd --tlsverify --tlscacert "$work/tls/ca.pem" --tlscert "$work/tls/server.pem" --tlskey "$work/tls/server-key.pem" \
        -H "tcp://127.0.0.1:$tls_port" -H "unix://$work/docker.sock" --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/docker.pid" \
        --iptables=false --bridge=none --log-driver=none > "$work/dockerd.log" 2>&1 &
    until_answers --unix-socket "$work/docker.sock" http://docker/_ping
}
start_dockerd
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
printf 'FROM hype\nUSER 1000\n' | docker build -t hype-user - > /dev/null 2>&1

. "$source/tests/check.sh"
HYPECC_CC=gcc "$bin/hypecc" -O1 -g "$source/tests/containers.c" -o "$work/calls"
export XDG_CACHE_HOME="$work/cache" # what is left there is this test's own
local="docker:?image=hype&network=none&staging=file://$work/stage"

check "hello" "on '$local' '$bin/hello'"
traced() {
    (export HYPE_TRACE="$work/trace.json" && on "$1" "$bin/hello" > /dev/null) &&
        python3 "$source/tests/trace/check.py" "$work/trace.json" capture hash upload schedule pull start fetch load run return decode &&
        "$bin/hype" report "$work/trace.json"
}
check "a trace with every phase" "traced '$local'"
check "extract_env sees the container" "looks_around '$local'"
check "blur" "on '$local' '$bin/blur'"
check "calls inside calls, and chains of errors" "on '$local' '$bin/e2e-nested'"
check "an image with glibc 2.31" "on 'docker:?image=hype-old&network=none' '$bin/hello' && looks_around 'docker:?image=hype-old&network=none'"
# Whoever is in the socket's group may be anybody else than the container's user; what is staged is for both, and no other.
chmod 711 "$work"
mkdir "$work/app" "$work/others"
cp "$bin/hello" "$bin/../lib/"libhype.so* "$work/app/"
chown 2000:2000 "$work/others"
as_other() { # command
    setpriv --reuid=2000 --regid=2000 --groups="$(stat -c %g "$work/docker.sock")" \
        env HOME="$work/others" XDG_CACHE_HOME="$work/others" LD_LIBRARY_PATH="$work/app" "$@"
}
nothing_staged() { # cache
    test "$(stat -c %a "$1/hype/docker")" = 700 && ! find "$1/hype" -name 'hype-run-*' | grep .
}
other_calls() { # image
    (export HYPE_SUBMITTER="docker:?image=$1&network=none" && as_other timeout 900 "$work/app/hello") && nothing_staged "$work/others"
}
check "a program of an ordinary user" "other_calls hype"
check "an ordinary user's own staging folder" "HYPE_SUBMITTER='docker:?image=hype&network=none&staging=file://$work/others/own' as_other timeout 900 '$work/app/hello'"
check "an ordinary user's program, an image with another user" "other_calls hype-user"
filled_volume() { # which root in the container has filled, so that the program cannot remove it
    cp "$work/calls" "$work/app/"
    HYPE_LOG=warning HYPE_SUBMITTER="docker:?image=hype&network=none&volumes=$work/others/volumes" as_other "$work/app/calls" volume=:/data doze 60 2> "$work/said" &
    pid=$!
    until [ -n "$(docker ps -q)" ]; do sleep 0.1; done
    docker exec "$(docker ps -q)" mkdir -p /data/a/b
    docker kill "$(docker ps -q)"
    wait $pid && return 1
    grep 'cannot remove all of volume' "$work/said"
    ls "$work/others/hype/volumes" | grep .
    rm -r "$work/others/volumes/hype-request-"*
    other_calls hype
    ! ls "$work/others/hype/volumes" | grep .
}
check "a volume that cannot be removed is told of, and not forgotten" filled_volume
check "an image with a user" "on 'docker:?image=hype-user&network=none' '$bin/hello' && nothing_staged '$XDG_CACHE_HOME'"
staged_in() { # kind, image
    cat > "$work/with-$1" <<END
#!/bin/sh
set -e
export HYPE_SUBMITTER="docker:?image=$2&network=host&staging=\$HYPE_TEST_STORE"
timeout 1800 "$bin/extract_env" > "$work/env"
grep -q '^HYPE_EXECUTION_ID=hype-run-' "$work/env"
grep -q '^overlay / overlay' "$work/env"
HYPE_LOG=info timeout 1800 "$bin/hello" 2>&1
HYPE_LOG=info timeout 1800 "$bin/hello" 2>&1 | grep -q '1 files newly uploaded, 1 files cached'
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
check "keep-container, keep-termination-log: the next program does not remove what is kept" "on '$local&keep-container=1&keep-termination-log=1' '$bin/hello' && on '$local' '$bin/hello' && docker ps -aq | grep -q . && docker rm -f \$(docker ps -aq) && grep -q return.bin '$XDG_CACHE_HOME'/hype/termination-logs/kept-hype-run-* && rm '$XDG_CACHE_HOME'/hype/termination-logs/kept-*"

# A registry, behind a connection that is slow enough for a bar to be drawn.
registry_port=$(free_port) slow_port=$(free_port)
printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:%s"}\n' "$work/registry" "$registry_port" > "$work/registry.yml"
docker-registry serve "$work/registry.yml" > "$work/registry.log" 2>&1 &
echo $! > "$work/registry.pid"
python3 "$here/slow.py" "$slow_port" "$registry_port" 10000000 &
echo $! > "$work/slow.pid"
until_answers "http://127.0.0.1:$slow_port/v2/"
{ cat "$work/old/hype-run"; head -c 30000000 /dev/urandom; } > "$work/old/padded"
printf 'FROM debian:bookworm-slim\nCOPY padded /padding\nCOPY hype-run /bin/\nENTRYPOINT ["hype-run"]\n' > "$work/old/Dockerfile"
docker build -t "127.0.0.1:$registry_port/hype:one" "$work/old" > /dev/null 2>&1
docker push "127.0.0.1:$registry_port/hype:one" > "$work/push.log" 2>&1 || cat "$work/push.log"
docker rmi -f "127.0.0.1:$registry_port/hype:one" > /dev/null
absent="docker:?image=127.0.0.1:$slow_port/hype:one&network=none"
check "an absent image is pulled, with a bar on a terminal" "HYPE_SUBMITTER='$absent' script -qefc '$bin/hello' /dev/null > '$work/screen' && grep -q 'Pulling \\[.*MB/s' '$work/screen' && docker image inspect 127.0.0.1:$slow_port/hype:one"
docker rmi -f "127.0.0.1:$slow_port/hype:one" > /dev/null
check "and with lines elsewhere" "HYPE_LOG=info on '$absent' '$bin/hello' 2> '$work/lines' && grep 'Pulling image 127' '$work/lines' && grep 'Pull complete' '$work/lines'"
check "an image that is removed between two calls is pulled again" "on '$absent' '$work/calls' --again 'docker rmi -f 127.0.0.1:$slow_port/hype:one' square 5 0"
# The same images, for whoever knows the password.
private_port=$(free_port)
printf '%s\n' 'me:$2y$05$eVLyO7Wffi7h1TaQCjJxIefF9KxBdAzkuOZY7SdHEdJVRB2UGka4i' > "$work/passwords"
printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:%s"}\nauth: {htpasswd: {realm: test, path: %s}}\n' \
    "$work/registry" "$private_port" "$work/passwords" > "$work/private.yml"
docker-registry serve "$work/private.yml" > "$work/private.log" 2>&1 &
echo $! > "$work/private.pid"
until_answers "http://127.0.0.1:$private_port/v2/"
mkdir "$work/login" "$work/helper" "$work/path"
printf '{"auths": {"127.0.0.1:%s": {"auth": "%s"}}}' "$private_port" "$(printf me:sesame | base64)" > "$work/login/config.json"
printf '{"credHelpers": {"127.0.0.1:%s": "test"}}' "$private_port" > "$work/helper/config.json"
cat > "$work/path/docker-credential-test" <<END
#!/bin/sh
[ "\$1 \$(cat)" = "get 127.0.0.1:$private_port" ] && printf '{"ServerURL": "127.0.0.1:$private_port", "Username": "me", "Secret": "sesame"}'
END
chmod +x "$work/path/docker-credential-test"
private="127.0.0.1:$private_port/hype:one"
private_call() { # DOCKER_CONFIG
    (export DOCKER_CONFIG="$1" PATH="$work/path:$PATH" && on "docker:?image=$private&network=none" "$bin/hello") && docker rmi -f "$private"
}
check "a private image without a login" "says 'HYPE_PERMISSION: .*cannot pull image $private: .*docker login' 'docker:?image=$private' '$work/calls' square 5 0"
check "a private image, by the password in config.json" "private_call '$work/login'"
check "a private image, by a credential helper" "private_call '$work/helper'"
check "a registry that does not answer" "says 'HYPE_NETWORK: .*cannot pull image' 'docker:?image=127.0.0.1:1/hype' '$work/calls' square 5 0"
check "a tag that is nowhere" "says 'cannot pull image 127.0.0.1:$registry_port/hype:two' 'docker:?image=127.0.0.1:$registry_port/hype:two' '$bin/hello'"

# The daemon as one of another machine: TCP with certificates of both sides.
far() { # certificates, commands
    folder=$1
    shift
    (export DOCKER_HOST="tcp://127.0.0.1:$tls_port" DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="$folder"; eval "$*")
}
mkdir "$work/alien"
cp "$work/tls/cert.pem" "$work/tls/key.pem" "$work/alien/"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=others -keyout "$work/alien/ca-key.pem" -out "$work/alien/ca.pem" 2> /dev/null
check "TCP with TLS" "far '$work/tls' \"on '$local' '$bin/hello' && looks_around '$local' && on '$local&secrets=$work/secrets' '$work/calls'\""
check "a termination log from afar" "far '$work/tls' \"HYPE_LOG=info on '$local&keep-termination-log=1' '$bin/hello' 2> '$work/lines' && grep -q return.bin \\\"\\\$(sed -n 's/.*The termination log of .* is //p' '$work/lines')\\\"\"; rm -f '$XDG_CACHE_HOME'/hype/termination-logs/*"
check "a daemon whose certificate is another's" "far '$work/alien' \"says 'ertificate' '$local' '$bin/hello'\""
check "Docker's ports" "DOCKER_HOST=tcp://127.0.0.1 says '127.0.0.1.* 2375' '$local' '$bin/hello'"
check "DOCKER_API_VERSION" "DOCKER_API_VERSION=1.30 HYPE_LOG=info on '$local' '$bin/hello' 2>&1 | grep 'using 1.30' && DOCKER_API_VERSION=new says 'must be a version such as' '$local' '$bin/hello'"

check "volumes in a folder of the host" "on '$local&secrets=$work/secrets&volumes=$work/volumes' '$work/calls' && test -z \"\$(ls '$work/volumes')\""
check "keep-volumes" "on '$local&secrets=$work/secrets&volumes=$work/volumes&keep-volumes=1' '$work/calls' && cat '$work'/volumes/hype-request-*/x | grep -q written && on '$local&secrets=$work/secrets&keep-volumes=1' '$work/calls' && docker volume rm \$(docker volume ls -q)"

# Whoever is killed leaves things; the next submitter of that machine sweeps them.
remains() {
    docker ps -aq
    docker volume ls -q
    find "$XDG_CACHE_HOME/hype" -path '*/staging' -prune -o -type f -print
    find "$work/stage" -name 'hype-run-*' -o -name 'manifest-*' -o -name '*.part-*'
    ls "$work/volumes" | grep -v "^$kept\$" || :
}
mkdir -p "$work/volumes"
kept=$(ls "$work/volumes")
check "nothing remains so far" "remains && test -z \"\$(remains)\""
random() { # seed, most
    awk -v seed="$1" -v most="$2" 'BEGIN { srand(seed); print rand() * most }'
}
echo "     the moments come of seed $$"
for i in $(seq "$kills"); do
    [ $((i % 2)) = 0 ] && folder="&volumes=$work/volumes" || folder=
    HYPE_SUBMITTER="$local$folder" "$work/calls" volume=:/data doze 60 > /dev/null 2>&1 &
    pid=$!
    sleep "$(random "$i$$" 1.2)"
    kill -9 $pid 2> /dev/null || :
    wait $pid 2> /dev/null || :
done
swept() { # what was in flight at the last kill may come to be after a call has swept; the next one finds it
    for _ in $(seq 20); do
        on "$local" "$bin/hello"
        left=$(remains)
        [ -n "$left" ] || return 0
        sleep 1
    done
    echo "$left"
    return 1
}
check "after kill -9 at $kills random moments and one more call nothing remains" swept
in_container() { # a call begins, with pid, and has come into its container
    HYPE_SUBMITTER="$local" env --default-signal=HUP,INT,TERM "$work/calls" volume=:/data doze 60 > "$work/said" 2>&1 &
    pid=$!
    until [ -n "$(docker ps -q)" ]; do
        kill -0 $pid || { cat "$work/said"; exit 1; }
        sleep 0.1
    done
}
in_container
kill -9 $pid
wait $pid 2> /dev/null || :
check "hype gc docker: sweeps too" "test -n \"\$(remains)\" && '$bin/hype' gc '$local' && test -z \"\$(remains)\""
# A program before a restart, or in another PID namespace: only age tells that nobody wants what it made.
elsewhere=0123456789abcdef.1.1
leave() {
    docker create --label hype.owner=$elsewhere --name hype-run-elsewhere hype x
    docker volume create --label hype.owner=$elsewhere hype-request-elsewhere
    mkdir -p "$work/volumes/hype-request-folder" "$XDG_CACHE_HOME/hype/volumes" "$work/stage/hype-run-elsewhere"
    printf %s "$work/volumes/hype-request-folder" > "$XDG_CACHE_HOME/hype/volumes/$elsewhere-folder"
    : > "$XDG_CACHE_HOME/hype/termination-logs/$elsewhere-log"
    : > "$work/stage/hype-run-elsewhere/x.capture"
    printf 'file://%s\nhype-run-elsewhere\nmanifest-x.json\n' "$work/stage" > "$XDG_CACHE_HOME/hype/staged/$elsewhere-record"
    : > "$work/stage/code.so.part-$elsewhere-x"
}
check "hype gc docker: lists what others left, and removes it when told to" "leave && remains > '$work/left' && '$bin/hype' gc '$local' && '$bin/hype' gc --days=0 '$local' | tee '$work/list' && grep -q 'containers/hype-run-elsewhere' '$work/list' && grep -q 'volumes/hype-request-elsewhere' '$work/list' && grep -q '^6 things' '$work/list' && remains | cmp - '$work/left' && '$bin/hype' gc --days=0 --delete '$local' && remains && test -z \"\$(remains)\""
# A call whose daemon is restarted ends, and leaves nothing.
HYPE_SUBMITTER="$local" "$work/calls" doze 600 > /dev/null 2> "$work/said" &
pid=$!
until [ -n "$(docker ps -q)" ]; do sleep 0.1; done
daemon=$(cat "$work/docker.pid")
kill "$daemon"
while kill -0 "$daemon" 2> /dev/null; do sleep 0.1; done
start_dockerd
wait $pid || :
check "a daemon that is restarted meanwhile" "cat '$work/said'; grep -q '^HYPE_\(LOST\|NETWORK\):' '$work/said' && on '$local' '$bin/hello' && remains && test -z \"\$(remains)\""
for signal in 1 2 15; do # SIGHUP, SIGINT, SIGTERM
    in_container
    kill -$signal $pid
    code=0
    wait $pid 2> /dev/null || code=$?
    check "signal $signal ends a program when its container is gone" "test $code = $((128 + signal)) && remains && test -z \"\$(remains)\""
done

# Podman. Where it may not raise limits, its own defaults are too high.
printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n' > "$work/containers.conf"
cd "$work" # where conmon leaves a file
CONTAINERS_CONF="$work/containers.conf" podman --root "$work/podman" --runroot "$work/podman-run" system service --time 0 "unix://$work/podman.sock" > "$work/podman.log" 2>&1 &
echo $! > "$work/podman.pid"
until_answers --unix-socket "$work/podman.sock" http://podman/_ping
docker save hype > "$work/hype.tar"
export DOCKER_HOST="unix://$work/podman.sock"
docker load < "$work/hype.tar" > /dev/null
check "Podman: samples" "on '$local' '$bin/hello' && looks_around '$local' && on '$local' '$bin/blur'"
check "Podman: secrets, variables, limits, volumes, crashes, exits, memory, timeouts" "on '$local&secrets=$work/secrets' '$work/calls'"
check "Podman: nothing remains" "remains && test -z \"\$(remains)\""
finish
