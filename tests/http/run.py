#!/usr/bin/env python3
"""Runs the test of http.c against server.py:  run.py HTTP_TEST"""
import os
import subprocess
import sys
import tempfile

import server
import tunnel

with tempfile.TemporaryDirectory(prefix="hype-http-") as folder:
    server.make_certificate(folder, "server.invalid")
    plain = server.serve(server.Server(("127.0.0.1", 0), server.Handler))
    server.serve(server.UnixServer(f"{folder}/socket", server.Handler))
    tls = server.tls_server(folder, server.Handler)
    mutual = server.tls_server(folder, server.Handler, f"{folder}/cert.pem")
    _, proxy = tunnel.tunnel_to(tls.server_port)
    environment = {**{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
                   "HYPE_TEST_URL": f"http://127.0.0.1:{plain.server_port}",
                   "HYPE_TEST_TUNNEL": f"http://127.0.0.1:{proxy}",
                   "HYPE_TEST_TLS": f"https://127.0.0.1:{tls.server_port}",
                   "HYPE_TEST_MUTUAL": f"https://127.0.0.1:{mutual.server_port}", "HYPE_TEST_FOLDER": folder}
    sys.exit(subprocess.run(sys.argv[1:], env=environment).returncode)
