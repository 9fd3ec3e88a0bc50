"""What a person sees on a terminal of some size, and what a log file gets."""

import csv
import io
import re
import time

import pytest

from support.command import finish
from support.sandbox import REGIONS, wait_until

SGR = re.compile(rb"\x1b\[[0-9;]*m")
STAMPED = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC ")


@pytest.fixture
def slow(make_fleet):
    """A verification that takes long enough to be watched."""
    return make_fleet(verification="1500ms", latency="20ms")


def words_for(fleet, operation, *more, regions=",".join(REGIONS)):
    words = [operation, fleet.sandbox.roster, *more]
    if regions:
        words += ["--regions", regions]
    if operation == "enable":
        words += ["--yes", "--admin-account", fleet.sandbox.administrator]
    return words


def narrow_enough(terminal):
    """No line was broken by the terminal: what is drawn in its place would not be erased again."""
    return all(len(line.rstrip()) <= terminal.screen.columns for line in terminal.screen.display)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 12), (132, 50), (20, 6)])
def test_a_run_is_shown_in_its_place_and_leaves_only_the_report(slow, open_terminal, columns, rows):
    words = words_for(slow, "enable", regions=None)
    terminal = open_terminal(*words, columns=columns, rows=rows, env=slow.env)
    terminal.until_shown("Enabling")
    view = terminal.text()
    assert len(view.splitlines()) < rows
    assert narrow_enough(terminal)
    assert terminal.to_the_end() == 0
    shown = terminal.everything()
    assert "Enable complete!" in shown
    # What moved is gone.
    for word in ["Enabling", "Looking", "━"]:
        assert word not in shown, shown


def test_what_is_waited_for_is_said(slow, open_terminal):
    terminal = open_terminal(*words_for(slow, "enable"), env=slow.env)
    terminal.until_shown("AWS verifies 6 e-mails")
    view = terminal.text()
    assert "0 of 6 enabled" in view
    for region in REGIONS:
        assert re.search(rf"{region} .* 0 of 3 +3 verifying", view), view
    assert terminal.to_the_end() == 0


def test_a_window_that_is_resized_is_filled_anew(make_fleet, open_terminal):
    slow = make_fleet(verification="5s", latency="20ms")
    terminal = open_terminal(*words_for(slow, "enable", regions=None), columns=100, rows=40, env=slow.env)
    # Every Region has a line of its own, and then they share some.
    terminal.until(lambda it: it.text().count(" of 3") >= 21)
    terminal.resize(50, 10)
    terminal.until(lambda it: re.search(r"\d+ Regions +\d+ of", it.text()))
    assert narrow_enough(terminal)
    assert terminal.to_the_end() == 0
    assert "Enable complete!" in terminal.everything()


def test_without_colours_nothing_is_lost(slow, open_terminal):
    terminal = open_terminal(*words_for(slow, "enable"), env={**slow.env, "NO_COLOR": "1"})
    terminal.until_shown("AWS verifies 6 e-mails")
    assert terminal.to_the_end() == 0
    assert not SGR.search(terminal.written)
    plan = open_terminal(*words_for(slow, "plan"), env={**slow.env, "NO_COLOR": "1"})
    assert plan.to_the_end() == 0
    assert not SGR.search(plan.written)


def test_colours_are_there_where_they_are_wanted(slow, open_terminal):
    terminal = open_terminal(*words_for(slow, "plan"), env=slow.env)
    assert terminal.to_the_end() == 0
    assert SGR.search(terminal.written)


@pytest.mark.parametrize("flag", ["--no-progress", "--quiet"])
def test_progress_can_be_switched_off(slow, open_terminal, flag):
    terminal = open_terminal(*words_for(slow, "enable", flag), env=slow.env)
    assert terminal.to_the_end() == 0
    assert b"Enabling" not in terminal.written
    assert "Enable complete!" in terminal.everything()


def test_an_interruption_is_told_above_what_moves(slow, open_terminal):
    terminal = open_terminal(*words_for(slow, "enable"), env=slow.env)
    terminal.until_shown("AWS verifies")
    terminal.interrupt()
    assert terminal.to_the_end() == 130
    shown = terminal.everything()
    assert "Interrupted: what is under way may finish" in shown
    assert "━" not in shown and "Enabling" not in shown


