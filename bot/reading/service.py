"""What may be read in Slack, and what is found: every story comes from the read model and is screened once more.

Plain functions of a transaction. Slack is a place of the staff storybook: what is not permitted there is not here, and
what is missing, withdrawn and not permitted looks alike.
"""

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.reading.rules import LATEST, MANY, OWN, PAGE, Found, Hit, Home, Shelf, Theme, Waiting
from bot.story.next_told import readable
from bot.story.own_line import own_line
from bot.story.policy import Policy, is_reviewer
from bot.story.screened import undisputed
from bot.story.view import StoryView, view_of
from bot.text import one_line
from storage import drafts, published, readings, search, stories, tellers
from storage.books import Audience
from storage.database import Tx
from storage.published import Published
from storage.records import StoryStatus

log = logging.getLogger(__name__)

AUDIENCE: Final = Audience.STAFF
_CHUNK: Final = 50
_MOST_LOOKED_AT: Final = 500
"""Stories that a search loads to fill a page: what nobody may read costs no more than this."""
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+")


def find(tx: Tx, number: int) -> StoryView | None:
    """The story as it may be read here."""
    one = published.find(tx, AUDIENCE, number)
    return _view(one) if one is not None and is_clean(one) else None


def read(tx: Tx, number: int) -> StoryView | None:
    """The story as it may be read here; that it was opened is counted."""
    view = find(tx, number)
    if view is not None:
        readings.note(tx, number)
    return view


def of_today(tx: Tx, policy: Policy) -> StoryView | None:
    """The story of this day: the same for everybody, and another than that of the day before it.

    They take turns in the order of their numbers, so that every story has its day.
    """
    today = tx.now.astimezone(policy.zone).date()
    last = readings.last_of_day(tx)
    if last is not None and last[0] == today and (view := find(tx, last[1])) is not None:
        return _counted(tx, view)
    after = 0 if last is None else last[1]
    turns = [*published.published(tx, AUDIENCE, after=after, most=_CHUNK), *published.published(tx, AUDIENCE)]
    chosen = next((one for one in turns if is_clean(one)), None)
    if chosen is None:
        return None
    readings.choose_for(tx, today, chosen.number)
    return _counted(tx, _view(chosen))


def _counted(tx: Tx, view: StoryView) -> StoryView:
    readings.note(tx, view.number)
    return view


# ── search ────────────────────────────────────────────────────────────────────────────────────────────────────────


def look_for(tx: Tx, question: str, *, skip: int = 0, most: int) -> Found:
    """The stories that hold all words of the question, best first, `most` of them after the first `skip`."""
    numbers = search.numbers(tx, question)[:_MOST_LOOKED_AT]
    wanted = frozenset(search.terms(question))
    hits: list[Hit] = []
    start = 0
    while start < len(numbers) and len(hits) <= skip + most:  # no more are loaded and screened than are shown
        end = start + skip + most + 1 - len(hits)
        hits += [Hit(view, sentence_with(view, wanted)) for view in _in_order(tx, numbers[start:end], wanted)]
        start = end
    return Found(tuple(hits[skip : skip + most]), skip, more=len(hits) > skip + most)


def sentence_with(view: StoryView, wanted: frozenset[str]) -> str:
    """The sentence of a story that holds most of these words; its opening where none does."""
    texts = [*(words for _, words in view.sections), view.lesson or ""]
    sentences = [one for text in texts for one in _SENTENCE.split(one_line(text)) if one]
    best = max(sentences, key=lambda one: len(wanted & set(search.stems(one))), default="")
    return best if wanted & set(search.stems(best)) else view.opening


# ── the home ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Others:
    """What other rooms say on the home: `rooms.py` brings it, since the rooms do not know each other."""

    writing: Callable[[Tx, str], str | None]
    """Where a teller (by our id) is in the story that they are telling: "on question 3 of 8"."""
    waiting: Callable[[Tx], Waiting]


def home(
    tx: Tx,
    policy: Policy,
    user_id: str,
    *,
    themes: Sequence[Theme],
    others: Others,
    theme: str = "",
    before: int | None = None,
) -> Home:
    """What this person's home shows; with a `theme`, a page of its stories below the number `before`."""
    own = home_of_unknown(tx, policy, user_id, others=others)
    latest = [_view(one) for one in published.latest(tx, AUDIENCE, most=LATEST * 3) if is_clean(one)]
    again = _in_order(tx, readings.most_read(tx, most=LATEST * 3))
    return replace(
        own,
        stories=published.count(tx, AUDIENCE, most=MANY + 1),
        latest=tuple(latest[:LATEST]),
        read_again=tuple(again[:LATEST]),
        shelf=next((_shelf(tx, one, before) for one in themes if one.value == theme), None),
        themes=tuple(themes),
    )


def home_of_unknown(tx: Tx, policy: Policy, user_id: str, *, others: Others) -> Home:
    """What the home shows while it is not known whether this person may read: what is theirs, and no other's story."""
    teller = tellers.find_teller(tx, user_id)
    told = [] if teller is None else stories.of_ids(tx, tellers.stories_of_teller(tx, teller.id))
    told = [story for story in told if story.status is not StoryStatus.REMOVED]
    return Home(
        stories=None,
        own=tuple((story, own_line(tx, policy, story)) for story in sorted(told, key=lambda s: -s.number)[:OWN]),
        own_more=len(told) > OWN,
        kept=() if teller is None else tuple(drafts.kept_by(tx, teller.id)[:OWN]),
        writing=None if teller is None else others.writing(tx, teller.id),
        waiting=others.waiting(tx) if is_reviewer(policy, user_id) else None,
    )


def _shelf(tx: Tx, theme: Theme, before: int | None) -> Shelf:
    numbers = search.with_choice(tx, theme.choices, before=before, most=_CHUNK)
    views = _in_order(tx, numbers)
    page = views[:PAGE]
    if len(views) > PAGE:
        return Shelf(theme, tuple(page), page[-1].number)
    return Shelf(theme, tuple(page), numbers[-1] if len(numbers) == _CHUNK else None)


# ── what may be read ──────────────────────────────────────────────────────────────────────────────────────────────


def is_clean(one: Published) -> bool:
    """Whether the screen lets the story be shown; what it cannot read it does not let through."""
    try:
        return not undisputed(one.version, one.hits)
    except Exception as error:  # noqa: BLE001 -- whatever went wrong in there, the story is not shown
        log.error("screen failed story=%s error=%s", one.story_id, type(error).__name__)
        return False


def _in_order(tx: Tx, numbers: Sequence[int], wanted: frozenset[str] = frozenset()) -> list[StoryView]:
    """Those of these stories that may be read, in the order given; none for words that nobody may be shown."""
    if not numbers:
        return []
    every = _clean(published.of_numbers(tx, AUDIENCE, numbers))
    found = {one.number: one for one in every if not wanted or _may_be_found(one, wanted)}
    return [_view(found[number]) for number in numbers if number in found]


def _may_be_found(one: Published, wanted: frozenset[str]) -> bool:
    """Whether the words may be what the story was found by: the index holds what happened next, unscreened."""
    if one.sequel is None or readable(one.sequel) is not None:
        return True
    view = _view(one)
    shown = [view.title or "", view.facts, view.lesson or "", *(words for _, words in view.sections)]
    return wanted <= set(search.stems(" ".join(shown)))


def _clean(those: Iterable[Published]) -> list[Published]:
    return [one for one in those if is_clean(one)]


def _view(one: Published) -> StoryView:
    return view_of(one.number, one.version, readable(one.sequel))
