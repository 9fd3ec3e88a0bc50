"""`roles`: the role in every member by a StackSet, on moto's CloudFormation, IAM and STS."""

import json
import signal

import pytest

from support import ROOT
from support.moto import ADMINISTRATION, ADMINISTRATOR, Moto
from support.proxy import Proxy
from support.sandbox import wait_until

ACCOUNTS = [f"2222222222{n:02}" for n in range(1, 21)]
SET = "DetectiveFleetMember"
AWS_ADMINISTRATION = f"arn:aws:iam::{ADMINISTRATOR}:role/AWSCloudFormationStackSetAdministrationRole"


class Rollout:
    """The command, moto, and a file of accounts."""

    def __init__(self, command, moto, write):
        self.command, self.moto, self.write = command, moto, write

    def words(self, operation, *more, accounts=ACCOUNTS, extra=""):
        lines = "".join(f"{account},root+{account}@example.com\n" for account in accounts) + extra
        words = ["roles", operation, self.write(lines), "--output", "json", *more]
        if operation in ("deploy", "remove") and "--dry-run" not in more:
            words += ["--yes", "--admin-account", ADMINISTRATOR]
        return words

    def run(self, operation, *more, **settings):
        return self.command.run(*self.words(operation, *more, **settings), env=self.moto.env)

    def start(self, operation, *more, **settings):
        return self.command.start(*self.words(operation, *more, **settings), env=self.moto.env)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    moto = Moto(tmp_path_factory.mktemp("moto"))
    yield moto
    moto.stop()


@pytest.fixture
def moto(server):
    server.reset()
    return server


@pytest.fixture
def rollout(command, moto, write):
    return Rollout(command, moto, write)


def outcomes(report):
    return {it["account_id"]: it["outcome"] for it in report["accounts"]}


def reasons(report):
    return {it["account_id"]: it["reason"] for it in report["accounts"] if it["reason"]}


def test_twenty_accounts_get_the_role_one_fails_a_rerun_heals_and_all_of_it_goes_again(rollout):
    moto, *others = rollout.moto, *ACCOUNTS[:-1]
    moto.prepare(*others)
    report = rollout.run("deploy").ended(3).json()
    assert (report["version"], report["kind"], report["operation"]) == (1, "roles", "deploy")
    assert report["stack_set"]["state"] == "created"
    assert report["summary"] == {"accounts": 20, "as_wanted": 19, "changed": 19, "waiting": 0, "failed": 1}
    assert set(reasons(report)) == {ACCOUNTS[-1]}
    assert "DetectiveFleetStackSetExecution" in reasons(report)[ACCOUNTS[-1]]
    for account in others:
        check_role(moto, account)
    assert moto.role(ACCOUNTS[-1]) is None

    status = rollout.run("status").ended(3).json()
    assert status["summary"]["as_wanted"] == 19
    assert [it["account_id"] for it in status["accounts"] if not it["assumable"]] == ACCOUNTS[-1:]
    assert "Cannot assume" in reasons(status)[ACCOUNTS[-1]]

    moto.prepare(ACCOUNTS[-1])
    healed = rollout.run("deploy").ended(0).json()
    assert healed["stack_set"]["state"] == "unchanged"
    assert {it for it, outcome in outcomes(healed).items() if outcome == "made"} == {ACCOUNTS[-1]}
    check_role(moto, ACCOUNTS[-1])
    assert rollout.run("status").ended(0).json()["summary"]["as_wanted"] == 20
    again = rollout.run("deploy").ended(0).json()
    assert set(outcomes(again).values()) == {"unchanged"}

    rollout.run("remove").refused("--max-removals 20")
    assert len(moto.instances()) == 20
    removed = rollout.run("remove", "--max-removals", "20").ended(0).json()
    assert set(outcomes(removed).values()) == {"removed"}
    assert moto.instances() == {}
    assert all(moto.role(account) is None for account in ACCOUNTS)


