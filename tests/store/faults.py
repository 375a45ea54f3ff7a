#!/usr/bin/env python3
"""A proxy in front of an HTTP server, where things go wrong.

  faults.py PORT UPSTREAM_PORT SEED

About every fourth request meets a fault, the same one at most three times in a row. Damage is rarer, since an object in
many ranges has to come whole in three tries. Faults that few requests can meet (RARE) are met by the first that can; a body
stalls only once, since that takes as long as the client's patience.

Of resumable uploads to Google Cloud Storage half of a chunk may arrive. Questions about how far such an upload got
("Content-Range: bytes */SIZE") are answered here: fake-gcs-server takes them for the end of the object.
"""
import collections
import http.client
import random
import select
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = ["reset-before", "reset-half", "reset-after", "truncate", "damage", "429", "500", "503"]
RARE = ["stall", "damage-post", "damage-put", "late-error", "slow-body", "conflict-put", "conflict-post"]
LARGE = 64 * 1024  # bytes of a body that is mostly content
S3_ERRORS = {"late-error": (200, "InternalError"), "slow-body": (400, "RequestTimeout"),
             "conflict-put": (409, "ConditionalRequestConflict"), "conflict-post": (409, "ConditionalRequestConflict")}
chance = random.Random(int(sys.argv[3]))
lock = threading.Lock()
in_a_row = collections.Counter()  # by request
since_damage = 0
met = set()  # of the RARE ones
sessions = {}  # path of a resumable upload: how many bytes have arrived, or the answer at its end
QUANTUM = 256 * 1024


def choose(request, rare):
    """One of FAULTS or of the RARE ones that the request can meet, or None."""
    global since_damage
    with lock:
        since_damage += 1
        new = [fault for fault in rare if fault not in met]
        if in_a_row[request] < 3 and (new or chance.random() < 0.25):
            in_a_row[request] += 1
            fault = new[0] if new else chance.choice(FAULTS + [fault for fault in rare if fault != "stall"])
            met.add(fault)
            if fault.startswith("damage") and not new:
                fault = fault if since_damage > 20 else None
                since_damage = 0
            return fault
        del in_a_row[request]
        return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *unused):
        pass

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def answer(self, status, headers, body, length=None):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def upstream(self, body, **replaced):
        upstream = http.client.HTTPConnection("127.0.0.1", int(sys.argv[2]))
        upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("connection", "expect"):
                upstream.putheader(name, replaced.get(name.lower().replace("-", "_"), value))
        upstream.endheaders(body)
        response = upstream.getresponse()
        data = response.read()
        upstream.close()
        self.remember(response, data)
        return response, data

    def remember(self, response, data):
        """How far a resumable upload has come."""
        if self.command == "PUT" and "uploadType=resumable" in self.path:
            if response.status == 308:
                sessions[self.path] = int(response.headers.get("Range", "bytes=0--1").split("-", 1)[1]) + 1
            elif response.status < 500:
                sessions[self.path] = (response.status, response.getheaders(), data)

    def answer_how_far(self):
        have = sessions.get(self.path, 0)
        if isinstance(have, tuple):
            return self.answer(*have)
        return self.answer(308, [("Range", f"bytes=0-{have - 1}")] if have else [], b"")

    def upload_half(self, size):
        """Half of a chunk arrives before the connection breaks."""
        half = size // 2 // QUANTUM * QUANTUM
        where = self.headers.get("Content-Range", "")
        body = self.rfile.read(size // 2)
        if self.command == "PUT" and "uploadType=resumable" in self.path and half and where.startswith("bytes "):
            first, rest = where[6:].split("-", 1)
            total = rest.split("/")[1]
            self.upstream(body[:half], content_length=str(half),
                          content_range=f"bytes {first}-{int(first) + half - 1}/{total}")

    def rare_faults(self, size):
        """Those of RARE that this request can meet."""
        s3 = "x-amz-content-sha256" in self.headers
        can = {"stall": size > 8 << 20, "damage-post": self.command == "POST" and size > LARGE,
               "damage-put": self.command == "PUT" and size > LARGE,
               "late-error": s3 and self.command == "POST" and "uploadId=" in self.path,
               "slow-body": s3 and self.command == "PUT" and size > 0,
               "conflict-put": s3 and self.command == "PUT" and "If-None-Match" in self.headers,
               "conflict-post": s3 and self.command == "POST" and "If-None-Match" in self.headers}
        return [fault for fault in RARE if can[fault]]

    def stall(self, size):
        """Takes half of the body and then nothing more until the client gives up."""
        self.rfile.read(size // 2)
        closed = select.poll()
        closed.register(self.connection, select.POLLRDHUP)
        closed.poll()
        self.reset()

    def forward(self):
        size = int(self.headers.get("Content-Length", 0))
        fault = choose((self.command, self.path, self.headers.get("Range"), self.headers.get("Content-Range")), self.rare_faults(size))
        if fault == "stall":
            return self.stall(size)
        if fault == "reset-before":
            return self.reset()
        if fault == "reset-half":
            self.upload_half(size)
            return self.reset()
        body = self.rfile.read(size)
        if fault in ("429", "500", "503"):
            return self.answer(int(fault), [("Retry-After", "0"), ("x-request-id", "fault")], b"busy")
        if self.headers.get("Content-Range", "").startswith("bytes */"):
            return self.answer_how_far()
        if fault in S3_ERRORS:
            status, code = S3_ERRORS[fault]
            return self.answer(status, [], f"<Error><Code>{code}</Code><Message>fault</Message></Error>".encode())
        if fault in ("damage-post", "damage-put"):
            body = body[: size // 2] + bytes([body[size // 2] ^ 1]) + body[size // 2 + 1:]
        response, data = self.upstream(body)
        if fault == "reset-after":
            return self.reset()
        length = int(response.headers["Content-Length"]) if self.command == "HEAD" and "Content-Length" in response.headers else len(data)
        if fault == "truncate" and len(data) > 1:
            self.answer(response.status, response.getheaders(), data[: len(data) // 2], len(data))
            self.wfile.flush()
            return self.reset() if chance.random() < 0.5 else self.connection.shutdown(socket.SHUT_RDWR)
        if fault == "damage" and response.status in (200, 206) and response.headers.get("Content-Type") == "application/octet-stream" and data:
            data = data[:-1] + bytes([data[-1] ^ 1])
        return self.answer(response.status, response.getheaders(), data, length)

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (OSError, ValueError, http.client.HTTPException):
            self.close_connection = True

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = forward


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *unused):
        pass


Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
