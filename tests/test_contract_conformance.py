"""`conformance` as a process: against the sandbox, which it has to leave as it was, and against one that it does not know."""

import signal
import tomllib
from pathlib import Path

import pytest

from support.command import finish
from support.moto import Moto
from support.sandbox import wait_until

REGION = "eu-west-1"
STATE = f".detective-fleet-conformance-{REGION}.toml"
TRUTHS = Path(__file__).parent / "truths"
WORDS = ["conformance", "--admin-profile", "admin", "--member-profile", "member", "--region", REGION]


class Desk:
    """The command in its folder, with two profiles for a sandbox, or for what is taken for one."""

    def __init__(self, command, endpoint, administrator, member, email):
        self.command, self.env = command, {"AWS_ENDPOINT_URL": endpoint, "DETECTIVE_FLEET_MEMBER_EMAIL": email}
        self.file = command.home / f"truths-{REGION}.toml"
        self.state = command.home / STATE
        folder = command.home / ".aws"
        folder.mkdir(exist_ok=True)
        (folder / "credentials").write_text("".join(
            f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = any\n"
            for name, key in [("admin", administrator), ("member", member)]
        ))

    def run(self, *more):
        return self.command.run(*WORDS, "--yes", *more, env=self.env)

    def start(self):
        return self.command.start(*WORDS, "--yes", env=self.env)

    def truths(self):
        return tomllib.loads(self.file.read_text())


@pytest.fixture
def desk_at(command):
    def desk_at(sandbox):
        member, email = sandbox.members[0]
        return Desk(command, sandbox.endpoint, sandbox.env["AWS_ACCESS_KEY_ID"], member, email)

    return desk_at


def test_it_finds_what_the_sandbox_does_names_nobody_and_leaves_nothing(make_sandbox, desk_at):
    sandbox = make_sandbox(verification="2s")
    desk = desk_at(sandbox)
    result = desk.run("--output", "json").ended(0)
    found = desk.truths()
    assert result.json() == found
    assert found["truths"]["second_accept"] == "conflict" and found["truths"]["early_accept"] == "conflict"
    assert found["open"]["page_size"] and not found.get("surprises")
    text = desk.file.read_text()
    for secret in [sandbox.administrator, *sandbox.ids, "@", "example.com", "arn:"]:
        assert secret not in text, secret
    assert sandbox.graphs(REGION) == [] and not desk.state.exists()
    assert f"administrator {sandbox.administrator}" in result.stderr, "it says before what it is about to do"


@pytest.mark.parametrize("name", ["contrary", "wary"])
def test_a_sandbox_by_a_file_answers_as_the_file_says(make_sandbox, desk_at, name):
    file = TRUTHS / f"{name}.toml"
    sandbox = make_sandbox(verification=None, truths=file)
    result = desk_at(sandbox).run("--against", file).ended(0)
    expected = tomllib.loads(file.read_text())["truths"]
    assert f"{len(expected)} the same, 0 different, 0 not told" in result.stdout


@pytest.mark.parametrize("name", ["contrary", "wary"])
def test_a_fleet_is_enabled_and_ended_under_any_truth(make_sandbox, command, name):
    sandbox = make_sandbox(verification="0s", truths=TRUTHS / f"{name}.toml")
    words = [sandbox.roster, "--regions", REGION, "--yes", "--admin-account", sandbox.administrator]
    for _ in range(2):
        command.run("enable", *words, env=sandbox.env).ended(0)
        assert set(sandbox.statuses(REGION).values()) == {"ENABLED"}
    words += ["--delete-graphs", "--confirm", sandbox.administrator, "--max-removals", 10]
    command.run("disable", *words, env=sandbox.env).ended(0)
    assert sandbox.graphs(REGION) == []


def test_where_sandbox_and_file_differ_the_difference_is_named(make_sandbox, desk_at):
    sandbox = make_sandbox(verification=None, truths=TRUTHS / "beyond.toml")
    result = desk_at(sandbox).run("--against", TRUTHS / "contrary.toml").ended(3)
    assert "second_accept: invalid in the file, and conflict here" in result.stdout
    sandbox.stop()
    said = sandbox.said
    for word in ["weather", "fine", "foreign_graph", "TeapotException"]:
        assert word in said, said
    assert "second_accept" not in said


