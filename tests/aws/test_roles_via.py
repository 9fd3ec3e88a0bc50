"""`roles --via` on MiniStack, whose IAM is switched on: twenty accounts, and what the sessions may and may not do."""

import json
from urllib.parse import parse_qs

import pytest

from aws.test_roles import assume, make_role, refused
from aws.test_stackset_roles import decided
from support.ministack import ADMINISTRATOR, MiniStack
from support.moto import MEMBER_ROLE
from support.proxy import Proxy
from support.server import free_port

VIA, STACK = "OrganizationAccountAccessRole", "detective-fleet-member"
ACCOUNTS = [f"2222222222{n:02}" for n in range(1, 21)]
WITHOUT, BY_HAND, OTHERS, OLD, SUSPENDED, NEW = ACCOUNTS[:3], ACCOUNTS[3], ACCOUNTS[4], ACCOUNTS[5], ACCOUNTS[6], ACCOUNTS[7:]
OLDER = MEMBER_ROLE.read_text().replace("                  - account:ListRegions\n", "")


def open_door(ministack, account, trusted=ADMINISTRATOR):
    """A role that may do everything, for whoever is in the administrator's account."""
    iam = ministack.client("iam", account)
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{trusted}:root"}}
    version = {"Version": "2012-10-17"}
    iam.create_role(RoleName=VIA, AssumeRolePolicyDocument=json.dumps({**version, "Statement": [trust]}))
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.put_role_policy(RoleName=VIA, PolicyName="all", PolicyDocument=json.dumps({**version, "Statement": [everything]}))


def deploy(ministack, account, name=STACK, template=None):
    ministack.client("cloudformation", account).create_stack(
        StackName=name, TemplateBody=template or MEMBER_ROLE.read_text(), Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": "AdministratorAccount", "ParameterValue": ADMINISTRATOR}],
    )


@pytest.fixture(scope="module")
def ministack(tmp_path_factory):
    ministack = MiniStack(tmp_path_factory.mktemp("ministack"), free_port(), {})
    for account in ACCOUNTS:
        if account not in WITHOUT:
            # Nobody of a suspended account's role is let in, and STS says the same.
            open_door(ministack, account, "999999999999" if account == SUSPENDED else ADMINISTRATOR)
    deploy(ministack, BY_HAND)
    deploy(ministack, OTHERS, "by-another-name")
    deploy(ministack, OLD, template=OLDER)
    make_role(ministack, "DetectiveFleetAdministrator", path="/detective-fleet/")
    yield ministack
    ministack.stop()


class Listening(Proxy):
    """Keeps the policies of the sessions that are asked for."""

    def __init__(self, upstream):
        self.policies = []
        super().__init__(upstream)

    def record(self, call, path, body):
        self.policies += parse_qs(body.decode(errors="replace")).get("Policy", [])
        return super().record(call, path, body)


@pytest.fixture
def run(ministack, command, write):
    roster = write("".join(f"{account},root+{account}@example.com\n" for account in ACCOUNTS))
    proxy = Listening(ministack.endpoint)
    env = {
        "AWS_ENDPOINT_URL": proxy.endpoint, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": ADMINISTRATOR,
        "AWS_SECRET_ACCESS_KEY": "test",
    }

    def run(operation, *more):
        words = ["roles", operation, roster, "--via", VIA, "--admin-account", ADMINISTRATOR, "--output", "json"]
        return command.run(*words, *(["--yes"] if operation != "status" else []), *more, env=env)

    run.proxy = proxy
    yield run
    proxy.stop()


def outcomes(report):
    return {it["account_id"]: it["outcome"] for it in report["accounts"]}


def test_twenty_accounts_on_somebody_elses_iam(ministack, run):
    report = run("deploy").ended(3).json()
    ended = outcomes(report)
    assert {it for it, outcome in ended.items() if outcome == "made"} == set(NEW)
    assert (ended[OLD], ended[BY_HAND], ended[OTHERS]) == ("updated", "unchanged", "unchanged")
    failed = {it["account_id"]: it["reason"] for it in report["accounts"] if it["outcome"] == "failed"}
    assert set(failed) == {*WITHOUT, SUSPENDED} and all(VIA in reason for reason in failed.values())
    administrator = assume(ministack, f"arn:aws:iam::{ADMINISTRATOR}:role/detective-fleet/DetectiveFleetAdministrator")
    for account in (NEW[0], OLD, BY_HAND, OTHERS):
        role = f"arn:aws:iam::{account}:role/detective-fleet/DetectiveFleetMember"
        assume(ministack, role, administrator)
        refused(ministack, role, assume(ministack, f"arn:aws:iam::{BY_HAND}:role/{VIA}"))
    again = run("deploy").ended(3).json()
    assert again["summary"]["changed"] == 0
    assert run("status").ended(3).json()["summary"]["as_wanted"] == 16
    removed = run("remove", "--max-removals", "20").ended(3).json()
    assert {it for it, outcome in outcomes(removed).items() if outcome == "removed"} == {*NEW, OLD, BY_HAND}


