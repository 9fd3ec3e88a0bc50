"""Repair, tags, packages, `adopt`, and what becomes of options of AWS's scripts."""

import json
import stat

import pytest

from support.command import ADDRESS
from support.sandbox import REGIONS


def members(report):
    return {
        (region["region"], member["account_id"]): member
        for region in report["regions"]
        for member in region["members"]
    }


def corrected(fleet, write):
    """A file with one wrong e-mail, as it was first enabled with."""
    (bad, _), *good = fleet.sandbox.members
    lines = [f"{bad},wrong@example.com", *(f"{account},{email}" for account, email in good)]
    roster = write("\n".join(lines))
    fleet.run("enable", roster=roster).ended(3)
    fleet.proxy.calls.clear()
    return bad, roster


def test_a_corrected_email_is_repaired_even_beside_a_bad_line(fleet, write):
    bad, _ = corrected(fleet, write)
    roster = write(fleet.sandbox.roster.read_text() + "12345,x@example.com\n")
    report = fleet.run("enable", roster=roster).ended(3).json()
    assert {members(report)[region, bad]["outcome"] for region in REGIONS} == {"repaired"}
    for region in REGIONS:
        assert fleet.sandbox.statuses(region) == dict.fromkeys(fleet.sandbox.ids, "ENABLED")


def test_the_same_email_is_tried_again_only_on_request(fleet, write):
    bad, roster = corrected(fleet, write)
    report = fleet.run("enable", roster=roster).ended(3).json()
    reason = members(report)[REGIONS[0], bad]["reason"]
    assert f"The root e-mail of {bad} is not w***@example.com." in reason
    assert fleet.proxy.changes() == []
    fleet.run("enable", "--retry-failed", roster=roster).ended(3)
    count = fleet.proxy.count()
    assert count["detective:DeleteMembers"] == count["detective:CreateMembers"] == len(REGIONS)


def tags(fleet, region):
    (arn,) = fleet.sandbox.graphs(region)
    return fleet.sandbox.client("detective", region).list_tags_for_resource(ResourceArn=arn)["Tags"]


def test_tags_converge(fleet):
    fleet.run("enable", "--tags", "team=old,other=x").ended(0)
    report = fleet.run("enable", "--tags", "team=new,cost=7").ended(0).json()
    assert [region["changes"] for region in report["regions"]] == [["tags set: cost, team"]] * 2
    for region in REGIONS:
        assert tags(fleet, region) == {"team": "new", "other": "x", "cost": "7"}
    fleet.proxy.calls.clear()
    fleet.run("enable").ended(0)
    assert "detective:ListTagsForResource" not in fleet.proxy.count()
    plan = fleet.run("plan", "--tags", "team=new", "--prune").ended(0).json()
    assert plan["regions"][0]["changes"] == ["remove the tags cost, other"]
    assert fleet.proxy.changes() == []
    fleet.run("enable", "--tags", "team=new", "--prune").ended(0)
    assert tags(fleet, REGIONS[0]) == {"team": "new"}


def test_packages_are_started(fleet):
    fleet.run("enable", "--packages", "EKS_AUDIT").ended(0)
    report = fleet.run("enable", "--packages", "EKS_AUDIT,ASFF_SECURITYHUB_FINDING").ended(0).json()
    assert report["regions"][0]["changes"] == ["packages started: ASFF_SECURITYHUB_FINDING"]
    for region in REGIONS:
        (arn,) = fleet.sandbox.graphs(region)
        packages = fleet.sandbox.client("detective", region).list_datasource_packages(GraphArn=arn)
        states = {detail["DatasourcePackageIngestState"] for detail in packages["DatasourcePackages"].values()}
        assert (len(packages["DatasourcePackages"]), states) == (3, {"STARTED"})
    fleet.run("enable", "--packages", "EKS").refused("EKS_AUDIT")


def adopt(fleet, *words):
    return fleet.command.start(
        "adopt", "--regions", ",".join(REGIONS), *words, env=fleet.env
    )


def test_adopt_writes_the_file_that_enables_the_same(fleet, tmp_path):
    fleet.run("enable").ended(0)
    fleet.proxy.calls.clear()
    path = tmp_path / "adopted.csv"
    words = ["adopt", path, "--regions", ",".join(REGIONS), "--output", "json"]
    document = fleet.command.run(*words, env=fleet.env).ended(0).json()
    assert (document["kind"], document["accounts"], document["notes"]) == ("adopt", 3, [])
    assert path.read_text() == fleet.sandbox.roster.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    fleet.run("plan", "--detailed-exitcode", roster=path).ended(0)
    assert fleet.proxy.changes() == []
    fleet.command.run(*words, env=fleet.env).refused("there already")


def test_adopt_names_differences_and_hides_addresses_from_stderr(fleet):
    fleet.run("enable").ended(0)
    fleet.run("disable", "--account", fleet.sandbox.ids[0], regions=REGIONS[1:]).ended(0)
    process = adopt(fleet)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert stdout == fleet.sandbox.roster.read_text()
    assert fleet.sandbox.ids[0] in stderr and REGIONS[1] in stderr
    assert not ADDRESS.findall(stderr)
    fleet.command.run("adopt", "--output", "json", env=fleet.env).refused("file")


def test_adopt_writes_whom_it_finds_where_a_region_cannot_be_read_and_is_not_as_wanted(make_fleet):
    fleet = make_fleet(scenario=f"""
size = 1
[[memberships]]
accounts = ["234567000001"]
regions = {REGIONS}
status = "ENABLED"
[[faults]]
effect = "denied"
operations = ["detective:ListMembers"]
regions = ["{REGIONS[1]}"]
""")
    process = adopt(fleet)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 3, stderr
    assert [line.split(",")[0] for line in stdout.splitlines()] == ["234567000001"]
    assert f"{REGIONS[1]} could not be read, and its members are missing" in " ".join(stderr.split())


def test_adopt_without_members_writes_nothing(fleet, tmp_path):
    path = tmp_path / "adopted.csv"
    words = ["adopt", path, "--regions", ",".join(REGIONS)]
    fleet.command.run(*words, env=fleet.env).refused("nothing to write")
    assert not path.exists()


@pytest.mark.parametrize(("words", "ours"), [
    (["enable", "--admin_account", "555555555555"], "--admin-account"),
    (["enable", "--assume_role", "detectiveAdmin"], "--role-name"),
    (["--input_file", "accounts.csv"], "enable accounts.csv"),
    (["enable", "a.csv", "--enabled_regions=us-east-1"], "--regions"),
    (["enable", "a.csv", "--disable_email"], "--send-email"),
    (["disable", "a.csv", "--disabled_regions", "us-east-1"], "--regions"),
    (["disable", "--delete_graph"], "--delete-graphs"),
    (["disable", "a.csv", "--skip_prompt"], "--yes"),
])
def test_an_option_of_awss_scripts_is_told_by_our_name(run, words, ours):
    result = run(*words).refused(ours)
    assert "aws's scripts" in result.stderr.lower()
    document = json.loads(run(*words, "--output", "json").ended(1).stdout)
    assert ours in document["error"]
