"""The roles of the StackSet: who may become them, and that nobody becomes an administrator by them."""

import json
import subprocess

import pytest
from botocore.exceptions import ClientError

from aws.test_roles import assume, make_role, refused
from support import ROOT
from support.ministack import ADMINISTRATOR, PYTHON, MiniStack
from support.server import free_port

MEMBER, OTHER = "222222222222", "333333333333"
EXECUTION = f"arn:aws:iam::{MEMBER}:role/DetectiveFleetStackSetExecution"
ADMINISTRATION = f"arn:aws:iam::{ADMINISTRATOR}:role/detective-fleet/DetectiveFleetStackSetAdministration"
BOUNDARY = f"arn:aws:iam::{MEMBER}:policy/detective-fleet/DetectiveFleetMemberBoundary"
ROLE = f"arn:aws:iam::{MEMBER}:role/detective-fleet/DetectiveFleetMember"


def deploy(ministack, account, name, **parameters):
    ministack.client("cloudformation", account).create_stack(
        StackName=name, TemplateBody=(ROOT / "deploy" / f"{name}.yaml").read_text(), Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )


@pytest.fixture(scope="module")
def ministack(tmp_path_factory):
    ministack = MiniStack(tmp_path_factory.mktemp("ministack"), free_port(), {})
    deploy(ministack, MEMBER, "stackset-execution", AdministratorAccount=ADMINISTRATOR)
    deploy(ministack, OTHER, "stackset-administration")
    yield ministack
    ministack.stop()


@pytest.fixture(scope="module")
def administration(ministack):
    """A session of the role that the execution roles trust: only CloudFormation gets one of the template's."""
    return assume(ministack, make_role(ministack, "DetectiveFleetStackSetAdministration", path="/detective-fleet/"))


def test_the_execution_role_is_for_the_administration_role_alone(ministack, administration):
    assume(ministack, EXECUTION, administration)
    somebody = assume(ministack, make_role(ministack, "Somebody"))
    refused(ministack, EXECUTION, somebody)
    # The same name without the path, and the same role elsewhere.
    without_path = make_role(ministack, "AnotherAdministration")
    refused(ministack, EXECUTION, assume(ministack, without_path))
    stranger = "999999999999"
    make_role(ministack, "DetectiveFleetStackSetAdministration", stranger, "/detective-fleet/")
    arn = ADMINISTRATION.replace(ADMINISTRATOR, stranger)
    refused(ministack, EXECUTION, assume(ministack, arn, account=stranger))


def test_the_administration_role_is_for_cloudformation_alone(ministack):
    role = ADMINISTRATION.replace(ADMINISTRATOR, OTHER)
    refused(ministack, role, assume(ministack, make_role(ministack, "Somebody", OTHER), account=OTHER))
    [trust] = ministack.client("iam", OTHER).get_role(RoleName="DetectiveFleetStackSetAdministration")["Role"][
        "AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "cloudformation.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": OTHER},
        "ArnLike": {"aws:SourceArn": f"arn:aws:cloudformation:*:{OTHER}:stackset/DetectiveFleetMember:*"},
    }


