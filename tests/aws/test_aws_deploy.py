"""`aws deploy`, `aws status` and `aws remove` on MiniStack: the AWS form from a zip, without the AWS CLI."""

import hashlib
import json
import os
import pty
import shutil
import signal
import time

import pytest

from support import ROOT
from support.aws_form import REGION
from support.command import finish, read_terminal
from support.documents import Page
from support.ministack import ADMINISTRATOR
from support.proxy import Proxy
from support.sandbox import wait_until
from support.templates import load, read


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_from_nothing_to_a_stack(desk):
    report = desk.deploy("NotificationEmail=root@example.com", "Regions=us-east-1").ended(0).json()
    assert (report["kind"], report["operation"], report["stack"]["status"]) == ("aws", "deploy", "CREATE_COMPLETE")
    bucket = f"detective-fleet-artifacts-{desk.account}-{REGION}"
    assert report["bucket"] == {"name": bucket, "is_new": True}
    parameters = desk.parameters()
    assert (parameters["NotificationEmail"], parameters["Regions"]) == ("root@example.com", "us-east-1")
    assert sha256(desk.archive) in parameters["FunctionKey"] and parameters["Architecture"] == "x86_64"
    assert report["function"]["sha256"] == sha256(desk.archive) and report["function"]["runs"] is True
    assert report["outputs"]["BucketName"] in desk.buckets()
    assert {it["action"] for it in report["changes"]} == {"Add"} and len(report["changes"]) > 30
    words = " ".join(report["next"])
    for word in ("Confirm the subscription", "plan/enable/", "roles deploy", "r***@example.com"):
        assert word in words, words


def test_the_template_is_the_repositorys_with_the_place_of_the_zip(desk):
    desk.deploy().ended(0)
    body = desk.client("cloudformation").get_template(StackName="detective-fleet", TemplateStage="Original")["TemplateBody"]
    deployed, there = read(body if isinstance(body, str) else json.dumps(body)), load("security-account.yaml")
    for name in ("ArtifactBucket", "FunctionKey", "StateMachineKey"):
        del deployed["Parameters"][name]
    deployed["Resources"]["Function"]["Properties"]["Code"] = there["Resources"]["Function"]["Properties"]["Code"]
    machine = there["Resources"]["StateMachine"]["Properties"]["DefinitionS3Location"]
    deployed["Resources"]["StateMachine"]["Properties"]["DefinitionS3Location"] = machine
    assert deployed == there


def test_the_bucket_that_it_makes_is_private_encrypted_versioned_and_for_tls_only(desk):
    name = desk.deploy().ended(0).json()["bucket"]["name"]
    s3 = desk.client("s3")
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert len(block) == 4 and all(block.values())
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    [rule] = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    [statement] = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    key = desk.parameters()["FunctionKey"]
    assert s3.get_object(Bucket=name, Key=key)["Body"].read() == desk.archive.read_bytes()


def test_a_bucket_can_be_named_and_has_to_be_ones_own(desk, ministack):
    ministack.client("s3", "444444444444").create_bucket(Bucket="somebody-elses")
    refused = desk.run("deploy", "--yes", "--artifact-bucket", "somebody-elses")
    refused.refused("somebody-elses", "--artifact-bucket")
    desk.client("s3").create_bucket(Bucket=f"mine-{desk.account}")
    report = desk.run("deploy", "--yes", "--artifact-bucket", f"mine-{desk.account}").ended(0).json()
    assert report["bucket"] == {"name": f"mine-{desk.account}", "is_new": False}
    # It is remembered.
    again = desk.run("deploy", "--yes", "--parameter", "KeepDays=8").ended(0).json()
    assert again["bucket"]["name"] == f"mine-{desk.account}"


def test_nothing_to_change_is_said_and_leaves_no_change_set(desk):
    desk.deploy("KeepDays=30").ended(0)
    again = desk.deploy().ended(0).json()
    assert (again["stack"]["action"], again["stack"]["outcome"]) == ("keep", "unchanged")
    assert desk.change_sets() == []
    assert "as wanted already" in desk.command.run(*desk.words("deploy", "--yes"), env=desk.env).ended(0).stdout


