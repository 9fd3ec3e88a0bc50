"""`plan` and `status`: they say how it is, and never change it."""

import csv
import os
import re
from datetime import datetime

import pytest

from support.sandbox import REGIONS


@pytest.fixture
def enabled(fleet):
    fleet.run("enable").ended(0)
    fleet.proxy.calls.clear()
    return fleet


def test_a_plan_changes_nothing(fleet):
    plan = fleet.run("plan").ended(0).json()
    assert (plan["version"], plan["kind"]) == (1, "plan")
    assert fleet.proxy.changes() == []
    assert [fleet.sandbox.graphs(region) for region in REGIONS] == [[], []]


def test_the_detailed_exit_code_tells_changes_from_none(fleet):
    fleet.run("plan", "--detailed-exitcode").ended(2)
    fleet.run("enable").ended(0)
    fleet.run("plan", "--detailed-exitcode").ended(0)
    fleet.run("plan").ended(0)


def test_a_plan_with_a_bad_line_says_so(fleet, write):
    roster = write(fleet.sandbox.roster.read_text() + "x\n")
    plan = fleet.run("plan", roster=roster).ended(3).json()
    assert [bad["line"] for bad in plan["invalid_lines"]] == [4]
    fleet.run("plan", "--detailed-exitcode", roster=roster).ended(1)


def test_the_plan_for_people_names_what_would_change(fleet):
    words = ["plan", fleet.sandbox.roster, "--regions", ",".join(REGIONS)]
    result = fleet.command.run(*words, env=fleet.env).ended(0)
    for region in REGIONS:
        assert region in result.stdout
    assert fleet.sandbox.administrator in result.output


def test_status_is_that_of_every_account_in_every_region(enabled):
    status = enabled.run("status").ended(0).json()
    assert (status["version"], status["kind"]) == (1, "status")
    found = {
        (region["region"], member["account_id"]): member["status"]
        for region in status["regions"]
        for member in region["members"]
    }
    assert found == {(region, account): "ENABLED" for region in REGIONS for account in enabled.sandbox.ids}
    assert enabled.proxy.changes() == []


def test_status_needs_no_file(enabled):
    words = ["status", "--output", "json", "--regions", ",".join(REGIONS)]
    status = enabled.command.run(*words, env=enabled.env).ended(0).json()
    assert all(len(region["members"]) == len(enabled.sandbox.ids) for region in status["regions"])


def test_a_list_that_nobody_enabled_is_not_as_wanted_and_no_graphs_without_a_list_are_fine(fleet):
    status = fleet.run("status").ended(3).json()
    assert status["accounts"] == {
        "accounts": 3, "as_wanted": 0, "need_action": 3, "waiting": 0, "causes": 1, "lost_regions": [],
    }
    fleet.command.run("status", "--regions", ",".join(REGIONS), env=fleet.env).ended(0)
    assert fleet.proxy.changes() == []


def shown(fleet, *words):
    return fleet.command.run("status", *words, "--regions", ",".join(REGIONS), env=fleet.env)


def test_status_begins_with_the_verdict_and_its_exit_status_is_the_same(enabled, write):
    first = shown(enabled, enabled.sandbox.roster).ended(0).stdout.splitlines()[0]
    assert first == "All 3 accounts are on everywhere."
    shorter = write("\n".join(enabled.sandbox.roster.read_text().splitlines()[1:]) + "\n", "shorter.csv")
    enabled.run("disable", roster=write(enabled.sandbox.roster.read_text().splitlines()[0] + "\n", "leaver.csv")).ended(0)
    first = shown(enabled, enabled.sandbox.roster).ended(3).stdout.splitlines()[0]
    assert first == "2 of 3 accounts are on everywhere. 1 needs you, for 1 cause."
    assert shown(enabled, shorter).ended(0).stdout.startswith("All 2 accounts are on everywhere.")
    gone = enabled.sandbox.roster.read_text()[:12]
    shown(enabled, enabled.sandbox.roster, "--expected", f"{gone}/*").ended(0)
    shown(enabled, enabled.sandbox.roster, "--account", gone).ended(3)
    nothing = shown(enabled, enabled.sandbox.roster, "--only", "failed").ended(3)
    assert "No membership failed." in nothing.stdout


def test_who_is_not_in_the_list_is_no_need_for_action(fleet, write, tmp_path):
    (first, email), (second, other), (third, _) = fleet.sandbox.members
    listed = write(f"{first},{email}\n{second},{other}\n", "listed.csv")
    fleet.run("enable", roster=listed).ended(0)
    fleet.run("enable", roster=write(f"{third},wrong@example.com\n", "stranger.csv")).ended(3)
    page = tmp_path / "status.html"
    told = shown(fleet, listed, "--report", page).ended(0).stdout
    assert told.startswith("All 2 accounts are on everywhere.")
    assert f"members that the list does not name: {third}" in told
    markdown = shown(fleet, listed, "--output", "markdown").ended(0).stdout
    for text in (told, markdown, page.read_text()):
        assert third in text
        assert "Needs action" not in text
    # Without a list, nobody is out of it.
    assert "Needs action:" in shown(fleet).ended(0).stdout


