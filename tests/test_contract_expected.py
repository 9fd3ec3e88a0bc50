"""Known exceptions: in the list, in the settings file and as a flag."""

import pytest

REGIONS = ["us-east-1", "eu-west-1"]


@pytest.fixture
def accounts(sandbox):
    return [line.split(",") for line in sandbox.roster.read_text().split()]


def plan(run, sandbox, *more, roster=None, status=0):
    words = ["plan", roster or sandbox.roster, "--regions", ",".join(REGIONS), "--output", "json", *more]
    return run(*words, env=sandbox.env).ended(status).json()


def skipped(document):
    return {
        (member["account_id"], region["region"])
        for region in document["regions"]
        for member in region["members"]
        if member["action"] == "skipped"
    }


def test_a_star_stands_for_every_region_or_every_account(run, sandbox, accounts):
    first = accounts[0][0]
    everyone = {(identity, "eu-west-1") for identity, _ in accounts}
    assert skipped(plan(run, sandbox, "--expected", f"{first}/*")) == {(first, region) for region in REGIONS}
    assert skipped(plan(run, sandbox, "--expected", "*/eu-west-1")) == everyone
    run("plan", sandbox.roster, "--expected", "*/*", env=sandbox.env).refused("everything")


def test_it_ends_after_its_last_day_and_that_is_a_finding(run, sandbox, accounts):
    first = accounts[0][0]
    current = plan(run, sandbox, "--expected", f"{first}/eu-west-1@2999-12-31 denied by policy")
    assert skipped(current) == {(first, "eu-west-1")}
    [reason] = {it["reason"] for region in current["regions"] for it in region["members"] if it["action"] == "skipped"}
    assert "denied by policy" in reason and "2999-12-31" in reason
    over = f"{first}/eu-west-1@2020-01-31 denied by policy"
    expired = plan(run, sandbox, "--expected", over)
    assert skipped(expired) == set()
    assert any("2020-01-31" in note and "denied by policy" in note for note in expired["notes"])
    check = run("check", sandbox.roster, "--regions", "us-east-1", "--expected", over, env=sandbox.env).ended(3)
    assert "2020-01-31" in check.stdout


def test_the_list_says_it_of_its_account(run, sandbox, accounts, write):
    (one, mail), (two, other), _ = accounts
    content = f"id,e-mail,expected\n{one},{mail},eu-west-1@2999-12-31 opted out\n{two},{other},*\n"
    assert skipped(plan(run, sandbox, roster=write(content))) == {(one, "eu-west-1"), (two, "us-east-1"), (two, "eu-west-1")}
    bad = write(f"id,e-mail,expected\n{one},{mail},eu-wset-1\n{two},{other},\n")
    document = plan(run, sandbox, roster=bad, status=3)
    assert [line["line"] for line in document["invalid_lines"]] == [2]
    assert "eu-west-1" in document["invalid_lines"][0]["reason"]


def test_the_settings_file_says_it(run, command, sandbox, accounts):
    first = accounts[0][0]
    (command.home / "fleet.toml").write_text(f'expected = ["{first}/*@2999-01-01 sandbox", "*/eu-west-1"]\n')
    document = plan(run, sandbox, "--config", "fleet.toml")
    assert (first, "us-east-1") in skipped(document) and len(skipped(document)) == 4


@pytest.mark.parametrize("exception", ["999999999999/eu-west-1", "*/xx-nowhere-9", "999999999999/*"])
def test_what_cannot_match_anything_is_an_error(run, sandbox, exception):
    words = ["plan", sandbox.roster, "--regions", "us-east-1", "--expected", exception]
    run(*words, env=sandbox.env).refused("expected", exception.split("/")[0 if exception[0] == "9" else 1])


def test_who_is_to_leave_leaves_whatever_is_expected(run, sandbox, accounts, write):
    one, mail = accounts[0]
    roster = write(f"id,e-mail,expected\n{one},{mail},*\n")
    assert skipped(plan(run, sandbox, "--disable", roster=roster)) == set()
