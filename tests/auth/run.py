#!/usr/bin/env python3
"""Credentials against strict fakes of Google's token server, its metadata server and EC2's:  run.py WHO"""
import base64
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

WHO = sys.argv.pop(1)
folder = tempfile.TemporaryDirectory(prefix="hype-auth-")
KEY, PUBLIC = f"{folder.name}/key.pem", f"{folder.name}/public.pem"
EMAIL = "robot@project.iam.gserviceaccount.com"


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Fake(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked = []
    lifetime = 3600
    failures = 0

    def log_message(self, *unused):
        pass

    def answer(self, status, value, **headers):
        body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response_only(status)
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def token(self, kind, **headers):
        Fake.asked.append(kind)
        self.answer(200, {"access_token": f"{kind}-{len(Fake.asked)}", "expires_in": Fake.lifetime,
                          "token_type": "Bearer"}, **headers)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if Fake.failures > 0:
            Fake.failures -= 1
            return self.answer(503, "busy")
        if self.path != "/token" or self.headers["Content-Type"] != "application/x-www-form-urlencoded":
            return self.answer(400, {"error": "invalid_request"})
        form = {name: values[0] for name, values in parse_qs(body, strict_parsing=True).items()}
        if form["grant_type"] == "refresh_token":
            if form == {"grant_type": "refresh_token", "client_id": "id", "client_secret": "se&cret=",
                        "refresh_token": "1//re+fresh"}:
                return self.token("person")
            return self.answer(400, {"error": "invalid_grant", "error_description": "Token has been revoked."})
        return self.assertion(form)

    def assertion(self, form):
        head, claims, signature = form["assertion"].split(".")
        with open(f"{folder.name}/signature", "wb") as out:
            out.write(decode(signature))
        verified = subprocess.run(["openssl", "dgst", "-sha256", "-verify", PUBLIC, "-signature",
                                   f"{folder.name}/signature"], input=f"{head}.{claims}".encode(),
                                  capture_output=True).returncode == 0
        head, claims = json.loads(decode(head)), json.loads(decode(claims))
        now = time.time()
        good = (form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer" and verified and
                head == {"alg": "RS256", "typ": "JWT", "kid": "key-1"} and claims["iss"] == EMAIL and
                claims["aud"] == f"http://{HOST}/token" and abs(claims["iat"] - now) < 60 and
                claims["exp"] - claims["iat"] <= 3600 and
                claims["scope"] == "https://www.googleapis.com/auth/cloud-platform")
        if good:
            return self.token("robot")
        self.answer(400, {"error": "invalid_grant", "error_description": "Invalid JWT"})

    def do_PUT(self):
        if self.path == "/latest/api/token" and self.headers.get("X-aws-ec2-metadata-token-ttl-seconds"):
            return self.answer(200, "session-1")
        self.answer(400, "")

    def do_GET(self):
        if self.path.startswith("/latest/"):
            return self.ec2()
        if self.path.startswith("/storage/v1/b/bucket/o/"):
            return self.storage()
        if self.path != "/computeMetadata/v1/instance/service-accounts/default/token":
            return self.answer(404, "")
        if self.headers.get("Metadata-Flavor") != "Google":
            return self.answer(403, "Missing Metadata-Flavor:Google header.")
        self.token("machine", Metadata_Flavor="Google")

    def storage(self):
        Fake.asked.append(self.headers.get("Authorization"))
        if self.headers.get("Authorization") != "Bearer person-3" or self.headers.get("x-goog-user-project") != "billed":
            return self.answer(401, {"error": {"message": "Invalid Credentials"}})
        if "forbidden" in self.path:
            return self.answer(403, {"error": {"message": "someone does not have storage.objects.get access"}},
                               x_guploader_uploadid="upload-1")
        self.answer(200, {"size": "5"})

    def ec2(self):
        if self.headers.get("X-aws-ec2-metadata-token") != "session-1":
            return self.answer(401, "")
        if self.path == "/latest/meta-data/iam/security-credentials/":
            return self.answer(200, "role-1")
        if self.path == "/latest/meta-data/iam/security-credentials/role-1":
            return self.answer(200, {"Code": "Success", "AccessKeyId": "EC2ID", "SecretAccessKey": "EC2SECRET",
                                     "Token": "EC2TOKEN", "Expiration": "2099-01-01T00:00:00Z"})
        self.answer(404, "")


server = ThreadingHTTPServer(("127.0.0.1", 0), Fake)
HOST = f"127.0.0.1:{server.server_port}"
Thread(target=server.serve_forever, daemon=True).start()


class Credentials(unittest.TestCase):
    def setUp(self):
        Fake.asked, Fake.lifetime, Fake.failures = [], 3600, 0
        self.home = tempfile.TemporaryDirectory(prefix="home-", dir=folder.name)
        self.addCleanup(self.home.cleanup)

    def who(self, *arguments, **environment):
        environment = {"PATH": os.environ["PATH"], "HOME": self.home.name,
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""), **environment}
        done = subprocess.run([WHO, *arguments], env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1 if done.stdout == "" else 0, done.stderr)
        return done.stdout.splitlines() or done.stderr

    def write(self, path, content):
        path = f"{self.home.name}/{path}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def robot(self, **changes):
        return self.write("robot.json", {"type": "service_account", "client_email": EMAIL, "private_key_id": "key-1",
                                         "private_key": KEY_TEXT, "token_uri": f"http://{HOST}/token", **changes})

    PERSON = {"type": "authorized_user", "client_id": "id", "client_secret": "se&cret=", "refresh_token": "1//re+fresh",
              "quota_project_id": "billed"}

    def test_a_service_account_signs(self):
        path = self.robot()
        self.assertEqual(self.who("google", "3", GOOGLE_APPLICATION_CREDENTIALS=path), ["robot-1 -"] * 3)
        self.assertEqual(Fake.asked, ["robot"])

    def test_a_token_is_renewed_before_it_expires_and_when_refused(self):
        path = self.robot()
        Fake.lifetime = 200
        self.assertEqual(self.who("google", "2", GOOGLE_APPLICATION_CREDENTIALS=path), ["robot-1 -", "robot-2 -"])
        Fake.lifetime = 3600
        self.assertEqual(self.who("google-refused", GOOGLE_APPLICATION_CREDENTIALS=path), ["robot-3 -", "robot-4 -"])

    def test_a_person_refreshes(self):
        self.write(".config/gcloud/application_default_credentials.json", {**self.PERSON, "token_uri": f"http://{HOST}/token"})
        self.assertEqual(self.who("google"), ["person-1 billed"])
        path = self.write("cloudsdk/application_default_credentials.json", {**self.PERSON, "token_uri": f"http://{HOST}/token"})
        self.assertEqual(self.who("google", CLOUDSDK_CONFIG=os.path.dirname(path), HOME="/none"), ["person-2 billed"])

    def test_a_machine_has_a_token(self):
        self.assertEqual(self.who("google", "2", GCE_METADATA_HOST=HOST), ["machine-1 -"] * 2)
        self.assertEqual(self.who("google", GCE_METADATA_HOST=HOST, http_proxy="http://127.0.0.1:1"), ["machine-2 -"])

    def test_a_busy_token_server_is_asked_again(self):
        Fake.failures = 2
        self.assertEqual(self.who("google", GOOGLE_APPLICATION_CREDENTIALS=self.robot()), ["robot-1 -"])

    def test_a_store_renews_what_is_refused_and_names_what_is_missing(self):
        path = self.write("p.json", {**self.PERSON, "token_uri": f"http://{HOST}/token"})
        google = {"GOOGLE_APPLICATION_CREDENTIALS": path, "CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE": f"http://{HOST}/"}
        self.assertEqual(self.who("head", "gs://bucket/folder/there", **google), ["5"])
        self.assertEqual(Fake.asked, ["person", "Bearer person-1", "person", "Bearer person-3"])
        Fake.asked = ["-"] * 2
        said = self.who("head", "gs://bucket/forbidden", **google)
        self.assertIn("the permission storage.objects.get on the bucket bucket", said)
        self.assertIn("someone does not have", said)
        self.assertIn("upload-1", said)
        self.assertNotIn("person-3", said)
        self.assertEqual(len(Fake.asked), 4)  # once: a refusal is not tried again
        said = self.who("head", "gs://bucket/there", HOME="/none", GCE_METADATA_HOST="127.0.0.1:1")
        self.assertIn("there are no Google credentials", said)

    def test_google_failures_say_what_to_do(self):
        said = self.who("google", GCE_METADATA_HOST="127.0.0.1:1")
        self.assertIn("gcloud auth application-default login", said)
        said = self.who("google", GOOGLE_APPLICATION_CREDENTIALS="/no/such.json")
        self.assertIn("/no/such.json", said)
        said = self.who("google", GOOGLE_APPLICATION_CREDENTIALS=self.write("x.json", {"type": "external_account"}))
        self.assertIn("external_account", said)
        said = self.who("google", GOOGLE_APPLICATION_CREDENTIALS=self.write("x.json", "no json"))
        self.assertIn("no file of Google credentials", said)
        said = self.who("google", GOOGLE_APPLICATION_CREDENTIALS=self.robot(private_key="no key"))
        self.assertIn("PEM", said)
        said = self.who("google", GOOGLE_APPLICATION_CREDENTIALS=self.robot(client_email="other"))
        self.assertIn("Invalid JWT", said)
        revoked = self.write("p.json", {**self.PERSON, "refresh_token": "old-secret", "token_uri": f"http://{HOST}/token"})
        said = self.who("google", GOOGLE_APPLICATION_CREDENTIALS=revoked)
        self.assertIn("Token has been revoked", said)
        self.assertNotIn("old-secret", said)

    def test_aws_variables_come_first(self):
        self.write(".aws/credentials", "[default]\naws_access_key_id=F\naws_secret_access_key=G\n")
        self.assertEqual(self.who("aws", AWS_ACCESS_KEY_ID="I", AWS_SECRET_ACCESS_KEY="S", AWS_SESSION_TOKEN="T",
                                  AWS_DEFAULT_REGION="eu-west-1"), ["I S T eu-west-1"])

    def test_aws_profiles(self):
        self.write(".aws/credentials", "# mine\n[default]\naws_access_key_id = DI\naws_secret_access_key = D=S\n"
                                       "[work]\naws_access_key_id=WI\naws_secret_access_key=WS\naws_session_token=WT\n")
        self.write(".aws/config", "[default]\nregion = us-west-2\ns3 =\n  region = no\n[profile work]\nregion=eu-north-1\n"
                                  "[profile role]\nrole_arn = x\n")
        self.assertEqual(self.who("aws"), ["DI D=S - us-west-2"])
        self.assertEqual(self.who("aws", AWS_PROFILE="work"), ["WI WS WT eu-north-1"])
        self.assertEqual(self.who("aws", AWS_PROFILE="work", AWS_REGION="r"), ["WI WS WT r"])
        self.assertIn("export-credentials", self.who("aws", AWS_PROFILE="role", AWS_EC2_METADATA_DISABLED="true"))
        moved = self.write("moved", "[default]\naws_access_key_id=MI\naws_secret_access_key=MS\n")
        self.assertEqual(self.who("aws", AWS_SHARED_CREDENTIALS_FILE=moved), ["MI MS - us-west-2"])

    def test_an_ec2_machine_has_keys(self):
        self.assertEqual(self.who("aws", AWS_EC2_METADATA_SERVICE_ENDPOINT=f"http://{HOST}/"), ["EC2ID EC2SECRET EC2TOKEN -"])
        said = self.who("aws", AWS_EC2_METADATA_SERVICE_ENDPOINT="http://127.0.0.1:1")
        self.assertIn("AWS_ACCESS_KEY_ID", said)


subprocess.run(["openssl", "genrsa", "-out", KEY, "2048"], check=True, capture_output=True)
subprocess.run(["openssl", "rsa", "-in", KEY, "-pubout", "-out", PUBLIC], check=True, capture_output=True)
with open(KEY) as file:
    KEY_TEXT = file.read()
unittest.main()
