"""`check`: what will fail in a run is told before it, and nothing is changed."""

import json
import signal

import pytest

from support.command import finish
from support.sandbox import REGIONS, wait_until

US, EU = REGIONS
KEYS = {
    "version", "kind", "operation", "run_id", "administrator", "started", "finished", "ended", "caller", "partition",
    "product_version", "list",
    "summary", "findings", "regions", "invalid_lines", "notes", "labels", "calls",
}
# What a build needs to ask GuardDuty, and `make end-to-end` builds with.
FEATURE = "--no-default-features"


def findings(report, level=None, topic=None):
    return [it for it in report["findings"] if level in (None, it["level"]) and topic in (None, it["topic"])]


def only(report, level, topic):
    [finding] = findings(report, level, topic)
    return finding


def troubles(report):
    """(level, topic) of everything that is not as it should be."""
    return [(it["level"], it["topic"]) for it in report["findings"] if it["level"] != "ok"]


@pytest.fixture
def world(make_fleet):
    """Two good members and whatever the scenario says."""
    return lambda scenario="", size=2, **more: make_fleet(scenario=f"size = {size}\n{scenario}", **more)


def test_where_all_is_well_it_says_so_and_changes_nothing(fleet):
    report = fleet.run("check").ended(0).json()
    assert set(report) == KEYS
    assert (report["version"], report["kind"], report["ended"]) == (1, "check", "complete")
    assert report["partition"] == "aws" and f":{fleet.sandbox.administrator}:" in report["caller"]
    assert troubles(report) == []
    assert report["summary"]["problem"] == report["summary"]["advice"] == 0
    assert only(report, "ok", "role")["accounts"] == sorted(fleet.sandbox.ids)
    assert [region["region"] for region in report["regions"]] == sorted(REGIONS)
    assert {region["to_invite"] for region in report["regions"]} == {3}
    assert fleet.proxy.changes() == []
    # Accepting cannot be tried, and it says so.
    assert any("AcceptInvitation" in note for note in report["notes"])


def test_the_calls_are_those_on_the_wire_and_few(fleet):
    report = fleet.run("check").ended(0).json()
    assert report["calls"] == dict(fleet.proxy.count())
    assert report["calls"]["sts:AssumeRole"] == 3
    assert report["calls"]["account:ListRegions"] == 1 + 3
    assert report["calls"]["detective:ListInvitations"] == 3 * len(REGIONS)


def test_after_enable_there_is_no_unproven_acceptance(fleet):
    fleet.run("enable").ended(0)
    report = fleet.run("check").ended(0).json()
    assert not any("AcceptInvitation" in note for note in report["notes"])
    assert {(region["members"], region["enabled"], region["to_invite"]) for region in report["regions"]} == {(3, 3, 0)}


def test_what_is_for_people_is_a_table_with_what_to_do(world):
    fleet = world("[accounts.100000000002]\nroles = []")
    words = ["check", fleet.sandbox.roster, "--regions", ",".join(REGIONS)]
    result = fleet.command.run(*words, env=fleet.env).ended(3)
    rows = [line for line in result.stdout.splitlines() if line.startswith("problem")]
    assert len(rows) == 1 and "role" in rows[0] and "100000000002" in rows[0]
    assert "-> " in result.stdout and "1 problem" in result.stdout.splitlines()[-1]
    assert "Checking 3 accounts in 2 Regions" in result.stderr


def test_bad_lines_are_problems(fleet, write):
    roster = write(fleet.sandbox.roster.read_text() + "12345,x@example.com\n")
    report = fleet.run("check", roster=roster).ended(3).json()
    assert only(report, "problem", "file")["what"].startswith("line 4: ")
    assert [bad["line"] for bad in report["invalid_lines"]] == [4]
    assert troubles(report) == [("problem", "file")]


def test_a_missing_role_is_told_with_what_to_do(world):
    fleet = world("[accounts.100000000002]\nroles = []")
    report = fleet.run("check").ended(3).json()
    finding = only(report, "problem", "role")
    assert finding["accounts"] == ["100000000002"]
    assert "arn:aws:iam::100000000002:role/detective-fleet/DetectiveFleetMember" in finding["what"]
    assert "deploy/member-role.yaml" in finding["todo"]
    assert troubles(report) == [("problem", "role")]
    fleet.run("check", "--not-account", "100000000002").ended(0)


