"""Strict fakes of Google's token server, of a Google machine's metadata server, and of EC2's: one handler for all three."""
import base64
import json
import subprocess
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

folder = tempfile.TemporaryDirectory(prefix="hype-auth-")
KEY, PUBLIC = f"{folder.name}/key.pem", f"{folder.name}/public.pem"
EMAIL = "robot@project.iam.gserviceaccount.com"
subprocess.run(["openssl", "genrsa", "-out", KEY, "2048"], check=True, capture_output=True)
subprocess.run(["openssl", "rsa", "-in", KEY, "-pubout", "-out", PUBLIC], check=True, capture_output=True)
with open(KEY) as file:
    KEY_TEXT = file.read()


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
        if self.path == "/sts":
            return self.sts(body)
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
                claims["aud"] == f"http://{self.host}/token" and abs(claims["iat"] - now) < 60 and
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
        if self.path == "/v1/credentials":
            return self.container()
        if self.path != "/computeMetadata/v1/instance/service-accounts/default/token":
            return self.api()
        if self.headers.get("Metadata-Flavor") != "Google":
            return self.answer(403, "Missing Metadata-Flavor:Google header.")
        self.token("machine", Metadata_Flavor="Google")

    def api(self):
        """What else a test plays, with these tokens."""
        self.answer(404, "")

    def sts(self, body):
        form = {name: values[0] for name, values in parse_qs(body, strict_parsing=True).items()}
        if form != {"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "WebIdentityToken": "pod+token",
                    "RoleArn": "arn:aws:iam::1:role/pods", "RoleSessionName": "hype"}:
            return self.answer(403, "<ErrorResponse><Error><Code>AccessDenied</Code>"
                                    "<Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>")
        Fake.asked.append("sts")
        self.answer(200, "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
                         "<AccessKeyId>STSID</AccessKeyId><SecretAccessKey>STSSECRET</SecretAccessKey>"
                         "<SessionToken>STSTOKEN</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
                         "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>")

    def container(self):
        if self.headers.get("Authorization") != "agent-token":
            return self.answer(400, {"message": "the token is not valid"})
        self.answer(200, {"AccessKeyId": "PODID", "SecretAccessKey": "PODSECRET", "Token": "PODTOKEN",
                          "Expiration": "2099-01-01T00:00:00Z"})

    def ec2(self):
        if self.headers.get("X-aws-ec2-metadata-token") != "session-1":
            return self.answer(401, "")
        if self.path == "/latest/meta-data/iam/security-credentials/":
            return self.answer(200, "role-1")
        if self.path == "/latest/meta-data/iam/security-credentials/role-1":
            Fake.asked.append("ec2")
            return self.answer(200, {"Code": "Success", "AccessKeyId": "EC2ID", "SecretAccessKey": "EC2SECRET",
                                     "Token": "EC2TOKEN", "Expiration": "2099-01-01T00:00:00Z"})
        self.answer(404, "")


def serve(handler, address="127.0.0.1"):
    """Serves in the background; its address and port."""
    server = ThreadingHTTPServer((address, 0), handler)
    handler.host = f"{address}:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    return handler.host


def robot(host, **changes):
    """What a file of a service account's key holds."""
    return {"type": "service_account", "client_email": EMAIL, "private_key_id": "key-1", "private_key": KEY_TEXT,
            "token_uri": f"http://{host}/token", **changes}
