"""A plan that is saved is the plan that is executed, and nothing else."""

import hashlib
import json
import os
import signal
import stat
import time

import pytest

from support.command import ADDRESS
from support.sandbox import REGIONS, wait_until


@pytest.fixture
def saved(fleet, tmp_path):
    return Saved(fleet, tmp_path / "plan.json")


class Saved:
    """A fleet, and the file that its plans are saved in."""

    def __init__(self, fleet, file):
        self.fleet, self.sandbox, self.file = fleet, fleet.sandbox, file

    def save(self, *more, status=0, **settings):
        self.fleet.run("plan", "--out", self.file, *more, **settings).ended(status)
        return self

    def execute(self, *more, operation="enable", roster=None, yes=True):
        words = [operation, roster or self.sandbox.roster, "--plan", self.file, "--output", "json"]
        return self.fleet.command.run(*words, *(["--yes"] if yes else []), *more, env=self.fleet.env)

    @property
    def document(self):
        return json.loads(self.file.read_text())

    def refused(self, *words, **settings):
        """Nothing is changed, one document says why, and so does stderr."""
        before = len(self.fleet.proxy.changes())
        result = self.execute(**settings).refused(*words)
        assert result.json()["kind"] == "error"
        assert len(self.fleet.proxy.changes()) == before
        return result.json()

    def statuses(self):
        return {region: self.sandbox.statuses(region) for region in REGIONS}


def all_enabled(sandbox):
    return {region: dict.fromkeys(sandbox.ids, "ENABLED") for region in REGIONS}


def remove(sandbox, account, region=REGIONS[0]):
    detective = sandbox.client("detective", region)
    [graph] = sandbox.graphs(region)
    detective.delete_members(GraphArn=graph, AccountIds=[account])


def test_a_saved_plan_is_executed_without_any_other_consent(saved):
    saved.save()
    assert saved.fleet.proxy.changes() == []
    report = saved.execute().ended(0).json()
    assert saved.statuses() == all_enabled(saved.sandbox)
    assert report["summary"]["enabled"] == 6
    assert report["plan"]["digest"] == saved.document["digest"]
    assert report["plan"]["name"] == str(saved.file)
    assert report["plan"]["planner"] == saved.document["plan"]["caller"]
    assert any(f"executes the plan in {saved.file}" in note for note in report["notes"])


def test_the_file_says_all_that_was_shown_and_has_no_email(saved):
    saved.save("--tags", "team=security")
    text = saved.file.read_text()
    assert stat.S_IMODE(saved.file.stat().st_mode) == 0o600
    assert not ADDRESS.search(text)
    document = saved.document
    assert (document["version"], document["kind"]) == (1, "saved-plan")
    assert document["settings"]["tags"] == {"team": "security"}
    plan = document["plan"]
    assert plan["administrator"] == saved.sandbox.administrator
    assert plan["list"]["name"] == str(saved.sandbox.roster)
    assert len(plan["list"]["sha256"]) == 64
    assert plan["product_version"] and plan["caller"] and plan["started"]
    shown = saved.fleet.run("plan", "--tags", "team=security").ended(0).json()
    assert plan["regions"] == shown["regions"]
    assert plan["summary"] == shown["summary"]


def test_it_is_shown_again_without_list_and_credentials(saved, tmp_path):
    saved.save()
    run = saved.fleet.command.run
    words = ["plan", "--show", saved.file]
    text = run(*words).ended(0).stdout
    direct = saved.fleet.command.run("plan", saved.sandbox.roster, "--regions", ",".join(REGIONS), env=saved.fleet.env)
    first = direct.ended(0).stdout.splitlines()[0]
    assert first in text and "it may be executed until" in text
    page, report = tmp_path / "plan.html", tmp_path / "shown.json"
    document = run(*words, "--output", "json", "--report", page, "--report", report).ended(0).json()
    assert document["kind"] == "plan"
    assert document["regions"] == saved.document["plan"]["regions"]
    assert document["saved"]["digest"] == saved.document["digest"]
    assert json.loads(report.read_text()) == document
    assert page.read_text().startswith("<!doctype html>")
    markdown = run(*words, "--output", "markdown").ended(0).stdout
    again = ["plan", saved.sandbox.roster, "--regions", ",".join(REGIONS), "--output", "markdown"]
    first = run(*again, env=saved.fleet.env).ended(0).stdout.splitlines()[0]
    assert markdown.startswith(first) and "|" in markdown
    run(*words, "--detailed-exitcode").ended(2)


