"""What `enable` and `plan` refuse, and that nothing is changed then: exit status 1."""

import time

import pytest

from support.proxy import Silence
from support.sandbox import REGIONS
from support.server import unused_endpoint


def test_without_a_terminal_nothing_prompts(fleet):
    fleet.command.run("enable", fleet.sandbox.roster, env=fleet.env).refused("--yes")
    assert fleet.proxy.calls == []


def test_yes_needs_the_administrator_by_id(fleet):
    fleet.command.run("enable", fleet.sandbox.roster, "--yes", env=fleet.env).refused("--admin-account", "a wrong profile")
    assert fleet.proxy.changes() == []


def test_another_administrator_than_the_caller_is_refused(fleet):
    other = fleet.sandbox.ids[0]
    words = ["enable", fleet.sandbox.roster, "--yes", "--admin-account", other]
    fleet.command.run(*words, env=fleet.env).refused(other, fleet.sandbox.administrator)
    assert fleet.proxy.changes() == []


@pytest.mark.parametrize("answer", ["no\n", "\n", "\x04"], ids=["no", "nothing", "end of input"])
def test_a_declined_prompt_changes_nothing(fleet, answer):
    words = ["enable", fleet.sandbox.roster, "--regions", REGIONS[0]]
    fleet.command.run_on_terminal(*words, answer=answer, env=fleet.env).ended(1)
    assert fleet.proxy.changes() == []


def test_an_accepted_prompt_enables(fleet):
    words = ["enable", fleet.sandbox.roster, "--regions", REGIONS[0]]
    fleet.command.run_on_terminal(*words, answer="yes\n", env=fleet.env).ended(0)
    assert set(fleet.sandbox.statuses(REGIONS[0]).values()) == {"ENABLED"}


def test_an_answer_after_a_long_think_is_asked_for_again_where_the_world_moved(fleet, open_terminal, tmp_path):
    saved = tmp_path / "plan.json"
    fleet.run("plan", "--out", saved, regions=REGIONS[1:]).ended(0)
    of_plan = open_terminal("enable", fleet.sandbox.roster, "--plan", saved, env=fleet.env)
    of_plan.until_shown("Do you want to make these changes?")
    words = ["enable", fleet.sandbox.roster, "--regions", REGIONS[0]]
    terminal = open_terminal(*words, env=fleet.env)
    terminal.until_shown("Do you want to make these changes?")
    first = dict(zip(["AccountId", "EmailAddress"], fleet.sandbox.members[0]))
    detective = fleet.sandbox.client("detective", REGIONS[0])
    graph = detective.create_graph()["GraphArn"]
    detective.create_members(GraphArn=graph, Accounts=[first], DisableEmailNotification=True)
    elsewhere = fleet.sandbox.client("detective", REGIONS[1])
    wrong = [{**first, "EmailAddress": "wrong@example.com"}]
    elsewhere.create_members(GraphArn=elsewhere.create_graph()["GraphArn"], Accounts=wrong, DisableEmailNotification=True)
    # An answer within a minute is for what was shown; this one is later. Nothing else takes so long here.
    time.sleep(61)
    terminal.type("yes\n")
    terminal.until_shown("Meanwhile something else has changed.")
    # What was reviewed is not asked about again.
    of_plan.type("yes\n")
    of_plan.until_shown("nothing was changed")
    assert of_plan.to_the_end() == 1
    assert fleet.proxy.changes() == []
    terminal.type("yes\n")
    assert terminal.to_the_end() == 0
    assert set(fleet.sandbox.statuses(REGIONS[0]).values()) == {"ENABLED"}


def test_an_unknown_region_is_named_with_the_one_that_was_meant(fleet):
    for operation in ["plan", "enable"]:
        fleet.run(operation, regions=["eu-centrall-1"]).refused("eu-centrall-1", "eu-central-1?")
    assert fleet.proxy.changes() == []


def test_zero_regions_are_refused(fleet):
    fleet.run("enable", "--exclude-region", REGIONS[0], regions=REGIONS[:1]).refused("region")
    assert fleet.proxy.changes() == []


@pytest.mark.parametrize("content", [b"", b"# nobody\n", b"12345,a@example.com\n", bytes(range(256))],
                         ids=["empty", "comments", "no good line", "binary"])
