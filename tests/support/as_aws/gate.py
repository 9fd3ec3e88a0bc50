"""Before the sandbox: who calls may do what the policies of IAM say. The sandbox itself evaluates none.

It listens on GATE_PORT, where the functions that MiniStack runs find their Detective, and forwards to GATE_TO.
What an operation needs is the action of its name on the graph that it names (or, with Tags, TagResource as well:
docs.aws.amazon.com/service-authorization/latest/reference/list_amazondetective.html).
"""

import json
import os
from urllib.parse import unquote, urlsplit

from ministack.core import iam_evaluator

from as_aws.policies import refusal
from proxy import Proxy


def put_right():
    if "GATE_PORT" in os.environ:
        Gate(os.environ["GATE_TO"], int(os.environ["GATE_PORT"]))


class Gate(Proxy):
    def record(self, call, path, body):
        error = refused(call, path, body)
        return (403, *error) if error else None


def needed(call, path, body):
    """The actions that a request needs, each with its resource."""
    given = json.loads(body) if body else {}
    if path.startswith("/detector/"):
        resource = f"arn:aws:guardduty:{call.region}:{{account}}:{urlsplit(path).path.strip('/')}"
    elif path.startswith("/tags/"):
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
