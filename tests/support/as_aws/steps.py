"""A state machine may do what its role may do; MiniStack lets it do everything.

What AWS calls these errors is not documented. Nothing here goes by their names but one retry.
"""

from contextvars import ContextVar

from ministack.core import iam_evaluator
from ministack.services import stepfunctions

from as_aws.policies import may, refusal

PUBLISH = "arn:aws:states:::sns:publish"
role = ContextVar("role")


def check(action, resource, error):
    if not may(role.get(), action, resource):
        raise stepfunctions._ExecutionError(error, refusal(role.get(), action, resource))


def session_of(arn):
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    return f"arn:aws:sts::{account}:assumed-role/{name}/steps"


def put_right():
    execute = stepfunctions._execute_task
    call = stepfunctions._call_lambda
    publish = stepfunctions._SERVICE_DISPATCH[PUBLISH]

    def execute_as_role(state, given, execution, context):
        machine = stepfunctions._state_machines.get(execution["stateMachineArn"])
        before = role.set(machine["roleArn"])
        try:
            return execute(state, given, execution, context)
        finally:
            role.reset(before)

    def call_as_role(function, event):
        check("lambda:InvokeFunction", function, "Lambda.AWSLambdaException")
        return call(function, event)

    def publish_as_role(resource, given):
        check("sns:Publish", given["TopicArn"], "SNS.AuthorizationErrorException")
        # The policy of the topic sees who publishes, too.
        before = iam_evaluator._request_caller_arn.set(session_of(role.get()))
        try:
            return publish(resource, given)
        finally:
            iam_evaluator._request_caller_arn.reset(before)

    stepfunctions._execute_task = execute_as_role
    stepfunctions._call_lambda = call_as_role
    stepfunctions._SERVICE_DISPATCH[PUBLISH] = publish_as_role
