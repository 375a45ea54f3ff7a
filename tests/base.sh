# Base images, sourced: made with debootstrap, once.
base_images=${HYPE_DOCKER:-${XDG_CACHE_HOME:-$HOME/.cache}/hype-docker}

debian_base() { # suite: $base_images/SUITE.tar
    [ ! -f "$base_images/$1.tar" ] || return 0
    mkdir -p "$base_images"
    rm -rf "$base_images/$1"
    debootstrap --variant=minbase "$1" "$base_images/$1" > "$base_images/$1.log" 2>&1 || { tail -n 5 "$base_images/$1.log"; exit 1; }
    cp /etc/apt/apt.conf.d/* "$base_images/$1/etc/apt/apt.conf.d/" 2> /dev/null || :
    rm -f "$base_images/$1/etc/apt/apt.conf.d/"docker-*
    tar -C "$base_images/$1" -cf "$base_images/$1.tar.part" .
    mv "$base_images/$1.tar.part" "$base_images/$1.tar"
    rm -rf "$base_images/$1"
}
