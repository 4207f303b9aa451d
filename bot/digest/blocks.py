"""What readers and tellers see of an edition: the channel message, its thread, the quiet week, the notices.

Pure. Each function returns the notification's text and the blocks, within Slack's limits for whatever tellers wrote.
The text never holds a story's words, and their words stand only where they can neither ping nor pose as a link.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot import ids, kit, text
from bot.story.screened import nouns, why_kept_back
from bot.story.taking_back import take_back_button
from bot.story.view import WHAT_NEXT, StoryView, at_length, minutes_to_read

Words = tuple[str, list[kit.Block]]
"""The notification's text, and the blocks."""

MOST_OPENINGS: Final = 6
"""With more stories than this the message is a list of titles: it has to fit on a phone."""

_HEADING: Final = 150
_RUN: Final = 2000
"""Characters of one run of a long answer: even if all of them grow in escaping, a page has room for it."""

_PAGE: Final = 11_000
"""Characters of a thread post, beside its header."""


def edition(views: Sequence[StoryView], *, day: str, late: str | None, next_told: Sequence[StoryView] = ()) -> Words:
    """The week's stories, at least one. `day` is the day it goes out on, `late` what is said when it is late.

    `next_told` are earlier stories of which the thread tells what happened next.
    """
    minutes = text.count(minutes_to_read(views), "minute")
    several = len(views) > 1
    title = "This week's stories" if several else "This week's story"
    stories = [text.count(len(views), "story", "stories")] if several else []
    said: list[kit.Block] = [kit.header(title), kit.context(" · ".join([day, *stories, f"{minutes} to read"]))]
    if late:
        said.append(kit.context(late))
    if len(views) > MOST_OPENINGS:
        said.append(kit.bullets(*(heading(view) for view in views)))
    else:
        said += [_opening(view) for view in views]
    if next_told:
        said.append(kit.rich(kit.words(WHAT_NEXT, bold=True)))
        said.append(kit.bullets(*(f"{heading(view)} (story {view.number})" for view in next_told)))
    said.append(kit.context("Full stories are in the thread." if several else "The story is in the thread."))
    said.append(_tell())
    return f"{title}: {len(views)} new, about {minutes} to read.", said


def taken_back() -> Words:
    """What is left of an edition whose only story is gone, where replies of other people stand below it."""
    words = "This week's story has been taken back."
    return words, [kit.context(words)]


def quiet(*, late: str | None) -> Words:
    """A week without new stories, where the keeper wants that said."""
    words = "No new stories this week."
    return words, [kit.section(words), *_late(late), _tell()]


def reread(view: StoryView, *, posted_at: datetime, now: datetime, zone: ZoneInfo, late: str | None) -> Words:
    """A week without new stories that shows an earlier one again."""
    words = f"No new stories this week. Here is one from {_month(posted_at, now, zone)}"
    shown = kit.rich(kit.words(f"{words}, "), kit.words(heading(view), bold=True), kit.words("."))
    return f"{words}.", [shown, *_late(late), kit.context("The story is in the thread."), _tell()]


def late_line(*, slot: datetime, made_at: datetime, offline: bool, zone: ZoneInfo) -> str:
    """Why an edition comes after its time; `offline` when the bot was away as the slot came."""
    until = _moment(made_at, zone)
    why = f"I was offline until {until}" if offline else f"I was held up until {until}"
    return f"Due {_moment(slot, zone)}. {why}; no story was lost."


# ── the thread ────────────────────────────────────────────────────────────────────────────────────────────────────


def story_posts(view: StoryView) -> list[Words]:
    """One story in the thread: as many posts as it needs, split between answers where that can be."""
    facts = view.facts if view.title else view.services
    body = [kit.context(facts)] if facts else []
    for label, words in view.sections:
        first, *rest = runs(words)
        body.append(kit.said(label, first))
        body += [kit.said(None, run) for run in rest]
    if view.lesson:
        body += [kit.quote(run) for run in runs(view.lesson)]
    body.append(kit.context(f"{view.credit} · story {view.number}" if view.credit else f"Story {view.number}"))
    pages = kit.pages(body, characters=_PAGE)
    again = f"Story {view.number}, continued"
    return [
        (
            f"{again}." if part else f"Story {view.number}, in full.",
            [kit.header(again if part else heading(view)), *page],
        )
        for part, page in enumerate(pages)
    ]


