"""Starts moto's server with its StackSets put right: moto answers for a call, AWS for each account.

It runs in the environment of the tests, with the version that is pinned there.

- An account without the execution role fails alone, with AWS's words, and so does one where the stack cannot be made;
  its instance is OUTDATED then, and another operation tries again. moto checks no roles and fails the call.
- An operation is QUEUED and RUNNING at first, and RUNNING as long as the file HOLD is there; meanwhile there can be no other.
  Where the file BUSY is there, one was just over when the next is asked for, and that is refused once.
  Where the file LOST is there, the answer to the request that begins one is lost. One that was begun is known by its id.
- A stack that is to be retained stays, and its role with it.
- Updating the StackSet updates the stacks of the accounts that are named, and leaves the others OUTDATED.
- Instances and results come in pages.
- A role that is not there, or wants another external id, cannot be assumed, and none of an account that the file
  SUSPENDED names.
- Stacks of single accounts are put right in moto_stacks.py.

(docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide: stacksets-prereqs-self-managed, stacksets-troubleshooting; the
CloudFormation API reference: CreateStackInstances, UpdateStackSet.)
"""

import json
import os
import sys
from pathlib import Path

from moto.cloudformation import models, responses
from moto.cloudformation.exceptions import CloudFormationError
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.moto_api._internal import mock_random
from moto.server import main
from moto.sts import models as sts_models

# Last: nothing of the tests may come before moto's own.
sys.path.append(str(Path(__file__).parent))

import moto_stacks  # noqa: E402

HOLD, BUSY, LOST, SUSPENDED, SESSIONS = (Path(os.environ[name]) for name in ("HOLD", "BUSY", "LOST", "SUSPENDED", "SESSIONS"))
PAGE = 8


class OperationInProgress(CloudFormationError):
    code = "OperationInProgressException"
    message = "Another Operation on StackSet is in progress"


class OperationIdAlreadyExists(CloudFormationError):
    code = "OperationIdAlreadyExistsException"
    message = "The specified operation ID already exists"


class Denied(ServiceException):
    code = "AccessDenied"


class Failed(Exception):
    """Why an account failed."""


def find_role(account, name):
    roles = iam_backends[account]["aws"].roles.values()
    return next((role for role in roles if role.name == name), None)


def check_execution_role(stack_set, account):
    role = find_role(account, stack_set.execution_role_name)
    administration = stack_set.administration_role_arn
    if role is None or administration not in json.dumps(role.assume_role_policy_document):
        name = administration.rsplit("/", 1)[1]
        raise Failed(f"Account {account} should have '{role and role.name or stack_set.execution_role_name}' role "
                     f"with trust relationship to Role '{name}'.")


class Instance:
    """One stack of a StackSet, whether it came to be or not."""

    def __init__(self, stack_set, account, region):
        self.stack_set, self.account_id, self.region_name = stack_set, account, region
        self.stack, self.status, self.reason = None, "OUTDATED", None

    def backend(self):
        return models.cloudformation_backends[self.account_id][self.region_name]

    def bring_about(self):
        check_execution_role(self.stack_set, self.account_id)
        name = f"StackSet-{self.stack_set.name}-{self.account_id}"
        try:
            if self.stack is not None:
                # moto cannot change a role that stands; in the end it is the same.
                self.backend().delete_stack(name)
            self.stack = None
            self.stack = self.backend().create_stack(name=name, template=self.stack_set.template, parameters=self.stack_set.parameters)
        except Exception as error:
            self.backend().stacks.pop(next((it for it, stack in self.backend().stacks.items() if stack.name == name), None), None)
            raise Failed(f"ResourceLogicalId:MemberRole, ResourceType:AWS::IAM::Role, ResourceStatusReason:{error}.") from None

    def take_away(self):
        check_execution_role(self.stack_set, self.account_id)
        if self.stack is not None:
            if find_role(self.account_id, "DetectiveFleetMember") is None:
                # What somebody has deleted is gone as well; moto would fail.
                self.backend().stacks.pop(self.stack.stack_id, None)
            else:
                self.backend().delete_stack(self.stack.name)
        self.stack_set.stack_instances.remove(self)

    def leave(self):
        """The stack stays, and nothing is asked of the account: RetainStacks."""
        self.stack_set.stack_instances.remove(self)

    def to_dict(self):
        shown = {
            "StackSetId": self.stack_set.id, "Region": self.region_name, "Account": self.account_id, "Status": self.status,
            "StackInstanceStatus": {"DetailedStatus": "SUCCEEDED" if self.status == "CURRENT" else "FAILED"},
        }
        if self.stack is not None:
            shown["StackId"] = self.stack.stack_id
        if self.reason:
            shown["StatusReason"] = self.reason
        return shown


