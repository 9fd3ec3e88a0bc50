"""`disable`, `--prune` and `--delete-graphs`: who leaves, and what the guard rails refuse."""

import pytest

from support.sandbox import REGIONS


@pytest.fixture
def enabled(fleet):
    fleet.run("enable").ended(0)
    fleet.proxy.calls.clear()
    return fleet


@pytest.fixture
def many(make_fleet):
    """Enough members that more than five is more than a tenth, in one Region."""
    fleet = make_fleet(accounts=12)
    fleet.run("enable", regions=REGIONS[:1]).ended(0)
    fleet.proxy.calls.clear()
    return fleet


def statuses(fleet, regions=REGIONS):
    return [fleet.sandbox.statuses(region) for region in regions]


def outcomes(report):
    return {
        (region["region"], member["account_id"]): member["outcome"]
        for region in report["regions"]
        for member in region["members"]
    }


def lines_of(fleet, ids):
    return "".join(f"{account},{email}\n" for account, email in fleet.sandbox.members if account in ids)


def delete_graphs(fleet, *more, **settings):
    """Without a file."""
    words = fleet.words("disable", "--delete-graphs", *more, **settings)
    words.remove(fleet.sandbox.roster)
    return fleet.command.run(*words, env=fleet.env)


def test_the_accounts_of_the_file_are_removed_and_nobody_else(enabled, write):
    gone, *kept = enabled.sandbox.ids
    roster = write(lines_of(enabled, [gone]))
    report = enabled.run("disable", roster=roster).ended(0).json()
    assert statuses(enabled) == [dict.fromkeys(kept, "ENABLED")] * len(REGIONS)
    assert (report["kind"], report["operation"]) == ("run", "disable")
    assert outcomes(report) == {(region, gone): "removed" for region in REGIONS}
    assert report["summary"]["removed"] == report["summary"]["changed"] == len(REGIONS)
    assert all(region["graph_arn"] for region in report["regions"])
    assert report["calls"] == dict(enabled.proxy.count())
    assert "sts:AssumeRole" not in report["calls"]


def test_absent_is_right(enabled, write):
    roster = write(lines_of(enabled, enabled.sandbox.ids[:1]))
    enabled.run("disable", roster=roster).ended(0)
    enabled.proxy.calls.clear()
    report = enabled.run("disable", roster=roster).ended(0).json()
    assert set(outcomes(report).values()) == {"unchanged"}
    assert enabled.proxy.changes() == []


def test_where_there_is_no_graph_nothing_is_made_or_removed(fleet):
    report = fleet.run("disable").ended(0).json()
    assert set(outcomes(report).values()) == {"unchanged"}
    assert fleet.proxy.changes() == []


def test_only_some_accounts_of_the_file(enabled):
    gone, *kept = enabled.sandbox.ids
    report = enabled.run("disable", "--account", gone).ended(0).json()
    assert statuses(enabled) == [dict.fromkeys(kept, "ENABLED")] * len(REGIONS)
    assert outcomes(report) == {
        (region, account): "removed" if account == gone else "skipped"
        for region in REGIONS
        for account in enabled.sandbox.ids
    }


def test_accounts_out_of_scope_are_no_progress(make_fleet, write):
    fleet = make_fleet()
    gone = fleet.sandbox.ids[0]
    fleet.run("enable", roster=write(lines_of(fleet, [gone]))).ended(0)
    # Nobody else of the list is a member.
    told = fleet.run("disable", "--account", gone).ended(0).stderr
    everybody = f"{len(REGIONS)} of {len(REGIONS)} gone"
    assert everybody in told.splitlines()[-1], told
    for region in REGIONS:
        assert f"{region}: all gone" in told


def test_a_bad_line_refuses_every_removal(enabled, write):
    roster = write(enabled.sandbox.roster.read_text() + "12345,x@example.com\n")
    enabled.run("disable", roster=roster).refused("bad line")
    enabled.run("enable", "--prune", roster=roster).refused("bad line")
    confirmed = ["--delete-graphs", "--confirm", enabled.sandbox.administrator]
    enabled.run("disable", *confirmed, roster=roster).refused("bad line")
    assert enabled.proxy.changes() == []


