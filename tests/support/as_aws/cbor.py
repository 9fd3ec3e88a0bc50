"""CloudWatch's SDKs name what they ask for in the path (smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html).
MiniStack answers them, and lets everybody in, because it knows no action for such a path.
"""

import re

from ministack.core import iam_actions

action = iam_actions.extract_iam_action
resource = iam_actions.extract_resource_arn


def named(service, path):
    return service == "monitoring" and re.fullmatch(r"/service/[^/]+/operation/(\w+)", path)


def action_as_aws(service, method, path, *more):
    operation = named(service, path)
    return f"cloudwatch:{operation[1]}" if operation else action(service, method, path, *more)


def resource_as_aws(service, method, path, *more):
    # It would look for the alarm's name in a text, and this is none.
    return "*" if named(service, path) else resource(service, method, path, *more)


def put_right():
    # Both are imported where they are needed, at each request.
    iam_actions.extract_iam_action = action_as_aws
    iam_actions.extract_resource_arn = resource_as_aws