def test_one_that_was_edited_or_is_something_else_is_refused(saved, tmp_path):
    saved.save()
    text = saved.file.read_text()
    saved.file.write_text(text.replace('"invite"', '"repair"', 1))
    saved.refused("changed after it was saved")
    saved.fleet.command.run("plan", "--show", saved.file).refused("changed after it was saved")
    saved.file.write_text(text.replace('"version": 1', '"version": 2', 1))
    saved.refused("version 2")
    saved.fleet.run("plan", "--report", tmp_path / "report.json").ended(0)
    saved.file.write_text((tmp_path / "report.json").read_text())
    saved.refused("no saved plan")
    saved.file.write_text("account,email\n")
    saved.refused("no saved plan")
    saved.file.unlink()
    saved.refused("plan.json")
    # As it was, it is good again.
    saved.file.write_text(text)
    saved.execute().ended(0)


def test_one_that_expired_is_refused_and_still_shown(saved):
    saved.save("--plan-expires", "1ms")
    time.sleep(0.01)
    saved.refused("expired")
    assert "it expired at" in saved.fleet.command.run("plan", "--show", saved.file).ended(0).stdout
    for span in ["0s", "745h"]:
        saved.fleet.run("plan", "--out", saved.file, "--plan-expires", span).refused("31 days")
    saved.fleet.run("plan", "--plan-expires", "1h").refused("--out")


def test_another_list_is_refused(saved, write):
    saved.save()
    other = write(saved.sandbox.roster.read_text() + "# one more line\n")
    document = saved.refused("the list", roster=other)
    assert document["saved_plan"]["refused"] == "differs"
    assert [it["setting"] for it in document["saved_plan"]["details"]] == ["the list"]


def test_settings_that_differ_are_named_one_by_one_and_the_same_are_taken(saved):
    saved.save("--tags", "team=a")
    result = saved.execute("--tags", "team=b", "--prune", "--regions", REGIONS[0], "--role-name", "other/Role")
    result.refused("--tags is team=b now, and team=a in the plan", "--prune", "--regions", "--role-name")
    details = result.json()["saved_plan"]["details"]
    assert {it["setting"] for it in details} == {"--tags", "--prune", "--regions", "--role-name"}
    assert saved.fleet.proxy.changes() == []
    saved.execute("--tags", "team=a", "--regions", ",".join(reversed(REGIONS))).ended(0)
    [graph] = saved.sandbox.graphs(REGIONS[0])
    tags = saved.sandbox.client("detective", REGIONS[0]).list_tags_for_resource(ResourceArn=graph)["Tags"]
    assert tags == {"team": "a"}