@pytest.mark.parametrize("operation", ["plan", "enable"])
def test_a_file_of_no_use_calls_nothing(fleet, write, operation, content):
    fleet.run(operation, roster=write(content)).refused("accounts.csv")
    fleet.sandbox.administrator  # Asked directly, not through the proxy.
    assert fleet.proxy.calls == []


def test_no_file_and_a_directory_call_nothing(fleet, tmp_path):
    fleet.run("enable", roster=tmp_path / "none.csv").refused("none.csv")
    fleet.run("enable", roster=tmp_path).refused(tmp_path.name)
    assert fleet.proxy.calls == []


@pytest.mark.parametrize("operation", ["plan", "enable", "status"])
def test_an_endpoint_that_refuses_connections_is_a_sentence(fleet, operation):
    endpoint = unused_endpoint()
    fleet.env["AWS_ENDPOINT_URL"] = endpoint
    fleet.run(operation).refused(endpoint.removeprefix("http://"))


def test_an_endpoint_that_never_answers_is_a_sentence(fleet):
    silence = Silence()
    fleet.env["AWS_ENDPOINT_URL"] = silence.endpoint
    try:
        fleet.run("enable", "--timeout", "5s").refused("answer")
    finally:
        silence.stop()


@pytest.mark.parametrize("operation", ["plan", "enable", "status"])
def test_no_credentials_are_a_sentence(fleet, operation):
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]:
        del fleet.env[name]
    fleet.run(operation).refused("credentials")
    assert fleet.proxy.calls == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_ENDPOINT_URL", ""),
        ("AWS_ENDPOINT_URL_STS", ""),
        ("AWS_ENDPOINT_URL_DETECTIVE", " "),
        ("AWS_ENDPOINT_URL", "localhost:4566"),
    ],
)
def test_an_endpoint_that_is_none_is_named(fleet, name, value):
    fleet.env[name] = value
    fleet.run("plan").refused(name)


@pytest.mark.parametrize("mode", ["legacy", "garbage"])
def test_the_retry_mode_of_other_tools_does_not_matter(fleet, mode):
    fleet.env["AWS_RETRY_MODE"] = mode
    fleet.run("plan").ended(0)


def test_a_profile_that_is_named_goes_before_keys_in_the_environment(fleet):
    other = fleet.sandbox.ids[0]
    credentials = fleet.command.home / ".aws" / "credentials"
    credentials.parent.mkdir()
    credentials.write_text(f"[other]\naws_access_key_id = {other}\naws_secret_access_key = any\n")
    report = fleet.run("status", "--profile", "other").ended(3).json()
    assert report["administrator"] == other
    fleet.run("status", "--profile", "nobody").refused("nobody")


def test_a_region_to_exclude_has_to_exist(fleet):
    fleet.run("plan", "--exclude-region", "eu-wset-1", regions=None).refused("eu-west-1?")


def test_what_a_run_begins_with_counts_as_its_time(make_fleet):
    members = f"[[memberships]]\naccounts = ['234567000001']\nregions = {REGIONS}\nstatus = 'ENABLED'\n"
    fleet = make_fleet(scenario=f"size = 1\n{members}", latency="1s")
    # Who is calling and which Regions are on take a second each, and so do the graph and its members.
    words = ["status", "--regions", REGIONS[0], "--timeout", "2500ms"]
    result = fleet.command.run(*words, env=fleet.env)
    assert result.status in (1, 3), result.output


@pytest.mark.parametrize("operation", ["plan", "enable", "status", "check", "disable"])
@pytest.mark.parametrize("silent", ["sts:GetCallerIdentity", "account:ListRegions", "sts:AssumeRole"])
def test_nothing_that_a_run_begins_with_outlives_its_time(make_sandbox, command, operation, silent):
    sandbox = make_sandbox(scenario=f"""
        [[faults]]
        effect = "silence"
        operations = ["{silent}"]
        [accounts.100000000001]
    """)
    words = [operation, sandbox.roster, "--timeout", "1s", "--admin-role", "Administrator"]
    words += ["--admin-account", "555555555555"]
    words += ["--yes"] if operation in ("enable", "disable") else []
    # An answer may take 10 s otherwise: what it says shows that it was not waited for.
    result = command.run(*words, env=sandbox.env).refused("--timeout 1s")
    assert "has not answered" in result.stderr
