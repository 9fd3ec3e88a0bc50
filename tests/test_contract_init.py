"""`init`: from questions or flags to a settings file, the role in members, and the next command."""

import pytest

from support.moto import ADMINISTRATOR, Moto
from support.sandbox import REGIONS

ROLE = "detective-fleet/DetectiveFleetMember"
FILE = "detective-fleet.toml"


def flags(sandbox, *more, **changed):
    given = {
        "--list": sandbox.roster, "--admin-account": sandbox.administrator, "--role": ROLE,
        "--regions": ",".join(REGIONS), "--run-in": "here", **changed,
    }
    return ["init", *(str(it) for pair in given.items() if pair[1] for it in pair), *more]


def written(command):
    return (command.home / FILE).read_text()


def test_in_the_sandbox_all_of_it_works_and_the_next_command_can_be_typed(sandbox, command):
    done = command.run(*flags(sandbox), env=sandbox.env).ended(0)
    text = written(command)
    assert f'admin-account = "{sandbox.administrator}"' in text and f'role-name = "{ROLE}"' in text
    assert f'regions = ["{REGIONS[0]}", "{REGIONS[1]}"]' in text
    assert "the role can be assumed" in done.stdout and "0 problems" not in done.stdout
    next_one = done.stdout.split("Next:")[1].splitlines()[2].split()
    assert next_one == ["detective-fleet", "plan", str(sandbox.roster), "--config", FILE]
    command.run(*next_one[1:], "--detailed-exitcode", env=sandbox.env).ended(2)


def test_a_role_that_is_everywhere_is_not_deployed_again(sandbox, command):
    words = flags(sandbox, "--yes", **{"--role": None, "--via": "OrganizationAccountAccessRole"}, **{"--admin-role": ROLE})
    done = command.run(*words, env=sandbox.env).ended(0)
    assert "nothing is to be done for it" in done.stdout


@pytest.mark.parametrize("is_link", [False, True])
def test_a_file_that_is_there_is_never_written_over(sandbox, command, is_link):
    place = command.home / FILE
    if is_link:
        place.symlink_to(command.home / "elsewhere.toml")
    else:
        place.write_text("# mine\n")
    command.run(*flags(sandbox), env=sandbox.env).refused("--write", FILE)
    assert is_link or place.read_text() == "# mine\n"
    assert not (command.home / "elsewhere.toml").exists()
    command.run(*flags(sandbox, "--write", "other.toml"), env=sandbox.env).ended(0)


def test_without_a_terminal_what_is_missing_is_named_by_its_flags(sandbox, command):
    words = ["init", "--list", sandbox.roster]
    result = command.run(*words, env=sandbox.env).refused("--admin-account", "--via", "--role", "--regions", "--run-in")
    assert "--list," not in result.stderr and not (command.home / FILE).exists()
    words = flags(sandbox, **{"--role": None, "--via": "Everywhere"})
    command.run(*words, env=sandbox.env).refused("--admin-role")


def test_answers_that_are_of_no_use_are_refused_before_anything_is_written(sandbox, command):
    for changed, why in [({"--list": "nowhere.csv"}, "no such file"), ({"--role": "a//b"}, "--role"), ({"--run-in": "moon"}, "run-in")]:
        command.run(*flags(sandbox, **changed), env=sandbox.env).refused(why)
    assert not (command.home / FILE).exists()


def test_without_aws_the_file_is_written_and_what_is_left_is_named(sandbox, command):
    env = {**sandbox.env, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    done = command.run(*flags(sandbox), env=env).ended(3)
    assert written(command) and "can be done later" in done.stderr and "detective-fleet plan" in done.stdout


def test_it_asks_for_what_is_not_said(sandbox, open_terminal, command):
    terminal = open_terminal("init", env=sandbox.env)
    (command.home / "accounts.csv").write_bytes(sandbox.roster.read_bytes())
    for question, answer in [
        ("Which account is the administrator", "12"), ("12 digits", sandbox.administrator), ("Which file lists", "nowhere.csv"),
        ("no such file", str(sandbox.roster)), ("Will AWS run it", ""), ("Which role does every account have", ""),
        ("In which Regions", ",".join(REGIONS)),
    ]:
        terminal.until_shown(question)
        terminal.until(lambda it: it.text().endswith(":"))
        terminal.type(f"{answer}\r")
    assert terminal.to_the_end() == 0
    assert f'role-name = "{ROLE}"' in written(command) and "Next:" in terminal.everything()


def test_a_role_that_is_in_the_accounts_is_found_and_offered(sandbox, make_sandbox, open_terminal, command):
    world = "size = 2\nlatency = '0ms'\n[[roles]]\nname = 'detective-fleet/DetectiveFleetMember'\n[[roles]]\nname = 'AWSControlTowerExecution'\n"
    sandbox = make_sandbox(scenario=world)
    words = [it for it in flags(sandbox, **{"--role": None}) if it]
    terminal = open_terminal(*words, env=sandbox.env)
    terminal.until_shown("Found: AWSControlTowerExecution can be assumed in 2 of 2")
    terminal.until(lambda it: it.text().endswith("[AWSControlTowerExecution]:"))
    terminal.type("none\r")
    assert terminal.to_the_end() == 0 and f'role-name = "{ROLE}"' in written(command)


def test_json_is_for_the_other_commands(sandbox, command):
    command.run(*flags(sandbox, "--output", "json"), env=sandbox.env).refused("for people")


def test_the_role_gets_there_by_the_role_that_is_named_and_trusts_the_one_that_runs_are_made_as(command, tmp_path):
    moto, account = Moto(tmp_path), "222222222201"
    try:
        moto.reset()
        moto.make_role(account, "OrganizationAccountAccessRole", f"arn:aws:iam::{ADMINISTRATOR}:root")
        listed = command.home / "accounts.csv"
        listed.write_text(f"{account},root@example.com\n")
        words = ["init", "--list", "accounts.csv", "--admin-account", ADMINISTRATOR, "--via", "OrganizationAccountAccessRole",
                 "--admin-role", "people/Security", "--regions", "us-east-1", "--run-in", "here"]
        # Nobody has agreed to it.
        command.run(*words, env=moto.env).refused("--yes")
        assert not (command.home / FILE).exists()
        # moto has no Detective to check: the role is what counts.
        done = command.run(*words, "--yes", env=moto.env).ended(3)
        [trust] = filter(None, moto.role(account)["AssumeRolePolicyDocument"]["Statement"])
        assert trust["Condition"]["ArnEquals"]["aws:PrincipalArn"] == f"arn:aws:iam::{ADMINISTRATOR}:role/people/Security"
        assert "roles deploy accounts.csv --config detective-fleet.toml --via OrganizationAccountAccessRole" in done.stdout
    finally:
        moto.stop()
