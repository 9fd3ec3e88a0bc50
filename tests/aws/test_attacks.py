"""Attacks on the AWS form, played by somebody of the same account whose own policies forbid nothing, on MiniStack with IAM."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from aws.test_roles import ADMINISTRATOR_ROLE, assume, make_role, refused
from support.command import Command
from support.ministack import ADMINISTRATOR
from support.stack import LIST, REGIONS, Stack

OPERATOR = f"arn:aws:iam::{ADMINISTRATOR}:role/people/Operator"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def stack(binary, archive, tmp_path_factory):
    """Nobody may remove members, and disable/ is switched off."""
    folder = tmp_path_factory.mktemp("attacks")
    parameters = {"DisableByUpload": "DISABLED", "AllowRemovals": "false", "Prune": "true", "OperatorArns": OPERATOR}
    stack = Stack(Command(binary, folder), archive, folder, parameters=parameters)
    try:
        stack.upload("enable/first.csv").succeeded()
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def mighty(stack):
    """The session of a role that may do everything, as far as its own policies have a say."""
    arn = make_role(stack, "Mighty")
    stack.client("iam").put_role_policy(RoleName="Mighty", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
    return assume(stack, arn)


@pytest.fixture(scope="module")
def administrator(stack):
    """A session of the administrator role, by an operator who has the policy for it."""
    assert make_role(stack, "Operator", path="/people/") == OPERATOR
    return assume(stack, ADMINISTRATOR_ROLE, assume(stack, OPERATOR))


def denied(call):
    with pytest.raises(ClientError) as error:
        call()
    assert error.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException", "AuthorizationError", "403"), error.value


def test_what_drives_changes_and_what_people_believe_is_written_by_the_function_alone(stack, mighty):
    s3, bucket = stack.client("s3", credentials=mighty), stack.bucket
    run = stack.newest_execution().name
    for key in ("state/lease.json", "state/covered.json", f"runs/{run}/manifest.json", f"runs/{run}/refused.json",
                "latest/enable/first.csv/report.json", "anything"):
        denied(lambda key=key: s3.put_object(Bucket=bucket, Key=key, Body=b"{}"))
        denied(lambda key=key: s3.delete_object(Bucket=bucket, Key=key))
    # And the function still does.
    stack.upload("enable/first.csv").succeeded()


def test_lists_are_read_by_the_function_and_by_named_operators_alone(stack, mighty):
    s3 = stack.client("s3", credentials=mighty)
    denied(lambda: s3.get_object(Bucket=stack.bucket, Key="enable/first.csv"))
    # He may do everything with the rest: it is the bucket that refuses.
    s3.get_object(Bucket=stack.bucket, Key="latest/enable/first.csv/report.json")


def test_an_operator_reads_lists_with_the_policy_for_it(stack, administrator):
    iam = stack.client("iam")
    iam.attach_role_policy(RoleName="Operator", PolicyArn=stack.outputs["OperatorPolicyArn"])
    s3 = stack.client("s3", credentials=assume(stack, OPERATOR))
    assert s3.get_object(Bucket=stack.bucket, Key="enable/first.csv")["Body"].read()
    denied(lambda: s3.put_object(Bucket=stack.bucket, Key="enable/first.csv", Body=b""))


def test_who_is_trusted_but_has_no_permission_of_his_own_is_refused_until_he_has_the_policy(stack, administrator):
    iam = stack.client("iam")
    iam.delete_role_policy(RoleName="Operator", PolicyName="all")
    iam.attach_role_policy(RoleName="Operator", PolicyArn=stack.outputs["OperatorPolicyArn"])
    assume(stack, ADMINISTRATOR_ROLE, assume(stack, OPERATOR))
    iam.detach_role_policy(RoleName="Operator", PolicyArn=stack.outputs["OperatorPolicyArn"])
    refused(stack, ADMINISTRATOR_ROLE, assume(stack, OPERATOR))


def test_nobody_but_runs_and_alarms_tells_people_something(stack, mighty):
    sns = stack.client("sns", credentials=mighty)
    denied(lambda: sns.publish(TopicArn=stack.outputs["TopicArn"], Message="all is well"))
    stack.messages()
    stack.upload("enable/first.csv").succeeded()
    assert len(stack.messages()) == 1


def test_switched_off_is_switched_off_for_who_starts_a_run_by_hand(stack):
    version = stack.put("disable/leavers.csv", stack.csv())
    event = {"detail": {"object": {"key": "disable/leavers.csv", "version-id": version}}}
    execution = stack.ended(stack.start(event)).failed("BadInput")
    assert "DisableByUpload" in execution.report["error"]
    assert set(stack.statuses().values()) == {"ENABLED"} and len(stack.statuses()) == 3


def test_with_prune_a_shorter_list_removes_nobody_where_removals_are_not_allowed(stack):
    execution = stack.upload(LIST, stack.csv(stack.members[:1])).failed("BadInput")
    assert "AllowRemovals" in execution.report["error"]
    assert len(stack.statuses()) == 3


def test_the_administrator_role_itself_cannot_remove_where_that_is_not_allowed(stack, administrator):
    denied(lambda: detective(stack, administrator).delete_members(**some_member(stack)))


def test_the_administrator_role_changes_nothing_in_regions_that_are_not_named(stack, administrator):
    elsewhere = detective(stack, administrator, "eu-west-3")
    assert "eu-west-3" not in REGIONS
    denied(elsewhere.create_graph)
    # Looking is not limited: `status` and `check` of operators look everywhere.
    assert elsewhere.list_graphs()["GraphList"] == []


def test_who_uploads_lists_cannot_upload_the_one_that_removes(stack):
    iam = stack.client("iam")
    iam.create_user(UserName="uploader")
    iam.attach_user_policy(UserName="uploader", PolicyArn=stack.outputs["EnablePolicyArn"])
    key = iam.create_access_key(UserName="uploader")["AccessKey"]
    s3 = stack.client("s3", credentials={**key, "SessionToken": None})
    s3.put_object(Bucket=stack.bucket, Key="enable/none/", Body=b"")
    denied(lambda: s3.put_object(Bucket=stack.bucket, Key=LIST, Body=b""))
    # A policy of its own, instead.
    iam.detach_user_policy(UserName="uploader", PolicyArn=stack.outputs["EnablePolicyArn"])
    iam.attach_user_policy(UserName="uploader", PolicyArn=stack.outputs["AuthoritativePolicyArn"])
    s3.put_object(Bucket=stack.bucket, Key=LIST, Body=stack.csv().encode())


def test_operators_are_named_and_not_described(stack):
    cloudformation = stack.client("cloudformation")
    for wrong in (f"arn:aws:iam::{ADMINISTRATOR}:role/*", f"arn:aws:iam::{ADMINISTRATOR}:role/people/Op?rator", "*",
                  f"arn:aws:sts::{ADMINISTRATOR}:assumed-role/AWSReservedSSO_Admins_0123456789abcdef/me",
                  f"arn:aws:iam::{ADMINISTRATOR}:root", f"{OPERATOR},*"):
        with pytest.raises(ClientError, match="ARN of an IAM role or user"):
            cloudformation.create_change_set(
                StackName="detective-fleet", ChangeSetName="wrong", UsePreviousTemplate=True, Capabilities=["CAPABILITY_NAMED_IAM"],
                Parameters=[{"ParameterKey": "OperatorArns", "ParameterValue": wrong}],
            )


def detective(stack, keys, region=REGIONS[0]):
    return boto3.client(
        "detective", region_name=region, endpoint_url=stack.gate_url, aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"],
    )


def some_member(stack):
    [graph] = stack.detective().list_graphs()["GraphList"]
    return {"GraphArn": graph["Arn"], "AccountIds": [stack.members[0][0]]}