def what_next(view: StoryView, words: str, *, posted_on: str | None, permalink: str | None) -> Words:
    """A post in the thread: what happened next in an earlier story, and where that story stands."""
    digest = f"the digest of {posted_on}" if posted_on else "an earlier digest"
    linked = f"<{text.escape(permalink)}|{digest}>" if permalink else digest
    head = kit.header(text.cut(f"{WHAT_NEXT}: {heading(view)}", _HEADING))
    return (
        f"{WHAT_NEXT} in story {view.number}.",
        [head, *at_length(None, words), kit.section(f"Story {view.number}, from {linked}.")],
    )


def runs(words: str) -> list[str]:
    """The words in pieces that a block can hold, broken at white space where there is some."""
    pieces = []
    while len(words) > _RUN:
        head = words[:_RUN]
        end = max(head.rfind("\n"), head.rfind(" "))
        end = end if end > _RUN // 2 else _RUN
        pieces.append(words[:end])
        words = words[end:].lstrip() if end < _RUN else words[end:]
    return [*pieces, words] if words or not pieces else pieces


def heading(view: StoryView) -> str:
    """What the story is called, on one line."""
    return text.cut(text.one_line(view.heading), _HEADING)


# ── to the teller ─────────────────────────────────────────────────────────────────────────────────────────────────


def notice(number: int, *, permalink: str | None, channel: str, story_id: str) -> Words:
    """The teller hears that the story is out."""
    begun = f"Story {number} is in this week's digest"
    thanks = "Thank you for telling it."
    place = f": <{text.escape(permalink)}>" if permalink else f", in #{text.escape(channel)}"
    said = kit.section(f"{begun}{place}. {thanks}")
    return f"{begun}. {thanks}", [said, kit.actions(take_back_button(story_id, number))]


def held_back(number: int, *, slot: datetime, zone: ZoneInfo) -> Words:
    """The teller hears that the story will not be in the digest they were told of."""
    day = text.day(slot, zone).partition(" ")[0]
    words = f"Story {number} will be in a later digest, not {day}'s. Nothing is wrong with it."
    return words, [kit.section(words)]


def new_date(number: int, *, slot: datetime, later: bool, channel: str, zone: ZoneInfo) -> Words:
    """The teller hears on which day the story goes out instead; `later` than they were told before."""
    words = f"Story {number} now goes in #{text.escape(channel)} on {text.day_and_time(slot, zone)}."
    if later:
        words += " Nothing is wrong with it."
    return words, [kit.section(words)]


def kept_back(number: int, story_id: str, kinds: Mapping[str, int]) -> Words:
    """The teller, who was told a day, hears that it does not go out as it is, and what they can do."""
    first = f"Story {number} isn't in the digest for now."
    words = f"{first} It is still approved, but {why_kept_back(kinds)}. Change it, and you can say what that is."
    return first, [kit.section(words), kit.actions(kit.button(f"Change story {number}", ids.CHANGE_STORY, story_id))]


def left_out(number: int, kinds: Mapping[str, int]) -> str:
    """To reviewers: what keeps a story from readers, by kind and count."""
    what = f"the screen finds {nouns(kinds)} that its teller has not been asked about"
    if "unread" in kinds:
        what = "the screen could not read it"
    return f"Story {number} was left out of the digest: {what}. Undo its approval, then ask the teller or take it out."


# ── pieces ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _opening(view: StoryView) -> kit.Block:
    opening = f"\n{view.opening}" if view.opening else ""
    return kit.rich(kit.words(heading(view), bold=True), kit.words(opening))


def _tell() -> kit.Block:
    return kit.actions(kit.button("Tell your story", ids.TELL_STORY))


def _late(late: str | None) -> list[kit.Block]:
    return [kit.context(late)] if late else []


def _moment(when: datetime, zone: ZoneInfo) -> str:
    return f"{text.day(when, zone)}, {text.time_of_day(when, zone)}"


def _month(when: datetime, now: datetime, zone: ZoneInfo) -> str:
    """ "March"; with the year once that could be the wrong March."""
    then, today = when.astimezone(zone), now.astimezone(zone)
    months = (today.year - then.year) * 12 + today.month - then.month
    words = text.month_and_year(then)
    return words if months > 11 else words.partition(" ")[0]
