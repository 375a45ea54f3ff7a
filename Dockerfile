# An image that calls can run in: hype-run on a small Debian.
#
#   docker build -t hype .
#
# Build on it; or copy /usr/local/bin/hype-run into an image of your own, of glibc 2.31 or newer, and make it the entry
# point. It is one file that needs nothing but the C library.
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential cmake ninja-build pkgconf ca-certificates \
    libjansson-dev libffi-dev libssl-dev libcurl4-openssl-dev libnghttp2-dev libexpat1-dev libyaml-dev libelf-dev libdw-dev \
    zlib1g-dev libxxhash-dev
COPY scripts/libcurl.sh /scripts/
RUN sh /scripts/libcurl.sh /libcurl
COPY . /src
RUN cmake -S /src -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release -DHYPE_RUN_ONLY=ON -DHYPE_LIBCURL=/libcurl \
    && cmake --build /build --target hype-run && strip -o /hype-run /build/bin/hype-run

FROM debian:bookworm-slim
COPY --from=build /hype-run /usr/local/bin/hype-run
ENTRYPOINT ["hype-run"]
