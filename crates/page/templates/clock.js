// Points in time by the reader's clock, with UTC beside it.
const inBoth = (at) => {
  // In Japanese, `long` is the year, month and day with their signs.
  const dateStyle = document.documentElement.lang === "ja" ? "long" : "medium";
  const local = at.toLocaleString(document.documentElement.lang, { dateStyle, timeStyle: "medium" });
  const zone = new Intl.DateTimeFormat(document.documentElement.lang, { timeZoneName: "short" }).formatToParts(at);
  const name = zone.find(({ type }) => type === "timeZoneName").value;
  const utc = `${at.toISOString().slice(0, 19)}Z`;
  return at.getTimezoneOffset() === 0 ? `${local} UTC` : `${local} ${name} (${utc})`;
};
for (const time of document.querySelectorAll("time")) time.textContent = inBoth(new Date(time.dateTime));
