#!/usr/bin/env python3
"""What gke:// says when it finds no cluster, against a strict fake of Google's endpoints:  gke.py HYPE

That it finds one is tested on a real cluster (tests/cluster).
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "auth"))
import fake

HYPE = sys.argv.pop(1)
CLUSTERS = "/v1/projects/project/locations/"


class Google(fake.Fake):
    """Lets robot-2 and later tokens in."""

    def refuse(self, code, message, **details):
        self.answer(code, {"error": {"code": code, "message": message, **details}})

    def api(self):
        if self.headers.get("Authorization") not in [f"Bearer robot-{i}" for i in range(2, 9)]:
            return self.refuse(401, "Request had invalid authentication credentials.")
        if self.path.startswith("/v1/projects/disabled/"):
            return self.refuse(403, "Kubernetes Engine API has not been used in project disabled before or it is disabled.",
                               status="PERMISSION_DENIED", details=[{"reason": "SERVICE_DISABLED"}])
        if not self.path.startswith(CLUSTERS):
            return self.refuse(403, 'Required "container.clusters.get" permission(s).', status="PERMISSION_DENIED")
        name = self.path.removeprefix(CLUSTERS)
        if name == "-/clusters":
            return self.answer(200, {"clusters": [{"name": "one", "location": "zone"}, {"name": "two", "location": "region"}]})
        answers = {"zone/clusters/starting": {"status": "PROVISIONING"},
                   "zone/clusters/no-ca": {"status": "RUNNING", "endpoint": "127.0.0.1", "masterAuth": {}},
                   "zone/clusters/no-json": "<html>",
                   "zone/clusters/by%20name": {"status": "RUNNING", "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {
                       "endpoint": "cluster.invalid", "allowExternalTraffic": True}}}}
        if name in answers:
            return self.answer(200, answers[name])
        self.refuse(404, f"Not found: {self.path.removeprefix('/v1/')}.", status="NOT_FOUND")


HOST = fake.serve(Google)


class Gke(unittest.TestCase):
    def setUp(self):
        fake.Fake.asked = ["start"]
        self.folder = tempfile.TemporaryDirectory(prefix="hype-gke-")

    def tearDown(self):
        self.folder.cleanup()

    def says(self, url, *words):
        key = f"{self.folder.name}/key.json"
        with open(key, "w") as file:
            json.dump(fake.robot(HOST), file)
        done = subprocess.run([HYPE, "doctor", url], capture_output=True, text=True, timeout=300, env={
            **os.environ, "GOOGLE_APPLICATION_CREDENTIALS": key,
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINER": f"http://{HOST}"})
        self.assertEqual(done.returncode, 1)
        for word in words:
            self.assertIn(word, done.stdout)
        self.assertNotIn("robot-", done.stdout)

    def test_another_name(self):
        self.says("gke://project/zone/none", "cannot find the cluster none of project project in zone",
                  "the project has one (zone), two (region)", "Not found: projects/project/locations/zone/clusters/none.")

    def test_another_project(self):
        self.says("gke://other/zone/one", "roles/container.clusterViewer on project other", "container.clusters.get")

    def test_the_api_is_disabled(self):
        self.says("gke://disabled/zone/one", "gcloud services enable container.googleapis.com --project=disabled",
                  "has not been used in project disabled")

    def test_a_cluster_that_is_being_made(self):
        self.says("gke://project/zone/starting", "no address that can be reached (its status is PROVISIONING)")

    def test_an_answer_that_makes_no_sense(self):
        self.says("gke://project/zone/no-ca", "tells no CA certificate of the cluster no-ca")
        self.says("gke://project/zone/no-json", "something that is no JSON")

    def test_a_name_that_has_to_be_escaped_and_a_dns_endpoint(self):
        self.says("gke://project/zone/by%20name", "https://cluster.invalid/version")

    def test_a_refused_token_is_renewed(self):
        fake.Fake.asked = []
        self.says("gke://project/zone/starting", "PROVISIONING")
        self.assertEqual(fake.Fake.asked, ["robot", "robot"])

    def test_a_url_that_lacks_something(self):
        self.says("gke://project/zone", "write gke://PROJECT/ZONE-OR-REGION/CLUSTER?staging=gs://BUCKET")


unittest.main()
