"""The documentation does what it says: its blocks are run, its links lead somewhere (support/documents.py has the rules)."""

import os
import re

import pytest

from support import ROOT, parameters
from support.documents import PAGES, RUN, Page, Shell, shows

LANGUAGES = {"sh", "console", "text", "toml", "yaml", "json", "csv", "python"}
ALL = {path: Page(path) for path in PAGES if path.exists()}
TRANSLATED = [path for path in ALL if path.name.endswith(".ja.md") or path.parent.name == "ja"]
# What a page in Japanese types and shows is, block by block, what the English one does: once is enough.
WITH_COMMANDS = [
    page for page in ALL.values()
    if page.path in RUN and page.path not in TRANSLATED and any(block.is_run for block in page.blocks)
]


@pytest.fixture
def shell(binary, tmp_path):
    shell = Shell(binary, tmp_path)
    yield shell
    shell.stop()


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: page.name)
def test_a_page_does_what_it_says(shell, page):
    for block in page.blocks:
        if not block.is_run:
            continue
        *_, last = block.steps
        for step in block.steps:
            typed, expected = step
            status, shown = shell.run(typed, block.marks.get("answer"))
            where = f"{page.name}, line {block.line}:\n{typed}\n---\n{shown}"
            wanted = int(block.marks.get("exit status", 0)) if step is last else 0
            assert status == wanted, f"exit status {status}, not {wanted}, of {where}"
            assert expected is None or shows(expected, shown), f"not what is shown by {where}---, but\n{expected}"


@pytest.mark.parametrize("page", [page for page in ALL.values() if page.path in RUN], ids=lambda page: page.name)
def test_every_block_says_what_it_is(page):
    assert not page.unfenced, f"a block without a fence: {page.unfenced}"
    for block in page.blocks:
        assert block.language in LANGUAGES, f"line {block.line}: `{block.language}` is none of {sorted(LANGUAGES)}"
        if block.language not in ("sh", "console"):
            assert not block.marks, f"line {block.line}: {block.marks}, but it is no command"


@pytest.mark.parametrize("page", ALL.values(), ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for link in page.links:
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.path.parent / path).resolve() if path else page.path
        assert target.exists() and ROOT in target.parents, f"nothing is at {link}"
        if anchor:
            assert anchor in (ALL.get(target) or Page(target)).anchors, f"no heading is at {link}"


@pytest.mark.parametrize("page", ALL.values(), ids=lambda page: page.name)
def test_every_file_that_is_named_is_there(page):
    named = re.findall(r"`((?:action|bench|crates|deploy|docs|examples|packaging|python|tests)/[\w./-]+)`", page.path.read_text(encoding="utf-8"))
    gone = [name for name in named if not (ROOT / name).exists()]
    assert not gone or page.name == "CHANGELOG.md", f"not there: {gone}"


def test_every_page_can_be_found():
    index = ALL[ROOT / "docs" / "README.md"]
    linked = {(index.path.parent / link.partition("#")[0]).resolve() for link in index.links}
    pages = {path for path in ALL if path.parent == ROOT / "docs" and path != index.path}
    assert pages <= linked, f"not in the index: {sorted(path.name for path in pages - linked)}"


def english(path):
    """The page that one in Japanese says the same as."""
    return path.with_name(path.name.replace(".ja.md", ".md")) if path.parent == ROOT else path.parent.parent / path.name


def commands(block):
    """A block without its remarks, which are in the reader's language."""
    return [line for line in re.sub(r"\s*(^|\s)# .*$", "", block.text, flags=re.MULTILINE).splitlines() if line.strip()]


@pytest.mark.parametrize("path", TRANSLATED, ids=lambda path: path.name)
def test_a_translated_page_has_every_heading_and_block(path):
    here, there = ALL[path], ALL[english(path)]
    assert [level for level, _ in here.headings] == [level for level, _ in there.headings]
    assert [block.language for block in here.blocks] == [block.language for block in there.blocks]
    for mine, theirs in zip(here.blocks, there.blocks):
        assert (mine.hidden, mine.marks.keys()) == (theirs.hidden, theirs.marks.keys()), f"line {mine.line}"
        if theirs.language != "text":
            assert commands(mine) == commands(theirs), f"line {mine.line} is not line {theirs.line} of {there.name}"


def test_every_parameter_of_the_templates_is_on_its_page():
    if os.environ.get("UPDATE_PARAMETERS"):
        parameters.PAGE.write_text(parameters.rendered(), encoding="utf-8")
    written = parameters.PAGE.read_text(encoding="utf-8")
    assert written == parameters.rendered(), "the templates say something else: UPDATE_PARAMETERS=1 pytest tests/test_docs.py -k parameter"


def test_what_a_page_says_is_shown_is_compared_line_by_line():
    assert shows("a\n…\nz", "a\nb\nc\nz\n") and shows("a\n…\nz", "a\nz\n") and shows("a … c", "a b c\n")
    assert not shows("a", "a\nb\n") and not shows("a\n…\nz", "a\nb\nzz\n") and not shows("a", "")
    assert shows("a", "2026-11-28 09:00:00 UTC Looking at 21 Regions\na  \n")
