"""What goes wrong while a run is under way: it ends all the same, and says what was not reached."""

import os
import signal

from support.permissions import Permission, lacking
from support.sandbox import wait_until
from support.stack import LIST, REGIONS, functions_of


def failed_of(report):
    """The reasons, by account."""
    members = [member for region in report["regions"] for member in region["members"]]
    return {member["account_id"]: member["reason"] for member in members if member["outcome"] == "failed"}


def test_a_bad_line_and_a_missing_role_stop_nobody_else(make_stack):
    stack = make_stack(world={"size": "8"}, without_role={"234567000005"})
    lines = stack.csv().splitlines(keepends=True)
    execution = stack.upload(text="".join([*lines[:3], "12345678901,root@example.com\n", *lines[3:]])).failed("Failed")
    report = execution.report
    assert (report["summary"]["enabled"], report["summary"]["failed"]) == (14, 2)
    assert [line["line"] for line in report["invalid_lines"]] == [4]
    [message] = stack.messages()
    assert "234567000005" in message and "role" in message and "line 4" in message
    others = dict.fromkeys([account for account, _ in stack.members if account != "234567000005"], "ENABLED")
    for region in REGIONS:
        # Who has no role takes no place in the graph.
        assert stack.statuses(region) == others


def test_roles_that_were_removed_are_named_and_nobody_is_lost(make_stack):
    stack = make_stack(world={"size": "6"}, parameters={"InviteOnlyWithRole": "false"})
    stack.upload(text=stack.csv(stack.members[:1])).succeeded()
    gone = [account for account, _ in stack.members[2:5]]
    for account in gone:
        stack.client("cloudformation", account).delete_stack(StackName="detective-fleet-member")
    report = stack.upload().failed("Failed").report
    assert set(failed_of(report)) == set(gone) and report["summary"]["enabled"] == 6
    for account, reason in failed_of(report).items():
        assert f"arn:aws:iam::{account}:role/detective-fleet/DetectiveFleetMember" in reason
    # They are invited all the same: once the roles are there again, they are accepted.
    assert {stack.statuses()[account] for account in gone} == {"INVITED"}
    for account in gone:
        stack.deploy_role(account)
    again = stack.upload().succeeded().report
    assert (again["summary"]["enabled"], again["summary"]["changed"]) == (12, 6)
    assert "detective:CreateMembers" not in again["calls"]


def test_members_whose_role_is_gone_stay_enabled(stack):
    stack.upload().succeeded()
    for account, _ in stack.members:
        stack.client("cloudformation", account).delete_stack(StackName="detective-fleet-member")
    # Nothing is to be accepted: nobody's role is needed.
    assert stack.upload().succeeded().report["summary"] == {
        "memberships": 6, "enabled": 6, "changed": 0, "removed": 0, "waiting": 0, "failed": 0, "skipped": 0,
    }


def test_sessions_of_the_built_function_that_are_about_to_end_are_renewed(make_stack):
    # Whose they are cannot be told here: crates/engine/tests/on_the_wire/credentials.rs counts the administrator's and a member's.
    # They are renewed five minutes before they end, so here after 3 s.
    stack = make_stack(world={"verification": '"8s"'}, environment={"SESSION_SECONDS": "303"})
    report = stack.upload().succeeded().report
    assert report["summary"]["enabled"] == 6
    # One for each member, and two for the administrator, is what it takes without.
    assert report["calls"]["sts:AssumeRole"] > len(stack.members) + 2


def test_sessions_that_end_before_their_time_are_replaced(make_stack):
    faults = '[{effect = "expired_token", operations = ["detective:AcceptInvitation"], first = 1}]'
    stack = make_stack(world={"faults": faults})
    report = stack.upload().succeeded().report
    assert report["summary"]["enabled"] == 6
    assert report["calls"]["detective:AcceptInvitation"] > 6
    assert report["calls"]["sts:AssumeRole"] > len(stack.members) + 2


def test_an_administrators_session_that_ends_before_its_time_is_renewed(make_stack):
    faults = '[{effect = "expired_token", operations = ["detective:CreateGraph"], regions = ["us-east-1"], first = 1}]'
    stack = make_stack(world={"faults": faults})
    assert stack.upload().succeeded().report["summary"]["enabled"] == 6


def test_an_administrators_session_that_always_ends_before_its_time_fails_the_run(make_stack):
    faults = '[{effect = "expired_token", operations = ["detective:CreateGraph"], regions = ["us-east-1"]}]'
    stack = make_stack(world={"faults": faults})
    report = stack.upload().failed("Failed").report
    assert "expired" in report["error"]
    [message] = stack.messages()
    assert "expired" in message


def test_throttling_and_errors_only_cost_time(make_stack):
    faults = '[{effect = "throttle", chance = 0.05}, {effect = "server_error", chance = 0.05}]'
    stack = make_stack(world={"size": "30", "faults": faults})
    report = stack.upload().succeeded().report
    assert (report["summary"]["enabled"], report["summary"]["changed"]) == (60, 60)
    for region in REGIONS:
        assert set(stack.statuses(region).values()) == {"ENABLED"}
    assert stack.upload().succeeded().report["summary"]["changed"] == 0


