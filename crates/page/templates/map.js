// The map. Only the rows that can be seen are in the page, so that 1,200 open as fast as 12.
const grid = byId("grid");
if (data.names.some(([name]) => name)) grid.classList.add("named");
const OVERSCAN = 8;
const view = { rows: [], columns: [], row: 0, column: 0, matches: () => true, drawn: new Map(), onPaper: false };
const body = element("div", { class: "body", role: "rowgroup" });

// Read once and not while scrolling, when each look at the layout would mean to lay out anew.
function measure() {
  view.rowHeight = parseFloat(getComputedStyle(grid).getPropertyValue("--row"));
  view.height = grid.clientHeight;
  view.whole = grid.scrollHeight;
}

function showMap(rows, columns, matches) {
  Object.assign(view, { rows, columns, matches });
  view.row = Math.min(view.row, Math.max(0, rows.length - 1));
  view.column = Math.min(view.column, Math.max(0, columns.length - 1));
  const listing = columns.length === 1;
  grid.classList.toggle("listing", listing);
  grid.classList.toggle("few", !listing && columns.length <= 12);
  grid.style.setProperty("--columns", columns.length);
  grid.setAttribute("aria-rowcount", rows.length + 1);
  grid.setAttribute("aria-colcount", columns.length + 1);
  body.style.height = `calc(var(--row) * ${rows.length})`;
  body.replaceChildren();
  view.drawn.clear();
  grid.replaceChildren(heading(columns, listing), body);
  grid.hidden = rows.length === 0;
  grid.scrollTop = 0;
  measure();
  draw();
  paintRail();
}

function heading(columns, listing) {
  const row = element("div", { class: "row head", role: "row", "aria-rowindex": 1 });
  row.append(element("div", { class: "corner", role: "columnheader", "aria-colindex": 1 }, say("Account")));
  columns.forEach((region, at) => {
    const { name, error } = data.regions[region];
    const label = element("div", { class: error ? "name lost" : "name", role: "columnheader", "aria-colindex": at + 2 });
    label.append(element("span", {}, name));
    row.append(label);
  });
  if (listing) row.append(element("div", { class: "why", "aria-hidden": "true" }, say("What is known")));
  return row;
}

// What is told of a membership where there is room for no more than a line.
function briefly(account, region) {
  const kind = kindOf(account, region);
  if (!kind) return say("nothing is known");
  const status = textOf(kind[STATUS]) ?? (data.kind === "run" ? say("no member") : null);
  return [markOf(kind).words, status, textOf(kind[REASON])].filter(Boolean).join(": ");
}

function cellOf(at, column) {
  const account = view.rows[at], region = view.columns[column];
  const kind = kindOf(account, region);
  const tone = kind ? markOf(kind).tone : "void";
  const dim = view.matches(account, region) ? "" : " dim";
  const brief = briefly(account, region);
  const which = say("{0} in {1}", labelOf(account), data.regions[region].name);
  const cell = element("div", {
    class: `cell fill-${tone}${dim}`,
    role: "gridcell",
    tabindex: at === view.row && column === view.column ? 0 : -1,
    title: `${which}\n${brief}`,
    "aria-label": `${which}: ${brief}`,
    "aria-colindex": column + 2,
    "data-column": column,
  });
  cell.append(kind ? markOf(kind).sign : "");
  return cell;
}

function rowOf(at) {
  const account = view.rows[at];
  const row = element("div", { class: "row", role: "row", "aria-rowindex": at + 2, "data-row": at });
  row.style.top = `calc(var(--row) * ${at})`;
  const [name] = data.names[account];
  const called = name ? [element("span", { class: "called" }, name)] : [];
  row.append(element("div", { class: "account", role: "rowheader", "aria-colindex": 1, title: labelOf(account) }, data.accounts[account], ...called));
  for (let column = 0; column < view.columns.length; column++) row.append(cellOf(at, column));
  if (view.columns.length === 1) {
    row.append(element("div", { class: "why", "aria-hidden": "true" }, ...told(briefly(account, view.columns[0]))));
  }
  return row;
}

// In the page as on the screen: a screen reader goes by the order of the elements.
function put(at) {
  if (view.drawn.has(at) || at >= view.rows.length) return;
  const row = rowOf(at);
  let next = null;
  for (let other = body.lastElementChild; other && Number(other.dataset.row) > at; other = other.previousElementSibling) {
    next = other;
  }
  body.insertBefore(row, next);
  view.drawn.set(at, row);
}

function draw() {
  const seen = Math.floor(grid.scrollTop / view.rowHeight), room = Math.ceil(view.height / view.rowHeight);
  const first = view.onPaper ? 0 : Math.max(0, seen - OVERSCAN);
  const last = view.onPaper ? view.rows.length : Math.min(view.rows.length, seen + room + OVERSCAN);
  for (const [at, row] of view.drawn) {
    // The row that has the focus stays, or the focus would be lost.
    if ((at < first || at >= last) && at !== view.row) {
      row.remove();
      view.drawn.delete(at);
    }
  }
  for (let at = first; at < last; at++) put(at);
  put(view.row);
  moveRail();
}

const cellAt = (row, column) => view.drawn.get(row)?.querySelector(`[data-column="${column}"]`);

function moveTo(row, column) {
  cellAt(view.row, view.column)?.setAttribute("tabindex", -1);
  view.row = Math.max(0, Math.min(row, view.rows.length - 1));
  view.column = Math.max(0, Math.min(column, view.columns.length - 1));
  put(view.row);
  const cell = cellAt(view.row, view.column);
  if (!cell) return;
  cell.setAttribute("tabindex", 0);
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  cell.focus({ preventScroll: true });
  draw();
}

const page = () => Math.max(1, Math.floor(view.height / view.rowHeight) - 5);
const MOVES = {
  ArrowUp: () => [view.row - 1, view.column],
  ArrowDown: () => [view.row + 1, view.column],
  ArrowLeft: () => [view.row, view.column - 1],
  ArrowRight: () => [view.row, view.column + 1],
  PageUp: () => [view.row - page(), view.column],
  PageDown: () => [view.row + page(), view.column],
  Home: (control) => [control ? 0 : view.row, 0],
  End: (control) => [control ? view.rows.length : view.row, view.columns.length],
};

let asked = false;
grid.addEventListener("scroll", () => {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    draw();
  });
});
addEventListener("resize", () => {
  measure();
  draw();
  paintRail();
});
// Paper does not scroll.
addEventListener("beforeprint", () => {
  view.onPaper = true;
  draw();
});
addEventListener("afterprint", () => {
  view.onPaper = false;
  draw();
});
