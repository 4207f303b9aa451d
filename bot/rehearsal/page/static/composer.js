// The box to write in: messages, files by name, and commands with a list of what there is.

import { announce } from "./announce.js";
import { act } from "./api.js";
import { fill, freshId, h, icon } from "./dom.js";
import { channel as channelOf, first, me, on, store, tell } from "./store.js";

// The bot's verbs, but for those that a rehearsal has switched off; a test holds them to the bot.
const COMMANDS = [
  ["/story", "Tell a story, or carry on with yours"],
  ["/story mine", "See the stories you have sent"],
  ["/story read ", "Read a story: its number, or none for today's"],
  ["/story search ", "Find stories: the words"],
  ["/story share ", "Share a story in a channel: its number"],
  ["/story withdraw ", "Take a story of yours back: its number or code"],
  ["/story mydata", "Get everything that is held about you"],
  ["/story help", "What this can do"],
  ["/story review", "What is waiting for a decision", "reviewer"],
  ["/story approve ", "Approve a story: its number", "reviewer"],
  ["/story ask ", "Ask the teller: number, question", "reviewer"],
  ["/story decline ", "Decline a story: number, reason", "reviewer"],
  ["/story redact ", "Take words out of a story: its number", "reviewer"],
  ["/story suggest ", "Suggest other words: its number", "reviewer"],
  ["/story sensitive ", "Ask for two reviewers: its number", "reviewer"],
  ["/story takedown ", "Take a story down: number, reason", "reviewer"],
  ["/story stats", "The last eight weeks in numbers", "reviewer"],
  ["/story digest preview", "See the coming digest", "reviewer"],
  ["/story digest post", "Post this week's digest now", "reviewer"],
];

const drafts = new Map();

export class Composer {
  /** `edit` is called on Arrow up in an empty box. */
  constructor({ thread, boxId, edit }) {
    this.thread = thread;
    const list = freshId("commands");
    this.box = h("textarea", { id: boxId, rows: 1, dir: "auto", "aria-autocomplete": "list", "aria-controls": list, autocomplete: "off" });
    this.hints = h("div", { class: "hints", id: list, role: "listbox", "aria-label": "Commands", hidden: true });
    this.who = h("span", { class: "who" });
    this.error = h("p", { class: "error", role: "alert", hidden: true });
    this.send = h("button", { type: "submit", class: "btn primary" }, "Send");
    this.file = h("input", { type: "file", class: "unseen", tabindex: "-1", "aria-hidden": "true", on: { change: () => this.#upload() } });
    const attach = h("button", { type: "button", class: "btn round", "aria-label": "Attach a file (only its name is used)", on: { click: () => this.file.click() } }, icon("attach"));
    this.node = h("form", { class: "composer", on: { submit: (event) => { event.preventDefault(); this.#submit(); } } }, this.hints, this.error,
      h("div", { class: "frame" }, this.box, h("div", { class: "under" }, thread ? null : attach, thread ? null : this.file, this.who, this.send)));
    this.box.addEventListener("input", () => this.#typed());
    this.box.addEventListener("blur", () => setTimeout(() => { if (document.activeElement !== this.box) this.hints.hidden = true; }, 150));
    this.box.addEventListener("keydown", (event) => this.#key(event, edit));
    on("state", () => this.#says());
  }

  open(channel, threadTs) {
    this.channel = channel;
    this.threadTs = threadTs;
    this.key = `${store.as} ${channel} ${threadTs ?? ""}`;
    this.box.value = drafts.get(this.key) ?? "";
    this.complain("");
    this.#says();
    this.#typed();
  }

  focus() {
    this.box.focus({ preventScroll: true });
  }

  complain(words) {
    this.error.hidden = !words;
    this.error.textContent = words;
  }

  #says() {
    const place = channelOf(this.channel);
    if (!place || !me()) return;
    const words = this.thread ? "Reply in this thread" : place.kind === "im" ? `Message ${place.name}` : `Message #${place.name}`;
    this.box.setAttribute("aria-label", words);
    this.box.placeholder = words;
    fill(this.who, `You are ${first(me().real_name)}, ${me().role}`, this.thread ? null : h("span", { class: "slash" }, " · / for commands"));
  }

  #typed() {
    drafts.set(this.key, this.box.value);
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 200)}px`;
    this.#suggest();
  }

  #suggest() {
    const text = this.box.value;
    const asked = !this.thread && /^\/[a-z ]*$/i.test(text);
    const fitting = asked ? COMMANDS.filter(([line, , role]) => line.startsWith(text.toLowerCase()) && (!role || role === me()?.role)) : [];
    const was = this.hints.hidden;
    this.hints.hidden = !fitting.length || (fitting.length === 1 && fitting[0][0] === text);
    this.at = -1;
    this.box.removeAttribute("aria-activedescendant");
    fill(this.hints, fitting.map(([line, about], index) => h("div", { role: "option", id: `${this.hints.id}-${index}`, "aria-selected": "false", class: "hint-row", "data-line": line, on: { pointerdown: (event) => { event.preventDefault(); this.#take(line); } } },
      h("span", { class: "hint-line" }, line.trim()), h("span", { class: "hint-about" }, about))));
    if (was && !this.hints.hidden) announce(`${fitting.length} commands. Arrow down chooses.`);
  }

  #take(line) {
    this.box.value = line;
    this.#typed();
    this.hints.hidden = !line.endsWith(" ") || this.hints.hidden;
    this.focus();
  }

  #move(step) {
    const rows = [...this.hints.children];
    this.at = (this.at + step + rows.length) % rows.length;
    rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === this.at)));
    rows[this.at].scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", rows[this.at].id);
  }

  #key(event, edit) {
    if (event.isComposing) return;
    const open = !this.hints.hidden;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.#move(event.key === "ArrowDown" ? 1 : this.at < 0 ? 0 : -1);
    } else if (open && event.key === "Escape") {
      event.stopPropagation();
      this.hints.hidden = true;
    } else if (open && this.at >= 0 && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      this.#take(this.hints.children[this.at].dataset.line);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "ArrowUp" && !this.box.value) {
      event.preventDefault();
      edit?.();
    }
  }

  async #submit() {
    const text = this.box.value.trim();
    if (!text) return;
    this.box.value = "";
    this.#typed();
    this.hints.hidden = true;
    this.complain("");
    const where = { as: store.as, channel: this.channel, text };
    const command = text.startsWith("/") && !this.thread;
    const answer = await act(command ? { ...where, do: "command" } : { ...where, do: "say", ...(this.threadTs ? { thread_ts: this.threadTs } : {}) });
    if (answer.ok && command && answer.answer) tell("message", { kind: "ephemeral", channel: where.channel, message: answer.answer });
    if (answer.ok) return;
    this.complain(answer.error);
    if (!this.box.value) { this.box.value = text; this.#typed(); }
  }

  async #upload() {
    const name = this.file.files[0]?.name;
    this.file.value = "";
    if (!name) return;
    const text = this.box.value.trim();
    this.box.value = "";
    this.#typed();
    const answer = await act({ as: store.as, do: "upload", channel: this.channel, filename: name, text });
    this.complain(answer.ok ? "" : answer.error);
    this.focus();
  }
}
