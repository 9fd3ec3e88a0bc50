"""Before the sandbox: who calls may do what the policies of IAM say. The sandbox itself evaluates none.

It listens on GATE_PORT, where the functions that MiniStack runs find their Detective, and forwards to GATE_TO.
What an operation needs is the action of its name on the graph that it names (or, with Tags, TagResource as well:
docs.aws.amazon.com/service-authorization/latest/reference/list_amazondetective.html).
"""

import http.client
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from ministack.core import iam_evaluator

from as_aws.policies import refusal
from proxy import HOP_BY_HOP, name_call


def put_right():
    if "GATE_PORT" in os.environ:
        server = Gate(("127.0.0.1", int(os.environ["GATE_PORT"])), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()


class Gate(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


def needed(call, path, body):
    """The actions that a request needs, each with its resource."""
    given = json.loads(body) if body else {}
    if path.startswith("/tags/"):
        resource = unquote(urlsplit(path).path.removeprefix("/tags/"))
    else:
        resource = given.get("GraphArn", "*")
    yield call.operation, resource
    if call.operation == "detective:CreateGraph" and given.get("Tags"):
        yield "detective:TagResource", f"arn:aws:detective:{call.region}:{{account}}:graph:new"


def refused(call, path, body):
    """The error that AWS answers with; `None` where the caller may."""
    principal = iam_evaluator.resolve_principal(call.key, "")
    if isinstance(principal, iam_evaluator.AuthError):
        return principal.code, principal.message
    for action, resource in needed(call, path, body):
        resource = resource.format(account=principal.account)
        context = iam_evaluator.EvalContext(
            principal_arn=principal.arn, principal_type=principal.type, principal_account=principal.account,
            action=action, resource_arn=resource, region=call.region,
        )
        if iam_evaluator.evaluate(context, principal.policies or [], *principal.limits).decision != "Allow":
            return "AccessDeniedException", refusal(principal.arn, action, resource)
    return None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A reply is two writes: the second must not wait for the first to be acknowledged.
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.upstream = http.client.HTTPConnection(urlsplit(os.environ["GATE_TO"]).netloc, timeout=60)

    def finish(self):
        self.upstream.close()
        super().finish()

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = name_call(self.command, self.path, self.headers, body)
        error = refused(call, self.path, body)
        if error:
            headers = [("x-amzn-errortype", error[0]), ("content-type", "application/json")]
            return self.answer(403, headers, json.dumps({"Message": error[1]}).encode())
        try:
            self.upstream.request(self.command, self.path, body, dict(self.headers))
            reply = self.upstream.getresponse()
            content = reply.read()
        except (OSError, http.client.HTTPException):
            # What the sandbox cuts is cut.
            self.close_connection = True
            return None
        return self.answer(reply.status, reply.getheaders(), content)

    do_GET = do_POST = do_PUT = do_DELETE = forward

    def answer(self, status, headers, content):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass
