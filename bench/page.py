"""How fast the page of 1,200 accounts in 21 Regions opens and scrolls, in headless Chromium.

    make bench-page                               rehearses 1,200 accounts, and measures their page
    .venv/bin/python bench/page.py REPORT.html    measures a page that is there
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ACCOUNTS, ROUNDS = 1200, 7
# Until everything is drawn: two frames after the page has loaded.
OPENED = """() => new Promise((done) => {
  const drawn = () => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
  document.readyState === "complete" ? drawn() : addEventListener("load", drawn);
})"""
# From the top to the bottom, 150 pixels (six rows) a frame: how long each frame took.
SCROLLED = """() => new Promise((done) => {
  const grid = document.getElementById("grid"), frames = [];
  let last = performance.now();
  const step = (now) => {
    frames.push(now - last);
    last = now;
    const before = grid.scrollTop;
    grid.scrollTop += 150;
    if (grid.scrollTop === before) done(frames.slice(1)); else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""
# What a key pressed in the search costs, until it is on the screen.
SEARCHED = """() => new Promise((done) => {
  const search = document.getElementById("search"), began = performance.now();
  search.value = "9";
  search.dispatchEvent(new Event("input"));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
})"""


def rehearse(folder):
    """The product's own page, of a first run: every membership with what was done to it."""
    metadata = subprocess.check_output(["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"])
    built = Path(json.loads(metadata)["target_directory"]) / "release" / "detective-fleet"
    roster, page = folder / "accounts.csv", folder / "report.html"
    roster.write_text("".join(f"{200000000000 + n * 7919},root{n}@example.com\n" for n in range(ACCOUNTS)))
    words = ["rehearse", roster, "--latency", "0ms", "--verification", "0s", "--report", page, "--output", "json"]
    subprocess.run([os.environ.get("DETECTIVE_FLEET_BIN", built), *words], check=True, stdout=subprocess.DEVNULL)
    return page


def measure(browser, path):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(path.resolve().as_uri(), wait_until="commit")
    opened = page.evaluate(OPENED)
    searched = page.evaluate(SEARCHED)
    page.locator("#clear").click()
    frames = page.evaluate(SCROLLED)
    cells = page.locator("#grid [role=gridcell]").count()
    page.close()
    return opened, searched, frames, cells


def main():
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else rehearse(Path(folder))
        words = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = shutil.which(os.environ.get("CHROMIUM", "chromium"))
        browser = playwright.chromium.launch(executable_path=chromium, args=words)
        rounds = [measure(browser, path) for _ in range(ROUNDS)]
        frames = sorted(frame for _, _, frames, _ in rounds for frame in frames)
        print(f"Chromium {browser.version}, {ROUNDS} rounds, medians")
        print(f"file: {path.stat().st_size / 1000:,.0f} kB, cells in the document: {rounds[0][3]}")
        print(f"open, until everything is drawn: {statistics.median(it[0] for it in rounds):.0f} ms")
        print(f"search, until it is drawn: {statistics.median(it[1] for it in rounds):.0f} ms")
        late = sum(frame > 25 for frame in frames)
        print(
            f"scroll: {len(frames)} frames, median {statistics.median(frames):.1f} ms, "
            f"99 % within {frames[int(len(frames) * 0.99)]:.1f} ms, {late} later than 25 ms"
        )
        browser.close()


if __name__ == "__main__":
    main()
