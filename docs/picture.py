"""Records a rehearsal as a person sees it, and draws it as a moving SVG: `make picture`.

    picture.py PICTURE.svg [WORD...]

The words are those of the command, which is what `cargo build` leaves, or DETECTIVE_FLEET_BIN. Time is made short: nobody wants to watch a Region that never
answers, and everybody wants to read the report. Readers who want nothing to move get the last frame.
"""

import os
import sys
import time
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import pyte

from conftest import pytest_configure
from support.command import Command
from support.terminal import Screen, Terminal

COLUMNS, ROWS = 92, 34
# In pixels.
CELL, LINE, EDGE, TITLE = 7.8, 17, 14, 30
# In seconds: between two frames, and how long the last one stands.
FRAME, LAST = 0.4, 6
# So many frames of each thing that moves, by a word of it; so many lines a frame of what scrolls by.
MOST = {"Enabling": 14, "Looking": 4}
# It begins where so many lines are to be seen: readers give a picture a glance, and most of the beginning is waiting.
FIRST = 12
LINES = 7
SPINNER = set("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
COLOURS = {"green": "g", "brown": "y", "yellow": "y", "red": "r", "brightblack": "d"}
STYLE = """
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d8dee9;white-space:pre}
.g{fill:#8fce72}.y{fill:#ebcb6b}.r{fill:#f07178}.d{fill:#6b7689}.b{font-weight:bold;fill:#fff}
"""


def record(binary, words):
    """What was written, piece by piece; a piece is what one redraw of the screen writes, or a text."""
    terminal = Terminal(Command(Path(binary).resolve(), Path.cwd()), *words, columns=COLUMNS, rows=ROWS)
    pieces, seen = [], 0
    try:
        while terminal.read(0.02):
            if len(terminal.written) > seen:
                pieces.append(terminal.written[seen:])
                seen = len(terminal.written)
        assert terminal.process.wait(10) in (0, 3), terminal.everything()
    finally:
        terminal.close()
    return pieces


def frames(pieces):
    """Screens that differ: a few of each thing that moves, and everything that scrolls by."""
    screen = Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    found, moving = [], []

    def seen():
        return [runs(screen.buffer[y]) for y in range(ROWS)]

    for piece in pieces:
        lines = piece.split(b"\n")
        lines = [line + b"\n" for line in lines[:-1]] + lines[-1:]
        for at in range(0, len(lines), LINES):
            stream.feed(b"".join(lines[at:at + LINES]))
            rows = seen()
            if any(row and row[0][0].strip() in SPINNER for row in rows):
                moving.append(rows)
                continue
            found += some_of(moving)
            moving.clear()
            found.append(rows)
    found += [*some_of(moving), seen()]
    found = [rows for n, rows in enumerate(found) if n == 0 or rows != found[n - 1]]
    first = next(n for n, rows in enumerate(found) if sum(map(bool, rows)) >= FIRST)
    return found[first:]


def some_of(moving):
    """A few of the frames in which something moves, evenly."""
    some = []
    for word, most in MOST.items():
        frames = [rows for rows in moving if any(word in text for row in rows for text, _ in row)]
        step = max(1, len(frames) / most)
        some += [frames[int(n * step)] for n in range(min(most, len(frames)))]
    return some


def runs(row):
    """A row as pieces of one style: (text, class), without the blanks at its end."""
    pieces = []
    for x in range(COLUMNS):
        cell = row[x]
        style = " ".join(filter(None, [COLOURS.get(cell.fg, ""), "b" if cell.bold and cell.fg == "default" else ""]))
        if pieces and pieces[-1][1] == style:
            pieces[-1][0] += cell.data
        else:
            pieces.append([cell.data, style])
    while pieces and not pieces[-1][0].strip():
        pieces.pop()
    if pieces:
        pieces[-1][0] = pieces[-1][0].rstrip()
    return tuple((text, style) for text, style in pieces)


def spans(screens):
    """(row, first frame, frame after the last, content): a row is drawn once for as long as it stays."""
    for y in range(ROWS):
        first = 0
        for at in range(1, len(screens) + 1):
            if at == len(screens) or screens[at][y] != screens[first][y]:
                if screens[first][y]:
                    yield y, first, at, screens[first][y]
                first = at


def draw(screens, title):
    """The SVG: each row appears and goes by itself, and what the last frame has is there anyway."""
    count = len(screens)
    total = (count - 1) * FRAME + LAST
    percent = lambda frame: f"{100 * frame * FRAME / total:.2f}%"
    rules, contents, texts = {}, {}, []
    for y, first, end, row in spans(screens):
        name = f"s{first}-{end}"
        stays = end == count
        if (first, end) != (0, count):
            shown = "" if first == 0 else f"0%{{opacity:0}}"
            gone = "" if stays else f"{percent(end)}{{opacity:0}}"
            rules[name] = f"@keyframes {name}{{{shown}{percent(first)}{{opacity:1}}{gone}}}.{name}{{animation-name:{name}}}"
        width = sum(len(text) for text, _ in row) * CELL
        parts = "".join(f'<tspan class="{style}">{escape(text)}</tspan>' if style else escape(text) for text, style in row)
        # A row that scrolls by is written down once.
        key = contents.setdefault(f'x="{EDGE}" textLength="{width:.1f}">{parts}</text>', f"l{len(contents)}")
        texts.append(f'<use href="#{key}" y="{TITLE + EDGE + y * LINE + 8}" class="{"k" if stays else "h"} {name}"/>')
    width, height = COLUMNS * CELL + 2 * EDGE, ROWS * LINE + TITLE + 2 * EDGE
    moves = f".k,.h{{animation:{total:.1f}s step-end infinite}}.h{{opacity:0}}" + "".join(rules.values())
    still = "@media(prefers-reduced-motion:reduce){.k,.h{animation:none!important}}"
    lights = "".join(f'<circle cx="{20 + 18 * n}" cy="{TITLE / 2}" r="5" fill="{c}"/>' for n, c in enumerate(["#f07178", "#ebcb6b", "#8fce72"]))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title><style>{STYLE}{moves}{still}</style>"
        f'<rect width="100%" height="100%" rx="8" fill="#1c2230"/><rect width="100%" height="{TITLE}" rx="8" fill="#2a3142"/>{lights}'
        f'<text x="50%" y="{TITLE / 2 + 4}" text-anchor="middle" class="d">{escape(title)}</text>'
        + "<defs>" + "".join(f'<text id="{key}" {content}' for content, key in contents.items()) + "</defs>"
        + "".join(texts) + "</svg>\n"
    )


def main():
    picture, *words = sys.argv[1:]
    pytest_configure()
    binary = os.environ["DETECTIVE_FLEET_BIN"]
    started = time.monotonic()
    screens = frames(record(binary, words))
    svg = draw(screens, " ".join(["detective-fleet", *words]))
    Path(picture).write_text(svg, encoding="utf-8")
    seconds = time.monotonic() - started
    print(f"{picture}: {len(screens)} frames, {len(svg.encode()) / 1024:.0f} KiB, recorded in {seconds:.0f} s")


if __name__ == "__main__":
    main()
