// The panel on the right, and the same as a sheet on a small screen: guide, inspector, faults, and there the clock too.

import { clock } from "./clock.js";
import { faults } from "./faults.js";
import { fill, h, icon } from "./dom.js";
import { guide } from "./guide.js";
import { inspector } from "./inspector.js";
import { on } from "./store.js";

const panel = document.getElementById("panel");
const wide = matchMedia("(min-width: 1180px)");
let back = null;
let select = () => {};

/** Opens the panel at this tab, where it is not open all the time. */
export function openPanel(tab, from = document.activeElement) {
  select(tab);
  if (wide.matches) return;
  back = from;
  document.body.classList.add("panel-open");
  for (const id of ["talk", "thread", "bar", "rail"]) document.getElementById(id).inert = true;
  panel.querySelector("[role=tab][aria-selected=true]").focus();
}

function closePanel() {
  if (!document.body.classList.contains("panel-open")) return;
  document.body.classList.remove("panel-open");
  for (const id of ["talk", "thread", "bar", "rail"]) document.getElementById(id).inert = false;
  if (back?.isConnected) back.focus();
}

/** Puts the panel together. */
export function startPanel() {
  const log = inspector();
  const pages = { Guide: guide({ faults: () => select("Faults") }), Inspector: log.node, Faults: faults(), Clock: clock({ long: true }) };
  const tabs = Object.keys(pages).map((name) => h("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `page-${name}`, class: `tab tab-${name}`, on: { click: () => select(name) } }, name));
  const bodies = Object.entries(pages).map(([name, page]) => h("div", { role: "tabpanel", id: `page-${name}`, "aria-labelledby": `tab-${name}`, class: "page", tabindex: "-1" }, page));
  select = (name) => {
    tabs.forEach((tab, index) => {
      const on = tab.textContent === name;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      bodies[index].hidden = !on;
    });
    log.show(name === "Inspector");
  };
  const list = h("div", { class: "tabs", role: "tablist", "aria-label": "Guide and tools" }, tabs);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const seen = tabs.filter((tab) => tab.offsetParent);
    const next = seen[(seen.indexOf(document.activeElement) + step + seen.length) % seen.length];
    select(next.textContent);
    next.focus();
  });
  const close = h("button", { type: "button", class: "btn round plain panel-close", "aria-label": "Close", on: { click: closePanel } }, icon("close"));
  fill(panel, h("div", { class: "panel-head" }, list, close), bodies);
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") closePanel(); });
  wide.addEventListener("change", () => { closePanel(); if (wide.matches && panel.querySelector("#tab-Clock[aria-selected=true]")) select("Guide"); });
  on("become", closePanel); // to see what that person sees
  select("Guide");
}
