"""CloudFormation makes no role whose name is taken, and deletes no policy that is attached; MiniStack does both.

The words are those of IAM (EntityAlreadyExists, DeleteConflict), as a stack's events have them.
"""

from ministack.core.responses import get_account_id
from ministack.services import iam
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

WORDS = 'Resource handler returned message: "{why} (Service: Iam, Status Code: 409)" (HandlerErrorCode: {code})'
make_role = _RESOURCE_HANDLERS["AWS::IAM::Role"]["create"]
delete_policy = _RESOURCE_HANDLERS["AWS::IAM::ManagedPolicy"]["delete"]


def make_role_as_aws(logical_id, props, *more):
    name = props.get("RoleName")
    if name and iam._roles.get_scoped(get_account_id(), None, name):
        raise ValueError(WORDS.format(why=f"Role with name {name} already exists.", code="AlreadyExists"))
    return make_role(logical_id, props, *more)


def delete_policy_as_aws(physical_id, props, *more):
    policy = iam._policies.get(physical_id) or {}
    if policy.get("AttachmentCount", 0) > 0:
        why = "Cannot delete a policy attached to entities."
        raise ValueError(WORDS.format(why=why, code="ResourceConflict"))
    return delete_policy(physical_id, props, *more)


def put_right():
    _RESOURCE_HANDLERS["AWS::IAM::Role"]["create"] = make_role_as_aws
    _RESOURCE_HANDLERS["AWS::IAM::ManagedPolicy"]["delete"] = delete_policy_as_aws