def check_trust(role):
    [trust] = filter(None, role["AssumeRolePolicyDocument"]["Statement"])
    assert trust["Principal"] == {"AWS": f"arn:aws:iam::{ADMINISTRATOR}:root"}
    administrator = f"arn:aws:iam::{ADMINISTRATOR}:role/detective-fleet/DetectiveFleetAdministrator"
    assert trust["Condition"] == {"ArnEquals": {"aws:PrincipalArn": administrator}}


def check_role(moto, account):
    role = moto.role(account)
    assert role["Path"] == "/detective-fleet/"
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == f"arn:aws:iam::{account}:policy/detective-fleet/DetectiveFleetMemberBoundary"
    check_trust(role)
    [policy] = moto.policies(account)
    allowed = {it["Sid"]: (it["Action"], it["Resource"]) for it in policy["Statement"] if it}
    assert allowed == {
        "Accept": ("detective:AcceptInvitation", f"arn:aws:detective:*:{ADMINISTRATOR}:graph:*"),
        "TellWhetherTheRegionIsOn": (["account:GetRegionOptStatus", "account:ListRegions"], f"arn:aws:account::{account}:account"),
        "TellWhoInvites": ("detective:ListInvitations", "*"),
    }


def test_the_stack_set_is_self_managed_and_has_the_roles_of_the_templates(rollout):
    rollout.moto.prepare(*ACCOUNTS[:2])
    rollout.run("deploy", accounts=ACCOUNTS[:2]).ended(0)
    found = rollout.moto.client("cloudformation").describe_stack_set(StackSetName=SET)["StackSet"]
    assert found["PermissionModel"] == "SELF_MANAGED"
    assert found["AdministrationRoleARN"] == ADMINISTRATION
    assert found["ExecutionRoleName"] == "DetectiveFleetStackSetExecution"
    assert found["Description"].startswith("detective-fleet: ")


def test_a_dry_run_says_what_it_would_do_and_does_nothing(rollout):
    rollout.moto.prepare(*ACCOUNTS[:3])
    plan = rollout.run("deploy", "--dry-run", accounts=ACCOUNTS[:3]).ended(0).json()
    assert plan["dry_run"] and plan["stack_set"]["state"] == "created"
    assert plan["summary"]["changed"] == 3
    assert rollout.moto.client("cloudformation").list_stack_sets()["Summaries"] == []
    rollout.run("deploy", accounts=ACCOUNTS[:3]).ended(0)
    plan = rollout.run("remove", "--dry-run", accounts=ACCOUNTS[:2]).ended(0).json()
    assert [it["action"] for it in plan["accounts"]] == ["remove", "remove"]
    assert set(rollout.moto.instances()) == set(ACCOUNTS[:3])


def test_who_is_not_in_the_file_keeps_the_role(rollout):
    rollout.moto.prepare(*ACCOUNTS[:4])
    rollout.run("deploy", accounts=ACCOUNTS[:3]).ended(0)
    report = rollout.run("deploy", accounts=ACCOUNTS[2:4]).ended(0).json()
    assert report["stack_set"]["others"] == 2
    assert set(rollout.moto.instances()) == set(ACCOUNTS[:4])
    report = rollout.run("remove", accounts=ACCOUNTS[:1]).ended(0).json()
    assert report["stack_set"]["others"] == 3
    assert set(rollout.moto.instances()) == set(ACCOUNTS[1:4])


def test_another_external_id_updates_the_accounts_of_the_file_and_no_others(rollout):
    moto = rollout.moto
    moto.prepare(*ACCOUNTS[:3])
    rollout.run("deploy", accounts=ACCOUNTS[:3]).ended(0)
    with_id = ["--external-id", "seven-of-nine"]
    report = rollout.run("deploy", *with_id, accounts=ACCOUNTS[:2]).ended(0).json()
    assert report["stack_set"]["differences"] == ["parameter ExternalId"]
    assert outcomes(report) == dict.fromkeys(ACCOUNTS[:2], "updated")
    assert moto.instances() == {**dict.fromkeys(ACCOUNTS[:2], "CURRENT"), ACCOUNTS[2]: "OUTDATED"}
    status = rollout.run("status", *with_id, accounts=ACCOUNTS[:2]).ended(0).json()
    assert all(it["assumable"] for it in status["accounts"])
    rollout.run("status", accounts=ACCOUNTS[:2]).ended(3)
    # The third has the old role, and is brought up to date when its turn comes.
    report = rollout.run("deploy", *with_id, accounts=ACCOUNTS[2:3]).ended(0).json()
    assert outcomes(report) == {ACCOUNTS[2]: "updated"}


