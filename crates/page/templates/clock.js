// Points in time by the reader's clock, with UTC beside it.
const inBoth = (at) => {
  const local = at.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium" });
  const zone = new Intl.DateTimeFormat(document.documentElement.lang, { timeZoneName: "short" }).formatToParts(at);
  const name = zone.find(({ type }) => type === "timeZoneName").value;
  const utc = `${at.toISOString().slice(0, 19)}Z`;
  return at.getTimezoneOffset() === 0 ? `${local} UTC` : `${local} ${name} (${utc})`;
};
for (const time of document.querySelectorAll("time")) time.textContent = inBoth(new Date(time.dateTime));