def test_a_role_name_that_fits_nobody_is_one_finding(fleet):
    report = fleet.run("check", "--role-name", "Nope").ended(3).json()
    finding = only(report, "problem", "role")
    assert finding["accounts"] == sorted(fleet.sandbox.ids)
    assert "--role-name" in finding["todo"]


def test_a_region_that_is_off_in_one_member_is_told_with_the_pair_to_expect(world):
    fleet = world('[accounts.100000000006]\nregions_off = ["af-south-1"]')
    regions = [US, "af-south-1"]
    report = fleet.run("check", regions=regions).ended(3).json()
    finding = only(report, "problem", "regions")
    assert (finding["accounts"], finding["regions"]) == (["100000000006"], ["af-south-1"])
    pair = "100000000006/af-south-1"
    assert f"--expected {pair}" in finding["todo"]
    assert troubles(report) == [("problem", "regions")]
    report = fleet.run("check", "--expected", pair, regions=regions).ended(0).json()
    assert troubles(report) == []


def test_another_administrator_that_invites_is_named(world):
    fleet = world(f"""
        [accounts.900000000001]
        unlisted = true
        [accounts.100000000011]
        [[memberships]]
        administrator = "900000000001"
        accounts = ["100000000011"]
        regions = ["{US}"]
        status = "INVITED"
    """)
    report = fleet.run("check").ended(0).json()
    finding = only(report, "advice", "invitations")
    assert "900000000001" in finding["what"] and "INVITED" in finding["what"]
    assert (finding["accounts"], finding["regions"]) == (["100000000011"], [US])
    assert troubles(report) == [("advice", "invitations")]


def full(members):
    """A graph with so many members that the file does not name."""
    ids = [f"{500000000000 + n}" for n in range(members)]
    tables = "".join(f"[accounts.{account}]\nunlisted = true\n" for account in ids)
    return f"""{tables}
        [[memberships]]
        accounts = {json.dumps(ids)}
        regions = ["{US}"]
        status = "ENABLED"
    """


def test_a_graph_that_would_be_nearly_full_is_advice_and_one_without_room_a_problem(world):
    report = world(full(1_100)).run("check").ended(0).json()
    finding = only(report, "advice", "graph")
    assert finding["regions"] == [US] and "1102 of 1200" in finding["what"]
    report = world(full(1_199)).run("check").ended(3).json()
    finding = only(report, "problem", "graph")
    assert (len(finding["accounts"]), finding["regions"]) == (1, [US])
    [region] = [it for it in report["regions"] if it["region"] == US]
    assert (region["members"], region["to_invite"], region["without_room"]) == (1_199, 2, finding["accounts"])


def test_much_data_is_told_as_a_lower_bound(world):
    fleet = world(f"""
        [accounts.100000000007]
        gigabytes_per_day = 9500.0
        [[memberships]]
        accounts = ["100000000007"]
        regions = ["{US}"]
        status = "ENABLED"
    """)
    report = fleet.run("check").ended(0).json()
    finding = only(report, "advice", "graph")
    assert finding["regions"] == [US]
    assert "9.5 of 10 TB a day" in finding["what"] and "lower bound" in finding["what"]
    assert {region["region"]: region["bytes_per_day"] for region in report["regions"]} == {US: 9.5e12, EU: 0}


def test_a_service_control_policy_is_no_missing_allow(world):
    fleet = world("""
        [[faults]]
        effect = "denied"
        operations = ["account:ListRegions", "detective:ListInvitations"]
        accounts = ["100000000010"]
        [accounts.100000000010]
    """)
    report = fleet.run("check").ended(3).json()
    assert sorted(troubles(report)) == [("advice", "calls"), ("problem", "calls")]
    for finding in findings(report, "advice") + findings(report, "problem"):
        assert finding["accounts"] == ["100000000010"]
        assert "service control policy" in finding["todo"] and "Allow" not in finding["todo"]
    assert "forbids Detective" in only(report, "problem", "calls")["what"]


