"""An upload is all it takes: what comes of it, and what is told."""

import csv

from support import ROOT
from support.stack import LIST, REGIONS


def outcomes(report):
    return {member["outcome"] for region in report["regions"] for member in region["members"]}


def test_an_upload_enables_every_account_in_every_region(stack):
    execution = stack.upload().succeeded()
    for region in REGIONS:
        assert stack.statuses(region) == dict.fromkeys([account for account, _ in stack.members], "ENABLED")
    report = execution.report
    assert report["summary"] == {"memberships": 6, "enabled": 6, "changed": 6, "removed": 0, "waiting": 0, "failed": 0, "skipped": 0}
    assert (report["kind"], report["operation"], report["run_id"]) == ("run", "enable", execution.name)
    assert (report["settled"], report["ended"]) == (True, "complete")
    assert report["calls"]["sts:AssumeRole"] >= len(stack.members)
    assert stack.read(f"latest/{LIST}/report.json") == report
    [message] = stack.messages()
    assert "6 memberships: 6 enabled, 6 changed" in message and f"runs/{execution.name}/report.json" in message

    # The same for people, beside each of the two.
    for folder in (f"runs/{execution.name}", f"latest/{LIST}"):
        page = stack.s3.get_object(Bucket=stack.bucket, Key=f"{folder}/report.html")
        assert page["ContentType"] == "text/html; charset=utf-8"
        assert "accounts are on everywhere." in page["Body"].read().decode()
    assert f"runs/{execution.name}/report.html" in message

    # The same list again: there is nothing to do.
    again = stack.upload().succeeded()
    assert again.report["summary"]["changed"] == 0
    assert outcomes(again.report) == {"unchanged"}
    changes = {"detective:CreateGraph", "detective:CreateMembers", "detective:AcceptInvitation"}
    assert not changes & set(again.report["calls"])
    assert len(stack.messages()) == 1


def test_eighty_accounts_in_every_region(make_stack):
    example = ROOT / "examples" / "accounts.csv"
    with open(example, newline="", encoding="utf-8") as lines:
        accounts = [row for row in csv.reader(lines) if row and row[0].isdigit()]
    assert len(accounts) == 80
    stack = make_stack(world={"size": "0"}, accounts=accounts, parameters={"Regions": "all"})
    stack.aws("s3", "cp", example, f"s3://{stack.bucket}/{LIST}")
    report = stack.ended(stack.new_execution(set())).succeeded().report
    assert (report["summary"]["enabled"], report["summary"]["changed"]) == (1680, 1680)
    wanted = dict.fromkeys([account for account, _ in accounts], "ENABLED")
    regions = [region["region"] for region in report["regions"]]
    assert len(regions) == 21 and all(stack.statuses(region) == wanted for region in regions)
    # One for each member and two for the administrator: before the passes, and in the only one.
    assert report["calls"]["sts:AssumeRole"] == 82
    [message] = stack.messages()
    assert "1,680 enabled" in message


def test_a_plan_changes_nothing(stack):
    execution = stack.upload(f"plan/{LIST}").succeeded()
    report = execution.report
    assert (report["kind"], report["summary"]["invite"], report["summary"]["create_graphs"]) == ("plan", 6, 2)
    assert [stack.statuses(region) for region in REGIONS] == [{}, {}]
    assert stack.read(f"latest/plan/{LIST}/report.json") == report
    assert f"latest/plan/{LIST}/report.html" in stack.keys("latest/")
    [message] = stack.messages()
    assert "Nothing was changed" in message
    # A plan is nobody's turn.
    assert "state/lease.json" not in stack.keys("state/")


def test_a_bad_line_alone_is_bad_input(stack):
    execution = stack.upload(text=stack.csv() + "not an account\n").failed("BadInput")
    assert execution.report["summary"]["enabled"] == 6
    assert len(stack.messages()) == 1


def test_a_file_that_cannot_be_used_is_refused(stack):
    for key, text, word in [
        ("enable/accounts.xlsx", "x", ".csv"),
        ("enable/empty.csv", "", "empty"),
        ("enable/binary.csv", b"PK\x03\x04\x00\x00", "spreadsheet"),
        ("enable/large.csv", b"#" * (5 * 1024 * 1024 + 1), "5 MiB"),
        ("enable/a b+c%20.csv", "no line is good\n", "no line"),
    ]:
        execution = stack.upload(key, text).failed("BadInput")
        assert "Regions" not in execution.states
        [message] = stack.messages()
        assert word in message and key in message
        assert execution.report["summary"]["memberships"] == 0


def test_a_folder_means_nothing(stack):
    execution = stack.upload("enable/", "").succeeded()
    assert "Report" not in execution.states
    assert stack.messages() == []


