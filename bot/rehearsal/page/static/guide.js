// The guide: five steps, each ticked when it really happens, and what to click next.

import { announce } from "./announce.js";
import { playStep } from "./api.js";
import { fill, h, icon, keepingFocus } from "./dom.js";
import { become } from "./people.js";
import { first, on, person, store } from "./store.js";

const LENT = "Your program is the bot. Write to it as anybody here; the Inspector shows every message between the two, and Faults what can go wrong.";
const AFTER = "That was the whole product. Try to make it lose something: Faults.";
let playing = false;
let trouble = "";
let ticked = null;
let fresh = null; // the step that has just been ticked

const current = () => store.snapshot?.guide.steps.find((step) => !step.done);

async function play(step, show) {
  if (playing) return;
  playing = true;
  trouble = "";
  show();
  const answer = await playStep(step.id);
  playing = false;
  trouble = answer.ok ? "" : answer.error;
  show();
}

/** The whole guide. `faults` shows the faults. */
export function guide({ faults }) {
  const list = h("ol", { class: "steps" });
  const end = h("div", { class: "guide-end" });
  const title = h("h2", { class: "guide-title" }, "Five minutes, five steps");
  const lead = h("p", { class: "small" }, "Everyone here is made up, and the bot is the real one. Nothing leaves this computer.");
  const node = h("section", { class: "guide" }, title, lead, list, end);

  const row = (step, index, now) => {
    const state = step.done ? (fresh === step.id ? "done fresh" : "done") : step === now ? "now" : "later";
    const words = [h("span", { class: "unseen" }, step.done ? "Done: " : ""), h("span", { class: "step-title" }, `${index + 1}. ${step.title}`)];
    const other = step.as && step.as !== store.as && person(step.as);
    const busy = playing || store.snapshot.playing;
    const inside = step === now && h("div", { class: "step-now" }, h("p", {}, step.now),
      h("div", { class: "row" },
        other && h("button", { type: "button", class: "btn primary", "data-key": "become", on: { click: () => become(other.name) } }, `Become ${first(other.real_name)}`),
        h("button", { type: "button", class: "btn", "data-key": "do-step", "aria-busy": busy ? "true" : null, on: { click: () => !busy && play(step, show) } }, playing ? "Doing it …" : "Do this step for me")),
      trouble && h("p", { class: "error", role: "alert" }, trouble));
    return h("li", { class: `step ${state}`, "aria-current": step === now ? "step" : null }, h("span", { class: "tick", "aria-hidden": "true" }, step.done ? icon("check") : step === now ? icon("here") : null), h("div", { class: "step-body" }, words, inside));
  };

  const show = () => {
    const { guide: all } = store.snapshot ?? {};
    if (!all) return;
    if (store.snapshot.lent) {
      title.textContent = "A bot of your own";
      lead.textContent = LENT;
      return;
    }
    const now = current();
    const done = all.steps.filter((step) => step.done);
    fresh = ticked !== null && done.length > ticked ? done.at(-1).id : null;
    if (fresh) announce(now ? `Step done: ${done.at(-1).title}. Next: ${now.title}` : AFTER);
    ticked = done.length;
    keepingFocus(node, () => {
      fill(list, all.steps.map((step, index) => row(step, index, now)));
      fill(end, now ? null : [h("p", { class: "words" }, all.line || AFTER), h("button", { type: "button", class: "btn primary", "data-key": "to-faults", on: { click: faults } }, "Show the faults")]);
    }, () => node.querySelector(".step.now .btn, .guide-end .btn")?.focus());
  };
  on("state", show);
  show();
  return node;
}

/** The guide in one line, for a small screen. `open` shows the whole of it. */
export function guideLine({ open }) {
  const words = h("span", { class: "line-words" });
  const node = h("div", { class: "guide-line" }, words, h("button", { type: "button", class: "btn", on: { click: open } }, "Show"));
  const show = () => {
    const steps = store.snapshot?.guide.steps ?? [];
    const now = current();
    words.textContent = store.snapshot?.lent ? "A bot of your own" : now ? `Step ${steps.indexOf(now) + 1} of ${steps.length}: ${now.title}` : "All five steps done";
  };
  on("state", show);
  show();
  return node;
}
