// The workspace's time, moved on by hand, and what that set off.

import { announce } from "./announce.js";
import { moveClock } from "./api.js";
import { fill, h } from "./dom.js";
import { on, store, tell } from "./store.js";

const MOVES = [["friday", "Fri 10:00", "To Friday, 10:00"], ["week", "+7d", "One week on"], ["fortnight", "+14d", "14 days on"], ["now", "Now", "Back to now"]];
let moving = false;
let setOff = null; // the last answer, shown wherever the clock is

async function move(how) {
  if (moving) return;
  moving = true;
  tell("clock");
  const answer = await moveClock(how);
  moving = false;
  setOff = answer.ok ? (answer.set_off?.length ? answer.set_off : ["Nothing happened."]) : [answer.error];
  announce(setOff.join(" "));
  tell("clock");
}

/** A clock; there are two of them, in the rail and in the sheet of a small screen. `long` spells its buttons out. */
export function clock({ long = false } = {}) {
  const time = h("p", { class: "clock-time" });
  const row = h("div", { class: "row" }, MOVES.map(([how, short, whole]) => h("button", { type: "button", class: "btn", "aria-label": long ? null : `${short}, ${whole}`, title: long ? null : whole, on: { click: () => move(how) } }, long ? whole : short)));
  const list = h("ul", { class: "set-off", role: "list" });
  const show = () => {
    time.textContent = store.snapshot?.clock.shown ?? "";
    for (const button of row.children) button.toggleAttribute("aria-busy", moving);
    const words = moving ? ["Time moves on …"] : setOff ?? [];
    fill(list, words.map((one) => h("li", { dir: "auto" }, one)));
    list.hidden = !words.length;
  };
  on("clock", show);
  on("state", show);
  show();
  return h("section", { class: "clock", "aria-label": "The workspace's clock" }, time, row, list);
}
