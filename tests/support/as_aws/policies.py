"""What a role may do, by MiniStack's own evaluator of policies."""

from ministack.core import iam_evaluator


def may(role, action, resource):
    """Whether the policies of a role, given by its ARN, allow an action on a resource."""
    account, name = role.split(":")[4], role.rpartition("/")[2]
    context = iam_evaluator.EvalContext(
        principal_arn=role, principal_type="AssumedRole", principal_account=account, action=action,
        resource_arn=resource, region="",
    )
    policies = iam_evaluator._gather_role_policies(name, account)
    return iam_evaluator.evaluate(context, policies).decision == "Allow"


def refusal(principal, action, resource):
    """AWS's words for it."""
    why = f"because no identity-based policy allows the {action} action"
    return f"User: {principal} is not authorized to perform: {action} on resource: {resource} {why}"
