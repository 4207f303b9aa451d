// Messages with a box to write in beneath: the conversation in the middle and the thread beside it are both this.

import { announce } from "./announce.js";
import { act, getMessages } from "./api.js";
import { Composer } from "./composer.js";
import { fill, h } from "./dom.js";
import { MessageList } from "./list.js";
import { arrows, MessagePart } from "./message.js";
import { direct, me, store, tell } from "./store.js";

export class Feed {
  /** `thread` makes it a thread's; `boxId` is the id of the box to write in. */
  constructor({ thread = false, boxId }) {
    this.thread = thread;
    this.top = h("div", { class: "beginning", hidden: true });
    this.list = h("ol", { class: "messages", "aria-label": thread ? "Messages in this thread" : "Messages" });
    this.scroller = h("div", { class: "scroll", tabindex: "-1" }, this.top, this.list);
    this.jump = h("button", { type: "button", class: "btn jump", hidden: true, on: { click: () => { this.messages.toEnd(); this.focus(); } } });
    this.composer = new Composer({ thread, boxId, edit: () => this.#editLast() });
    this.unseen = 0;
    this.messages = new MessageList(this.scroller, this.list, {
      load: (before) => getMessages({ ...this.where, before }),
      make: (message) => new MessagePart(message, { inThread: thread, lost: () => this.focus() }),
      changed: () => this.#scrolled(),
    });
    arrows(this.list);
    this.nodes = [h("div", { class: "feed" }, this.scroller, this.jump), this.composer.node];
  }

  /** Shows this conversation (`thread_ts` for a thread) from its newest message. */
  async open(channel, threadTs) {
    this.where = { as: store.as, channel, thread: threadTs };
    const where = this.where;
    const held = this.held = []; // what is heard before the answer is here, which may know of it or not
    this.messages.clear();
    this.unseen = 0;
    this.top.hidden = true;
    this.composer.open(channel, threadTs);
    const page = await getMessages(where);
    if (where !== this.where) return;
    this.held = null;
    if (page.messages) this.messages.reset(page.messages.map((one) => ({ ...one, channel })), page.more);
    for (const event of held) this.hear(event);
    if (!page.messages) return;
    this.#markNew();
    this.#read();
  }

  async refresh() {
    const where = this.where;
    if (!where) return;
    const page = await getMessages(where);
    if (where === this.where && page.messages) this.messages.refresh(page.messages.map((one) => ({ ...one, channel: where.channel })), page.more);
  }

  /** To the box to write in; where that would bring up a keyboard on the screen, only near it. */
  focus() {
    if (matchMedia("(pointer: coarse)").matches) this.scroller.focus({ preventScroll: true });
    else this.composer.focus();
  }

  /** Somebody looks at the page again: what came meanwhile is read, if it is on the screen. */
  seen() {
    if (this.messages.stuck) this.#read();
  }

  close() {
    this.where = this.held = null;
    this.messages.clear();
  }

  /** Takes in one event of the stream. */
  hear(event) {
    const { kind, channel, message } = event;
    if (!this.where || channel !== this.where.channel || !message) return;
    if (this.held) { this.held.push(event); return; }
    const isReply = message.thread_ts && message.thread_ts !== message.ts;
    const here = this.thread ? message.ts === this.where.thread || message.thread_ts === this.where.thread : !isReply;
    if (!here) return;
    const known = this.messages.find(message.ts);
    if (kind === "deleted" && !(message.deleted && message.reply_count)) {
      this.messages.remove(message.ts);
      return;
    }
    if (kind === "changed" && !known) return;
    const whole = { ...message, channel };
    const isNew = this.messages.upsert(whole);
    const spoken = message.user !== me()?.id && (isNew || kind === "message" || (this.messages.newest?.ts === message.ts && known?.text !== message.text));
    if (spoken && !message.deleted) announce(`${message.name}: ${message.text}`);
    if (isNew && this.messages.stuck) this.#read();
    else if (isNew && message.user !== me()?.id) this.unseen += 1;
    this.#scrolled();
  }

  #scrolled() {
    if (!this.messages) return;
    const { stuck, near, all, more } = this.messages;
    if (stuck && this.unseen) { this.unseen = 0; this.#read(); }
    this.jump.hidden = stuck || (near && !this.unseen) || !all.length;
    const words = this.unseen ? `${this.unseen} new below` : "To the newest";
    if (this.jump.textContent !== words) this.jump.textContent = words;
    this.top.hidden = this.thread || more || !this.where;
    if (!this.top.hidden && this.top.dataset.of !== this.where.channel) {
      this.top.dataset.of = this.where.channel;
      const isDirect = direct()?.id === this.where.channel;
      fill(this.top, isDirect ? "This is where you and Altogether talk. Say hi to begin." : "This is where the channel begins.");
    }
  }

  #markNew() {
    const count = store.snapshot.channels.find((one) => one.id === this.where.channel)?.unread ?? 0;
    if (this.thread || !count) return;
    const others = this.messages.all.filter((one) => !one.mine);
    const first = others.at(-Math.min(count, others.length));
    const part = first && this.messages.parts.get(first.ts);
    if (part) part.new.hidden = false;
  }

  #read() {
    if (document.hidden || !this.where) return;
    clearTimeout(this.reading);
    const { as, channel, thread } = this.where;
    this.reading = setTimeout(() => {
      const known = store.snapshot.channels.find((one) => one.id === channel);
      act({ as, do: "read", channel, ...(thread ? { thread_ts: thread } : {}) });
      if (known?.unread) { known.unread = 0; tell("state"); }
    }, 150);
  }

  #editLast() {
    const last = this.messages.all.findLast((one) => one.mine && !one.deleted);
    this.messages.parts.get(last?.ts)?.edit();
  }
}
