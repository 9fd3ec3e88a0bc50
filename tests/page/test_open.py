"""The file is complete, harmless, and can be read by everybody."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

HOSTILE = (
    "</script><img src=x onerror=\"document.title='broken in'\"><script>document.title='broken in'</script>"
    "<!--\u2028\u202egnp.exe\u2066 & 'quoted' {{ 7 * 7 }} admin@example.com"
)
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}


def test_words_from_outside_stay_words(show, write_report, make_fleet):
    fleet = make_fleet()
    denied = (403, "AccessDeniedException", HOSTILE)
    fleet.proxy.trouble["detective:AcceptInvitation"].extend([denied] * 100)
    written = write_report(*fleet.words("enable"), env=fleet.env)
    written.result.ended(3)
    source = written.html.read_text()
    assert "<img" not in source and source.count("<script") == 2
    assert not re.search("[\u2028\u202e\u2066]", source) and "admin@" not in source
    page = show(written)
    assert "broken" not in page.page.title()
    shown = page.page.locator(".trouble").first.inner_text()
    assert "</script><img src=x" in shown and "[U+202E]gnp.exe" in shown and "a***@example.com" in shown
    assert "{{ 7 * 7 }}" in shown and "& 'quoted'" in shown
    page.cell(fleet.sandbox.ids[0]).click()
    assert "</script><img src=x" in page.details.inner_text()
    assert page.page.locator("img").count() == 0


def test_what_got_into_the_file_is_not_run(browser, run_report, tmp_path):
    changed = tmp_path / "changed.html"
    more = "<script>document.title = 'broken in'</script><p style='color: red'><img src='https://example.com/x.png'>"
    changed.write_text(run_report.html.read_text().replace("<main>", "<main>" + more))
    opened = browser.open(changed)
    try:
        assert "broken" not in opened.page.title()
        assert {"script-src-elem", "style-src-attr", "img-src"} <= set(opened.violations())
        assert len(opened.complaints) >= 3
    finally:
        opened.close()


def test_nothing_in_the_file_is_from_elsewhere(run_report):
    source = run_report.html.read_text()
    outside = set(re.findall(r"""(?:src|href|action)=["']?([^"'\s>]+)""", source))
    links = {link for link in outside if link.startswith("https://")}
    assert {link.partition(":")[0] for link in outside - links} <= {"data", "#map"}
    # What a reader may click: AWS's console, which learns nothing of the page.
    console = re.compile(r"https://(signin|[a-z0-9-]+\.console)\.aws\.amazon\.com/")
    assert links and all(console.match(link) for link in links)
    assert source.count("<a href=\"https://") == source.count('rel="noopener noreferrer"') >= len(links)
    assert {link for link in re.findall(r"https?://[\w./-]+", source) if not console.match(link)} <= {"http://www.w3.org/2000/svg"}


def test_without_javascript_the_failures_can_be_read(show, run_report):
    page = show(run_report, java_script_enabled=False)
    text = page.page.locator("body").inner_text()
    assert "5 of 8 accounts are on everywhere. 3 need you, for 3 causes." in text and "Cannot assume" in text
    assert "The map is drawn with JavaScript" in text
    assert not page.page.locator("#grid").is_visible() and not page.page.locator("button").first.is_visible()


def test_on_paper_is_every_row(page):
    before = page.page.locator(".body .row").count()
    page.page.emulate_media(media="print")
    page.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.page.locator(".body .row").count() == 8 >= before
    boxes = [row.bounding_box() for row in page.page.locator(".body .row").all()]
    assert all(above["y"] + above["height"] <= below["y"] + 0.5 for above, below in zip(boxes, boxes[1:]))
    assert page.page.pdf().startswith(b"%PDF")


def test_the_summary_is_on_the_first_sheet_of_paper(show, troubled_report):
    # A4 without the margins that Chromium leaves, at 96 dots an inch.
    page = show(troubled_report, viewport={"width": 718, "height": 1047})
    page.page.emulate_media(media="print")
    assert page.page.locator("#map").evaluate("(map) => map.offsetTop") <= 1047


def test_on_a_phone_the_first_cause_is_on_the_first_screen(show, troubled_report):
    page = show(troubled_report, **PHONE)
    first = page.page.locator(".trouble").first
    for part in (first.locator(".reason"), first.locator(".command")):
        box = part.bounding_box()
        assert box["y"] + box["height"] <= 844


def test_on_a_phone_no_fact_of_the_header_is_missing(show, troubled_report):
    shown = {}
    for name, size in {"desk": {}, "phone": PHONE}.items():
        page = show(troubled_report, **size)
        facts = page.page.locator(".top .facts > div")
        assert all(it.is_visible() for it in facts.all())
        shown[name] = facts.all_inner_texts()
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(shown["phone"]) == 4 and [it.split() for it in shown["phone"]] == [it.split() for it in shown["desk"]]


EVERY_STATUS = """
administrator = "555555555555"
size = 0
[accounts.100000000001]
[accounts.100000000002]
[accounts.100000000003]
[accounts.100000000004]
[accounts.100000000005]
# There is no room for it.
gigabytes_per_day = 12000.0
[accounts.100000000006]
""" + "".join(
    f"""
[[memberships]]
accounts = ["10000000000{at}"]
regions = ["us-east-1", "ap-northeast-1"]
status = "{status}"
"""
    for at, status in enumerate(
        ["ENABLED", "INVITED", "VERIFICATION_IN_PROGRESS", "VERIFICATION_FAILED", "ACCEPTED_BUT_DISABLED"], 1
    )
)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_headings_of_regions_stay_in_their_cells(show, write_report, make_sandbox, screenshots, language):
    sandbox = make_sandbox(scenario=EVERY_STATUS, verification="1h")
    regions = ["--regions", "us-east-1,ap-northeast-1", "--language", language]
    status = write_report("status", sandbox.roster, *regions, env=sandbox.env)
    for width in (390, 768, 1024, 1280, 1600):
        page = show(status, viewport={"width": width, "height": 900})
        headings = page.page.locator(".regions thead th")
        assert "BUT_DISABLED" in headings.nth(3).inner_text(), headings.all_inner_texts()
        spills = "(it) => it.clientWidth && it.scrollWidth > it.clientWidth + 1"
        wider = f"(all) => all.filter((th) => [th, ...th.children].some({spills})).map((th) => th.innerText)"
        assert headings.evaluate_all(wider) == [], width
        page.page.locator(".regions").screenshot(path=screenshots / f"regions-{language}-{width}.png")


def test_what_is_typed_is_shown_as_code_and_without_backticks(show, write_report, sandbox):
    status = write_report("status", sandbox.roster, "--regions", "us-east-1", "--output", "json", env=sandbox.env)
    page = show(status)
    assert page.page.locator(".todo code").inner_text() == "enable"
    page.cell(sandbox.ids[0]).click()
    assert page.details.locator(".reason code").inner_text() == "enable"
    # The commands to copy are for a shell, which has a meaning for backticks.
    assert "`" not in page.page.evaluate("document.body.innerText")


def test_times_are_the_readers_with_utc_beside_them(show, run_report):
    page = show(run_report, timezone_id="Asia/Tokyo")
    began = run_report.report["started"][:19] + "Z"
    shown = page.page.locator("time").inner_text()
    assert "GMT+9" in shown and began in shown
    page.cell(page.accounts()[-1]).click()
    assert "GMT+9" in page.details.locator(".history").inner_text()


def test_a_cause_has_its_owner_and_leads_to_the_console(show, write_report, make_sandbox, write):
    sandbox = make_sandbox()
    account, email = sandbox.members[0]
    listed = write(f"account,email,name,owner\n{account},{email},payments,team-a\n", "owned.csv")
    page = show(write_report("status", listed, "--regions", "us-east-1,eu-central-1", env=sandbox.env))
    card = page.page.locator(".trouble").first
    assert "Owner: team-a" in card.inner_text()
    link = card.get_by_role("link")
    assert link.get_attribute("href") == f"https://signin.aws.amazon.com/switchrole?account={account}"
    # Two Regions do not need the whole width.
    assert page.page.locator(".body .cell").first.bounding_box()["width"] <= 40


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_everybody_can_use_it(show, run_report, theme, size):
    page = show(run_report, color_scheme=theme, bypass_csp=True, **size)
    page.cell("100000000003", 3).click()
    for region in ("-1", "3"):
        page.page.locator("#region").select_option(region)
        found = Axe().run(page.page)
        assert found.violations_count == 0, found.generate_report()


def test_1200_accounts_are_drawn_as_far_as_they_are_seen(show, write_report, make_sandbox):
    sandbox = make_sandbox(accounts=1200)
    plan = write_report("plan", sandbox.roster, "--output", "json", env=sandbox.env)
    page = show(plan)
    assert page.numbers()["invite"] == page.chips()["invite"] == 1200 * 21
    assert page.page.locator("#grid").get_attribute("aria-rowcount") == "1201"
    assert page.page.locator(".body .row").count() < 100
    last = sorted(sandbox.ids)[-1]
    page.page.locator("#grid").evaluate("(grid) => (grid.scrollTop = grid.scrollHeight)")
    page.page.get_by_text(last, exact=True).wait_for()
    assert page.page.locator(".body .row").count() < 100
    # The rail beside the map has all of them, and leads there.
    rail = page.page.locator("#rail")
    rail.click(position={"x": 5, "y": 2})
    page.page.get_by_text(min(sandbox.ids), exact=True).wait_for()
    page.page.locator("#grid [tabindex='0']").focus()
    page.page.keyboard.press("Control+End")
    assert page.focus().startswith(f"{last} in us-west-2: ")
    page.page.locator("#search").fill(sandbox.ids[600])
    assert page.accounts() == [sandbox.ids[600]]
    assert plan.html.stat().st_size < 1_000_000
    # On paper nothing can be scrolled.
    page.page.locator("#search").fill("")
    page.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.page.locator(".body .row").count() == 1200
    page.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.page.locator(".body .row").count() < 100


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_troubled_example_for_people_to_look_at(show, troubled_report, screenshots, theme):
    for name, size in {"desk": {}, "phone": PHONE}.items():
        page = show(troubled_report, color_scheme=theme, **size)
        assert page.chips()["failed"] == troubled_report.report["summary"]["failed"] > 0
        # No line is wider than the window.
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.page.screenshot(path=screenshots / f"{name}-{theme}.png", full_page=True)
        page.cell("100000000006").click()
        page.page.screenshot(path=screenshots / f"{name}-{theme}-details.png")
    page.page.emulate_media(media="print", color_scheme=theme)
    page.page.pdf(path=screenshots / f"paper-{theme}.pdf", format="A4")
