// What the page knows: the block of JSON (crates/page/src/grid.rs writes it). And its words: the script says
// them in English, and the block has them in the language of the page (crates/page/src/words/script.rs).
const data = JSON.parse(document.getElementById("data").textContent);
const say = (english, ...values) => {
  const words = data.words?.[english] ?? english;
  return words.replace(/{(\d)}/g, (_, place) => values[place]);
};
const counted = (n, thing) => {
  const number = n.toLocaleString("en");
  return data.words ? say(`{0} ${thing}`, number) : `${number} ${thing}${n === 1 ? "" : "s"}`;
};

