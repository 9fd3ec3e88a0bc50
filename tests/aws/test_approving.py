"""Two people for removals, on MiniStack with IAM: who may ask, who may approve, and that neither may do the other's part."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from aws.test_attacks import EVERYTHING, denied
from aws.test_roles import assume, make_role
from support.command import Command
from support.ministack import ADMINISTRATOR
from support.sandbox import wait_until
from support.stack import LIST, Stack

APPROVER = f"arn:aws:iam::{ADMINISTRATOR}:role/people/Approver"
PARAMETERS = {"Prune": "true", "ApproveRemovals": "true", "ApproverArns": APPROVER}


@pytest.fixture(scope="module")
def stack(binary, archive, tmp_path_factory):
    folder = tmp_path_factory.mktemp("approving")
    stack = Stack(Command(binary, folder), archive, folder, parameters=PARAMETERS)
    try:
        stack.upload().succeeded()
        stack.messages()
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def approver(stack):
    """A session of the role that may approve, with the policy for it."""
    assert make_role(stack, "Approver", path="/people/") == APPROVER
    iam = stack.client("iam")
    iam.delete_role_policy(RoleName="Approver", PolicyName="all")
    iam.attach_role_policy(RoleName="Approver", PolicyArn=stack.outputs["ApproverPolicyArn"])
    return assume(stack, APPROVER)


@pytest.fixture(scope="module")
def uploader(stack):
    """The key of a user who may upload every list."""
    iam = stack.client("iam")
    iam.create_user(UserName="uploader")
    for name in ("AuthoritativePolicyArn", "DisablePolicyArn"):
        iam.attach_user_policy(UserName="uploader", PolicyArn=stack.outputs[name])
    return {**iam.create_access_key(UserName="uploader")["AccessKey"], "SessionToken": None}


def user_id(stack, keys):
    return stack.client("sts", credentials=keys).get_caller_identity()["UserId"]


def put(stack, keys, key):
    stack.client("s3", credentials=keys).put_object(Bucket=stack.bucket, Key=key, Body=b"")


def asked(stack, uploader):
    """Somebody uploads a shorter list: the execution, and what people are asked."""
    before = {it["executionArn"] for it in stack.executions()}
    s3 = stack.client("s3", credentials=uploader)
    s3.put_object(Bucket=stack.bucket, Key=LIST, Body=stack.csv(stack.members[1:]).encode())
    execution = stack.new_execution(before)
    found = []
    wait_until(lambda: found.extend(stack.messages()) or found, 60)
    [question] = found
    return execution, question


def test_a_removal_is_made_once_somebody_else_has_run_the_command_of_the_mail(stack, approver, uploader):
    execution, question = asked(stack, uploader)
    left = stack.members[0][0]
    assert "Who would go:" in question and left in question
    assert left in stack.statuses() and execution.status == "RUNNING"
    [command] = [line.strip() for line in question.splitlines() if line.strip().startswith("aws s3api put-object")]
    env = stack.command.environment({
        "AWS_ENDPOINT_URL": stack.ministack.endpoint, "AWS_PAGER": "", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": approver["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": approver["SecretAccessKey"],
        "AWS_SESSION_TOKEN": approver["SessionToken"], "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    })
    done = subprocess.run(["sh", "-c", command], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    report = stack.ended(execution).succeeded().report
    assert report["summary"]["removed"] == 2 and left not in stack.statuses()
    assert report["approval"]["principal"] == user_id(stack, approver)
    assert report["list"]["name"] == LIST
    [message] = stack.messages()
    assert f"Approved by {report['approval']['principal']}, at " in message


def test_who_uploads_lists_cannot_approve_and_who_approves_cannot_upload_nor_take_anothers_name(stack, approver, uploader):
    arn = make_role(stack, "Mighty")
    stack.client("iam").put_role_policy(RoleName="Mighty", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
    mighty = assume(stack, arn)
    me = user_id(stack, approver)
    for keys in (uploader, mighty):
        for who in (user_id(stack, keys), me):
            denied(lambda keys=keys, who=who: put(stack, keys, f"approve/run/hash/{who}"))
    # Whatever else he may do: it is the bucket that refuses.
    iam = stack.client("iam")
    iam.put_role_policy(RoleName="Approver", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
    try:
        for key in (LIST, "enable/x.csv", "disable/x.csv", "plan/enable/x.csv", "runs/x/removals.json", "state/lease.json",
                    "approve/run/hash/AROAANOTHER:me", f"approve/run/hash/{me}/AROAANOTHER:me", f"approve/run/hash/{me}x", "x"):
            denied(lambda key=key: put(stack, approver, key))
        s3 = stack.client("s3", credentials=approver)
        denied(lambda: s3.delete_object(Bucket=stack.bucket, Key=LIST))
        denied(lambda: s3.get_object(Bucket=stack.bucket, Key=LIST))
        put(stack, approver, f"approve/run/hash/{me}")
    finally:
        iam.delete_role_policy(RoleName="Approver", PolicyName="all")


def test_the_policy_for_approvers_is_enough_and_no_more(stack, approver):
    s3 = stack.client("s3", credentials=approver)
    me = user_id(stack, approver)
    put(stack, approver, f"approve/run/hash/{me}")
    assert s3.list_objects_v2(Bucket=stack.bucket, Prefix="approve/run/")["KeyCount"] == 1
    s3.get_object(Bucket=stack.bucket, Key=f"latest/{LIST}/report.json")
    denied(lambda: s3.list_objects_v2(Bucket=stack.bucket, Prefix="enable/"))
    denied(lambda: s3.get_object(Bucket=stack.bucket, Key="state/lease.json"))
    # What somebody has approved stays to be found.
    denied(lambda: s3.delete_object(Bucket=stack.bucket, Key=f"approve/run/hash/{me}"))


def test_an_approval_of_another_run_is_none(stack, approver, uploader):
    stack.upload().succeeded()
    stack.messages()
    execution, question = asked(stack, uploader)
    [command] = [line for line in question.splitlines() if "put-object" in line]
    key = command.split('--key "')[1].split("$(")[0]
    me = user_id(stack, approver)
    put(stack, approver, key.replace(execution.name, "another") + me)
    put(stack, approver, f"approve/{execution.name}/{'0' * 64}/{me}")
    looks = execution.states.count("Prepare")
    wait_until(lambda: execution.states.count("Prepare") > looks + 2, 60)
    assert execution.status == "RUNNING" and len(stack.statuses()) == 3
    # The right list under the same name ends it, as the mail says.
    stack.upload().succeeded()
    assert stack.ended(execution).succeeded().report["ended"] == "superseded"
    assert len(stack.statuses()) == 3
