// rich_text blocks: what people type, and the one place where the bot shows what they typed.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { link, mention } from "./mrkdwn.js";
import { nameOf } from "./store.js";

const TAGS = { bold: "strong", italic: "em", strike: "s", code: "code" };

function styled(node, style = {}) {
  return Object.entries(TAGS).reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}

function leaf(element) {
  switch (element.type) {
    case "text": return styled(document.createTextNode(element.text ?? ""), element.style);
    case "link": return styled(link(element.url ?? "", element.text), element.style);
    case "emoji": return document.createTextNode(emoji(element.name ?? ""));
    case "user": return mention("@", nameOf("user", element.user_id));
    case "channel": return mention("#", nameOf("channel", element.channel_id));
    case "usergroup": return mention("@", element.usergroup_id);
    case "broadcast": return mention("@", element.range);
    case "date": case "color": return document.createTextNode(element.fallback ?? element.value ?? "");
    default: return document.createTextNode(element.fallback ?? "");
  }
}

const leaves = (element) => (element.elements ?? []).map(leaf);

function part(element) {
  switch (element.type) {
    case "rich_text_list": {
      const props = { class: `indent-${Math.min(element.indent ?? 0, 8)}`, start: element.offset ? element.offset + 1 : null };
      return h(element.style === "ordered" ? "ol" : "ul", props, (element.elements ?? []).map((item) => h("li", { dir: "auto" }, leaves(item))));
    }
    case "rich_text_quote": return h("blockquote", { dir: "auto" }, leaves(element));
    case "rich_text_preformatted": return h("pre", {}, leaves(element));
    default: return h("div", { class: "words", dir: "auto" }, leaves(element));
  }
}

export const richText = (block) => h("div", { class: "rich" }, (block.elements ?? []).map(part));