def test_what_changes_is_shown_asked_about_and_done_only_then(desk, newer):
    desk.deploy("Regions=us-east-1", "KeepDays=30").ended(0)
    before = desk.parameters()
    desk.archive = newer
    more = ["--parameter", "Regions=us-east-1,eu-central-1"]
    shown = desk.answer("no\n", "deploy", *more).ended(1).stdout
    for words in ("is to be updated", "us-east-1,eu-central-1 (it was us-east-1)", "parameter FunctionKey", "~ Function (AWS::Lambda::Function)"):
        assert words in " ".join(shown.split()), shown
    assert "KeepDays" not in shown and "nothing was changed" in shown
    assert desk.parameters() == before and desk.change_sets() == []

    shown = desk.answer("yes\n", "deploy", *more).ended(0).stdout
    assert "was updated (UPDATE_COMPLETE)" in shown
    after = desk.parameters()
    assert after["Regions"] == "us-east-1,eu-central-1" and after["KeepDays"] == "30" and sha256(newer) in after["FunctionKey"]
    report = desk.run("status").ended(0).json()
    assert report["function"]["file"] == "newer.zip" and report["function"]["runs"] is True

    # Where nobody is asked it is in the log.
    said = desk.command.run(*desk.words("deploy", "--yes", "--parameter", "KeepDays=31"), env=desk.env).ended(0)
    assert "parameter KeepDays: 31 (it was 30)" in said.stderr and "was updated" in said.stdout


def test_who_declines_takes_nothing_away_that_somebody_else_has_deployed_meanwhile(desk):
    master, slave = pty.openpty()
    ends = {"stdin": slave, "stdout": slave, "stderr": slave, "start_new_session": True}
    asked = desk.command.start(*desk.words("deploy"), env=desk.env, **ends)
    os.close(slave)
    wait_until(lambda: desk.status() == ["REVIEW_IN_PROGRESS"] and desk.change_sets())
    desk.deploy().ended(0)
    os.write(master, b"no\n")
    shown = read_terminal(master, asked, time.monotonic() + 60)
    os.close(master)
    assert asked.wait(10) == 1 and "nothing was changed" in shown
    assert desk.status() == ["CREATE_COMPLETE"]


def test_who_declines_leaves_the_first_deployment_of_somebody_else_to_them(desk):
    def asked(change_sets):
        master, slave = pty.openpty()
        ends = {"stdin": slave, "stdout": slave, "stderr": slave, "start_new_session": True}
        process = desk.command.start(*desk.words("deploy"), env=desk.env, **ends)
        os.close(slave)
        wait_until(lambda: desk.status() == ["REVIEW_IN_PROGRESS"] and len(desk.change_sets()) == change_sets)
        return process, master

    def answered(process, master, answer, status):
        os.write(master, answer)
        shown = read_terminal(master, process, time.monotonic() + 60)
        os.close(master)
        assert process.wait(10) == status, shown

    one, other = asked(1), asked(2)
    answered(*one, b"no\n", 1)
    assert desk.status() == ["REVIEW_IN_PROGRESS"] and len(desk.change_sets()) == 1
    answered(*other, b"yes\n", 0)
    assert desk.status() == ["CREATE_COMPLETE"]


