// The rail: who one is, where one can go, and what time it is. On a small screen it covers everything until one has chosen.

import { clock } from "./clock.js";
import { fill, h, icon, keepingFocus } from "./dom.js";
import { personButton } from "./people.js";
import { channel, go, on, store } from "./store.js";

const rail = document.getElementById("rail");
const bar = document.getElementById("bar");
const top = h("div", { class: "rail-top" });
const list = h("ul", { class: "places", role: "list" });
const bot = h("p", { class: "bot-line" });
const opener = h("button", { type: "button", class: "btn round plain", "aria-label": "Open the list of conversations", "aria-expanded": "false", "aria-controls": "rail", on: { click: () => toggle(true) } }, icon("menu"));
const here = h("span", { class: "bar-title" });
const person = h("span", {});

function toggle(open) {
  document.body.classList.toggle("rail-open", open);
  opener.setAttribute("aria-expanded", String(open));
  for (const id of ["talk", "thread", "panel", "bar"]) document.getElementById(id).inert = open;
  if (open) list.querySelector("button").focus();
  else if (rail.contains(document.activeElement)) opener.focus();
}

function place(id, words, mark, unread) {
  const current = store.place === id;
  const news = unread && !current;
  return h("li", {}, h("button", { type: "button", class: news ? "place news" : "place", "data-key": `place-${id}`, "aria-current": current ? "page" : null, on: { click: () => { toggle(false); go(id); } } },
    h("span", { class: "mark", "aria-hidden": "true" }, mark), h("span", { class: "place-name", dir: "auto" }, words), news ? h("span", { class: "unread" }, unread, h("span", { class: "unseen" }, " new")) : null));
}

function show() {
  const { snapshot } = store;
  if (!snapshot) return;
  keepingFocus(rail, () => {
    fill(top, h("div", { class: "brand" }, h("span", { class: "brand-name" }, "Rehearsal"), h("span", { class: "brand-team", dir: "auto" }, snapshot.team)), personButton());
    const rows = snapshot.channels.map((one) => place(one.id, one.name, one.kind === "im" ? icon("talk") : one.kind === "group" ? icon("lock") : "#", one.unread));
    fill(list, rows, place("home", "App Home", icon("home"), 0));
    fill(bot, h("span", { class: `dot ${snapshot.bot.state}`, "aria-hidden": "true" }), `Bot: ${snapshot.bot.line || snapshot.bot.state}`);
  });
  const at = store.place === "home" ? "App Home" : channel(store.place)?.name ?? "Rehearsal";
  here.textContent = channel(store.place)?.kind === "channel" || channel(store.place)?.kind === "group" ? `# ${at}` : at;
  keepingFocus(bar, () => fill(person, personButton({ short: true })));
}

/** Puts the rail together; it follows the snapshot from then on. */
export function startRail() {
  const away = h("button", { type: "button", class: "btn round plain rail-close", "aria-label": "Close the list", on: { click: () => toggle(false) } }, icon("close"));
  fill(rail, away, top, list, h("div", { class: "rail-foot" }, bot, clock()));
  fill(bar, opener, here, person);
  rail.addEventListener("keydown", (event) => { if (event.key === "Escape" && document.body.classList.contains("rail-open")) toggle(false); });
  on("state", show);
  on("place", show);
  on("become", () => toggle(false));
  show();
}
