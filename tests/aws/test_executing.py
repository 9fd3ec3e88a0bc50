"""A plan that is copied is executed, on MiniStack with IAM: by whom, and that nobody else makes one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from aws.test_attacks import EVERYTHING, denied
from aws.test_roles import assume, make_role
from support.command import Command
from support.ministack import ADMINISTRATOR
from support.sandbox import wait_until
from support.stack import LIST, REGIONS, Stack

PLACE = f"execute/{LIST}/plan.json"


@pytest.fixture(scope="module")
def stack(binary, archive, tmp_path_factory):
    folder = tmp_path_factory.mktemp("executing")
    stack = Stack(Command(binary, folder), archive, folder, parameters={"Prune": "true"})
    try:
        yield stack
    finally:
        stack.stop()


def person(stack, name, *policies, own=()):
    """The keys of a user with these policies of the stack, and with these statements."""
    iam = stack.client("iam")
    iam.create_user(UserName=name)
    for policy in policies:
        iam.attach_user_policy(UserName=name, PolicyArn=stack.outputs[policy])
    if own:
        document = {"Version": "2012-10-17", "Statement": list(own)}
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(document))
    return {**iam.create_access_key(UserName=name)["AccessKey"], "SessionToken": None}


@pytest.fixture(scope="module")
def planner(stack):
    return person(stack, "planner", "EnablePolicyArn")


@pytest.fixture(scope="module")
def reviewer(stack):
    """As docs/saved-plans.md has it: somebody who may execute plans, and upload no list."""
    bucket = f"arn:aws:s3:::{stack.bucket}"
    put = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{bucket}/execute/*"}
    get = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"{bucket}/runs/*", f"{bucket}/latest/*"]}
    return person(stack, "reviewer", own=[put, get])


def in_a_shell(stack, keys, command):
    env = stack.command.environment({
        "AWS_ENDPOINT_URL": stack.ministack.endpoint, "AWS_PAGER": "", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    })
    return subprocess.run(["sh", "-c", command], env=env, capture_output=True, text=True, timeout=60)


def planned(stack, planner):
    """The message of a plan, and the execution that it is of."""
    before = {it["executionArn"] for it in stack.executions()}
    s3 = stack.client("s3", credentials=planner)
    s3.put_object(Bucket=stack.bucket, Key=f"plan/{LIST}", Body=stack.csv().encode())
    execution = stack.ended(stack.new_execution(before)).succeeded()
    found = []
    wait_until(lambda: found.extend(stack.messages()) or found, 60)
    [message] = found
    return execution, message


def test_the_command_of_the_mail_has_just_the_plan_executed(stack, planner, reviewer):
    planning, message = planned(stack, planner)
    assert stack.statuses() == {}
    [command] = [line.strip() for line in message.splitlines() if "aws s3api copy-object" in line]
    # Who may upload lists may not this one, which removes with Prune.
    assert in_a_shell(stack, planner, command).returncode != 0
    before = {it["executionArn"] for it in stack.executions()}
    done = in_a_shell(stack, reviewer, command)
    assert done.returncode == 0, done.stderr
    report = stack.ended(stack.new_execution(before)).succeeded().report
    assert report["summary"]["enabled"] == len(stack.members) * len(REGIONS)
    assert set(stack.statuses().values()) == {"ENABLED"}
    plan = stack.read(f"runs/{planning.name}/plan.json")
    assert (report["plan"]["name"], report["plan"]["digest"]) == (PLACE, plan["digest"])
    assert report["list"]["name"] == f"plan/{LIST}"
    assert report["plan"]["approver"]["requester"] == ADMINISTRATOR
    [message] = stack.messages()
    assert f"this executes the plan in {PLACE}" in message and f"was approved by {ADMINISTRATOR}" in message


def test_who_executes_plans_makes_none_and_uploads_no_list(stack, planner, reviewer):
    planning, _ = planned(stack, planner)
    key = f"runs/{planning.name}/plan.json"
    s3 = stack.client("s3", credentials=reviewer)
    text = s3.get_object(Bucket=stack.bucket, Key=key)["Body"].read().decode()
    for other in (LIST, f"plan/{LIST}", f"disable/{LIST}", key, f"latest/plan/{LIST}/plan.json", "state/lease.json"):
        denied(lambda other=other: s3.put_object(Bucket=stack.bucket, Key=other, Body=b""))
    denied(lambda: s3.get_object(Bucket=stack.bucket, Key=f"plan/{LIST}"))
    before = {it["executionArn"] for it in stack.executions()}
    s3.put_object(Bucket=stack.bucket, Key=PLACE, Body=text.replace('"unchanged"', '"remove"', 1).encode())
    stack.ended(stack.new_execution(before)).failed("PlanRefused")
    [message] = stack.messages()
    assert message.startswith(f"{PLACE}: nothing was changed") and "changed after it was saved" in message


def test_nobody_but_the_function_saves_plans(stack, planner):
    arn = make_role(stack, "Mighty")
    stack.client("iam").put_role_policy(RoleName="Mighty", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
    s3 = stack.client("s3", credentials=assume(stack, arn))
    for key in ("runs/made-up/plan.json", f"latest/plan/{LIST}/plan.json"):
        denied(lambda key=key: s3.put_object(Bucket=stack.bucket, Key=key, Body=b"{}"))
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.delete_object(Bucket=stack.bucket, Key=key)
