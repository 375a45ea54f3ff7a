#!/usr/bin/env python3
"""Kubeconfigs, a folder of cases/ each, against a server that tells whom it takes one for:  run.py KUBE_ASK [CASE]...

A case has its kubeconfig in "config" and what is printed in "expected" (with * and ? as in file names); "ask" changes the
variables (NAME=VALUE lines) and the arguments of kube-ask. Words between @ stand for what is only known here.
"""
import base64
import fnmatch
import glob
import os
import shlex
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "http"))
import json
import server


class Handler(server.Handler):
    """Answers with who asks. Tokens that begin with "stale" are not taken."""

    def user(self):
        certificate = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
        if certificate:
            return "certificate " + dict(pair[0] for pair in certificate["subject"])["commonName"]
        return self.headers.get("Authorization", "nobody")

    def busy(self):
        """What /busy/STATUS answers first, and then that the object is there already."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if server.count(self.path) == 1:
            return self.answer(int(self.path.split("/")[2]), b"busy", Retry_After="1")
        self.answer(409, b'{"kind": "Status", "message": "pods \"p\" already exists", "code": 409}')

    def pages(self):
        """A list of two pages, the second of which is not there at first, and a watch that tells of one object more."""
        def body(name, **metadata):
            return json.dumps({"metadata": {"resourceVersion": "7", **metadata}, "items": [{"metadata": {"name": name}}]}).encode()
        if "watch=1" in self.path:
            return self.answer(200, b'{"type": "ADDED", "object": {"metadata": {"name": "last", "resourceVersion": "8"}}}\n')
        if "continue=" not in self.path:
            return self.answer(200, body("first", **{"continue": "two"}))
        if server.count(self.path) == 1:
            return self.answer(503)
        self.answer(200, body("second"))

    def handle_any(self):
        if self.path.startswith("/pages"):
            return self.pages()
        if self.path.startswith("/busy/"):
            return self.busy()
        user = self.user()
        if user.startswith("Bearer stale"):
            if self.path.startswith("/rotate/"):  # as a kubelet does with a service account's token
                with open(self.path.removeprefix("/rotate"), "w") as file:
                    file.write("fresh\n")
            return self.answer(401, b'{"kind":"Status","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}')
        path = {} if self.path == "/who" else {"path": self.path}
        impersonated = {name.lower(): value for name, value in self.headers.items() if name.lower().startswith("impersonate-")}
        self.answer(200, json.dumps({"user": user, "host": self.headers["Host"], **path, **impersonated}).encode())

    do_GET = do_POST = handle_any


class Proxy(server.Handler):
    """Every CONNECT leads to the server, whatever its name."""
    target = None

    def do_CONNECT(self):
        upstream = socket.create_connection(("127.0.0.1", self.target))
        self.send_response_only(200)
        self.end_headers()
        threading.Thread(target=self.copy, args=(upstream, self.connection), daemon=True).start()
        self.copy(self.connection, upstream)
        self.close_connection = True

    @staticmethod
    def copy(source, sink):
        while True:
            try:
                data = source.recv(65536)
                sink.sendall(data)
            except OSError:
                data = b""
            if not data:
                for end in (source, sink):
                    try:
                        end.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
                return


class Socks(socketserver.StreamRequestHandler):
    """SOCKS 5 (RFC 1928): to names only, each of which is the server's."""
    rbufsize = 0

    def handle(self):
        _, n = self.rfile.read(2)
        self.rfile.read(n)
        self.wfile.write(b"\5\0")
        kind, length = self.rfile.read(5)[3:]
        if kind != 3:
            return self.wfile.write(b"\5\x08\0\1\0\0\0\0\0\0")
        self.rfile.read(length + 2)
        upstream = socket.create_connection(("127.0.0.1", Proxy.target))
        self.wfile.write(b"\5\0\0\1\0\0\0\0\0\0")
        threading.Thread(target=Proxy.copy, args=(upstream, self.connection), daemon=True).start()
        Proxy.copy(self.connection, upstream)


def certificate(folder, common_name, alternative):
    os.mkdir(folder)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={common_name}",
                    "-addext", f"subjectAltName={alternative}", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"],
                   check=True, capture_output=True)