def test_a_second_administrator_is_trusted_for_a_while_and_then_alone(rollout):
    moto, second = rollout.moto, "333333333333"
    moto.prepare(ACCOUNTS[0])
    rollout.run("deploy", accounts=ACCOUNTS[:1]).ended(0)
    operator = f"arn:aws:iam::{second}:role/people/Operator"
    rollout.run("deploy", "--also-trust", operator, accounts=ACCOUNTS[:1]).refused("--second-administrator")
    words = ["--second-administrator", second, "--also-trust", operator]
    report = rollout.run("deploy", *words, accounts=ACCOUNTS[:1]).ended(0).json()
    assert report["stack_set"]["differences"] == ["parameter AlsoTrusted", "parameter SecondAdministrator"]
    both, named = filter(None, moto.role(ACCOUNTS[0])["AssumeRolePolicyDocument"]["Statement"])
    roots = [f"arn:aws:iam::{it}:root" for it in (ADMINISTRATOR, second)]
    assert both["Principal"] == named["Principal"] == {"AWS": roots}
    roles = [f"arn:aws:iam::{it}:role/detective-fleet/DetectiveFleetAdministrator" for it in (ADMINISTRATOR, second)]
    assert both["Condition"] == {"ArnEquals": {"aws:PrincipalArn": roles}}
    assert named["Condition"]["StringEquals"]["aws:PrincipalArn"] == [operator]
    [policy] = moto.policies(ACCOUNTS[0])
    [accept] = [it for it in policy["Statement"] if it and it["Sid"] == "Accept"]
    assert accept["Resource"] == [f"arn:aws:detective:*:{it}:graph:*" for it in (ADMINISTRATOR, second)]
    # And narrow again.
    rollout.run("deploy", accounts=ACCOUNTS[:1]).ended(0)
    check_role(moto, ACCOUNTS[0])


def test_an_update_that_would_touch_only_others_is_refused(rollout):
    rollout.moto.prepare(*ACCOUNTS[:3])
    rollout.run("deploy", accounts=ACCOUNTS[:2]).ended(0)
    words = ["--external-id", "seven-of-nine"]
    rollout.run("deploy", *words, accounts=ACCOUNTS[2:3]).refused("does not name", "ExternalId")
    assert set(rollout.moto.instances().values()) == {"CURRENT"}


def test_a_role_of_that_name_that_others_made_is_a_named_failure(rollout):
    rollout.moto.prepare(*ACCOUNTS[:2])
    rollout.moto.make_role(ACCOUNTS[0], "DetectiveFleetMember", f"arn:aws:iam::{ADMINISTRATOR}:root")
    report = rollout.run("deploy", accounts=ACCOUNTS[:2]).ended(3).json()
    assert outcomes(report) == {ACCOUNTS[0]: "failed", ACCOUNTS[1]: "made"}
    assert "DetectiveFleetMember" in reasons(report)[ACCOUNTS[0]]


def test_with_a_tolerance_the_rest_is_not_tried(rollout):
    report = rollout.run("deploy", "--failure-tolerance", "1", accounts=ACCOUNTS[:4]).ended(3).json()
    assert set(outcomes(report).values()) == {"failed"}
    assert sorted("cancelled" in it for it in reasons(report).values()) == [False, False, True, True]
    # Nothing is to be taken out of a StackSet that never got there.
    assert not any("--retain-stacks" in it for it in reasons(report).values())


