"""`--journal`: a line before each change and one after it, whatever happens to the run or the disk."""

import hashlib
import json
import os
import resource
import signal
import time
from collections import Counter

import pytest

from support.command import ADDRESS, finish


def lines(path):
    """All lines; each has to be whole."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def whole_lines(path):
    """The lines that are whole, and how many are not."""
    good, torn = [], 0
    for line in path.read_text().splitlines():
        try:
            good.append(json.loads(line))
        except json.JSONDecodeError:
            torn += 1
    return good, torn


def operations(entries, when):
    return Counter((line["operation"], line["region"]) for line in entries if line["when"] == when)


def on_the_wire(fleet):
    return Counter((call.operation, call.region) for call in fleet.proxy.changes())


def test_every_change_has_a_line_before_and_one_after(fleet, tmp_path):
    journal = tmp_path / "journal"
    report = fleet.run("enable", "--journal", journal, "--tags", "team=security").ended(0).json()
    entries = lines(journal)
    assert on_the_wire(fleet) == operations(entries, "before") == operations(entries, "after")
    assert {line["run"] for line in entries} == {report["run_id"]}
    assert not ADDRESS.findall(journal.read_text())
    before = {(line["region"], line["number"]): line for line in entries if line["when"] == "before"}
    for line in (line for line in entries if line["when"] == "after"):
        first = before[line["region"], line["answers"]]
        assert (first["operation"], first["account"]) == (line["operation"], line["account"])
        assert first.get("members") == line.get("members")
        assert first["time"] <= line["time"]
        assert line["outcome"] == "ok"
    accepted = Counter(line["account"] for line in entries if line["operation"] == "detective:AcceptInvitation")
    assert set(accepted) == set(fleet.sandbox.ids)
    invited = [line for line in entries if line["operation"] == "detective:CreateMembers"]
    assert all(line["members"] == sorted(fleet.sandbox.ids) for line in invited)
    assert {line["account"] for line in invited} == {fleet.sandbox.administrator}


def test_report_and_journal_say_who_made_them_and_by_which_list(fleet, tmp_path):
    journal = tmp_path / "journal"
    report = fleet.run("enable", "--journal", journal).ended(0).json()
    roster = fleet.sandbox.roster
    digest = hashlib.sha256(roster.read_bytes()).hexdigest()
    origin = {
        "product_version": fleet.command.run("--version").ended(0).stdout.split()[1],
        "caller": f"arn:aws:iam::{fleet.sandbox.administrator}:user/sandbox",
        "list": {"name": str(roster), "sha256": digest},
    }
    assert {key: report[key] for key in origin} == origin
    first, *others = lines(journal)
    assert {key: first.get(key) for key in origin} == origin
    assert not [line for line in others if set(origin) & set(line)]


def test_the_request_ids_are_those_of_aws(fleet, tmp_path):
    journal = tmp_path / "journal"
    fleet.run("enable", "--journal", journal).ended(0)
    noted = {line["request_id"] for line in lines(journal) if line["when"] == "after"}
    assert noted and noted <= set(fleet.proxy.request_ids)


def test_what_changes_nothing_writes_nothing(fleet, tmp_path):
    journal = tmp_path / "journal"
    fleet.run("enable", "--journal", journal).ended(0)
    before = journal.read_bytes()
    fleet.run("enable", "--journal", journal).ended(0)
    assert journal.read_bytes() == before


@pytest.mark.parametrize(
    ("trouble", "outcome", "error"),
    [
        ("lose", "unclear", "Unclear"),
        ("cut", "unclear", "Unclear"),
        ((409, "ConflictException"), "refused", "ConflictException"),
        ((400, "ThrottlingException"), "throttled", "ThrottlingException"),
    ],
)
def test_how_a_call_went_is_told(fleet, tmp_path, trouble, outcome, error):
    journal = tmp_path / "journal"
    fleet.proxy.trouble["detective:CreateMembers"].append(trouble)
    fleet.run("enable", "--journal", journal).ended(0)
    answers = [line for line in lines(journal)
               if line["when"] == "after" and line["operation"] == "detective:CreateMembers"]
    told = [(line["outcome"], line.get("error")) for line in answers]
    assert (outcome, error) in told
    assert on_the_wire(fleet) == operations(lines(journal), "before")


def test_a_disk_that_is_full_from_the_beginning_changes_nothing(fleet):
    result = fleet.run("enable", "--journal", "/dev/full").ended(3)
    assert fleet.proxy.changes() == []
    assert "No space left on device" in result.json()["error"]
    assert "/dev/full" in result.json()["error"]


@pytest.mark.parametrize("room", [100, 1500, 3000])
def test_a_disk_that_fills_up_stops_the_run_before_the_next_change(fleet, tmp_path, room):
    journal = tmp_path / "journal"

    def little_room():
        # A write beyond it fails as on a full disk, in the middle of a line too.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    words = fleet.words("enable", "--journal", journal)
    process = fleet.command.start(*words, env=fleet.env, preexec_fn=little_room)
    result = finish(process).ended(3)
    assert str(journal) in result.json()["error"]
    entries, torn = whole_lines(journal)
    assert torn <= 1 and journal.stat().st_size <= room
    # What is not written down was not sent.
    assert on_the_wire(fleet) == operations(entries, "before")
    fleet.run("enable", "--journal", journal).ended(0)
    entries, torn_now = whole_lines(journal)
    assert torn_now == torn
    assert on_the_wire(fleet) == operations(entries, "before")
    assert len({line["run"] for line in entries}) == (2 if room > 100 else 1)


def test_a_killed_run_leaves_what_it_sent(make_fleet, tmp_path):
    fleet = make_fleet(latency="100ms")
    journal = tmp_path / "journal"
    process = fleet.command.start(*fleet.words("enable", "--journal", journal), env=fleet.env)
    deadline = time.monotonic() + 60
    while not (journal.exists() and "AcceptInvitation" in journal.read_text()):
        assert time.monotonic() < deadline and process.poll() is None
    process.kill()
    process.communicate()
    # The proxy may be a little behind.
    time.sleep(0.5)
    entries, torn = whole_lines(journal)
    assert torn <= 1
    sent, noted = on_the_wire(fleet), operations(entries, "before")
    assert sent <= noted, sent - noted
    assert operations(entries, "after") <= noted
    fleet.run("enable", "--journal", journal).ended(0)


def test_two_runs_at_once_do_not_mix_their_lines(command, tmp_path):
    journal = tmp_path / "journal"
    words = ["rehearse", "--latency", "0ms", "--verification", "0s", "--output", "json", "--journal", journal]
    processes = [command.start(*words) for _ in range(2)]
    reports = [finish(process).ended(0).json() for process in processes]
    entries = lines(journal)
    assert {line["run"] for line in entries} == {report["run_id"] for report in reports}
    for report in reports:
        of_run = [line for line in entries if line["run"] == report["run_id"]]
        accepted = [line for line in of_run if line["operation"] == "detective:AcceptInvitation"]
        assert len(accepted) == 2 * report["calls"]["detective:AcceptInvitation"]
        numbers = [(line["region"], line["number"]) for line in of_run]
        assert len(set(numbers)) == len(numbers)


def test_removals_are_taken_down(fleet, tmp_path):
    fleet.run("enable").ended(0)
    fleet.proxy.calls.clear()
    journal = tmp_path / "journal"
    fleet.run("disable", "--journal", journal).ended(0)
    entries = lines(journal)
    assert on_the_wire(fleet) == operations(entries, "before") == operations(entries, "after")
    assert all(line["members"] == sorted(fleet.sandbox.ids) for line in entries)


def test_a_journal_can_be_set_for_all_runs(fleet, tmp_path):
    journal = tmp_path / "journal"
    (fleet.command.home / "fleet.toml").write_text(f'journal = "{journal}"\n')
    fleet.run("enable", "--config", "fleet.toml").ended(0)
    assert lines(journal)


def test_a_journal_that_cannot_be_written_is_refused_before_anything(fleet, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    report = tmp_path / "report.json"
    report.write_text("{}")
    (tmp_path / "link").symlink_to(fleet.sandbox.roster)
    for path, word in [
        (tmp_path, "not a file"),
        (tmp_path / "pipe", "not a file"),
        (tmp_path / "no" / "journal", "cannot write there"),
        (fleet.sandbox.roster, "the list of accounts"),
        (tmp_path / "link", "the list of accounts"),
        (report, "the journal"),
    ]:
        roster = fleet.sandbox.roster.read_bytes()
        fleet.run("enable", "--journal", path, "--report", report).refused(word)
        assert fleet.sandbox.roster.read_bytes() == roster
    assert fleet.proxy.calls == []