def test_without_a_terminal_progress_is_lines_with_the_time(slow):
    result = slow.command.run(*words_for(slow, "enable"), env=slow.env).ended(0)
    lines = result.stderr.splitlines()
    assert lines and all(STAMPED.match(line) for line in lines), result.stderr
    assert any("Enabling 6 memberships" in line for line in lines)
    for region in REGIONS:
        assert any(f"{region}: all enabled" in line for line in lines)
    assert "6 of 6 enabled" in lines[-1]
    assert "\x1b" not in result.output


def test_equal_regions_are_one_line_of_the_plan(fleet):
    result = fleet.command.run(*words_for(fleet, "plan", regions=None), env=fleet.env).ended(0)
    assert "all 21 Regions" in result.stdout
    assert result.stdout.count("invite, and accept") == 1


@pytest.fixture
def mixed(make_fleet, write):
    """Two members are enabled everywhere; the third is one in the first Region only, and failed."""
    fleet = make_fleet()
    (first, email), (second, other), (third, _) = fleet.sandbox.members
    good = write(f"{first},{email}\n{second},{other}\n", "good.csv")
    fleet.run("enable", roster=good).ended(0)
    bad = write(f"{third},wrong@example.com\n", "bad.csv")
    fleet.run("enable", roster=bad, regions=REGIONS[:1]).ended(3)
    return fleet


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_status_for_spreadsheets(mixed):
    words = words_for(mixed, "status", "--output", "csv")
    found = rows(mixed.command.run(*words, env=mixed.env).ended(3).stdout)
    first, second, third = mixed.sandbox.ids
    expected = {(account, region): "ENABLED" for account in [first, second] for region in REGIONS}
    expected |= {(third, REGIONS[0]): "VERIFICATION_FAILED", (third, REGIONS[1]): "NO_MEMBER"}
    assert {(row["account_id"], row["region"]): row["status"] for row in found} == expected


@pytest.mark.parametrize(
    ("only", "expected"),
    [("failed", ["VERIFICATION_FAILED"]), ("absent", ["NO_MEMBER"]), ("enabled", ["ENABLED"] * 4),
     ("failed,absent", ["NO_MEMBER", "VERIFICATION_FAILED"]), ("waiting", [])],
)
def test_status_of_some_memberships_only(mixed, only, expected):
    words = words_for(mixed, "status", "--only", only)
    found = rows(mixed.command.run(*words, "--output", "csv", env=mixed.env).ended(3).stdout)
    assert sorted(row["status"] for row in found) == expected
    document = mixed.command.run(*words, "--output", "json", env=mixed.env).ended(3).json()
    assert document["only"] == only.split(",")
    assert document["summary"]["memberships"] == len(expected)
    assert any("of 6 memberships" in note for note in document["notes"])


def test_status_of_some_accounts_and_regions_only(mixed):
    first, _, third = mixed.sandbox.ids
    words = ["status", "--output", "csv", "--region", REGIONS[1], "--account", f"{first},{third}"]
    found = rows(mixed.command.run(*words, mixed.sandbox.roster, env=mixed.env).ended(3).stdout)
    assert [(row["account_id"], row["region"]) for row in found] == [(first, REGIONS[1]), (third, REGIONS[1])]
    result = mixed.command.run("status", "--account", "999999999999", "--region", REGIONS[1], env=mixed.env)
    assert "nor a member anywhere: 999999999999" in result.ended(3).stdout


def test_a_choice_that_nobody_fits_is_not_as_wanted_for_an_account_that_is_unknown_alone(fleet):
    fleet.run("enable").ended(0)
    words = words_for(fleet, "status", "--account", fleet.sandbox.ids[0])
    fleet.command.run(*words, "--only", "failed", env=fleet.env).ended(0)


def test_a_bad_line_is_named_beside_a_spreadsheet(mixed, write):
    roster = write(mixed.sandbox.roster.read_text() + "12345,x@example.com\n")
    result = mixed.command.run("status", roster, "--output", "csv", env=mixed.env).ended(3)
    assert "line 4: " in result.stderr and "line 4" not in result.stdout


def test_status_for_wikis(mixed):
    words = words_for(mixed, "status", "--output", "markdown")
    text = mixed.command.run(*words, env=mixed.env).ended(3).stdout
    assert text.startswith("**2 of 3 accounts are on everywhere. 1 needs you, for 2 causes.**")
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert [cell.strip() for cell in table[0].split("|")[1:-1]] == ["Accounts", *sorted(REGIONS)]
    third = mixed.sandbox.ids[2]
    assert any(third in line and "VERIFICATION_FAILED" in line and "no member" in line for line in table)
    assert any("2 accounts" in line and line.count("ENABLED") == 2 for line in table)


