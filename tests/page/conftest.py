"""Reports of small worlds, as the command writes them, and a browser."""

import json
import os
from pathlib import Path

import pytest

from support import ROOT
from support.browser import Browser
from support.command import Command

# One account of each trouble, one that is a member already, and four that become one.
WORLD = """
administrator = "555555555555"
size = 4
latency = "0ms"
verification = "0s"

[accounts.100000000001]
email = "root@example.com"
listed_as = "former@example.com"
[accounts.100000000002]
roles = []
[accounts.100000000003]
regions_off = ["me-south-1"]
[accounts.100000000004]

[[memberships]]
accounts = ["100000000004"]
regions = ["us-east-1", "eu-west-1"]
status = "ENABLED"
"""
REGIONS = 21


class Written:
    """What one run of the command wrote."""

    def __init__(self, command, folder, *words, env=None):
        self.html, self.json = folder / "report.html", folder / "report.json"
        self.result = command.run(*words, "--report", self.html, "--report", self.json, env=env)
        self.report = json.loads(self.json.read_text())

    def members(self):
        """Every membership with its Region's name."""
        for region in self.report["regions"]:
            for member in region["members"]:
                yield region["region"], member


@pytest.fixture(scope="session")
def write_report(binary, tmp_path_factory):
    def write(*words, **options):
        folder = tmp_path_factory.mktemp("report")
        return Written(Command(binary, folder), folder, *words, **options)

    return write


@pytest.fixture(scope="session")
def run_report(write_report, tmp_path_factory):
    scenario = tmp_path_factory.mktemp("world") / "world.toml"
    scenario.write_text(WORLD)
    written = write_report("rehearse", "--scenario", scenario, "--output", "json")
    written.result.ended(3)
    return written


@pytest.fixture(scope="session")
def troubled_report(write_report):
    """The example, which takes half a minute."""
    return write_report("rehearse", "--scenario", ROOT / "examples/troubled.toml", "--output", "json")


@pytest.fixture(scope="session")
def browser():
    browser = Browser()
    yield browser
    browser.stop()


@pytest.fixture
def show(browser):
    """Opens reports, and checks at the end that none of them loaded anything or complained."""
    opened = []

    def show(written, **options):
        opened.append(browser.open(written.html, **options))
        return opened[-1]

    yield show
    try:
        for page in opened:
            page.check()
    finally:
        for page in opened:
            page.close()


@pytest.fixture
def page(show, run_report):
    return show(run_report)


@pytest.fixture(scope="session")
def screenshots():
    """Beside what was built, or where SCREENSHOTS says: kept for people to look at."""
    beside = Path(os.environ["DETECTIVE_FLEET_BIN"]).resolve().parent.parent / "screenshots"
    folder = Path(os.environ.get("SCREENSHOTS", beside))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
