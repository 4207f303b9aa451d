// Modals, the one on top: filled in, sent, and told beneath each field what is wrong with it. The browser's own dialog
// keeps the focus inside; what has been typed stays when the app changes the rest.

import { act } from "./api.js";
import { forget, showBlocks, showErrors } from "./blocks.js";
import { ViewContext } from "./context.js";
import { h, icon, keepingFocus } from "./dom.js";
import { plainText } from "./mrkdwn.js";
import { store } from "./store.js";

const contexts = new Map(); // view id -> what is filled in, also while another view lies above it
let shown = null;

const body = h("div", { class: "modal-body" });
const title = h("h2", { id: "modal-title", dir: "auto" });
const trouble = h("p", { class: "error", role: "alert", hidden: true });
const closing = h("button", { type: "button", class: "btn", on: { click: () => close() } });
const sending = h("button", { type: "submit", class: "btn primary" });
const form = h("form", { class: "modal-form", novalidate: true, on: { submit: (event) => { event.preventDefault(); submit(); } } },
  h("header", { class: "modal-head" }, title, h("button", { type: "button", class: "btn round", "aria-label": "Close", on: { click: () => close() } }, icon("close"))),
  body, trouble, h("footer", { class: "row end modal-foot" }, closing, sending));
const dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title", on: { cancel: (event) => { event.preventDefault(); close(); } } }, form);
document.body.append(dialog);

function complain(words) {
  trouble.hidden = !words;
  trouble.textContent = words;
}

/** Shows the top of the stack that the snapshot has; closes what is no longer in it. */
export function showModal({ lost }) {
  const stack = store.snapshot?.views ?? [];
  const top = stack.at(-1);
  for (const id of contexts.keys()) if (!stack.some((one) => one.id === id)) contexts.delete(id);
  if (!top) {
    const held = dialog.contains(document.activeElement);
    if (dialog.open) dialog.close();
    shown = null;
    if (held && (document.activeElement === document.body || !document.activeElement?.isConnected)) lost();
    return;
  }
  const view = { ...top.view, id: top.id };
  if (!contexts.has(top.id)) contexts.set(top.id, new ViewContext(view, complain));
  const context = contexts.get(top.id);
  const changed = shown !== top.id;
  context.view = view;
  if (changed) { forget(body); complain(""); }
  keepingFocus(dialog, () => {
    title.textContent = plainText(view.title);
    closing.textContent = plainText(view.close) || "Close";
    sending.textContent = plainText(view.submit);
    sending.hidden = !view.submit;
    showBlocks(body, view.blocks, context);
  }, () => closing.focus());
  showErrors(body, top.errors);
  shown = top.id;
  if (!dialog.open) dialog.showModal();
  if (changed) {
    body.scrollTop = 0;
    (body.querySelector("textarea,input:not([type=hidden]),select,.btn") ?? closing).focus({ preventScroll: true });
  }
}

async function close() {
  if (!shown) return;
  const id = shown;
  const answer = await act({ as: store.as, do: "close_view", view_id: id });
  // A view that the rehearsal no longer has is closed here all the same.
  if (!answer.ok) {
    store.snapshot.views = store.snapshot.views.filter((one) => one.id !== id);
    showModal({ lost: () => {} });
  }
}

async function submit() {
  const context = contexts.get(shown);
  if (!context || sending.getAttribute("aria-busy")) return;
  complain("");
  sending.setAttribute("aria-busy", "true");
  const answer = await act({ as: store.as, do: "submit", view_id: shown, values: context.all() });
  sending.removeAttribute("aria-busy");
  if (!answer.ok) complain(answer.error);
  else if (answer.errors && Object.keys(answer.errors).length) {
    const first = showErrors(body, answer.errors);
    if (first) first.focus();
    else complain(Object.values(answer.errors).join(" "));
  }
}
