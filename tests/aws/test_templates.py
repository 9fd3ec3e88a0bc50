"""The templates themselves: what an emulator is lax about is asserted here."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support import ROOT

DEPLOY = ROOT / "deploy"
TEMPLATES = sorted(DEPLOY.glob("*.yaml"))


class Loader(yaml.SafeLoader):
    """Reads `!Ref x` as {"Ref": x}."""


def tagged(loader, suffix, node):
    read = {"scalar": loader.construct_scalar, "sequence": loader.construct_sequence, "mapping": loader.construct_mapping}
    value = read[node.id](node) if node.id == "scalar" else read[node.id](node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", tagged)


def load(name):
    return yaml.load((DEPLOY / name).read_text(), Loader)


@pytest.fixture(scope="module")
def security():
    return load("security-account.yaml")


def resources(template, kind):
    return {name: it["Properties"] for name, it in template["Resources"].items() if it["Type"] == kind}


def statements(template):
    """All statements that allow something to roles and people."""
    for name, it in template["Resources"].items():
        properties = it["Properties"]
        documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        if it["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            documents.append(properties["PolicyDocument"])
        for document in documents:
            for statement in document["Statement"]:
                yield name, statement


def listed(value):
    return value if isinstance(value, list) else [value]


def actions(template, role):
    found = [listed(statement["Action"]) for name, statement in statements(template) if name == role]
    return sorted(action for group in found for action in group)


def test_cfn_lint_finds_nothing():
    program = Path(sys.executable).parent / "cfn-lint"
    # W3002: the zip is a local path until `aws cloudformation package` has uploaded it.
    words = [program, "--ignore-checks", "W3002", "--", *TEMPLATES]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nobody_may_do_everything(path):
    for name, statement in statements(load(path.name)):
        if statement["Effect"] == "Deny":
            continue
        for action in listed(statement["Action"]):
            # What AWS asks for in an execution role, here for the stacks of one StackSet.
            whole = (name, action) == ("ExecutionRole", "cloudformation:*")
            assert "*" not in action or whole and ":stack/StackSet-" in statement["Resource"]["Fn::Sub"], (name, action)
        if "*" in listed(statement["Resource"]):
            # Those that have no resource to be limited to, and templates in buckets of other accounts.
            anywhere = {"detective:ListGraphs", "detective:CreateGraph", "cloudformation:GetTemplateSummary", "cloudformation:ValidateTemplate"}
            elsewhere = {"s3:GetObject"} if "StringNotEquals" in statement.get("Condition", {}) else set()
            assert set(listed(statement["Action"])) <= anywhere | elsewhere, name


def test_every_parameter_says_what_it_is_for():
    for path in TEMPLATES:
        for name, parameter in load(path.name)["Parameters"].items():
            assert parameter["Description"], name
            bounded = {"AllowedPattern", "AllowedValues", "MinValue", "MaxLength"} & set(parameter)
            assert bounded or parameter["Type"] == "CommaDelimitedList", name


def test_the_bucket_is_private_encrypted_versioned_and_kept(security):
    [bucket] = resources(security, "AWS::S3::Bucket").values()
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert security["Resources"]["Bucket"]["DeletionPolicy"] == "Retain"
    [policy] = resources(security, "AWS::S3::BucketPolicy").values()
    [tls] = policy["PolicyDocument"]["Statement"]
    assert (tls["Effect"], tls["Principal"], tls["Action"]) == ("Deny", "*", "s3:*")
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(tls["Resource"]) == 2


def test_results_are_not_kept_for_ever(security):
    [bucket] = resources(security, "AWS::S3::Bucket").values()
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules["runs"]["Prefix"] == "runs/"
    assert "ExpirationInDays" in rules["runs"] and "NoncurrentVersionExpiration" in rules["runs"]
    # The lease and what uploads have covered are state, not results.
    assert "ExpirationInDays" not in rules["state"] and rules["claims"]["Prefix"] == "state/claims/"


def test_nothing_that_an_execution_writes_starts_another(security):
    prefixes = []
    for rule in resources(security, "AWS::Events::Rule").values():
        detail = rule["EventPattern"]["detail"]
        assert detail["bucket"]["name"] == [{"Ref": "Bucket"}]
        prefixes += [key["prefix"] for key in detail["object"]["key"]]
        [target] = rule["Targets"]
        assert "DeadLetterConfig" in target
    assert sorted(prefixes) == ["disable/", "enable/", "plan/disable/", "plan/enable/"]


def test_what_goes_wrong_is_seen(security):
    alarms = resources(security, "AWS::CloudWatch::Alarm").values()
    assert {alarm["MetricName"] for alarm in alarms} == {
        "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted", "Errors", "Throttles",
        "ApproximateNumberOfMessagesVisible",
    }
    assert all(alarm["AlarmActions"] == [{"Ref": "Topic"}] for alarm in alarms)
    assert "ReservedConcurrentExecutions" not in security["Resources"]["Function"]["Properties"]


def test_names_are_generated_but_for_the_administrator_role(security):
    named = [
        name
        for name, it in security["Resources"].items()
        for key in it["Properties"]
        if key in ("BucketName", "FunctionName", "TopicName", "QueueName", "StateMachineName", "RoleName",
                   "ManagedPolicyName", "LogGroupName", "AlarmName", "Name")
    ]
    assert named == ["AdministratorRole"]


def test_the_member_role_trusts_one_role_and_can_only_accept():
    template = load("member-role.yaml")
    assert actions(template, "MemberRole") == ["account:GetRegionOptStatus", "detective:AcceptInvitation"]
    role = template["Resources"]["MemberRole"]["Properties"]
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"]["AWS"]["Fn::Sub"].endswith("${AdministratorAccount}:root")
    assert list(trust["Condition"]["ArnEquals"]) == ["aws:PrincipalArn"]
    [accept] = [it for _, it in statements(template) if it["Action"] == "detective:AcceptInvitation"]
    assert accept["Resource"]["Fn::Sub"].endswith(":detective:*:${AdministratorAccount}:graph:*")


def test_the_state_machine_adds_accounts_to_one_stack_set_and_only_where_that_is_switched_on(security):
    policy = security["Resources"]["MemberRolesPolicy"]
    assert policy["Condition"] == "ManagesMemberRoles"
    assert security["Conditions"]["ManagesMemberRoles"] == {"Fn::Equals": [{"Ref": "ManageMemberRoles"}, "true"]}
    assert security["Parameters"]["ManageMemberRoles"]["Default"] == "false"
    assert actions(security, "MemberRolesPolicy") == [
        "cloudformation:CreateStackInstances", "cloudformation:DescribeStackSetOperation",
        "cloudformation:ListStackSetOperationResults",
    ]
    [statement] = [it for name, it in statements(security) if name == "MemberRolesPolicy"]
    scopes = [":stackset/${StackSetName}:*", ":stackset-target/${StackSetName}:*", ":type/resource/AWS-IAM-Role"]
    for scope, resource in zip(scopes, statement["Resource"], strict=True):
        assert resource["Fn::Sub"].endswith(scope)


def test_the_administrator_role_holds_what_the_product_calls(security):
    reads = ["GetMembers", "ListDatasourcePackages", "ListGraphs", "ListMembers", "ListTagsForResource"]
    changes = [
        "CreateGraph", "CreateMembers", "DeleteMembers", "StartMonitoringMember", "TagResource", "UntagResource",
        "UpdateDatasourcePackages",
    ]
    # A graph is deleted by a person with the command, never by an upload.
    detective = [f"detective:{name}" for name in reads + changes]
    assert actions(security, "AdministratorRole") == sorted(["account:ListRegions", "sts:AssumeRole", *detective])
