"""`roles deploy --via` that does not come to its end: what was prepared for accounts is taken back, or named where it stays."""

import signal

import pytest

from support.proxy import Proxy
from support.sandbox import wait_until
from test_contract_roles import Rollout, outcomes, reasons
from test_contract_roles_via import NEW, STACK, VIA, open_doors, server  # noqa: F401

ACCOUNTS = NEW[:6]
EXECUTE, DESCRIBE, DROP = (f"cloudformation:{it}" for it in ("ExecuteChangeSet", "DescribeChangeSet", "DeleteChangeSet"))
REFUSED = (403, "AccessDenied", "not authorized")


@pytest.fixture
def rollout(command, server, write):  # noqa: F811
    server.reset()
    open_doors(server, *ACCOUNTS)
    proxy = Proxy(server.endpoint)
    rollout = Rollout(command, server, write)
    rollout.proxy, rollout.env = proxy, server.env | {"AWS_ENDPOINT_URL": proxy.endpoint}
    yield rollout
    proxy.stop()


def words(rollout, *more, accounts=ACCOUNTS):
    return rollout.words("deploy", "--via", VIA, *more, accounts=accounts)


def run(rollout, *more, accounts=ACCOUNTS):
    return rollout.command.run(*words(rollout, *more, accounts=accounts), env=rollout.env)


def test_accounts_that_are_not_tried_keep_nothing_that_was_prepared(rollout):
    rollout.proxy.trouble[EXECUTE].append(REFUSED)
    report = run(rollout, "--at-a-time", "1", "--failure-tolerance", "0").ended(3).json()
    why = reasons(report)
    assert all(why[it] == "not tried: too many others had failed before" for it in ACCOUNTS[1:])
    assert all(rollout.moto.stacks(it) == {} for it in ACCOUNTS)


def test_what_could_not_be_taken_back_is_named_where_it_stays(rollout):
    rollout.proxy.trouble[EXECUTE].append(REFUSED)
    # The first account's is taken back, the others' are not.
    rollout.proxy.trouble[DROP].extend([None] + [REFUSED] * 5)
    report = run(rollout, "--at-a-time", "1", "--failure-tolerance", "0").ended(3).json()
    why = reasons(report)
    for account in ACCOUNTS[1:]:
        assert why[account].startswith("not tried") and "a change set that was not executed may stay" in why[account]
        assert "DeleteChangeSet" in why[account] and rollout.moto.stacks(account) == {STACK: "REVIEW_IN_PROGRESS"}


def test_after_an_interruption_nothing_that_was_prepared_stays(rollout):
    moto, (first, *others) = rollout.moto, ACCOUNTS
    moto.hold.touch()
    process = rollout.command.start(*words(rollout, "--at-a-time", "1"), env=rollout.env)
    wait_until(lambda: moto.stacks(first) == {STACK: "CREATE_IN_PROGRESS"})
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stdout + stderr
    assert stdout.count("not begun before the run ended: run again") == len(others)
    assert all(moto.stacks(it) == {} for it in others)


def test_nothing_begins_after_the_time_is_over_and_nothing_that_was_prepared_stays(rollout):
    # CloudFormation is silent about one change set for all of the time.
    rollout.proxy.trouble[DESCRIBE].append("hold")
    report = run(rollout, "--timeout", "4s").json()
    assert rollout.proxy.count()[EXECUTE] == 0
    assert sorted(outcomes(report).values()) == ["failed"] + ["waiting"] * 5 and report["ended"] == "timeout"
    assert all(rollout.moto.stacks(it) == {} for it in ACCOUNTS)


def test_a_preparation_that_fails_names_what_stays(rollout):
    rollout.proxy.trouble[DESCRIBE].append(REFUSED)
    rollout.proxy.trouble[DROP].append(REFUSED)
    [account] = accounts = ACCOUNTS[:1]
    why = reasons(run(rollout, accounts=accounts).ended(3).json())[account]
    assert "DescribeChangeSet" in why and "a change set that was not executed may stay" in why and "DeleteChangeSet" in why
    assert rollout.moto.stacks(account) == {STACK: "REVIEW_IN_PROGRESS"}


def test_nobody_is_asked_about_a_removal_when_the_time_is_over(rollout):
    run(rollout).ended(0)
    # CloudFormation is silent about one stack for all of the time.
    rollout.proxy.trouble["cloudformation:DescribeStacks"].append("hold")
    words = [it for it in rollout.words("remove", "--via", VIA, accounts=ACCOUNTS) if it not in ("--yes", "--output", "json")]
    result = rollout.command.run_on_terminal(*words, "--timeout", "4s", answer="", env=rollout.env)
    assert result.status in (3, 4) and "Enter a value" not in result.stdout, result.stdout
    assert "6 waiting. The time is over" in result.stdout, result.stdout
    assert rollout.proxy.count()["cloudformation:DeleteStack"] == 0
