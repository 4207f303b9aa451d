// A long conversation in a short list of nodes: at most 150 messages are in the page, whichever part is looked at, and
// nothing that is being read moves when others are added, changed or taken away.

import { byTs } from "./when.js";

const MOST = 150;
const PAGE = 50;
const NEAR = 700;

export class MessageList {
  /** `load(before)` answers {messages, more}; `make(message)` a part with node, update(message), follow(previous). */
  constructor(scroller, list, { load, make, changed }) {
    Object.assign(this, { scroller, list, load, make, changed });
    this.parts = new Map();
    this.clear();
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    // What grows (a picture, an opened menu) must not push the newest message out of sight.
    new ResizeObserver(() => this.stuck && this.toEnd()).observe(list);
    new ResizeObserver(() => this.stuck && this.toEnd()).observe(scroller);
  }

  clear() {
    this.all = [];
    this.from = this.to = 0;
    this.more = this.loading = false;
    this.stuck = this.near = true;
    for (const part of this.parts.values()) part.node.remove();
    this.parts.clear();
  }

  /** Shows the newest of these messages; `more` says whether the server has older ones. */
  reset(messages, more) {
    this.clear();
    this.all = messages;
    this.more = more;
    this.to = messages.length;
    this.from = Math.max(0, this.to - PAGE);
    this.#sync();
    this.toEnd();
  }

  /** Takes in the newest page again after a lost connection, without losing one's place in what is older. */
  refresh(messages, more) {
    const first = messages[0]?.ts;
    const older = first ? this.all.filter((one) => byTs(one.ts, first) < 0) : [];
    if (!older.length) this.more = more;
    const atEnd = this.to === this.all.length;
    this.#anchored(() => {
      this.all = [...older, ...messages];
      this.to = atEnd ? this.all.length : Math.min(this.to, this.all.length);
      this.from = Math.min(this.from, Math.max(0, this.to - 1));
      for (const message of messages) this.parts.get(message.ts)?.update(message);
      this.#sync();
    });
  }

  find(ts) {
    return this.all.find((one) => one.ts === ts);
  }

  get newest() {
    return this.all.at(-1);
  }

  /** Adds a message, or shows it as it is now; says whether it was new. */
  upsert(message) {
    const at = this.all.findLastIndex((one) => byTs(one.ts, message.ts) <= 0);
    if (at >= 0 && this.all[at].ts === message.ts) {
      this.all[at] = message;
      this.#anchored(() => { this.parts.get(message.ts)?.update(message); this.#follow(); });
      return false;
    }
    if (at < 0 && this.more) return false; // older than what is loaded: it comes when somebody scrolls there
    const atEnd = this.to === this.all.length;
    this.all.splice(at + 1, 0, message);
    if (at + 1 < this.from) this.from += 1;
    if (at + 1 < this.to || atEnd) this.to += 1;
    this.#anchored(() => {
      if (this.stuck && this.to - this.from > MOST) this.from = this.to - MOST;
      this.#sync();
    });
    return true;
  }

  remove(ts) {
    const at = this.all.findIndex((one) => one.ts === ts);
    if (at < 0) return;
    this.all.splice(at, 1);
    if (at < this.from) this.from -= 1;
    if (at < this.to) this.to -= 1;
    this.#anchored(() => this.#sync());
  }

  toEnd() {
    if (this.to !== this.all.length) {
      this.to = this.all.length;
      this.from = Math.max(0, this.to - PAGE);
      this.#sync();
    }
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.stuck = this.near = true;
  }

  async older() {
    if (this.loading) return;
    if (this.from > 0) {
      this.#window(Math.max(0, this.from - PAGE), this.to);
      return;
    }
    if (!this.more) return;
    this.loading = true;
    const asked = this.all;
    const page = await this.load(this.all[0]?.ts);
    if (asked !== this.all) return; // somebody went elsewhere meanwhile; what was cleared is not loading any more
    this.loading = false;
    if (!page.messages) return;
    this.more = page.more;
    this.all.unshift(...page.messages);
    this.#window(0, this.to + page.messages.length);
  }

  #window(from, to) {
    this.#anchored(() => {
      this.from = from;
      this.to = Math.min(to, from + MOST);
      this.#sync();
    });
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const left = scrollHeight - scrollTop - clientHeight;
    this.stuck = left < 40 && this.to === this.all.length;
    this.near = left < 240 && this.to === this.all.length;
    this.changed?.();
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = null;
      if (scrollTop < NEAR) this.older();
      else if (left < NEAR && this.to < this.all.length) {
        const to = Math.min(this.all.length, this.to + PAGE);
        this.#anchored(() => {
          this.from = Math.max(this.from, to - MOST);
          this.to = to;
          this.#sync();
        });
      }
    });
  }

  /** Does what changes the list while the message at the top of the view stays where it is, or the end in sight. */
  #anchored(work) {
    if (this.stuck) {
      work();
      this.toEnd();
      return;
    }
    const top = this.scroller.getBoundingClientRect().top;
    const held = [...this.list.children].find((node) => node.getBoundingClientRect().bottom > top);
    const before = held?.getBoundingClientRect().top;
    work();
    if (held?.isConnected) this.scroller.scrollTop += held.getBoundingClientRect().top - before;
  }

  #sync() {
    const shown = this.all.slice(this.from, this.to);
    const wanted = new Set(shown.map((one) => one.ts));
    for (const [ts, part] of this.parts) {
      if (wanted.has(ts)) continue;
      part.gone?.();
      part.node.remove();
      this.parts.delete(ts);
    }
    shown.forEach((message, index) => {
      let part = this.parts.get(message.ts);
      if (!part) this.parts.set(message.ts, (part = this.make(message)));
      if (this.list.children[index] !== part.node) this.list.insertBefore(part.node, this.list.children[index] ?? null);
    });
    this.#follow();
    this.changed?.();
  }

  #follow() {
    for (let i = this.from; i < this.to; i += 1) this.parts.get(this.all[i].ts)?.follow(this.all[i - 1]);
  }
}
