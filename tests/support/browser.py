"""The page in a real browser: Chromium, without a network."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

# A page that asks for anything at all, or complains, fails the test that opened it.
SEEN = "window.violations = []; addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective));"


def chromium():
    """Debian's, or CHROMIUM."""
    name = os.environ.get("CHROMIUM", "chromium")
    path = shutil.which(name)
    assert path, f"{name} is not there: apt-get install chromium fonts-dejavu-core, or name yours in CHROMIUM"
    return path


class Browser:
    """One browser for all tests, and a context of its own for each page."""

    def __init__(self):
        # Chromium refuses to be root's in its sandbox; it opens nothing but our own files.
        words = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.playwright = sync_playwright().start()
        self.chromium = self.playwright.chromium.launch(executable_path=chromium(), args=words)

    def open(self, path, **options):
        options = {"viewport": {"width": 1280, "height": 900}, "offline": True, **options}
        return Opened(self.chromium.new_context(**options), path)

    def stop(self):
        self.chromium.close()
        self.playwright.stop()


class Opened:
    """A page that is open, what it asked for and what it complained of."""

    def __init__(self, context, path):
        self.context, self.url = context, Path(path).resolve().as_uri()
        self.complaints, self.requests = [], []
        context.add_init_script(SEEN)
        self.page = context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(self.url)

    def violations(self):
        return self.page.evaluate("window.violations ?? []")

    def close(self):
        self.context.close()

    def check(self):
        """It loaded itself and nothing else, and nothing was to be complained of."""
        asked = [url for url in self.requests if not url.startswith("data:")]
        assert asked == [self.url]
        assert self.complaints == [] and self.violations() == []

    # --- What is on it -----------------------------------------------------------------------

    def numbers(self):
        """The headline numbers, as they are read and as they are marked."""
        tiles = self.page.locator("[data-number]")
        read = {tile.get_attribute("data-number"): tile.inner_text() for tile in tiles.all()}
        return {name: int(text.replace(",", "")) for name, text in read.items()}

    def people(self):
        """The headline numbers in accounts."""
        tiles = self.page.locator("[data-accounts]").all()
        return {tile.get_attribute("data-accounts"): int(tile.inner_text().replace(",", "")) for tile in tiles}

    def chips(self):
        """The legend: how many memberships have each mark."""
        chips = self.page.locator(".chip").all()
        return {chip.get_attribute("data-key"): int(chip.locator("b").inner_text().replace(",", "")) for chip in chips}

    def chip(self, key):
        return self.page.locator(f".chip[data-key={key}]")

    def accounts(self):
        """The accounts of the rows that are drawn, from the top."""
        return self.page.locator(".body .account").all_inner_texts()

    def cell(self, account, column=0):
        row = self.page.locator(".body .row", has=self.page.get_by_text(account, exact=True))
        return row.locator("[role=gridcell]").nth(column)

    def labels(self):
        cells = self.page.locator(".body [role=gridcell]")
        return cells.evaluate_all("(cells) => cells.map((cell) => cell.getAttribute('aria-label'))")

    def found(self):
        return self.page.locator("#found").inner_text()

    @property
    def details(self):
        return self.page.locator("#details")

    def focus(self):
        """What has the focus, as a screen reader names it."""
        return self.page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText")
