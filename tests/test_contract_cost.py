"""`cost`: what the memberships cost, from the volumes that AWS reports."""

import csv
from decimal import Decimal

import pytest

from support.sandbox import REGIONS

# Two gigabytes a day are 60 in 30 days; the first thousand cost two dollars each.
USD = Decimal("120.00")


@pytest.fixture
def enabled(fleet):
    fleet.run("enable").ended(0)
    fleet.proxy.calls.clear()
    return fleet


def cost(fleet, *more, format="json"):
    words = ["cost", "--output", format, "--regions", ",".join(REGIONS), *more]
    return fleet.command.run(*words, env=fleet.env)


def test_the_whole_is_the_sum_of_its_memberships(enabled):
    report = cost(enabled).ended(0).json()
    assert (report["version"], report["kind"]) == (1, "cost")
    memberships = [member for region in report["regions"] for member in region["members"]]
    assert len(memberships) == len(REGIONS) * len(enabled.sandbox.ids)
    assert {member["usd_a_month"] for member in memberships} == {str(USD)}
    assert Decimal(report["summary"]["usd_a_month"]) == USD * len(memberships)
    assert {account["account_id"] for account in report["accounts"]} == set(enabled.sandbox.ids)
    assert enabled.proxy.changes() == []


def test_a_list_chooses_whose_cost_it_is(enabled, write):
    roster = write(",".join(enabled.sandbox.members[0]) + "\n")
    report = cost(enabled, roster).ended(0).json()
    assert [account["account_id"] for account in report["accounts"]] == [enabled.sandbox.ids[0]]
    assert Decimal(report["summary"]["usd_a_month"]) == USD * len(REGIONS)


def test_people_see_the_sum_first_and_what_it_leaves_out(enabled):
    text = cost(enabled, format="text").ended(0).stdout
    assert text.startswith("$720.00 a month for 6 memberships of 3 accounts")
    assert "not included: the administrator's own data" in text
    assert "not verified" in text


def test_the_csv_has_a_line_for_each_membership(enabled):
    lines = list(csv.DictReader(cost(enabled, format="csv").ended(0).stdout.splitlines()))
    assert len(lines) == len(REGIONS) * len(enabled.sandbox.ids)
    assert {line["usd_a_month"] for line in lines} == {str(USD)}
    assert {line["bytes_per_day"] for line in lines} == {"2000000000"}


@pytest.mark.parametrize(("most", "status"), [("720", 0), ("719.99", 3)])
def test_a_budget_that_is_exceeded_shows_in_the_exit_status(enabled, most, status):
    cost(enabled, "--fail-over", most).ended(status)


def test_other_rates_take_the_place_of_those_that_come_along(enabled, write):
    rates = write(
        """
        dated = "2026-11-01"
        verified = true
        source = "our contract"
        bytes_per_gb = 1000000000
        tiers = [{ usd_per_gb = "1" }]
        regions.us-east-1 = [{ usd_per_gb = "0.5" }]
        """,
        "rates.toml",
    )
    report = cost(enabled, "--rates", rates).ended(0).json()
    sums = {region["region"]: region["usd_a_month"] for region in report["regions"]}
    assert sums == {"us-east-1": "90.00", "eu-central-1": "180.00"}
    assert "not verified" not in cost(enabled, "--rates", rates, format="text").ended(0).stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--fail-over", "much"], "an amount of US dollars"),
        (["--fail-over=-1"], "an amount of US dollars"),
        (["--rates", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_what_cannot_be_calculated_with_is_refused(enabled, words, why):
    assert why in cost(enabled, *words).ended(1).stderr
    assert enabled.proxy.calls == []


def test_a_region_that_cannot_be_read_is_not_free(enabled):
    enabled.proxy.trouble["detective:ListGraphs"].extend([(403, "AccessDeniedException")] * 50)
    report = cost(enabled).ended(3).json()
    assert all(region["error"] for region in report["regions"])
    assert any("could not be read" in unknown for unknown in report["unknown"])


def test_the_page_shows_the_sum(enabled, tmp_path):
    page = tmp_path / "cost.html"
    cost(enabled, "--report", page).ended(0)
    assert "<h1 class=\"tone-calm\">$720.00 a month" in page.read_text()


def test_a_plan_says_what_new_memberships_would_cost(make_fleet, write):
    fleet = make_fleet(accounts=5)
    first = fleet.run("plan").ended(0).json()["estimate"]
    assert (first["memberships"], first["cannot_say"]) == (0, 5 * len(REGIONS))
    known = write("".join(",".join(member) + "\n" for member in fleet.sandbox.members[:3]))
    fleet.run("enable", roster=known).ended(0)
    estimate = fleet.run("plan").ended(0).json()["estimate"]
    new = 2 * len(REGIONS)
    assert (estimate["memberships"], estimate["cannot_say"], estimate["compared_with"]) == (new, 0, 3 * len(REGIONS))
    assert Decimal(estimate["usd_a_month"]) == USD * new
    words = ["plan", fleet.sandbox.roster, "--regions", ",".join(REGIONS)]
    assert "would cost about $480.00 a month" in fleet.command.run(*words, env=fleet.env).ended(0).stdout
    fleet.run("enable").ended(0)
    assert "estimate" not in fleet.run("plan").ended(0).json()
