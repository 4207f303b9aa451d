// Whose eyes one looks through, and becoming somebody else.

import { h, icon, initials } from "./dom.js";
import { openMenu } from "./menu.js";
import { first, me, store, tell } from "./store.js";

/** Looks through this person's eyes from now on. */
export function become(name) {
  if (name !== store.as) tell("become", name);
}

const total = (person) => Object.values(person.unread ?? {}).reduce((sum, count) => sum + count, 0);

function choose(button) {
  const items = store.snapshot.people.map((one) => {
    const news = total(one);
    return { label: one.real_name, detail: news ? `${one.role} · ${news} new` : one.role, checked: one.name === store.as, act: () => become(one.name) };
  });
  openMenu(button, items, { label: "Become somebody else" });
}

/** The button that says who one is; `short` for the bar of a small screen. */
export function personButton({ short = false } = {}) {
  const { real_name: name, role } = me();
  const words = short ? [first(name)] : [h("span", { class: "you" }, `You are ${first(name)}`), h("span", { class: "you-role" }, role)];
  const node = h("button", { type: "button", class: "person", "data-key": short ? "person-short" : "person", "aria-haspopup": "menu", "aria-expanded": "false", on: { click: () => choose(node) } },
    h("span", { class: `face ${role}`, "aria-hidden": "true" }, initials(name)), h("span", { class: "person-words" }, words), icon("down"), h("span", { class: "unseen" }, short ? `, ${role}. Become somebody else` : ". Become somebody else"));
  return node;
}
