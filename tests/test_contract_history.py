"""`history`: what happened, when and by whom, from reports and journals alone."""

import csv
import json
import shutil
from datetime import datetime

import pytest

from support.command import ADDRESS


@pytest.fixture
def years(fleet, tmp_path):
    """A folder of runs and looks: enabled, one removed by hand, looked at, enabled again."""
    folder = tmp_path / "runs"
    folder.mkdir()
    journal = folder / "journal"
    fleet.run("enable", "--journal", journal, "--report", folder / "1.json").ended(0)
    gone = sorted(fleet.sandbox.ids)[0]
    [graph] = fleet.sandbox.graphs("eu-central-1")
    fleet.sandbox.client("detective", "eu-central-1").delete_members(GraphArn=graph, AccountIds=[gone])
    fleet.command.run("status", "--regions", "eu-central-1,us-east-1", "--report", folder / "2.json", env=fleet.env)
    fleet.run("enable", "--journal", journal, "--report", folder / "3.json").ended(0)
    fleet.gone = gone
    fleet.folder = folder
    return fleet


def history(fleet, *more, format="json", paths=None):
    # No credentials and no network: nothing of the sandbox is in the environment.
    return fleet.command.run("history", *(paths or [fleet.folder]), "--output", format, *more)


def test_it_tells_what_runs_did_and_what_nobody_here_did(years):
    report = history(years).ended(0).json()
    assert (report["version"], report["kind"]) == (1, "history")
    assert report["administrators"] == [years.sandbox.administrator]
    sum_ = report["summary"]
    assert sum_["documents"] == 3 and sum_["elsewhere"] == 1
    by = [change["by"] for change in report["changes"]]
    assert [by.count(name) for name in ("run", "aws", "elsewhere", "first_seen")] == [
        sum_[name] for name in ("by_run", "by_aws", "elsewhere", "first_seen")
    ]
    [gap] = [change for change in report["changes"] if change["by"] == "elsewhere"]
    assert (gap["account_id"], gap["region"], gap["from"], gap["to"]) == (years.gone, "eu-central-1", "ENABLED", "NO_MEMBER")
    assert gap["after"] < gap["at"]
    again = [c for c in report["changes"] if c["account_id"] == years.gone and c["region"] == "eu-central-1"][-1]
    assert (again["by"], again["deeds"], again["to"]) == ("run", ["invited", "accepted"], "ENABLED")
    runs = {run["run_id"]: run for run in report["runs"]}
    run = runs[again["run_id"]]
    assert run["caller"].startswith("arn:aws:iam::") and run["list"]["sha256"] and run["product_version"]
    # Both requests are in the journal by AWS's id.
    lines = [json.loads(line) for line in (years.folder / "journal").read_text().splitlines()]
    known = {line.get("request_id") for line in lines if line["run"] == again["run_id"]}
    assert len(again["request_ids"]) == 2 and set(again["request_ids"]) <= known
    assert not ADDRESS.findall(json.dumps(report))


def test_text_says_the_gap_in_one_line(years):
    text = " ".join(history(years, format="text").ended(0).stdout.split())
    assert "1 by no run whose report is here" in text
    assert f"! not by a run here: ENABLED → no member: {years.gone} in eu-central-1, after " in text
    assert "no member → ENABLED (invited, accepted)" in text


def test_accounts_regions_and_days_choose(years):
    report = history(years, "--account", years.gone, "--region", "eu-central-1").ended(0).json()
    assert {(c["account_id"], c["region"]) for c in report["changes"]} == {(years.gone, "eu-central-1")}
    assert history(years, "--until", "2020-01-01").ended(0).json()["changes"] == []
    nothing = history(years, "--until", "2020-01-01", format="text").ended(0).stdout
    assert "No report or journal here is of that time" in nothing and "Nothing changed" not in nothing
    assert history(years, "--since", "2020-01-01").ended(0).json() == history(years).ended(0).json()
    assert "not before" in history(years, "--since", "2026-02-01", "--until", "2026-01-01").ended(1).stderr
    assert "such as 2026-01-31" in history(years, "--since", "yesterday").ended(1).stderr


def test_a_spreadsheet_has_a_line_for_each_change(years):
    lines = list(csv.DictReader(history(years, format="csv").ended(0).stdout.splitlines()))
    assert len(lines) == len(history(years).json()["changes"])
    assert {line["by"] for line in lines} == {"run", "elsewhere"}
    assert all(line["caller"] and line["product_version"] for line in lines)


def test_the_page_is_whole_and_loads_nothing(years, tmp_path):
    page = tmp_path / "history.html"
    history(years, "--report", page).ended(0)
    text = page.read_text()
    assert text.startswith("<!doctype html>") and text.endswith("</html>\n")
    assert "no run whose report is here" in text and years.gone in text
    assert "<script" not in text and "http" not in text.replace("http-equiv", "")


