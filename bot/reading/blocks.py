"""What a reader sees: a story as a private answer or a page, and the results of a search.

Pure. Tellers' words stand in plain text and rich text only; whatever is too long for a message is read on a page.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from bot import ids, kit
from bot.outgoing import Rendered
from bot.reading.rules import Found, Hit
from bot.story.policy import May
from bot.story.view import StoryView
from bot.text import cut, escape, one_line

_RUN: Final = 2000
_MESSAGE: Final = 9_000
"""Characters of a story in a private answer; a longer one is read in full on its page."""
_WORD: Final = re.compile(r"[^\W_]+")
_SENTENCE: Final = 300
_QUESTION: Final = 200
RESULTS_TITLE: Final = "What I found"

REFUSALS: Final = {
    May.NOT: "The storybook here is for members of this workspace.",
    May.UNSURE: "Slack can't tell me just now who is a member here, and stories are for members only. Please try again "
    "in a minute; if it stays like this, tell the people who run me.",
}

Stem = Callable[[str], str]


def plain(sentence: str) -> Rendered:
    """One sentence of ours."""
    return Rendered(escape(sentence), [kit.section(escape(sentence))])


def nothing_to_read(number: int) -> Rendered:
    """Missing, withdrawn and not permitted look alike."""
    return plain(f"There is no story {number} to read.")


def no_stories() -> Rendered:
    """The storybook is empty."""
    return plain(f"No stories yet. Yours could be the first: {ids.COMMAND}")


def refused(may: May) -> Rendered | None:
    """To guests and people of other organisations, and to people of whom Slack says nothing; None to readers."""
    return None if may is May.READ else plain(REFUSALS[may])


def refused_page(may: May, title: str) -> dict[str, Any] | None:
    """The same on a page."""
    if may is May.READ:
        return None
    return kit.modal(title, [kit.section(REFUSALS[may])], callback_id=ids.READING_VIEW, metadata="", close="Close")


def heading(view: StoryView) -> str:
    """What the story is called, on one line."""
    return cut(one_line(view.heading), 150)


# ── a story ───────────────────────────────────────────────────────────────────────────────────────────────────────


def story(view: StoryView, *, opening: str = "") -> Rendered:
    """The story as a private answer; its beginning and *Read in full* where it is too long for one."""
    body = _body(view)
    first, *rest = kit.pages(body, characters=_MESSAGE)
    said = [*([kit.context(opening)] if opening else []), kit.header(heading(view)), *first]
    said.append(kit.actions(*([_read(view, "Read in full")] if rest else []), _share(view)))
    return Rendered(f"Story {view.number}.", said)


def story_page(view: StoryView) -> dict[str, Any]:
    """The story on a page of its own."""
    blocks = [kit.header(heading(view)), *_body(view)][: kit.MOST_VIEW_BLOCKS - 1]
    blocks.append(kit.actions(_share(view)))
    return kit.modal(f"Story {view.number}", blocks, callback_id=ids.READING_VIEW, metadata="", close="Close")


def gone_page(number: int) -> dict[str, Any]:
    """In place of a story that may not be read any more."""
    words = kit.section(f"There is no story {number} to read.")
    return kit.modal(f"Story {number}", [words], callback_id=ids.READING_VIEW, metadata="", close="Close")


def _body(view: StoryView) -> list[kit.Block]:
    facts = view.facts if view.title else view.services
    body = [kit.context(facts)] if facts else []
    for label, words in view.sections:
        first, *rest = _runs(words)
        body += [kit.said(label, first), *(kit.said(None, run) for run in rest)]
    if view.lesson:
        body += [kit.quote(run) for run in _runs(view.lesson)]
    return [*body, kit.context(f"{view.credit} · story {view.number}" if view.credit else f"Story {view.number}")]


def _runs(words: str) -> list[str]:
    """The words in pieces that a block can hold, broken at white space where there is some."""
    pieces = []
    while len(words) > _RUN:
        end = max(words.rfind("\n", 0, _RUN), words.rfind(" ", 0, _RUN))
        end = end if end > _RUN // 2 else _RUN
        pieces.append(words[:end])
        words = words[end:].lstrip()
    return [*pieces, words] if words or not pieces else pieces


def _share(view: StoryView) -> kit.Element:
    return kit.button("Share", ids.SHARE, str(view.number))


def _read(view: StoryView, label: str = "Read") -> kit.Element:
    return kit.button(label, ids.READ_STORY, str(view.number))


# ── a search ──────────────────────────────────────────────────────────────────────────────────────────────────────


def too_common(question: str) -> Rendered:
    """To a question of nothing but words that nearly every story holds."""
    words = _WORD.findall(question)
    those = f"“{cut(words[0], 40)}” is" if len(words) == 1 else "Those words are"
    return plain(f"{those} in nearly every story. Try another word: {ids.COMMAND} search hospital discharge")


def results(found: Found, question: str, stem: Stem) -> Rendered:
    """What was found, a sentence of each with the words bold."""
    if not found.hits:
        return plain("Nothing mentions all of those words. Try fewer.")
    blocks = [block for hit in found.hits for block in _hit(hit, question, stem)]
    if found.more:
        value = f"{found.skip + len(found.hits)}:{question[:_QUESTION]}"
        blocks.append(kit.actions(kit.button("More", ids.SEARCH_MORE, value)))
    return Rendered("What I found in the storybook.", blocks)


def results_page(found: Found, question: str, stem: Stem) -> dict[str, Any]:
    """The results after the first, on a page."""
    blocks = [block for hit in found.hits for block in _hit(hit, question, stem)]
    if found.more:
        blocks.append(kit.context("There are more. Another word makes them fewer."))
    return kit.modal(
        RESULTS_TITLE,
        blocks or [kit.section("There is nothing more.")],
        callback_id=ids.READING_VIEW,
        metadata="",
        close="Close",
    )


def asked_for_more(value: str) -> tuple[int, str]:
    """How many results were shown already, and the question, from the button *More*."""
    skip, _, question = value.partition(":")
    return (int(skip) if re.fullmatch(r"[0-9]{1,4}", skip) else 0), question


def _hit(hit: Hit, question: str, stem: Stem) -> list[kit.Block]:
    wanted = {stem(word) for word in _WORD.findall(question)}
    title = kit.words(f"{hit.view.number} · {heading(hit.view)}\n", bold=True)
    return [kit.rich(title, *_bold(hit.sentence, wanted, stem)), kit.actions(_read(hit.view))]


def _bold(sentence: str, wanted: set[str], stem: Stem) -> list[kit.Element]:
    """The sentence with the words that were asked for set in bold; a long one from shortly before the first."""
    first = next((m.start() for m in _WORD.finditer(sentence) if stem(m[0]) in wanted), 0)
    if len(sentence) > _SENTENCE and first > _SENTENCE // 2:
        sentence = "…" + sentence[sentence.rfind(" ", 0, first - 60) + 1 :]
    sentence = cut(sentence, _SENTENCE)
    runs, end = [], 0
    for match in _WORD.finditer(sentence):
        if stem(match[0]) in wanted:
            runs += [kit.words(sentence[end : match.start()]), kit.words(match[0], bold=True)]
            end = match.end()
    return [run for run in [*runs, kit.words(sentence[end:])] if run["text"]]
