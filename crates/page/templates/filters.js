// What is shown, and in which order.
const filter = { marks: new Set(), alike: null };
const search = byId("search"), regionChoice = byId("region"), order = byId("order");
const chips = [...document.querySelectorAll(".chip")];

const isFiltered = () => filter.marks.size > 0 || filter.alike !== null || search.value.trim() !== "";

// Whether a membership is asked for. `words` is in lower case.
function isAskedFor(account, region, words) {
  const kind = kindOf(account, region);
  if (filter.marks.size > 0 && !(kind && filter.marks.has(kind[MARK]))) return false;
  if (filter.alike !== null && causeOf(account, region) !== filter.alike) return false;
  if (words === "" || data.accounts[account].includes(words)) return true;
  if (data.names[account].some((name) => name.toLowerCase().includes(words))) return true;
  return Boolean(kind) && [STATUS, REASON].some((of) => textOf(kind[of])?.toLowerCase().includes(words));
}

// How many memberships an account has of each mark: what it is put in order by.
function tallies(columns) {
  return data.accounts.map((_, account) => {
    const tally = new Array(data.marks.length).fill(0);
    for (const region of columns) {
      const kind = kindOf(account, region);
      if (kind) tally[kind[MARK]] += 1;
    }
    return tally;
  });
}

function inOrder(accounts, columns) {
  if (order.value !== "worst") return accounts;
  const tally = tallies(columns);
  const compare = (one, other) => {
    for (let mark = 0; mark < data.marks.length; mark++) {
      const difference = tally[other][mark] - tally[one][mark];
      if (difference !== 0) return difference;
    }
    return one - other;
  };
  return accounts.sort(compare);
}

function apply() {
  const words = search.value.trim().toLowerCase();
  const chosen = Number(regionChoice.value);
  const columns = chosen < 0 ? data.regions.map((_, at) => at) : [chosen];
  const asked = data.accounts.map((_, account) => columns.map((region) => isAskedFor(account, region, words)));
  const place = new Map(columns.map((region, at) => [region, at]));
  const accounts = data.accounts.map((_, at) => at).filter((at) => asked[at].includes(true));
  const matching = asked.reduce((sum, row) => sum + row.filter(Boolean).length, 0);
  showMap(inOrder(accounts, columns), columns, (account, region) => asked[account][place.get(region)]);
  chips.forEach((chip) => chip.setAttribute("aria-pressed", filter.marks.has(Number(chip.dataset.mark))));
  const all = counted(data.accounts.length, "account"), memberships = counted(matching, "membership");
  const some = say("{0} of {1}, {2}", accounts.length.toLocaleString("en"), all, memberships);
  const found = accounts.length ? some : say("Nothing is like that.");
  const everything = say("{0} in {1}", all, counted(columns.length, "Region"));
  byId("found").textContent = isFiltered() || chosen >= 0 ? found : everything;
  byId("clear").hidden = !isFiltered() && chosen < 0;
}

function clearFilters() {
  filter.marks.clear();
  filter.alike = null;
  search.value = "";
  regionChoice.value = "-1";
  apply();
}

function showAlike(account, region) {
  clearFilters();
  filter.alike = causeOf(account, region);
  apply();
}

for (const chip of chips) {
  chip.addEventListener("click", () => {
    const mark = Number(chip.dataset.mark);
    if (!filter.marks.delete(mark)) filter.marks.add(mark);
    apply();
  });
}
for (const control of [search, regionChoice, order]) control.addEventListener("input", apply);
document.querySelector(".tools")?.addEventListener("submit", (event) => event.preventDefault());
byId("clear")?.addEventListener("click", clearFilters);

for (const button of document.querySelectorAll("button[data-account]")) {
  button.addEventListener("click", () => {
    const account = data.accounts.indexOf(button.dataset.account);
    const region = data.regions.findIndex(({ name }) => name === button.dataset.region);
    showAlike(account, region);
    byId("map").scrollIntoView();
    byId("map").focus({ preventScroll: true });
  });
}

addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeDetails();
  const typing = event.target instanceof Element && event.target.matches("input, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    search.focus();
    event.preventDefault();
  }
});

document.querySelectorAll(".needs-script").forEach((part) => (part.hidden = false));
apply();