ROLE = f"arn:aws:iam::{NEW[0]}:role/detective-fleet/DetectiveFleetMember"
OURS = f"arn:aws:cloudformation:us-east-1:{NEW[0]}:stack/{STACK}/1"
THEIRS = f"arn:aws:cloudformation:us-east-1:{NEW[0]}:stack/theirs/1"
THROUGH = {"aws:CalledVia": ["cloudformation.amazonaws.com"]}
REQUESTS = [
    ("Allow", "cloudformation:CreateChangeSet", OURS, {}), ("Allow", "cloudformation:ExecuteChangeSet", OURS, {}),
    ("Allow", "cloudformation:DeleteStack", OURS, {}), ("Allow", "cloudformation:DescribeStackResources", THEIRS, {}),
    ("Allow", "iam:CreateRole", ROLE, THROUGH), ("Allow", "iam:DeleteRole", ROLE, THROUGH), ("Allow", "iam:PutRolePolicy", ROLE, THROUGH),
    ("Deny", "cloudformation:CreateChangeSet", THEIRS, {}), ("Deny", "cloudformation:DeleteStack", THEIRS, {}),
    ("Deny", "cloudformation:CreateStack", OURS, {}), ("Deny", "cloudformation:SetStackPolicy", OURS, {}),
    # Not by itself, only through CloudFormation.
    ("Deny", "iam:CreateRole", ROLE, {}), ("Deny", "iam:PutRolePolicy", ROLE, {}), ("Deny", "iam:DeleteRole", ROLE, {}),
    ("Deny", "iam:AttachRolePolicy", ROLE, THROUGH), ("Deny", "iam:PassRole", ROLE, THROUGH),
    ("Deny", "iam:CreateRole", f"arn:aws:iam::{NEW[0]}:role/Admin", THROUGH),
    ("Deny", "iam:PutRolePolicy", f"arn:aws:iam::{NEW[0]}:role/{VIA}", THROUGH),
    ("Deny", "iam:CreateUser", f"arn:aws:iam::{NEW[0]}:user/x", THROUGH),
    ("Deny", "s3:GetObject", "arn:aws:s3:::theirs/x", {}), ("Deny", "sts:AssumeRole", ROLE, {}),
    ("Deny", "detective:AcceptInvitation", f"arn:aws:detective:us-east-1:{ADMINISTRATOR}:graph:1", {}),
]


@pytest.fixture
def policy(run):
    """The session policy as it was on the wire."""
    run("status")
    return next(policy for policy in run.proxy.policies if NEW[0] in policy)


def test_a_session_may_deploy_one_stack_with_one_role_and_nothing_else(policy):
    decisions = decided(f"arn:aws:iam::{NEW[0]}:role/{VIA}", [json.loads(policy)], [request[1:] for request in REQUESTS])
    wrong = [
        (request, decision) for request, decision in zip(REQUESTS, decisions, strict=True)
        if (decision == "Allow") != (request[0] == "Allow")
    ]
    assert not wrong


def test_what_came_of_an_answer_that_was_lost_is_asked_in_each_account(ministack, run):
    begin, end, account = "cloudformation:ExecuteChangeSet", "cloudformation:DeleteStack", NEW[1]
    stacks = ministack.client("cloudformation", account)
    there = lambda: {it["StackStatus"] for it in stacks.describe_stacks()["Stacks"]} - {"DELETE_COMPLETE"}
    run.proxy.trouble[begin].append((403, "AccessDenied", "not authorized"))
    [refused] = run("deploy", "--account", account).ended(3).json()["accounts"]
    assert refused["outcome"] == "failed" and "ExecuteChangeSet" in refused["reason"]
    assert there() == set()
    run.proxy.trouble[begin].extend(["lose"] * 3)
    [made] = run("deploy", "--account", account).ended(0).json()["accounts"]
    assert made["outcome"] == "made" and there() == {"CREATE_COMPLETE"}
    run.proxy.trouble[end].extend(["lose"] * 3)
    [removed] = run("remove", "--account", account).ended(0).json()["accounts"]
    assert removed["outcome"] == "removed" and there() == set()
