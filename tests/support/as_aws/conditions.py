"""Three keys that conditions ask for.

- `aws:PrincipalArn` of a role's session is the role's ARN, with its path; MiniStack says the session's
  (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
- `aws:PrincipalIsAWSService` says whether a service itself asks; MiniStack leaves it out.
- `aws:SecureTransport` is true: it listens on 127.0.0.1 without TLS, and the bucket refuses that.
"""

from ministack.core import iam_evaluator
from ministack.services import iam

resolve = iam_evaluator._resolve_condition_key


def resolve_as_aws(key, context):
    if key.lower() == "aws:securetransport":
        return "true"
    if key.lower() == "aws:principalisawsservice":
        return str(context.principal_type == "Service").lower()
    value = resolve(key, context)
    if key.lower() == "aws:principalarn" and isinstance(value, str) and ":assumed-role/" in value:
        account, name = value.split(":")[4], value.split("/")[1]
        role = iam._roles.get_scoped(account, None, name)
        return role["Arn"] if role else value
    return value


def put_right():
    iam_evaluator._resolve_condition_key = resolve_as_aws
