// How to read the block of JSON.
if (!document.getElementById("grid")) return; // A document without memberships has no map.
const DEEDS = [say("removed"), say("invited"), say("accepted"), say("asked AWS to enable it")];
const MARK = 0, STATUS = 1, BEFORE = 2, REASON = 3, CAUSE = 4;

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

// What memberships with the same cause have in common; null where there is nothing to say of one.
function causeOf(account, region) {
  const kind = kindOf(account, region);
  return kind && kind[CAUSE] >= 0 ? `${kind[MARK]} ${kind[CAUSE]}` : null;
}

// A text, with what stands between two backticks as code.
const told = (text) => text.split(/`([^`]+)`/).map((part, n) => (n % 2 ? element("code", {}, part) : part));

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
