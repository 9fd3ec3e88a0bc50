"""`enable`: from nothing to ENABLED, again without a change, and with every failure where it belongs."""

import json
import signal
import urllib.request

import pytest

from support.command import finish
from support.sandbox import REGIONS, wait_until


def memberships(report):
    """(Region, account) to the member's entry."""
    return {
        (region["region"], member["account_id"]): member
        for region in report["regions"]
        for member in region["members"]
    }


def expect_enabled(sandbox, regions=REGIONS, ids=None):
    for region in regions:
        assert len(sandbox.graphs(region)) == 1
        assert sandbox.statuses(region) == dict.fromkeys(ids or sandbox.ids, "ENABLED")


def test_everything_is_enabled_and_the_report_tells_the_truth(fleet):
    report = fleet.run("enable").ended(0).json()
    expect_enabled(fleet.sandbox)
    assert (report["version"], report["kind"], report["operation"]) == (1, "run", "enable")
    assert report["administrator"] == fleet.sandbox.administrator
    assert (report["ended"], report["settled"]) == ("complete", True)
    everything = len(REGIONS) * len(fleet.sandbox.ids)
    summary = {"memberships": everything, "enabled": everything, "changed": everything,
               "waiting": 0, "failed": 0, "skipped": 0}
    assert summary.items() <= report["summary"].items()
    assert {region["region"]: region["graph_arn"] for region in report["regions"]} == {
        region: fleet.sandbox.graphs(region)[0] for region in REGIONS
    }
    assert {m["status"] for m in memberships(report).values()} == {"ENABLED"}
    assert {m["outcome"] for m in memberships(report).values()} == {"enabled"}


def test_the_calls_of_the_report_are_those_on_the_wire(fleet):
    report = fleet.run("enable").ended(0).json()
    assert report["calls"] == dict(fleet.proxy.count())
    # A role is assumed once for all Regions.
    assert report["calls"]["sts:AssumeRole"] == len(fleet.sandbox.ids)
    assert report["calls"]["detective:AcceptInvitation"] == len(REGIONS) * len(fleet.sandbox.ids)


def test_a_second_run_changes_nothing_and_hardly_calls(fleet):
    fleet.run("enable").ended(0)
    fleet.proxy.calls.clear()
    report = fleet.run("enable").ended(0).json()
    assert report["summary"]["changed"] == 0
    assert report["summary"]["enabled"] == report["summary"]["memberships"]
    assert {m["outcome"] for m in memberships(report).values()} == {"unchanged"}
    assert fleet.proxy.changes() == []
    for region in REGIONS:
        # One page holds three members.
        calls = [call for call in fleet.proxy.calls if call.region == region and "detective:" in call.operation]
        assert len(calls) <= 2 + 1, calls
    assert "sts:AssumeRole" not in report["calls"]
    assert {call.key for call in fleet.proxy.calls} == {fleet.sandbox.env["AWS_ACCESS_KEY_ID"]}


def test_a_new_line_is_the_only_thing_that_changes(fleet, write):
    lines = fleet.sandbox.roster.read_text().splitlines(keepends=True)
    fleet.run("enable", roster=write("".join(lines[:-1]))).ended(0)
    report = fleet.run("enable").ended(0).json()
    assert report["summary"]["changed"] == len(REGIONS)
    new = fleet.sandbox.ids[-1]
    assert {m["before"] for (_, account), m in memberships(report).items() if account == new} == {None}
    expect_enabled(fleet.sandbox)


def test_without_regions_all_that_are_on_are_covered(fleet):
    report = fleet.run("enable", regions=None).ended(0).json()
    assert len(report["regions"]) == 21
    expect_enabled(fleet.sandbox, regions=[region["region"] for region in report["regions"]])


def test_regions_that_are_off_are_left_out_and_named(make_fleet):
    fleet = make_fleet(scenario="size = 1\n[accounts.555555555555]\nregions_off = ['af-south-1']\n")
    report = fleet.run("plan", regions=None).ended(0).json()
    assert len(report["regions"]) == 20
    assert any(note.endswith("switched on in the administrator account: af-south-1") for note in report["notes"])


def test_regions_can_be_repeated_and_excluded(fleet):
    words = ["--regions", "us-east-1, us-east-2", "--regions", "eu-west-1", "--exclude-region", "us-east-2"]
    report = fleet.run("enable", *words, regions=None).ended(0).json()
    assert {r["region"] for r in report["regions"] if r["state"] == "settled"} == {"us-east-1", "eu-west-1"}
    assert fleet.sandbox.graphs("us-east-2") == []


def test_a_bad_line_does_not_stop_the_good_ones(fleet, write):
    roster = write(fleet.sandbox.roster.read_text() + "12345,x@example.com\n")
    report = fleet.run("enable", roster=roster).ended(3).json()
    assert [bad["line"] for bad in report["invalid_lines"]] == [4]
    assert "leading zero" in report["invalid_lines"][0]["reason"]
    expect_enabled(fleet.sandbox)


def test_the_administrator_in_the_file_is_a_bad_line(fleet, write):
    roster = write(fleet.sandbox.roster.read_text() + f"{fleet.sandbox.administrator},s@example.com\n")
    report = fleet.run("enable", roster=roster).ended(3).json()
    assert [bad["line"] for bad in report["invalid_lines"]] == [4]
    assert "administrator" in report["invalid_lines"][0]["reason"]
    expect_enabled(fleet.sandbox)
    # Also where it is not named, and AWS has to say who it is.
    report = fleet.run("plan", roster=roster).ended(3).json()
    assert [bad["line"] for bad in report["invalid_lines"]] == [4]


