"""What a desk has to get credentials from, on one small server: STS, IAM Identity Center, the sign-in of
`aws login`, a container, an instance. It takes down who was asked for what, with which key.

It knows nothing of the product, and the AWS CLI has to get along with it, too.
"""

import datetime
import json
import re
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

SCOPE = re.compile(r"Credential=([^/]+)/")
ACCOUNT = "555555555555"
MFA_CODE = "123456"


def later(seconds):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)


def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


class Desk(ThreadingHTTPServer):
    """`asked` has a dictionary for each request: what, and with which key.

    `lasts` is how many seconds credentials are good for; each key that is in `expired` is refused.
    `trouble[what]` is a queue of answers (status, code) instead of the usual one.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []
        self.lasts = 3600
        self.expired = set()
        self.trouble = {}
        self.given = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def stop(self):
        self.shutdown()
        self.server_close()

    def keys(self, name):
        """New keys: their id says who they are of, and which they are of those."""
        with self.lock:
            self.given += 1
            number = self.given
        return {
            "id": f"ASIA{name.upper()}{number:04}",
            "secret": "secret",
            "token": f"token-of-{name}",
            "until": later(self.lasts),
        }

    def trouble_with(self, what, answers):
        self.trouble[what] = deque(answers)

    def of(self, what):
        return [asked for asked in self.asked if asked["what"] == what]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urlsplit(self.path)
        form = dict(parse_qsl(body.decode(errors="replace")))
        scope = SCOPE.search(self.headers.get("Authorization", ""))
        key = scope.group(1) if scope else None
        what, answer = self.route(url.path, form, body)
        asked = {"what": what, "key": key, "query": dict(parse_qsl(url.query)), **form}
        with self.server.lock:
            self.server.asked.append(asked)
            queue = self.server.trouble.get(what)
            trouble = queue.popleft() if queue else None
        if trouble:
            return self.refuse(*trouble)
        if key in self.server.expired:
            return self.refuse(403, "ExpiredToken", "The security token included in the request is expired")
        return answer(asked)

    do_GET = do_PUT = do_POST = handle_request

    def route(self, path, form, body):
        if "Action" in form:
            actions = {
                "AssumeRole": self.assume,
                "AssumeRoleWithWebIdentity": self.assume,
                "GetCallerIdentity": self.identity,
            }
            return form["Action"], actions[form["Action"]]
        return next(
            (what, answer)
            for prefix, what, answer in [
                ("/federation/credentials", "GetRoleCredentials", self.identity_center),
                ("/v1/token", "CreateOAuth2Token", self.sign_in),
                ("/ecs", "container", self.container),
                ("/latest/api/token", "token of the instance", self.metadata_token),
                ("/latest/meta-data/iam/security-credentials", "instance", self.instance),
                ("/graphs/list", "ListGraphs", lambda asked: self.answer({"GraphList": []})),
                ("/listRegions", "ListRegions", lambda asked: self.refuse(403, "AccessDeniedException")),
                ("/", "?", lambda asked: self.refuse(404, "NotFound")),
            ]
            if path.startswith(prefix)
        )

    def assume(self, asked):
        if "SerialNumber" in asked and asked.get("TokenCode") != MFA_CODE:
            return self.refuse(403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.")
        keys = self.server.keys(asked["RoleArn"].rpartition("/")[2])
        action = asked["what"]
        return self.answer_xml(
            f"<{action}Response xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><{action}Result><Credentials>"
            f"<AccessKeyId>{keys['id']}</AccessKeyId><SecretAccessKey>{keys['secret']}</SecretAccessKey>"
            f"<SessionToken>{keys['token']}</SessionToken><Expiration>{stamp(keys['until'])}</Expiration>"
            f"</Credentials><AssumedRoleUser><Arn>{asked['RoleArn']}/x</Arn><AssumedRoleId>A:x</AssumedRoleId>"
            f"</AssumedRoleUser></{action}Result></{action}Response>"
        )

    def identity(self, asked):
        return self.answer_xml(
            "<GetCallerIdentityResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><GetCallerIdentityResult>"
            f"<Arn>arn:aws:iam::{ACCOUNT}:user/{asked['key']}</Arn><UserId>A</UserId><Account>{ACCOUNT}</Account>"
            "</GetCallerIdentityResult></GetCallerIdentityResponse>"
        )

    def identity_center(self, asked):
        keys = self.server.keys(asked["query"]["role_name"])
        self.answer({"roleCredentials": {
            "accessKeyId": keys["id"], "secretAccessKey": keys["secret"], "sessionToken": keys["token"],
            "expiration": int(keys["until"].timestamp() * 1000),
        }})

    def sign_in(self, asked):
        keys = self.server.keys("login")
        self.answer({
            "accessToken": {
                "accessKeyId": keys["id"], "secretAccessKey": keys["secret"], "sessionToken": keys["token"],
            },
            "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "refresh",
        })

    def container(self, asked):
        keys = self.server.keys("container")
        self.answer({
            "AccessKeyId": keys["id"], "SecretAccessKey": keys["secret"], "Token": keys["token"],
            "Expiration": stamp(keys["until"]), "RoleArn": "arn:aws:iam::555555555555:role/task",
        })

    def metadata_token(self, asked):
        self.answer_bytes(200, b"token", {"x-aws-ec2-metadata-token-ttl-seconds": "21600"})

    def instance(self, asked):
        role = self.path.rpartition("/")[2]
        if not role:
            return self.answer_bytes(200, b"profile-of-the-instance")
        keys = self.server.keys("instance")
        return self.answer({
            "Code": "Success", "Type": "AWS-HMAC", "LastUpdated": stamp(later(-60)),
            "AccessKeyId": keys["id"], "SecretAccessKey": keys["secret"], "Token": keys["token"],
            "Expiration": stamp(keys["until"]), "AccountId": ACCOUNT,
        })

    def answer(self, document):
        self.answer_bytes(200, json.dumps(document).encode(), {"Content-Type": "application/json"})

    def answer_xml(self, text):
        self.answer_bytes(200, text.encode(), {"Content-Type": "text/xml"})

    def refuse(self, status, code, message="made by the test"):
        if self.path == "/":
            text = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
            return self.answer_bytes(status, text.encode(), {"Content-Type": "text/xml"})
        body = json.dumps({"Message": message}).encode()
        return self.answer_bytes(status, body, {"x-amzn-errortype": code, "Content-Type": "application/json"})

    def answer_bytes(self, status, content, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass
