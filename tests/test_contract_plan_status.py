"""`plan` and `status`: they say how it is, and never change it."""

import csv
import os
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


def test_status_before_anything_is_enabled_is_no_failure(fleet):
    fleet.run("status").ended(0)
    assert fleet.proxy.changes() == []


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
        assert any(member["account_id"] in line and member["updated"][:16] in line for line in long.splitlines())


def test_a_report_says_since_when_a_membership_is_so(fleet):
    report = fleet.run("enable").ended(0).json()
    for region in report["regions"]:
        for member in region["members"]:
            assert member["invited"] <= member["updated"]
