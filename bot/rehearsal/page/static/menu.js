// Things that open above the page: a menu of choices at a button, and the box that asks before a press counts.

import { fill, freshId, h } from "./dom.js";

let close = () => {};

/** Opens a menu of `items` ({label, detail, act, checked, danger}) at a button; arrows move, Escape goes back. */
export function openMenu(button, items, { label }) {
  close();
  const menu = h("div", { class: "menu", role: "menu", popover: "auto", "aria-label": label });
  const radio = items.some((item) => item.checked !== undefined);
  const rows = items.map((item) => h("button", {
    type: "button", role: radio ? "menuitemradio" : "menuitem", tabindex: "-1", class: item.danger ? "item danger" : "item",
    "aria-checked": radio ? String(Boolean(item.checked)) : null,
    on: { click: () => { shut(true); item.act(); } },
  }, h("span", { class: "item-label", dir: "auto" }, item.label), item.detail && h("span", { class: "item-detail" }, item.detail)));
  fill(menu, rows);
  // A modal holds everything outside it still, so the menu of a control in it belongs inside it.
  (button.closest("dialog") ?? document.body).append(menu);
  menu.addEventListener("keydown", (event) => {
    const at = rows.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === "Tab") shut(false);
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); shut(true); }
    if (to === undefined) return;
    event.preventDefault();
    rows[(to + rows.length) % rows.length].focus();
  });
  menu.addEventListener("toggle", (event) => { if (event.newState === "closed") shut(false); });
  const shut = (back) => {
    close = () => {};
    button.setAttribute("aria-expanded", "false");
    menu.remove();
    if (back && button.isConnected) button.focus();
  };
  close = () => shut(false);
  menu.showPopover();
  button.setAttribute("aria-expanded", "true");
  place(menu, button);
  (rows.find((row) => row.getAttribute("aria-checked") === "true") ?? rows[0])?.focus();
}

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: wide, offsetHeight: high } = menu;
  const below = at.bottom + 4 + high <= innerHeight || at.top < high;
  menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - wide - 8))}px`;
  menu.style.top = `${Math.max(8, below ? Math.min(at.bottom + 4, innerHeight - high - 8) : at.top - high - 4)}px`;
}

/** Asks a question with two buttons; true for the first. `texts`: title, text (nodes or words), yes, no, danger. */
export function ask({ title, text, yes, no, danger }) {
  return new Promise((answered) => {
    const back = document.activeElement;
    const name = freshId("ask");
    const about = freshId("ask");
    const finish = (value) => {
      box.close();
      box.remove();
      if (back?.isConnected) back.focus({ preventScroll: true });
      answered(value);
    };
    const box = h("dialog", { class: "ask", role: "alertdialog", "aria-labelledby": name, "aria-describedby": about,
      on: { cancel: (event) => { event.preventDefault(); finish(false); } } },
    h("h2", { id: name }, title), h("div", { id: about, class: "ask-text" }, text),
    h("div", { class: "row end" },
      h("button", { type: "button", class: "btn", on: { click: () => finish(false) } }, no),
      h("button", { type: "button", class: danger ? "btn danger" : "btn primary", on: { click: () => finish(true) } }, yes)));
    document.body.append(box);
    box.showModal();
    box.querySelector(".row .btn:last-child").focus();
  });
}