def test_status_waits_where_nothing_failed(make_fleet):
    fleet = make_fleet(verification="1h")
    fleet.run("enable", "--timeout", "3s").ended(4)
    first = shown(fleet, fleet.sandbox.roster).ended(4).stdout.splitlines()[0]
    assert first == "0 of 3 accounts are on everywhere. 3 wait: run `enable` to go on."


def test_a_graph_that_is_missing_where_others_have_one_is_told_without_a_list(enabled):
    assert shown(enabled).ended(0).stdout.startswith("Detective is on in all 2 Regions.")
    graph = enabled.sandbox.graphs(REGIONS[1])[0]
    enabled.sandbox.client("detective", REGIONS[1]).delete_graph(GraphArn=graph)
    for words in [[], ["--only", "enabled"]]:
        first = shown(enabled, *words).ended(3).stdout.splitlines()[0]
        assert first == f"Detective is on in 1 of 2 Regions. {REGIONS[1]} has no behavior graph."


def test_a_plan_for_pull_requests_is_markdown(fleet):
    words = ["plan", fleet.sandbox.roster, "--regions", ",".join(REGIONS), "--output", "markdown"]
    text = fleet.command.run(*words, env=fleet.env).ended(0).stdout
    assert text.startswith("**Plan: 2 behavior graphs to create, 6 to invite, 0 to accept, 0 to repair.**")
    assert "| create the behavior graph" in text and "| invite, and accept" in text


def test_a_region_that_cannot_be_read_is_named(enabled):
    for operation in ["ListGraphs", "ListMembers"]:
        enabled.proxy.trouble[f"detective:{operation}"].extend([(403, "AccessDeniedException")] * 50)
    result = enabled.run("status").ended(3)
    assert REGIONS[0] in result.output


@pytest.mark.parametrize("operation", ["plan", "status"])
def test_a_closed_pipe_ends_it_quietly(enabled, operation):
    read, write = os.pipe()
    os.close(read)
    process = enabled.command.start(*enabled.words(operation), env=enabled.env, stdout=write)
    os.close(write)
    stderr = process.communicate(timeout=60)[1]
    assert "panicked" not in stderr and "Broken pipe" not in stderr, stderr
    assert process.returncode != 101


def test_a_status_says_since_when_it_is_so(enabled, tmp_path):
    """As AWS says it: `InvitedTime` and `UpdatedTime` of ListMembers."""
    detective = enabled.sandbox.client("detective", REGIONS[0])
    graph = enabled.sandbox.graphs(REGIONS[0])[0]
    told = {
        member["AccountId"]: [member["InvitedTime"], member["UpdatedTime"]]
        for member in detective.list_members(GraphArn=graph)["MemberDetails"]
    }
    page = tmp_path / "status.html"
    status = enabled.run("status", "--report", page).ended(0).json()
    region = next(region for region in status["regions"] if region["region"] == REGIONS[0])
    for member in region["members"]:
        times = [datetime.fromisoformat(member[key]) for key in ["invited", "updated"]]
        assert times == [at.replace(microsecond=0) for at in told[member["account_id"]]]
    words = ["status", enabled.sandbox.roster, "--regions", REGIONS[0]]
    lines = list(csv.DictReader(enabled.command.run(*words, "--output", "csv", env=enabled.env).ended(0).stdout.splitlines()))
    assert {line["invited"] for line in lines} == {member["invited"] for member in region["members"]}
    long = enabled.command.run(*words, "--long", env=enabled.env).ended(0).stdout
    for member in region["members"]:
        updated = member["updated"][:19].replace("T", " ")
        assert any(member["account_id"] in line and f"{updated} UTC" in line for line in long.splitlines())
    tokyo = enabled.command.run(*words, "--long", "--timezone", "Asia/Tokyo", env=enabled.env).ended(0).stdout
    assert "+09:00" in tokyo and " UTC" not in tokyo
    machine = enabled.command.run(*words, "--long", env={**enabled.env, "TZ": "America/St_Johns"}).ended(0).stdout
    assert re.search(r"-0[23]:30", machine)
    # What programs read is in UTC.
    document = enabled.run("status", "--timezone", "Asia/Tokyo").ended(0).json()
    assert document["started"].endswith("Z")
    enabled.run("status", "--timezone", "Mars/Olympus").refused("Mars/Olympus", "IANA")


def test_a_report_says_since_when_a_membership_is_so(fleet):
    report = fleet.run("enable").ended(0).json()
    for region in report["regions"]:
        for member in region["members"]:
            assert member["invited"] <= member["updated"]
