// Times as people read them. A message's ts is the workspace's time, in seconds since 1970.

const ZONE = "Europe/London";
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "numeric", minute: "2-digit", hour12: true });
const weekday = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, weekday: "long", day: "numeric", month: "long" });
const key = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE });
const exact = new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", second: "2-digit" });

const dateOf = (ts) => new Date(Number(ts) * 1000);
export const timeOf = (ts) => clock.format(dateOf(ts)).replace(/\s/g, "").toLowerCase();
export const dayOf = (ts) => weekday.format(dateOf(ts)).replace(",", "");
export const dayKey = (ts) => key.format(dateOf(ts));
export const secondsOf = (at) => exact.format(new Date(at));

/** Compares two timestamps without losing their last digits. */
export const byTs = (a, b) => {
  const [one, two] = [a.split("."), b.split(".")];
  return Number(one[0]) - Number(two[0]) || Number(one[1] ?? 0) - Number(two[1] ?? 0);
};
