#!/usr/bin/env python3
"""Credentials against strict fakes of Google's token server, its metadata server and EC2's:  run.py WHO"""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
import fake
from fake import Fake

WHO = sys.argv.pop(1)


class Server(Fake):
    def api(self):  # a bucket
        if not self.path.startswith("/storage/v1/b/bucket/o/"):
            return self.answer(404, "")
        Fake.asked.append(self.headers.get("Authorization"))
        if self.headers.get("Authorization") != "Bearer person-3" or self.headers.get("x-goog-user-project") != "billed":
            return self.answer(401, {"error": {"message": "Invalid Credentials"}})
        if "forbidden" in self.path:
            return self.answer(403, {"error": {"message": "someone does not have storage.objects.get access"}},
                               x_guploader_uploadid="upload-1")
        self.answer(200, {"size": "5"})


HOST = fake.serve(Server)


class Credentials(unittest.TestCase):
    def setUp(self):
        Fake.asked, Fake.lifetime, Fake.failures = [], 3600, 0
        self.home = tempfile.TemporaryDirectory(prefix="home-", dir=fake.folder.name)
        self.addCleanup(self.home.cleanup)

    def who(self, *arguments, **environment):
        environment = {"PATH": os.environ["PATH"], "HOME": self.home.name,
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""), **environment}
        done = subprocess.run([WHO, *arguments], env=environment, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 1 if done.stdout == "" else 0, done.stderr)
        return done.stdout.splitlines() or done.stderr

    def write(self, path, content):
        path = f"{self.home.name}/{path}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write(content if isinstance(content, str) else json.dumps(content))
        return path

    def robot(self, **changes):
        return self.write("robot.json", fake.robot(HOST, **changes))

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
)
        self.assertEqual(self.who("aws"), ["DI D=S - us-west-2"])
        self.assertEqual(self.who("aws", AWS_PROFILE="work"), ["WI WS WT eu-north-1"])
        self.assertEqual(self.who("aws", AWS_PROFILE="work", AWS_REGION="r"), ["WI WS WT r"])
        moved = self.write("moved", "[default]\naws_access_key_id=MI\naws_secret_access_key=MS\n")
        self.assertEqual(self.who("aws", AWS_SHARED_CREDENTIALS_FILE=moved), ["MI MS - us-west-2"])

    def test_nobody_else_is_taken_for_an_aws_profile(self):
        self.write(".aws/credentials", "[own]\naws_access_key_id=I\naws_secret_access_key=S\n")
        self.write(".aws/config", "[profile role]\nrole_arn = x\n[profile own]\nrole_arn = x\nsource_profile = own\n"
                                  "[profile person]\nsso_session = x\n[profile place]\nregion = r\n")
        machine = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://{HOST}/"}
        agent = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{HOST}/v1/credentials",
                 "AWS_CONTAINER_AUTHORIZATION_TOKEN": "agent-token"}
        for place in machine, agent:
            self.assertIn("has the setting role_arn", self.who("aws", AWS_PROFILE="role", **place))
            self.assertIn("has the setting role_arn", self.who("aws", AWS_PROFILE="own", **place))
            self.assertIn("export-credentials --profile person", self.who("aws", AWS_PROFILE="person", **place))
            self.assertIn("there is no AWS profile 'prod'", self.who("aws", AWS_PROFILE="prod", **place))
        self.assertEqual(self.who("aws", AWS_PROFILE="place", **machine), ["EC2ID EC2SECRET EC2TOKEN r"])

    def test_a_program_gives_aws_keys(self):
        keys = {"Version": 1, "AccessKeyId": "PI", "SecretAccessKey": "PS"}
        self.write("run", 'echo x >> runs; cat "$1" 2>&- || { echo "you are logged out" >&2; exit 1; }')
        self.write(".aws/config", f"[profile other]\ncredential_process = cd {self.home.name} && sh ./run 'k e y s'\n")
        self.write("k e y s", {**keys, "SessionToken": "PT", "Expiration": "2099-01-01T00:00:00Z"})
        machine = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://{HOST}/"}
        self.assertEqual(self.who("aws", "3", AWS_PROFILE="other", **machine), ["PI PS PT -"] * 3)
        with open(f"{self.home.name}/runs") as runs:
            self.assertEqual(runs.read(), "x\n")
        os.remove(f"{self.home.name}/k e y s")
        said = self.who("aws", AWS_PROFILE="other", **machine)
        self.assertIn("the credential_process of the AWS profile 'other' exited with status 1: you are logged out", said)
        self.write("k e y s", "{}")
        self.assertIn("answered without keys", self.who("aws", AWS_PROFILE="other", **machine))

    def test_aws_keys_are_fetched_once_for_many_at_once(self):
        machine = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://{HOST}/"}
        self.assertEqual(self.who("aws", "32", "32", **machine), ["EC2ID EC2SECRET EC2TOKEN -"] * 32)
        self.assertEqual(Fake.asked, ["ec2"])

    def test_aws_keys_are_used_to_their_end_where_they_cannot_be_renewed(self):
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 200))
        self.write("keys", {"Version": 1, "AccessKeyId": "PI", "SecretAccessKey": "PS", "Expiration": soon})
        self.write(".aws/config", f"[default]\ncredential_process = cd {self.home.name} && cat keys && rm keys\n")
        self.assertEqual(self.who("aws", "3"), ["PI PS - -"] * 3)

    def test_a_pod_takes_its_role(self):
        self.write(".aws/credentials", "[default]\naws_access_key_id=F\naws_secret_access_key=G\n")
        role = {"AWS_WEB_IDENTITY_TOKEN_FILE": self.write("token", "pod+token"), "AWS_ROLE_ARN": "arn:aws:iam::1:role/pods",
                "AWS_ENDPOINT_URL_STS": f"http://{HOST}/sts", "AWS_REGION": "r"}
        self.assertEqual(self.who("aws", **role), ["STSID STSSECRET STSTOKEN r"])
        said = self.who("aws", **{**role, "AWS_ROLE_ARN": "arn:other"})
        self.assertIn("cannot take the role arn:other", said)
        self.assertIn("Not authorized to perform sts:AssumeRoleWithWebIdentity", said)
        self.assertNotIn("pod+token", said)
        self.assertIn("AWS_WEB_IDENTITY_TOKEN_FILE: cannot read /none", self.who("aws", **{**role, "AWS_WEB_IDENTITY_TOKEN_FILE": "/none"}))

    def test_a_container_asks_its_agent(self):
        agent = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{HOST}/v1/credentials"}
        token = self.write("token", "agent-token")
        self.assertEqual(self.who("aws", **agent, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token), ["PODID PODSECRET PODTOKEN -"])
        self.assertEqual(self.who("aws", **agent, AWS_CONTAINER_AUTHORIZATION_TOKEN="agent-token"), ["PODID PODSECRET PODTOKEN -"])
        said = self.who("aws", **agent, AWS_CONTAINER_AUTHORIZATION_TOKEN="other-token")
        self.assertIn("has its service account a role?", said)
        self.assertIn("the token is not valid", said)
        self.assertNotIn("other-token", said)
        said = self.who("aws", AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1.example.org/")
        self.assertIn("must be https:// or an address of this machine", said)

    def test_an_ec2_machine_has_keys(self):
        self.assertEqual(self.who("aws", AWS_EC2_METADATA_SERVICE_ENDPOINT=f"http://{HOST}/"), ["EC2ID EC2SECRET EC2TOKEN -"])
        said = self.who("aws", AWS_EC2_METADATA_SERVICE_ENDPOINT="http://127.0.0.1:1")
        self.assertIn("AWS_ACCESS_KEY_ID", said)


unittest.main()
