"""A proxy before the sandbox: what was really called, and trouble on the line.

Written apart from the product, with botocore's service models as the list of operations, so that
the calls that the product counts are checked by somebody else's count.
"""

import http.client
import json
import re
import socket
import threading
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from botocore.loaders import Loader

SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")
# STS, CloudFormation and others name the operation in the body, and answer in XML.
FORM = "application/x-www-form-urlencoded"
# Services that are called otherwise in signatures.
SIGNED_AS = {"monitoring": "cloudwatch", "states": "stepfunctions"}
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Call:
    """One request, as the proxy saw it."""

    operation: str
    region: str
    key: str


@cache
def routes(service):
    operations = Loader().load_service_model(service, "service-2")["operations"]
    return [
        (operation["http"]["method"], re.compile(pattern(operation["http"]["requestUri"])), name)
        for name, operation in operations.items()
    ]


def pattern(uri):
    return re.sub(r"\\{\w+\\}", "[^/]+", re.escape(urlsplit(uri).path))


def name_call(method, path, headers, body):
    scope = SCOPE.search(headers.get("Authorization", ""))
    if not scope:
        return Call("unsigned", "", "")
    key, region, service = scope.groups()
    if headers.get("Content-Type", "").startswith(FORM):
        name = parse_qs(body.decode()).get("Action", ["?"])[0]
    else:
        path = urlsplit(path).path.rstrip("/") or "/"
        names = [name for verb, uri, name in routes(SIGNED_AS.get(service, service)) if verb == method and uri.fullmatch(path)]
        name = names[0] if names else f"{method} {path}"
    return Call(f"{service}:{name}", region, key)


class Proxy(ThreadingHTTPServer):
    """Forwards to an endpoint, keeps a list of what was called, and does what `trouble` says.

    `trouble[operation]` is a queue: each call takes one. "lose" forwards and drops the reply, "hold" forwards and answers
    nothing, "cut" drops the request, and (status, error code[, message]) answers in the place of the sandbox. While it
    is `down`, every request is `dropped`, and counted.
    """

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, upstream, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.upstream = urlsplit(upstream).netloc
        self.calls = []
        self.request_ids = []
        self.trouble = defaultdict(deque)
        self.down = False
        self.held = threading.Event()
        self.stopped = threading.Event()
        self.dropped = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server_port}"

    def stop(self):
        self.stopped.set()
        self.shutdown()
        self.server_close()

    def count(self):
        """How often each operation was called."""
        return Counter(call.operation for call in self.calls)

    def changes(self):
        """The calls that change something, reads apart."""
        reading = ("List", "Get", "Describe", "BatchGet", "AssumeRole")
        return [call for call in self.calls if not call.operation.partition(":")[2].startswith(reading)]

    def rewrite(self, call, content):
        """What the reply is to say."""
        return content

    def record(self, call, path, body):
        """What becomes of a call."""
        with self.lock:
            self.calls.append(call)
            queue = self.trouble[call.operation]
            if self.down:
                self.dropped += 1
                return "cut"
            return queue.popleft() if queue else None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    # A reply is two writes: the second must not wait for the first to be acknowledged.
    disable_nagle_algorithm = True

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = name_call(self.command, self.path, self.headers, body)
        trouble = self.server.record(call, self.path, body)
        if trouble == "cut":
            return self.hang_up()
        if isinstance(trouble, tuple):
            return self.answer_error(*trouble)
        try:
            reply = self.forward(body)
        except (OSError, http.client.HTTPException):
            # What is cut upstream is cut here.
            return self.hang_up()
        if trouble == "hold":
            self.server.held.set()
            self.server.stopped.wait()
        if trouble in ("lose", "hold"):
            return self.hang_up()
        status, headers, content = reply
        return self.answer(status, headers, self.server.rewrite(call, content))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = handle_request

    def forward(self, body):
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=60)
        upstream.request(self.command, self.path, body, dict(self.headers))
        reply = upstream.getresponse()
        content = reply.read()
        upstream.close()
        self.server.request_ids.append(reply.getheader("x-amzn-requestid"))
        return reply.status, reply.getheaders(), content

    def answer(self, status, headers, content):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def answer_error(self, status, code, message="made by the test"):
        if self.command == "HEAD":
            return self.answer(status, [], b"")
        if self.headers.get("Content-Type", "").startswith(FORM):
            error = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
            return self.answer(status, [("content-type", "text/xml")], error.encode())
        headers = [("x-amzn-errortype", code), ("content-type", "application/json")]
        return self.answer(status, headers, json.dumps({"Message": message}).encode())

    def hang_up(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *args):
        pass


class Silence:
    """An endpoint that accepts every connection and never answers."""

    def __init__(self):
        # The kernel completes the handshake; nobody ever accepts.
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.endpoint = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def stop(self):
        self.socket.close()