@pytest.mark.parametrize("again", [["--clean-up"], []])
def test_what_a_killed_run_left_the_next_call_deletes(make_sandbox, desk_at, again):
    sandbox = make_sandbox(verification="2s")
    desk = desk_at(sandbox)
    process = desk.start()
    wait_until(lambda: sandbox.graphs(REGION))
    process.kill()
    process.communicate()
    assert desk.state.exists() and len(sandbox.graphs(REGION)) == 1
    desk.run(*again).ended(0)
    assert sandbox.graphs(REGION) == [] and not desk.state.exists()
    assert desk.file.exists() == (not again)


def test_an_interrupted_run_deletes_what_it_made(make_sandbox, desk_at):
    sandbox = make_sandbox(verification="10m")
    desk = desk_at(sandbox)
    process = desk.start()
    wait_until(lambda: sandbox.statuses(REGION))
    process.send_signal(signal.SIGINT)
    finish(process).ended(130)
    assert sandbox.graphs(REGION) == [] and not desk.state.exists()
    assert "the run was interrupted before" in desk.truths()["open"].values()


@pytest.mark.parametrize("whose", ["administrator", "member"])
def test_a_region_with_a_graph_is_not_touched(make_sandbox, desk_at, whose):
    sandbox = make_sandbox()
    desk = desk_at(sandbox)
    keys = sandbox.assume(sandbox.ids[0]) if whose == "member" else None
    detective = sandbox.client("detective", REGION, credentials=keys)
    arn = detective.create_graph()["GraphArn"]
    desk.run().refused("behavior graph", "choose a Region without one")
    desk.run("--clean-up").refused("behavior graph")
    assert [graph["Arn"] for graph in detective.list_graphs()["GraphList"]] == [arn]
    assert not desk.state.exists() and not desk.file.exists()


def test_nothing_is_changed_without_a_yes(make_sandbox, desk_at):
    sandbox = make_sandbox()
    desk = desk_at(sandbox)
    desk.command.run(*WORDS, env=desk.env).refused("--yes")
    for more in ([], ["--clean-up"]):
        shown = desk.command.run_on_terminal(*WORDS, *more, answer="no\n", env=desk.env)
        assert shown.status == (0 if more else 1), shown.stdout
    assert "free trial" in desk.command.run_on_terminal(*WORDS, answer="no\n", env=desk.env).stdout
    assert sandbox.graphs(REGION) == [] and not desk.state.exists()


def test_one_account_alone_is_asked_what_it_can_tell(make_sandbox, desk_at):
    sandbox = make_sandbox()
    desk = desk_at(sandbox)
    words = [word for word in WORDS if word not in ("--member-profile", "member")]
    desk.command.run(*words, "--yes", env={"AWS_ENDPOINT_URL": sandbox.endpoint}).ended(0)
    found = desk.truths()
    assert found["accounts"] == 1 and found["truths"]["recreated_graph"] == "created"
    assert "--member-profile" in found["open"]["second_accept"]


def test_a_member_needs_an_address(make_sandbox, desk_at):
    sandbox = make_sandbox()
    desk = desk_at(sandbox)
    endpoint = {"AWS_ENDPOINT_URL": sandbox.endpoint}
    desk.command.run(*WORDS, "--yes", env=endpoint).refused("--member-email")
    wrong = desk.command.run(*WORDS, "--yes", "--member-email", "nobody", env=endpoint).refused("--member-email")
    assert "nobody" not in wrong.stderr
    both = [word.replace("member", "admin", 1) if word == "member" else word for word in WORDS]
    desk.command.run(*both, "--yes", env=desk.env).refused("both profiles are of account")


def test_an_emulator_that_it_does_not_know_ends_with_words_and_no_crash(command, tmp_path):
    """moto has no Detective: whatever it answers is none of the answers that are possible."""
    moto = Moto(tmp_path)
    try:
        desk = Desk(command, moto.endpoint, "AKIAADMINISTRATOR000", "AKIAMEMBER0000000000", "root@example.com")
        words = [word for word in WORDS if word not in ("--member-profile", "member")]
        result = command.run(*words, "--yes", env={"AWS_ENDPOINT_URL": desk.env["AWS_ENDPOINT_URL"]})
        assert result.status in (1, 3), result.output
        assert result.stderr.strip()
        assert not desk.state.exists() or "left behind" in result.stderr
    finally:
        moto.stop()
