"""What reviewers see of the digest: the preview and its reading page, the heartbeat, and one line for each press.

Pure. Titles are tellers' words and stand in plain text only; reviewers' names come from Slack and are escaped.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot import ids, kit, text
from bot.digest.blocks import Words, heading
from bot.digest.rules import Said
from bot.story.view import StoryView
from storage.records import EditionState

_MOST_HELD: Final = 24
_VIEW_BYTES: Final = 200_000
"""A view has 250,000 bytes; the rest is for what stands around the stories."""


@dataclass(frozen=True, slots=True)
class Row:
    """One story of a preview; `value` is what its button carries back."""

    number: int
    heading: str
    value: str
    held_by: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A coming edition as it stands: what would be in it, what is held, how many wait for the one after."""

    slot: datetime
    channel: str
    zone: ZoneInfo
    rows: Sequence[Row] = ()
    held: Sequence[Row] = ()
    more: int = 0
    next_told: Sequence[int] = ()
    """Numbers of the earlier stories of which it would tell what happened next."""
    made: EditionState | None = None
    """Set once the edition was made: then there is nothing left to hold."""
    missed: bool = False
    """Its time has passed, and it was not made."""
    stories: Sequence[str] = ()
    """Ids of the stories in `rows` and `held`."""

    @property
    def place_and_time(self) -> str:
        """ "#info-stories, Friday 6 June, 10am UK time"."""
        return f"#{self.channel}, {text.day_and_time(self.slot, self.zone)}"

    def whose(self, now: datetime) -> str:
        """ "Tomorrow's", "Today's" or "Friday's"."""
        slot = self.slot.astimezone(self.zone).date()
        days = (slot - now.astimezone(self.zone).date()).days
        return {0: "Today's", 1: "Tomorrow's"}.get(days, f"{text.day(slot).partition(' ')[0]}'s")


def preview(shown: Preview, *, now: datetime, post_now: bool) -> Words:
    """The preview, with a row a story; `post_now` adds the button that does not wait for the slot."""
    where = text.escape(shown.place_and_time)
    if shown.made is not None:
        quiet = shown.made is EditionState.QUIET
        words = "There were no new stories this week." if quiet else "This digest has been made."
        return words, [kit.section(f"*{words}* {where}.")]
    if shown.missed:
        words = "This digest has not gone out."
        return words, [kit.section(f"*{words}* {where}.")]
    whose = shown.whose(now)
    many = text.count(len(shown.rows), "story", "stories")
    said = [kit.section(f"*{whose} digest, as it will look.* {where}.")]
    if not shown.rows:
        said.append(kit.context("No story is approved for it yet."))
    said += [
        kit.section_with(f"{row.number} · {row.heading}", kit.button("Hold", ids.HOLD, row.value)) for row in shown.rows
    ]
    said += [
        kit.section_with(
            f"{row.number} held by {row.held_by}, stays approved for a later week.",
            kit.button("Put back", ids.PUT_BACK, row.value),
        )
        for row in shown.held[:_MOST_HELD]
    ]
    if len(shown.held) > _MOST_HELD:
        said.append(kit.context(f"{len(shown.held) - _MOST_HELD} more are held."))
    if shown.more:
        said.append(kit.context(f"{_more(shown)} after these, for a later week."))
    if shown.next_told:
        said.append(kit.context(f"{_next(shown)}."))
    if shown.rows:
        said.append(_buttons(shown, post_now=post_now))
    return f"{whose} digest, as it will look: {many}, {where}.", said


def _more(shown: Preview) -> str:
    return text.count(shown.more, "more story", "more stories")


def _next(shown: Preview) -> str:
    return f"Beneath them, what happened next in {text.join([f'story {number}' for number in shown.next_told])}"


def _buttons(shown: Preview, *, post_now: bool) -> kit.Block:
    buttons = [kit.button("Read all", ids.READ_ALL)]
    if post_now:
        asks = kit.confirm(
            "Post the digest now?",
            f"It goes to #{shown.channel} at once, and is this week's: there is no other on its usual day.",
            "Post now",
            "Not yet",
        )
        buttons.append(kit.button("Post now", ids.POST_NOW, shown.slot.isoformat(), confirm=asks))
    return kit.actions(*buttons)


def preview_text(shown: Preview) -> str:
    """The preview for a terminal."""
    lines = [f"Next digest: {shown.place_and_time}"]
    lines += [f"  {row.number} · {row.heading}" for row in shown.rows] or ["  No story is approved for it yet."]
    lines += [f"  {row.number} held by {row.held_by}, stays approved for a later week" for row in shown.held]
    if shown.more:
        lines.append(f"  {_more(shown)} after these, for a later week")
    if shown.next_told:
        lines.append(f"  {_next(shown)}")
    return "\n".join(lines)