def check_turn(stack_set):
    busy = BUSY.exists()
    BUSY.unlink(missing_ok=True)
    if busy or any(goes_on(operation) for operation in stack_set.operations):
        raise OperationInProgress()


def check_id(stack_set, operation):
    if any(it["OperationId"] == operation for it in stack_set.operations):
        raise OperationIdAlreadyExists()


def operate(stack_set, action, instances, work, given):
    operation, tolerated = given
    check_turn(stack_set)
    results, failed = [], 0
    for instance in instances:
        if failed > tolerated:
            results.append((instance, "CANCELLED", None))
            continue
        try:
            work(instance)
            instance.status, instance.reason = "CURRENT", None
            results.append((instance, "SUCCEEDED", None))
        except Failed as error:
            failed += 1
            instance.status, instance.reason = "OUTDATED", str(error)
            results.append((instance, "FAILED", str(error)))
    operation = stack_set._create_operation(operation or str(mock_random.uuid4()), action, "QUEUED")
    operation.update(Results=results, Then="FAILED" if failed > tolerated else "SUCCEEDED", Looks=2)
    if LOST.exists():
        LOST.unlink()
        raise ServiceException("InternalFailure", "the answer was lost")
    return operation["OperationId"]


def goes_on(operation):
    if operation["Status"] not in ("QUEUED", "RUNNING"):
        return False
    operation["Looks"] -= 1
    if operation["Looks"] <= 0:
        operation["Status"] = "RUNNING"
    if operation["Looks"] < 0 and not HOLD.exists():
        operation["Status"] = operation["Then"]
    return operation["Status"] in ("QUEUED", "RUNNING")


def find_instance(stack_set, account, region):
    found = (it for it in stack_set.stack_instances if (it.account_id, it.region_name) == (account, region))
    return next(found, None)


