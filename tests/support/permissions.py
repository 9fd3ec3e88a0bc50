"""Every permission that the templates give, and a stack that lacks one of them for a while."""

import json
from contextlib import contextmanager
from typing import NamedTuple

from support.templates import listed, load, statements


class Permission(NamedTuple):
    """One action of one statement."""

    #: The logical id of the role, or of the policy.
    holder: str
    #: The Sid of the statement; the resource, where it has none.
    statement: str
    action: str

    def __str__(self):
        return f"{self.holder}-{self.statement}-{self.action}"


def all_permissions():
    for template in ("member-role.yaml", "security-account.yaml"):
        for holder, statement in statements(load(template)):
            if statement["Effect"] == "Deny":
                continue
            for action in listed(statement["Action"]):
                yield Permission(holder, statement.get("Sid", ""), action)


@contextmanager
def lacking(stack, permission):
    """The live policies, less that permission."""
    changed = [Inline(*place, permission) for place in places(stack, permission.holder)]
    assert changed, permission
    for policy in changed:
        policy.reduce()
    try:
        yield
    finally:
        for policy in changed:
            policy.restore()


def places(stack, holder):
    """The accounts' IAM and the names of the roles that have it."""
    if holder == "MemberRole":
        return [(stack.client("iam", account), "DetectiveFleetMember") for account, _ in stack.members]
    role = {"FunctionPolicy": "FunctionRole", "MemberRolesPolicy": "StateMachineRole"}.get(holder, holder)
    found = stack.client("cloudformation").describe_stack_resource(StackName="detective-fleet", LogicalResourceId=role)
    return [(stack.client("iam"), found["StackResourceDetail"]["PhysicalResourceId"])]


class Inline:
    """The inline policy of a role that has a permission."""

    def __init__(self, iam, role, permission):
        self.iam, self.role, self.permission = iam, role, permission
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
        documents = {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}
        [self.name] = [name for name, document in documents.items() if permission.action in json.dumps(document)]
        self.document = documents[self.name]

    def reduce(self):
        left = without(self.document, self.permission)
        if left["Statement"]:
            self.put(left)
        else:
            self.iam.delete_role_policy(RoleName=self.role, PolicyName=self.name)

    def restore(self):
        self.put(self.document)

    def put(self, document):
        self.iam.put_role_policy(RoleName=self.role, PolicyName=self.name, PolicyDocument=json.dumps(document))


def without(document, permission):
    """A policy document less one action; a statement that has no other goes altogether."""
    left, found = [], False
    for statement in document["Statement"]:
        actions = listed(statement["Action"])
        if statement.get("Sid", "") == permission.statement and permission.action in actions:
            actions, found = [it for it in actions if it != permission.action], True
        if actions:
            left.append({**statement, "Action": actions})
    assert found, permission
    return {**document, "Statement": left}
