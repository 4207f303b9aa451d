// The inspector: every envelope, acknowledgement, call and answer as it passes, to filter, open and copy.

import { getLog } from "./api.js";
import { fill, h } from "./dom.js";
import { on } from "./store.js";
import { secondsOf } from "./when.js";

const MOST = 400;

/** The inspector; it reads the log only while it is looked at. */
export function inspector() {
  const rows = new Map(); // number -> its row
  let last = 0;
  let shown = false;
  let reading = false;
  let known = false; // whether all that has passed was read once
  const filter = h("input", { type: "search", class: "field", placeholder: "Filter: message, ack, chat.update …", "aria-label": "Filter what has passed", autocomplete: "off" });
  const list = h("ol", { class: "log", role: "list" });
  const empty = h("p", { class: "small" });
  const node = h("section", { class: "inspector" }, h("h2", { class: "unseen" }, "Inspector"), filter, h("p", { class: "small" }, "← to the bot, → from the bot. Newest first."), empty, list);

  const fits = (row) => filter.value.toLowerCase().split(/\s+/).every((word) => row.text.includes(word));
  const narrow = () => {
    let seen = 0;
    for (const row of rows.values()) {
      row.node.hidden = !fits(row);
      seen += row.node.hidden ? 0 : 1;
    }
    empty.hidden = seen > 0 || !known;
    empty.textContent = rows.size ? "Nothing that passed fits the filter." : "Nothing has passed yet. Say something to the bot.";
  };
  filter.addEventListener("input", narrow);
  narrow();

  async function read() {
    if (reading || !shown) return;
    reading = true;
    for (;;) {
      const answer = await getLog(last);
      const entries = Array.isArray(answer) ? answer : answer.entries ?? [];
      for (const entry of entries.slice(-MOST)) add(entry);
      if (entries.length) last = entries.at(-1).n;
      if (entries.length < 200) break;
    }
    for (const [number, row] of rows) {
      if (rows.size <= MOST) break;
      row.node.remove();
      rows.delete(number);
    }
    reading = false;
    known = true;
    narrow();
  }

  function add(entry) {
    if (rows.has(entry.n)) return;
    const arrow = entry.direction === "to bot" ? "←" : "→";
    const took = entry.took_ms === null || entry.took_ms === undefined ? "" : ` · ${entry.took_ms} ms`;
    const line = `${entry.kind} · ${entry.outcome}${took}`;
    const head = h("button", { type: "button", class: "log-head", "aria-expanded": "false", on: { click: () => toggle() } },
      h("time", {}, secondsOf(entry.at)), h("span", { class: "arrow", "aria-hidden": "true" }, arrow), h("span", { class: "unseen" }, entry.direction === "to bot" ? "to the bot: " : "from the bot: "), h("span", { class: "log-line" }, line));
    const row = h("li", { class: /^(?:ok|sent|called|acknowledged|acked|ack)$/.test(entry.outcome) ? "" : "odd" }, head);
    let body = null;
    function toggle() {
      head.setAttribute("aria-expanded", String(!body));
      if (body) { body.remove(); body = null; return; }
      const json = JSON.stringify(entry.body ?? {}, null, 2);
      const copied = h("span", { class: "small", role: "status" });
      body = h("div", { class: "log-body" },
        h("div", { class: "row" }, h("button", { type: "button", class: "btn", on: { click: () => copy(JSON.stringify(entry, null, 2), copied) } }, "Copy JSON"), copied),
        h("pre", { tabindex: "0", "aria-label": "JSON", dir: "ltr" }, json));
      row.append(body);
    }
    rows.set(entry.n, { node: row, text: `${arrow} ${line} ${JSON.stringify(entry.body ?? "")}`.toLowerCase() });
    list.prepend(row);
  }

  let soon = null;
  on("log", () => { soon ??= setTimeout(() => { soon = null; read(); }, 200); });
  return { node, show(visible) { shown = visible; if (visible) read(); } };
}

async function copy(text, status) {
  try {
    await navigator.clipboard.writeText(text);
    fill(status, "Copied.");
  } catch {
    fill(status, "The browser did not allow it.");
  }
}
