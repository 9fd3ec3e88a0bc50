"""What the page says is what the JSON report says."""

from collections import Counter


def test_the_headline_numbers_are_those_of_the_report(page, run_report):
    summary = run_report.report["summary"]
    shown = page.numbers()
    assert shown == {name: summary[name] for name in shown}
    assert {"memberships", "enabled", "changed", "failed"} <= set(shown)
    assert summary["failed"] == 2 * 21 + 1
    assert page.people() == {"accounts": 8, "as_wanted": 5, "need_action": 3}


def test_the_legend_counts_every_membership_once(page, run_report):
    outcomes = Counter(member["outcome"] for _, member in run_report.members())
    assert page.chips() == outcomes and sum(outcomes.values()) == 8 * 21


def test_every_cell_is_the_membership_of_its_account_and_region(page, run_report):
    labels = page.labels()
    assert len(labels) == len(set(labels)) == 8 * 21
    told = {label.partition(": ")[0]: label for label in labels}
    words = {"failed": "needs action", "enabled": "enabled by this run", "unchanged": "as the list wants already"}
    for region, member in run_report.members():
        label = told[f"{member['account_id']} in {region}"]
        assert label.split(": ")[1] == words[member["outcome"]]
        assert label.split(": ")[2] == (member["status"] or "no member")
        assert (member["reason"] or "") in label


def test_regions_and_calls_are_those_of_the_report(page, run_report):
    report = run_report.report
    calls = page.page.locator(".calls tbody tr").all_inner_texts()
    shown = {row.split("\t")[0]: int(row.split("\t")[1].replace(",", "")) for row in calls}
    assert shown == report["calls"]
    regions = page.page.locator(".regions tbody tr").all_inner_texts()
    states = [(row.split("\t")[0], row.split("\t")[1]) for row in regions]
    assert states == [(region["region"], region["state"]) for region in report["regions"]]


def test_each_trouble_is_said_once_with_its_accounts(page):
    troubles = page.page.locator(".trouble").all_inner_texts()
    assert len(troubles) == 3
    [no_role] = [text for text in troubles if "Cannot assume" in text]
    assert "100000000002" in no_role and "all 21 Regions" in no_role and "21 memberships of 1 account" in no_role
    assert any("f***@example.com" in text for text in troubles)


def test_a_plan_a_status_and_a_check_are_pages_too(show, write_report, make_sandbox):
    sandbox = make_sandbox()
    where = ["--regions", "us-east-1,eu-central-1", "--output", "json"]
    plan = write_report("plan", sandbox.roster, *where, env=sandbox.env)
    plan.result.ended(0)
    page = show(plan)
    assert page.numbers() == {name: plan.report["summary"][name] for name in page.numbers()}
    assert page.chips() == {"invite": 6} and page.numbers()["create_graphs"] == 2
    status = write_report("status", sandbox.roster, *where, env=sandbox.env)
    page = show(status)
    assert page.chips() == {"absent": 6} and page.numbers()["absent"] == status.report["summary"]["absent"] == 6
    check = write_report("check", sandbox.roster, *where, env=sandbox.env)
    assert show(check).numbers() == check.report["summary"]


def test_a_report_without_memberships_has_no_map(show, write_report, make_sandbox):
    sandbox = make_sandbox()
    page = show(write_report("status", "--regions", "us-east-1", env=sandbox.env))
    assert page.numbers()["memberships"] == 0 and page.page.locator("#map").count() == 0
