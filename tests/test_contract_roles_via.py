"""`roles --via`: the role in every member by a role that is in each of them already, on moto."""

import signal

import pytest

from support.moto import ADMINISTRATOR, MEMBER_ROLE, Moto
from support.sandbox import wait_until
from test_contract_roles import Rollout, check_trust, outcomes, reasons

VIA = "OrganizationAccountAccessRole"
STACK = "detective-fleet-member"
ACCOUNTS = [f"2222222222{n:02}" for n in range(1, 21)]
WITHOUT, BY_HAND, OTHERS, OLD, SUSPENDED = ACCOUNTS[:3], ACCOUNTS[3], ACCOUNTS[4], ACCOUNTS[5], ACCOUNTS[6]
BY_STACK_SET, NEW = ACCOUNTS[7], ACCOUNTS[8:]
#: An earlier release, which asked for less.
OLDER = MEMBER_ROLE.read_text().replace("                  - account:ListRegions\n", "")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    moto = Moto(tmp_path_factory.mktemp("moto"))
    yield moto
    moto.stop()


@pytest.fixture
def rollout(command, server, write):
    server.reset()
    return Rollout(command, server, write)


def open_doors(moto, *accounts):
    for account in accounts:
        moto.make_role(account, VIA, f"arn:aws:iam::{ADMINISTRATOR}:root")


@pytest.fixture
def company(rollout):
    """Twenty accounts, as they are."""
    moto = rollout.moto
    open_doors(moto, *(it for it in ACCOUNTS if it not in WITHOUT))
    moto.make_stack(BY_HAND)
    moto.make_stack(OTHERS, name="by-another-name")
    moto.make_stack(OLD, template=OLDER)
    moto.make_stack(BY_STACK_SET, name=f"StackSet-DetectiveFleetMember-{BY_STACK_SET}")
    moto.suspended.write_text(SUSPENDED)
    return rollout


def run(rollout, operation, *more, **settings):
    return rollout.run(operation, "--via", VIA, *more, **settings)


def test_twenty_accounts_get_the_role_and_each_that_cannot_is_named(company):
    moto = company.moto
    report = run(company, "deploy").ended(3).json()
    assert report["via"] == {"role": VIA, "stack": STACK, "region": "us-east-1"} and "stack_set" not in report
    assert report["summary"] == {"accounts": 20, "as_wanted": 16, "changed": 13, "waiting": 0, "failed": 4}
    ended = outcomes(report)
    assert {it: ended[it] for it in NEW} == dict.fromkeys(NEW, "made")
    assert (ended[OLD], ended[BY_HAND], ended[OTHERS], ended[BY_STACK_SET]) == ("updated", "unchanged", "unchanged", "unchanged")
    why = reasons(report)
    assert set(why) == {*WITHOUT, SUSPENDED, OTHERS, BY_STACK_SET}
    for account in (*WITHOUT, SUSPENDED):
        assert f"Cannot assume the role {VIA} in {account}" in why[account]
        assert f"arn:aws:iam::{account}:role/{VIA}" in why[account]
    assert "by-another-name" in why[OTHERS] and "StackSet-" in why[BY_STACK_SET]
    for account in (*NEW, OLD, BY_HAND):
        check_trust(moto.role(account))
        assert moto.stacks(account) == {STACK: "UPDATE_COMPLETE" if account == OLD else "CREATE_COMPLETE"}
    for account in (OTHERS, BY_STACK_SET):
        assert STACK not in moto.stacks(account)

    again = run(company, "deploy").ended(3).json()
    assert again["summary"]["changed"] == 0 and set(reasons(again)) == set(why)
    open_doors(moto, *WITHOUT)
    moto.suspended.unlink()
    healed = run(company, "deploy").ended(0).json()
    assert {it for it, outcome in outcomes(healed).items() if outcome == "made"} == {*WITHOUT, SUSPENDED}
    status = run(company, "status").ended(0).json()
    assert status["summary"]["as_wanted"] == 20 and all(it["assumable"] for it in status["accounts"])


