// Every element a person can press, choose or fill in. What is done goes out through `ctx`; what is set is kept there
// too, so that a message or a modal can be drawn again without anybody's words getting lost.

import { freshId, h, icon } from "./dom.js";
import { ask, openMenu } from "./menu.js";
import { multiSelect } from "./multiselect.js";
import { mrkdwn, plainText, textObject } from "./mrkdwn.js";
import { store } from "./store.js";
import { isSeveral, isTyped, keyOf, optionsOf } from "./values.js";

/** Asks what the element's confirm box asks; true at once where it has none. */
async function confirmed(element) {
  const box = element.confirm;
  if (!box) return true;
  return ask({ title: plainText(box.title), text: textObject(box.text), yes: plainText(box.confirm), no: plainText(box.deny), danger: box.style === "danger" });
}

/** Shows that something is on its way for as long as it is. */
async function busy(node, doing) {
  node.setAttribute("aria-busy", "true");
  try {
    return await doing;
  } finally {
    node.removeAttribute("aria-busy");
  }
}

function button(block, element, ctx) {
  const press = async () => {
    if (node.getAttribute("aria-busy") || !(await confirmed(element))) return;
    if (/^https?:/i.test(element.url ?? "")) window.open(element.url, "_blank", "noopener,noreferrer");
    await busy(node, ctx.press(block, element));
  };
  const label = element.accessibility_label ?? null;
  const node = h("button", { type: "button", class: `btn ${element.style ?? ""}`.trim(), "aria-label": label, on: { click: press } }, h("span", { dir: "auto" }, plainText(element.text)));
  return node;
}

