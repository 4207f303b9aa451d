// Building nodes. What people wrote only ever becomes a text node here: nothing in this page parses HTML.

/** A new element. `props` are attributes; `on` holds listeners, `class` the classes; false and null are left out. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [kind, listener] of Object.entries(value)) node.addEventListener(kind, listener);
    else if (name === "value" || name === "checked" || name === "indeterminate") node[name] = value;
    else node.setAttribute(name === "htmlFor" ? "for" : name, value === true ? "" : String(value));
  }
  put(node, children);
  return node;
}

/** Adds children: nodes as they are, everything else as text. */
export function put(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** The node with these children and no others. */
export function fill(node, ...children) {
  node.replaceChildren();
  return put(node, children);
}

/** Words that people wrote, in whatever direction they run, kept from turning round what stands beside them. */
export const said = (text, props = {}) => h("span", { dir: "auto", ...props, class: `said ${props.class ?? ""}`.trim() }, text);

const PATHS = {
  menu: "M4 6h16M4 12h16M4 18h16", close: "M6 6l12 12M18 6L6 18", more: "M5 12a1 1 0 102 0 1 1 0 10-2 0M11 12a1 1 0 102 0 1 1 0 10-2 0M17 12a1 1 0 102 0 1 1 0 10-2 0",
  check: "M5 12.5l4.5 4.5L19 7.5", down: "M6 9l6 6 6-6", attach: "M20 11.5l-8 8a5 5 0 01-7-7l8.5-8.5a3.3 3.3 0 014.7 4.7L9.7 17.2a1.6 1.6 0 01-2.3-2.3L15 7.3",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z", talk: "M4 5h16v11H10l-5 4v-4H4z", here: "M9 5l8 7-8 7z",
  lock: "M7 11V8a5 5 0 0110 0v3M5 11h14v9H5z", eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 100 6 3 3 0 000-6",
};

/** One of the page's own line drawings; it says nothing, so words stand beside it or in a label. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" })) {
    svg.setAttribute(key, value);
  }
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

let ids = 0;
/** A fresh id for labels to point at. */
export const freshId = (word = "x") => `${word}-${++ids}`;

/** Does `work`, which may replace nodes within `root`, and gives the focus back to the same control, else to `orElse`. */
export function keepingFocus(root, work, orElse) {
  const held = root.contains(document.activeElement) ? document.activeElement : null;
  const key = held?.closest("[data-key]")?.dataset.key;
  const range = held && "selectionStart" in held ? [held.selectionStart, held.selectionEnd] : null;
  work();
  if (!held || (held.isConnected && document.activeElement === held)) return;
  const same = key && [...root.querySelectorAll("[data-key]")].find((node) => node.dataset.key === key);
  const found = same && (same.matches("button,input,select,textarea,a") ? same : same.querySelector("button,input,select,textarea,a"));
  if (found) {
    found.focus({ preventScroll: true });
    if (range?.[0] !== null && range && "setSelectionRange" in found && found.type !== "number") found.setSelectionRange(...range);
  } else orElse?.();
}

/** The initials that stand for a person. */
export const initials = (name) => (name ?? "?").split(/\s+/).map((part) => [...part][0] ?? "").slice(0, 2).join("").toUpperCase();
