"""What a desk has that no example has: names with blanks, Japanese and e-mails in them, narrow windows, a network that is set up oddly."""

import shutil
import subprocess

import pytest

from support.command import finish, room_for

BLANKS = "本番 accounts (2).csv"
QUOTED = "'本番 accounts (2).csv'"
CALLED_AFTER_SOMEBODY = "of-root@example.csv"


@pytest.fixture
def without_role(make_sandbox):
    """The role of one account cannot be assumed, and that of another can."""
    return make_sandbox(scenario="""
        roles = []
        [accounts.100000000001]
        [accounts.100000000002]
        roles = [{ name = "detective-fleet/DetectiveFleetMember" }]
    """)


def copied(command, sandbox, name=BLANKS):
    """The list by another name, in the folder in which the command runs."""
    shutil.copy(sandbox.roster, command.home / name)
    return name


def changing(sandbox, *words):
    return [*words, "--regions", "us-east-1", "--yes", "--admin-account", sandbox.administrator, "--patience", "0s"]


def test_commands_to_copy_name_the_list_as_it_was_typed(command, without_role):
    name, env = copied(command, without_role), without_role.env
    again = f"detective-fleet roles deploy {QUOTED} --account 100000000001"
    with_the_administrator = f"{again} --admin-account {without_role.administrator}"
    words = changing(without_role, "enable", name)
    shown = command.run(*words, env=env).ended(3).stdout
    assert again in shown and "accounts.csv" not in shown
    report = command.run(*words, "--output", "json", env=env).ended(3).json()
    member, _ = report["regions"][0]["members"]
    assert member["command"] == with_the_administrator and report["list"]["name"] == BLANKS
    shown = command.run("check", name, "--regions", "us-east-1", env=env).ended(3).stdout
    assert again in shown
    checked = command.run("check", name, "--regions", "us-east-1", "--output", "json", env=env).ended(3).json()
    assert again in [it.get("command") for it in checked["findings"]]


def test_the_status_names_the_list_too_and_says_so_on_its_page(command, sandbox):
    name = copied(command, sandbox)
    page = command.home / "status.html"
    shown = command.run("status", name, "--regions", "us-east-1", "--report", page, env=sandbox.env).ended(3).stdout
    assert f"detective-fleet enable {QUOTED}" in shown
    assert "detective-fleet enable &#39;本番 accounts (2).csv&#39;" in page.read_text().replace("&#x27;", "&#39;")


# What a command line may say of the world that it is about, without a word on the Region or the role that nobody has to quote.
WORLD = ["--config", "it's.toml", "--profile", "default", "--role-name", "detective-fleet/DetectiveFleetMember"]
AGAIN = r"--config 'it'\''s.toml' --admin-account 555555555555 --profile default"


def own_settings(command, sandbox):
    """A settings file that is named, with a name that a shell would take amiss, and a profile."""
    (command.home / "it's.toml").write_text("timeout = '1m'\n")
    keys = [f"{name.lower()} = {sandbox.env[name]}" for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]]
    (command.home / ".aws").mkdir()
    (command.home / ".aws" / "credentials").write_text("\n".join(["[default]", *keys, ""]))


def command_in(shown, begin):
    """The command to be copied that begins so."""
    return next(line.strip() for line in shown.splitlines() if line.strip().startswith(f"detective-fleet {begin}"))


