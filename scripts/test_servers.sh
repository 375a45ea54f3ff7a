#!/bin/sh
# Installs the servers that the tests of stores talk to, where Go is installed. Takes some minutes the first time.
set -eu
command -v go > /dev/null || { echo "Go is not installed: the tests of gs:// and s3:// are skipped"; exit 0; }
bin=$(go env GOBIN)
bin=${bin:-$(go env GOPATH)/bin}
[ -x "$bin/fake-gcs-server" ] || go install github.com/fsouza/fake-gcs-server@v1.56.1
[ -x "$bin/minio" ] || go install github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