def tls_server(folder, client):
    listening = server.Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    context.load_verify_locations(f"{client}/cert.pem")
    context.verify_mode = ssl.CERT_OPTIONAL
    listening.socket = context.wrap_socket(listening.socket, server_side=True, do_handshake_on_connect=False)
    return server.serve(listening).server_port


def read(path):
    with open(path) as file:
        return file.read()


def base64_of(path):
    return base64.b64encode(read(path).encode()).decode()


def start(folder):
    """The servers, and what the words between @ stand for."""
    certificate(f"{folder}/address", "127.0.0.1", "IP:127.0.0.1,DNS:cluster.invalid")
    certificate(f"{folder}/name", "kubernetes.test", "DNS:kubernetes.test")
    certificate(f"{folder}/jane", "jane", "DNS:jane")
    address = tls_server(f"{folder}/address", f"{folder}/jane")
    Proxy.target = address
    return {
        "SERVER": f"https://127.0.0.1:{address}",
        "NAMED": f"https://127.0.0.1:{tls_server(f'{folder}/name', f'{folder}/jane')}",
        "PLAIN": f"http://127.0.0.1:{server.serve(server.Server(('127.0.0.1', 0), Handler)).server_port}",
        "PROXY": f"http://127.0.0.1:{server.serve(server.Server(('127.0.0.1', 0), Proxy)).server_port}",
        "SOCKS": f"socks5://127.0.0.1:{server.serve(server.Server(('127.0.0.1', 0), Socks)).server_port}",
        "CA_DATA": base64_of(f"{folder}/address/cert.pem"), "NAMED_CA_DATA": base64_of(f"{folder}/name/cert.pem"),
        "JANE_DATA": base64_of(f"{folder}/jane/cert.pem"), "JANE_KEY_DATA": base64_of(f"{folder}/jane/key.pem"),
        "CA": read(f"{folder}/address/cert.pem"), "JANE": read(f"{folder}/jane/cert.pem"),
        "JANE_KEY": read(f"{folder}/jane/key.pem"),
        "JANE_JSON": json.dumps(read(f"{folder}/jane/cert.pem")), "JANE_KEY_JSON": json.dumps(read(f"{folder}/jane/key.pem")),
    }


def fill(path, words):
    text = read(path)
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    with open(path, "w") as file:
        file.write(text)


def run(case, work, words):
    place = f"{work}/cases/{os.path.basename(case)}"
    shutil.copytree(case, place)
    words = {**words, "FOLDER": place}
    for path in glob.glob(f"{place}/**", recursive=True, include_hidden=True):
        if os.path.isfile(path):
            fill(path, words)
    environment = {"PATH": os.environ["PATH"], "HOME": place, "KUBECONFIG": "config"}
    environment |= {name: os.environ[name] for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "LD_PRELOAD") if name in os.environ}
    arguments = ["-", "GET", "/who"]
    for line in read(f"{place}/ask").splitlines() if os.path.exists(f"{place}/ask") else []:
        name, equals, value = line.partition("=")
        if equals and name.isupper():
            environment[name] = value
        else:
            arguments = shlex.split(line)
    done = subprocess.run([ASK, *arguments], cwd=place, env=environment, capture_output=True, text=True, timeout=300)
    printed, expected = done.stdout.splitlines(), read(f"{place}/expected").splitlines()
    if done.returncode in (0, 1) and len(printed) == len(expected) and all(map(fnmatch.fnmatchcase, printed, expected)):
        return True
    print(f"kube: {os.path.basename(case)}: expected", *expected, f"and got (status {done.returncode})", *printed, done.stderr,
          sep="\n    ")
    return False


ASK = os.path.abspath(sys.argv[1])
with tempfile.TemporaryDirectory(prefix="hype-kube-") as work:
    words = start(work)
    cases = [f"{HERE}/cases/{name}" for name in sys.argv[2:]] or sorted(glob.glob(f"{HERE}/cases/*"))
    failed = [case for case in cases if not run(case, work, words)]
    print(f"kube: {len(cases) - len(failed)} of {len(cases)} kubeconfigs are read as they should be")
    sys.exit(bool(failed) or not cases)
