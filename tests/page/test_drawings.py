"""The drawings of the documentation: what is written in a box stays clear of its edge, and of every other box."""

import pytest

from support import ROOT

DRAWINGS = [ROOT / "docs" / name for name in ("permissions.svg", "data-flow.svg")]
# In units of the drawing.
CLEAR = 4
TEXTS_AND_BOXES = """() => {
    const box = (it) => { const { x, y, width, height } = it.getBBox(); return { x, y, width, height, text: it.textContent } };
    return [[...document.querySelectorAll("text")].map(box), [...document.querySelectorAll("rect")].map(box)];
}"""


@pytest.mark.parametrize("path", [path for path in DRAWINGS if path.exists()], ids=lambda path: path.name)
def test_no_text_touches_a_box(browser, path):
    opened = browser.open(path)
    texts, boxes = opened.page.evaluate(TEXTS_AND_BOXES)
    opened.close()
    assert texts and boxes
    touching = {text["text"] for text in texts for box in boxes if not is_clear(text, box)}
    assert not touching


def is_clear(text, box):
    """Well inside, or well outside."""
    left, right = text["x"] - box["x"], box["x"] + box["width"] - text["x"] - text["width"]
    above, below = text["y"] - box["y"], box["y"] + box["height"] - text["y"] - text["height"]
    inside = min(left, right) >= CLEAR and min(above, below) >= 0
    outside = max(-text["width"] - left, -text["width"] - right) >= CLEAR or max(-text["height"] - above, -text["height"] - below) >= 0
    return inside or outside