def test_another_administrator_is_refused(saved):
    saved.save()
    other = saved.sandbox.ids[0]
    assert saved.execute("--admin-account", other).refused("--admin-account", other)
    keys = saved.sandbox.assume(other)
    saved.fleet.env |= {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    saved.refused(saved.sandbox.administrator)


def test_another_command_is_refused(saved):
    saved.save()
    saved.execute(operation="disable").refused("the command is disable now, and enable in the plan")


def test_a_member_that_left_is_named_with_what_was_and_is(saved):
    saved.fleet.run("enable").ended(0)
    saved.save()
    account = saved.sandbox.ids[1]
    remove(saved.sandbox, account)
    document = saved.refused(account, REGIONS[0], "ENABLED", "no member", "leave it as it is", "invite it")
    assert document["saved_plan"]["refused"] == "moved"
    [moved] = document["saved_plan"]["details"]
    assert moved == {
        "region": REGIONS[0], "account_id": account, "was": "ENABLED", "is": "no member",
        "planned": "leave it as it is", "needed": "invite it, and accept for it",
    }
    assert account not in saved.sandbox.statuses(REGIONS[0])


def test_a_graph_that_is_gone_is_named(saved):
    saved.fleet.run("enable").ended(0)
    saved.save()
    [graph] = saved.sandbox.graphs(REGIONS[1])
    saved.sandbox.client("detective", REGIONS[1]).delete_graph(GraphArn=graph)
    details = saved.refused("(behavior graph)", graph)["saved_plan"]["details"]
    assert {it["region"] for it in details} == {REGIONS[1]}
    assert {it["account_id"] for it in details} == {None, *saved.sandbox.ids}
    assert saved.sandbox.graphs(REGIONS[1]) == []


def test_another_email_in_aws_is_named(saved):
    detective = saved.sandbox.client("detective", REGIONS[0])
    graph = detective.create_graph()["GraphArn"]
    saved.save()
    account = saved.sandbox.ids[0]
    wrong = [{"AccountId": account, "EmailAddress": "typo@example.com"}]
    detective.create_members(GraphArn=graph, Accounts=wrong, DisableEmailNotification=True)
    [moved] = saved.refused(account, "VERIFICATION_FAILED with another e-mail")["saved_plan"]["details"]
    assert moved["needed"] == "remove its failed entry, and invite it again"


def test_where_less_is_needed_it_goes_on(saved):
    saved.save()
    words = ["enable", saved.sandbox.roster, "--account", saved.sandbox.ids[0], "--regions", REGIONS[0]]
    more = ["--yes", "--admin-account", saved.sandbox.administrator]
    saved.fleet.command.run(*words, *more, env=saved.fleet.env).ended(0)
    saved.execute().ended(0)
    assert saved.statuses() == all_enabled(saved.sandbox)
    # All of it was done: there is nothing left, and that is fine.
    changes = len(saved.fleet.proxy.changes())
    saved.execute().ended(0)
    assert len(saved.fleet.proxy.changes()) == changes


def test_removals_that_were_reviewed_need_no_limit(make_fleet, tmp_path):
    fleet = make_fleet(accounts=8)
    fleet.run("enable").ended(0)
    fleet.run("disable").refused("--max-removals")
    saved = Saved(fleet, tmp_path / "plan.json").save("--disable")
    saved.execute("--max-removals", "3", operation="disable").refused("--max-removals 8")
    saved.execute(operation="disable").ended(0)
    assert fleet.sandbox.statuses(REGIONS[0]) == {}


def test_prune_removes_whom_the_plan_names_and_refuses_who_joined_since(saved, write):
    saved.fleet.run("enable").ended(0)
    lines = saved.sandbox.roster.read_text().splitlines(keepends=True)
    short = write("".join(lines[:2]))
    gone = saved.sandbox.ids[2]
    remove(saved.sandbox, gone)
    saved.save("--prune", roster=short)
    member = dict(zip(["AccountId", "EmailAddress"], saved.sandbox.members[2]))
    detective = saved.sandbox.client("detective", REGIONS[0])
    [graph] = saved.sandbox.graphs(REGIONS[0])
    detective.create_members(GraphArn=graph, Accounts=[member], DisableEmailNotification=True)
    saved.refused(gone, roster=short)
    remove(saved.sandbox, gone)
    saved.execute(roster=short).ended(0)
    assert all(set(statuses) == set(saved.sandbox.ids[:2]) for statuses in saved.statuses().values())


def test_the_end_of_graphs_still_wants_the_id(saved):
    saved.fleet.run("enable").ended(0)
    administrator = saved.sandbox.administrator
    words = ["plan", "--disable", "--delete-graphs", "--regions", ",".join(REGIONS), "--out", saved.file]
    saved.fleet.command.run(*words, env=saved.fleet.env).ended(0)

    def execute(*more):
        words = ["disable", "--plan", saved.file, "--yes", *more]
        return saved.fleet.command.run(*words, env=saved.fleet.env)

    execute().refused(f"--confirm {administrator}")
    execute("--confirm", saved.sandbox.ids[0]).refused(saved.sandbox.ids[0])
    assert [saved.sandbox.graphs(region) for region in REGIONS] != [[], []]
    execute("--confirm", administrator).ended(0)
    assert [saved.sandbox.graphs(region) for region in REGIONS] == [[], []]


def test_without_yes_it_is_asked_on_a_terminal_and_refused_without_one(saved):
    saved.save()
    saved.refused("--yes", yes=False)
    words = ["enable", saved.sandbox.roster, "--plan", saved.file]
    saved.fleet.command.run_on_terminal(*words, answer="no\n", env=saved.fleet.env).ended(1)
    assert saved.fleet.proxy.changes() == []
    saved.fleet.command.run_on_terminal(*words, answer="yes\n", env=saved.fleet.env).ended(0)
    assert saved.statuses() == all_enabled(saved.sandbox)


def test_one_that_expires_while_somebody_thinks_is_refused(saved, open_terminal):
    saved.save("--plan-expires", "8s")
    terminal = open_terminal("enable", saved.sandbox.roster, "--plan", saved.file, env=saved.fleet.env)
    terminal.until_shown("Do you want to make these changes?")
    time.sleep(8)
    terminal.type("yes\n")
    terminal.until_shown("expired at")
    assert terminal.to_the_end() == 1
    assert saved.fleet.proxy.changes() == []


def test_a_run_that_is_killed_is_finished_by_the_same_plan(make_fleet, tmp_path):
    fleet = make_fleet(accounts=20, latency="20ms", verification="1s")
    saved = Saved(fleet, tmp_path / "plan.json").save()
    words = ["enable", fleet.sandbox.roster, "--plan", saved.file, "--yes"]
    process = fleet.command.start(*words, env=fleet.env)
    wait_until(lambda: fleet.sandbox.graphs(REGIONS[0]) and fleet.sandbox.statuses(REGIONS[0]))
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    saved.execute().ended(0)
    assert saved.statuses() == all_enabled(fleet.sandbox)


def test_what_moves_under_way_is_left_and_named(make_fleet, tmp_path):
    """One member is removed by somebody else after the plan was checked, while another is verified."""
    fleet = make_fleet(verification="5s")
    sandbox = fleet.sandbox
    first = ["--account", sandbox.ids[0]]
    fleet.run("enable", *first, regions=REGIONS[:1]).ended(0)
    saved = Saved(fleet, tmp_path / "plan.json").save(regions=REGIONS[:1])
    words = ["enable", sandbox.roster, "--plan", saved.file, "--yes", "--output", "json"]
    process = fleet.command.start(*words, env=fleet.env)
    wait_until(lambda: len(sandbox.statuses(REGIONS[0])) == 3)
    remove(sandbox, sandbox.ids[0])
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 3, stderr
    members = {it["account_id"]: it for it in json.loads(stdout)["regions"][0]["members"]}
    assert members[sandbox.ids[0]]["cause"] == "not-in-plan"
    assert members[sandbox.ids[0]]["outcome"] == "failed"
    assert members[sandbox.ids[1]]["outcome"] == members[sandbox.ids[2]]["outcome"] == "enabled"
    assert sandbox.ids[0] not in sandbox.statuses(REGIONS[0])


def test_the_file_replaces_no_other_and_follows_no_link(saved, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    saved.fleet.run("plan", "--out", link).refused("link")
    saved.fleet.run("plan", "--out", saved.sandbox.roster).refused("the list of accounts")
    saved.fleet.run("plan", "--out", tmp_path / "x.json", "--report", tmp_path / "x.json").refused("report")
    saved.fleet.run("plan", "--out", tmp_path / "no" / "x.json").refused("cannot write there")
    assert not (tmp_path / "elsewhere").exists() and saved.fleet.proxy.calls == []


def test_an_email_in_a_setting_is_not_saved(saved):
    words = ["--send-email", "--message", "ask root@example.com"]
    saved.fleet.run("plan", "--out", saved.file, *words).refused("--message", "e-mail address")
    assert not saved.file.exists()


def test_what_a_plan_was_made_with_is_shown_as_it_is_typed(saved):
    """Somebody may copy it, and somebody else may have written it."""
    words = ["--send-email", "--message", "`id` it's $HOME", "--tags", "team=a b"]
    saved.fleet.run("plan", "--out", saved.file, *words).ended(0)
    shown = " ".join(saved.fleet.command.run("plan", "--show", saved.file).ended(0).output.split())
    assert "--tags 'team=a b'" in shown and r"""--message '`id` it'\''s $HOME'""" in shown


@pytest.mark.parametrize("flag", ["--report", "--journal"])
def test_no_file_of_the_run_takes_the_place_of_the_plan(saved, flag):
    saved.save()
    before = saved.file.read_text()
    saved.execute(flag, saved.file).refused(flag, "the saved plan")
    assert saved.file.read_text() == before
    assert saved.fleet.proxy.changes() == []


def test_a_role_with_an_address_in_its_name_is_not_saved(saved):
    saved.fleet.run("plan", "--out", saved.file, "--role-name", "x/me@example.org").refused("role-name", "e-mail")
    assert not saved.file.exists()


def test_what_cannot_be_saved_in_is_refused_with_advice(saved, write):
    saved.fleet.run("plan", "--out", "-").refused("--out -", "name one")
    settings = write('role-name = "detective-fleet/DetectiveFleetMember"\n', "my.toml")
    before = settings.read_text()
    saved.fleet.run("plan", "--config", settings, "--out", settings).refused("this is the settings file")
    assert settings.read_text() == before
    assert not (saved.fleet.command.home / "-").exists()


def test_days_are_a_time_to_expire_as_well(saved):
    saved.save("--plan-expires", "2d")
    assert "executed until" in saved.fleet.command.run("plan", "--show", saved.file).ended(0).stdout
    for span in ["32d", "0d", "1 month"]:
        saved.fleet.run("plan", "--out", saved.file, "--plan-expires", span).refused("--plan-expires")


def test_a_pipe_is_as_good_as_a_file_and_one_without_an_end_is_none(saved, tmp_path):
    saved.save()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    words = ["enable", saved.sandbox.roster, "--plan", pipe, "--yes"]
    process = saved.fleet.command.start(*words, env=saved.fleet.env)
    pipe.write_text(saved.file.read_text())
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert saved.statuses() == all_enabled(saved.sandbox)
    saved.fleet.command.run("plan", "--show", "/dev/zero").refused("larger than any saved plan")
    saved.fleet.command.run("plan", "--show", tmp_path).refused("this is a directory")


def test_a_crafted_plan_is_shown_as_text(saved):
    saved.save()
    document = saved.document
    for member in document["plan"]["regions"][0]["members"]:
        member["name"] = "a\x1b[2J\u202eroot@example.com"
    document["settings"]["tags"] = {"team": "b\x1b]0;c"}
    document["plan"]["notes"] = ["d\x1b[31m"]
    saved.file.write_text(sealed(document))
    for more in [[], ["--output", "markdown"], ["--output", "json"]]:
        shown = saved.fleet.command.run("plan", "--show", saved.file, *more).ended(0)
        assert "U+001B" in shown.stdout + shown.stderr
        for hostile in ["\x1b", "\u202e", "root@"]:
            assert hostile not in shown.stdout + shown.stderr, more


def sealed(document):
    """As the command writes it, with a digest that fits."""
    zeros = "0" * 64
    text = json.dumps({**document, "digest": zeros}, indent=2, ensure_ascii=False) + "\n"
    return text.replace(zeros, hashlib.sha256(text.encode()).hexdigest(), 1)


def test_a_plan_that_would_end_a_graph_of_others_says_what_a_plan_allows(saved, write):
    saved.fleet.run("enable").ended(0)
    lines = saved.sandbox.roster.read_text().splitlines(keepends=True)
    short = write("".join(lines[:2]))
    for region in REGIONS:
        remove(saved.sandbox, saved.sandbox.ids[2], region)
    words = ["plan", short, "--disable", "--delete-graphs", "--regions", ",".join(REGIONS), "--out", saved.file]
    saved.fleet.command.run(*words, env=saved.fleet.env).ended(0)
    saved.fleet.run("enable").ended(0)
    words = ["disable", short, "--plan", saved.file, "--yes", "--confirm", saved.sandbox.administrator]
    refused = saved.fleet.command.run(*words, env=saved.fleet.env).refused("does not name", "make a new plan")
    assert "leave those Regions out" not in refused.stderr and "without a file" not in refused.stderr