def test_commands_to_copy_have_the_flags_that_say_which_world_they_are_about(command, without_role):
    own_settings(command, without_role)
    name, env = copied(command, without_role), without_role.env
    words = ["enable", name, *WORLD, "--regions", "us-east-1", "--external-id", "Ext-1234", "--tags", "team=a b", "--patience", "0s",
             "--yes", "--admin-account", without_role.administrator]
    shown = command.run(*words, env=env).ended(3).stdout
    again = command_in(shown, "roles deploy")
    # Regions and tags are none of the role's business, and `--yes` is consent to one run.
    assert again == (f"detective-fleet roles deploy {QUOTED} --account 100000000001 {AGAIN} "
                     '--role-name detective-fleet/DetectiveFleetMember --external-id "$EXTERNAL_ID"')
    assert "Ext-1234" not in shown and "Set EXTERNAL_ID to the external id first" in " ".join(shown.split())
    member = command.run(*words, "--output", "json", env=env).ended(3).json()["regions"][0]["members"][0]
    assert member["command"].endswith('--external-id "$EXTERNAL_ID"') and "EXTERNAL_ID" in member["do"]
    page = command.home / "status.html"
    words = ["status", name, *WORLD[:4], "--regions", "us-east-1,eu-west-1", "--account", "1*", "--report", page]
    shown = command.run(*words, env=env).ended(3).stdout
    again = command_in(shown, "enable")
    assert again == (f"detective-fleet enable {QUOTED} --config 'it'\\''s.toml' --account '1*' --profile default "
                     "--regions us-east-1,eu-west-1")
    assert "--regions us-east-1,eu-west-1" in page.read_text()


def test_a_command_to_copy_can_be_copied_and_does_the_same(command, sandbox):
    """By a shell, not by this test's idea of quoting."""
    own_settings(command, sandbox)
    name = copied(command, sandbox)
    words = ["status", name, *WORLD[:4], "--regions", "eu-central-1", "--account", sandbox.ids[0]]
    again = command_in(command.run(*words, env=sandbox.env).ended(3).stdout, "enable")
    script = again.replace("detective-fleet", f"'{command.binary}'", 1) + f" --yes --admin-account {sandbox.administrator}"
    copy = subprocess.run(["sh", "-c", script], env=command.environment(sandbox.env), cwd=command.home, capture_output=True, text=True, timeout=60)
    assert copy.returncode == 0, copy.stderr
    assert sandbox.statuses("eu-central-1") == {sandbox.ids[0]: "ENABLED"} and not sandbox.graphs("us-east-1")


def test_the_last_day_of_an_exception_is_no_email_in_a_command_to_copy(command, sandbox):
    expected = f"{sandbox.ids[0]}/eu-west-1@2099-01-31 merger ends,{sandbox.ids[1]}/*@2099-02-01 leaving"
    words = ["status", sandbox.roster, "--regions", "eu-central-1", "--expected", expected]
    shown = command.run(*words, env=sandbox.env).ended(3).stdout
    assert f"--expected '{expected}'" in command_in(shown, "enable") and "masks" not in shown


def test_a_role_that_is_to_be_deployed_trusts_the_role_that_calls(command, make_sandbox):
    sandbox = make_sandbox(scenario="""
        [accounts.555555555555]
        roles = [{ name = "Custom/Sec" }]
        [accounts.100000000001]
        roles = []
    """)
    words = [*changing(sandbox, "enable", sandbox.roster), "--admin-role", "Custom/Sec"]
    shown = command.run(*words, env=sandbox.env).ended(3).stdout
    again = command_in(shown, "roles deploy")
    assert again.endswith("--admin-account 555555555555 --admin-role Custom/Sec --trusted-role Custom/Sec")


def test_what_stands_in_the_environment_is_not_said_again(command, sandbox):
    own_settings(command, sandbox)
    env = {**sandbox.env, "DETECTIVE_FLEET_REGIONS": "us-east-1", "DETECTIVE_FLEET_PROFILE": "default"}
    shown = command.run("status", copied(command, sandbox), env=env).ended(3).stdout
    assert command_in(shown, "enable") == f"detective-fleet enable {QUOTED}"


def test_the_command_for_a_saved_plan_reaches_aws_as_the_plan_was_made(command, sandbox):
    own_settings(command, sandbox)
    name = copied(command, sandbox)
    words = ["plan", name, *WORLD, "--regions", "us-east-1", "--external-id", "Ext-1234", "--out", "p.json"]
    shown = command.run(*words, env=sandbox.env).ended(0).stderr
    # What is in the plan is not said again.
    assert command_in(shown, "enable") == (f"detective-fleet enable {QUOTED} --plan p.json --config 'it'\\''s.toml' --profile default "
                                           '--external-id "$EXTERNAL_ID"')
    assert "Ext-1234" not in shown and "Ext-1234" not in (command.home / "p.json").read_text()


