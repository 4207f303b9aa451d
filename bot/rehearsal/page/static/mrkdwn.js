// Slack's text markup, read into nodes. Everything that is not markup stays the text that it is.

import { h, said } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { go, nameOf, channel as channelOf, store } from "./store.js";

const UNESCAPED = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const unescape = (text) => text.replace(/&(?:lt|gt|amp);/g, (entity) => UNESCAPED[entity]);
const MARKS = { "*": "strong", _: "em", "~": "s" };
// A mark counts where it stands against a word on the inside and against none on the outside.
const STYLED = /(?<![\p{L}\p{N}*_~])([*_~])(?=\S)([^\n]*?\S)\1(?![\p{L}\p{N}*_~])/u;
const CODE = /`([^`\n]+)`/;
const TOKEN = /<([^<>\n]+)>/;
const PERMALINK = /\/archives\/([A-Z0-9]+)\/p\d+/;

/** A link people may follow: http, https and mailto only; anything else is shown as the text that it is. */
export function link(url, label) {
  let parsed = null;
  try {
    parsed = new URL(url);
  } catch {
    return said(label || url);
  }
  if (!["http:", "https:", "mailto:"].includes(parsed.protocol)) return said(label && label !== url ? `${label} (${url})` : url);
  const inside = PERMALINK.exec(parsed.pathname);
  const target = inside && channelOf(inside[1]);
  if (target) {
    // A permalink of this made-up workspace leads nowhere on the web; here it leads to the conversation.
    const there = `?as=${encodeURIComponent(store.as)}`;
    return h("a", { href: there, on: { click: (event) => { event.preventDefault(); go(target.id); } } }, said(label || `#${target.name}`));
  }
  return h("a", { href: parsed.href, target: "_blank", rel: "noopener noreferrer" }, said(label || url));
}

export const mention = (sign, name) => h("span", { class: "mention" }, said(sign + name));

function token(inner, plain) {
  const [target, label = ""] = inner.split(/\|(.*)/s);
  if (target.startsWith("@")) return mention("@", nameOf("user", target.slice(1)));
  if (target.startsWith("#")) return mention("#", label || nameOf("channel", target.slice(1)));
  if (target.startsWith("!subteam^")) return mention("@", label.replace(/^@/, "") || target.slice(9));
  if (target.startsWith("!date^")) return plain(unescape(label));
  if (target.startsWith("!")) return mention("@", target.slice(1));
  return link(unescape(target), unescape(label));
}

const MOST_MARKED = 8000;

function inline(text) {
  // Looking for marks takes longer than the text is long; beyond what Slack allows in a block, letters do.
  if (text.length > MOST_MARKED) return [unescape(text)];
  const nodes = [];
  let rest = text;
  while (rest) {
    const found = [CODE, TOKEN, STYLED].map((pattern) => pattern.exec(rest)).filter(Boolean).sort((a, b) => a.index - b.index)[0];
    if (!found) break;
    if (found.index) nodes.push(withEmoji(unescape(rest.slice(0, found.index))));
    if (found[0][0] === "`") nodes.push(h("code", {}, unescape(found[1])));
    else if (found[0][0] === "<") nodes.push(token(found[1], withEmoji));
    else nodes.push(h(MARKS[found[1]], {}, inline(found[2])));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) nodes.push(withEmoji(unescape(rest)));
  return nodes;
}

/** Paragraphs, quotes and preformatted parts of a text in Slack's markup. */
export function mrkdwn(text) {
  const nodes = [];
  for (const [index, part] of text.split(/```/).entries()) {
    if (index % 2) {
      nodes.push(h("pre", {}, unescape(part.replace(/^\n|\n$/g, ""))));
      continue;
    }
    // Lines that begin with ">" stand together as one quotation.
    for (const run of part.match(/(?:^(?:&gt;|>).*(?:\n|$))+|(?:^(?!&gt;|>).*(?:\n|$))+/gm) ?? []) {
      const lines = run.replace(/\n$/, "");
      if (/^(?:&gt;|>)/.test(run)) nodes.push(h("blockquote", { dir: "auto" }, inline(lines.replace(/^(?:&gt;|>) ?/gm, ""))));
      else if (lines.trim()) nodes.push(h("div", { class: "words", dir: "auto" }, inline(lines)));
    }
  }
  return nodes;
}

/** A text object as it should be shown: marked up, or plain to the letter. */
export function textObject(thing) {
  if (!thing) return [];
  if (thing.type === "mrkdwn") return mrkdwn(thing.text ?? "");
  return [h("div", { class: "words", dir: "auto" }, plainText(thing))];
}

/** The letters of a plain text object, for labels and places that hold no markup. */
export const plainText = (thing) => (!thing ? "" : thing.emoji === false ? thing.text : withEmoji(thing.text ?? ""));

/** A message's text as its writer typed it, to edit. */
export const asTyped = (text) => unescape((text ?? "").replace(/<([^<>\n]+)>/g, (_, inner) => {
  const [target, label = ""] = inner.split(/\|(.*)/s);
  if (target.startsWith("@")) return `@${store.snapshot.people.find((one) => one.id === target.slice(1))?.name ?? target.slice(1)}`;
  if (target.startsWith("#")) return `#${nameOf("channel", target.slice(1))}`;
  if (target.startsWith("!")) return `@${label.replace(/^@/, "") || target.slice(1)}`;
  return label || target;
}));
