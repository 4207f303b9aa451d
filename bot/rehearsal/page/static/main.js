// Starts the page, listens to what happens, and hands it to the parts. The address says who one is: ?as=amira

import { announce } from "./announce.js";
import { getState, listen } from "./api.js";
import { showModal } from "./modal.js";
import { startPanel } from "./panel.js";
import { startRail } from "./rail.js";
import { direct, first, me, on, person, store, tell } from "./store.js";
import { startTalk } from "./talk.js";

const FIRST = "sam";
let talk = null;
let stop = () => {};
let asking = null;

/** Takes in a whole snapshot. */
async function refresh() {
  const snapshot = await getState(store.as);
  if (!snapshot.me) return false;
  store.snapshot = snapshot;
  return true;
}

function coloured() {
  document.body.dataset.role = me().role;
}

const views = () => showModal({ lost: () => talk.focus() });

function heard(event) {
  const { snapshot } = store;
  const { kind } = event;
  if (["message", "changed", "deleted", "ephemeral"].includes(kind)) tell("message", event);
  else if (kind === "log") tell("log", event);
  else if (kind === "reset") afresh();
  else if (kind === "view") { snapshot.views = event.views ?? []; views(); }
  else if (kind === "home" && event.home !== undefined) { snapshot.home = event.home; tell("home"); }
  else if (kind === "unread") unread(event);
  else {
    const part = kind === "fault" ? "faults" : kind;
    if (event[part] === undefined) { again(); return; }
    snapshot[part] = event[part];
    tell("state");
    if (kind === "playing" && !event.playing) again(); // a whole scene has gone by: nothing on the page may be of before
  }
}

function unread({ channel: id, unread: count, people = {} }) {
  const here = store.snapshot.channels.find((one) => one.id === id);
  if (here) here.unread = store.place === id && !document.hidden ? 0 : count;
  for (const [name, news] of Object.entries(people)) {
    const one = person(name);
    if (one) one.unread = { ...one.unread, [id]: news };
  }
  tell("state");
}

/** Looks at everything anew, after too much was missed. */
async function afresh() {
  if (!(await refresh())) return;
  tell("state");
  views();
  tell("reconnected");
}

/** Asks for everything again, once for however many reasons. */
function again() {
  asking ??= setTimeout(async () => {
    asking = null;
    if (await refresh()) { tell("state"); views(); tell("home"); }
  }, 100);
}

function connect() {
  stop();
  let before = false;
  stop = listen(store.as, store.snapshot.version, {
    async open() {
      store.online = true;
      tell("online");
      // The stream takes up where it broke off, but not if the rehearsal itself was started again meanwhile.
      if (before) await afresh();
      before = true;
    },
    heard,
    lost() {
      store.online = false;
      setTimeout(() => { if (!store.online) tell("online"); }, 1500);
    },
  });
}

/** Where one's work is: reviewers in their own channel, everybody else with the bot. */
function startingPlace() {
  const { channels } = store.snapshot;
  const own = me().role === "reviewer" && channels.find((one) => one.kind === "group");
  return own || direct() || channels[0];
}

async function become(name) {
  const was = store.snapshot.channels.find((one) => one.id === store.place);
  const home = store.place === "home";
  store.as = name;
  history.replaceState(null, "", `?as=${encodeURIComponent(name)}`);
  if (!(await refresh())) return;
  coloured();
  connect();
  const still = was?.kind !== "im" && store.snapshot.channels.find((one) => one.id === was?.id);
  store.place = home ? "home" : (still || startingPlace()).id;
  store.thread = null;
  tell("state");
  tell("place");
  tell("thread");
  views();
  announce(`You are ${first(me().real_name)}, ${me().role}`);
}

async function start() {
  store.as = new URLSearchParams(location.search).get("as") ?? FIRST;
  while (!(await refresh())) {
    if (store.as !== FIRST) store.as = FIRST; // nobody of that name is here
    else await new Promise((go) => setTimeout(go, 500));
  }
  coloured();
  startPanel();
  talk = startTalk();
  startRail();
  on("become", become);
  store.place = startingPlace().id;
  tell("place");
  tell("state");
  views();
  connect();
  document.body.dataset.ready = "yes";
  talk.focus();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    talk.seen();
    again();
  });
  document.getElementById("skip").addEventListener("click", (event) => { event.preventDefault(); talk.focus(); });
}

start();
