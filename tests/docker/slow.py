#!/usr/bin/env python3
"""A connection that is slow enough to be watched:  slow.py PORT UPSTREAM_PORT BYTES_PER_SECOND"""
import socket
import sys
import threading
import time


def forward(source, target, rate):
    try:
        while data := source.recv(65536):
            target.sendall(data)
            time.sleep(len(data) / rate)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


port, upstream, rate = (int(word) for word in sys.argv[1:])
with socket.create_server(("127.0.0.1", port)) as server:
    while True:
        client, _ = server.accept()
        back = socket.create_connection(("127.0.0.1", upstream))
        threading.Thread(target=forward, args=(client, back, 10**9), daemon=True).start()
        threading.Thread(target=forward, args=(back, client, rate), daemon=True).start()
