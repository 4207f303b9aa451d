// A menu to choose several from. It opens in place, so it never hangs outside what scrolls, and works by keyboard alone:
// tick boxes in groups, a box to narrow long lists, and a limit that says so.

import { fill, freshId, h, icon } from "./dom.js";
import { plainText } from "./mrkdwn.js";

const LONG = 9;

/** The closed menu says what is chosen; it tells what was chosen once it is closed, as Slack does. */
export function multiSelect(block, element, groups, ctx, name, choose) {
  const most = element.max_selected_items ?? Infinity;
  const options = groups.flatMap((group) => group.options);
  const chosen = new Set(ctx.get(block, element));
  const list = freshId("list");
  const face = h("span", { class: "face", dir: "auto", id: freshId("face") });
  // Beneath a visible label, the name is that label and what is chosen.
  const both = name.id ? `${name.id}-label ${face.id}` : null;
  const button = h("button", { ...name, "aria-labelledby": both, type: "button", class: "btn multi-face", "aria-expanded": "false", "aria-controls": list }, face, icon("down"));
  const limit = h("p", { class: "small", role: "status" });
  const rows = [];
  const body = h("div", { class: "multi-list" });
  const panel = h("div", { class: "multi-panel", id: list, role: "group", "aria-label": name["aria-label"] ?? plainText(element.placeholder) ?? "Choices", hidden: true });
  let told = [...chosen].join("\n");

  const show = () => {
    const words = options.filter((one) => chosen.has(one.value)).map((one) => one.text);
    face.textContent = words.length ? words.join(", ") : plainText(element.placeholder) || "Choose";
    if (name["aria-label"]) button.setAttribute("aria-label", words.length ? `${name["aria-label"]}: ${words.join(", ")}` : name["aria-label"]);
    limit.textContent = most === Infinity ? "" : chosen.size >= most ? `That is all ${most}. Take one away to choose another.` : `${chosen.size} of up to ${most} chosen.`;
    for (const { input } of rows) input.disabled = chosen.size >= most && !input.checked;
  };
  const close = (back) => {
    if (panel.hidden) return;
    panel.hidden = true;
    if (filter) { filter.value = ""; narrow(); }
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (back) button.focus();
    const now = options.filter((one) => chosen.has(one.value)).map((one) => one.value);
    if (now.join("\n") === told) return;
    told = now.join("\n");
    choose(now, root);
  };
  const outside = (event) => { if (!root.contains(event.target)) close(false); };
  const open = () => {
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    panel.querySelector("input")?.focus({ preventScroll: true });
    // Once the list around it has made room: only if part of it is still out of sight.
    setTimeout(() => panel.scrollIntoView({ block: "nearest" }), 60);
  };

  for (const group of groups) {
    const box = h("fieldset", {}, group.label ? h("legend", {}, group.label) : null);
    for (const one of group.options) {
      const input = h("input", { type: "checkbox", value: one.value, checked: chosen.has(one.value) });
      input.addEventListener("change", () => {
        if (input.checked) chosen.add(one.value);
        else chosen.delete(one.value);
        ctx.set(block, element, options.filter((other) => chosen.has(other.value)).map((other) => other.value));
        show();
      });
      const row = h("label", { class: "choice" }, input, h("span", { class: "choice-text", dir: "auto" }, one.text));
      rows.push({ input, row, text: one.text.toLowerCase(), box });
      box.append(row);
    }
    body.append(box);
  }
  const filter = options.length > LONG && h("input", { type: "search", class: "field", placeholder: "Narrow the list", "aria-label": "Narrow the list" });
  const narrow = () => {
    for (const { row, text } of rows) row.hidden = !text.includes(filter.value.trim().toLowerCase());
    for (const box of body.children) box.hidden = ![...box.querySelectorAll("label")].some((row) => !row.hidden);
  };
  filter && filter.addEventListener("input", narrow);
  fill(panel, filter, body, h("div", { class: "row" }, h("button", { type: "button", class: "btn primary", on: { click: () => close(true) } }, "Done"), limit));

  const root = h("div", { class: "multi" }, button, panel);
  button.addEventListener("click", () => (panel.hidden ? open() : close(true)));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !panel.hidden) { event.preventDefault(); event.stopPropagation(); close(true); }
    const enter = event.key === "Enter" && event.target.matches("input");
    if (enter && event.target !== filter) { event.preventDefault(); event.target.click(); return; }
    // From the box to narrow the list, Enter leads to the first option, and sends no form.
    const step = enter ? 1 : { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || panel.hidden) return;
    event.preventDefault();
    const seen = rows.filter(({ row, input }) => !row.hidden && !row.parentNode.hidden && !input.disabled).map(({ input }) => input);
    seen[(seen.indexOf(document.activeElement) + step + seen.length) % seen.length]?.focus();
  });
  root.addEventListener("focusout", (event) => { if (event.relatedTarget && !root.contains(event.relatedTarget)) close(false); });
  show();
  return root;
}
