// What is said aloud by a screen reader when it happens: new messages where one is, and what a control brought about.

const waiting = [];
let timer = null;

/** Says this politely; several things that happen together are said together. */
export function announce(words) {
  waiting.push(words);
  timer ??= setTimeout(() => {
    timer = null;
    document.getElementById("live").textContent = waiting.splice(0).slice(-4).join(". ");
  }, 250);
}