def test_the_sessions_may_do_nothing_but_that(company):
    run(company, "deploy").ended(3)
    policies = company.moto.policies_of_sessions(VIA)
    assert len(policies) == 16
    for policy in policies:
        stack, owner, role = policy["Statement"]
        assert stack["Resource"].endswith(f":stack/{STACK}/*") and owner["Action"] == "cloudformation:DescribeStackResources"
        assert role["Resource"].endswith(":role/detective-fleet/DetectiveFleetMember")
        assert role["Condition"] == {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}
        assert {it["Effect"] for it in policy["Statement"]} == {"Allow"}
        assert not any("*" in action for action in stack["Action"])


def test_a_dry_run_leaves_nothing_behind(company):
    plan = run(company, "deploy", "--dry-run").ended(3).json()
    assert plan["dry_run"] and plan["summary"]["changed"] == 13
    assert all(company.moto.stacks(account) == {} for account in NEW)
    [old] = [it for it in plan["accounts"] if it["account_id"] == OLD]
    assert old["changes"] == ["differs in: template"] and old["stack"] == "OUTDATED"


def test_status_says_how_far_each_account_is(company):
    status = run(company, "status").ended(3).json()
    why = reasons(status)
    assert "template" in why[OLD] and "roles deploy" in why[NEW[0]] and "Cannot assume" in why[SUSPENDED]
    by_id = {it["account_id"]: it for it in status["accounts"]}
    assert by_id[BY_HAND]["stack"] == "CURRENT" and by_id[BY_HAND]["outcome"] == "unchanged"
    assert by_id[OTHERS]["outcome"] == "unchanged" and by_id[OTHERS]["assumable"]


def test_remove_takes_back_its_own_stacks_and_no_others(company):
    moto = company.moto
    run(company, "deploy").ended(3)
    run(company, "remove").refused("--max-removals 14")
    report = run(company, "remove", "--max-removals", "14").ended(3).json()
    gone = {it for it, outcome in outcomes(report).items() if outcome == "removed"}
    assert gone == {*NEW, OLD, BY_HAND}
    assert all(moto.role(account) is None for account in gone)
    assert moto.role(OTHERS) and moto.role(BY_STACK_SET)
    again = run(company, "remove", accounts=[*NEW, OLD]).ended(0).json()
    assert set(outcomes(again).values()) == {"unchanged"}


def test_what_is_not_agreed_to_leaves_no_stack(company, open_terminal):
    words = [it for it in company.words("deploy", "--via", VIA) if it not in ("--yes", "--output", "json")]
    terminal = open_terminal(*words, env=company.moto.env)
    terminal.until_shown("Enter a value")
    shown = terminal.everything()
    assert "Add MemberRole (AWS::IAM::Role)" in shown and "differs in: template" in shown
    assert company.moto.stacks(NEW[0]) == {STACK: "REVIEW_IN_PROGRESS"}
    terminal.type("no\r")
    assert terminal.to_the_end() == 1
    assert all(company.moto.stacks(account) == {} for account in NEW)
    assert company.moto.stacks(OLD) == {STACK: "CREATE_COMPLETE"}


def test_a_run_that_is_interrupted_goes_on_in_aws_and_the_next_one_sees_it_through(rollout):
    moto, accounts = rollout.moto, NEW[:3]
    open_doors(moto, *accounts)
    moto.hold.touch()
    process = rollout.start("deploy", "--via", VIA, accounts=accounts)
    wait_until(lambda: all(moto.stacks(it) == {STACK: "CREATE_IN_PROGRESS"} for it in accounts))
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stdout + stderr
    assert '"outcome": "waiting"' in stdout and "goes on in AWS" in stdout
    report = run(rollout, "deploy", "--dry-run", accounts=accounts).ended(3).json()
    assert all("under way" in it for it in reasons(report).values())
    moto.hold.unlink()
    report = run(rollout, "deploy", accounts=accounts).ended(0).json()
    assert set(outcomes(report).values()) == {"unchanged"}


def test_a_role_that_somebody_made_fails_by_name_and_the_next_run_makes_it(rollout):
    moto, account = rollout.moto, NEW[0]
    open_doors(moto, account)
    moto.make_role(account, "DetectiveFleetMember", f"arn:aws:iam::{ADMINISTRATOR}:root")
    report = run(rollout, "deploy", accounts=[account]).ended(3).json()
    assert "DetectiveFleetMember" in reasons(report)[account] and moto.stacks(account) == {STACK: "ROLLBACK_COMPLETE"}
    moto.client("iam", account).delete_role(RoleName="DetectiveFleetMember")
    report = run(rollout, "deploy", accounts=[account]).ended(0).json()
    assert outcomes(report) == {account: "made"}


