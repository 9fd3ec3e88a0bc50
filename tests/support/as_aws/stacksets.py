"""Step Functions reaches StackSets, which MiniStack does not have, by the three calls that the state machine makes of them:
busy at first, then with an answer that is lost, and with stacks that come to be where the account has the execution role."""

import json
import os
from pathlib import Path

import botocore.session

from ministack.services import iam, stepfunctions

from as_aws.steps import check

TEMPLATE = Path(__file__).resolve().parents[3] / "deploy" / "member-role.yaml"
ADMINISTRATOR = os.environ["MINISTACK_ACCOUNT_ID"]
EXECUTION = "DetectiveFleetStackSetExecution"
ADMINISTRATION = f"arn:aws:iam::{ADMINISTRATOR}:role/detective-fleet/DetectiveFleetStackSetAdministration"
PARAMETERS = {"AdministratorAccount": ADMINISTRATOR, "Boundary": "detective-fleet/DetectiveFleetMemberBoundary"}
operations = {}
busy, lost = [True], [True]


def client(service, account):
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    session = botocore.session.get_session()
    return session.create_client(
        service, region_name="us-east-1", endpoint_url=endpoint, aws_access_key_id=account, aws_secret_access_key="test",
    )


def make_stack(account):
    """How it went in one account."""
    role = iam._roles.get_scoped(account, None, EXECUTION)
    if role is None or ADMINISTRATION not in json.dumps(role["AssumeRolePolicyDocument"]):
        return {"Account": account, "Status": "FAILED", "StatusReason":
                f"Account {account} should have '{EXECUTION}' role with trust relationship to Role '{ADMINISTRATION}'."}
    client("cloudformation", account).create_stack(
        StackName="StackSet-DetectiveFleetMember", TemplateBody=TEMPLATE.read_text(), Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in PARAMETERS.items()],
    )
    return {"Account": account, "Status": "SUCCEEDED"}


def create_stack_instances(given):
    if busy and busy.pop():
        raise stepfunctions._ExecutionError("CloudFormation.OperationInProgressException", "Another Operation is in progress")
    operation = given["OperationId"]
    if operation in operations:
        raise stepfunctions._ExecutionError("CloudFormation.OperationIdAlreadyExistsException", f"{operation} already exists")
    operations[operation] = {"looks": 1, "results": [make_stack(account) for account in given["Accounts"]]}
    if lost and lost.pop():
        raise stepfunctions._ExecutionError("CloudFormation.SdkClientException", "the answer was lost")
    return {"OperationId": operation}


def describe_stack_set_operation(given):
    operation = operations[given["OperationId"]]
    operation["looks"] -= 1
    return {"StackSetOperation": {"Status": "RUNNING" if operation["looks"] >= 0 else "SUCCEEDED"}}


def list_stack_set_operation_results(given):
    results, begin = operations[given["OperationId"]]["results"], int(given.get("NextToken", 0))
    more = {"NextToken": str(begin + 1)} if begin + 1 < len(results) else {}
    return {"Summaries": results[begin:begin + 1], **more}


CALLS = {
    "createStackInstances": create_stack_instances,
    "describeStackSetOperation": describe_stack_set_operation,
    "listStackSetOperationResults": list_stack_set_operation_results,
}
invoke = stepfunctions._invoke_aws_sdk_integration


def invoke_as_aws(resource, given):
    _, found, call = resource.partition(":aws-sdk:cloudformation:")
    if not found:
        return invoke(resource, given)
    name = given["StackSetName"]
    resource = f"arn:aws:cloudformation:us-east-1:{ADMINISTRATOR}:stackset/{name}:0a1b"
    check(f"cloudformation:{call[0].upper()}{call[1:]}", resource, "CloudFormation.CloudFormationException")
    if name != "DetectiveFleetMember":
        raise stepfunctions._ExecutionError("CloudFormation.StackSetNotFoundException", f"StackSet {name} not found")
    return CALLS[call](given)


def put_right():
    stepfunctions._invoke_aws_sdk_integration = invoke_as_aws
