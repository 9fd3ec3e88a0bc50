"""A settings file that merely lies in the working directory: somebody else may have written it, as with a repository."""

import os

import pytest

from support.sandbox import REGIONS

#: What decides whose credentials are used, who hears of it, and what is left out.
DECIDING = {
    "profile": '"other"', "send-email": "true", "message": '"Accept this"', "expected": '["*/eu-west-1"]', "journal": '"taken"',
}


@pytest.fixture
def settings(fleet):
    def write(text, mode=0o644):
        path = fleet.command.home / "detective-fleet.toml"
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


def enable(fleet, *more):
    return fleet.command.run("enable", fleet.sandbox.roster, "--regions", REGIONS[0], *more, env=fleet.env)


def test_it_is_announced_in_one_line(fleet, settings):
    settings('timeout = "10m"\n')
    words = ["plan", fleet.sandbox.roster, "--regions", REGIONS[0]]
    line = "Settings are taken from detective-fleet.toml in this directory."
    assert fleet.command.run(*words, env=fleet.env).ended(0).stderr.splitlines().count(line) == 1
    assert line not in fleet.command.run(*words, "--config", "detective-fleet.toml", env=fleet.env).ended(0).stderr


def test_it_does_not_stand_in_for_the_administrator_with_yes(fleet, settings):
    settings(f'admin-account = "{fleet.sandbox.administrator}"\n')
    enable(fleet, "--yes").refused("--admin-account", "--config")
    assert fleet.proxy.changes() == []
    enable(fleet, "--yes", "--config", "detective-fleet.toml").ended(0)
    assert set(fleet.sandbox.statuses(REGIONS[0]).values()) == {"ENABLED"}


@pytest.mark.parametrize("name", DECIDING)
def test_what_only_a_named_file_may_say_is_refused(fleet, settings, name):
    settings(f"{name} = {DECIDING[name]}\n")
    yes = ["--yes", "--admin-account", fleet.sandbox.administrator]
    enable(fleet, *yes).refused(name, "--config detective-fleet.toml")
    assert fleet.proxy.calls == []
    assert not (fleet.command.home / "taken").exists()


def test_a_file_of_somebody_else_or_that_everybody_can_write_is_refused(fleet, settings):
    path = settings('timeout = "10m"\n', 0o666)
    enable(fleet).refused("everybody", "chmod o-w")
    enable(fleet, "--config", path).refused("everybody", "chmod o-w")
    path.chmod(0o644)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
        enable(fleet).refused("belongs to somebody else", "--config")
        os.chown(path, 0, 0)
    assert fleet.proxy.calls == []


def test_plan_and_question_say_that_mail_is_sent_to_whom_and_who_is_left_out(fleet):
    first = fleet.sandbox.ids[0]
    words = [
        fleet.sandbox.roster, "--regions", REGIONS[0], "--send-email", "--message", "Please accept",
        "--expected", f"{first}/{REGIONS[0]}",
    ]
    wanted = len(fleet.sandbox.ids) - 1
    mail = f"AWS will send mail to the root addresses of {wanted} accounts"
    end = f"{wanted} in all, with this text: Please accept"
    left_out = f"left out, as expected: {first}/{REGIONS[0]}"
    notes = fleet.command.run("plan", *words, "--output", "json", env=fleet.env).ended(0).json()["notes"]
    assert any(note.startswith(mail) and note.endswith(end) for note in notes), notes
    assert left_out in notes
    shown = fleet.command.run_on_terminal("enable", *words, answer="no\n", env=fleet.env).ended(1)
    text = " ".join((shown.stdout + shown.stderr).split())
    assert mail in text and left_out in text
    assert fleet.proxy.changes() == []