def test_a_template_that_differs_in_its_comments_alone_is_as_wanted(rollout):
    moto, account = rollout.moto, NEW[0]
    open_doors(moto, account)
    moto.make_stack(account, template=MEMBER_ROLE.read_text().replace("# The graph is", "# This is"))
    report = run(rollout, "deploy", accounts=[account]).ended(0).json()
    assert outcomes(report) == {account: "unchanged"} and moto.stacks(account) == {STACK: "CREATE_COMPLETE"}


def test_a_role_in_another_region_is_left_alone(rollout):
    moto, account = rollout.moto, NEW[0]
    open_doors(moto, account)
    moto.make_stack(account, region="eu-west-1")
    report = run(rollout, "deploy", accounts=[account]).ended(0).json()
    assert "no stack in us-east-1" in reasons(report)[account]
    report = run(rollout, "deploy", "--home-region", "eu-west-1", accounts=[account]).ended(0).json()
    assert reasons(report) == {}


def test_a_stack_of_that_name_that_others_made_is_left_alone(rollout):
    moto, account = rollout.moto, NEW[0]
    open_doors(moto, account)
    template = '{"Description": "theirs", "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    moto.client("cloudformation", account).create_stack(StackName=STACK, TemplateBody=template)
    for operation in ("deploy", "remove"):
        report = run(rollout, operation, accounts=[account]).ended(3).json()
        assert "--stack" in reasons(report)[account]
    assert moto.stacks(account) == {STACK: "CREATE_COMPLETE"}
    run(rollout, "deploy", "--stack", "another", accounts=[account]).ended(0)


def test_two_administrators_for_a_while_by_the_same_command(rollout):
    moto, account, second = rollout.moto, NEW[0], "333333333333"
    open_doors(moto, account)
    run(rollout, "deploy", accounts=[account]).ended(0)
    report = run(rollout, "deploy", "--second-administrator", second, accounts=[account]).ended(0).json()
    assert outcomes(report) == {account: "updated"}
    [trust] = filter(None, moto.role(account)["AssumeRolePolicyDocument"]["Statement"])
    assert trust["Principal"] == {"AWS": [f"arn:aws:iam::{it}:root" for it in (ADMINISTRATOR, second)]}
    run(rollout, "deploy", accounts=[account]).ended(0)
    check_trust(moto.role(account))


def test_with_a_tolerance_the_rest_is_not_tried(rollout):
    moto, accounts = rollout.moto, NEW[:4]
    open_doors(moto, *accounts)
    for account in accounts:
        moto.make_role(account, "DetectiveFleetMember", f"arn:aws:iam::{ADMINISTRATOR}:root")
    report = run(rollout, "deploy", "--failure-tolerance", "1", "--at-a-time", "1", accounts=accounts).ended(3).json()
    assert [it.startswith("not tried") for it in reasons(report).values()] == [False, False, True, True]


def test_a_cause_that_accounts_share_is_told_once(company):
    """Each has another ARN, and it is the same role that is not there."""
    words = run_words(company, "status")
    shown = " ".join(company.command.run(*words, env=company.moto.env).ended(3).stdout.split())
    assert shown.count("Cannot assume the role") == 1, shown
    assert f"Cannot assume the role {VIA} in 4 accounts, by which the stack is deployed." in shown
    assert "Name a role with --via that is there and trusts the caller" in shown
    for account in (*WITHOUT, SUSPENDED):
        assert account in shown
    report = run(company, "status").ended(3).json()
    causes = {it["account_id"]: it.get("cause") for it in report["accounts"]}
    assert {it for it, cause in causes.items() if cause == "deployer-not-assumed"} == {*WITHOUT, SUSPENDED}


def run_words(rollout, operation):
    """The same for people."""
    words = rollout.words(operation, "--via", VIA)
    at = words.index("--output")
    return words[:at] + words[at + 2:]