def test_a_name_that_is_masked_in_a_command_to_copy_is_said_to_be(command, sandbox):
    said = "The command masks an e-mail, or what cannot be shown: put that in as it is."
    name = copied(command, sandbox, CALLED_AFTER_SOMEBODY)
    shown = command.run("status", name, "--regions", "us-east-1", env=sandbox.env).ended(3).stdout
    assert "detective-fleet enable 'o***@example.csv'" in shown and said in " ".join(shown.split())
    shown = command.run("plan", name, "--regions", "us-east-1", "--out", "p.json", env=sandbox.env).ended(0).stderr
    assert said in " ".join(shown.split())
    page = command.home / "status.html"
    words = ["status", name, "--regions", "us-east-1", "--report", page, "--language", "ja", "--output", "json"]
    report = command.run(*words, env=sandbox.env).ended(3).json()
    assert report["list"] == {**report["list"], "name": "o***@example.csv", "masked": True}
    assert "表示できない文字を伏せています。元の文字に置き換えてください。" in page.read_text()
    assert said in " ".join(command.run("man", "pages-of-root@example.com").ended(0).stderr.split())
    shown = command.run("status", copied(command, sandbox), "--regions", "us-east-1", env=sandbox.env).ended(3).stdout
    assert said not in " ".join(shown.split())


def test_a_saved_plan_comes_with_a_command_that_can_be_copied(command, sandbox):
    name = copied(command, sandbox)
    shown = command.run("plan", name, "--regions", "us-east-1", "--out", "the plan.json", env=sandbox.env).ended(0)
    assert f"detective-fleet enable {QUOTED} --plan 'the plan.json'" in shown.stderr


def test_a_path_with_an_email_in_it_is_masked_wherever_it_is_shown(command, sandbox):
    name = copied(command, sandbox, CALLED_AFTER_SOMEBODY)
    assert command.run("validate", name).ended(0).stdout.startswith("o***@example.csv: 3 accounts")
    words = ["plan", name, "--regions", "us-east-1", "--out", "plan-of-root@example.json", "-v"]
    shown = command.run(*words, env=sandbox.env).ended(0).stderr
    assert "detective-fleet enable 'o***@example.csv' --plan 'p***@example.json'" in shown
    command.run("adopt", "found-by-root@example.csv", "--regions", "us-east-1", env=sandbox.env)
    command.run("man", "pages-of-root@example.com").ended(0)
    told = command.run("status", name, "--account", "alice@example.com", "--output", "json", env=sandbox.env)
    assert "alice@" not in told.stdout + told.stderr
    assert "nor a member anywhere: a***@example.com" in told.stdout
    words = ["enable", name, "--yes", "--admin-account", "555555555555", "--regions", "us-east-1", "--journal", "journal-of-root@example.jsonl"]
    told = finish(command.start(*words, "--output", "json", env=sandbox.env, preexec_fn=lambda: room_for(100))).ended(3)
    assert "the journal j***@example.jsonl cannot be written" in told.json()["error"]


@pytest.mark.parametrize("name", ["a\tb.csv", "a\nb.csv"])
def test_a_name_with_a_tab_or_a_line_break_is_told_in_one_line(command, name):
    """Also as a file of each kind that is not there, or is none."""
    (command.home / name).write_text("123456789012\n")
    missing = f"not {name}"
    for words in [
        ["validate", missing], ["validate", name], ["plan", missing], ["plan", "--show", name], ["status", "--config", name],
        ["history", name], ["rehearse", "--scenario", missing], ["rehearse", "--report", name], ["rehearse", "--month", name],
        ["cost", "--rates", missing], ["man", name], ["sandbox", "--truths", missing], ["sandbox", "--write-roster", f"{name}/x"],
    ]:
        shown = command.run(*words).ended(1).stderr
        first = next(line for line in shown.splitlines() if "error:" in line)
        assert "a b.csv" in first, words
        assert "\t" not in shown, words


