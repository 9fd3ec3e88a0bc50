"""A stack can be asked for by the resource that it has (DescribeStackResources, PhysicalResourceId), as in AWS: MiniStack knows
the names of stacks only."""

from ministack.services.cloudformation import _stacks, handlers

by_name = handlers._describe_stack_resources


def describe_stack_resources(params):
    asked = handlers._p(params, "PhysicalResourceId")
    if asked:
        owners = (
            name for name, stack in _stacks.items()
            if stack.get("StackStatus") != "DELETE_COMPLETE"
            and any(it.get("PhysicalResourceId") == asked for it in stack.get("_resources", {}).values())
        )
        owner = next(owners, None)
        if owner is None:
            return handlers._error("ValidationError", f"Stack for {asked} does not exist")
        params = {**params, "StackName": [owner] if isinstance(params.get("Action"), list) else owner}
    return by_name(params)


def put_right():
    handlers._ACTION_HANDLERS["DescribeStackResources"] = describe_stack_resources