def test_where_the_execution_role_is_nowhere_the_usual_roles_are_offered_that_are_there(rollout):
    moto = rollout.moto
    report = rollout.run("deploy", accounts=ACCOUNTS[:3]).ended(3).json()
    assert report["notes"] == []
    for account in ACCOUNTS[:2]:
        moto.make_role(account, "AWSCloudFormationStackSetExecutionRole", f"arn:aws:iam::{ADMINISTRATOR}:root")
    report = rollout.run("deploy", accounts=ACCOUNTS[:3]).ended(3).json()
    [note] = report["notes"]
    assert "2 of 3 accounts" in note and "--via AWSCloudFormationStackSetExecutionRole" in note
    assert "--administration-role AWSCloudFormationStackSetAdministrationRole" in note
    # It was only tried: the sessions may do nothing.
    [nothing, *_] = moto.policies_of_sessions("AWSCloudFormationStackSetExecutionRole")
    assert [it["Effect"] for it in nothing["Statement"]] == ["Deny"]
    words = ["--administration-role", "AWSCloudFormationStackSetAdministrationRole", "--boundary", "none"]
    moto.make_role(ADMINISTRATOR, "AWSCloudFormationStackSetAdministrationRole", "cloudformation.amazonaws.com")
    for account in ACCOUNTS[:2]:
        moto.client("iam", account).update_assume_role_policy(
            RoleName="AWSCloudFormationStackSetExecutionRole",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": AWS_ADMINISTRATION}},
            ]}),
        )
    words += ["--execution-role", "AWSCloudFormationStackSetExecutionRole"]
    report = rollout.run("deploy", *words, accounts=ACCOUNTS[:3]).ended(3).json()
    assert [it for it, outcome in outcomes(report).items() if outcome == "failed"] == ACCOUNTS[2:3]


def test_who_interrupts_the_search_for_other_roles_has_the_report_of_what_was_done(rollout):
    proxy = Proxy(rollout.moto.endpoint)
    proxy.trouble["sts:AssumeRole"].extend(["hold"] * 2)
    try:
        env = {**rollout.moto.env, "AWS_ENDPOINT_URL": proxy.endpoint}
        process = rollout.command.start(*rollout.words("deploy", accounts=ACCOUNTS[:2]), env=env)
        assert proxy.held.wait(60)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        proxy.stop()
    assert process.returncode == 3, stdout + stderr
    assert outcomes(json.loads(stdout)) == dict.fromkeys(ACCOUNTS[:2], "failed")
    assert "nothing was changed" not in stderr


def test_no_other_role_is_offered_where_the_stack_set_has_made_one(rollout):
    rollout.moto.prepare(ACCOUNTS[0])
    rollout.moto.make_role(ACCOUNTS[1], "OrganizationAccountAccessRole", f"arn:aws:iam::{ADMINISTRATOR}:root")
    report = rollout.run("deploy", accounts=ACCOUNTS[:2]).ended(3).json()
    assert (sorted(outcomes(report).values()), report["notes"]) == (["failed", "made"], [])


def test_a_stack_set_that_others_made_is_left_alone(rollout):
    cloudformation = rollout.moto.client("cloudformation")
    cloudformation.create_stack_set(StackSetName=SET, TemplateBody='{"Resources": {}}', Description="somebody's")
    for operation in ("deploy", "remove"):
        rollout.run(operation, accounts=ACCOUNTS[:2]).refused("did not make", "--stack-set")
    assert rollout.moto.instances() == {}


def test_bad_lines_are_told_and_nothing_is_removed_with_them(rollout):
    rollout.moto.prepare(*ACCOUNTS[:2])
    report = rollout.run("deploy", accounts=ACCOUNTS[:2], extra="12345,x@example.com\n").ended(3).json()
    assert [it["line"] for it in report["invalid_lines"]] == [3]
    assert report["summary"]["changed"] == 2
    rollout.run("remove", accounts=ACCOUNTS[:2], extra="12345,x@example.com\n").refused("bad lines")
    assert len(rollout.moto.instances()) == 2


