"""A proxy for TLS connections (CONNECT) that leads whatever name is asked for to one port of this machine."""
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def pump(source, sink):
    try:
        while data := source.recv(1 << 18):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for end in source, sink:
            end.close()


def tunnel_to(port):
    """Serves in the background; the list of what was asked for ("host:port"), and the proxy's own port."""
    asked = []

    class Tunnel(BaseHTTPRequestHandler):
        def log_message(self, *unused):
            pass

        def do_CONNECT(self):
            asked.append(self.path)
            with socket.create_connection(("127.0.0.1", port)) as server:
                self.send_response_only(200)
                self.end_headers()
                back = threading.Thread(target=pump, args=(server, self.connection), daemon=True)
                back.start()
                pump(self.connection, server)
                back.join()
            self.close_connection = True

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *unused):
            pass

    server = Server(("127.0.0.1", 0), Tunnel)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return asked, server.server_port
