"""Who may become whom, with the policies and trust of the templates."""

import json

import pytest
from botocore.exceptions import ClientError

from support.ministack import ADMINISTRATOR
from support.stack import LIST

ADMINISTRATOR_ROLE = f"arn:aws:iam::{ADMINISTRATOR}:role/detective-fleet/DetectiveFleetAdministrator"


def make_role(stack, name, account=ADMINISTRATOR, path="/"):
    """A role that may assume everything, as far as its own account has a say."""
    iam = stack.client("iam", account)
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}}
    version = {"Version": "2012-10-17"}
    role = iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps({**version, "Statement": [trust]}))
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps({**version, "Statement": [allow]}))
    return role["Role"]["Arn"]


def assume(stack, arn, credentials=None, account=ADMINISTRATOR, **more):
    sts = stack.client("sts", account, credentials=credentials)
    return sts.assume_role(RoleArn=arn, RoleSessionName="test", **more)["Credentials"]


def refused(stack, arn, credentials=None, **more):
    with pytest.raises(ClientError) as error:
        assume(stack, arn, credentials, **more)
    assert error.value.response["Error"]["Code"] == "AccessDenied"


def member_role(stack):
    return f"arn:aws:iam::{stack.members[0][0]}:role/detective-fleet/DetectiveFleetMember"


def test_the_member_role_is_for_the_administrator_role_alone(stack):
    target = member_role(stack)
    somebody = assume(stack, make_role(stack, "Somebody"))
    refused(stack, target, somebody)
    # The same name elsewhere is another role.
    stranger = "999999999999"
    make_role(stack, "DetectiveFleetAdministrator", stranger, "/detective-fleet/")
    arn = f"arn:aws:iam::{stranger}:role/detective-fleet/DetectiveFleetAdministrator"
    refused(stack, target, assume(stack, arn, account=stranger))
    neighbour = stack.members[1][0]
    refused(stack, target, assume(stack, make_role(stack, "Neighbour", neighbour), account=neighbour))
    refused(stack, ADMINISTRATOR_ROLE, somebody)


def test_operators_use_the_command_as_the_administrator(make_stack, command):
    operator = f"arn:aws:iam::{ADMINISTRATOR}:role/people/Operator"
    stack = make_stack(parameters={"OperatorArns": operator})
    assert make_role(stack, "Operator", path="/people/") == operator
    stack.upload().succeeded()
    keys = assume(stack, operator)
    env = {
        "AWS_ENDPOINT_URL": stack.ministack.endpoint, "AWS_ENDPOINT_URL_DETECTIVE": stack.detective_url,
        "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"], "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    words = ["--admin-role", "detective-fleet/DetectiveFleetAdministrator", "--regions", "us-east-1", "--output", "json"]
    status = command.run("status", *words, env=env).ended(0).json()
    assert status["summary"]["by_status"] == {"ENABLED": 3}
    # The members' roles hold what a check asks of them.
    roster = command.home / "accounts.csv"
    roster.write_text("".join(f"{account},{email}\n" for account, email in stack.members))
    words += ["--role-name", "detective-fleet/DetectiveFleetMember"]
    check = command.run("check", roster, *words, env=env).ended(0).json()
    assert {it["level"] for it in check["findings"]} == {"ok"}, check["findings"]
    # And the administrator becomes a member's role.
    keys = assume(stack, ADMINISTRATOR_ROLE, keys)
    assume(stack, member_role(stack), keys)


def test_an_external_id_has_to_be_the_same_on_both_sides(make_stack):
    stack = make_stack(parameters={"ExternalId": "seven-of-nine"}, without_role={"234567000003"})
    # Two members do not ask for one; the third asks for another.
    stack.deploy_role("234567000003", {"ExternalId": "another"})
    execution = stack.upload().failed("Failed")
    failed = {
        member["account_id"]
        for region in execution.report["regions"] for member in region["members"] if member["outcome"] == "failed"
    }
    assert failed == {"234567000003"}
    cloudformation = stack.client("cloudformation", "234567000003")
    cloudformation.delete_stack(StackName="detective-fleet-member")
    stack.deploy_role("234567000003", {"ExternalId": "seven-of-nine"})
    assert stack.upload(LIST).succeeded().report["summary"]["enabled"] == 6