def test_another_operation_is_waited_for(rollout):
    moto = rollout.moto
    moto.prepare(*ACCOUNTS[:2])
    moto.hold.touch()
    first = rollout.start("deploy", accounts=ACCOUNTS[:1])
    wait_until(lambda: moto.client("cloudformation").list_stack_sets()["Summaries"] and moto.instances())
    second = rollout.start("deploy", accounts=ACCOUNTS[1:2])
    # It says so before it waits.
    lines = iter(second.stderr.readline, "")
    assert any("another operation" in line for line in lines)
    moto.hold.unlink()
    for process in (first, second):
        stdout, stderr = process.communicate(timeout=60)
        assert process.returncode == 0, stdout + stderr
    assert moto.instances() == dict.fromkeys(ACCOUNTS[:2], "CURRENT")


def test_an_operation_that_began_in_between_is_waited_for_too(rollout):
    rollout.moto.prepare(*ACCOUNTS[:2])
    for operation, words in [("deploy", []), ("deploy", ["--external-id", "seven-of-nine"]), ("remove", [])]:
        rollout.moto.busy.touch()
        rollout.run(operation, *words, accounts=ACCOUNTS[:2]).ended(0)
        assert not rollout.moto.busy.exists()


@pytest.mark.parametrize("operation", ["deploy", "deploy again", "remove"])
def test_an_operation_whose_answer_was_lost_has_begun(rollout, operation):
    moto = rollout.moto
    moto.prepare(*ACCOUNTS[:2])
    words = []
    if operation != "deploy":
        rollout.run("deploy", accounts=ACCOUNTS[:2]).ended(0)
        words = [] if operation == "remove" else ["--external-id", "seven-of-nine"]
    before = operations(moto)
    moto.lost.touch()
    report = rollout.run(operation.split()[0], *words, accounts=ACCOUNTS[:2]).ended(0).json()
    assert not moto.lost.exists()
    assert report["summary"]["changed"] == 2
    # It was asked for once more, and not done twice.
    assert operations(moto) == before + 1


def operations(moto):
    if not moto.client("cloudformation").list_stack_sets()["Summaries"]:
        return 0
    return len(moto.client("cloudformation").list_stack_set_operations(StackSetName=SET)["Summaries"])


def test_a_role_that_was_deleted_under_its_stack_is_told_with_the_way_back(rollout):
    moto = rollout.moto
    moto.prepare(*ACCOUNTS[:2])
    rollout.run("deploy", accounts=ACCOUNTS[:2]).ended(0)
    iam = moto.client("iam", ACCOUNTS[0])
    for name in iam.list_role_policies(RoleName="DetectiveFleetMember")["PolicyNames"]:
        iam.delete_role_policy(RoleName="DetectiveFleetMember", PolicyName=name)
    iam.delete_role(RoleName="DetectiveFleetMember")
    status = rollout.run("status", accounts=ACCOUNTS[:2]).ended(3).json()
    reason = reasons(status)[ACCOUNTS[0]]
    assert "stack is CURRENT" in reason and "`roles remove`" in reason and "`roles deploy`" in reason
    # For CloudFormation nothing is missing.
    assert rollout.run("deploy", accounts=ACCOUNTS[:2]).ended(0).json()["summary"]["changed"] == 0
    rollout.run("remove", accounts=ACCOUNTS[:1]).ended(0)
    rollout.run("deploy", accounts=ACCOUNTS[:2]).ended(0)
    assert moto.role(ACCOUNTS[0])


def test_an_operation_that_is_not_waited_for_goes_on_and_a_rerun_sees_it_through(rollout):
    moto = rollout.moto
    moto.prepare(*ACCOUNTS[:2])
    moto.hold.touch()
    process = rollout.start("deploy", accounts=ACCOUNTS[:2])
    wait_until(lambda: moto.client("cloudformation").list_stack_sets()["Summaries"] and moto.instances())
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stdout + stderr
    assert '"ended": "interrupted"' in stdout and "goes on in AWS" in stderr
    # The time of this one is over before AWS is finished.
    rollout.run("deploy", "--timeout", "1s", accounts=ACCOUNTS[:2]).refused("run again later")
    moto.hold.unlink()
    rollout.run("deploy", accounts=ACCOUNTS[:2]).ended(0)


