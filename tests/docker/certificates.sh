# certificates.sh FOLDER: a certificate authority (ca.pem), a server's certificate for 127.0.0.1 (server.pem, server-key.pem)
# and a client's (cert.pem, key.pem, the names that DOCKER_CERT_PATH wants).
set -eu
mkdir -p "$1"
cd "$1"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=tests of hype" -keyout ca-key.pem -out ca.pem
issue() { # name, key, extensions
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$2" -out request.pem
    printf '%s\n' "$3" > extensions
    openssl x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile extensions -out "$1.pem"
}
issue server server-key.pem "subjectAltName=IP:127.0.0.1"
issue cert key.pem "extendedKeyUsage=clientAuth"
