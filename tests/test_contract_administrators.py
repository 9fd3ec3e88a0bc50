"""From one administrator to another: no membership is ENABLED under neither, at any time (docs/another-administrator.md)."""

import json
import urllib.request

import pytest

from support.proxy import Proxy
from support.sandbox import REGIONS

OLD, NEW = "555555555555", "666666666666"
BOTH = f"""
    administrator = "{OLD}"
    size = 8
    latency = "2ms"
    roles = [{{ name = "detective-fleet/DetectiveFleetMember", trusts = ["{OLD}", "{NEW}"] }}]
    [accounts.{NEW}]
    unlisted = true
"""


class Watched(Proxy):
    """Looks at every membership before each call, and keeps those that nobody watches."""

    def __init__(self, sandbox):
        super().__init__(sandbox.endpoint)
        self.sandbox, self.looks, self.unwatched = sandbox, 0, []

    def record(self, call, path, body):
        self.looks += 1
        self.unwatched += unwatched(self.sandbox)
        return super().record(call, path, body)


def graphs(sandbox, administrator):
    """The members' status in each Region under one administrator."""
    with urllib.request.urlopen(f"{sandbox.endpoint}/_sandbox/state") as answer:
        regions = json.load(answer)["regions"]
    return {
        region: {account: member["status"] for account, member in graph["members"].items()}
        for region in REGIONS
        for graph in regions.get(region, [])
        if graph["administrator"] == administrator
    }


def unwatched(sandbox):
    """Account and Region of each membership that is ENABLED under neither."""
    old, new = graphs(sandbox, OLD), graphs(sandbox, NEW)
    enabled = lambda there, region, account: there.get(region, {}).get(account) == "ENABLED"
    return [
        (account, region)
        for region in REGIONS
        for account in sandbox.ids
        if not enabled(old, region, account) and not enabled(new, region, account)
    ]


@pytest.fixture
def people(command, make_sandbox):
    """The two security accounts, each with the command, and a sandbox in which the old one has everybody."""
    sandbox = make_sandbox(scenario=BOTH)
    watched = Watched(sandbox)

    def run(administrator, operation, *words):
        confirmed = ["--yes", "--admin-account", administrator] if operation in ("enable", "disable") else []
        env = {**sandbox.env, "AWS_ENDPOINT_URL": watched.endpoint, "AWS_ACCESS_KEY_ID": administrator}
        return command.run(operation, sandbox.roster, "--regions", ",".join(REGIONS), *confirmed, *words, env=env)

    run(OLD, "enable").ended(0)
    watched.unwatched.clear()
    watched.looks = 0
    yield sandbox, watched, run
    watched.stop()


def test_every_account_is_watched_all_the_time(people):
    sandbox, watched, run = people
    everybody = {region: dict.fromkeys(sandbox.ids, "ENABLED") for region in REGIONS}
    run(NEW, "enable").ended(0)
    assert graphs(sandbox, OLD) == graphs(sandbox, NEW) == everybody
    run(NEW, "plan", "--detailed-exitcode").ended(0)
    run(OLD, "disable", "--max-removals", "8").ended(0)
    assert graphs(sandbox, OLD) == {region: {} for region in REGIONS}
    assert graphs(sandbox, NEW) == everybody
    assert watched.looks > 40 and watched.unwatched == []


def test_the_watch_notices_the_wrong_order(people):
    sandbox, watched, run = people
    run(OLD, "disable", "--max-removals", "8").ended(0)
    run(NEW, "enable").ended(0)
    assert set(watched.unwatched) == {(account, region) for account in sandbox.ids for region in REGIONS}


def test_whoever_the_new_one_does_not_have_keeps_the_plan_from_saying_that_all_is_well(people):
    """`&&` between that plan and `disable` keeps such an account with the old administrator."""
    sandbox, _, run = people
    run(NEW, "plan", "--detailed-exitcode").ended(2)
    run(NEW, "enable", "--not-account", sandbox.ids[0]).ended(0)
    run(NEW, "plan", "--detailed-exitcode").ended(2)
    wrong = sandbox.roster.read_text().replace(dict(sandbox.members)[sandbox.ids[0]], "wrong@example.com")
    sandbox.roster.write_text(wrong)
    run(NEW, "enable").ended(3)
    run(NEW, "plan", "--detailed-exitcode").ended(1)


def test_the_way_back_leads_through_the_same_steps(people):
    sandbox, watched, run = people
    run(NEW, "enable").ended(0)
    run(OLD, "disable", "--max-removals", "8").ended(0)
    run(OLD, "enable").ended(0)
    run(NEW, "disable", "--max-removals", "8").ended(0)
    assert graphs(sandbox, OLD) == {region: dict.fromkeys(sandbox.ids, "ENABLED") for region in REGIONS}
    assert watched.unwatched == []


def test_members_of_an_organization_are_marked_and_what_may_become_of_them_is_said(run, make_sandbox):
    sandbox = make_sandbox(scenario=f"""
        administrator = "{OLD}"
        size = 2
        latency = "0ms"
        [organization]
        management = "777777777777"
        accounts = ["{OLD}", "234567000001"]
        administrators = {{ us-east-1 = "{OLD}" }}
        [accounts.777777777777]
        unlisted = true
        [[memberships]]
        accounts = ["234567000001"]
        regions = ["us-east-1"]
        status = "ENABLED"
        of_organization = true
        [[memberships]]
        accounts = ["234567000002"]
        regions = ["us-east-1"]
        status = "ENABLED"
    """)
    words = ["status", sandbox.roster, "--regions", "us-east-1"]
    status = run(*words, "--output", "json", env=sandbox.env).ended(0).json()
    marked = {member["account_id"]: member.get("organization") for member in status["regions"][0]["members"]}
    assert marked == {"234567000001": True, "234567000002": None}
    [note] = status["notes"]
    assert "came through AWS Organizations" in note and "deleted" in note
    assert "came through AWS Organizations" in run(*words, env=sandbox.env).ended(0).output
    # They are wanted as they are, and are not pruned.
    only = sandbox.roster.read_text().replace("234567000001,aws-234567000001@example.com\n", "")
    sandbox.roster.write_text(only)
    plan = run("plan", sandbox.roster, "--regions", "us-east-1", "--prune", "--detailed-exitcode", env=sandbox.env)
    plan.ended(0)
