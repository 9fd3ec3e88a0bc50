// What the page knows: the block of JSON, and how to read it. crates/page/src/grid.rs writes it.
if (!document.getElementById("grid")) return; // A document without memberships has no map.
const data = JSON.parse(document.getElementById("data").textContent);
const DEEDS = ["removed", "invited", "accepted", "asked AWS to enable it"];
const MARK = 0, STATUS = 1, BEFORE = 2, REASON = 3;

const byId = (id) => document.getElementById(id);
const textOf = (number) => (number < 0 ? null : data.texts[number]);
// As people read it: payments (111122223333).
const labelOf = (account) => {
  const [name] = data.names[account];
  return name ? `${name} (${data.accounts[account]})` : data.accounts[account];
};
// Undefined where the document says nothing of an account in a Region.
const kindOf = (account, region) => data.kinds[data.cells[region][account]];
const markOf = (kind) => data.marks[kind[MARK]];

// The reason as it reads for every account and Region, so that what is alike can be found.
function generalReason(account, region) {
  const kind = kindOf(account, region);
  const reason = kind && textOf(kind[REASON]);
  if (!reason) return null;
  const name = data.regions[region].name;
  const general = reason.replaceAll(data.accounts[account], "ACCOUNT").replaceAll(name, "REGION");
  return kind[MARK] + general;
}

// Text goes in as text only: nothing in the data can become markup.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") made.className = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const counted = (n, thing) => `${n.toLocaleString("en")} ${thing}${n === 1 ? "" : "s"}`;
