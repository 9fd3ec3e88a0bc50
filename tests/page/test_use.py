"""Search, filters, keyboard and details, as somebody uses them."""

import pytest

FAILED = {"100000000001", "100000000002"}


def test_the_worst_comes_first_and_the_order_can_be_another(page):
    assert set(page.accounts()[:2]) == FAILED and page.accounts()[2] == "100000000003"
    page.page.locator("#order").select_option("id")
    assert page.accounts() == sorted(page.accounts()) and len(page.accounts()) == 8


def test_a_mark_of_the_legend_shows_only_accounts_that_have_it(page):
    page.chip("failed").click()
    assert set(page.accounts()) == FAILED | {"100000000003"}
    assert page.found() == "3 of 8 accounts, 43 memberships"
    assert page.chip("failed").get_attribute("aria-pressed") == "true"
    assert page.page.locator(".body .cell:not(.dim)").count() == 43
    page.chip("unchanged").click()
    assert set(page.accounts()) == FAILED | {"100000000003", "100000000004"}
    page.page.locator("#clear").click()
    assert len(page.accounts()) == 8 and page.chip("failed").get_attribute("aria-pressed") == "false"


def test_a_region_shows_its_own_column_with_the_reasons(page):
    page.page.locator("#region").select_option("me-south-1")
    page.chip("failed").click()
    assert set(page.accounts()) == FAILED | {"100000000003"}
    assert page.page.locator(".body [role=gridcell]").count() == 3
    assert "me-south-1 is not switched on" in page.page.locator(".body .why").last.inner_text()
    page.page.locator("#region").select_option("us-east-1")
    assert set(page.accounts()) == FAILED


@pytest.mark.parametrize(("words", "accounts"), [
    ("100000000004", {"100000000004"}),
    ("CANNOT ASSUME", {"100000000002"}),
    ("verification_failed", {"100000000001"}),
    ("nothing like that", set()),
])
def test_a_search_finds_accounts_and_words_of_reasons(page, words, accounts):
    page.page.keyboard.press("/")
    page.page.keyboard.type(words)
    assert set(page.accounts()) == accounts
    if not accounts:
        assert page.found() == "Nothing is like that."


def test_a_trouble_is_shown_on_the_map(page):
    trouble = page.page.locator(".trouble", has_text="Cannot assume")
    trouble.get_by_role("button", name="Show on the map").click()
    assert page.accounts() == ["100000000002"] and page.found().endswith("21 memberships")


def test_the_keyboard_goes_everywhere(page):
    press = page.page.keyboard.press
    page.page.locator("#grid [tabindex='0']").focus()
    first = page.focus()
    assert first.startswith("100000000001 in af-south-1: ")
    assert page.page.locator("#grid [tabindex='0']").count() == 1
    for key, where in [
        ("ArrowRight", "100000000001 in ap-east-1"),
        ("ArrowDown", "100000000002 in ap-east-1"),
        ("End", "100000000002 in us-west-2"),
        ("ArrowRight", "100000000002 in us-west-2"),
        ("Home", "100000000002 in af-south-1"),
        ("ArrowUp", "100000000001 in af-south-1"),
        ("ArrowUp", "100000000001 in af-south-1"),
        ("Control+End", f"{page.accounts()[-1]} in us-west-2"),
        ("Control+Home", "100000000001 in af-south-1"),
        ("PageDown", f"{page.accounts()[-1]} in af-south-1"),
    ]:
        press(key)
        assert page.focus().startswith(where + ": "), key
        assert page.page.locator("#grid [tabindex='0']").count() == 1


def test_enter_tells_more_and_escape_goes_back(page):
    page.page.locator("#grid [tabindex='0']").focus()
    cell = page.focus()
    page.page.keyboard.press("Enter")
    assert page.details.is_visible() and page.focus() == "100000000001 in af-south-1"
    page.page.keyboard.press("Escape")
    assert not page.details.is_visible() and page.focus() == cell


def test_the_details_are_those_of_the_report(page, run_report):
    order = [region["region"] for region in run_report.report["regions"]]
    members = {(member["account_id"], region): member for region, member in run_report.members()}
    for account, region in [
        ("100000000001", "us-east-1"),
        ("100000000002", "eu-west-1"),
        ("100000000003", "me-south-1"),
        ("100000000003", "us-east-1"),
        ("100000000004", "eu-west-1"),
    ]:
        page.cell(account, order.index(region)).click()
        text = page.details.inner_text()
        member = members[account, region]
        assert f"{account} in {region}" in text and (member["reason"] or "") in text
        steps = page.details.locator(".history li").all_inner_texts()
        assert steps[0].split("\n")[-1] == (member["before"] or "no member")
        assert steps[-1].split("\n")[-1] == (member["status"] or "no member")
        assert [step.split("\n")[-1] for step in steps[1:-1]] == list(member.get("done", {}))


def test_the_history_knows_what_this_run_did(page, run_report):
    done = {(member["account_id"], region): list(member.get("done", {})) for region, member in run_report.members()}
    assert done["100000000003", "us-east-1"] == ["invited", "accepted"]
    assert done["100000000002", "us-east-1"] == ["invited"]
    assert done["100000000004", "eu-west-1"] == []


def test_the_details_lead_to_what_is_alike_and_to_other_regions(page):
    page.cell("100000000003", 0).click()
    strip = page.details.locator(".strip .cell")
    assert strip.count() == 21
    page.details.get_by_role("button", name="me-south-1: needs action").click()
    assert "me-south-1 is not switched on" in page.details.inner_text()
    page.details.get_by_role("button", name="Show all with this reason").click()
    assert page.accounts() == ["100000000003"] and page.found().endswith("1 membership")
    page.details.get_by_role("button", name="Close").click()
    assert not page.details.is_visible()