def test_a_run_without_a_report_is_known_by_its_journal(years):
    (years.folder / "3.json").unlink()
    report = history(years).ended(0).json()
    assert report["summary"]["documents"] == 2
    assert report["runs"][-1]["ended"] is None
    assert any("it was killed, or its report is not here" in note for note in report["notes"])
    assert report["changes"][-1]["by"] == "run"


def test_a_copy_of_the_bucket_is_an_archive(years, tmp_path):
    bucket = tmp_path / "bucket"
    for place in ("runs/one", "latest/enable/accounts.csv"):
        (bucket / place).mkdir(parents=True)
        shutil.copy(years.folder / "1.json", bucket / place / "report.json")
    (bucket / "runs/one/manifest.json").write_text('{"administrator": "555555555555"}')
    (bucket / "runs/one/report.html").write_text("<!doctype html>")
    (bucket / "link").symlink_to(bucket, target_is_directory=True)
    report = history(years, paths=[bucket]).ended(0).json()
    assert report["summary"]["documents"] == 1


def test_a_file_that_is_cut_off_is_named_and_the_rest_is_told(years):
    whole = (years.folder / "2.json").read_text()
    (years.folder / "2.json").write_text(whole[: len(whole) // 2])
    report = history(years).ended(3).json()
    assert [file["file"].endswith("2.json") for file in report["unreadable"]] == [True]
    assert report["summary"]["documents"] == 2
    # Without the look, the gap is seen by the run after it.
    assert report["summary"]["elsewhere"] == 1


@pytest.mark.parametrize("words, why", [
    (["nowhere"], "cannot read "),
    (["empty"], "there is no report, no status and no journal"),
    (["list.csv"], "neither a report, a status nor a journal"),
])
def test_a_path_with_nothing_to_tell_is_an_error(command, tmp_path, words, why):
    (tmp_path / "empty").mkdir()
    (tmp_path / "list.csv").write_text("111111111111,root@example.com\n")
    assert why in command.run("history", *(tmp_path / word for word in words)).ended(1).stderr


@pytest.mark.parametrize("named", ["1.json", "."])
def test_a_report_does_not_replace_what_it_is_told_from(years, named):
    path = years.folder / "1.json"
    before = path.read_text()
    paths = [years.folder / named]
    assert "would replace" in history(years, "--report", path, paths=paths).ended(1).stderr
    assert path.read_text() == before


def test_what_cannot_be_read_is_named_and_the_rest_is_told(years):
    (years.folder / "mem.json").symlink_to("/proc/self/mem")
    (years.folder / "empty.json").touch()
    with open(years.folder / "film.mp4", "wb") as film:
        film.truncate(6 * 2**30)
    report = history(years).ended(3).json()
    names = [file["file"].rsplit("/", 1)[-1] for file in report["unreadable"]]
    assert names == ["empty.json", "mem.json"]
    assert report["summary"]["documents"] == 3


def test_a_damaged_copy_does_not_hide_the_good_one(years):
    report = json.loads((years.folder / "1.json").read_text())
    # Nor is an address shown that it quotes, or that it is called after.
    report.update(finished="2099-01-01T00:00:00Z", regions="root@example.com")
    (years.folder / "of root@example.com.json").write_text(json.dumps(report))
    told = history(years).ended(3).json()
    assert told["summary"]["by_run"] == history(years, paths=[years.folder / name for name in ("1.json", "2.json", "3.json")]).json()["summary"]["by_run"]
    [damaged] = told["unreadable"]
    assert damaged["file"].endswith("/of r***@example.com.json") and "r***@example.com" in damaged["why"]


def test_a_region_that_nothing_is_told_of_is_named(years):
    report = history(years, "--regions", "nowhere").ended(0).json()
    assert report["notes"] == ["no change that is told here was in nowhere"]


def test_a_rehearsal_plays_a_month(command, write, tmp_path):
    roster = write("111111111111,a@example.com\n222222222222,b@example.com\n")
    folder = tmp_path / "month"
    words = ["rehearse", roster, "--latency", "0ms", "--verification", "0s", "--month", folder]
    text = " ".join(command.run(*words).ended(0).stdout.split())
    assert "42 by no run whose report is here" not in text and "21 by no run whose report is here" in text
    assert "! not by a run here: ENABLED → no member: 222222222222 in all 21 Regions, after " in text
    assert "a month for 21 memberships of 1 account" in text
    assert len(list(folder.iterdir())) == 32
    report = command.run("history", folder, "--output", "json").ended(0).json()
    first, last = (datetime.fromisoformat(report[key]) for key in ("from", "until"))
    assert (last - first).days == 31
    assert "is not empty" in command.run(*words).ended(1).stderr
    assert "leave out --output" in command.run(*words, "--output", "json").ended(1).stderr