function overflow(block, element, ctx) {
  const node = h("button", { type: "button", class: "btn round", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": "More choices" }, icon("more"));
  const choose = async (option) => {
    if (await confirmed(element)) await busy(node, ctx.pick(block, element, [option.value]));
  };
  node.addEventListener("click", () => openMenu(node, (element.options ?? []).map((option) => ({ label: plainText(option.text), act: () => choose(option) })), { label: "More choices" }));
  return node;
}

/** Sets a value: kept here, and told at once where Slack would tell it. */
async function set(block, element, ctx, value, node) {
  const before = ctx.get(block, element);
  ctx.set(block, element, value);
  if (ctx.waits(block)) return;
  if (!(await confirmed(element))) {
    ctx.set(block, element, before);
    ctx.redraw?.();
    return;
  }
  await busy(node, ctx.pick(block, element, [value].flat()));
}

// What Slack calls kinds of conversation in a menu's filter.
const FILTERED = { channel: "public", group: "private", im: "im" };

const NAMED = {
  users: () => store.snapshot.people.map((one) => [one.id, one.real_name]),
  channels: () => store.snapshot.channels.filter((one) => one.kind !== "im").map((one) => [one.id, `#${one.name}`]),
  conversations: (filter) => store.snapshot.channels.filter((one) => filter?.include?.includes(FILTERED[one.kind]) ?? true).map((one) => [one.id, one.kind === "im" ? one.name : `#${one.name}`]),
};

function select(block, element, ctx, name) {
  const kind = /^(users|channels|conversations)_/.exec(element.type)?.[1];
  const option = (value, text) => h("option", { value }, text);
  const from = (list) => (list ?? []).map((one) => option(one.value, plainText(one.text)));
  const listed = kind ? NAMED[kind](element.filter).map(([value, text]) => option(value, text))
    : element.option_groups ? element.option_groups.map((group) => h("optgroup", { label: plainText(group.label) }, from(group.options)))
    : from(element.options);
  const empty = h("option", { value: "" }, plainText(element.placeholder) || "Choose one");
  const node = h("select", { ...name, on: { change: () => set(block, element, ctx, node.value, node) } }, empty, listed);
  node.value = ctx.get(block, element);
  if (node.selectedIndex < 0) node.value = "";
  return h("span", { class: "select" }, node, icon("down"));
}

function choices(block, element, ctx, name) {
  const several = isSeveral(element);
  const group = freshId("choice");
  const set_ = ctx.get(block, element);
  const chosen = new Set([set_].flat());
  const node = h("fieldset", { class: "choices", ...name });
  for (const option of optionsOf(element)) {
    const input = h("input", { type: several ? "checkbox" : "radio", name: group, value: option.value, checked: chosen.has(option.value) });
    input.addEventListener("change", () => {
      const ticked = [...node.querySelectorAll("input:checked")].map((one) => one.value);
      set(block, element, ctx, several ? ticked : ticked[0], node);
    });
    const text = (thing) => (thing?.type === "mrkdwn" ? mrkdwn(thing.text) : plainText(thing));
    node.append(h("label", { class: "choice", "data-key": `${keyOf(block, element)}/${option.value}` }, input,
      h("span", { class: "choice-text", dir: "auto" }, text(option.text), option.description && h("span", { class: "choice-more" }, text(option.description)))));
  }
  return node;
}

const TYPES = { email_text_input: "email", url_text_input: "url", number_input: "number", datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };

function field(block, element, ctx, name) {
  const long = element.multiline;
  const node = h(long ? "textarea" : "input", {
    ...name, class: "field", type: long ? null : TYPES[element.type] ?? "text", rows: long ? 4 : null, dir: "auto", autocomplete: "off",
    maxlength: element.max_length ?? null, placeholder: plainText(element.placeholder) || null, value: ctx.get(block, element),
    "aria-required": block.type === "input" && !block.optional ? "true" : null,
  });
  const most = element.max_length;
  const count = most && h("span", { class: "count", "aria-hidden": "true" });
  const least = element.min_length;
  const show = () => {
    if (count) count.textContent = least && node.value.length < least ? `${node.value.length} of at least ${least}` : `${node.value.length} of ${most}`;
    if (long) { node.style.height = "auto"; node.style.height = `${Math.min(Math.max(node.scrollHeight + 2, 104), 400)}px`; }
  };
  node.addEventListener("input", () => { ctx.set(block, element, node.value); show(); });
  // A message's fields are told when they are left; a modal's go out when it is sent.
  node.addEventListener("change", () => (isTyped(element) ? ctx.type(block, element, node.value) : set(block, element, ctx, node.value, node)));
  requestAnimationFrame(show);
  return count ? h("span", { class: "counted" }, node, count) : node;
}

/** The element as something to touch. `label` names it where no visible label does; `id` is what a visible one points at. */
export function control(block, element, ctx, { label, id, describedBy } = {}) {
  const name = { id, "aria-label": id ? null : label || plainText(element.placeholder) || "Choice", "aria-describedby": describedBy ?? null };
  const make = () => {
    if (element.type === "button") return button(block, element, ctx);
    if (element.type === "overflow") return overflow(block, element, ctx);
    if (element.type.startsWith("multi_")) return multiSelect(block, element, named(element), ctx, name, (value, node) => set(block, element, ctx, value, node));
    if (element.type.endsWith("_select")) return select(block, element, ctx, name);
    if (element.type === "radio_buttons" || element.type === "checkboxes") return choices(block, element, ctx, name);
    return field(block, element, ctx, name);
  };
  const node = make();
  node.dataset.key = keyOf(block, element);
  if (describedBy && node.matches("button")) node.setAttribute("aria-describedby", describedBy);
  return node;
}

/** The groups of a menu for several: as the app gave them, or people and channels by name. */
function named(element) {
  const kind = /^multi_(users|channels|conversations)_/.exec(element.type)?.[1];
  if (kind) return [{ label: null, options: NAMED[kind](element.filter).map(([value, text]) => ({ value, text })) }];
  const flat = (options) => (options ?? []).map((one) => ({ value: one.value, text: plainText(one.text) }));
  if (element.option_groups) return element.option_groups.map((group) => ({ label: plainText(group.label), options: flat(group.options) }));
  return [{ label: null, options: flat(element.options) }];
}
