"""The page in Japanese: no English sentence is left, and it says what the English one says."""

import re

import pytest

#: Names that Japanese readers read as they are.
NAMES = {
    "detective-fleet", "AWS", "JSON", "Enter", "Escape", "SHA", "ID", "JST", "UTC", "StackSets", "Detective", "GuardDuty", "E", "SCP",
    "STS", "IAM", "enable", "arn", "EKS", "member-role.yaml", "deploy", "TB", "roles", "CURRENT", "API", "AcceptInvitation",
    "Organizations", "sts", "aws", "detective", "account", "iam", "user", "sandbox", "expected", "o",
}


def english(text):
    """Words of English in a text: not the names, ids, codes, paths, flags, Regions, operations, and not what AWS said."""
    # What AWS answered stays in AWS's words, up to its end.
    text = re.sub(r"User: arn:\S+ is not authorized to perform: [^。]*", "", text)
    text = re.sub(r"--[a-z-]+", "", text)
    words = re.findall(r"[A-Za-z][\w:/.*@-]*", text, re.ASCII)
    return [
        word for word in (word.rstrip(".:") for word in words)
        if word not in NAMES and not re.search(r"[\d_:/@]|[a-z][A-Z]", word) and not word.isupper()
    ]


@pytest.fixture(scope="session")
def japanese_report(write_report, run_report, tmp_path_factory):
    from page.conftest import WORLD

    scenario = tmp_path_factory.mktemp("world") / "world.toml"
    scenario.write_text(WORLD)
    written = write_report("rehearse", "--scenario", scenario, "--output", "json", "--language", "ja")
    written.result.ended(3)
    return written


@pytest.fixture
def japanese(show, japanese_report):
    return show(japanese_report, timezone_id="Asia/Tokyo")


def without_commands(page):
    """All that is seen, apart from commands to copy."""
    return page.page.evaluate("""() => {
        const body = document.body.cloneNode(true);
        body.querySelectorAll("code, script, noscript").forEach((it) => it.remove());
        const said = [...body.querySelectorAll("[aria-label], [placeholder], [title]")];
        const labels = said.flatMap((it) => ["aria-label", "placeholder", "title"].map((name) => it.getAttribute(name) ?? ""));
        return [body.textContent, document.title, ...labels].join("\\n");
    }""")


def test_no_english_sentence_is_left(japanese, japanese_report):
    assert japanese.page.locator("html").get_attribute("lang") == "ja"
    assert english(without_commands(japanese)) == []
    # Each membership that is not as wanted, and one that is, with its history.
    failed = {member["account_id"] for _, member in japanese_report.members() if member["outcome"] == "failed"}
    for account in sorted(failed) + [japanese_report.report["regions"][0]["members"][-1]["account_id"]]:
        japanese.cell(account).click()
        assert english(japanese.details.inner_text()) == []
    japanese.page.locator("#search").fill("nobody")
    assert japanese.found() == "該当するものはありません。"
    japanese.page.locator("#search").fill("100000000002")
    assert japanese.found() == "8 アカウント中 1 アカウント、21 件のメンバーシップ"


def test_both_languages_have_the_same_numbers(show, page, run_report, japanese, japanese_report):
    assert japanese.numbers() == page.numbers()
    assert japanese.people() == page.people()
    assert japanese.chips() == page.chips()
    rows = [opened.page.locator(".regions tbody tr").count() for opened in (page, japanese)]
    assert rows[0] == rows[1] == 21


def test_the_json_is_the_same_in_each_language(run_report, japanese_report):
    def told(report):
        members = [member for region in report["regions"] for member in region["members"]]
        return sorted((it["account_id"], it["outcome"], it.get("cause"), it.get("reason")) for it in members if it["outcome"] == "failed")

    assert told(japanese_report.report) == told(run_report.report)
    assert japanese_report.json.read_text().isascii()


def test_times_are_written_as_people_there_write_them(japanese):
    began = japanese.page.locator("time").first.inner_text()
    assert re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日 \d{1,2}:\d\d:\d\d JST \(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)", began)
    source = japanese.url.removeprefix("file://")
    text = open(source, encoding="utf-8").read()
    assert re.search(r"<time [^>]*>\d{4}年\d{1,2}月\d{1,2}日 \d\d:\d\d:\d\d UTC</time>", text), "without a script it is UTC"


def test_a_card_says_what_why_and_what_to_do(japanese):
    [no_role] = [text for text in japanese.page.locator(".trouble").all_inner_texts() if "引き受けられません" in text]
    assert "アカウント 100000000002 のロール detective-fleet/DetectiveFleetMember を引き受けられません。" in no_role
    assert "1 アカウントの 21 件のメンバーシップ" in no_role and "全 21 リージョン" in no_role
    assert "detective-fleet roles deploy accounts.csv --account 100000000002" in no_role, "a command stays as it is"


def test_a_plan_a_status_a_check_and_costs_are_in_japanese_too(show, write_report, make_sandbox):
    sandbox = make_sandbox()
    where = ["--regions", "us-east-1,eu-central-1", "--output", "json"]
    env = {**sandbox.env, "DETECTIVE_FLEET_LANGUAGE": "ja"}
    for command in ["plan", "check", "status", "cost"]:
        page = show(write_report(command, sandbox.roster, *where, env=env))
        assert page.page.locator("html").get_attribute("lang") == "ja"
        assert english(without_commands(page)) == [], command


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits(show, japanese_report, screenshots, width):
    opened = show(japanese_report, viewport={"width": width, "height": 844})
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    opened.page.screenshot(path=screenshots / f"page-ja-{width}.png", full_page=True)


def test_the_page_of_a_history_is_in_japanese(browser, command, japanese_report, tmp_path):
    history = tmp_path / "history.html"
    command.run("history", japanese_report.json, "--report", history, "--language", "ja").ended(0)
    opened = browser.open(history)
    text = without_commands(opened)
    assert "履歴" in text and "初めて確認" in text
    assert english(text) == []
    opened.check()
    opened.close()


def test_a_moment_in_a_sentence_about_a_plan_is_written_as_in_japanese(show, command, write_report, sandbox, tmp_path):
    plan = tmp_path / "plan.json"
    words = [sandbox.roster, "--regions", "us-east-1"]
    command.run("plan", *words, "--out", plan, env=sandbox.env).ended(0)
    more = ["--plan", plan, "--yes", "--admin-account", sandbox.administrator, "--output", "json", "--language", "ja"]
    notes = show(write_report("enable", *words, *more, env=sandbox.env)).page.locator(".notes").inner_text()
    assert re.search(r"plan\.json の計画 \(\d{4}年\d{1,2}月\d{1,2}日 \d\d:\d\d UTC、", notes), notes
