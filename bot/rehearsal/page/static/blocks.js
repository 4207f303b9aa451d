// Block Kit as people see it. A block whose JSON has not changed keeps its node, and with it focus and what was typed.

import { fill, freshId, h } from "./dom.js";
import { control } from "./controls.js";
import { mrkdwn, plainText, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";

const drawn = new WeakMap();

/** The container shows exactly these blocks, keeping what it can of those it showed before. */
export function showBlocks(container, blocks, ctx) {
  const before = drawn.get(container) ?? [];
  const after = (blocks ?? []).map((block, index) => {
    const json = JSON.stringify(block);
    // An answer may add or take away a line above; a block is the same one wherever it stands.
    const kept = before[index]?.json === json ? before[index] : before.find((one) => one.json === json && !one.taken);
    if (kept && !kept.taken) {
      kept.taken = true;
      return kept;
    }
    return { json, node: draw(block, ctx), id: block.block_id };
  });
  for (const one of after) one.taken = false;
  for (const one of before) if (!after.includes(one)) one.node.remove();
  after.forEach((one, index) => {
    if (container.children[index] !== one.node) container.insertBefore(one.node, container.children[index] ?? null);
  });
  drawn.set(container, after);
}

/** Empties the container: what it showed belonged to something else, and comes back with no other context. */
export function forget(container) {
  drawn.delete(container);
  fill(container);
}

/** Draws everything anew, for when what was set has to be taken back. */
export function redraw(container, blocks, ctx) {
  forget(container);
  showBlocks(container, blocks, ctx);
}

/** Shows what is wrong beneath the fields it is about; returns the first of them, or null. */
export function showErrors(container, errors) {
  let first = null;
  for (const { node, id } of drawn.get(container) ?? []) {
    const place = node.querySelector(":scope > .error");
    if (!place) continue;
    const words = errors?.[id] ?? "";
    if (place.textContent !== words) place.textContent = words;
    place.hidden = !words;
    const field = node.querySelector("input:not([type=search]),textarea,select,button,fieldset");
    if (words) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
    node.classList.toggle("wrong", Boolean(words));
    if (words && !first) first = field?.matches("fieldset") ? field.querySelector("input") : field;
  }
  return first;
}

function draw(block, ctx) {
  const make = KINDS[block.type];
  const node = make ? make(block, ctx) : h("div", { class: "words small" }, `(${block.type})`);
  node.classList.add("block", `b-${block.type.replace("_", "-")}`);
  return node;
}

const KINDS = {
  section(block, ctx) {
    const accessory = block.accessory;
    const about = freshId("about");
    const words = [textObject(block.text), block.fields && h("div", { class: "fields" }, block.fields.map((one) => h("div", {}, textObject(one))))];
    if (!accessory) return h("div", {}, words);
    const beside = accessory.type === "image" ? picture(accessory, "thumb") : control(block, accessory, ctx, { label: [plainText(accessory.placeholder), spoken(block.text)].filter(Boolean).join(", "), describedBy: about });
    // Ten buttons may all say "Change"; what each is about is beside it.
    const wide = accessory.type !== "image" && !["button", "overflow"].includes(accessory.type);
    return h("div", { class: wide ? "split stack" : "split" }, h("div", { class: "split-words", id: about }, words), beside);
  },
  header: (block) => h("h3", { dir: "auto" }, plainText(block.text)),
  divider: () => h("hr"),
  context: (block) => h("div", {}, (block.elements ?? []).map((one) => (one.type === "image" ? picture(one, "tiny") : h("div", { class: "small" }, textObject(one))))),
  actions: (block, ctx) => h("div", { class: "row" }, (block.elements ?? []).map((one) => control(block, one, ctx))),
  image: (block) => h("figure", {}, block.title && h("figcaption", { class: "small" }, plainText(block.title)), picture(block, "large")),
  rich_text: (block) => richText(block),
  markdown: (block) => h("div", { class: "words", dir: "auto" }, block.text ?? ""),
  table: (block) => h("div", {}, h("table", {}, h("tbody", {}, (block.rows ?? []).map((row) => h("tr", {}, row.map((cell) => h("td", { dir: "auto" }, cell.type === "rich_text" ? richText(cell) : cell.text ?? ""))))))),
  input(block, ctx) {
    const [id, hint, error] = [freshId("field"), freshId("hint"), freshId("error")];
    const grouped = ["radio_buttons", "checkboxes"].includes(block.element.type);
    const label = plainText(block.label);
    const words = [label, block.optional && h("span", { class: "optional" }, " (optional)")];
    const element = control(block, block.element, ctx, { id: grouped ? null : id, label, describedBy: `${error} ${hint}` });
    return h("div", {}, grouped ? h("div", { class: "label", "aria-hidden": "true" }, words) : h("label", { class: "label", htmlFor: id, id: `${id}-label` }, words),
      element, h("p", { class: "error", id: error, role: "alert", hidden: true }), h("p", { class: "small hint", id: hint }, plainText(block.hint)));
  },
};

const spoken = (thing) => (thing?.type === "mrkdwn" ? h("div", {}, mrkdwn(thing.text)).textContent : plainText(thing)).slice(0, 150);

/** A picture of this computer's; one from elsewhere is never fetched, and its words stand in its place. */
function picture(image, size) {
  const url = image.image_url ?? "";
  const words = image.alt_text ?? "";
  if (url.startsWith("data:image/") || (url && new URL(url, location.href).origin === location.origin)) return h("img", { class: `picture ${size}`, src: url, alt: words });
  return h("div", { class: `picture ${size} absent`, role: "img", "aria-label": words, title: words }, size === "large" ? words : "");
}