def test_without_list_regions_a_region_that_is_off_is_found_all_the_same(world):
    fleet = world("""
        [[faults]]
        effect = "denied"
        operations = ["account:ListRegions"]
        accounts = ["100000000006"]
        [accounts.100000000006]
        regions_off = ["af-south-1"]
    """)
    report = fleet.run("check", regions=[US, "af-south-1"]).ended(3).json()
    finding = only(report, "problem", "regions")
    assert (finding["accounts"], finding["regions"]) == (["100000000006"], ["af-south-1"])


def test_a_throttled_account_api_is_asked_again(world):
    fleet = world("""
        [[faults]]
        effect = "throttle"
        operations = ["account:*"]
        first = 3
    """)
    report = fleet.run("check").ended(0).json()
    assert report["calls"]["account:ListRegions"] == 3 * 4
    assert troubles(report) == []


def test_what_the_plan_cannot_do_is_told(world):
    fleet = world(f"""
        [accounts.100000000001]
        email = "root@example.com"
        listed_as = "former@example.com"
        [[memberships]]
        accounts = ["100000000001"]
        regions = ["{US}"]
        status = "VERIFICATION_FAILED"
        email = "former@example.com"
    """)
    report = fleet.run("check").ended(3).json()
    finding = only(report, "problem", "members")
    assert (finding["accounts"], finding["regions"]) == (["100000000001"], [US])
    assert "f***@example.com" in finding["what"]


def test_a_region_that_cannot_be_read_is_named(world):
    fleet = world(f"""
        [[faults]]
        effect = "denied"
        operations = ["detective:ListGraphs"]
        regions = ["{EU}"]
    """)
    report = fleet.run("check").ended(3).json()
    assert only(report, "problem", "graph")["regions"] == [EU]


def test_out_of_time_says_what_was_not_found_out(world):
    fleet = world("""
        [[faults]]
        effect = "silence"
        operations = ["detective:ListInvitations"]
        accounts = ["100000000010"]
        [accounts.100000000010]
    """)
    report = fleet.run("check", "--timeout", "3s").ended(3).json()
    assert report["ended"] == "timeout"
    finding = only(report, "problem", "invitations")
    assert finding["accounts"] == ["100000000010"] and "not found out" in finding["what"]


def test_ctrl_c_ends_with_what_was_found(world):
    fleet = world("""
        [[faults]]
        effect = "silence"
        operations = ["detective:ListInvitations"]
        accounts = ["100000000010"]
        [accounts.100000000010]
    """)
    process = fleet.command.start(*fleet.words("check"), env=fleet.env)
    wait_until(lambda: fleet.proxy.count()["detective:ListInvitations"] == 3 * len(REGIONS))
    process.send_signal(signal.SIGINT)
    report = finish(process, timeout=30).ended(130).json()
    assert report["ended"] == "interrupted"
    assert set(only(report, "ok", "role")["accounts"]) >= set(fleet.sandbox.ids) - {"100000000010"}


def test_it_cannot_be_done_without_file_credentials_or_administrator(fleet):
    fleet.run("check", roster="nothing.csv").refused("no such file")
    fleet.run("check", "--admin-account", "999999999999").refused("999999999999")
    words = fleet.words("check")
    result = fleet.command.run(*words, env={"AWS_ENDPOINT_URL": fleet.proxy.endpoint, "AWS_REGION": US})
    assert result.refused("credentials").json()["kind"] == "error"
    fleet.run("check", "--account", "999999999999").refused("999999999999")


def test_the_report_can_be_a_file_too(fleet, tmp_path):
    file = tmp_path / "check.json"
    report = fleet.run("check", "--report", file).ended(0).json()
    assert json.loads(file.read_text()) == report


GUARDDUTY = """
    [accounts.100000000008]
    guardduty_off = true
    [accounts.100000000009]
    guardduty_age = "1d"
    [accounts.100000000010]
    [[faults]]
    effect = "denied"
    operations = ["guardduty:*"]
    accounts = ["100000000010"]
"""


