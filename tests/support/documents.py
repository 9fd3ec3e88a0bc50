"""The pages of the documentation: their blocks, headings and links, and a shell that does what they say.

A block is fenced and says what it is. `sh` is run. `console` is run, too: lines that begin with `$ ` are commands, and the
others are what is shown, where `…` stands for anything and a line that is `…` alone for any lines. An HTML comment above a block
says the rest, and a page can have comments that no reader sees:

    <!-- not run: REASON -->      the block cannot be run here
    <!-- exit status 3 -->        the last command ends with this
    <!-- answer: yes -->          somebody at a terminal answers this
    <!-- run: COMMANDS -->        run here, on one line or several, to set the scene
"""

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from support import ROOT
from support.command import read_terminal

PAGES = [
    *(ROOT / name for name in ("README.md", "README.ja.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
# Whose blocks are run: CONTRIBUTING.md has what takes an hour, and what `make test` itself is.
RUN = [page for page in PAGES if page.name.startswith("README") or ROOT / "docs" in page.parents]

FENCE = re.compile(r"( *)(```+)(\w*)$")
COMMENT = re.compile(r"<!--\s*(not run|exit status|answer|run):?\s+(.*?)\s*-->", re.DOTALL)
HEADING = re.compile(r"(#+) (.+)$")
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")
CODE = re.compile(r"(`+)(?:(?!\1).)*\1")
PROGRESS = re.compile(r"\d{4}-\d\d-\d\d [\d:]+ (UTC|[+-]\d\d:\d\d) ")
# In seconds; a block that waits for this long waits for somebody who never comes.
PATIENCE = 60


@dataclass
class Block:
    """One fenced block, or a comment with commands (`hidden`), and what the comments above it say."""

    line: int
    language: str
    text: str
    marks: dict = field(default_factory=dict)
    hidden: bool = False

    @property
    def is_run(self):
        return self.hidden or (self.language in ("sh", "console") and "not run" not in self.marks)

    @cached_property
    def steps(self):
        """What is typed, piece by piece, and what each piece shows: None is anything."""
        if self.language != "console":
            return [(self.text, None)]
        steps = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                steps.append(([line[2:]], []))
            elif steps[-1][0][-1].endswith("\\"):
                steps[-1][0].append(line.removeprefix("> "))
            else:
                steps[-1][1].append(line)
        return [("\n".join(typed), "\n".join(shown) if shown else None) for typed, shown in steps]


class Page:
    """A page, line by line: what is in fences is no heading and no link."""

    def __init__(self, path):
        self.path, self.name = path, str(path.relative_to(ROOT))
        self.blocks, self.headings, self.prose, self.unfenced = [], [], [], []
        self.read(path.read_text(encoding="utf-8").splitlines())

    def read(self, lines):
        marks, at = {}, 0
        while at < len(lines):
            line = lines[at]
            if fence := FENCE.match(line):
                end = next(n for n in range(at + 1, len(lines)) if lines[n].strip() == fence[2])
                text = "\n".join(text.removeprefix(fence[1]) for text in lines[at + 1:end])
                self.blocks.append(Block(at + 1, fence[3], text, marks))
                marks, at = {}, end
            elif line.lstrip().startswith("<!--"):
                end = next(n for n in range(at, len(lines)) if "-->" in lines[n])
                if mark := COMMENT.search("\n".join(lines[at:end + 1])):
                    if mark[1] == "run":
                        self.blocks.append(Block(at + 1, "sh", mark[2], hidden=True))
                    else:
                        marks[mark[1]] = mark[2]
                at = end
            elif line.strip():
                assert not marks, f"{self.name}, line {at}: no block follows this comment"
                if re.match(r" {4,}\S", line) and not (at and lines[at - 1].strip()):
                    self.unfenced.append(at + 1)
                if heading := HEADING.match(line):
                    self.headings.append((len(heading[1]), heading[2]))
            if not FENCE.match(line):
                self.prose.append(CODE.sub("``", line))
            at += 1

    @cached_property
    def links(self):
        return LINK.findall("\n".join(self.prose))

    @cached_property
    def anchors(self):
        """The names of the headings, as GitHub and the site make them."""
        found = []
        for _, heading in self.headings:
            text = LINK.sub(lambda link: link[0][1:link[0].index("](")], heading)
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
        return found


class Shell:
    """A shell in an empty folder. Each piece of a page is typed into it, and variables stay."""

    def __init__(self, binary, folder):
        self.home, self.state = folder / "home", folder / "state"
        self.folder = self.home / "work"
        tools = folder / "bin"
        for made in (self.folder, self.state, tools):
            made.mkdir(parents=True)
        (tools / "detective-fleet").symlink_to(binary)
        # `cargo rehearse` builds and runs (.cargo/config.toml); what is built is here already.
        cargo = tools / "cargo"
        cargo.write_text('#!/bin/sh\ntest "$1" = rehearse && exec detective-fleet "$@"\necho "only cargo rehearse is here" >&2; exit 1\n')
        cargo.chmod(0o755)
        path = [tools, Path(sys.executable).parent, "/usr/local/bin", "/usr/bin", "/bin"]
        self.environment = {
            "PATH": ":".join(map(str, path)), "HOME": str(self.home), "REPOSITORY": str(ROOT), "LANG": "C.UTF-8",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "", "TERM": "xterm",
        }
        (self.state / "env").write_text("")
        (self.state / "cwd").write_text(str(self.folder))
        self.groups = []

    def run(self, typed, answer=None):
        """Exit status and everything that was shown."""
        state = shlex.quote(str(self.state))
        script = (
            f"set -eo pipefail\n. {state}/env\ncd \"$(cat {state}/cwd)\"\n"
            f"trap 'export -p > {state}/env; pwd > {state}/cwd' EXIT\n{typed}\n"
        )
        if answer is not None:
            return self.run_on_terminal(script, answer)
        # A file, not a pipe: what goes on in the background holds it open.
        with open(self.state / "shown", "w+b") as shown:
            process = self.start(script, stdin=subprocess.DEVNULL, stdout=shown, stderr=subprocess.STDOUT)
            status = process.wait(PATIENCE)
            shown.seek(0)
            return status, shown.read().decode(errors="replace")

    def run_on_terminal(self, script, answer):
        master, slave = pty.openpty()
        process = self.start(script, stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        os.write(master, answer.encode() + b"\n")
        shown = read_terminal(master, process, time.monotonic() + PATIENCE)
        os.close(master)
        return process.wait(PATIENCE), shown

    def start(self, script, **options):
        process = subprocess.Popen(["bash", "-c", script], env=self.environment, start_new_session=True, **options)
        self.groups.append(process.pid)
        return process

    def stop(self):
        """Ends what is still running in the background."""
        for group in self.groups:
            try:
                os.killpg(group, signal.SIGTERM)
            except ProcessLookupError:
                pass


def shows(expected, shown):
    """Whether that is what a page says is shown. Blanks at the end of a line do not count, and neither do lines of progress,
    which nobody sees at a terminal."""
    lines = []
    for line in expected.splitlines():
        if line.strip() == "…":
            lines.append(r"(?:.*\n)*?")
        else:
            lines.append(r"[^\n]*?".join(re.escape(part) for part in line.rstrip().split("…")) + r"[ \t]*\n")
    text = "".join(line.rstrip() + "\n" for line in shown.splitlines() if not PROGRESS.match(line))
    return re.fullmatch("".join(lines), text) is not None
