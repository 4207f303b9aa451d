// The middle: bars that say what one has to know, then a conversation or the App Home.

import { act, moveBot } from "./api.js";
import { forget, showBlocks } from "./blocks.js";
import { ViewContext } from "./context.js";
import { fill, h, icon, keepingFocus } from "./dom.js";
import { Feed } from "./feed.js";
import { guideLine } from "./guide.js";
import { openPanel } from "./panel.js";
import { channel, on, openThread, store } from "./store.js";

const talk = document.getElementById("talk");
const pane = document.getElementById("thread");

function bars() {
  const { bot, script, playing } = store.snapshot;
  const found = [];
  if (!store.online) found.push(h("div", { class: "notice" }, "The rehearsal does not answer. Is it still running in the terminal? I keep trying."));
  else if (bot.state !== "connected") {
    found.push(h("div", { class: "notice" }, h("span", {}, { starting: "The bot is starting. You can look round meanwhile.", awaited: bot.line }[bot.state] ?? "The bot is down. What you write waits for it."),
      bot.state === "down" && h("button", { type: "button", class: "btn", "data-key": "start-bot", on: { click: () => moveBot("restart") } }, "Start it again")));
  }
  if (playing) found.push(h("div", { class: "notice calm" }, `${playing === "weekly" ? "The first week" : "A scene"} is being played in front of you. In a moment it is your turn.`));
  if (script.problems.length) {
    found.push(h("div", { class: "notice", id: "script-problems" }, h("div", {}, h("strong", {}, `${script.file ?? "The script"} can't be used.`), ` Version ${script.version} of ${script.name} stays in use.`,
      h("ul", {}, script.problems.map((one) => h("li", { dir: "auto" }, one.line ? h("span", { class: "at" }, `line ${one.line}: `) : null, one.text))))));
  }
  return found;
}

/** Puts the middle and the thread beside it together. */
export function startTalk() {
  const notices = h("div", { class: "notices", role: "status" });
  const title = h("h1", { class: "title", dir: "auto" });
  const kind = h("span", { class: "kind" });
  const head = h("header", { class: "talk-head" }, title, kind, h("button", { type: "button", class: "btn open-panel", on: { click: () => openPanel("Guide") } }, "Guide and tools"));
  const feed = new Feed({ boxId: "compose-box" });
  const conversation = h("div", { class: "conversation" }, feed.nodes);
  const homeBody = h("div", { class: "home-body" });
  const homeTrouble = h("p", { class: "error", role: "alert", hidden: true });
  const home = h("div", { class: "home", tabindex: "-1", hidden: true }, homeBody, homeTrouble);
  const more = h("button", { type: "button", class: "more-bar", on: { click: () => openPanel("Inspector") } }, "More");
  fill(talk, guideLine({ open: () => openPanel("Guide") }), notices, head, conversation, home, more);

  const thread = new Feed({ thread: true, boxId: "reply-box" });
  const threadOf = h("span", { class: "kind" });
  const closeThread = () => { openThread(null); feed.focus(); };
  fill(pane, h("header", { class: "talk-head" }, h("h2", { class: "title" }, "Thread"), threadOf, h("button", { type: "button", class: "btn round plain", "aria-label": "Close the thread", on: { click: closeThread } }, icon("close"))), thread.nodes);
  pane.addEventListener("keydown", (event) => { if (event.key === "Escape") closeThread(); });

  const showBars = () => {
    if (!store.snapshot) return;
    const made = bars();
    if (made.map((one) => one.textContent).join("") === notices.textContent && made.length === notices.children.length) return;
    keepingFocus(notices, () => fill(notices, made), () => feed.focus());
  };
  let homeContext = null;
  const showHome = () => {
    if (store.place !== "home") return;
    const view = store.snapshot.home;
    if (!view) {
      forget(homeBody);
      fill(homeBody, h("p", { class: "beginning" }, "Altogether shows nothing here yet. Everything is in your chat with it."));
      homeContext = null;
      return;
    }
    if (homeContext?.view.id !== view.id) {
      forget(homeBody);
      homeContext = new ViewContext(view, (words) => { homeTrouble.hidden = !words; homeTrouble.textContent = words; });
    }
    homeContext.view = view;
    keepingFocus(homeBody, () => showBlocks(homeBody, view.blocks, homeContext), () => home.focus());
  };
  const showPlace = () => {
    const place = channel(store.place);
    const atHome = store.place === "home";
    home.hidden = !atHome;
    conversation.hidden = atHome;
    title.textContent = atHome ? store.snapshot.app.name : place.kind === "im" ? place.name : `# ${place.name}`;
    kind.textContent = atHome ? "App Home" : place.kind === "im" ? "direct message" : place.kind === "group" ? "private channel" : place.topic || "channel";
    document.title = `${title.textContent} · Rehearsal`;
    if (atHome) {
      feed.close();
      homeContext = null;
      showHome();
      act({ as: store.as, do: "open_home" });
    } else feed.open(place.id);
  };
  const showThread = () => {
    const at = store.thread;
    pane.hidden = !at;
    document.body.classList.toggle("thread-open", Boolean(at));
    if (!at) { thread.close(); return; }
    const place = channel(at.channel);
    threadOf.textContent = place.kind === "im" ? place.name : `# ${place.name}`;
    thread.open(at.channel, at.ts);
    thread.focus();
  };
  on("state", showBars);
  on("online", showBars);
  on("home", showHome);
  on("place", showPlace);
  on("thread", showThread);
  on("message", (event) => { feed.hear(event); thread.hear(event); });
  on("reconnected", () => { feed.refresh(); thread.refresh(); showHome(); });
  return {
    focus: () => (store.place === "home" ? home.focus() : feed.focus()),
    seen: () => { feed.seen(); thread.seen(); },
  };
}