def test_many_removals_are_refused_whole(many, write):
    before = statuses(many, REGIONS[:1])
    many.run("disable", regions=REGIONS[:1]).refused("12 of 12", "--max-removals 12")
    # The additive part too: half of the file is gone, and another Region would be enabled.
    roster = write(lines_of(many, many.sandbox.ids[:6]))
    many.run("enable", "--prune", roster=roster).refused("6 of 12", "--max-removals 6")
    assert many.proxy.changes() == []
    assert statuses(many, REGIONS[:1]) == before
    assert many.sandbox.graphs(REGIONS[1]) == []


def test_a_limit_that_is_high_enough_allows_them(many, write):
    roster = write(lines_of(many, many.sandbox.ids[:6]))
    limit = ["--prune", "--max-removals", 6]
    report = many.run("enable", *limit, roster=roster, regions=REGIONS[:1]).ended(0).json()
    assert statuses(many, REGIONS[:1]) == [dict.fromkeys(many.sandbox.ids[:6], "ENABLED")]
    assert report["summary"]["removed"] == 6
    assert report["summary"]["memberships"] == 12
    many.run("disable", "--max-removals", 1, regions=REGIONS[:1]).refused("--max-removals 6")


def test_a_person_may_type_the_administrators_id(many):
    words = ["disable", many.sandbox.roster, "--regions", REGIONS[0]]
    declined = many.command.run_on_terminal(*words, answer="yes\n", env=many.env).ended(1)
    assert many.sandbox.administrator in declined.stdout
    assert many.proxy.changes() == []
    answer = many.sandbox.administrator + "\n"
    shown = many.command.run_on_terminal(*words, answer=answer, env=many.env).ended(0).stdout
    assert all(account in shown for account in many.sandbox.ids)
    assert statuses(many, REGIONS[:1]) == [{}]


def test_nobody_is_asked_about_what_cannot_be_agreed_to(enabled, write):
    roster = write(enabled.sandbox.roster.read_text() + "12345,x@example.com\n")
    words = ["disable", roster, "--regions", REGIONS[0]]
    answer = enabled.sandbox.administrator + "\n"
    shown = enabled.command.run_on_terminal(*words, answer=answer, env=enabled.env).ended(1).stdout
    assert "bad line" in shown and "enter the administrator" not in shown
    assert enabled.proxy.changes() == []


def test_a_few_removals_take_a_yes(enabled):
    words = ["disable", enabled.sandbox.roster, "--regions", REGIONS[0]]
    enabled.command.run_on_terminal(*words, answer="no\n", env=enabled.env).ended(1)
    assert enabled.proxy.changes() == []
    enabled.command.run_on_terminal(*words, answer="yes\n", env=enabled.env).ended(0)
    assert enabled.sandbox.statuses(REGIONS[0]) == {}
    assert len(enabled.sandbox.statuses(REGIONS[1])) == 3


def test_prune_and_a_choice_of_accounts_exclude_each_other(enabled):
    for flag in ["--account", "--not-account"]:
        enabled.run("enable", "--prune", flag, enabled.sandbox.ids[0]).refused("--prune", flag)
        enabled.run("plan", "--prune", flag, enabled.sandbox.ids[0]).refused("--prune", flag)
    assert enabled.proxy.calls == []


def test_without_prune_others_are_left_alone(enabled, write):
    roster = write(lines_of(enabled, enabled.sandbox.ids[:1]))
    report = enabled.run("enable", roster=roster).ended(0).json()
    assert enabled.proxy.changes() == []
    assert report["summary"]["memberships"] == len(REGIONS)


def test_the_end_of_detective_wants_the_administrators_id(enabled):
    delete_graphs(enabled).refused("--confirm", enabled.sandbox.administrator)
    delete_graphs(enabled, "--max-removals", 9).refused("--confirm")
    delete_graphs(enabled, "--confirm", enabled.sandbox.ids[0]).refused(enabled.sandbox.administrator)
    assert enabled.proxy.changes() == []
    report = delete_graphs(enabled, "--confirm", enabled.sandbox.administrator).ended(0).json()
    assert [enabled.sandbox.graphs(region) for region in REGIONS] == [[], []]
    assert [region["changes"] for region in report["regions"]] == [["graph deleted"]] * 2
    assert [region["graph_arn"] for region in report["regions"]] == [None, None]
    assert set(outcomes(report).values()) == {"removed"}
    assert len(outcomes(report)) == len(REGIONS) * len(enabled.sandbox.ids)
    enabled.proxy.calls.clear()
    again = delete_graphs(enabled, "--confirm", enabled.sandbox.administrator).ended(0).json()
    assert again["summary"]["memberships"] == 0
    assert enabled.proxy.changes() == []


