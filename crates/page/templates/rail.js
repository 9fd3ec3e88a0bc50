// All rows at once, beside those that can be seen: what is far down is found, and gone to. For the eye
// only: whoever uses the keyboard or a screen reader has the map itself, and the filters.
const rail = byId("rail"), canvas = rail.firstElementChild, seenPart = rail.lastElementChild;
const STRIPE = 3;

// The worst membership of some rows in a column: what is rare must not vanish between the pixels.
function worst(column, from, to) {
  let found = null;
  for (let at = from; at < to; at++) {
    const account = view.rows[at], region = view.columns[column];
    const kind = kindOf(account, region);
    if (!kind) continue;
    const matches = view.matches(account, region);
    if (!found || matches > found.matches || (matches === found.matches && kind[MARK] < found.mark)) {
      found = { mark: kind[MARK], matches };
    }
  }
  return found;
}

function paintRail() {
  const height = view.height, rows = view.rows.length;
  rail.hidden = view.columns.length === 1 || view.whole < 3 * height;
  if (rail.hidden) return;
  canvas.width = view.columns.length * STRIPE;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(rail);
  const colours = data.marks.map(({ tone }) => style.getPropertyValue(`--${tone}`));
  for (let y = 0; y < height; y++) {
    const from = Math.floor((y * rows) / height), to = Math.max(from + 1, Math.floor(((y + 1) * rows) / height));
    for (let column = 0; column < view.columns.length; column++) {
      const found = worst(column, from, to);
      if (!found) continue;
      pen.globalAlpha = found.matches ? 1 : 0.22;
      pen.fillStyle = colours[found.mark];
      pen.fillRect(column * STRIPE, y, STRIPE, 1);
    }
  }
  moveRail();
}

function moveRail() {
  const share = view.height / view.whole;
  seenPart.style.top = `${grid.scrollTop * share}px`;
  seenPart.style.height = `${view.height * share}px`;
}

function follow(event) {
  const { top, height } = rail.getBoundingClientRect();
  grid.scrollTop = ((event.clientY - top) / height) * view.whole - view.height / 2;
}

rail.addEventListener("pointerdown", (event) => {
  rail.setPointerCapture(event.pointerId);
  follow(event);
});
rail.addEventListener("pointermove", (event) => {
  if (event.buttons > 0) follow(event);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paintRail);