class AsAWS:
    """Takes the place of methods of moto's CloudFormationResponse."""

    def stack_set(self):
        return self.cloudformation_backend.describe_stack_set(self._get_param("StackSetName"))

    def targets(self):
        accounts, regions = self._get_param("Accounts", []), self._get_param("Regions", [])
        return [(account, region) for region in regions for account in accounts]

    def given(self):
        preferences = self._get_param("OperationPreferences", {})
        tolerated, at_a_time = int(preferences.get("FailureToleranceCount", 0)), int(preferences.get("MaxConcurrentCount", 1))
        # "MaxConcurrentCount is at most one more than the FailureToleranceCount" (API reference, StackSetOperationPreferences).
        if at_a_time > tolerated + 1:
            raise ServiceException("ValidationError", f"MaxConcurrentCount {at_a_time} is more than one above FailureToleranceCount {tolerated}")
        return self._get_param("OperationId"), tolerated

    def create_stack_instances(self):
        stack_set, instances = AsAWS.stack_set(self), []
        check_id(stack_set, self._get_param("OperationId"))
        for account, region in AsAWS.targets(self):
            instance = find_instance(stack_set, account, region) or Instance(stack_set, account, region)
            instances.append(instance)

        def work(instance):
            if instance not in stack_set.stack_instances:
                stack_set.stack_instances.append(instance)
            if instance.status != "CURRENT":
                instance.bring_about()

        operation = operate(stack_set, "CREATE", instances, work, AsAWS.given(self))
        return ActionResult({"OperationId": operation})

    def update_stack_set(self):
        stack_set = AsAWS.stack_set(self)
        check_id(stack_set, self._get_param("OperationId"))
        check_turn(stack_set)
        stack_set.template = self._get_param("TemplateBody")
        stack_set.parameters = {it["ParameterKey"]: it["ParameterValue"] for it in self._get_param("Parameters", [])}
        stack_set.administration_role_arn = self._get_param("AdministrationRoleARN")
        stack_set.execution_role_name = self._get_param("ExecutionRoleName")
        for instance in stack_set.stack_instances:
            instance.status = "OUTDATED"
        targets = AsAWS.targets(self)
        instances = [find_instance(stack_set, *target) for target in targets] if targets else list(stack_set.stack_instances)
        operation = operate(stack_set, "UPDATE", instances, Instance.bring_about, AsAWS.given(self))
        return ActionResult({"OperationId": operation})

    def delete_stack_instances(self):
        stack_set = AsAWS.stack_set(self)
        check_id(stack_set, self._get_param("OperationId"))
        retains = str(self._get_param("RetainStacks", "false")).lower() == "true"
        found = [find_instance(stack_set, *target) for target in AsAWS.targets(self)]
        work = Instance.leave if retains else Instance.take_away
        operation = operate(stack_set, "DELETE", [it for it in found if it], work, AsAWS.given(self))
        return ActionResult({"OperationId": operation})

    def list_stack_instances(self):
        return AsAWS.page(self, [it.to_dict() for it in AsAWS.stack_set(self).stack_instances])

    def list_stack_set_operation_results(self):
        operation = AsAWS.stack_set(self).get_operation(self._get_param("OperationId"))
        rows = []
        for instance, status, reason in operation["Results"]:
            rows.append({"Account": instance.account_id, "Region": instance.region_name, "Status": status})
            if reason:
                rows[-1]["StatusReason"] = reason
        return AsAWS.page(self, rows)

    def list_stack_set_operations(self):
        operations = reversed(AsAWS.stack_set(self).operations)
        rows = [{key: it[key] for key in ("OperationId", "Action", "Status")} for it in operations]
        return ActionResult({"Summaries": rows})

    def describe_stack_set_operation(self):
        operation = AsAWS.stack_set(self).get_operation(self._get_param("OperationId"))
        goes_on(operation)
        shown = {key: operation[key] for key in ("OperationId", "Action", "Status")}
        return ActionResult({"StackSetOperation": shown})

    def page(self, rows):
        begin = int(self._get_param("NextToken") or 0)
        shown = {"Summaries": rows[begin:begin + PAGE]}
        if begin + PAGE < len(rows):
            shown["NextToken"] = str(begin + PAGE)
        return ActionResult(shown)


for name in ("create_stack_instances", "update_stack_set", "delete_stack_instances", "list_stack_instances",
             "list_stack_set_operation_results", "list_stack_set_operations", "describe_stack_set_operation"):
    setattr(responses.CloudFormationResponse, name, getattr(AsAWS, name))

assume_role = sts_models.STSBackend.assume_role


def assume_role_as_aws(self, region_name, role_session_name, role_arn, policy, duration, external_id):
    account, name = role_arn.split(":")[4], role_arn.split(":role/")[1]
    role = find_role(account, name.rsplit("/", 1)[-1])
    wanted = external_id_of(role)
    is_suspended = SUSPENDED.exists() and account in SUSPENDED.read_text().split()
    if is_suspended or role is None or role.arn != role_arn or wanted not in (None, external_id):
        raise Denied(f"User is not authorized to perform: sts:AssumeRole on resource: {role_arn}")
    with open(SESSIONS, "a") as sessions:
        sessions.write(json.dumps({"role": role_arn, "policy": policy}) + "\n")
    return assume_role(self, region_name, role_session_name, role_arn, policy, duration, external_id)


def external_id_of(role):
    if role is None:
        return None
    document = role.assume_role_policy_document
    document = json.loads(document) if isinstance(document, str) else document
    return document["Statement"][0].get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")


sts_models.STSBackend.assume_role = assume_role_as_aws
moto_stacks.put_right()

main(sys.argv[1:])
