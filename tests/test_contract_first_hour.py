"""Small things that a new user meets in the first hour."""

import pytest

WRAP = 60


def test_an_unknown_variable_of_ours_is_named(run, sandbox):
    words = ["validate", sandbox.roster]
    run(*words, env={"DETECTIVE_FLEET_REGION": "us-east-1"}).refused("DETECTIVE_FLEET_REGION", "DETECTIVE_FLEET_REGIONS")
    run(*words, env={"DETECTIVE_FLEET_TYPO": "x"}).refused("DETECTIVE_FLEET_TYPO")
    run(*words, env={"DETECTIVE_FLEET_REGIONS": "us-east-1"}).ended(0)


@pytest.mark.parametrize(("operation", "instead"), [("enable", "detective-fleet plan FILE"), ("disable", "plan --disable")])
def test_a_dry_run_is_answered_with_plan(run, sandbox, operation, instead):
    run(operation, sandbox.roster, "--dry-run").refused("--dry-run", instead)


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("Y", 0), ("yes", 0), ("n", 1), ("", 1)])
def test_y_is_a_yes(command, sandbox, answer, status):
    words = ["enable", sandbox.roster, "--regions", "us-east-1"]
    command.run_on_terminal(*words, answer=answer + "\n", env=sandbox.env).ended(status)


def test_a_long_error_is_broken_at_the_window(open_terminal, write):
    for words in (["validate", write("Id,OwnerEmail,ContactEmail\n111111111111,a@x.example,b@x.example\n")],
                  ["enable", "--input_file", "x"]):
        terminal = open_terminal(*words, columns=WRAP, rows=30)
        assert terminal.to_the_end() == 1
        lines = [line for line in terminal.everything().splitlines() if line.strip()]
        assert len(lines) > 1 and all(len(line) <= WRAP for line in lines), lines
        # Words stay whole: the terminal itself would break them.
        assert not any(line.rstrip().endswith("nam") for line in lines)


def test_a_rehearsal_in_which_something_failed_does_not_say_that_all_is_well(run, tmp_path):
    world = tmp_path / "world.toml"
    world.write_text("""
        [accounts.100000000001]
        email = "right@example.com"
        listed_as = "wrong@example.com"
    """)
    shown = run("rehearse", "--scenario", world, "--latency", "0ms", "--verification", "0s").ended(3).stdout
    assert "finds nothing to do" not in shown
    assert "A second run would change nothing" in shown and "action, as named above" in shown


def test_a_region_that_does_not_answer_is_named_with_what_is_waited_for(make_sandbox, command, open_terminal):
    sandbox = make_sandbox(scenario="""
        [[faults]]
        effect = "silence"
        regions = ["eu-central-1"]
        [accounts.100000000001]
    """)
    words = ["status", sandbox.roster, "--regions", "us-east-1,eu-central-1", "--timeout", "6s"]
    result = command.run(*words, env=sandbox.env).ended(3)
    assert "no answer yet from eu-central-1: waiting for detective:ListGraphs for 3 s" in result.stderr
    terminal = open_terminal(*words, columns=80, rows=24, env=sandbox.env)
    terminal.until_shown("no answer yet from eu-central-1: waiting for detective:ListGraphs for")
    assert terminal.to_the_end() == 3


def test_the_line_of_usage_names_what_was_typed_and_no_variable(run):
    """A variable is of no help to who has mistyped."""
    env = {"DETECTIVE_FLEET_REGIONS": "us-east-1", "DETECTIVE_FLEET_PROFILE": "security", "DETECTIVE_FLEET_OUTPUT": "text"}
    shown = run("enable", "--exclude-region", "eu-west-1", env=env).refused("<FILE>").stderr
    assert "Usage: detective-fleet enable --exclude-region <REGIONS> <FILE>" in shown
    run("enable", "accounts.csv", env={"DETECTIVE_FLEET_TIMEOUT": "soon"}).refused("--timeout", "soon")
