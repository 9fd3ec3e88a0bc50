"""Once, one at a time, and the newest only."""

import os
import signal
import time
from datetime import datetime, timedelta, timezone

from support.sandbox import wait_until
from support.stack import LIST, Execution, functions_of

LEASE = "state/lease.json"


def created(stack, key, version):
    """The event that S3 sends for an upload."""
    detail = {"bucket": {"name": stack.bucket}, "object": {"key": key, "version-id": version}}
    return {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}


def hold_lease(stack, seconds):
    until = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    lease = f'{{"holder": "another", "until": "{until.isoformat()}"}}'
    stack.s3.put_object(Bucket=stack.bucket, Key=LEASE, Body=lease.encode())


def start_nothing(stack):
    """From here on the test sends the events."""
    events = stack.client("events")
    for rule in events.list_rules()["Rules"]:
        events.disable_rule(Name=rule["Name"])


def test_the_same_event_twice_is_one_run(stack):
    stack.upload().succeeded()
    version = stack.s3.head_object(Bucket=stack.bucket, Key=LIST)["VersionId"]
    again = [stack.start(created(stack, LIST, version)) for _ in range(2)]
    for execution in again:
        assert stack.ended(execution).succeeded().states == ["Begin", "Prepare", "WhatNext", "Duplicate"]
    assert len(stack.messages()) == 1
    assert len({key.split("/")[1] for key in stack.keys("runs/")}) == 1


def test_an_event_that_comes_late_is_superseded(stack):
    start_nothing(stack)
    early = stack.put(LIST, stack.csv(stack.members[:1]))
    late = stack.put(LIST, stack.csv())
    old = stack.ended(stack.start(created(stack, LIST, early))).succeeded()
    assert old.report["ended"] == "superseded" and "newer version" in old.report["error"]
    assert stack.keys("latest/") == [] and stack.statuses() == {}
    stack.ended(stack.start(created(stack, LIST, late))).succeeded()
    assert len(stack.statuses()) == 3
    stack.s3.delete_object(Bucket=stack.bucket, Key=LIST)
    gone = stack.ended(stack.start({**created(stack, LIST, late), "id": "another"}))
    # It is the same version: the first execution had it.
    assert gone.succeeded().states[-1] == "Duplicate"


def test_a_deleted_list_is_not_worked_with(stack):
    start_nothing(stack)
    version = stack.put(LIST, stack.csv())
    stack.s3.delete_object(Bucket=stack.bucket, Key=LIST)
    execution = stack.ended(stack.start(created(stack, LIST, version))).succeeded()
    assert execution.report["ended"] == "superseded" and "deleted" in execution.report["error"]
    assert stack.statuses() == {}


def test_an_upload_during_a_run_takes_over(make_stack):
    stack = make_stack(world={"verification": '"6s"'})
    stack.put(LIST, stack.csv(stack.members[:2]))
    first = stack.new_execution(set())
    wait_until(lambda: len(stack.statuses()) == 2)
    second = stack.upload().succeeded()
    report = stack.ended(first).succeeded().report
    assert report["ended"] == "superseded" and report["summary"]["waiting"] > 0
    assert second.report["summary"]["enabled"] == 6
    # What the first one invited was there before the second.
    before = {member["before"] for region in second.report["regions"] for member in region["members"]}
    assert before & {"VERIFICATION_IN_PROGRESS", "INVITED"} and None in before
    assert stack.read(f"latest/{LIST}/report.json")["run_id"] == second.name
    assert "WaitForTurn" in second.states
    assert len(stack.messages()) == 2


def test_a_delete_during_a_run_ends_it(make_stack):
    stack = make_stack(world={"verification": '"8s"'})
    stack.put(LIST, stack.csv())
    execution = stack.new_execution(set())
    wait_until(lambda: len(stack.statuses()) == 3)
    stack.s3.delete_object(Bucket=stack.bucket, Key=LIST)
    report = stack.ended(execution).succeeded().report
    assert report["ended"] == "superseded"
    assert stack.keys("latest/") == []
    assert "ENABLED" not in stack.statuses().values()


def test_one_run_at_a_time(stack):
    hold_lease(stack, 5)
    begun = time.monotonic()
    execution = stack.upload().succeeded()
    assert execution.states.count("WaitForTurn") >= 1
    # It was somebody else's turn until then.
    assert time.monotonic() - begun >= 4
    assert execution.report["summary"]["enabled"] == 6
    # It was given back: the next one need not wait.
    assert "WaitForTurn" not in stack.upload().succeeded().states


def test_a_run_that_never_gets_its_turn_fails(make_stack):
    stack = make_stack(parameters={"WaitLimitMinutes": "0"})
    hold_lease(stack, 3600)
    execution = stack.upload().failed("Failed")
    assert "another execution" in execution.report["error"]
    assert stack.read(LEASE)["holder"] == "another"


def test_a_run_that_lost_its_turn_changes_nothing_more(make_stack):
    stack = make_stack(world={"verification": '"20s"'}, parameters={"Timeout": "10"})
    stack.put(LIST, stack.csv())
    execution = stack.new_execution(set())
    wait_until(lambda: len(stack.statuses()) == 3)
    hold_lease(stack, 3600)
    stack.ended(execution).failed("Failed")
    assert "took over" in execution.report["error"]
    assert stack.read(LEASE)["holder"] == "another"
    assert "ENABLED" not in stack.statuses().values()


def test_two_lists_at_once_are_one_after_the_other(stack):
    stack.put("enable/one.csv", stack.csv(stack.members[:2]))
    stack.put("enable/two.csv", stack.csv(stack.members[1:]))
    wait_until(lambda: len(stack.executions()) == 2)
    for execution in stack.executions():
        one = stack.ended(Execution(stack, execution["executionArn"]))
        assert one.succeeded().report["summary"]["enabled"] == 4
    assert len(stack.statuses()) == 3


def test_a_function_that_is_killed_is_gone_on_from(make_stack):
    stack = make_stack(world={"verification": '"4s"'})
    stack.put(LIST, stack.csv())
    execution = stack.new_execution(set())
    wait_until(lambda: len(stack.statuses()) == 3)
    killed = functions_of(stack)
    assert killed
    for process in killed:
        os.kill(process, signal.SIGKILL)
    report = stack.ended(execution).succeeded().report
    members = [member for region in report["regions"] for member in region["members"]]
    # What it was like before is what the killed pass had written down before it changed anything.
    assert {(member["before"], member["outcome"]) for member in members} == {(None, "enabled")}
    assert report["summary"]["changed"] == 6
    assert stack.calls()["operations"]["detective:CreateMembers"] == 2
