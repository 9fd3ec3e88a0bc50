"""`rehearse`: the whole job on an embedded AWS, no credentials needed."""

from support import ROOT

SMALL = "111111111111,a@example.com\n022222222222,b@example.com\n"


def test_the_example_goes_from_nothing_to_enabled(run):
    report = run("rehearse", ROOT / "examples/accounts.csv", "--output", "json").ended(0).json()
    assert (report["kind"], report["operation"]) == ("run", "enable")
    expected = {"memberships": 1680, "enabled": 1680, "changed": 1680, "waiting": 0, "failed": 0}
    assert expected.items() <= report["summary"].items()
    assert report["calls"]["detective:AcceptInvitation"] == 1680


def test_without_a_file_there_is_a_roster_of_80(run):
    report = run("rehearse", "--output", "json").ended(0).json()
    assert report["summary"]["memberships"] == 80 * 21


def test_the_accounts_of_the_file_are_those_of_the_world(run, write):
    report = run("rehearse", write(SMALL), "--output", "json").ended(0).json()
    accounts = {member["account_id"] for region in report["regions"] for member in region["members"]}
    assert accounts == {"111111111111", "022222222222"}


def test_for_people_it_shows_the_second_plan_and_the_cost(run, write):
    result = run("rehearse", write(SMALL)).ended(0)
    assert "AcceptInvitation" in result.output
    assert "eu-central-1" in result.output


def test_a_bad_line_is_named(run, write):
    result = run("rehearse", write(SMALL + "12345,c@example.com\n")).ended(3)
    assert "line 3: " in result.output


def test_a_file_of_no_use_is_refused(run, write):
    run("rehearse", write("")).refused("empty")
