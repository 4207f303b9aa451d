"use strict";
// Looks through search-index.js, which stands beside it: no server, no request. STORIES: [number, title, line, words].
(() => {
  const plain = text => text.toLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "");
  const page = 20;
  const form = document.getElementById("search"), box = document.getElementById("words");
  const said = document.getElementById("said"), found = document.getElementById("found");
  const more = document.getElementById("more");
  let matches = [], shown = 0;

  const score = (story, words) => {
    let sum = 0;
    const title = " " + plain(story[1]), all = " " + story[3];
    for (const word of words) {
      if (!all.includes(" " + word)) return 0;
      sum += title.includes(" " + word) ? 8 : 1;
      sum += (all + " ").includes(" " + word + " ") ? 1 : 0;
    }
    return sum;
  };

  const show = () => {
    for (const story of matches.slice(shown, shown + page)) {
      const item = document.createElement("li"), link = document.createElement("a");
      const name = document.createElement("bdi"), line = document.createElement("p"), quiet = document.createElement("p");
      link.href = "stories/" + story[0] + ".html";
      name.textContent = story[1];
      link.append(name);
      line.dir = "auto";
      line.textContent = story[2];
      quiet.className = "quiet";
      quiet.textContent = "Story " + story[0];
      item.append(link, line, quiet);
      found.append(item);
    }
    shown = Math.min(matches.length, shown + page);
    more.hidden = shown >= matches.length;
  };

  const look = () => {
    const words = plain(box.value).match(/[\p{L}\p{N}]+/gu) || [];
    found.replaceChildren();
    shown = 0;
    matches = [];
    if (words.length) {
      matches = STORIES.map(story => [score(story, words), story]).filter(pair => pair[0])
        .sort((a, b) => b[0] - a[0] || b[1][0] - a[1][0]).map(pair => pair[1]);
    }
    const many = matches.length === 1 ? "1 story" : matches.length + " stories";
    said.textContent = !words.length ? "" : matches.length ? many : "Nothing mentions all of those words. Try fewer.";
    show();
  };

  let waiting = 0;
  box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 120); });
  form.addEventListener("submit", event => { event.preventDefault(); look(); });
  more.addEventListener("click", show);
  document.getElementById("without").remove();
  form.hidden = false;
  box.value = new URLSearchParams(location.search).get("q") || "";
  look();
})();
