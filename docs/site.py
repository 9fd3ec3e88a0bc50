"""Builds the documentation as a site with search, in target/site: `make docs`.

    site.py MKDOCS [TARGET]

The pages stay where they are read on GitHub, README.md and docs/ and what they link to; here they are put together as they lie in
the repository, so that their links hold. The navigation is docs/README.md. Whatever leads nowhere ends the build.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.documents import PAGES, Page

MKDOCS = Path(sys.argv[1]).absolute()
TARGET = Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "target").resolve()
SOURCE, SITE = TARGET / "site-source", TARGET / "site"
JAPANESE = "docs/ja"
# What the theme says around a page, which is in English.
AROUND = {'<html lang="en"': '<html lang="ja"', "Table of contents": "目次", 'placeholder="Search"': 'placeholder="検索"'}


def gather():
    """Every page, and every file that a page links to."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    wanted = {path for path in PAGES if path.exists()}
    for path in list(wanted):
        targets = ((path.parent / link.partition("#")[0]).resolve() for link in Page(path).links if not re.match(r"[a-z]+:|#", link))
        wanted |= {target for target in targets if target.is_file()}
    for path in wanted:
        copy = SOURCE / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    shutil.copy(ROOT / "docs" / "site.css", SOURCE)


def navigation(folder):
    """The sections of an index, and in each the pages that a line begins with, as far as they are in that language."""
    index, sections = ROOT / folder / "README.md", []
    for line in index.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            sections.append({line[3:]: []})
        elif item := re.match(r"- \[([^\]]+)\]\(([^)#]+)\)", line):
            page = (index.parent / item[2]).resolve().relative_to(ROOT)
            if folder != JAPANESE or page.parent == Path(JAPANESE):
                [*sections[-1].values()][0].append({item[1].replace("`", ""): str(page)})
    return [section for section in sections if all(section.values())]


def main():
    gather()
    nav = [{"detective-fleet": ["README.md", {"All pages": "docs/README.md"}]}, *navigation("docs")]
    if (ROOT / JAPANESE / "README.md").exists():
        nav.append({"日本語": ["README.ja.md", {"すべてのページ": f"{JAPANESE}/README.md"}, *navigation(JAPANESE)]})
    # Read as text: the configuration has a tag that only mkdocs knows.
    configuration = (ROOT / "docs" / "mkdocs.yml").read_text(encoding="utf-8")
    configuration += yaml.safe_dump({"docs_dir": str(SOURCE), "site_dir": str(SITE), "nav": nav}, allow_unicode=True)
    file = TARGET / "mkdocs.yml"
    file.write_text(configuration, encoding="utf-8")
    # What it says of its own future is no warning about the pages.
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run([MKDOCS, "build", "--quiet", "--strict", "--clean", "--config-file", file], check=True, env=environment)
    for page in [*SITE.glob("docs/ja/*.html"), *SITE.glob("README.ja.html")]:
        text = page.read_text(encoding="utf-8")
        for theirs, ours in AROUND.items():
            text = text.replace(theirs, ours)
        page.write_text(text, encoding="utf-8")
    print(f"{SITE}/index.html: {len(list(SITE.rglob('*.html')))} pages")


if __name__ == "__main__":
    main()