def test_waiting_ends(make_stack):
    stack = make_stack(world={"verification": '"1h"'}, parameters={"WaitLimitMinutes": "0"})
    execution = stack.upload().failed("StillWaiting")
    report = execution.report
    assert (report["ended"], report["settled"], report["summary"]["waiting"]) == ("timeout", False, 6)
    [message] = stack.messages()
    assert "6 waiting" in message


def test_disabling_removes_who_is_named(stack):
    stack.upload().succeeded()
    left, *stay = [account for account, _ in stack.members]
    stack.upload(text=stack.csv(stack.members[1:])).succeeded()
    assert left in stack.statuses()
    stack.messages()
    plan = stack.upload("plan/disable/leavers.csv", stack.csv(stack.members[:1])).succeeded()
    assert plan.report["summary"]["remove"] == 2
    assert left in stack.statuses()
    execution = stack.upload("disable/leavers.csv", stack.csv(stack.members[:1])).succeeded()
    assert execution.report["summary"]["removed"] == 2
    for region in REGIONS:
        assert stack.statuses(region) == dict.fromkeys(stay, "ENABLED")
    assert len(stack.messages()) == 2
    # Graphs stay, whoever leaves.
    assert stack.upload("disable/leavers.csv", stack.csv(stack.members[:1])).succeeded().report["summary"]["changed"] == 0


def test_who_is_still_wanted_cannot_be_removed_by_another_list(stack):
    stack.upload().succeeded()
    named = stack.members[0][0]
    for key in ("plan/disable/leavers.csv", "disable/leavers.csv"):
        execution = stack.upload(key, stack.csv(stack.members[:1])).failed("BadInput")
        assert named in execution.report["error"] and LIST in execution.report["error"]
    for region in REGIONS:
        assert stack.statuses(region)[named] == "ENABLED"


def test_a_list_with_a_bad_line_removes_nobody(stack):
    stack.upload("enable/first.csv").succeeded()
    execution = stack.upload("disable/leavers.csv", stack.csv() + "12345\n").failed("BadInput")
    assert [line["line"] for line in execution.report["invalid_lines"]] == [4]
    assert len(stack.statuses()) == 3


def test_many_removals_need_a_parameter(make_stack):
    stack = make_stack(world={"size": "7"}, parameters={"MaxRemovals": "6"})
    stack.upload("enable/first.csv").succeeded()
    execution = stack.upload("disable/all.csv").failed("BadInput")
    assert "MaxRemovals" in execution.report["error"] and len(stack.statuses()) == 7
    assert stack.upload("disable/six.csv", stack.csv(stack.members[1:])).succeeded().report["summary"]["removed"] == 12
    assert list(stack.statuses()) == [stack.members[0][0]]


def test_prune_goes_by_the_authoritative_list_alone(make_stack):
    stack = make_stack(parameters={"Prune": "true", "RegionsPerPass": "1"})
    stack.upload().succeeded()
    # Another list is additive, and so is the schedule.
    stack.upload("enable/one.csv", stack.csv(stack.members[:1])).succeeded()
    stack.drift().succeeded()
    assert len(stack.statuses()) == 3
    plan = stack.upload(f"plan/{LIST}", stack.csv(stack.members[1:])).succeeded()
    assert plan.report["summary"]["remove"] == 2 and len(stack.statuses()) == 3
    execution = stack.upload(text=stack.csv(stack.members[1:])).succeeded()
    assert execution.report["summary"]["removed"] == 2
    for region in REGIONS:
        assert list(stack.statuses(region)) == [account for account, _ in stack.members[1:]]


def test_prune_beyond_its_limit_removes_nobody(make_stack):
    stack = make_stack(world={"size": "8"}, parameters={"Prune": "true"})
    stack.upload().succeeded()
    stay = stack.csv(stack.members[:2])
    refused = stack.upload(text=stay).failed("BadInput")
    assert "MaxRemovals to 6" in refused.report["error"]
    for region in REGIONS:
        assert set(stack.statuses(region).values()) == {"ENABLED"} and len(stack.statuses(region)) == 8
    stack.redeploy({"MaxRemovals": "6"})
    assert stack.upload(text=stay).succeeded().report["summary"]["removed"] == 12
    for region in REGIONS:
        assert list(stack.statuses(region)) == [account for account, _ in stack.members[:2]]


def test_graphs_have_their_tags_and_packages(make_stack):
    stack = make_stack(parameters={"Tags": "team=security", "Packages": "EKS_AUDIT"})
    stack.upload().succeeded()
    detective = stack.detective()
    [graph] = detective.list_graphs()["GraphList"]
    assert detective.list_tags_for_resource(ResourceArn=graph["Arn"])["Tags"] == {"team": "security"}
    packages = detective.list_datasource_packages(GraphArn=graph["Arn"])["DatasourcePackages"]
    assert packages["EKS_AUDIT"]["DatasourcePackageIngestState"] == "STARTED"
    assert stack.upload().succeeded().report["summary"]["changed"] == 0
