// One message: who, when, what, and what one can do with it. It changes in place; a part that stays keeps its focus.

import { act } from "./api.js";
import { showBlocks } from "./blocks.js";
import { MessageContext } from "./context.js";
import { fill, h, icon, initials, keepingFocus } from "./dom.js";
import { emoji } from "./emoji.js";
import { ask, openMenu } from "./menu.js";
import { asTyped, mrkdwn } from "./mrkdwn.js";
import { openThread, roleOf, store } from "./store.js";
import { dayKey, dayOf, timeOf } from "./when.js";

const LONG = 4000;
const TOGETHER = 300; // seconds within which one person's messages stand under one name

export class MessagePart {
  /** `lost` is called when a control that had the focus is gone. */
  constructor(message, { lost, inThread = false }) {
    Object.assign(this, { message, lost, inThread });
    this.context = new MessageContext(message, (words) => this.complain(words));
    this.day = h("h2", { class: "day" });
    this.new = h("div", { class: "new", hidden: true }, h("span", {}, "New"));
    this.head = h("div", { class: "head" });
    this.note = h("div", { class: "note", hidden: true });
    this.body = h("div", { class: "body" });
    this.foot = h("div", { class: "after" });
    this.trouble = h("p", { class: "error", role: "alert", hidden: true });
    this.tools = h("button", { type: "button", class: "tools", tabindex: "-1", "aria-haspopup": "menu", "aria-expanded": "false", on: { click: () => this.#menu() } }, icon("more"));
    this.face = h("div", { class: "face", "aria-hidden": "true" });
    this.article = h("article", { class: "message", tabindex: "-1" }, this.face,
      h("div", { class: "content" }, this.head, this.note, this.body, this.trouble, this.foot), this.tools);
    this.article.addEventListener("focusin", () => this.#current());
    this.node = h("li", { "data-ts": message.ts }, this.day, this.new, this.article);
    this.update(message);
  }

  update(message) {
    this.message = this.context.message = message;
    if (this.editing) return;
    keepingFocus(this.node, () => this.#draw(), this.lost);
  }

  gone() {
    if (this.node.contains(document.activeElement)) this.lost?.();
  }

  /** Day, name and picture are shown where they say something that the message before does not. */
  follow(previous) {
    const { message } = this;
    const newDay = !previous || dayKey(previous.ts) !== dayKey(message.ts);
    this.day.hidden = this.inThread || !newDay;
    if (newDay && !this.inThread) this.day.textContent = dayOf(message.ts);
    // In a thread, what it is about stands above a line, and the replies below it.
    const replying = this.inThread && previous && previous.ts === message.thread_ts;
    this.node.classList.toggle("first-reply", Boolean(replying));
    // A card stands by itself: what has a heading, and what follows buttons.
    const apart = message.blocks?.[0]?.type === "header" || previous?.blocks?.at(-1)?.type === "actions";
    const same = !newDay && !replying && !apart && previous.user === message.user && !previous.deleted && !message.ephemeral && !previous.ephemeral && Number(message.ts) - Number(previous.ts) < TOGETHER;
    this.article.classList.toggle("joined", same && this.new.hidden);
  }

  complain(words) {
    this.trouble.hidden = !words;
    this.trouble.textContent = words;
  }

  #draw() {
    const { message } = this;
    const time = timeOf(message.ts);
    this.article.setAttribute("aria-label", `${message.name}, ${time}`);
    this.tools.setAttribute("aria-label", `What to do with the message of ${message.name}, ${time}`);
    this.face.textContent = message.deleted ? "" : initials(message.name);
    this.face.className = `face ${message.is_app ? "of-app" : roleOf(message.user) ?? ""}`;
    fill(this.head, h("span", { class: "name", dir: "auto" }, message.deleted ? "Deleted" : message.name), message.is_app && h("span", { class: "badge" }, "App"),
      h("time", { class: "time" }, time), message.edited && h("span", { class: "time" }, "edited"));
    this.note.hidden = !message.ephemeral;
    if (message.ephemeral) fill(this.note, icon("eye"), "Only visible to you");
    this.article.classList.toggle("ephemeral", Boolean(message.ephemeral));
    this.article.classList.toggle("deleted", Boolean(message.deleted));
    this.#drawBody();
    const replies = !this.inThread && message.reply_count;
    fill(this.foot, (message.files ?? []).map((file) => h("div", { class: "file", dir: "auto" }, icon("attach"), file.name)),
      (message.previews ?? []).filter(Boolean).map((title) => h("div", { class: "file", dir: "auto" }, title)),
      (message.reactions ?? []).length ? h("div", { class: "row" }, message.reactions.map((one) => h("span", { class: "reaction" }, `${emoji(one.name)} ${one.count}`))) : null,
      replies ? h("button", { type: "button", class: "link", "data-key": "replies", on: { click: () => this.#open() } }, replies === 1 ? "1 reply" : `${replies} replies`) : null);
  }

  #drawBody() {
    const { message } = this;
    if (message.deleted) {
      fill(this.body, h("div", { class: "words small" }, "This message was deleted."));
      this.wrote = null;
    } else if (message.blocks?.length) {
      if (this.wrote !== "blocks") fill(this.body);
      this.wrote = "blocks";
      showBlocks(this.body, message.blocks, this.context);
    } else if (this.wrote !== `text:${message.text}`) {
      this.wrote = `text:${message.text}`;
      fill(this.body, mrkdwn(message.text ?? ""));
    }
    const long = !message.is_app && (message.text?.length ?? 0) > LONG && !this.whole;
    this.body.classList.toggle("clamped", long);
    if (long && !this.more) {
      this.more = h("button", { type: "button", class: "link", on: { click: () => { this.whole = true; this.body.classList.remove("clamped"); this.more.remove(); } } }, "Show the whole message");
      this.body.after(this.more);
    }
  }

  #current() {
    for (const other of this.node.parentNode?.querySelectorAll(".message.current") ?? []) {
      if (other === this.article) continue;
      other.classList.remove("current");
      other.tabIndex = -1;
      other.querySelector(".tools").tabIndex = -1;
    }
    this.article.classList.add("current");
    this.article.tabIndex = 0;
    this.tools.tabIndex = 0;
  }

  #open() {
    openThread({ channel: this.message.channel, ts: this.message.thread_ts ?? this.message.ts });
  }

  #menu() {
    const { message } = this;
    const own = message.mine && !message.deleted;
    const items = [
      !this.inThread && !message.ephemeral && { label: "Reply in thread", act: () => this.#open() },
      !message.ephemeral && { label: "React with 👍", act: () => this.#tell({ do: "react", name: "thumbsup" }) },
      own && { label: "Edit", act: () => this.edit() },
      { label: "Copy text", act: () => navigator.clipboard?.writeText(asTyped(message.text)) },
      own && { label: "Delete", danger: true, act: () => this.#delete() },
    ];
    openMenu(this.tools, items.filter(Boolean), { label: "What to do with this message" });
  }

  /** One's own words in a box in their place; Enter saves, Escape leaves them as they were. */
  edit() {
    this.editing = true;
    const before = asTyped(this.message.text);
    const box = h("textarea", { class: "field", dir: "auto", rows: 2, "aria-label": "Edit your message", value: before });
    const end = (back) => {
      if (!this.editing) return;
      this.editing = false;
      form.replaceWith(this.body);
      this.#draw();
      if (back) this.article.focus({ preventScroll: true });
    };
    const save = () => {
      const text = box.value.trim();
      end(true);
      if (!text || text === before) return;
      this.#tell({ do: "edit", text });
    };
    const form = h("form", { class: "editing", on: { submit: (event) => { event.preventDefault(); save(); } } }, box,
      h("div", { class: "row end" }, h("button", { type: "button", class: "btn", on: { click: () => end(true) } }, "Cancel"), h("button", { type: "submit", class: "btn primary" }, "Save")));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.stopPropagation(); end(true); }
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); save(); }
    });
    this.body.replaceWith(form);
    box.focus();
    box.setSelectionRange(before.length, before.length);
  }

  async #delete() {
    if (!(await ask({ title: "Delete this message?", text: "The app is told that it is gone.", yes: "Delete", no: "Keep it", danger: true }))) return;
    this.#tell({ do: "delete" });
  }

  async #tell(what) {
    const answer = await act({ as: store.as, channel: this.message.channel, ts: this.message.ts, ...what });
    this.complain(answer.ok ? "" : answer.error);
  }
}

/** Arrow keys go from message to message once one of them has the focus. */
export function arrows(list) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches(".message")) return;
    const all = [...list.querySelectorAll(".message")];
    const next = all[all.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  });
}