def test_the_execution_role_is_refused_what_would_make_it_an_administrator(ministack, administration):
    keys = assume(ministack, EXECUTION, administration)
    iam = ministack.client("iam", MEMBER, credentials=keys)
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    everything = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    role = {"RoleName": "DetectiveFleetStackSetExecution"}
    for forbidden in [
        lambda: iam.create_role(RoleName="Admin", AssumeRolePolicyDocument=trust),
        lambda: iam.create_role(RoleName="Admin", Path="/detective-fleet/", AssumeRolePolicyDocument=trust),
        lambda: iam.create_user(UserName="admin"),
        lambda: iam.create_policy(PolicyName="all", PolicyDocument=everything),
        lambda: iam.create_policy_version(PolicyArn=BOUNDARY, PolicyDocument=everything, SetAsDefault=True),
        lambda: iam.delete_policy(PolicyArn=BOUNDARY),
        lambda: iam.put_role_policy(**role, PolicyName="all", PolicyDocument=everything),
        lambda: iam.update_assume_role_policy(**role, PolicyDocument=trust),
        lambda: iam.attach_role_policy(**role, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"),
        lambda: iam.delete_role_permissions_boundary(RoleName="DetectiveFleetMember"),
        lambda: ministack.client("s3", MEMBER, credentials=keys).list_buckets(),
    ]:
        with pytest.raises(ClientError) as error:
            forbidden()
        assert error.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"), error.value


def decide(ministack, requests):
    iam, name = ministack.client("iam", MEMBER), "DetectiveFleetStackSetExecution"
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    return decided(EXECUTION, [iam.get_role_policy(RoleName=name, PolicyName=it)["PolicyDocument"] for it in names], requests)


def decided(principal, policies, requests):
    """What IAM would say to whoever has these policies."""
    asked = {"principal": principal, "policies": policies, "requests": requests}
    program = [PYTHON, "-P", ROOT / "tests" / "support" / "evaluate.py"]
    done = subprocess.run(program, input=json.dumps(asked), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


WITH, WITHOUT = {"iam:PermissionsBoundary": BOUNDARY}, {}
WIDER = {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}
ELSEWHERE = f"arn:aws:iam::{MEMBER}:role/DetectiveFleetMember"
UUID = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
STACK = f"arn:aws:cloudformation:us-east-1:{MEMBER}:stack/StackSet-DetectiveFleetMember-{UUID}/1"
#: A StackSet whose name begins alike.
ALIKE = f"arn:aws:cloudformation:us-east-1:{MEMBER}:stack/StackSet-DetectiveFleetMember-Other-{UUID}/1"
VIA = {"aws:CalledVia": ["cloudformation.amazonaws.com"]}
BESIDE = f"arn:aws:iam::{MEMBER}:role/detective-fleet/Another"

REQUESTS = [
    # What rolling out, changing and removing the member role takes.
    ("Allow", "iam:CreateRole", ROLE, WITH),
    ("Allow", "iam:PutRolePolicy", ROLE, WITH),
    ("Allow", "iam:DeleteRolePolicy", ROLE, WITH),
    ("Allow", "iam:UpdateAssumeRolePolicy", ROLE, WITH),
    ("Allow", "iam:GetRole", ROLE, WITH),
    ("Allow", "iam:DeleteRole", ROLE, WITH),
    ("Allow", "cloudformation:CreateStack", STACK, {}),
    ("Allow", "cloudformation:DescribeStacks", STACK, {}),
    # The evaluator takes aws:ResourceAccount from the ARN, where it has an account, and else the caller's own.
    ("Allow", "s3:GetObject", "arn:aws:s3::444444444444:template", VIA),
    # CloudFormation puts the boundary once more that is there.
    ("Allow", "iam:PutRolePermissionsBoundary", ROLE, WITH),
    ("Allow", "iam:UpdateRole", ROLE, WITH),
    ("Allow", "iam:TagRole", ROLE, {}),
    # A role without the boundary, with another, or elsewhere.
    ("Deny", "iam:CreateRole", ROLE, WITHOUT),
    ("Deny", "iam:CreateRole", ROLE, WIDER),
    ("Deny", "iam:CreateRole", ELSEWHERE, WITH),
    ("Deny", "iam:PutRolePolicy", ROLE, WITHOUT),
    ("Deny", "iam:PutRolePolicy", ROLE, WIDER),
    ("Deny", "iam:PutRolePolicy", EXECUTION, WITH),
    ("Deny", "iam:AttachRolePolicy", ROLE, WITH),
    ("Deny", "iam:DeleteRole", ELSEWHERE, WITH),
    ("Deny", "iam:DeleteRole", ROLE, WITHOUT),
    ("Deny", "iam:UpdateRole", ROLE, WITHOUT),
    ("Deny", "iam:UpdateRoleDescription", ROLE, WIDER),
    ("Deny", "iam:CreateRole", BESIDE, WITH),
    ("Deny", "iam:PutRolePolicy", BESIDE, WITH),
    ("Deny", "iam:DeleteRole", BESIDE, WITH),
    ("Deny", "iam:TagRole", BESIDE, {}),
    # Trust in roles that the StackSet did not make.
    ("Deny", "iam:UpdateAssumeRolePolicy", BESIDE, WITH),
    ("Deny", "iam:UpdateAssumeRolePolicy", ROLE, WITHOUT),
    ("Deny", "iam:UpdateAssumeRolePolicy", EXECUTION, WITH),
    # The boundary and its attachment.
    ("Deny", "iam:PutRolePermissionsBoundary", ROLE, WIDER),
    ("Deny", "iam:PutRolePermissionsBoundary", ROLE, WITHOUT),
    ("Deny", "iam:PutRolePermissionsBoundary", BESIDE, WITH),
    ("Deny", "iam:DeleteRolePermissionsBoundary", ROLE, WITH),
    ("Deny", "iam:CreatePolicyVersion", BOUNDARY, {}),
    ("Deny", "iam:SetDefaultPolicyVersion", BOUNDARY, {}),
    ("Deny", "iam:DeletePolicy", BOUNDARY, {}),
    # Stacks of others, which may carry a role that can do more, and what lies in the account.
    ("Deny", "cloudformation:UpdateStack", f"arn:aws:cloudformation:us-east-1:{MEMBER}:stack/theirs/1", {}),
    ("Deny", "cloudformation:UpdateStack", ALIKE, {}),
    # Another account's bucket that is open to this one, for who has the session itself.
    ("Deny", "s3:GetObject", "arn:aws:s3::444444444444:template", {}),
    ("Deny", "s3:GetObject", "arn:aws:s3:::theirs", VIA),
    ("Deny", "iam:PassRole", ROLE, {}),
    ("Deny", "sts:AssumeRole", ROLE, {}),
    ("Deny", "s3:GetObject", "arn:aws:s3:::theirs", {}),
    ("Deny", "iam:CreateUser", f"arn:aws:iam::{MEMBER}:user/detective-fleet/x", {}),
]


def test_the_execution_role_makes_bounded_roles_of_its_path_and_nothing_else(ministack):
    decisions = decide(ministack, [request[1:] for request in REQUESTS])
    wrong = [
        (request, decision) for request, decision in zip(REQUESTS, decisions, strict=True)
        if (decision == "Allow") != (request[0] == "Allow")
    ]
    assert not wrong


def test_the_boundary_is_what_the_member_role_does_and_no_more(ministack):
    deploy(ministack, MEMBER, "member-role", AdministratorAccount=ADMINISTRATOR, AllowGuardDutyReads="true")
    iam = ministack.client("iam", MEMBER)
    bound = iam.get_policy_version(PolicyArn=BOUNDARY, VersionId="v1")["PolicyVersion"]["Document"]
    policy = iam.get_role_policy(RoleName="DetectiveFleetMember", PolicyName="accept")["PolicyDocument"]
    assert bound["Statement"] == policy["Statement"]


def test_a_second_administrator_and_who_is_named_besides_become_the_member_role_and_nobody_else(ministack):
    member, second = "444444444444", "555555555555"
    operator = f"arn:aws:iam::{second}:role/people/Operator"
    make_role(ministack, "Operator", second, "/people/")
    make_role(ministack, "DetectiveFleetAdministrator", second, "/detective-fleet/")
    first = make_role(ministack, "DetectiveFleetAdministrator", path="/detective-fleet/")
    role = f"arn:aws:iam::{member}:role/detective-fleet/DetectiveFleetMember"
    deploy(ministack, member, "member-role", AdministratorAccount=ADMINISTRATOR)
    administrator = f"arn:aws:iam::{second}:role/detective-fleet/DetectiveFleetAdministrator"
    its = assume(ministack, administrator, account=second)
    refused(ministack, role, its)
    ministack.client("cloudformation", member).delete_stack(StackName="member-role")
    deploy(ministack, member, "member-role", AdministratorAccount=ADMINISTRATOR, SecondAdministrator=second, AlsoTrusted=operator)
    for keys in (its, assume(ministack, operator, account=second), assume(ministack, first)):
        assume(ministack, role, keys)
    make_role(ministack, "Another", second, "/people/")
    refused(ministack, role, assume(ministack, f"arn:aws:iam::{second}:role/people/Another", account=second))
    # Somebody who is named, but of an account that is neither.
    make_role(ministack, "Operator", OTHER, "/people/")
    refused(ministack, role, assume(ministack, f"arn:aws:iam::{OTHER}:role/people/Operator", account=OTHER))


def test_the_boundary_takes_a_second_administrator_as_the_member_role_does(ministack):
    member, second = "666666666666", "555555555555"
    given = {"AdministratorAccount": ADMINISTRATOR, "SecondAdministrator": second}
    deploy(ministack, member, "stackset-execution", **given)
    deploy(ministack, member, "member-role", AllowGuardDutyReads="true", **given)
    iam = ministack.client("iam", member)
    arn = f"arn:aws:iam::{member}:policy/detective-fleet/DetectiveFleetMemberBoundary"
    bound = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
    policy = iam.get_role_policy(RoleName="DetectiveFleetMember", PolicyName="accept")["PolicyDocument"]
    assert bound["Statement"] == policy["Statement"]