def reading_view(views: Sequence[StoryView], *, title: str) -> dict[str, object]:
    """A modal with every story in full; what is too much for one is named instead."""
    said: list[kit.Block] = []
    room = _VIEW_BYTES
    for view in views:
        story = [kit.header(heading(view)), _whole(view)]
        weight = len(json.dumps(story, ensure_ascii=False).encode())
        if weight > room:
            story = [kit.header(heading(view)), kit.context(f"Story {view.number} is too long for this page.")]
        else:
            room -= weight
        said += story
    return kit.modal(
        title,
        said or [kit.section("No story is approved for it yet.")],
        callback_id=ids.EDITION_VIEW,
        metadata="",
        close="Close",
    )


def _whole(view: StoryView) -> kit.Block:
    """A story as one block: twelve of them have to fit into a hundred."""
    parts = [
        {"type": "rich_text_section", "elements": [kit.words(f"{label}\n", bold=True), kit.words(f"{words}\n\n")]}
        for label, words in view.sections
    ]
    if view.lesson:
        parts.append({"type": "rich_text_quote", "elements": [kit.words(view.lesson)]})
    small = " · ".join(part for part in (view.facts, view.credit, f"story {view.number}") if part)
    parts.append({"type": "rich_text_section", "elements": [kit.words(small, italic=True)]})
    return {"type": "rich_text", "elements": parts}


# ── the heartbeat ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """What happened in the week: stories sent, approved, declined, and those that wait."""

    sent: int
    approved: int
    declined: int
    waiting: int
    oldest: str | None = None

    def __str__(self) -> str:
        waiting = f"{self.waiting or 'none'} waiting"
        if self.oldest:
            waiting += f" {self.oldest}" if self.waiting == 1 else f", the oldest {self.oldest}"
        return f"This week {self.sent} sent, {self.approved} approved, {self.declined} declined, {waiting}."


def heartbeat(went_out: str, what: str, week: WeekCounts, *, permalink: str | None) -> Words:
    """Reviewers hear that the digest is out. `went_out` is a day and time, `what` what it held."""
    link = f" (<{text.escape(permalink)}|link>)" if permalink else ""
    begun = f"Digest posted {went_out}: {what}"
    return f"{begun}. {week}", [kit.section(f"{begun}{link}. {week}")]


def quiet_heartbeat(*, held: int) -> Words:
    """Reviewers hear that there was nothing to post, and that this is not a fault."""
    why = f"{text.count(held, 'approved story', 'approved stories')}, held" if held else "no approved stories"
    words = f"No digest this week: {why}. Everything is working."
    return words, [kit.section(words)]


def record_check(head: str) -> kit.Block:
    """The shortened hash that `altogether audit verify --head` looks for."""
    return kit.context(f"Record check: {head}")


# ── one line for each press and command ───────────────────────────────────────────────────────────────────────────

_LINES: Final[Mapping[Said, str]] = {
    Said.HELD: "Story {number} is held and stays approved for a later week.",
    Said.PUT_BACK: "Story {number} is back in the digest.",
    Said.ONLY_REVIEWERS: "Only reviewers can do that. Nothing changed.",
    Said.NO_STORY: "That story is no longer there. Nothing changed.",
    Said.ALREADY_HELD: "Story {number} is held already, by {name}. Nothing changed.",
    Said.NOT_HELD: "Story {number} is not held. Nothing changed.",
    Said.HAS_GONE_OUT: "Story {number} has gone out already. Nothing changed.",
    Said.NOT_COMING: "Story {number} is not on its way into the digest as it was. Nothing changed.",
    Said.POSTING: "This week's digest is going out now: {stories} in #{channel}.",
    Said.POSTING_AGAIN: "The digest of {day} had not gone out. It is going out now: {stories} in #{channel}.",
    Said.LOOKING: "I couldn't tell whether the digest of {day} reached #{channel}, so I am looking there now. "
    "If it isn't there, it goes out.",
    Said.WENT_OUT: "This week's digest went out on {day}. The next is on {next}.",
    Said.WAS_QUIET: "This week had no digest: no story was approved by {day}. The next is on {next}.",
    Said.ALL_HELD: "There is nothing to post: every approved story is held. To put one back: /story digest preview",
    Said.NOTHING_TO_POST: "There is nothing to post: no story is approved for #{channel}.",
    Said.NOT_OPENED: kit.NOT_OPENED,
    Said.OUT_OF_DATE: "That preview is out of date. Nothing was posted; try: /story digest preview",
}


def line(said: Said, facts: Mapping[str, str]) -> str:
    """The sentence for an outcome; `facts` fill its gaps (number, name, stories, channel, day, next)."""
    return _LINES[said].format_map({name: text.escape(fact) for name, fact in facts.items()})
