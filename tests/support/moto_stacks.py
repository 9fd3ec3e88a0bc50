"""Stacks of single accounts and their change sets, put right in moto: it does at once, or not at all, what AWS takes time for.

- A change set for a stack that is not there makes a stack in REVIEW_IN_PROGRESS, and another one for it makes no second.
- A stack is in progress for one look at least, and as long as the file HOLD is there; a creation that fails ends in
  ROLLBACK_COMPLETE, with AWS's reason in its events, and has to be deleted before another.
- A change set of an update can be executed: moto cannot change a role that stands.
- A stack can be asked for by the resource that it has (DescribeStackResources, PhysicalResourceId).
- A change set that would change nothing is FAILED, and what is not there is a ValidationError.

(docs.aws.amazon.com/AWSCloudFormation/latest/APIReference: CreateChangeSet, ExecuteChangeSet, DescribeStackResources,
DescribeStacks; the user guide, view-stack-events.)
"""

import os
from pathlib import Path

from moto.cloudformation import models, responses
from moto.cloudformation.exceptions import ValidationError
from moto.core.responses import ActionResult, EmptyResult

HOLD = Path(os.environ["HOLD"])
Backend, Stack = models.CloudFormationBackend, models.Stack


def named(backend, name):
    return next((stack for stack in backend.stacks.values() if name in (stack.name, stack.stack_id)), None)


def event(stack, status, reason=None, resource=None):
    happened = models.Event(
        stack_id=stack.stack_id, stack_name=stack.name, logical_resource_id=resource or stack.name,
        physical_resource_id=None if resource else stack.stack_id, resource_status=status, resource_status_reason=reason,
        resource_type="AWS::IAM::Role" if resource else "AWS::CloudFormation::Stack", resource_properties=None,
    )
    stack.events.append(happened)


def make_so(stack, change_set):
    if change_set.change_set_type == "UPDATE":
        stack.resource_map.delete()
    stack.template, stack.parameters = change_set.template, change_set.parameters
    stack._parse_template()
    stack.resource_map = stack._create_resource_map()
    stack.output_map = stack._create_output_map()
    stack.create_resources()


def finish(backend, stack):
    change_set, stack.under_way = stack.under_way, None
    if change_set == "DELETE":
        before_delete(backend, stack.stack_id)
        return
    kind = change_set.change_set_type
    try:
        make_so(stack, change_set)
        stack.status = f"{kind}_COMPLETE"
    except Exception as error:
        event(stack, "CREATE_FAILED", f"{error} (Service: Iam, Status Code: 409)", "MemberRole")
        stack.template_dict = {"Resources": {}}
        stack.resource_map = stack._create_resource_map()
        stack.output_map = stack._create_output_map()
        stack.status = "ROLLBACK_COMPLETE"
    event(stack, stack.status)


def look(backend, stack):
    """As time goes by: a look is a while."""
    if getattr(stack, "under_way", None) is not None:
        if stack.looks > 0:
            stack.looks -= 1
        elif not HOLD.exists():
            finish(backend, stack)


def begin(stack, what, status):
    stack.under_way, stack.looks, stack.status = what, 1, status
    event(stack, status, "User Initiated")


before_delete = Backend.delete_stack
before_create = Backend.create_change_set
before_describe = Backend.describe_stacks


class AsAWS:
    """Takes the place of methods of moto's backend."""

    def create_change_set(self, stack_name, change_set_name, change_set_type, **more):
        there = named(self, stack_name)
        if change_set_type == "CREATE" and there is not None:
            if there.status != "REVIEW_IN_PROGRESS":
                raise ValidationError(stack_name, f"Stack [{stack_name}] already exists and cannot be created again with the changeSet [{change_set_name}].")
            self.stacks.pop(there.stack_id)
        return before_create(self, stack_name=stack_name, change_set_name=change_set_name, change_set_type=change_set_type, **more)

    def execute_change_set(self, change_set_name, stack_name=None):
        change_set = self.describe_change_set(change_set_name)
        stack = named(self, change_set.stack_id)
        if stack is None or getattr(stack, "under_way", None) is not None:
            raise ValidationError(stack_name, f"Stack {stack_name} is in progress")
        for other in [it for it, given in self.change_sets.items() if given.stack_id == stack.stack_id]:
            self.change_sets.pop(other)
        begin(stack, change_set, f"{change_set.change_set_type}_IN_PROGRESS")

    def describe_stacks(self, name_or_stack_id):
        stacks = before_describe(self, name_or_stack_id)
        for stack in stacks:
            look(self, stack)
        left = [stack for stack in stacks if stack.stack_id in self.stacks]
        if name_or_stack_id and not left:
            raise ValidationError(name_or_stack_id)
        return left

    def delete_stack(self, name_or_stack_id):
        stack = named(self, name_or_stack_id)
        if stack is None:
            return
        if stack.status in ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"):
            self.stacks.pop(stack.stack_id)
        elif getattr(stack, "under_way", None) is None and hasattr(stack, "looks"):
            begin(stack, "DELETE", "DELETE_IN_PROGRESS")
        else:
            before_delete(self, name_or_stack_id)


def describe_stack_resources(self):
    backend, asked = self.cloudformation_backend, self._get_param("PhysicalResourceId")
    if asked is None:
        return by_stack(self)
    for stack in backend.stacks.values():
        for resource in stack.stack_resources:
            if resource.physical_resource_id == asked:
                return ActionResult({"StackResources": [responses.StackResourceDTO(stack, resource)]})
    raise ValidationError(asked, f"Stack for {asked} does not exist")


def has_parameters(self, others):
    """Whatever was given, and the defaults."""
    return all(self.resource_map.resolved_parameters.get(key) in (value, value.split(",")) for key, value in others.items())


def parameter_list(self):
    """As they were given, lists too."""
    joined = {key: ",".join(it) if isinstance(it, list) else it for key, it in self.resource_map.resolved_parameters.items()}
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in joined.items()]


def delete_stack(self):
    self.cloudformation_backend.delete_stack(self._get_param("StackName"))
    return EmptyResult()


by_stack = responses.CloudFormationResponse.describe_stack_resources


def validate_different_update(self, *given):
    """A change set that would change nothing is made, and FAILED."""
    if self._get_param("ChangeSetName") is None:
        before_validation(self, *given)


before_validation = responses.CloudFormationResponse._validate_different_update


def put_right():
    responses.CloudFormationResponse._validate_different_update = validate_different_update
    for name in ("create_change_set", "execute_change_set", "describe_stacks", "delete_stack"):
        setattr(Backend, name, getattr(AsAWS, name))
    responses.CloudFormationResponse.describe_stack_resources = describe_stack_resources
    Stack.parameter_list, Stack.has_parameters = property(parameter_list), has_parameters