def test_the_end_of_detective_on_a_terminal(enabled):
    words = ["disable", "--delete-graphs", "--regions", REGIONS[0]]
    enabled.command.run_on_terminal(*words, answer="yes\n", env=enabled.env).ended(1)
    assert enabled.proxy.changes() == []
    answer = enabled.sandbox.administrator + "\n"
    shown = enabled.command.run_on_terminal(*words, answer=answer, env=enabled.env).ended(0)
    assert "cannot restore" in shown.stdout
    assert (enabled.sandbox.graphs(REGIONS[0]), len(enabled.sandbox.graphs(REGIONS[1]))) == ([], 1)


def test_a_file_ends_no_graph_that_has_others_in_it(enabled, write):
    roster = write(lines_of(enabled, enabled.sandbox.ids[1:]))
    confirmed = ["--delete-graphs", "--confirm", enabled.sandbox.administrator]
    enabled.run("disable", *confirmed, roster=roster).refused("does not name")
    assert enabled.proxy.changes() == []
    enabled.run("disable", *confirmed).ended(0)
    assert [enabled.sandbox.graphs(region) for region in REGIONS] == [[], []]


def test_graphs_end_whole_or_not_at_all(enabled):
    enabled.run("disable", "--delete-graphs", "--account", enabled.sandbox.ids[0]).refused("--account")
    assert enabled.proxy.calls == []


def test_a_file_or_graphs_have_to_be_named(fleet):
    fleet.command.run("disable", env=fleet.env).refused("file")
    fleet.command.run("disable", fleet.sandbox.roster, env=fleet.env).refused("--yes")
    fleet.command.run("disable", fleet.sandbox.roster, "--yes", env=fleet.env).refused("--admin-account")
    assert fleet.proxy.calls == []


def test_the_plan_shows_each_removal_and_changes_nothing(many, write):
    roster = write(lines_of(many, many.sandbox.ids[:6]))
    plan = many.run("plan", "--prune", roster=roster, regions=REGIONS[:1]).ended(0).json()
    actions = {member["account_id"]: member["action"] for member in plan["regions"][0]["members"]}
    gone = many.sandbox.ids[6:]
    assert {account for account, action in actions.items() if action == "remove"} == set(gone)
    assert plan["summary"]["remove"] == 6
    assert any("--max-removals 6" in note for note in plan["notes"])
    many.run("plan", "--prune", "--detailed-exitcode", roster=roster, regions=REGIONS[:1]).ended(2)
    shown = many.command.run("plan", roster, "--prune", "--regions", REGIONS[0], env=many.env).ended(0)
    assert all(account in shown.stdout for account in gone)
    plan = many.run("plan", "--disable", regions=REGIONS[:1]).ended(0).json()
    assert (plan["operation"], plan["summary"]["remove"]) == ("disable", 12)
    words = ["plan", "--disable", "--delete-graphs", "--regions", REGIONS[0], "--output", "json"]
    plan = many.command.run(*words, env=many.env).ended(0).json()
    assert plan["regions"][0]["delete_graph"] is True
    assert many.proxy.changes() == []


def test_a_region_that_cannot_be_read_is_not_pruned_blindly(enabled, write):
    """It could be read again once the others were judged; by then it is too late for this run."""
    roster = write(lines_of(enabled, enabled.sandbox.ids[:2]))
    enabled.proxy.trouble["detective:ListMembers"].extend([(403, "AccessDeniedException")] * 3)
    words = ["enable", "--prune", "--patience", "0s"]
    report = enabled.run(*words, roster=roster, regions=REGIONS[:1]).ended(3).json()
    assert report["regions"][0]["state"] == "failed"
    assert enabled.proxy.changes() == []


def test_what_was_lost_on_the_way_is_looked_for(enabled):
    enabled.proxy.trouble["detective:DeleteMembers"].extend(["lose", "cut", (500, "InternalServerException")])
    report = enabled.run("disable").ended(0).json()
    assert statuses(enabled) == [{}, {}]
    assert set(outcomes(report).values()) == {"removed"}
    assert report["calls"] == dict(enabled.proxy.count())


def test_what_aws_refuses_is_named(enabled):
    enabled.proxy.trouble["detective:DeleteMembers"].extend([(403, "AccessDeniedException")] * 50)
    report = enabled.run("disable").ended(3).json()
    assert set(outcomes(report).values()) == {"failed"}
    reasons = {member["reason"] for region in report["regions"] for member in region["members"]}
    assert all("DeleteMembers" in reason for reason in reasons)
