#!/usr/bin/env python3
"""Starts real servers by hand and runs the conformance test of stores against them.

  run.py CONFORMANCE file|gs|gs-tls|s3|s3-hosts [--faults SEED]

gs needs fake-gcs-server, s3 minio, found in PATH or where `go install` puts programs; without them it exits with 77.
gs-tls speaks HTTP/2 over TLS; s3-hosts is minio in the place of Amazon's service (of China): a bucket is a host, reached over TLS through a proxy.
"""
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE) + "/http")
sys.dont_write_bytecode = True
import server
import tunnel

SKIPPED = 77


def program(name):
    folders = os.environ.get("PATH", "").split(":") + [os.path.expanduser("~/go/bin")]
    if os.environ.get("GOPATH"):
        folders.append(os.environ["GOPATH"] + "/bin")
    elif shutil.which("go"):
        folders.append(subprocess.check_output(["go", "env", "GOPATH"], text=True).strip() + "/bin")
    found = shutil.which(name, path=":".join(folders))
    if not found:
        print(f"{name} is not installed: this test is skipped")
        sys.exit(SKIPPED)
    return found


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class ServerEnded(Exception):
    pass


def wait_for(port, process):
    end = time.monotonic() + 180
    while time.monotonic() < end:
        if process.poll() is not None:
            raise ServerEnded(f"the server ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server does not listen")


class Servers:
    """What was started, ended by its process at exit."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="hype-servers-")
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, port, *command, **environment):
        with open(f"{self.folder}/{len(self.processes)}.log", "w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                       env={**os.environ, **environment})
        self.processes.append(process)
        wait_for(port, process)
        return port

    def proxied(self, upstream, seed):
        """A port in front of UPSTREAM, where things go wrong if there is a SEED."""
        if seed is None:
            return upstream
        port = free_port()
        return self.start(port, sys.executable, f"{HERE}/faults.py", str(port), str(upstream), seed)


def start_fake_gcs(servers, scheme, seed, *options):
    """The environment to use it in."""
    upstream = free_port()
    outside = upstream if seed is None else free_port()
    servers.start(upstream, program("fake-gcs-server"), "-scheme", scheme, "-host", "127.0.0.1", "-port", str(upstream),
                  "-public-host", f"127.0.0.1:{outside}", "-external-url", f"{scheme}://127.0.0.1:{outside}",
                  "-backend", "memory", *options)
    if seed is not None:
        servers.start(outside, sys.executable, f"{HERE}/faults.py", str(outside), str(upstream), seed)
    subprocess.run(["curl", "-sfk", "-o", "/dev/null", "-H", "Content-Type: application/json", "-d", '{"name": "hype-test"}',
                    f"{scheme}://127.0.0.1:{upstream}/storage/v1/b"], check=True)
    return {"HYPE_TEST_STORE": "gs://hype-test/some/folder", "STORAGE_EMULATOR_HOST": f"127.0.0.1:{outside}"}


def start_gs(servers, seed):
    return start_fake_gcs(servers, "http", seed)


def start_gs_tls(servers, seed):
    server.make_certificate(servers.folder)
    files = [f"{servers.folder}/{name}.pem" for name in ("cert", "key")]
    started = start_fake_gcs(servers, "https", None, "-cert-location", files[0], "-private-key-location", files[1])
    url = "https://" + started["STORAGE_EMULATOR_HOST"]
    return {**started, "STORAGE_EMULATOR_HOST": url, "CURL_CA_BUNDLE": files[0], "HYPE_TEST_HTTP2": f"{url}/storage/v1/b"}


def start_minio(servers, scheme, region, *options, **environment):
    """Its port; it has a bucket."""
    port = free_port()
    data = f"{servers.folder}/data"
    os.makedirs(data)
    servers.start(port, program("minio"), "server", "--quiet", "--address", f"127.0.0.1:{port}",
                  "--console-address", f"127.0.0.1:{free_port()}", *options, data,
                  MINIO_ROOT_USER="hype-test", MINIO_ROOT_PASSWORD="hype-test-secret", MINIO_SITE_REGION=region, **environment)
    end = time.monotonic() + 180
    while True:  # it listens before it is ready
        done = subprocess.run(["curl", "-sfk", "--aws-sigv4", f"aws:amz:{region}:s3", "--user",
                               "hype-test:hype-test-secret", "-X", "PUT", f"{scheme}://127.0.0.1:{port}/hype-test"])
        if done.returncode == 0:
            break
        if time.monotonic() > end:
            raise SystemExit("minio makes no bucket")
        time.sleep(0.2)
    return port


S3 = {"HYPE_TEST_STORE": "s3://hype-test/some/folder", "AWS_ACCESS_KEY_ID": "hype-test",
      "AWS_SECRET_ACCESS_KEY": "hype-test-secret"}


def start_s3(servers, seed):
    outside = servers.proxied(start_minio(servers, "http", "us-east-1"), seed)
    return {**S3, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{outside}", "AWS_REGION": "us-east-1"}


def start_s3_hosts(servers, seed):
    region, folder = "cn-north-1", f"{servers.folder}/certificates"
    domain = f"s3.{region}.amazonaws.com.cn"
    os.makedirs(folder)
    server.make_certificate(folder, f"*.{domain}")
    os.symlink("cert.pem", f"{folder}/public.crt")
    os.symlink("key.pem", f"{folder}/private.key")
    port = start_minio(servers, "https", region, "--certs-dir", folder, MINIO_DOMAIN=domain)
    _, proxy = tunnel.tunnel_to(port)
    return {**S3, "AWS_REGION": region, "HTTPS_PROXY": f"http://127.0.0.1:{proxy}", "CURL_CA_BUNDLE": f"{folder}/cert.pem"}


def start_file(servers, seed):
    return {"HYPE_TEST_STORE": f"file://{servers.folder}/store"}


def main():
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
    seed = sys.argv[sys.argv.index("--faults") + 1] if "--faults" in sys.argv else None
    start = {"gs": start_gs, "gs-tls": start_gs_tls, "s3": start_s3, "s3-hosts": start_s3_hosts, "file": start_file}[sys.argv[2]]
    for tries_left in (2, 1, 0):  # somebody else may have taken a port meanwhile
        with Servers() as servers:
            try:
                environment = {**os.environ, **start(servers, seed)}
            except ServerEnded:
                if tries_left:
                    continue
                raise
            if seed is not None:
                environment["HYPE_TEST_FAULTS"] = seed
            return subprocess.run([sys.argv[1]], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