def test_a_function_that_is_killed_in_a_later_pass_is_gone_on_from(make_stack):
    stack = make_stack(world={"verification": '"18s"'}, parameters={"Timeout": "10"})
    stack.put(LIST, stack.csv())
    execution = stack.new_execution(set())
    progress = f"runs/{execution.name}/groups/0/progress-odd.json"
    wait_until(lambda: progress in stack.keys("runs/"))
    killed = wait_until(lambda: functions_of(stack))
    for process in killed:
        os.kill(process, signal.SIGKILL)
    report = stack.ended(execution).succeeded().report
    members = [member for region in report["regions"] for member in region["members"]]
    assert {(member["before"], member["outcome"]) for member in members} == {(None, "enabled")}
    assert [region["changes"] for region in report["regions"]] == [["graph created"]] * 2
    assert stack.calls()["operations"]["detective:CreateMembers"] == 2


def test_what_a_killed_pass_did_counts_as_done(make_stack):
    # One after the other, so that it is killed in the middle of it.
    world = {"size": "12", "verification": '"0s"', "latency": '"100ms"'}
    stack = make_stack(world=world, parameters={"MaxConcurrency": "1"})
    stack.put(LIST, stack.csv())
    execution = stack.new_execution(set())
    wait_until(lambda: list(stack.statuses().values()).count("ENABLED") >= 2)
    for process in functions_of(stack):
        os.kill(process, signal.SIGKILL)
    report = stack.ended(execution).succeeded().report
    members = [member for region in report["regions"] for member in region["members"]]
    assert {(member["before"], member["outcome"]) for member in members} == {(None, "enabled")}
    assert (report["summary"]["enabled"], report["summary"]["changed"]) == (24, 24)
    assert [region["changes"] for region in report["regions"]] == [["graph created"]] * 2


def test_a_pass_ends_before_its_invocation_does(make_stack):
    # What was asked for in the last moment is never answered.
    faults = '[{effect = "silence", operations = ["detective:AcceptInvitation"], until = "25s"}]'
    stack = make_stack(world={"faults": faults}, parameters={"Timeout": "10"})
    execution = stack.upload().succeeded()
    assert execution.report["summary"]["changed"] == 6
    passes = stack.passes(execution)
    # `prepare` and `report` are two more. What was killed would have been tried again.
    assert len([line for line in stack.logs() if line.startswith("REPORT")]) == passes + 2


def test_a_bucket_that_cannot_be_reached_fails_the_run_and_it_is_told(make_stack):
    stack = make_stack(line=True)
    stack.line.down = True
    stack.upload().failed("Failed")
    [message] = stack.messages()
    assert "could not be written" in message
    stack.line.down = False
    assert stack.statuses() == {}
    # The turn was not taken: the next one need not wait.
    assert "WaitForTurn" not in stack.upload().succeeded().states


def test_a_bucket_that_cannot_be_reached_for_a_while_ends_a_pass_and_not_the_run(make_stack):
    stack = make_stack(world={"verification": '"6s"'}, line=True)
    stack.put(LIST, stack.csv())
    execution = stack.new_execution(set())
    wait_until(lambda: len(stack.statuses()) == 3)
    stack.line.down = True
    wait_until(lambda: stack.line.dropped > 2)
    stack.line.down = False
    report = stack.ended(execution).succeeded().report
    assert (report["summary"]["enabled"], report["summary"]["changed"]) == (6, 6)
    assert stack.calls()["operations"]["detective:CreateMembers"] == 2


def test_a_region_that_cannot_be_read_before_removals_says_why(make_stack):
    faults = f'[{{effect = "denied", operations = ["detective:ListGraphs"], regions = ["{REGIONS[1]}"]}}]'
    stack = make_stack(world={"faults": faults}, parameters={"Prune": "true"})
    report = stack.upload().failed("Failed").report
    by_region = {region["region"]: region for region in report["regions"]}
    assert "nobody was removed there" in by_region[REGIONS[1]]["error"] and "ListGraphs" in by_region[REGIONS[1]]["error"]
    # Its accounts count, too.
    assert (report["summary"]["enabled"], report["summary"]["failed"]) == (3, 3)
    assert stack.calls()["operations"]["detective:CreateMembers"] == 1


def test_a_run_without_a_report_gives_its_turn_back(stack):
    stack.upload().succeeded()
    with lacking(stack, Permission("FunctionPolicy", "TellWhatIsThere", "s3:ListBucket")):
        assert stack.upload().failed("Failed").states[-1] == "NoReport"
    assert "WaitForTurn" not in stack.upload().succeeded().states


def test_what_cannot_be_told_is_failed_and_the_report_is_there(stack):
    stack.client("sns").delete_topic(TopicArn=stack.outputs["TopicArn"])
    execution = stack.upload().failed("Failed")
    assert "could not be published" in execution.described["cause"]
    assert execution.report["summary"]["enabled"] == 6
    assert execution.states[-1] == "NotTold"
