"""Says what IAM would: policies and requests come in on stdin, decisions go out on stdout.

It runs in MiniStack's environment and asks MiniStack's evaluator, which is somebody else's reading of how policies are
evaluated; MiniStack itself does not fill in `iam:PermissionsBoundary`, so the requests bring their condition keys along.
"""

import json
import sys

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

asked = json.load(sys.stdin)
policies = [parse_policy_document(json.dumps(document)) for document in asked["policies"]]
decisions = []
for action, resource, keys in asked["requests"]:
    context = EvalContext(
        principal_arn=asked["principal"], principal_type="AssumedRole", principal_account=asked["principal"].split(":")[4],
        action=action, resource_arn=resource, region="us-east-1", source_ip="127.0.0.1", secure_transport=True,
        service_context={key.lower(): value for key, value in keys.items()},
    )
    decisions.append(evaluate(context, policies).decision)
json.dump(decisions, sys.stdout)