def test_a_stack_of_somebody_elses_is_left_alone(desk):
    template = {"Resources": {"Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"payroll-{desk.account}"}}}}
    desk.client("cloudformation").create_stack(StackName="payroll", TemplateBody=json.dumps(template))
    wait_until(lambda: desk.status() == ["CREATE_COMPLETE"])
    for words in (("deploy", "--yes"), ("status",), ("remove", "--yes", "--confirm", "payroll")):
        desk.run(*words, "--stack", "payroll").refused("not the AWS form", "--stack")
    assert desk.status() == ["CREATE_COMPLETE"] and desk.buckets() == [f"payroll-{desk.account}"]


def test_nobody_is_asked_where_there_is_no_terminal(desk):
    desk.run("deploy").refused("no terminal", "say --yes as well")
    # The guard is no guard where it can be copied.
    removal = desk.run("remove", "--stack", "other", "--home-region", "us-east-1")
    removal.refused("no terminal", "say --yes, --confirm with the name of the stack as well")
    assert "--confirm other" not in removal.output
    alone = desk.command.run("aws", "remove", "--stack", "other", env=desk.env)
    alone.refused("say --yes, --admin-account with its account, --confirm with the name of the stack as well")
    words = ["aws", "deploy", "--function", desk.archive, "--yes"]
    desk.command.run(*words, env=desk.env).refused("--admin-account", "another account")
    assert desk.status() == [] and desk.buckets() == []


def test_a_dry_run_shows_everything_and_leaves_nothing(desk):
    report = desk.run("deploy", "--dry-run").ended(0).json()
    assert report["dry_run"] and report["stack"]["action"] == "make" and len(report["changes"]) > 30
    assert [it for it in desk.status() if it != "DELETE_COMPLETE"] == [] and desk.buckets() == []
    desk.answer("no\n", "deploy").ended(1)
    assert [it for it in desk.status() if it != "DELETE_COMPLETE"] == [] and desk.buckets() == []


def test_a_deployment_that_fails_says_why_and_the_next_one_clears_up(desk):
    iam = desk.client("iam")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="DetectiveFleetAdministrator", AssumeRolePolicyDocument=document)
    report = desk.deploy().ended(3).json()
    assert (report["stack"]["status"], report["stack"]["outcome"]) == ("ROLLBACK_COMPLETE", "failed")
    first = report["failures"][0]
    assert first["resource"] == "AdministratorRole" and "already exists" in first["reason"]
    assert "--home-region" in " ".join(report["next"])
    failed = desk.run("status").ended(3).json()
    assert failed["stack"]["status"] == "ROLLBACK_COMPLETE" and "never came to be" in failed["needs_action"][0]

    desk.run("deploy", "--dry-run").refused("deleted first")
    iam.delete_role(RoleName="DetectiveFleetAdministrator")
    done = desk.deploy().ended(0)
    assert "it is deleted first" in done.stderr and done.json()["stack"]["status"] == "CREATE_COMPLETE"


def test_what_the_template_does_not_take_is_refused_before_anything_is_made(desk, write, tmp_path):
    desk.deploy("Region=us-east-1").refused("did you mean Regions?")
    desk.deploy("FunctionKey=x").refused("--function says that")
    desk.deploy("Architecture=arm64").refused("x86_64")
    # What AWS itself refuses.
    desk.deploy("KeepDays=soon").refused("KeepDays", "not changed")
    for content, why in ((b"no zip", "no zip"), (b"", "no zip")):
        desk.archive = write(content, "function.zip")
        desk.deploy().refused("function.zip", why)
    assert [it for it in desk.status() if it != "DELETE_COMPLETE"] == [] and desk.buckets() == []


def test_a_damaged_zip_is_refused_before_anything_is_made(desk, write):
    content = bytearray(desk.archive.read_bytes())
    content[len(content) // 2] ^= 1
    desk.archive = write(bytes(content), "function.zip")
    desk.deploy().refused("function.zip", "damaged")
    assert desk.status() == [] and desk.buckets() == []


def test_a_value_that_may_be_a_secret_is_in_no_error(desk):
    for given in ("External-Id=hunter2-secret", "ExternalId:hunter2-secret", "ExternalID=hunter2-secret", "=hunter2-secret"):
        told = desk.deploy(given).refused("--parameter")
        assert "hunter2" not in told.output
    told = desk.deploy("ExternalId=hunter2-secret", "ExternalId=hunter3-secret").refused("ExternalId", "twice")
    assert "hunter" not in told.output
    # An e-mail where none is expected is a secret, too: every run is looked at for that.
    desk.deploy("NotificationEmail:root@example.com").refused("NAME=VALUE")
    desk.deploy("Architecture=root@example.com").refused("r***@example.com")
    for flag in ("--artifact-bucket", "--stack", "--home-region", "--timeout"):
        desk.run("deploy", "--yes", flag, "root@example.com").refused("r***@example.com")
    assert desk.status() == []


def test_the_name_of_a_zip_may_have_an_email_in_it(desk, tmp_path):
    path = tmp_path / "of-root@example.com.zip"
    shutil.copy(desk.archive, path)
    desk.archive = path
    dry = desk.run("deploy", "--dry-run").ended(0).json()
    assert dry["function"]["file"] == "o***@example.com.zip" and "o***@example.com.zip" in dry["artifacts"][0]["key"]
    desk.command.run(*desk.words("deploy", "--yes"), env=desk.env).ended(0)
    assert desk.run("status").ended(0).json()["function"]["runs"] is True
    path.write_bytes(b"no zip")
    desk.deploy().refused("o***@example.com.zip")


def test_removals_that_nobody_can_approve_are_not_set_up(desk):
    approver = f"arn:aws:iam::{desk.account}:role/Approver"
    desk.deploy("ApproveRemovals=true").refused("ApproverArns", "ApproveRemovals=true")
    assert desk.status() == [] and desk.buckets() == []
    report = desk.deploy(f"ApproverArns={approver}").ended(0).json()
    assert "without asking them" in " ".join(report["notes"])
    report = desk.deploy("ApproveRemovals=true").ended(0).json()
    assert "ApproverArns" not in " ".join(report["notes"])
    desk.deploy("ApproverArns=").refused("ApproverArns")


def test_a_zip_that_is_not_the_one_of_the_sums_is_refused(desk, tmp_path):
    path = tmp_path / "function.zip"
    shutil.copy(desk.archive, path)
    desk.archive = path
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  function.zip\n")
    desk.deploy().refused("SHA-256", "SHA256SUMS")


def test_without_a_zip_parameters_change_and_the_function_stays(desk):
    desk.deploy().ended(0)
    key = desk.parameters()["FunctionKey"]
    words = ["aws", "deploy", "--admin-account", desk.account, "--yes", "--output", "json"]
    report = desk.command.run(*words, "--parameter", "KeepDays=9", env=desk.env).ended(0).json()
    assert "stays as it is" in " ".join(report["notes"]) and report["function"]["runs"] is True
    assert (desk.parameters()["KeepDays"], desk.parameters()["FunctionKey"]) == ("9", key)


def test_without_a_zip_and_without_a_stack_it_says_which_one_is_missing(desk):
    words = ["aws", "deploy", "--admin-account", desk.account, "--yes"]
    desk.command.run(*words, env=desk.env).refused("detective-fleet-function-", "--function")


def test_parameters_can_stand_in_a_settings_file_that_is_named(desk):
    settings = desk.command.home / "detective-fleet.toml"
    settings.write_text('[parameter]\nKeepDays = "12"\nListDays = "13"\n')
    desk.deploy().refused("--config")
    desk.run("deploy", "--yes", "--config", settings, "--parameter", "ListDays=14").ended(0)
    assert (desk.parameters()["KeepDays"], desk.parameters()["ListDays"]) == ("12", "14")


def test_the_status_names_what_needs_action(desk):
    absent = desk.run("status").ended(3).json()
    assert "aws deploy" in absent["needs_action"][0]
    shown = desk.command.run(*desk.words("status"), env=desk.env).ended(3).stdout
    assert "there is none" in shown and "resource" not in shown
    for word in ("csv", "markdown"):
        desk.command.run(*desk.words("status"), "--output", word, env=desk.env).refused("`aws` has text and json")
    desk.deploy("NotificationEmail=root@example.com").ended(0)
    report = desk.run("status").ended(3).json()
    [subscription] = report["subscriptions"]
    assert subscription == {"protocol": "email", "endpoint": "r***@example.com", "confirmed": False}
    assert "Confirm the subscription" in report["needs_action"][0]
    # For a deployment that is what comes next, and no failure.
    again = desk.deploy().ended(0).json()
    assert again["stack"]["outcome"] == "unchanged" and "Confirm the subscription" in again["next"][0]
    assert {it["name"] for it in report["alarms"]} >= {"FailedAlarm", "DeadLettersAlarm"} and report["runs"] == []
    alarm = desk.resource("ErrorsAlarm")
    desk.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="test")
    shown = desk.command.run(*desk.words("status"), env=desk.env).ended(3)
    assert "ErrorsAlarm is in ALARM" in shown.stdout and "no list has been uploaded yet" in shown.stdout


def test_code_that_somebody_else_has_put_there_is_found(desk, newer):
    desk.deploy().ended(0)
    desk.run("status").ended(0)
    desk.client("lambda").update_function_code(FunctionName=desk.resource("Function"), ZipFile=newer.read_bytes())
    report = desk.run("status").ended(3).json()
    assert report["function"]["runs"] is False and sha256(newer) in report["needs_action"][0]


def test_remove_is_guarded_and_keeps_what_people_and_runs_wrote(desk):
    bucket = desk.deploy().ended(0).json()["outputs"]["BucketName"]
    desk.client("s3").put_object(Bucket=bucket, Key="enable/accounts.csv", Body=b"")
    desk.run("remove", "--yes").ended(1)
    desk.run("remove", "--yes", "--confirm", "another").refused("nothing was changed")
    shown = desk.answer("yes\n", "remove").ended(1).stdout
    assert "enter its name" in shown and "Memberships" in shown and desk.status() == ["CREATE_COMPLETE"]
    dry = desk.run("remove", "--dry-run").ended(0).json()
    assert "Bucket" not in {it["resource"] for it in dry["changes"]} and desk.status() == ["CREATE_COMPLETE"]

    shown = desk.answer("detective-fleet\n", "remove").ended(0).stdout
    assert "was removed" in shown and bucket in shown
    assert [it for it in desk.status() if it != "DELETE_COMPLETE"] == []
    assert desk.buckets() == sorted([bucket, f"detective-fleet-artifacts-{desk.account}-{REGION}"])
    assert desk.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 1
    again = desk.run("remove", "--yes", "--confirm", "detective-fleet").ended(0).json()
    assert again["stack"]["outcome"] == "unchanged"


def test_a_policy_that_is_in_use_is_named(desk):
    desk.deploy().ended(0)
    iam, policy = desk.client("iam"), desk.resource("EnablePolicy")
    iam.create_user(UserName="uploader")
    iam.attach_user_policy(UserName="uploader", PolicyArn=policy)
    report = desk.run("remove", "--yes", "--confirm", "detective-fleet").ended(3).json()
    assert report["failures"][0]["resource"] == "EnablePolicy" and "attached" in report["next"][0]
    iam.detach_user_policy(UserName="uploader", PolicyArn=policy)
    desk.run("remove", "--yes", "--confirm", "detective-fleet").ended(0)


@pytest.fixture
def as_deployer(desk):
    """Runs the command as a role that may do what docs/permissions.md says, and no more."""
    [block] = [it.text for it in Page(ROOT / "docs" / "permissions.md").blocks if "TheBucketOfTheFunction" in it.text]
    iam = desk.client("iam")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{desk.account}:root"}}
    role = iam.create_role(
        RoleName="Deployer", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]["Arn"]
    policy = json.loads(block.replace("SECURITY", desk.account).replace("REGION", REGION))
    root = dict(desk.env)

    def run(operation, *more, without=None):
        left = [it for it in policy["Statement"] if it["Sid"] != without]
        iam.put_role_policy(RoleName="Deployer", PolicyName="deploy", PolicyDocument=json.dumps({**policy, "Statement": left}))
        session = desk.client("sts").assume_role(RoleArn=role, RoleSessionName="deployer")["Credentials"]
        desk.env = root | {
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }
        return desk.run(operation, *more)

    return run


def test_what_the_command_asks_for_itself_is_what_the_page_says(as_deployer):
    as_deployer("deploy", "--yes", without="TheStack").refused("cloudformation:")
    assert "may stay" not in as_deployer("deploy", "--dry-run").ended(0).stderr
    as_deployer("deploy", "--yes", without="TheBucketOfTheFunction").refused("not changed")
    as_deployer("deploy", "--yes").ended(0)
    blind = as_deployer("status", without="HowItsPartsAre").ended(3).json()
    assert len(blind["needs_action"]) == 3
    assert "the last runs" in as_deployer("status", without="WhatCameOfRuns").ended(3).json()["needs_action"][0]
    as_deployer("status").ended(0)
    as_deployer("remove", "--yes", "--confirm", "detective-fleet").ended(0)


def test_a_stack_that_was_deployed_by_hand_is_upgraded_by_the_command(make_stack, command, archive):
    stack = make_stack(parameters={"KeepDays": "30"})
    env = {
        "AWS_ENDPOINT_URL": stack.ministack.endpoint, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": ADMINISTRATOR,
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    words = ["aws", "deploy", "--function", archive, "--yes", "--admin-account", ADMINISTRATOR, "--output", "json"]
    report = command.run(*words, env=env).ended(0).json()
    assert report["stack"]["action"] == "update" and report["outputs"]["BucketName"] == stack.bucket
    assert {it["name"] for it in report["parameters"]} >= {"ArtifactBucket", "FunctionKey"}
    assert "KeepDays" not in {it["name"] for it in report["parameters"]}
    stack.upload("plan/enable/accounts.csv").succeeded()


class Deaf(Proxy):
    """Lets nothing through that tells how a deployment goes, once it has begun."""

    def __init__(self, upstream):
        self.has_begun, self.unheard = False, 0
        super().__init__(upstream)

    def record(self, call, path, body):
        if self.has_begun and b"Action=Describe" in body:
            self.unheard += 1
            return "cut"
        self.has_begun |= b"Action=ExecuteChangeSet" in body
        return super().record(call, path, body)


@pytest.mark.parametrize("by", ["interrupted", "out of time"])
def test_what_has_begun_goes_on_in_aws_and_that_is_said(desk, ministack, by):
    proxy = Deaf(ministack.endpoint)
    try:
        more = ["--yes", "--output", "json", *(["--timeout", "10s"] if by == "out of time" else [])]
        process = desk.command.start(*desk.words("deploy", *more), env=desk.env | {"AWS_ENDPOINT_URL": proxy.endpoint})
        if by == "interrupted":
            wait_until(lambda: proxy.unheard)
            process.send_signal(signal.SIGINT)
        result = finish(process)
    finally:
        proxy.stop()
    result.ended(130 if by == "interrupted" else 4)
    assert result.json()["stack"]["outcome"] == "waiting"
    if by == "interrupted":
        assert "goes on in AWS" in result.stderr
    wait_until(lambda: desk.status() == ["CREATE_COMPLETE"])
    desk.run("status").ended(0)
