"""`rehearse`: the whole job on an embedded AWS, no credentials needed."""

import re
from datetime import datetime

import pytest

from support import ROOT

STAMPED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC ")

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


@pytest.mark.parametrize(("words", "instead"), [
    (["rehearse"], "--scenario describes a world"),
    (["sandbox"], "--scenario describes a world"),
    (["init"], "name the one that is to be written with --write"),
    (["man", "pages"], "leave it out"),
])
def test_a_settings_file_is_refused_where_nothing_is_taken_from_it(run, write, words, instead):
    settings = write("regions = 'us-east-1'\n", "fleet.toml")
    run(*words, "--config", settings).refused("--config: ", "settings file", instead)


def test_a_settings_file_that_a_variable_names_is_for_other_commands(run, write):
    """It is set for a shell, and a rehearsal goes on without it."""
    env = {"DETECTIVE_FLEET_CONFIG": str(write("regions = 'us-east-1'\n", "fleet.toml"))}
    accounts = write("111122223333,root@example.com\n", "accounts.csv")
    run("rehearse", accounts, "--latency", "0ms", "--verification", "0s", "-q", env=env).ended(0)


def test_no_time_left_is_told_that_is_longer_than_what_was_seen(run, write):
    """The first ones that are verified say little of the others: their rate would have the others take minutes."""
    scenario = write("size = 80\nlatency = '20ms'\nverification = '3s'\n", "world.toml")
    shown = run("rehearse", "--scenario", scenario, "--timezone", "UTC").ended(0).stderr
    begun, told = None, []
    for line in shown.splitlines():
        at = datetime.strptime(line[:19], "%Y-%m-%d %H:%M:%S") if STAMPED.match(line) else None
        begun = at if "Enabling" in line else begun
        for number, unit in re.findall(r"about (\d+) (s|min) left", line):
            told.append((line, int(number) * (60 if unit == "min" else 1), (at - begun).total_seconds()))
    # Both are rounded up.
    assert all(left <= seen + 2 for _, left, seen in told), told