@pytest.mark.parametrize(("output", "operations"), [("csv", ["plan", "enable"]), ("markdown", ["check", "enable"])])
def test_other_commands_have_no_tables(fleet, output, operations):
    for operation in operations:
        words = [*words_for(fleet, operation), "--output", output]
        fleet.command.run(*words, env=fleet.env).refused(f"--output {output}", "status")
    assert fleet.proxy.calls == []


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 12)])
def test_a_status_fits_the_window(mixed, open_terminal, columns, rows):
    terminal = open_terminal(*words_for(mixed, "status", regions=None), columns=columns, rows=rows, env=mixed.env)
    assert terminal.to_the_end() == 3
    matrix = [line for line in terminal.everything().splitlines() if re.match(r"^(\d{12}|2 accounts) ", line)]
    # Two are alike in every Region.
    assert any(line.startswith("2 accounts") for line in matrix), terminal.everything()
    assert all(len(line) <= columns for line in matrix)


def test_a_watched_status_changes_in_its_place(fleet, open_terminal):
    words = words_for(fleet, "status", "--watch", "--interval", "1s")
    terminal = open_terminal(*words, env=fleet.env)
    terminal.until_shown("6 no member")
    terminal.until_shown("Next look in 1 s. Ctrl-C ends.")
    fleet.run("enable").ended(0)
    terminal.until_shown("6 ENABLED")
    assert "no member" not in terminal.text()
    assert terminal.text().count("Administrator") == 1
    terminal.interrupt()
    assert terminal.to_the_end() == 130
    # The last one stays.
    shown = terminal.everything()
    assert shown.count("Administrator") == 1 and "6 ENABLED" in shown
    assert "Ctrl-C ends" not in shown


def test_a_watched_status_fits_every_window(fleet, open_terminal):
    words = words_for(fleet, "status", "--watch")
    terminal = open_terminal(*words, columns=40, rows=6, env=fleet.env)
    terminal.until_shown("more lines")
    assert "Ctrl-C ends" in terminal.text()
    terminal.resize(100, 40)
    terminal.until(lambda it: "more lines" not in it.text() and "6 no member" in it.text())
    terminal.interrupt()
    assert terminal.to_the_end() == 130


def test_without_a_terminal_one_status_follows_the_other(fleet, tmp_path):
    report = tmp_path / "status.json"
    words = words_for(fleet, "status", "--watch", "--interval", "1s", "--report", report)
    process = fleet.command.start(*words, env=fleet.env)
    wait_until(lambda: fleet.proxy.count()["detective:ListGraphs"] >= 3 * len(REGIONS))
    # The last look may still be on its way to the pipe.
    time.sleep(0.2)
    process.send_signal(2)
    result = finish(process).ended(130)
    assert result.stdout.count("6 no member") >= 2
    assert all(STAMPED.match(line) for line in result.stdout.splitlines() if "accounts are on everywhere" in line)
    assert "\x1b" not in result.output
    assert report.exists()
    assert "error" not in result.stderr


def test_each_look_of_a_watch_has_all_of_the_time(make_fleet):
    """A look takes two answers of 0.3 s, and may take 3 s."""
    slow = make_fleet(latency="300ms")
    slow.run("enable").ended(0)
    before = slow.proxy.count()["detective:ListMembers"]
    words = words_for(slow, "status", "--watch", "--interval", "1s", "--timeout", "3s")
    process = slow.command.start(*words, env=slow.env)
    wait_until(lambda: slow.proxy.count()["detective:ListMembers"] >= before + 7 * len(REGIONS), seconds=40)
    process.send_signal(2)
    result = finish(process).ended(130)
    assert result.stdout.count("6 ENABLED") >= 6, result.output


def test_a_watch_that_nobody_reads_ends(fleet):
    process = fleet.command.start(*words_for(fleet, "status", "--watch", "--interval", "1s"), env=fleet.env)
    assert process.stdout.readline()
    process.stdout.close()
    assert process.wait(timeout=60) == 0
    process.stderr.close()


@pytest.mark.parametrize("output", ["json", "csv", "markdown"])
def test_what_is_watched_is_for_people(fleet, output):
    words = words_for(fleet, "status", "--watch", "--output", output)
    fleet.command.run(*words, env=fleet.env).refused("--watch")


def test_a_watch_that_would_not_let_aws_rest_is_refused(fleet):
    fleet.command.run(*words_for(fleet, "status", "--watch", "--interval", "100ms"), env=fleet.env).refused("1s")
    fleet.command.run(*words_for(fleet, "status", "--interval", "5s"), env=fleet.env).refused("--watch")