def test_a_time_that_is_over_is_no_failure(rollout):
    rollout.moto.prepare(*ACCOUNTS[:2])
    rollout.moto.hold.touch()
    report = rollout.run("deploy", "--timeout", "2s", accounts=ACCOUNTS[:2]).ended(4).json()
    assert (report["ended"], report["summary"]["failed"]) == ("timeout", 0)
    rollout.moto.hold.unlink()


def test_a_stack_set_that_stands_in_another_region_is_noticed(rollout):
    rollout.moto.prepare(*ACCOUNTS[:2])
    rollout.run("deploy", "--home-region", "eu-west-1", accounts=ACCOUNTS[:2]).ended(0)
    rollout.run("deploy", accounts=ACCOUNTS[:2]).refused("--home-region eu-west-1", SET)
    report = rollout.run("deploy", "--home-region", "eu-west-1", accounts=ACCOUNTS[:2]).ended(0).json()
    assert report["stack_set"]["state"] == "unchanged"


def test_a_closed_account_leaves_the_stack_set_and_its_stack_stays(rollout):
    moto = rollout.moto
    moto.prepare(*ACCOUNTS[:2])
    rollout.run("deploy", accounts=ACCOUNTS[:2]).ended(0)
    moto.unprepare(ACCOUNTS[0])
    failed = rollout.run("remove", accounts=ACCOUNTS[:1]).ended(3).json()
    assert "--retain-stacks" in reasons(failed)[ACCOUNTS[0]] and "closed" in reasons(failed)[ACCOUNTS[0]]
    report = rollout.run("remove", "--retain-stacks", accounts=ACCOUNTS[:1]).ended(0).json()
    assert outcomes(report) == {ACCOUNTS[0]: "removed"}
    assert set(moto.instances()) == {ACCOUNTS[1]}
    assert moto.role(ACCOUNTS[0])


def test_status_of_roles_that_no_stack_set_made(rollout):
    moto = rollout.moto
    template = {"ParameterKey": "AdministratorAccount", "ParameterValue": ADMINISTRATOR}
    moto.client("cloudformation", ACCOUNTS[0]).create_stack(
        StackName="by-hand", TemplateBody=(ROOT / "deploy" / "member-role.yaml").read_text(), Parameters=[template],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    status = rollout.run("status", accounts=ACCOUNTS[:2]).ended(3).json()
    assert status["stack_set"]["state"] == "missing"
    assert [(it["stack"], it["assumable"]) for it in status["accounts"]] == [(None, True), (None, False)]
    # There is no stack that has lost its role.
    assert "stack is CURRENT" not in reasons(status)[ACCOUNTS[1]]


def test_without_a_terminal_nothing_prompts_and_yes_needs_the_administrator(rollout):
    path = rollout.write(f"{ACCOUNTS[0]},a@example.com\n")
    for operation in ("deploy", "remove"):
        rollout.command.run("roles", operation, path, env=rollout.moto.env).refused("--yes")
        rollout.command.run("roles", operation, path, "--yes", env=rollout.moto.env).refused("--admin-account")


def test_people_are_asked_and_see_it_in_words(rollout):
    rollout.moto.prepare(*ACCOUNTS[:2])
    path = rollout.write("".join(f"{account},a@example.com\n" for account in ACCOUNTS[:2]))
    words = ["roles", "deploy", path]
    rollout.command.run_on_terminal(*words, answer="no\n", env=rollout.moto.env).ended(1)
    assert rollout.moto.client("cloudformation").list_stack_sets()["Summaries"] == []
    shown = rollout.command.run_on_terminal(*words, answer="yes\n", env=rollout.moto.env).ended(0).stdout
    assert "is to be made" in shown and "2 as wanted" in shown


def test_new_roles_are_waited_for_until_they_can_be_assumed(rollout):
    rollout.moto.prepare(*ACCOUNTS[:4])
    made = rollout.run("deploy", accounts=ACCOUNTS[:3]).ended(0).json()
    assert [it["assumable"] for it in made["accounts"]] == [True] * 3
    # Those that were there before are not asked for.
    more = rollout.run("deploy", accounts=ACCOUNTS[:4]).ended(0).json()
    assert [it["assumable"] for it in more["accounts"]] == [None] * 3 + [True]
