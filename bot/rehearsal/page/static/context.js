// What the controls of a message or a modal do: where their acts go, and what has been set on them so far.

import { act } from "./api.js";
import { store } from "./store.js";
import { controlsOf, hasValue, keyOf, valueOf } from "./values.js";

class Context {
  constructor(entry, complain) {
    Object.assign(this, { entry, complain, values: new Map() });
  }

  get(block, element) {
    const key = keyOf(block, element);
    return this.values.has(key) ? this.values.get(key) : valueOf(element, this.entry(block.block_id)?.[element.action_id]);
  }

  set(block, element, value) {
    this.values.set(keyOf(block, element), value);
  }

  async send(body, block, element) {
    const answer = await act({ as: store.as, block_id: block.block_id, action_id: element.action_id, ...body });
    this.complain(answer.ok ? "" : answer.error);
    return answer;
  }
}

/** For the controls on a message: everything set is told at once, so that a press finds it there. */
export class MessageContext extends Context {
  constructor(message, complain) {
    super((block) => this.message.state?.[block], complain);
    this.message = message;
    this.channel = message.channel;
  }

  waits() {
    return false;
  }

  press(block, element) {
    return this.send({ do: "press", channel: this.channel, ts: this.message.ts, confirmed: true }, block, element);
  }

  pick(block, element, values) {
    return this.send({ do: "pick", channel: this.channel, ts: this.message.ts, values }, block, element);
  }

  type(block, element, value) {
    return this.send({ do: "type", channel: this.channel, ts: this.message.ts, value }, block, element);
  }
}

/** For the controls in a modal or on a Home tab: inputs wait for the button that sends them all. */
export class ViewContext extends Context {
  constructor(view, complain) {
    super((block) => this.view.state?.values?.[block], complain);
    this.view = view;
  }

  waits(block) {
    return block.type === "input" && !block.dispatch_action;
  }

  press(block, element) {
    return this.send({ do: "view_press", view_id: this.view.id, state: this.all() }, block, element);
  }

  pick(block, element, values) {
    return this.send({ do: "view_pick", view_id: this.view.id, values, state: this.all() }, block, element);
  }

  type(block, element, value) {
    return this.waits(block) ? null : this.send({ do: "view_type", view_id: this.view.id, value }, block, element);
  }

  /** Everything filled in so far: {block_id: {action_id: value or [values]}}. */
  all() {
    const values = {};
    for (const { block, element } of controlsOf(this.view.blocks)) {
      if (hasValue(element)) (values[block.block_id] ??= {})[element.action_id] = this.get(block, element);
    }
    return values;
  }
}