def test_a_wrong_email_is_the_failure_of_that_account_alone(fleet, write):
    (bad, _), *good = fleet.sandbox.members
    lines = [f"{bad},wrong@example.com", *(f"{account},{email}" for account, email in good)]
    report = fleet.run("enable", roster=write("\n".join(lines))).ended(3).json()
    assert report["summary"]["failed"] == len(REGIONS)
    for (_, account), member in memberships(report).items():
        assert member["outcome"] == ("failed" if account == bad else "enabled")
        assert bool(member["reason"]) == (account == bad)
    assert "e-mail" in memberships(report)[REGIONS[0], bad]["reason"]
    for region in REGIONS:
        statuses = fleet.sandbox.statuses(region)
        assert {account for account, status in statuses.items() if status == "ENABLED"} == {a for a, _ in good}


def test_a_role_that_cannot_be_assumed_is_named(fleet):
    result = fleet.run("enable", "--role-name", "Nope").ended(3)
    report = result.json()
    assert report["summary"]["failed"] == report["summary"]["memberships"]
    for (_, account), member in memberships(report).items():
        assert f"arn:aws:iam::{account}:role/Nope" in member["reason"]
    # Invited all the same: the role may come later.
    for region in REGIONS:
        assert set(fleet.sandbox.statuses(region).values()) == {"INVITED"}


def test_what_still_waits_at_the_deadline_is_not_a_failure(make_fleet):
    fleet = make_fleet(verification="1h")
    report = fleet.run("enable", "--timeout", "3s").ended(4).json()
    assert (report["ended"], report["settled"]) == ("timeout", False)
    assert report["summary"]["waiting"] == report["summary"]["memberships"] == 6
    assert report["summary"]["failed"] == 0
    assert {m["status"] for m in memberships(report).values()} == {"VERIFICATION_IN_PROGRESS"}


def test_verification_is_waited_for(make_fleet):
    fleet = make_fleet(verification="1s", latency="20ms")
    fleet.run("enable").ended(0)
    expect_enabled(fleet.sandbox)


def test_only_the_accounts_asked_for_are_touched(fleet):
    first, second, third = fleet.sandbox.ids
    report = fleet.run("enable", "--account", first, "--account", second, "--not-account", second).ended(0).json()
    expect_enabled(fleet.sandbox, ids=[first])
    skipped = {account for (_, account), m in memberships(report).items() if m["outcome"] == "skipped"}
    assert skipped <= {second, third}


def test_an_account_that_the_file_does_not_name_is_refused(fleet):
    fleet.run("enable", "--account", "999999999999").refused("999999999999")
    assert fleet.proxy.changes() == []


def test_members_that_the_file_does_not_name_are_left_alone(fleet, write):
    stranger, *ours = fleet.sandbox.members
    detective = fleet.sandbox.client("detective", REGIONS[0])
    arn = detective.create_graph()["GraphArn"]
    detective.create_members(
        GraphArn=arn, DisableEmailNotification=True,
        Accounts=[{"AccountId": stranger[0], "EmailAddress": stranger[1]}],
    )
    fleet.run("enable", roster=write("\n".join(map(",".join, ours)))).ended(0)
    assert fleet.sandbox.graphs(REGIONS[0]) == [arn]
    statuses = fleet.sandbox.statuses(REGIONS[0])
    assert statuses.pop(stranger[0]) == "INVITED"
    assert statuses == {account: "ENABLED" for account, _ in ours}


def test_the_report_can_be_a_file_too(fleet, tmp_path):
    file = tmp_path / "report.json"
    report = fleet.run("enable", "--report", file).ended(0).json()
    assert json.loads(file.read_text())["summary"] == report["summary"]


@pytest.mark.parametrize("trouble", ["lose", "cut", (500, "InternalServerException"), (429, "TooManyRequestsException")],
                         ids=["lost reply", "cut connection", "internal error", "throttled"])
def test_trouble_on_the_line_heals(fleet, trouble):
    for operation in ["ListGraphs", "CreateGraph", "CreateMembers", "ListMembers", "AcceptInvitation"]:
        fleet.proxy.trouble[f"detective:{operation}"].extend([trouble] * 2)
    fleet.run("enable").ended(0)
    expect_enabled(fleet.sandbox)


def test_ctrl_c_ends_with_a_report(make_fleet):
    fleet = make_fleet(verification="1h")
    process = fleet.command.start(*fleet.words("enable"), env=fleet.env)
    wait_until(lambda: fleet.proxy.count()["detective:CreateMembers"] == len(REGIONS))
    process.send_signal(signal.SIGINT)
    report = finish(process, timeout=30).ended(130).json()
    assert (report["ended"], report["settled"]) == ("interrupted", False)
    assert report["summary"]["memberships"] == 6


def test_a_region_that_is_down_is_asked_side_by_side_and_named_with_the_flag_that_leaves_it_out(make_sandbox, command):
    sandbox = make_sandbox(scenario="""
        [[faults]]
        effect = "silence"
        operations = ["detective:*"]
        regions = ["eu-west-1"]
        [accounts.100000000001]
    """)
    where = ["--admin-account", sandbox.administrator, "--regions", "eu-west-1,us-east-1", "--output", "json"]
    report = command.run("enable", sandbox.roster, "--yes", *where, env=sandbox.env).ended(3).json()
    down, up = report["regions"]
    assert "--exclude-region eu-west-1" in down["error"]
    assert [member["outcome"] for member in up["members"]] == ["enabled"]
    with urllib.request.urlopen(f"{sandbox.endpoint}/_sandbox/calls", timeout=20) as answer:
        counts = json.load(answer)["counts"]
    asked = [it for it in counts if it["region"] == "eu-west-1"]
    # All at one time: the first of them would end after 10 s, and be followed by another.
    assert [(it["operation"], it["count"]) for it in asked] == [("detective:ListGraphs", 3)]
