// The page's only door to the rehearsal: what to ask, what to tell, and the stream of what happens.

async function call(path, body) {
  let response;
  try {
    response = await fetch(path, body === undefined ? { cache: "no-store" } : {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
  } catch {
    return { ok: false, error: "The rehearsal does not answer. Is it still running in the terminal?" };
  }
  let answer;
  try {
    answer = await response.json();
  } catch {
    answer = {};
  }
  if (response.ok) return answer;
  return { ok: false, error: answer.error ?? `The rehearsal refused that (${response.status}).` };
}

const query = (parts) => new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== undefined && value !== null));

export const getState = (as) => call(`/page/state?${query({ as })}`);
export const getMessages = (parts) => call(`/page/messages?${query({ limit: 50, ...parts })}`);
export const getLog = (after, limit = 200) => call(`/page/log?${query({ after, limit })}`);
export const moveClock = (move) => call("/page/clock", { move });
export const setFault = (body) => call("/page/fault", body);
export const moveBot = (what) => call("/page/bot", { do: what });
export const playStep = (id) => call("/page/guide", { do: id });

let last = Promise.resolve();
/** Does something as this person. Acts go out in the order in which they were made; none waits long for a slow one. */
export function act(body) {
  const waiting = last;
  const done = Promise.race([waiting, new Promise((go) => setTimeout(go, 1500))]).then(() => call("/page/act", body));
  last = done;
  return done;
}

/** Listens as this person to all that follows version `after`, until the returned function is called; the browser connects again by itself. */
export function listen(as, after, { open, heard, lost }) {
  let source;
  let again;
  let seen = after;
  const connect = () => {
    source = new EventSource(`/page/events?${query({ as, after: seen })}`);
    source.addEventListener("open", () => open());
    source.addEventListener("message", (event) => {
      const news = JSON.parse(event.data);
      seen = news.version ?? seen;
      heard(news);
    });
    source.addEventListener("error", () => {
      lost();
      // A refusal closes the source for good; a dropped line does not.
      if (source.readyState === EventSource.CLOSED) again = setTimeout(connect, 1000);
    });
  };
  connect();
  return () => {
    clearTimeout(again);
    source.close();
  };
}
