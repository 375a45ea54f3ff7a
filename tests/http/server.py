"""A server that behaves as its paths say, well or badly, over TCP, TLS and a unix socket."""
import os
import socket
import ssl
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

counts = {}
lock = threading.Lock()


def count(key):
    with lock:
        counts[key] = counts.get(key, 0) + 1
        return counts[key]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *unused):
        pass

    def address_string(self):
        return "peer"

    def answer(self, status, body=b"", **headers):
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def cut(self):
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def handle_any(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        getattr(self, "path_" + url.path[1:].replace("-", "_"))(query)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = handle_any

    # Each path is a behaviour.

    def path_hello(self, query):
        self.answer(200, b"hello", X_Request_Id="r-1")

    def path_echo(self, query):
        self.answer(200, self.body, X_Method=self.command, X_Authorization=self.headers.get("Authorization", "none"))

    def path_busy(self, query):
        """503 for the first n requests with this key."""
        if count(query["key"]) <= int(query["n"]):
            headers = {"Retry_After": query["after"]} if "after" in query else {}
            return self.answer(int(query.get("status", 503)), b"busy", **headers)
        self.answer(200, b"at last")

    def path_refused(self, query):
        self.answer(int(query["status"]), b'{"error": {"message": "you may\\nnot"}}', x_guploader_uploadid="up-1")

    def path_short(self, query):
        """Half of the body, always or the first n times."""
        if count(query["key"]) > int(query.get("n", 1000)):
            return self.answer(200, b"x" * 100)
        self.send_response_only(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"x" * 50)
        self.cut()

    def path_range(self, query):
        """At most a thousand bytes of a range, then the connection breaks."""
        first, last = map(int, self.headers["Range"][len("bytes="):].split("-"))
        shift = int(query.get("shift", 0))
        self.send_response_only(206)
        self.send_header("Content-Range", f"bytes {first + shift}-{last + shift}/5000")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        self.wfile.write(bytes((first + i) % 251 for i in range(min(1000, last - first + 1))))
        if last - first + 1 > 1000:
            self.cut()

    def path_stall(self, query):
        self.send_response_only(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"x")
        self.wfile.flush()
        time.sleep(float(query.get("s", 20)))
        self.close_connection = True

    def path_stream(self, query):
        """A line every 20 ms, without end."""
        self.send_response_only(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for i in range(10000):
            line = f"line {i}\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            self.wfile.flush()
            time.sleep(0.02)

    def path_redirect(self, query):
        self.answer(302, Location=query["to"])

    def path_reset(self, query):
        if count(query["key"]) <= int(query["n"]):
            return self.cut()
        self.answer(200, b"at last")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *unused):
        pass


class UnixServer(Server):
    address_family = socket.AF_UNIX

    def server_bind(self):
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "local", 0


def serve(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def tls_server(folder, handler, client_ca=None):
    """With the certificate FOLDER/cert.pem for 127.0.0.1."""
    server = Server(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    if client_ca:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return serve(server)


def make_certificate(folder, *names):
    """FOLDER/cert.pem and key.pem, for 127.0.0.1 and NAMES."""
    others = "".join(f",DNS:{name}" for name in names)
    os.system(f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 "
              f"-addext 'subjectAltName=IP:127.0.0.1{others}' -keyout {folder}/key.pem -out {folder}/cert.pem 2>/dev/null")