@pytest.fixture
def guardduty(world):
    """`check --guardduty`, where the build can."""
    fleet = world(GUARDDUTY)
    result = fleet.run("check", "--guardduty")
    if result.status == 1:
        result.refused("--guardduty", FEATURE)
        pytest.skip("this build has no GuardDuty, and says how to get it")
    return fleet, result


def test_guardduty_is_asked_only_when_it_is_asked_for(world):
    fleet = world(GUARDDUTY)
    report = fleet.run("check").ended(0).json()
    assert findings(report, topic="guardduty") == []
    assert not any(name.startswith("guardduty:") for name in fleet.proxy.count())


def test_guardduty_is_advice_whatever_it_is(guardduty):
    fleet, result = guardduty
    report = result.ended(0).json()
    advice = {it["accounts"][0]: it for it in findings(report, "advice", "guardduty")}
    assert set(advice) == {"100000000008", "100000000009", "100000000010"}
    assert all(it["regions"] == sorted(REGIONS) for it in advice.values())
    wording = (
        "before 2024 Detective demanded 48 hours; today it is advice, "
        "since its findings are part of what Detective ingests"
    )
    assert wording in advice["100000000008"]["what"] and "not on" in advice["100000000008"]["what"]
    assert wording in advice["100000000009"]["what"] and "24 hours" in advice["100000000009"]["what"]
    assert "guardduty:GetDetector" in advice["100000000010"]["todo"]
    assert troubles(report) == [("advice", "guardduty")] * 3
    assert len(only(report, "ok", "guardduty")["accounts"]) == 2
    assert report["calls"] == dict(fleet.proxy.count())


TRUSTED = "detective-fleet/DetectiveFleetAdministrator"
STRICT = f"[[roles]]\nname = 'detective-fleet/DetectiveFleetMember'\ntrusts_role = '{TRUSTED}'\n"
HAS_IT = f"[accounts.555555555555]\nroles = [{{ name = '{TRUSTED}' }}]\n"


def test_a_caller_whom_the_role_does_not_trust_is_told_with_the_flag(world):
    fleet = world(STRICT + HAS_IT)
    problem = only(fleet.run("check", "--patience", "0s").ended(3).json(), "problem", "role")
    assert f"--admin-role {TRUSTED}" in problem["todo"] and "may assume it" in problem["todo"]
    assert problem["accounts"] == sorted(fleet.sandbox.ids)
    words = ["--admin-account", fleet.sandbox.administrator, "--admin-role", TRUSTED]
    assert troubles(fleet.run("check", *words).ended(0).json()) == []


def test_without_the_administrator_role_it_says_whom_the_role_trusts(world):
    problem = only(world(STRICT).run("check", "--patience", "0s").ended(3).json(), "problem", "role")
    assert TRUSTED in problem["todo"] and "nor may the caller assume it" in problem["todo"]


def test_a_run_that_every_member_refuses_says_which_role_they_trust(world):
    fleet = world(STRICT + HAS_IT)
    report = fleet.run("enable", "--patience", "0s").ended(3).json()
    assert any(f"trusts {TRUSTED} alone" in note and "--admin-role" in note for note in report["notes"])
    report = fleet.run("enable", "--admin-role", TRUSTED).ended(0).json()
    assert not any("--admin-role" in note for note in report["notes"])


def test_a_run_that_some_members_refuse_says_nothing_of_the_kind(world):
    report = world("[accounts.100000000002]\nroles = []").run("enable", "--patience", "0s").ended(3).json()
    assert not any("--admin-role" in note for note in report["notes"])


def test_nor_does_one_in_which_somebody_is_enabled_or_that_has_a_role_of_another_name(world):
    enabled = f"[[memberships]]\naccounts = ['234567000001']\nregions = {REGIONS}\nstatus = 'ENABLED'\n"
    for scenario, words in [(STRICT + HAS_IT + enabled, []), (STRICT + HAS_IT, ["--role-name", "Another"])]:
        report = world(scenario).run("enable", "--patience", "0s", *words).ended(3).json()
        assert not any("--admin-role" in note for note in report["notes"]), words
