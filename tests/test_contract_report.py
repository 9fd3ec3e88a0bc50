"""`--report FILE`: it replaces a report, and nothing else."""

import json
import os

import pytest


@pytest.mark.parametrize("operation", ["plan", "enable", "status"])
def test_a_report_replaces_a_file_only(fleet, tmp_path, operation):
    target = tmp_path / "target.json"
    target.write_text("{}")
    (tmp_path / "link.json").symlink_to(target)
    (tmp_path / "lost.json").symlink_to(tmp_path / "nowhere.json")
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "folder.json").mkdir()
    for name, kind in [("link", "a link"), ("lost", "a link"), ("pipe", "a pipe"), ("folder", "a directory")]:
        fleet.run(operation, "--report", tmp_path / f"{name}.json").refused(f"{name}.json", kind)
    assert (tmp_path / "link.json").is_symlink() and target.read_text() == "{}"
    assert fleet.proxy.calls == []


@pytest.mark.parametrize("operation", ["plan", "enable", "status", "disable"])
def test_a_report_never_replaces_the_list_of_accounts(fleet, tmp_path, operation):
    roster = tmp_path / "accounts.json"
    roster.write_bytes(fleet.sandbox.roster.read_bytes())
    indirect = tmp_path / "folder"
    indirect.symlink_to(tmp_path)
    (tmp_path / "hard.json").hardlink_to(roster)
    for path in [roster, indirect / "accounts.json", tmp_path / "hard.json"]:
        fleet.run(operation, "--report", path, roster=roster).refused("the list of accounts")
    assert roster.read_bytes() == fleet.sandbox.roster.read_bytes()
    assert fleet.proxy.calls == []


def test_a_run_whose_report_cannot_be_handed_over_was_done_and_is_not_as_wanted(fleet):
    with open("/dev/full", "w") as full:
        process = fleet.command.start(*fleet.words("enable"), env=fleet.env, stdout=full)
        _, stderr = process.communicate(timeout=120)
    assert process.returncode == 3, stderr
    assert "No space left" in stderr
    # Nothing is wrong with the fleet.
    fleet.run("plan", "--detailed-exitcode").ended(0)


def test_a_rehearsal_spares_its_list_too(run, write):
    roster = write("111122223333,r@example.com\n", "accounts.json")
    run("rehearse", roster, "--report", roster).refused("the list of accounts")
    assert "111122223333" in roster.read_text()


def test_a_report_is_whole_and_alone(fleet, tmp_path):
    report = tmp_path / "report.json"
    for _ in range(2):
        fleet.run("plan", "--report", report).ended(0)
        assert json.loads(report.read_text())["kind"] == "plan"
    assert list(tmp_path.glob(".detective-fleet-*")) == []


def test_the_language_of_the_page_is_a_flag_a_variable_and_a_setting(fleet, tmp_path, write):
    page = tmp_path / "report.html"
    settings = write('language = "ja"\n', "fleet.toml")
    for words, env, language in [
        ([], {}, "en"),
        (["--language", "ja"], {}, "ja"),
        ([], {"DETECTIVE_FLEET_LANGUAGE": "ja"}, "ja"),
        (["--config", settings], {}, "ja"),
        (["--config", settings, "--language", "en"], {}, "en"),
        (["--config", settings], {"DETECTIVE_FLEET_LANGUAGE": "en"}, "en"),
    ]:
        words = fleet.words("plan", "--report", page, *words)
        result = fleet.command.run(*words, env={**fleet.env, **env}).ended(0)
        assert f'<html lang="{language}">' in page.read_text(encoding="utf-8"), (words, env)
        assert "invite" in result.stdout, "what the terminal shows stays English"


def test_a_language_that_there_is_not_is_refused(fleet, tmp_path, write):
    page = tmp_path / "report.html"
    fleet.run("plan", "--report", page, "--language", "fr").refused("--language", "the languages are en and ja")
    fleet.run("plan", "--report", page, "--config", write('language = "fr"\n', "fleet.toml")).refused("fleet.toml", "fr", "en")
    assert not page.exists() and fleet.proxy.calls == []
