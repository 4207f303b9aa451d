// What the page knows: the last snapshot, who one is, where one looks. Parts subscribe; nobody else keeps copies.

export const store = { as: null, snapshot: null, place: null, thread: null, online: true };

const listeners = new Map();

/** Calls `listener` whenever this topic is told; topics: state, views, home, place, thread, message, log, online, panel. */
export function on(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, []);
  listeners.get(topic).push(listener);
}

export function tell(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

export const me = () => store.snapshot?.me;
export const channel = (id) => store.snapshot?.channels.find((one) => one.id === id);
export const direct = () => store.snapshot?.channels.find((one) => one.kind === "im");
export const person = (name) => store.snapshot?.people.find((one) => one.name === name);

/** What people see instead of an id; the id itself where it is unknown. */
export function nameOf(kind, id) {
  const { people = [], channels = [], app } = store.snapshot ?? {};
  if (kind === "channel") return channels.find((one) => one.id === id)?.name ?? id;
  if (app?.user_id === id) return app.name;
  return people.find((one) => one.id === id)?.real_name ?? id;
}

export const first = (name) => (name ?? "").split(" ")[0];
export const roleOf = (user) => store.snapshot?.people.find((one) => one.id === user)?.role;

/** Goes to a conversation, or to "home"; a thread that was open there closes. */
export function go(place) {
  if (store.place === place) return;
  store.place = place;
  store.thread = null;
  tell("place");
  tell("thread");
}

/** Opens the thread below a message, or closes it with null. */
export function openThread(thread) {
  store.thread = thread;
  tell("thread");
}
