// What there is to know of one membership.
const details = byId("details");
const open = { account: -1, region: -1 };

const clock = (tenths) => {
  const seconds = tenths / 10;
  if (seconds < 60) return say("{0} s", seconds.toFixed(1));
  return say("{0} min {1} s", Math.floor(seconds / 60), Math.round(seconds % 60));
};

// Deeds with their times, in order, and what it was like before and is now.
function history(account, region) {
  const kind = kindOf(account, region);
  const list = element("ol", { class: "history" });
  const step = (when, what) => list.append(element("li", {}, element("span", { class: "when" }, when), what));
  step(say("before"), textOf(kind[BEFORE]) ?? say("no member"));
  const [, ...done] = data.done[region].find(([who]) => who === account) ?? [];
  for (let at = 0; at < done.length; at += 2) {
    const when = new Date(data.began * 1000 + 100 * done[at + 1]);
    step(say("after {0}, at {1}", clock(done[at + 1]), inBoth(when)), DEEDS[done[at]]);
  }
  step(say("at the end"), textOf(kind[STATUS]) ?? say("no member"));
  return list;
}

// The same account in all Regions, as a strip of the map.
function elsewhere(account, region) {
  const strip = element("div", { class: "strip" });
  data.regions.forEach(({ name }, at) => {
    const kind = kindOf(account, at);
    const tone = kind ? markOf(kind).tone : "void";
    const brief = `${name}: ${kind ? markOf(kind).words : say("nothing is known")}`;
    const cell = element("button", { type: "button", class: `cell fill-${tone}`, title: brief, "aria-label": brief });
    if (at === region) cell.setAttribute("aria-current", "true");
    cell.append(kind ? markOf(kind).sign : "");
    cell.addEventListener("click", () => tell(account, at));
    strip.append(cell);
  });
  return element("div", {}, element("h4", {}, say("This account in every Region")), strip);
}

function alike(account, region) {
  const cause = causeOf(account, region);
  if (cause === null) return "";
  const button = element("button", { type: "button", class: "link" }, say("Show all with this reason"));
  button.addEventListener("click", () => showAlike(account, region));
  return element("p", {}, button);
}

function fact(name, value) {
  return value ? [element("dt", {}, name), element("dd", {}, value)] : [];
}

// Since when it is as it is, in the reader's time with UTC beside it.
function since(account, region) {
  const [, invited, updated] = data.since[region].find(([who]) => who === account) ?? [];
  if (updated === undefined) return [];
  const moment = (minutes) => inBoth(new Date((data.began - 60 * minutes) * 1000));
  return [...fact(say("Invited"), moment(invited)), ...fact(say("Last change"), moment(updated))];
}

function tell(account, region, focus = false) {
  Object.assign(open, { account, region });
  const kind = kindOf(account, region);
  const { name, graph, error } = data.regions[region];
  const close = element("button", { type: "button", class: "close", "aria-label": say("Close") }, "×");
  close.addEventListener("click", closeDetails);
  const title = element("h3", { tabindex: -1 }, element("span", { class: "ids" }, labelOf(account)), `${say(" in ")}${name}`);
  const parts = [close, title];
  if (kind) {
    const { tone, sign, words } = markOf(kind);
    const sample = element("span", { class: `cell fill-${tone}`, "aria-hidden": "true" }, sign);
    parts.push(element("p", { class: "outcome" }, sample, ` ${words}`));
    const reason = textOf(kind[REASON]);
    if (reason) parts.push(element("p", { class: "reason", dir: "auto" }, ...told(reason)), alike(account, region));
    if (data.kind === "run") parts.push(element("h4", {}, say("History")), history(account, region));
    else parts.push(element("dl", {}, ...fact(say("Status"), textOf(kind[STATUS]) ?? say("no member")), ...since(account, region)));
  } else {
    parts.push(element("p", {}, say("The report says nothing of this account in this Region.")));
  }
  if (error) parts.push(element("h4", {}, say("The Region")), element("p", { class: "reason", dir: "auto" }, ...told(error)));
  const [, owner] = data.names[account];
  parts.push(elsewhere(account, region), element("dl", {}, ...fact(say("Owner"), owner), ...fact(say("Behavior graph"), graph)));
  details.replaceChildren(...parts.filter(Boolean));
  details.hidden = false;
  details.scrollTop = 0;
  if (focus) title.focus({ preventScroll: true });
}

function closeDetails() {
  if (details.hidden) return;
  const inside = details.contains(document.activeElement);
  details.hidden = true;
  if (inside) moveTo(view.row, view.column);
}

grid.addEventListener("keydown", (event) => {
  const control = event.ctrlKey || event.metaKey;
  if (event.key === "Enter" || event.key === " ") {
    tell(view.rows[view.row], view.columns[view.column], true);
  } else if (MOVES[event.key] && !event.altKey) {
    moveTo(...MOVES[event.key](control));
    if (!details.hidden) tell(view.rows[view.row], view.columns[view.column]);
  } else {
    return;
  }
  event.preventDefault();
});

grid.addEventListener("click", (event) => {
  const cell = event.target.closest("[role=gridcell]");
  const row = event.target.closest(".row[data-row]");
  if (!row) return;
  moveTo(Number(row.dataset.row), cell ? Number(cell.dataset.column) : view.column);
  if (cell || view.columns.length === 1) tell(view.rows[view.row], view.columns[view.column]);
});
