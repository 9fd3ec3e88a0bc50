"""More than one invocation can do: it goes on in the next, and the report is that of one run."""

import pytest

from support.ministack import ADMINISTRATOR
from support.stack import LIST, MADE_UP, REGIONS

SIX = ["us-east-1", "us-west-2", "eu-central-1", "eu-west-1", "ap-southeast-1", "sa-east-1"]


def memberships(accounts, status):
    return f'{{accounts = {accounts}, administrator = "{ADMINISTRATOR}", regions = ["us-east-1"], status = "{status}"}}'.replace("'", '"')


def passes(stack, execution):
    """How many there were, of each group of Regions."""
    groups = len(stack.read(f"runs/{execution.name}/manifest.json")["groups"])
    return [stack.passes(execution, group) for group in range(groups)]


def check_all_enabled(stack, execution, regions, there=None):
    """Every account in every Region, each once; `there`: what each was in us-east-1 before."""
    report, there = execution.report, there or {}
    assert [region["region"] for region in report["regions"]] == sorted(regions)
    accounts = sorted(account for account, _ in stack.members)
    for region in report["regions"]:
        assert [member["account_id"] for member in region["members"]] == accounts, region["region"]
        before = there if region["region"] == "us-east-1" else {}
        for member in region["members"]:
            was = before.get(member["account_id"])
            became = "unchanged" if was == "ENABLED" else "enabled"
            assert (member["before"], member["status"], member["outcome"]) == (was, "ENABLED", became), (region["region"], member)
        assert stack.statuses(region["region"]) == dict.fromkeys(accounts, "ENABLED")
        assert region["changes"] == ([] if before else ["graph created"])
    changed = len(accounts) * len(regions) - sum(status == "ENABLED" for status in there.values())
    summary = {"memberships": len(accounts) * len(regions), "enabled": len(accounts) * len(regions), "changed": changed}
    assert report["summary"] == {**summary, "removed": 0, "waiting": 0, "failed": 0, "skipped": 0}
    # One list, one run.
    assert len(stack.executions()) == 1 and stack.keys("enable/") == [LIST]
    assert report["calls"]["detective:AcceptInvitation"] == changed
    assert len(stack.messages()) == 1


def test_two_hundred_accounts_in_passes_of_ten_seconds(make_stack):
    there = dict.fromkeys(MADE_UP[:30], "ENABLED") | dict.fromkeys(MADE_UP[30:60], "INVITED")
    world = {
        "size": "200", "verification": '"15s"',
        "memberships": f'[{memberships(MADE_UP[:30], "ENABLED")}, {memberships(MADE_UP[30:60], "INVITED")}]',
    }
    stack = make_stack(world=world, parameters={"Timeout": "10", "Regions": ",".join(SIX)})
    execution = stack.upload().succeeded()
    assert passes(stack, execution)[0] >= 2
    check_all_enabled(stack, execution, SIX, there)
    # Nobody was invited twice: 140 in one Region, 200 in each other.
    assert execution.report["calls"]["detective:CreateMembers"] == 3 + 5 * 4


@pytest.mark.full
def test_twelve_hundred_accounts_in_every_region(make_stack):
    stack = make_stack(
        world={"size": "1200", "verification": '"45s"'}, parameters={"Timeout": "30", "Regions": "all", "MaxInvitations": "1200"}, gate=False,
    )
    stack.put(LIST, stack.csv())
    execution = stack.ended(stack.new_execution(set()), seconds=900).succeeded()
    assert passes(stack, execution)[0] >= 2
    regions = [region["region"] for region in execution.report["regions"]]
    assert len(regions) == 21
    check_all_enabled(stack, execution, regions)
    assert execution.report["calls"]["detective:CreateMembers"] == 21 * 24


def test_each_group_of_regions_has_passes_of_its_own(make_stack):
    stack = make_stack(world={"size": "60", "verification": '"14s"'}, parameters={"Timeout": "10", "RegionsPerPass": "1"})
    execution = stack.upload().succeeded()
    assert len(passes(stack, execution)) == 2 and min(passes(stack, execution)) >= 2
    check_all_enabled(stack, execution, REGIONS)
    assert execution.report["calls"]["detective:CreateMembers"] == 4
