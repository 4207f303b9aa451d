// What can be made to go wrong between Slack and the bot, one button each, with what to expect and how often it happened.

import { moveBot, setFault } from "./api.js";
import { fill, h, keepingFocus } from "./dom.js";
import { on, store } from "./store.js";

/** The faults and the two hands on the bot itself. */
export function faults() {
  const list = h("ul", { class: "faults", role: "list" });
  const trouble = h("p", { class: "error", role: "alert", hidden: true });
  const bot = h("div", { class: "fault-bot" });
  const clear = h("button", { type: "button", class: "btn", on: { click: () => send(() => setFault({ clear: true })) } }, "Clear");
  const node = h("section", { class: "fault-page" }, h("h2", { class: "guide-title" }, "Try to make it lose something"), h("p", { class: "small" }, "Arm one, then go on talking to the bot. Nothing you have written should get lost or come twice."), bot, trouble, list, h("div", { class: "row" }, clear, h("span", { class: "small" }, "disarms everything; what has fired stays counted.")));

  async function send(what) {
    const answer = await what();
    trouble.hidden = answer.ok !== false;
    trouble.textContent = answer.ok === false ? answer.error : "";
  }

  const row = (fault) => {
    const on_ = fault.armed > 0;
    const counts = [on_ && h("span", { class: "armed" }, fault.is_switch ? "On" : fault.armed > 1 ? `Armed ${fault.armed} times` : "Armed"), fault.fired > 0 && h("span", { class: "fired" }, `fired ${fault.fired}×`)];
    // A switch goes on and off; whatever else is armed again happens once more.
    const body = fault.is_switch ? { name: fault.name, on: !on_ } : { name: fault.name };
    return h("li", { class: on_ ? "fault on" : "fault" },
      h("button", { type: "button", class: "btn", "data-key": fault.name, "aria-pressed": fault.is_switch ? String(on_) : null, on: { click: () => send(() => setFault(body)) } }, fault.label ?? fault.name),
      h("span", { class: "fault-counts", role: "status" }, counts), h("p", { class: "small" }, fault.description));
  };
  const show = () => {
    if (!store.snapshot) return;
    keepingFocus(node, () => {
      const down = store.snapshot.bot.state === "down";
      fill(bot, h("div", { class: "row" }, h("button", { type: "button", class: "btn danger", "data-key": "kill", disabled: down, on: { click: () => send(() => moveBot("kill")) } }, "Kill the bot"),
        h("button", { type: "button", class: "btn", "data-key": "restart", on: { click: () => send(() => moveBot("restart")) } }, "Start it again")), h("p", { class: "small" }, store.snapshot.bot.line));
      fill(list, store.snapshot.faults.map(row));
    }, () => clear.focus());
  };
  on("state", show);
  show();
  return node;
}
