"""Accounts with names: wherever an account is shown, its name stands with its id."""

import csv
import io
import json

import pytest

REGIONS = ["us-east-1", "eu-west-1"]
NAMES = ["payments-eu", "payments-us", "決済基盤"]
STRANGER = "999999999999"


@pytest.fixture
def named(sandbox, write):
    """The sandbox's accounts by name, and one that AWS does not have."""
    accounts = [line.split(",") for line in sandbox.roster.read_text().split()]
    rows = [f"{name},{identity},{email},jo@example.com" for name, (identity, email) in zip(NAMES, accounts, strict=True)]
    rows.append(f"ghost,{STRANGER},ghost@example.com,nobody")
    return write("\n".join(["Account name,Account ID,E-mail,Owner", *rows]) + "\n", "named.csv")


def words(operation, named, sandbox, *more):
    chosen = ["--regions", ",".join(REGIONS)]
    consent = ["--yes", "--admin-account", sandbox.administrator] if operation == "enable" else []
    return [operation, named, *chosen, *consent, *more]


def identities(named):
    return [line.split(",")[1] for line in named.read_text().split("\n")[1:4]]


@pytest.fixture
def enabled(run, named, sandbox, tmp_path):
    page, report = tmp_path / "run.html", tmp_path / "run.json"
    result = run(*words("enable", named, sandbox, "--report", page, "--report", report), env=sandbox.env).ended(3)
    return result, page.read_text(), json.loads(report.read_text())


def test_a_report_names_accounts_and_the_lines_of_those_with_trouble(enabled, named):
    result, page, report = enabled
    assert f"ghost ({STRANGER}, line 5)" in result.stdout
    members = [member for region in report["regions"] for member in region["members"]]
    named_members = {member["account_id"]: (member["name"], member["owner"]) for member in members}
    assert named_members[STRANGER] == ("ghost", "nobody")
    assert named_members[identities(named)[2]] == ("決済基盤", "j***@example.com")
    assert report["labels"][STRANGER]["line"] == 5
    assert f"ghost ({STRANGER}, line 5)" in page and "決済基盤" in page


@pytest.mark.parametrize("output", ["text", "json", "csv", "markdown"])
def test_a_status_names_accounts(enabled, run, named, sandbox, output):
    result = run(*words("status", named, sandbox, "--output", output), env=sandbox.env)
    assert "ghost" in result.stdout and STRANGER in result.stdout
    if output == "text":
        assert f"ghost ({STRANGER})" in result.stdout
    if output == "csv":
        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        assert {row["name"] for row in rows} == {*NAMES, "ghost"}
        assert {row["owner"] for row in rows} == {"j***@example.com", "nobody"}


def test_a_plan_and_a_check_name_accounts(run, named, sandbox):
    plan = run(*words("plan", named, sandbox, "--account", "payments-eu"), env=sandbox.env).ended(0)
    assert f"payments-eu ({identities(named)[0]})" in plan.stdout
    check = run(*words("check", named, sandbox), env=sandbox.env).ended(3)
    assert f"ghost ({STRANGER}, line 5)" in check.stdout


def test_flags_choose_accounts_by_name(run, named, sandbox):
    def chosen(*flags):
        plan = run(*words("plan", named, sandbox, "--output", "json", *flags), env=sandbox.env).json()
        members = plan["regions"][0]["members"]
        return {member["name"] for member in members if member["action"] != "skipped"}

    assert chosen("--account", "PAYMENTS-*") == {"payments-eu", "payments-us"}
    assert chosen("--account", "payments-*", "--not-account", "*-us") == {"payments-eu"}
    assert chosen("--account", f"決済*,{STRANGER}") == {"決済基盤", "ghost"}
    run(*words("plan", named, sandbox, "--account", "nobody-*"), env=sandbox.env).refused("nobody-*", "not among")
    status = run(*words("status", named, sandbox, "--output", "json", "--account", "payments-*"), env=sandbox.env).json()
    assert {member["name"] for member in status["regions"][0]["members"]} == {"payments-eu", "payments-us"}


def test_another_address_in_aws_is_told_for_enabled_members_too(enabled, run, named, sandbox, write):
    changed = write(named.read_text().replace("aws-", "new-"), "changed.csv")
    for operation in ("status", "plan"):
        document = run(*words(operation, changed, sandbox, "--output", "json"), env=sandbox.env).json()
        member = next(it for it in document["regions"][0]["members"] if it["name"] == "payments-eu")
        assert (member["status"], member["other_email"]) == ("ENABLED", "a***@example.com")
        told = [note for note in document["notes"] if note.startswith(f"payments-eu ({identities(named)[0]}, line 2)")]
        assert len(told) == 1 and "2 Regions" in told[0]
