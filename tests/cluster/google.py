#!/usr/bin/env python3
"""Runs a command beside strict fakes of Google's token endpoint and Container API, which hand out the test cluster:

  google.py [--refused] CA COMMAND...

The project "project" has, in the zone "zone", the clusters "test", which is reached at an address and has a CA of its own,
"by-name", which is reached at a name whose certificate the system's CAs know, and "starting", which has no address yet. The
cluster lets robot-2 and those after it in; with --refused the first token is robot-1. Pods reach the fakes too: GCE_METADATA_HOST
is not set, but what it would be is in FAKE_GOOGLE.
"""
import base64
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "auth"))
import fake

NODE, ADDRESS, NAME = "192.0.2.1", "203.0.113.1", "localhost"


class Google(fake.Fake):
    def clusters(self):
        with open(sys.argv[1], "rb") as file:
            ca = base64.b64encode(file.read()).decode()
        by_address = {"status": "RUNNING", "endpoint": ADDRESS, "masterAuth": {"clusterCaCertificate": ca},
                      "controlPlaneEndpointsConfig": {
                          "dnsEndpointConfig": {"endpoint": "gke-unreachable.zone.gke.goog", "allowExternalTraffic": False},
                          "ipEndpointsConfig": {"enabled": True, "publicEndpoint": ADDRESS}}}
        by_name = {"status": "RUNNING", "masterAuth": {"clusterCaCertificate": ca}, "controlPlaneEndpointsConfig": {
            "dnsEndpointConfig": {"endpoint": NAME, "allowExternalTraffic": True}, "ipEndpointsConfig": {"enabled": False}}}
        return {"test": by_address, "by-name": by_name,
                "starting": {"status": "PROVISIONING", "masterAuth": {}}}

    def refuse(self, code, status, message):
        self.answer(code, {"error": {"code": code, "status": status, "message": message}})

    def api(self):
        path = self.path.split("?")[0]
        handed_out = [f"Bearer {kind}-{i + 1}" for i, kind in enumerate(self.asked) if kind == "robot"]
        if self.headers.get("Authorization") not in handed_out:
            return self.refuse(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        if not path.startswith("/v1/projects/project/locations/"):
            return self.refuse(403, "PERMISSION_DENIED", 'Required "container.clusters.get" permission(s) for "projects/other".')
        name = path.removeprefix("/v1/projects/project/locations/zone/clusters/")
        if name not in self.clusters():
            return self.refuse(404, "NOT_FOUND", f"Not found: {path.removeprefix('/v1/')}.")
        self.answer(200, {"name": name, "location": "zone", **self.clusters()[name]})


if sys.argv[1] == "--refused":
    sys.argv.pop(1)
else:
    fake.Fake.asked.append("start")
host = fake.serve(Google, NODE)
with tempfile.NamedTemporaryFile("w", prefix="robot-", suffix=".json") as key:
    fake.json.dump(fake.robot(host), key)
    key.flush()
    code = subprocess.run(sys.argv[2:], env={
        **os.environ, "GOOGLE_APPLICATION_CREDENTIALS": key.name, "FAKE_GOOGLE": host,
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINER": f"http://{host}/"}).returncode
print("asked for:", *Google.asked, file=sys.stderr)
sys.exit(code)