def test_a_list_whose_name_begins_with_a_dash_is_no_flag_in_a_command(command, sandbox):
    name = copied(command, sandbox, "-y.csv")
    words = ["plan", "--regions", "us-east-1", "--out=-p.json", "--", name]
    shown = command.run(*words, env=sandbox.env).ended(0).stderr
    assert "detective-fleet enable ./-y.csv --plan ./-p.json" in shown


def test_a_settings_file_that_could_not_be_written_is_not_there(command, sandbox):
    copied(command, sandbox, "accounts.csv")
    words = ["init", "--list", "accounts.csv", "--admin-account", "555555555555", "--regions", "us-east-1", "--write", "new.toml", "--yes",
             "--run-in", "here", "--role", "detective-fleet/DetectiveFleetMember"]

    finish(command.start(*words, env=sandbox.env, preexec_fn=lambda: room_for(0))).refused("cannot write new.toml")
    assert not (command.home / "new.toml").exists()


def test_a_rehearsal_needs_no_trust_and_no_proxy(command, sandbox):
    words = ["rehearse", sandbox.roster, "--latency", "0ms", "--verification", "0s"]
    for name, value in [("AWS_CA_BUNDLE", "/nowhere/ca.pem"), ("HTTPS_PROXY", "socks5://proxy")]:
        command.run(*words, env={name: value}).ended(0)
    # Where AWS is asked, it is looked at.
    command.run("status", env={**sandbox.env, "AWS_CA_BUNDLE": "/nowhere/ca.pem"}).refused("AWS_CA_BUNDLE")


def test_a_document_in_one_line_is_no_line_of_a_csv(run, write):
    for text in (
        "- {Id: '111111111111', Email: a@example.com}\n",
        "Accounts: [{Id: '111111111111', Email: a@example.com}]\n",
        '{"Accounts": [{"Id": "111111111111", "Email": "a@example.com"}]}',
    ):
        assert "1 account, 0 bad lines" in run("validate", write(text)).ended(0).stdout, text
    for text in ("Id: 111111111111, Email: a@example.com\n", '"Id": "111111111111", "Email": "a@example.com"\n'):
        run("validate", write(text)).refused("looks like YAML", "`Id` and an `Email`", "aws organizations list-accounts")


def test_a_name_that_is_none_of_a_file_comes_with_what_to_do(run):
    run("validate", "s3://bucket/enable/accounts.csv").refused("there is no such file", "aws s3 cp")
    run("validate", "-").refused("there is no such file", "/dev/stdin")


def test_what_is_said_of_a_saved_plan_fits_the_window_and_its_command_stays_in_one_piece(command, sandbox, open_terminal):
    name = copied(command, sandbox)
    words = ["plan", name, "--regions", "us-east-1", "--out", "the plan.json"]
    terminal = open_terminal(*words, columns=60, rows=40, env=sandbox.env | {"NO_COLOR": "1"})
    assert terminal.to_the_end() == 0
    lines = terminal.everything().splitlines()
    [said] = [at for at, line in enumerate(lines) if line.startswith("The plan is saved in the plan.json.")]
    assert len(lines[said]) <= 60 and lines[said + 1].startswith("  ") and "just that" in " ".join(lines[said:said + 3])


def test_who_disables_is_asked_whether_all_are_meant(make_sandbox, command):
    sandbox = make_sandbox(accounts=6)
    command.run(*changing(sandbox, "enable", sandbox.roster), env=sandbox.env).ended(0)
    refused = command.run(*changing(sandbox, "disable", sandbox.roster)[:-2], env=sandbox.env)
    refused.refused("are all of them meant to leave? If so, say --max-removals 6")
    assert "is the file complete" not in refused.stderr
