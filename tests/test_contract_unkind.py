"""In a world as unkind as AWS: lists in short and empty pages, errors that quote e-mail addresses, signatures
that get old, an account that is closed."""

import json
import urllib.request

from support.sandbox import REGIONS

WORLD = """
seed = 11
size = 12
{accounts}
[unkind]
short_pages = true
quoting_errors = true
signature_lifetime = "5m"
"""

TROUBLED = """
[accounts.111111111111]
closes = "0s"
[accounts.222222222222]
listed_as = "somebody@example.org"
"""


def statuses(sandbox):
    """(Region, account) to status, from the sandbox's own page: every graph and member, however it is listed."""
    with urllib.request.urlopen(f"{sandbox.endpoint}/_sandbox/state", timeout=20) as answer:
        regions = json.load(answer)["regions"]
    return {
        (region, account): member["status"]
        for region, graphs in regions.items()
        for graph in graphs
        for account, member in graph["members"].items()
    }


def everywhere(ids, status="ENABLED"):
    return {(region, account): status for region in REGIONS for account in ids}


def test_everybody_is_enabled_seen_and_removed_again(make_fleet):
    fleet = make_fleet(scenario=WORLD.format(accounts=""))
    fleet.run("enable").ended(0)
    assert statuses(fleet.sandbox) == everywhere(fleet.sandbox.ids)
    summary = fleet.run("status").ended(0).json()["summary"]
    assert summary["by_status"] == {"ENABLED": len(REGIONS) * len(fleet.sandbox.ids)}
    again = fleet.run("enable").ended(0).json()
    assert again["summary"]["changed"] == 0
    fleet.run("disable", "--max-removals", len(fleet.sandbox.ids)).ended(0)
    assert statuses(fleet.sandbox) == {}


def test_trouble_costs_its_own_memberships_and_shows_no_address(make_fleet):
    fleet = make_fleet(scenario=WORLD.format(accounts=TROUBLED))
    done = fleet.run("enable")
    assert done.status != 0
    well = [account for account in fleet.sandbox.ids if account not in ("111111111111", "222222222222")]
    found = statuses(fleet.sandbox)
    assert everywhere(well).items() <= found.items()
    troubled = everywhere(["111111111111", "222222222222"], "VERIFICATION_FAILED")
    assert troubled.items() <= found.items()
    assert done.json()["summary"]["failed"] == len(troubled)


def test_a_permission_that_nothing_depends_on_is_named_once(make_sandbox, command):
    """In both Regions lists are read in the place of a few members, and the run succeeds; one note says what is lacking."""
    sandbox = make_sandbox(scenario="""
        size = 250
        [[faults]]
        effect = "denied"
        operations = ["detective:GetMembers"]
    """, verification="1s")
    page = command.home / "run.html"
    words = ["enable", sandbox.roster, "--regions", "us-east-1,eu-central-1", "--yes", "--admin-account", sandbox.administrator,
             "--report", page, "--report", "run.json", "--language", "ja"]
    shown = " ".join(command.run(*words, env=sandbox.env).ended(0).stdout.split())
    said = "detective:GetMembers is denied to the administrator's credentials: whole lists are read in the place of a few members"
    assert shown.count(said) == 1, shown
    report = json.loads((command.home / "run.json").read_text())
    assert [note for note in report["notes"] if "GetMembers" in note] == [note for note in report["notes"] if note.startswith(said)]
    assert report["calls"]["detective:GetMembers"] >= 2
    assert "detective:GetMembers が拒否されました" in page.read_text()
